/** The API keys of one account, such as a service's. */
import { openDialog, secretDialog } from '../ui/dialogs.js';
import { html, nothing, View } from '../ui/element.js';
import { t } from '../ui/i18n.js';
import { emptyView, Pager } from '../ui/pager.js';
import { toast } from '../ui/toast.js';
import { admin, may } from './api.js';
import { confirmRevoke, keyRows } from './key-table.js';

class AccountKeys extends View {
  static properties = { claims: { attribute: false }, account: { attribute: false } };

  constructor() {
    super();
    this.list = new Pager(this, async (query) => {
      await Promise.resolve(); // the account is set by then
      return admin.accountApiKeys({ id: this.account.user_id, query });
    });
  }

  render() {
    const writes = may(this.claims, 'users:write');
    return html`
      <section class="card">
        <header><div><h2>${t('admin.nav.api-keys')}</h2></div>
          ${writes ? html`<button type="button" class="secondary small" @click=${this.create}>${t('admin.api-keys.new')}</button>` : nothing}</header>
        ${this.problemView()}
        ${emptyView(this.list.items, t('admin.api-keys.none'))}
        ${this.list.items?.length ? keyRows(this.list.items, { revoke: writes ? (key) => this.revoke(key) : undefined }) : nothing}
        ${this.list.moreView()}
      </section>`;
  }

  async create() {
    const made = await openDialog(t('admin.api-keys.new'), (close) => html`
      <api-key-form .claims=${this.claims} .account=${this.account} .close=${close}></api-key-form>`);
    if (made) {
      await secretDialog({ title: made.name, text: t('admin.api-keys.once'), secret: made.key });
      await this.list.reload();
    }
  }

  async revoke(key) {
    if (await confirmRevoke(key) && await this.run(() => admin.revokeApiKey({ key_id: key.key_id }))) {
      toast(t('admin.api-keys.revoked', { name: key.name }));
      await this.list.reload();
    }
  }
}

customElements.define('account-keys', AccountKeys);

class ApiKeyForm extends View {
  static properties = { claims: { attribute: false }, account: { attribute: false } };

  render() {
    return html`
      <form @submit=${this.submit}>
        <label>${t('admin.api-keys.name')} <input name="name" required maxlength="64" autocomplete="off" autofocus></label>
        <label>${t('admin.rights.permissions')} <input name="permissions" spellcheck="false" autocapitalize="none" autocomplete="off" placeholder="chat:write" ?required=${!may(this.claims)}>
          <small>${may(this.claims) ? t('admin.api-keys.permissions-hint') : t('admin.api-keys.permissions-needed')}</small></label>
        <label>${t('admin.api-keys.cidrs')} <input name="cidrs" spellcheck="false" autocomplete="off" placeholder="192.0.2.0/24"></label>
        <label>${t('admin.api-keys.days')} <input type="number" name="days" min="1" max="3660" value="90"></label>
        ${this.problemView()}
        <footer>
          <button type="button" class="secondary" @click=${() => this.close()}>${t('cancel')}</button>
          <button type="submit" aria-busy=${this.busy}>${t('admin.api-keys.create')}</button>
        </footer>
      </form>`;
  }

  submit(event) {
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(event.target));
    const list = (text) => text.split(/[\s,]+/).filter(Boolean);
    const body = { name: fields.name.trim(), expires_in_days: Number(fields.days) };
    for (const name of ['permissions', 'cidrs']) {
      if (list(fields[name]).length) {
        body[name] = list(fields[name]);
      }
    }
    this.run(async () => this.close(await admin.createApiKey({ id: this.account.user_id, body })));
  }
}

customElements.define('api-key-form', ApiKeyForm);
