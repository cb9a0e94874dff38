/** What there is to do first, and how the account stands. */
import { api, session } from '../ui/api.js';
import { html, View } from '../ui/element.js';
import { t } from '../ui/i18n.js';

class AccountHome extends View {
  static properties = { claims: { attribute: false }, offered: { attribute: false }, state: { state: true } };

  connectedCallback() {
    super.connectedCallback();
    this.run(async () => {
      const [factors, passkeys, sessions, keys] = await Promise.all(
        [api.ownFactors(), session.passkeys(), api.ownSessions(), api.ownApiKeys()]);
      this.state = { factors, passkeys: passkeys.length, sessions: sessions.items.length, more: sessions.next_cursor,
        keys: keys.items.length };
    });
  }

  render() {
    const { factors, passkeys = 0, sessions, more, keys } = this.state ?? {};
    return html`
      <p>${t('home.text', { name: this.claims.upn })}</p>
      ${this.problemView()}
      ${this.state ? html`
        <div class="cards">
          ${this.offered.passkeys === false ? '' : this.card('#/security', t('home.passkeys'), passkeys > 0,
            passkeys ? t('home.passkeys-some', { count: passkeys }) : t('home.passkeys-none'))}
          ${this.card('#/security', t('home.factor'), factors.methods.length > 0,
            t(factors.methods.length ? 'home.factor-on' : 'home.factor-off'))}
          ${this.card('#/keys', t('home.keys'), keys > 0, keys ? t('home.keys-some', { count: keys }) : t('home.keys-none'))}
          ${this.card('#/devices', t('home.devices'), undefined, t('home.devices-some', { count: more ? `${sessions}+` : sessions }))}
        </div>` : html`<p aria-busy=${this.busy}>${this.busy ? t('loading') : ''}</p>`}`;
  }

  card(href, title, done, text) {
    return html`
      <section class="card">
        <h2><a href=${href}>${title}</a></h2>
        <p>${text}</p>
        ${done === undefined ? '' : html`<span class="badge ${done ? 'good' : 'warn'}">${t(done ? 'home.done' : 'home.open')}</span>`}
      </section>`;
  }
}

customElements.define('account-home', AccountHome);
