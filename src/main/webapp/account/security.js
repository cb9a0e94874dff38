/** How one signs in: passkeys, password, authenticator app, recovery codes. */
import { api, session, withStepUp } from '../ui/api.js';
import { confirmDialog, openDialog } from '../ui/dialogs.js';
import { html, nothing, View } from '../ui/element.js';
import { ago, date, t } from '../ui/i18n.js';
import { toast } from '../ui/toast.js';
import { addPasskey, showRecoveryCodes } from './factors.js';
import '../ui/new-password.js';

class AccountSecurity extends View {
  static properties = {
    claims: { attribute: false }, offered: { attribute: false }, factors: { state: true }, passkeys: { state: true },
    changing: { state: true },
  };

  connectedCallback() {
    super.connectedCallback();
    this.load();
  }

  load() {
    return this.run(async () => {
      [this.factors, this.passkeys] = await Promise.all([api.ownFactors(), session.passkeys()]);
    });
  }

  render() {
    return html`
      ${this.problemView()}
      ${this.offered.passkeys === false ? nothing : this.passkeysView()}
      ${this.totpView()}
      ${this.factors?.totp ? this.recoveryView() : nothing}
      ${this.passwordView()}`;
  }

  passkeysView() {
    return html`
      <section class="card">
        <header>
          <div><h2>${t('passkeys.title')}</h2><p>${t('passkeys.text')}</p></div>
          <button type="button" ?disabled=${this.busy} @click=${this.addPasskey}>${t('passkeys.add')}</button>
        </header>
        ${this.passkeys?.length === 0 ? html`<p class="empty">${t('passkeys.none')}</p>` : nothing}
        <ul class="rows">${this.passkeys?.map((passkey) => html`
          <li>
            <div class="what">
              <strong>${passkey.name ?? t('passkeys.unnamed')}</strong>
              <small>${t('passkeys.since', { day: date(passkey.created_at) })} ·
                ${passkey.last_used_at ? t('passkeys.used', { when: ago(passkey.last_used_at) }) : t('passkeys.unused')}</small>
            </div>
            <div class="actions">
              <button type="button" class="secondary small" @click=${() => this.rename(passkey)}
                aria-label=${t('passkeys.rename-one', { name: passkey.name ?? '' })}>${t('rename')}</button>
              <button type="button" class="secondary danger small" @click=${() => this.removePasskey(passkey)}
                aria-label=${t('passkeys.remove-one', { name: passkey.name ?? '' })}>${t('remove')}</button>
            </div>
          </li>`)}</ul>
      </section>`;
  }

  totpView() {
    return html`
      <section class="card">
        <header>
          <div>
            <h2>${t('totp.title')} ${this.factors?.totp ? html`<span class="badge good">${t('on')}</span>` : nothing}</h2>
            <p>${t('totp.text')}</p>
          </div>
          ${this.factors?.totp ? html`
            <button type="button" class="secondary danger" @click=${this.removeTotp}>${t('totp.remove')}</button>` : nothing}
        </header>
        ${this.factors?.totp
          ? html`<p>${t('totp.since', { day: date(this.factors.totp.created_at) })}</p>`
          : html`<totp-setup @enrolled=${this.load}></totp-setup>`}
      </section>`;
  }

  recoveryView() {
    const left = this.factors.recovery_codes_left;
    return html`
      <section class="card">
        <header>
          <div><h2>${t('recovery.title')} <span class="badge ${left > 2 ? 'good' : 'warn'}">${t('recovery.left', { count: left })}</span></h2>
            <p>${t('recovery.why')}</p></div>
          <button type="button" class="secondary" @click=${this.replaceCodes}>${t('recovery.new')}</button>
        </header>
      </section>`;
  }

  passwordView() {
    return html`
      <section class="card">
        <header>
          <div><h2>${t('password')}</h2><p>${t('password.text')}</p></div>
          ${this.changing ? nothing : html`<button type="button" class="secondary" @click=${() => { this.changing = true; }}>${t('password.change')}</button>`}
        </header>
        ${this.changing ? html`
          <new-password .username=${this.claims.upn} .current=${true} .set=${(current, fresh) => this.setPassword(current, fresh)}></new-password>` : nothing}
      </section>`;
  }

  addPasskey() {
    this.run(async () => {
      if (await addPasskey()) {
        this.passkeys = await session.passkeys();
        this.factors = await api.ownFactors();
        toast(t('passkeys.added'));
      }
    });
  }

  async rename(passkey) {
    const name = await openDialog(t('passkeys.rename-one', { name: passkey.name ?? '' }), (close) => html`
      <form @submit=${(event) => { event.preventDefault(); close(new FormData(event.target).get('name').trim()); }}>
        <label>${t('passkeys.name')}
          <input name="name" maxlength="64" required autofocus autocomplete="off" .value=${passkey.name ?? ''}></label>
        <footer>
          <button type="button" class="secondary" @click=${() => close()}>${t('cancel')}</button>
          <button type="submit">${t('rename')}</button>
        </footer>
      </form>`);
    if (name && name !== passkey.name) {
      const undo = passkey.name && (async () => { this.passkeys = await session.renamePasskey(passkey.id, passkey.name); });
      if (await this.run(async () => { this.passkeys = await session.renamePasskey(passkey.id, name); })) {
        toast(t('passkeys.renamed'), { undo });
      }
    }
  }

  async removePasskey(passkey) {
    const sure = await confirmDialog({
      title: t('passkeys.remove-one', { name: passkey.name ?? '' }), text: t('passkeys.remove-text'), action: t('remove'),
    });
    if (sure && await this.run(async () => {
      this.passkeys = await withStepUp(() => session.removePasskey(passkey.id));
      this.factors = await api.ownFactors();
    })) {
      toast(t('passkeys.removed'));
    }
  }

  async removeTotp() {
    const sure = await confirmDialog({ title: t('totp.remove'), text: t('totp.remove-text'), action: t('totp.remove') });
    if (sure && await this.run(() => api.removeTotp())) {
      toast(t('totp.removed'));
      await this.load();
    }
  }

  async replaceCodes() {
    const sure = await confirmDialog({
      title: t('recovery.new'), text: t('recovery.new-text'), action: t('recovery.new'), danger: false,
    });
    if (sure) {
      await this.run(async () => {
        const { recovery_codes: codes } = await api.replaceRecoveryCodes();
        await showRecoveryCodes(codes);
        this.factors = await api.ownFactors();
      });
    }
  }

  async setPassword(current, fresh) {
    await session.changePassword(current, fresh);
    this.changing = false;
    toast(t('password.changed'));
  }
}

customElements.define('account-security', AccountSecurity);
