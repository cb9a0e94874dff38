/** The fields for a new password, twice, and for the current one where it is asked for. */
import { api } from './api.js';
import { html, nothing, View } from './element.js';
import { t } from './i18n.js';

/** `<new-password .username .current .set>`: `set(current, fresh)` sends them; its rejection is shown. */
class NewPassword extends View {
  static properties = {
    username: { attribute: false }, current: { type: Boolean }, set: { attribute: false }, action: {}, shown: { state: true },
    different: { state: true }, shortest: { state: true },
  };

  connectedCallback() {
    super.connectedCallback();
    api.signInOptions().then(({ password_min_length: shortest }) => { this.shortest = shortest; }, () => {});
  }

  render() {
    const type = this.shown ? 'text' : 'password';
    return html`
      <form @submit=${this.submit}>
        ${this.username ? html`<input type="text" name="username" autocomplete="username" class="visually-hidden" tabindex="-1"
          aria-hidden="true" readonly .value=${this.username}>` : nothing}
        ${this.current ? html`
          <label>${t('password.current')}
            <input type=${type} name="current" autocomplete="current-password" required autofocus></label>` : nothing}
        <label>${t('password.new')}
          <input type=${type} name="fresh" autocomplete="new-password" required ?autofocus=${!this.current}
            aria-describedby="password-hint"></label>
        <p class="hint" id="password-hint">${this.shortest ? t('password.shortest', { count: this.shortest }) : nothing} ${t('password.hint')}</p>
        <label>${t('password.repeat')}
          <input type=${type} name="repeat" autocomplete="new-password" required
            aria-invalid=${this.different ? 'true' : nothing}></label>
        <label><input type="checkbox" @change=${(event) => { this.shown = event.target.checked; }}>
          <span>${t('password.show')}</span></label>
        ${this.different ? html`<div role="alert" class="problem-text"><p>${t('password.different')}</p></div>` : this.problemView()}
        <button type="submit" aria-busy=${this.busy}>${this.action ?? t('password.set')}</button>
      </form>`;
  }

  firstUpdated() {
    this.querySelector('[autofocus]')?.focus();
  }

  async submit(event) {
    event.preventDefault();
    const form = event.target;
    const { current, fresh, repeat } = Object.fromEntries(new FormData(form));
    this.different = fresh !== repeat;
    if (this.different) {
      form.elements.repeat.focus();
      return;
    }
    if (await this.run(() => this.set(current, fresh), { invalid_credentials: 'error.wrong_password' })) {
      form.reset();
    }
  }
}

customElements.define('new-password', NewPassword);
