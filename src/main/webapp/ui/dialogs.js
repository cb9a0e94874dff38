/** Questions to the user: promises that resolve when they are answered. */
import { html, nothing, render } from 'lit';
import { AuthError, AuthSession, CANCELLED, onStepUp, session, sessionEvents } from './api.js';
import { View } from './element.js';
import { t } from './i18n.js';

let opened = 0; // dialogs may stand on each other, each with a title of its own

/**
 * Opens a modal dialog (focus stays in it, Escape closes it) and resolves with what its content gives to `close`, or with
 * `undefined`. `content(close)` is a template. The focus goes back to where it was. A session that ends takes its dialogs along: they
 * are never answered, so that nothing that would follow is done as the next user.
 */
export function openDialog(title, content) {
  return new Promise((resolve) => {
    const dialog = document.createElement('dialog');
    const titled = `dialog-title-${++opened}`;
    dialog.setAttribute('aria-labelledby', titled);
    let answer;
    const close = (value) => {
      answer = value;
      dialog.close();
    };
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(answer);
    });
    render(html`
      <article>
        <header>
          <button type="button" class="dismiss" aria-label=${t('close')} @click=${() => close()}>×</button>
          <h2 id=${titled}>${title}</h2>
        </header>
        ${content(close)}
      </article>`, dialog);
    document.body.append(dialog);
    dialog.showModal();
    dialog.querySelector('[autofocus]')?.focus();
  });
}

/** Says what is about to happen and asks; resolves with whether the user agreed. `word`: what must be typed first. */
export async function confirmDialog({ title, text, action, danger = true, word }) {
  const submit = (close) => (event) => {
    event.preventDefault();
    if (!word || new FormData(event.target).get('word').trim() === word) {
      close(true);
    }
  };
  return await openDialog(title, (close) => html`
    <form @submit=${submit(close)}>
      <p>${text}</p>
      ${word ? html`
        <label>${t('dialog.type', { word })}
          <input name="word" autocomplete="off" autocapitalize="none" spellcheck="false" required autofocus
            pattern=${word.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')}></label>` : nothing}
      <footer>
        <button type="button" class="secondary" ?autofocus=${!word} @click=${() => close()}>${t('cancel')}</button>
        <button type="submit" class=${danger ? 'danger' : ''}>${action}</button>
      </footer>
    </form>`) === true;
}

/** Shows a secret that is not shown again; resolves when the user has closed it. */
export function secretDialog({ title, text, secret, more = nothing }) {
  return openDialog(title, (close) => html`
    <p>${text}</p>
    <copy-field .value=${secret} label=${title}></copy-field>
    ${more}
    <footer><button type="button" autofocus @click=${() => close()}>${t('done')}</button></footer>`);
}

/** A value to read and to copy. */
class CopyField extends View {
  static properties = { value: { attribute: false }, label: {}, copied: { state: true } };

  render() {
    return html`
      <div class="copy-field">
        <code tabindex="0" role="textbox" aria-readonly="true" aria-label=${this.label}>${this.value}</code>
        <button type="button" class="secondary" @click=${this.copy}>${this.copied ? t('copied') : t('copy')}</button>
      </div>
      <span role="status" class="visually-hidden">${this.copied ? t('copied') : ''}</span>`;
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.value);
    } catch { // not allowed: selected, for the user to copy
      getSelection().selectAllChildren(this.querySelector('code'));
      return;
    }
    this.copied = true;
  }
}

customElements.define('copy-field', CopyField);

/** Copies without showing. */
class CopyButton extends View {
  static properties = { value: { attribute: false }, copied: { state: true } };

  render() {
    return html`<button type="button" class="secondary small" @click=${this.copy}>${this.copied ? t('copied') : t('copy')}</button>`;
  }

  async copy() {
    await this.run(() => navigator.clipboard.writeText(this.value));
    this.copied = !this.problem;
  }
}

customElements.define('copy-button', CopyButton);

/** Authenticates the user once more (RFC 9470): by password, and by a second factor where there is one, or by a passkey. */
class StepUpForm extends View {
  static properties = { methods: { state: true }, method: { state: true }, username: { state: true } };

  constructor() {
    super();
    this.methods = [];
  }

  /** For password managers. */
  firstUpdated() {
    session.claims().then(({ upn }) => { this.username = upn; }, () => {});
  }

  render() {
    const codes = this.methods.filter((method) => method !== 'passkey');
    const passkeys = AuthSession.hasPasskeys && (this.methods.length === 0 || this.methods.includes('passkey'));
    if (this.methods.length && !codes.length) {
      return this.passkeyView(passkeys);
    }
    return html`
      <form @submit=${this.submit}>
        <p>${t('step-up.text')}</p>
        <input type="text" name="username" autocomplete="username" class="visually-hidden" tabindex="-1" aria-hidden="true" readonly
          .value=${this.username ?? ''}>
        <label>${t('password')}
          <input type="password" name="password" autocomplete="current-password" required autofocus></label>
        ${codes.length ? html`
          <label>${t(this.method === 'recovery_code' ? 'factor.recovery_code' : 'factor.totp')}
            <input name="code" required autocapitalize="none" spellcheck="false"
              autocomplete=${this.method === 'recovery_code' ? 'off' : 'one-time-code'}
              inputmode=${this.method === 'recovery_code' ? 'text' : 'numeric'}></label>
          ${codes.length > 1 ? html`<button type="button" class="link" @click=${this.otherMethod}>
            ${t(this.method === 'recovery_code' ? 'factor.use-totp' : 'factor.use-recovery_code')}</button>` : nothing}` : nothing}
        ${this.problemView()}
        <footer>
          ${passkeys ? html`<button type="button" class="secondary" @click=${this.passkey} ?disabled=${this.busy}>
            ${t('step-up.passkey')}</button>` : nothing}
          <button type="submit" aria-busy=${this.busy}>${t('continue')}</button>
        </footer>
      </form>`;
  }

  /** The password was not enough, and no code replaces the passkey. */
  passkeyView(possible) {
    return html`
      <p role="status">${t('step-up.passkey-needed')}</p>
      ${this.problemView()}
      <footer>
        <button type="button" class="secondary" @click=${() => this.close()}>${t('cancel')}</button>
        ${possible ? html`<button type="button" class="passkey" aria-busy=${this.busy} @click=${this.passkey}>
          ${t('factor.passkey-action')}</button>` : nothing}
      </footer>`;
  }

  otherMethod() {
    this.method = this.method === 'recovery_code' ? 'totp' : 'recovery_code';
  }

  submit(event) {
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(event.target));
    const factor = fields.code === undefined ? {} : { method: this.method, code: fields.code };
    this.authenticate({ password: fields.password, ...factor });
  }

  passkey() {
    this.authenticate({ method: 'passkey' });
  }

  async authenticate(proof) {
    await this.run(async () => {
      try {
        await session.reauthenticate(proof);
      } catch (error) {
        if (error.code !== 'mfa_required') {
          throw error;
        }
        this.methods = error.problem.methods;
        this.method = this.methods.find((method) => method !== 'passkey');
        await this.updateComplete;
        this.querySelector('[name=code], .passkey')?.focus();
        return;
      }
      this.close(true);
    }, { invalid_credentials: proof.method === 'passkey' ? 'error.passkey-refused' : 'error.wrong_proof' });
  }
}

customElements.define('step-up-form', StepUpForm);

let asking; // one dialog for all calls that wait for it

sessionEvents.addEventListener('signedout', () => {
  document.querySelectorAll('dialog').forEach((dialog) => dialog.remove());
  asking = undefined;
});

onStepUp(() => {
  asking ??= openDialog(t('step-up.title'), (close) => html`<step-up-form .close=${close}></step-up-form>`)
    .finally(() => { asking = undefined; });
  return asking.then((done) => {
    if (!done) {
      throw new AuthError(CANCELLED);
    }
  });
});
