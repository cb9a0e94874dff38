/** Roles, what they permit, and the budget of each of their holders. */
import { AuthError } from '../ui/api.js';
import { confirmDialog, openDialog } from '../ui/dialogs.js';
import { html, nothing, View } from '../ui/element.js';
import { hasMessage, t } from '../ui/i18n.js';
import { emptyView, Pager } from '../ui/pager.js';
import { toast } from '../ui/toast.js';
import { admin, may, orMissing } from './api.js';
import { budgetDialog } from './budget.js';

const ADMINISTRATION = ['users:read', 'users:write', 'users:unlock', 'users:reset', 'sessions:read', 'sessions:end', 'audit:read',
  'keys:write', 'policy:read'];

class AdminRoles extends View {
  static properties = { claims: { attribute: false } };

  constructor() {
    super();
    this.list = new Pager(this, () => admin.listRoles());
  }

  render() {
    const { items } = this.list;
    const writes = may(this.claims);
    return html`
      <div class="bar"><p class="hint">${t('admin.roles.text')}</p>
        ${writes ? html`<div class="actions"><button type="button" @click=${() => this.edit()}>${t('admin.roles.new')}</button></div>` : nothing}</div>
      ${this.problemView()}
      <section class="card" aria-label=${t('admin.nav.roles')}>
        ${emptyView(items, t('admin.roles.none'))}
        ${items?.length ? html`<ul class="rows">${items.map((role) => html`
          <li>
            <span class="what"><strong>${role.name}</strong>
              <small>${role.name === 'admin' ? t('admin.roles.admin') : role.permissions.length ? html`<span class="badges">${role.permissions.map((name) => html`<span class="badge">${name}</span>`)}</span>` : t('admin.roles.nothing')}</small></span>
            ${writes ? html`<span class="actions">
              <button type="button" class="secondary small" @click=${() => this.edit(role)}>${t('admin.change')}<span class="visually-hidden"> ${role.name}</span></button>
              <button type="button" class="secondary small" @click=${() => this.budget(role)}>${t('admin.budget.title')}<span class="visually-hidden"> ${role.name}</span></button>
              ${role.name === 'admin' ? nothing : html`
                <button type="button" class="secondary small danger" @click=${() => this.removeRole(role)}>${t('admin.delete')}<span class="visually-hidden"> ${role.name}</span></button>`}
            </span>` : nothing}
          </li>`)}</ul>` : nothing}
      </section>
      <details><summary>${t('admin.roles.permissions')}</summary>
        <dl class="terms">${ADMINISTRATION.map((name) => html`<div><dt><code>${name}</code></dt><dd>${t(`admin.permission.${name}`)}</dd></div>`)}</dl>
      </details>`;
  }

  async edit(role) {
    const saved = await openDialog(role ? role.name : t('admin.roles.new'), (close) => html`<role-form .existing=${role} .close=${close}></role-form>`);
    if (saved) {
      const { name } = saved;
      toast(t('admin.roles.saved', { name }), {
        undo: async () => {
          await requireUnchanged(name, saved);
          await (role ? admin.putRole({ name, body: { permissions: role.permissions } }) : admin.deleteRole({ name }));
          await this.list.reload();
        },
      });
    }
    await this.list.reload();
  }

  async budget({ name }) {
    await this.run(async () => {
      const before = await orMissing(admin.getRoleBudget({ name }));
      const set = (budget) => (budget ? admin.putRoleBudget({ name, body: budget }) : admin.deleteRoleBudget({ name }));
      if (await budgetDialog(before, set) !== undefined) {
        toast(t('admin.budget.saved', { name }), { undo: () => set(before) });
      }
    });
  }

  async removeRole({ name }) {
    if (await confirmDialog({ title: t('admin.roles.delete', { name }), text: t('admin.roles.delete-text', { name }), action: t('admin.delete'), word: name })
      && await this.run(() => admin.deleteRole({ name }))) {
      toast(t('admin.roles.deleted', { name })); // nothing to undo: who had the role has it no more
      await this.list.reload();
    }
  }
}

customElements.define('admin-roles', AdminRoles);

class RoleForm extends View {
  static properties = { existing: { attribute: false } };

  render() {
    const held = this.existing?.permissions ?? [];
    const others = held.filter((name) => !ADMINISTRATION.includes(name));
    return html`
      <form @submit=${this.submit}>
        ${this.existing ? nothing : html`
          <label>${t('admin.roles.name')} <input name="name" required pattern="[A-Za-z0-9][A-Za-z0-9._:\\-]*" maxlength="64" autocomplete="off" autocapitalize="none" spellcheck="false" autofocus></label>`}
        <label>${t('admin.roles.application')}
          <input name="others" .value=${others.join(' ')} autocomplete="off" autocapitalize="none" spellcheck="false" placeholder="chat:write">
          <small>${t('admin.rights.permissions-hint')}</small></label>
        <fieldset>
          <legend>${t('admin.roles.administration')}</legend>
          ${ADMINISTRATION.map((name) => html`
            <label><input type="checkbox" name="permissions" value=${name} ?checked=${held.includes(name)}>
              <span>${name} <small>${hasMessage(`admin.permission.${name}`) ? t(`admin.permission.${name}`) : ''}</small></span></label>`)}
        </fieldset>
        ${this.problemView()}
        <footer>
          <button type="button" class="secondary" @click=${() => this.close()}>${t('cancel')}</button>
          <button type="submit" aria-busy=${this.busy}>${t('admin.save')}</button>
        </footer>
      </form>`;
  }

  submit(event) {
    event.preventDefault();
    const fields = new FormData(event.target);
    const name = this.existing?.name ?? fields.get('name').trim();
    const permissions = [...fields.getAll('permissions'), ...fields.get('others').split(/[\s,]+/).filter(Boolean)];
    this.run(async () => {
      await requireUnchanged(name, this.existing);
      this.close(await admin.putRole({ name, body: { permissions } }));
    });
  }
}

customElements.define('role-form', RoleForm);

/** Roles have no entity tags: rejects unless a role is as it was shown, or `undefined` for none. */
async function requireUnchanged(name, shown) {
  const now = (await admin.listRoles()).items.find((role) => role.name === name);
  const sorted = (role) => JSON.stringify(role && [...role.permissions].sort());
  if (sorted(now) !== sorted(shown)) {
    throw new AuthError(shown ? 'precondition_failed' : 'role_exists');
  }
}
