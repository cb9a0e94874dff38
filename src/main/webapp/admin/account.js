/** One account: why its owner cannot sign in and what helps, what it may do, its sessions, keys and budget. */
import { confirmDialog, secretDialog } from '../ui/dialogs.js';
import { html, nothing, View } from '../ui/element.js';
import { ago, dateTime, t } from '../ui/i18n.js';
import { emptyView, Pager } from '../ui/pager.js';
import { toast } from '../ui/toast.js';
import { admin, may, readAccount } from './api.js';
import { accountBadges } from './badges.js';
import { endSessionButton } from './end-session.js';
import './account-access.js';
import './account-keys.js';
import './account-rights.js';
import './audit-list.js';

const PASSWORD_LETTERS = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

class AccountDetail extends View {
  static properties = { claims: { attribute: false }, accountId: { attribute: false }, account: { state: true }, signIn: { state: true } };

  willUpdate(changed) {
    if (changed.has('accountId')) {
      this.account = undefined;
      this.load();
    }
  }

  async load() {
    const id = this.accountId;
    this.problem = undefined;
    try {
      const [account, signIn] = await Promise.all([readAccount(id), admin.accountSignIn({ id })]);
      if (id === this.accountId) { // the element stays when another account is chosen
        this.account = account;
        this.signIn = signIn;
      }
    } catch (error) {
      if (id === this.accountId) {
        this.problem = error;
      }
    }
  }

  render() {
    return html`
      <p><a href="#/accounts">← ${t('admin.nav.accounts')}</a></p>
      ${this.problemView()}
      ${this.account ? this.body() : this.problem ? nothing : html`<p aria-busy="true">${t('loading')}</p>`}`;
  }

  body() {
    const { account, claims } = this;
    const self = account.user_id === claims.sub;
    return html`
      <header class="subject">
        <h2>${account.username} ${accountBadges(account)}</h2>
        <p class="hint">${account.email ?? t('admin.account.no-email')}${account.email && !account.email_verified ? ` (${t('admin.account.unverified')})` : ''}
          · ${account.last_sign_in_at ? t('admin.account.last-at', { when: ago(account.last_sign_in_at) }) : t('admin.account.never')}
          · ${t('admin.account.created-at', { when: dateTime(account.created_at) })}</p>
        ${account.warnings.map((warning) => html`<p class="notice warn">${warning}</p>`)}
      </header>
      ${this.signInCard(self)}
      <account-rights .claims=${claims} .account=${account} @changed=${this.load}></account-rights>
      ${may(claims, 'sessions:read') ? html`<account-sessions .claims=${claims} .account=${account} @changed=${this.load}></account-sessions>` : nothing}
      <account-keys .claims=${claims} .account=${account}></account-keys>
      ${may(claims, 'audit:read') ? html`
        <section class="card">
          <header><div><h2>${t('admin.account.audit')}</h2></div>
            <a role="button" class="secondary small" href="#/audit?user=${account.user_id}">${t('admin.account.audit-all')}</a></header>
          <audit-list .about=${account.user_id} .state=${account}></audit-list>
        </section>` : nothing}
      ${may(claims) && !self ? html`
        <section class="card">
          <header><div><h2>${t('admin.account.delete')}</h2><p>${t('admin.account.delete-text')}</p></div>
            <button type="button" class="secondary danger" @click=${this.removeAccount}>${t('admin.account.delete')}…</button></header>
        </section>` : nothing}`;
  }

  signInCard(self) {
    return html`<account-access .claims=${this.claims} .account=${this.account} .signIn=${this.signIn} .self=${self}
      .actions=${this.actions(self)} @changed=${this.load}></account-access>`;
  }

  /** What may be done so that somebody can sign in, by name. */
  actions(self) {
    const { claims, account } = this;
    const id = account.user_id;
    const name = account.username;
    const act = (permissions, work) => may(claims, ...permissions) && !self ? work : undefined;
    return {
      enable: act(['users:write'], () => this.change(id, { enabled: true }, { enabled: false }, t('admin.account.enabled', { name }))),
      disable: act(['users:write'], async () => {
        if (await confirmDialog({ title: t('admin.account.disable'), text: t('admin.account.disable-text', { name }), action: t('admin.account.disable') })) {
          await this.change(id, { enabled: false }, { enabled: true }, t('admin.account.disabled', { name }));
        }
      }),
      unlock: may(claims, 'users:unlock') ? () => this.doing(async () => {
        await admin.unlockAccount({ id, body: {} });
        toast(t('admin.account.unlocked', { name }));
      }) : undefined,
      liftLimit: may(claims) ? (address) => this.doing(async () => {
        await admin.liftSignInLimit({ address });
        toast(t('admin.account.limit-lifted', { address }));
      }) : undefined,
      reset: act(['users:reset'], () => this.resetPassword()),
      invite: account.email ? act(['users:reset'], () => this.doing(async () => {
        await admin.inviteAccount({ id, body: {} });
        toast(t('admin.account.invited', { name }));
      })) : undefined,
      removeFactors: this.signIn.second_factor.methods.length ? act([], async () => {
        if (await confirmDialog({ title: t('admin.account.remove-factors'), text: t('admin.account.remove-factors-text', { name }), action: t('admin.account.remove-factors') })) {
          await this.doing(async () => {
            await admin.removeFactors({ id });
            toast(t('admin.account.factors-removed', { name }));
          });
        }
      }) : undefined,
    };
  }

  async doing(work) {
    if (await this.run(work)) {
      await this.load();
    }
  }

  change(id, body, undo, text) {
    return this.doing(async () => {
      await admin.changeAccount({ id, body });
      toast(text, {
        undo: async () => {
          await admin.changeAccount({ id, body: undo });
          await this.load();
        },
      });
    });
  }

  async resetPassword() {
    const { user_id: id, username: name } = this.account;
    if (!await confirmDialog({ title: t('admin.account.reset'), text: t('admin.account.reset-text', { name }), action: t('admin.account.reset') })) {
      return;
    }
    const password = randomPassword();
    await this.doing(async () => {
      await admin.changeAccount({ id, body: { password, must_change_password: true } });
      await secretDialog({ title: t('admin.account.first-password', { name }), text: t('admin.account.password-once'), secret: password });
    });
  }

  async removeAccount() {
    const { user_id: id, username: name } = this.account;
    if (await confirmDialog({ title: t('admin.account.delete'), text: t('admin.account.delete-confirm', { name }), action: t('admin.account.delete'), word: name })
      && await this.run(() => admin.deleteAccount({ id }))) {
      toast(t('admin.account.deleted', { name }));
      location.hash = '#/accounts';
    }
  }
}

customElements.define('account-detail', AccountDetail);

/** Some 116 bits, in letters that are not mistaken for one another. */
function randomPassword() {
  const letters = [];
  while (letters.length < 20) {
    const [byte] = crypto.getRandomValues(new Uint8Array(1));
    if (byte < 256 - 256 % PASSWORD_LETTERS.length) { // each letter as likely as the others
      letters.push(PASSWORD_LETTERS[byte % PASSWORD_LETTERS.length]);
    }
  }
  return letters.join('').replace(/.{5}(?=.)/g, '$&-');
}

class AccountSessions extends View {
  static properties = { claims: { attribute: false }, account: { attribute: false } };

  constructor() {
    super();
    this.list = new Pager(this, async (query) => {
      await Promise.resolve(); // the account is set by then
      return admin.accountSessions({ id: this.account.user_id, query: { limit: 20, ...query } });
    });
  }

  render() {
    const { items } = this.list;
    return html`
      <section class="card">
        <header><div><h2>${t('admin.nav.sessions')}</h2></div>
          ${items?.length && may(this.claims, 'sessions:end') ? html`
            <button type="button" class="secondary small" @click=${this.end}>${t('admin.sessions.end-all')}</button>` : nothing}</header>
        ${this.problemView()}
        ${emptyView(items, t('admin.sessions.none'))}
        ${items?.length ? html`<ul class="rows">${items.map((session) => html`
          <li><span class="what">${session.device} <small>${session.ip_address}</small></span>
            <small>${t('admin.sessions.since', { from: dateTime(session.created_at), last: ago(session.last_seen_at) })}</small>
            ${endSessionButton(this, { user_id: this.account.user_id, ...session })}</li>`)}</ul>` : nothing}
        ${this.list.moreView()}
      </section>`;
  }

  /** After a session was ended; the audit's list below shows who did it. */
  async reload() {
    await this.list.reload();
    this.dispatchEvent(new Event('changed'));
  }

  async end() {
    const { user_id: id, username: name } = this.account;
    if (await confirmDialog({ title: t('admin.sessions.end-all'), text: t('admin.sessions.end-text', { name }), action: t('admin.sessions.end-all') })
      && await this.run(async () => {
        const { sessions_ended: count } = await admin.endAccountSessions({ id });
        toast(t('admin.sessions.ended', { count }));
      })) {
      await this.reload();
    }
  }
}

customElements.define('account-sessions', AccountSessions);
