/** Signing in: name, then passkey or password, then what else the account needs before it can be used. */
import { api, AuthSession, session } from './api.js';
import { html, nothing, View } from './element.js';
import { t } from './i18n.js';
import './new-password.js';

/** Which question is asked. */
const NAME = 'name';
const PASSWORD = 'password';
const FACTOR = 'factor';
const FORGOT = 'forgot';
const MAIL_SENT = 'mail-sent';

const REFUSED_PASSKEY = { invalid_credentials: 'error.passkey-refused' };

/**
 * `<sign-in .claims .ended>`: fires `signedin` when somebody is. `claims` of a session that may do nothing yet but change its
 * password or get a second factor; `ended`: why the session before is over.
 */
class SignIn extends View {
  static properties = {
    claims: { attribute: false }, ended: {}, step: { state: true }, method: { state: true }, offered: { state: true },
    pending: { state: true },
  };

  constructor() {
    super();
    this.step = NAME;
    this.username = '';
    this.offered = {};
  }

  connectedCallback() {
    super.connectedCallback();
    this.offerPasskeys();
    api.signInOptions().then((options) => { this.offered = options; }, () => {});
  }

  /** The field to fill in, or the title, so that a screen reader tells of a step without one. */
  focusFirst() {
    (this.querySelector('[autofocus]') ?? this.querySelector('h1'))?.focus();
  }

  disconnectedCallback() {
    session.stopOfferingPasskeys();
    super.disconnectedCallback();
  }

  /** In the list that the browser opens at the field of the name. */
  async offerPasskeys() {
    try {
      if (!this.claims && await session.offerPasskeys()) {
        this.done();
      }
    } catch { /* then by the button, which says what is wrong */ }
  }

  updated(changed) {
    if (['step', 'method', 'claims'].some((name) => changed.has(name))) {
      this.focusFirst();
    }
  }

  render() {
    if (this.claims?.must_change_password) {
      return this.card(t('sign-in.change-title'), html`
        <p>${t('sign-in.change-text')}</p>
        <new-password .username=${this.claims.upn} .current=${true} .set=${(current, fresh) => this.change(current, fresh)}>
        </new-password>
        ${this.leaveView()}`);
    }
    if (this.claims?.must_enroll) {
      import('../account/factors.js');
      return this.card(t('sign-in.enroll-title'), html`
        <p>${t('sign-in.enroll-text')}</p>
        <enroll-factor @enrolled=${this.enrolled}></enroll-factor>
        ${this.leaveView()}`);
    }
    switch (this.step) {
      case PASSWORD: return this.passwordView();
      case FACTOR: return this.factorView();
      case FORGOT: return this.forgotView();
      case MAIL_SENT: return this.mailSentView();
      default: return this.nameView();
    }
  }

  card(title, content) {
    return html`<section class="card"><h1 tabindex="-1">${title}</h1>${content}</section>`;
  }

  nameView() {
    return this.card(t('sign-in.title'), html`
      ${this.ended && this.ended !== 'refresh_token_required' ? html`
        <p class="notice" role="status">${t(this.ended === 'logout' ? 'sign-in.signed-out' : 'sign-in.session-over')}</p>` : nothing}
      <form @submit=${this.submitName}>
        <label>${t('username')}
          <input name="username" autocomplete="username webauthn" autocapitalize="none" spellcheck="false" required autofocus
            .value=${this.username}></label>
        <input type="password" name="password" autocomplete="current-password" class="visually-hidden" tabindex="-1"
          aria-hidden="true">
        ${this.problemView()}
        <button type="submit">${t('continue')}</button>
      </form>
      ${this.passkeyView()}`);
  }

  passkeyView() {
    return AuthSession.hasPasskeys && this.offered.passkeys !== false ? html`
      <div class="or">${t('or')}</div>
      <button type="button" class="secondary wide" ?disabled=${this.busy} @click=${this.passkey}>${t('sign-in.passkey')}</button>`
      : nothing;
  }

  passwordView() {
    return this.card(t('sign-in.title'), html`
      <form @submit=${this.submitPassword}>
        <label>${t('username')}
          <input name="username" autocomplete="username" readonly .value=${this.username}></label>
        <label>${t('password')}
          <input type="password" name="password" autocomplete="current-password" required autofocus></label>
        ${this.problemView()}
        <button type="submit" aria-busy=${this.busy}>${t('sign-in.action')}</button>
      </form>
      ${this.passkeyView()}
      <div class="links">
        ${this.stepLink(NAME, t('sign-in.other-name'))}
        ${this.offered.mail ? this.stepLink(FORGOT, t('sign-in.forgot')) : nothing}
      </div>`);
  }

  factorView() {
    const others = this.pending.methods.filter((method) => method !== this.method && (method !== 'passkey' || AuthSession.hasPasskeys));
    return this.card(t('factor.title'), html`
      <form @submit=${this.submitFactor}>
        ${this.method === 'passkey' ? html`<p>${t('factor.passkey-text')}</p>` : html`
          <label>${t(`factor.${this.method}`)}
            ${this.method === 'totp'
              ? html`<input name="code" autocomplete="one-time-code" inputmode="numeric" pattern="[0-9 ]{6,8}" required autofocus>`
              : html`<input name="code" autocomplete="off" autocapitalize="none" spellcheck="false" required autofocus>`}
            <small>${t(`factor.${this.method}-hint`)}</small></label>`}
        ${this.offered.remember_device_days ? html`
          <label><input type="checkbox" name="remember">
            <span>${t('factor.remember', { days: this.offered.remember_device_days })}</span></label>` : nothing}
        ${this.problemView()}
        <button type="submit" aria-busy=${this.busy}>${t(this.method === 'passkey' ? 'factor.passkey-action' : 'continue')}</button>
      </form>
      <div class="links">
        ${others.map((method) => html`
          <button type="button" class="link" @click=${() => { this.method = method; this.problem = undefined; }}>
            ${t(`factor.use-${method}`)}</button>`)}
        ${this.stepLink(NAME, t('sign-in.again'))}
      </div>`);
  }

  forgotView() {
    return this.card(t('forgot.title'), html`
      <p>${t('forgot.text')}</p>
      <form @submit=${this.submitForgot}>
        <label>${t('forgot.name')}
          <input name="username" autocomplete="username" autocapitalize="none" spellcheck="false" required autofocus
            .value=${this.username}></label>
        ${this.problemView()}
        <button type="submit" aria-busy=${this.busy}>${t('forgot.action')}</button>
      </form>
      <div class="links">${this.stepLink(NAME, t('back'))}</div>`);
  }

  mailSentView() {
    return this.card(t('forgot.sent-title'), html`
      <p role="status">${t('forgot.sent-text')}</p>
      <div class="links">${this.stepLink(NAME, t('forgot.back'))}</div>`);
  }

  leaveView() {
    return html`${this.problemView()}
      <div class="links"><button type="button" class="link" @click=${() => this.run(() => session.logout())}>${t('app.sign-out')}</button></div>`;
  }

  stepLink(step, text) {
    return html`<button type="button" class="link" @click=${() => this.go(step)}>${text}</button>`;
  }

  go(step) {
    this.problem = undefined;
    this.step = step;
    if (step === NAME) {
      this.offerPasskeys();
    }
  }

  submitName(event) {
    event.preventDefault();
    const fields = new FormData(event.target);
    this.username = fields.get('username').trim();
    if (fields.get('password')) { // a password manager has filled both
      this.signIn(fields.get('password'));
    } else {
      this.go(PASSWORD);
    }
  }

  submitPassword(event) {
    event.preventDefault();
    this.signIn(new FormData(event.target).get('password'));
  }

  signIn(password) {
    return this.run(async () => {
      try {
        await session.login(this.username, password);
      } catch (error) {
        if (error.code !== 'mfa_required') {
          this.step = PASSWORD;
          throw error;
        }
        this.pending = error.problem;
        this.method = ['totp', 'passkey', 'recovery_code'].find((method) => error.problem.methods.includes(method));
        this.step = FACTOR;
        return;
      }
      this.done();
    });
  }

  submitFactor(event) {
    event.preventDefault();
    const fields = new FormData(event.target);
    this.run(async () => {
      const code = fields.get('code')?.trim();
      const factor = this.method === 'passkey' ? { method: 'passkey' } : { method: this.method, code };
      await session.loginWithFactor(this.pending.mfa_token, factor, fields.has('remember'));
      this.done();
    }, this.method === 'passkey' ? REFUSED_PASSKEY : {});
  }

  passkey() {
    this.run(async () => {
      await session.loginWithPasskey();
      this.done();
    }, REFUSED_PASSKEY);
  }

  submitForgot(event) {
    event.preventDefault();
    const username = new FormData(event.target).get('username').trim();
    this.run(async () => {
      await api.forgotPassword({ body: { username } });
      this.go(MAIL_SENT);
    });
  }

  async change(current, fresh) {
    await session.changePassword(current, fresh);
    this.done();
  }

  async enrolled() {
    await session.renew();
    this.done();
  }

  done() {
    this.step = NAME;
    this.username = '';
    this.pending = undefined;
    this.dispatchEvent(new Event('signedin'));
  }
}

customElements.define('sign-in', SignIn);
