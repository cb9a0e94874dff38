/** The accounts: found, sorted, made; `#/accounts/<id>` is one of them, `#/accounts/import` brings many. */
import { confirmDialog, openDialog, secretDialog } from '../ui/dialogs.js';
import { html, nothing, View } from '../ui/element.js';
import { ago, date, t } from '../ui/i18n.js';
import { emptyView } from '../ui/pager.js';
import { toast } from '../ui/toast.js';
import { admin, may } from './api.js';
import { accountBadges } from './badges.js';
import { FilteredPager } from './filtered-pager.js';
import { saveLines } from './save.js';
import './account.js';
import './account-form.js';
import './import.js';

class AdminAccounts extends View {
  static properties = { claims: { attribute: false }, rest: { attribute: false } };

  render() {
    const [id] = this.rest;
    if (id === 'import') {
      return html`<account-import .claims=${this.claims}></account-import>`;
    }
    return id ? html`<account-detail .claims=${this.claims} .accountId=${id}></account-detail>`
      : html`<account-list .claims=${this.claims}></account-list>`;
  }
}

customElements.define('admin-accounts', AdminAccounts);

class AccountList extends View {
  static properties = { claims: { attribute: false }, roles: { state: true } };

  constructor() {
    super();
    this.roles = [];
    this.filters = { query: '', role: '', enabled: '', sort: 'username' };
    this.list = new FilteredPager(this, () => this.filters, (query) => admin.listAccounts({ query }));
  }

  firstUpdated() {
    this.run(async () => {
      this.roles = (await admin.listRoles()).items.map(({ name }) => name);
    });
  }

  filter(event) {
    const { name, value } = event.target;
    this.filters = { ...this.filters, [name]: value.trim() };
    this.list.changed(event.type === 'input');
  }

  select(name, options) {
    return html`
      <label>${t(`admin.accounts.${name}`)}
        <select name=${name} @change=${this.filter}>${options.map(([value, text]) => html`<option value=${value}>${text}</option>`)}</select>
      </label>`;
  }

  render() {
    const admins = may(this.claims);
    return html`
      <div class="bar">
        <form role="search" class="filters" @submit=${(event) => event.preventDefault()}>
          <label>${t('admin.accounts.query')}
            <input type="search" name="query" autocomplete="off" spellcheck="false" @input=${this.filter}></label>
          ${this.select('role', [['', t('admin.any')], ...this.roles.map((name) => [name, name])])}
          ${this.select('enabled', [['', t('admin.any')], ['true', t('admin.enabled')], ['false', t('admin.disabled')]])}
          ${this.select('sort', [['username', t('admin.accounts.sort.name')], ['-created_at', t('admin.accounts.sort.newest')],
    ['-last_sign_in_at', t('admin.accounts.sort.last')]])}
        </form>
        <div class="actions">
          ${may(this.claims, 'users:write') ? html`<button type="button" @click=${this.create}>${t('admin.accounts.new')}</button>` : nothing}
          ${admins ? html`
            <a role="button" class="secondary" href="#/accounts/import">${t('admin.accounts.import')}</a>
            <button type="button" class="secondary" @click=${this.export}>${t('admin.accounts.export')}</button>` : nothing}
        </div>
      </div>
      ${this.problemView()}
      ${this.list.items?.length ? this.table() : emptyView(this.list.items, t('admin.accounts.none'))}
      ${this.list.moreView()}`;
  }

  table() {
    return html`
      <div class="scroll" tabindex="0" role="region" aria-label=${t('admin.nav.accounts')}>
        <table class="dense">
          <thead><tr>
            <th scope="col">${t('admin.account.name')}</th><th scope="col">${t('admin.account.state')}</th>
            <th scope="col">${t('admin.account.roles')}</th><th scope="col">${t('admin.account.email')}</th>
            <th scope="col">${t('admin.account.last')}</th><th scope="col">${t('admin.account.created')}</th>
          </tr></thead>
          <tbody>${this.list.items.map((account) => html`
            <tr>
              <th scope="row"><a href="#/accounts/${account.user_id}">${account.username}</a>
                ${account.warnings.length ? html`<span class="badge warn" title=${account.warnings.join(' ')}>!</span>` : nothing}</th>
              <td>${accountBadges(account)}</td>
              <td>${account.roles.join(', ')}</td>
              <td>${account.email ?? ''}</td>
              <td>${account.last_sign_in_at ? ago(account.last_sign_in_at) : t('admin.never')}</td>
              <td>${date(account.created_at)}</td>
            </tr>`)}</tbody>
        </table>
      </div>`;
  }

  async create() {
    const made = await openDialog(t('admin.accounts.new'), (close) =>
      html`<account-form .claims=${this.claims} .roles=${this.roles} .close=${close}></account-form>`);
    if (!made) {
      return;
    }
    if (made.initial_password) {
      await secretDialog({
        title: t('admin.account.first-password', { name: made.username }), text: t('admin.account.password-once'),
        secret: made.initial_password,
      });
    }
    toast(t('admin.account.made', { name: made.username }), may(this.claims) ? { undo: () => this.removeAccount(made) } : {});
    location.hash = `#/accounts/${made.user_id}`;
  }

  async removeAccount({ user_id: id }) {
    await admin.deleteAccount({ id });
    location.hash = '#/accounts';
  }

  async export() {
    if (await confirmDialog({
      title: t('admin.accounts.export'), text: t('admin.accounts.export-text'), action: t('admin.accounts.export'), danger: false,
    })) {
      await this.run(async () => saveLines(await admin.exportAccounts({ as: 'response' }), 'accounts.ndjson'));
    }
  }
}

customElements.define('account-list', AccountList);
