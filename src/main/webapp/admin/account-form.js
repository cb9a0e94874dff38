/** The form of a new account. */
import { html, View } from '../ui/element.js';
import { languages, t } from '../ui/i18n.js';
import { admin, may } from './api.js';

class AccountForm extends View {
  static properties = { claims: { attribute: false }, roles: { attribute: false } };

  render() {
    const givable = this.roles.filter((role) => may(this.claims) || this.claims.roles.includes(role));
    return html`
      <form @submit=${this.submit}>
        <label>${t('admin.account.name')}
          <input name="username" required autocomplete="off" autocapitalize="none" spellcheck="false" autofocus></label>
        <label>${t('admin.account.email')} <small>${t('admin.optional')}</small>
          <input type="email" name="email" autocomplete="off"></label>
        <label>${t('admin.account.language')}
          <select name="language"><option value="">${t('admin.any')}</option>
            ${languages().map((tag) => html`<option value=${tag}>${t(`language.${tag}`)}</option>`)}</select></label>
        <fieldset>
          <legend>${t('admin.account.roles')}</legend>
          ${givable.map((role) => html`<label><input type="checkbox" name="roles" value=${role} ?checked=${role === 'user'}> <span>${role}</span></label>`)}
        </fieldset>
        <fieldset>
          <legend>${t('admin.account.first')}</legend>
          <label><input type="radio" name="how" value="password" checked> <span>${t('admin.account.first.password')}</span></label>
          <label><input type="radio" name="how" value="invite"> <span>${t('admin.account.first.invite')}</span></label>
        </fieldset>
        ${this.problem?.code === 'not_available' ? html`<p role="alert" class="notice warn">${t('admin.no-mail')}</p>` : this.problemView()}
        <footer>
          <button type="button" class="secondary" @click=${() => this.close()}>${t('cancel')}</button>
          <button type="submit" aria-busy=${this.busy}>${t('admin.account.create')}</button>
        </footer>
      </form>`;
  }

  submit(event) {
    event.preventDefault();
    const fields = new FormData(event.target);
    const body = { username: fields.get('username'), roles: fields.getAll('roles') };
    for (const name of ['email', 'language']) {
      if (fields.get(name)) {
        body[name] = fields.get(name);
      }
    }
    if (fields.get('how') === 'invite') {
      body.invite = true;
    } else {
      body.must_change_password = true;
    }
    this.run(async () => this.close(await admin.createAccount({ body })));
  }
}

customElements.define('account-form', AccountForm);
