/** Everybody's sessions, the last failed sign-ins, and the button that ends every session. */
import { session } from '../ui/api.js';
import { confirmDialog } from '../ui/dialogs.js';
import { html, nothing, View } from '../ui/element.js';
import { ago, dateTime, t } from '../ui/i18n.js';
import { emptyView, Pager } from '../ui/pager.js';
import { failureText } from './account-access.js';
import { admin, may } from './api.js';
import { endSessionButton } from './end-session.js';

class AdminSessions extends View {
  static properties = { claims: { attribute: false } };

  render() {
    return html`
      ${this.problemView()}
      ${may(this.claims) ? html`
        <section class="card">
          <header><div><h2>${t('admin.sessions.panic')}</h2><p>${t('admin.sessions.panic-text')}</p></div>
            <button type="button" class="danger" @click=${this.panic}>${t('admin.sessions.panic')}…</button></header>
        </section>` : nothing}
      ${may(this.claims, 'audit:read') ? html`<failed-sign-ins></failed-sign-ins>` : nothing}
      ${may(this.claims, 'sessions:read') ? html`<all-sessions .claims=${this.claims}></all-sessions>` : nothing}`;
  }

  async panic() {
    if (await confirmDialog({ title: t('admin.sessions.panic'), text: t('admin.sessions.panic-confirm'), action: t('admin.sessions.panic'), word: 'end' })) {
      await this.run(async () => {
        await admin.revokeAll({ body: {} });
        await session.logout();
      });
    }
  }
}

customElements.define('admin-sessions', AdminSessions);

class AllSessions extends View {
  static properties = { claims: { attribute: false } };

  constructor() {
    super();
    this.list = new Pager(this, (query) => admin.allSessions({ query }));
  }

  render() {
    const { items } = this.list;
    return html`
      <section class="card">
        <header><div><h2>${t('admin.sessions.all')}</h2></div>
          <button type="button" class="secondary small" @click=${this.reload}>${t('reload')}</button></header>
        ${this.problemView()}
        ${emptyView(items, t('admin.sessions.none'))}
        ${items?.length ? html`
          <div class="scroll" tabindex="0" role="region" aria-label=${t('admin.sessions.all')}><table class="dense">
            <thead><tr><th scope="col">${t('admin.account.name')}</th><th scope="col">${t('admin.device')}</th><th scope="col">${t('admin.address')}</th>
              <th scope="col">${t('admin.sessions.begun')}</th><th scope="col">${t('admin.sessions.last')}</th>
              <td></td></tr></thead>
            <tbody>${items.map((session) => html`
              <tr><th scope="row">${may(this.claims, 'users:read') ? html`<a href="#/accounts/${session.user_id}">${session.username}</a>` : session.username}</th>
                <td>${session.device}</td><td>${session.ip_address}</td>
                <td>${dateTime(session.created_at)}</td><td>${ago(session.last_seen_at)}</td>
                <td>${endSessionButton(this, session)}</td></tr>`)}</tbody>
          </table></div>` : nothing}
        ${this.list.moreView()}
      </section>`;
  }

  reload() {
    return this.list.reload();
  }
}

customElements.define('all-sessions', AllSessions);

class FailedSignIns extends View {
  constructor() {
    super();
    this.list = new Pager(this, (query) => admin.signInFailures({ query: { limit: 20, ...query } }));
  }

  render() {
    const { items } = this.list;
    return html`
      <section class="card">
        <header><div><h2>${t('admin.failures.title')}</h2><p>${t('admin.failures.text')}</p></div>
          <button type="button" class="secondary small" @click=${() => this.list.reload()}>${t('reload')}</button></header>
        ${this.problemView()}
        ${emptyView(items, t('admin.failures.none'))}
        ${items?.length ? html`
          <div class="scroll" tabindex="0" role="region" aria-label=${t('admin.failures.title')}><table class="dense">
            <thead><tr><th scope="col">${t('admin.when')}</th><th scope="col">${t('admin.account.name')}</th><th scope="col">${t('admin.access.reason')}</th>
              <th scope="col">${t('admin.address')}</th><th scope="col">${t('admin.device')}</th></tr></thead>
            <tbody>${items.map((failure) => html`
              <tr><td title=${dateTime(failure.at)}>${ago(failure.at)}</td>
                <td>${failure.user_id ? html`<a href="#/accounts/${failure.user_id}">${failure.username}</a>` : html`<span class="muted">${t('admin.failures.unknown')}</span>`}</td>
                <td>${failureText(failure.reason)}</td><td>${failure.ip_address}</td><td>${failure.device}</td></tr>`)}</tbody>
          </table></div>` : nothing}
        ${this.list.moreView()}
      </section>`;
  }
}

customElements.define('failed-sign-ins', FailedSignIns);
