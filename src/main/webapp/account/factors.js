/** Setting up second factors: an authenticator app, recovery codes, passkeys. */
import { api, AuthSession, session, withStepUp } from '../ui/api.js';
import { openDialog } from '../ui/dialogs.js';
import { html, nothing, View } from '../ui/element.js';
import { loadMessages, t } from '../ui/i18n.js';

await loadMessages(import.meta.url, './messages/'); // the administrators' page has none of them

/** Shows recovery codes, this once, to print or copy. */
export function showRecoveryCodes(codes) {
  return openDialog(t('recovery.title'), (close) => html`
    <div class="print">
      <p>${t('recovery.text')}</p>
      <ol class="codes">${codes.map((code) => html`<li>${code}</li>`)}</ol>
    </div>
    <copy-button .value=${codes.join('\n')}></copy-button>
    <footer>
      <button type="button" class="secondary" @click=${() => print()}>${t('recovery.print')}</button>
      <button type="button" autofocus @click=${() => close(true)}>${t('recovery.kept')}</button>
    </footer>`);
}

/** Asks for a name, and then the browser for a passkey; resolves with whether there is one more. */
export async function addPasskey() {
  const name = await openDialog(t('passkeys.add'), (close) => html`
    <form @submit=${(event) => { event.preventDefault(); close(new FormData(event.target).get('name').trim()); }}>
      <p>${t('passkeys.add-text')}</p>
      <label>${t('passkeys.name')}
        <input name="name" maxlength="64" required autofocus autocomplete="off" .value=${suggestedName()}></label>
      <footer>
        <button type="button" class="secondary" @click=${() => close()}>${t('cancel')}</button>
        <button type="submit">${t('continue')}</button>
      </footer>
    </form>`);
  if (!name) {
    return false;
  }
  await withStepUp(() => session.addPasskey(name));
  return true;
}

function suggestedName() {
  return navigator.userAgentData?.platform || t('passkeys.this-device');
}

/** Sets an authenticator app up: a QR code to scan, then a code to prove it. Fires `enrolled` once the codes were shown. */
class TotpSetup extends View {
  static properties = { secret: { state: true } };

  render() {
    if (!this.secret) {
      return html`
        ${this.problemView()}
        <button type="button" aria-busy=${this.busy} @click=${this.begin}>${t('totp.set-up')}</button>`;
    }
    const image = `data:image/svg+xml,${encodeURIComponent(this.secret.qr_svg)}`;
    return html`
      <form @submit=${this.confirm}>
        <p>${t('totp.scan')}</p>
        <img class="qr" src=${image} alt=${t('totp.qr')}>
        <details><summary>${t('totp.by-hand')}</summary><copy-field .value=${this.secret.secret} label=${t('totp.secret')}></copy-field></details>
        <label>${t('totp.code')}
          <input name="code" inputmode="numeric" autocomplete="one-time-code" required autofocus></label>
        ${this.problemView()}
        <div class="actions">
          <button type="submit" aria-busy=${this.busy}>${t('totp.confirm')}</button>
          <button type="button" class="secondary" @click=${() => { this.secret = undefined; this.problem = undefined; }}>${t('cancel')}</button>
        </div>
      </form>`;
  }

  begin() {
    this.run(async () => {
      this.secret = await api.beginTotp();
      await this.updateComplete;
      this.querySelector('[name=code]').focus();
    });
  }

  confirm(event) {
    event.preventDefault();
    const code = new FormData(event.target).get('code').replace(/\s/g, '');
    this.run(async () => {
      const { recovery_codes: codes } = await api.confirmTotp({ body: { code } });
      this.secret = undefined;
      await showRecoveryCodes(codes);
      this.dispatchEvent(new Event('enrolled', { bubbles: true }));
    }, { invalid_request: 'error.wrong_code' });
  }
}

customElements.define('totp-setup', TotpSetup);

/** The choice for somebody who must have a second factor before anything else. */
class EnrollFactor extends View {
  render() {
    return html`
      ${AuthSession.hasPasskeys ? html`
        <h2>${t('passkeys.title')}</h2>
        <p>${t('passkeys.text')}</p>
        ${this.problemView()}
        <p><button type="button" aria-busy=${this.busy} @click=${this.passkey}>${t('passkeys.add')}</button></p>
        <div class="or">${t('or')}</div>` : nothing}
      <h2>${t('totp.title')}</h2>
      <p>${t('totp.text')}</p>
      <totp-setup></totp-setup>`;
  }

  passkey() {
    this.run(async () => {
      if (await addPasskey()) {
        this.dispatchEvent(new Event('enrolled'));
      }
    });
  }
}

customElements.define('enroll-factor', EnrollFactor);
