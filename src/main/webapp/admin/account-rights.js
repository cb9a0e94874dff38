/** What an account may do and how its owner is reached: changed here, and taken back where that is possible. */
import { html, nothing, View } from '../ui/element.js';
import { languages, t } from '../ui/i18n.js';
import { toast } from '../ui/toast.js';
import { admin, changeAccountAt, may, orMissing } from './api.js';
import { budgetDialog, budgetText } from './budget.js';

class AccountRights extends View {
  static properties = { claims: { attribute: false }, account: { attribute: false }, roles: { state: true }, budget: { state: true }, stale: { state: true } };

  willUpdate(changed) {
    if (changed.has('account')) {
      this.load();
    }
  }

  async load() {
    await this.run(async () => {
      const [roles, budget] = await Promise.all([admin.listRoles(), orMissing(admin.getAccountBudget({ id: this.account.user_id }))]);
      this.roles = roles.items;
      this.budget = budget;
    });
  }

  /** Whether somebody may give and take a role. */
  mayGive(name) {
    return may(this.claims) || this.claims.roles.includes(name);
  }

  /** Without the roles no form: it would take away those that it does not show. */
  render() {
    return html`
      <section class="card" aria-labelledby="rights">
        <h2 id="rights">${t('admin.rights.title')}</h2>
        ${this.roles && this.budget !== undefined ? this.form() : html`
          ${this.problemView()}
          ${this.busy ? html`<p aria-busy="true">${t('loading')}</p>`
    : html`<div class="actions"><button type="button" class="secondary" @click=${this.load}>${t('reload')}</button></div>`}`}
      </section>`;
  }

  form() {
    const { account } = this;
    const writes = may(this.claims, 'users:write');
    return html`
        <form @submit=${this.submit}>
          <fieldset ?disabled=${!writes}>
            <legend>${t('admin.account.roles')}</legend>
            ${this.roles.map(({ name, permissions }) => html`
              <label><input type="checkbox" name="roles" value=${name} .checked=${account.roles.includes(name)}
                ?disabled=${!this.mayGive(name)}>
                <span>${name} <small>${permissions.join(', ')}</small></span></label>`)}
          </fieldset>
          <label>${t('admin.rights.permissions')}
            <input name="permissions" .value=${account.permissions.join(' ')} ?disabled=${!writes} spellcheck="false" autocapitalize="none" autocomplete="off">
            <small>${t('admin.rights.permissions-hint')}</small></label>
          <div class="grid">
            <label>${t('admin.account.email')}
              <input type="email" name="email" .value=${account.email ?? ''} ?disabled=${!writes} autocomplete="off"></label>
            <label>${t('admin.account.language')}
              <select name="language" ?disabled=${!writes}><option value="">${t('admin.any')}</option>
                ${languages().map((tag) => html`<option value=${tag} ?selected=${account.language === tag}>${t(`language.${tag}`)}</option>`)}</select></label>
          </div>
          ${this.stale ? html`<p role="alert" class="notice warn">${t('admin.rights.stale')}</p>` : nothing}
          ${this.problemView()}
          ${writes ? html`<div class="actions"><button type="submit" aria-busy=${this.busy}>${t('admin.save')}</button></div>` : nothing}
        </form>
        <ul class="rows"><li>
          <span class="what"><strong>${t('admin.budget.title')}</strong><small>${budgetText(this.budget)}</small></span>
          ${writes ? html`<button type="button" class="secondary small" @click=${this.setBudget}>${t('admin.budget.change')}</button>` : nothing}
        </li></ul>`;
  }

  async submit(event) {
    event.preventDefault();
    const fields = new FormData(event.target);
    const { account } = this;
    const offered = this.roles.map(({ name }) => name).filter((name) => this.mayGive(name));
    const held = account.roles.filter((name) => !offered.includes(name));
    const wanted = {
      roles: [...new Set([...fields.getAll('roles'), ...held])],
      permissions: fields.get('permissions').split(/[\s,]+/).filter(Boolean),
      email: fields.get('email') || null,
      language: fields.get('language') || null,
    };
    const body = {};
    const before = {};
    for (const [name, value] of Object.entries(wanted)) {
      const known = Array.isArray(value) ? [...account[name]].sort() : account[name];
      if (JSON.stringify(Array.isArray(value) ? [...value].sort() : value) !== JSON.stringify(known)) {
        body[name] = value;
        before[name] = account[name];
      }
    }
    if (Object.keys(body).length === 0) {
      toast(t('admin.nothing-changed'));
      return;
    }
    this.stale = false;
    const id = account.user_id;
    if (await this.run(async () => {
      try {
        const { etag } = await changeAccountAt(account.etag, id, body);
        toast(t('admin.rights.saved', { name: account.username }), { undo: this.undo(account, before, etag) });
      } catch (error) {
        if (error.code !== 'precondition_failed') {
          throw error;
        }
        this.stale = true;
      }
    })) {
      this.changed();
    }
  }

  /** Takes the change back unless somebody has made another one since; nothing where an address would lose its verification by it. */
  undo({ user_id: id, email_verified: verified }, before, etag) {
    const body = { ...before };
    if (body.email && verified) {
      if (!may(this.claims) || id === this.claims.sub) {
        return undefined; // the API lets nobody vouch for it
      }
      body.email_verified = true;
    }
    return async () => {
      await changeAccountAt(etag, id, body);
      this.changed();
    };
  }

  changed() {
    this.dispatchEvent(new CustomEvent('changed'));
  }

  async setBudget() {
    const id = this.account.user_id;
    const before = this.budget;
    const set = (budget) => (budget ? admin.putAccountBudget({ id, body: budget }) : admin.deleteAccountBudget({ id }));
    const chosen = await budgetDialog(before, set);
    if (chosen !== undefined) {
      this.budget = chosen;
      toast(t('admin.budget.saved', { name: this.account.username }), {
        undo: async () => {
          await set(before);
          this.budget = before;
        },
      });
    }
  }
}

customElements.define('account-rights', AccountRights);
