/** Where one is signed in, and which devices need no second factor. */
import { api, session } from '../ui/api.js';
import { confirmDialog } from '../ui/dialogs.js';
import { html, nothing, View } from '../ui/element.js';
import { ago, date, dateTime, t } from '../ui/i18n.js';
import { emptyView, Pager } from '../ui/pager.js';
import { toast } from '../ui/toast.js';

class AccountDevices extends View {
  static properties = { offered: { attribute: false }, remembered: { state: true } };

  constructor() {
    super();
    this.sessions = new Pager(this, (query) => api.ownSessions({ query }));
  }

  connectedCallback() {
    super.connectedCallback();
    this.loadRemembered();
  }

  async loadRemembered() {
    this.remembered = await api.rememberedDevices().then(({ items }) => items, () => undefined);
  }

  render() {
    return html`
      ${this.problemView()}
      <section class="card">
        <header>
          <div><h2>${t('devices.sessions')}</h2><p>${t('devices.sessions-text')}</p></div>
          <button type="button" class="secondary danger" @click=${this.endAll}>${t('devices.end-all')}</button>
        </header>
        ${emptyView(this.sessions.items, t('devices.none'))}
        <ul class="rows">${this.sessions.items?.map((one) => html`
          <li>
            <div class="what">
              <strong>${one.device || t('devices.unknown')}</strong>
              ${one.current ? html`<span class="badge good">${t('devices.current')}</span>` : nothing}
              <small title=${dateTime(one.last_seen_at)}>${t('devices.seen', { when: ago(one.last_seen_at), address: one.ip_address })}</small>
              <small>${t('devices.since', { when: dateTime(one.created_at) })}</small>
            </div>
            <button type="button" class="secondary small" @click=${() => this.end(one)}
              aria-label=${t('devices.end-one', { device: one.device })}>${t('app.sign-out')}</button>
          </li>`)}</ul>
        ${this.sessions.moreView()}
      </section>
      ${this.remembered?.length ? this.rememberedView() : nothing}`;
  }

  rememberedView() {
    return html`
      <section class="card">
        <header><div><h2>${t('devices.remembered')}</h2><p>${t('devices.remembered-text')}</p></div></header>
        <ul class="rows">${this.remembered.map((device) => html`
          <li>
            <div class="what">
              <strong>${device.device || t('devices.unknown')}</strong>
              <small>${t('devices.until', { day: date(device.remembered_until), address: device.ip_address })}</small>
            </div>
            <button type="button" class="secondary small" @click=${() => this.forget(device)}
              aria-label=${t('devices.forget-one', { device: device.device })}>${t('devices.forget')}</button>
          </li>`)}</ul>
      </section>`;
  }

  async end(one) {
    if (one.current) {
      await this.run(() => session.logout());
    } else if (await this.run(() => api.endOwnSession({ sid: one.session_id }))) {
      toast(t('devices.ended', { device: one.device }));
      await this.sessions.reload();
    }
  }

  async endAll() {
    const sure = await confirmDialog({ title: t('devices.end-all'), text: t('devices.end-all-text'), action: t('devices.end-all') });
    if (sure) {
      await this.run(async () => {
        await api.logoutAll();
        await session.logout();
      });
    }
  }

  async forget(device) {
    if (await this.run(() => api.forgetDevice({ device_id: device.device_id }))) {
      toast(t('devices.forgotten', { device: device.device }));
      await this.loadRemembered();
    }
  }
}

customElements.define('account-devices', AccountDevices);
