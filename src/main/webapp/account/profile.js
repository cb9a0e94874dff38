/** Address, language of mails, what is stored, and the end of the account. */
import { api, session } from '../ui/api.js';
import { openDialog } from '../ui/dialogs.js';
import { html, nothing, View } from '../ui/element.js';
import { dateTime, languages, t } from '../ui/i18n.js';
import { toast } from '../ui/toast.js';

class AccountProfile extends View {
  static properties = {
    claims: { attribute: false }, offered: { attribute: false }, account: { state: true }, asked: { state: true },
  };

  connectedCallback() {
    super.connectedCallback();
    this.run(async () => { this.account = await api.ownAccount(); });
  }

  render() {
    if (!this.account) {
      return html`${this.problemView()}<p aria-busy=${this.busy}>${this.busy ? t('loading') : ''}</p>`;
    }
    return html`
      ${this.problemView()}
      <section class="card">
        <h2>${t('profile.account')}</h2>
        <p>${t('profile.since', { name: this.account.username, when: dateTime(this.account.created_at) })}</p>
        ${this.account.roles.length ? html`<p>${t('profile.roles')}: ${this.account.roles.map((role) => html`<span class="badge">${role}</span> `)}</p>` : nothing}
      </section>
      ${this.offered.mail ? this.addressView() : nothing}
      <section class="card">
        <h2>${t('profile.data')}</h2>
        <p>${t('profile.data-text')}</p>
        <button type="button" class="secondary" aria-busy=${this.busy} @click=${this.download}>${t('profile.download')}</button>
      </section>
      ${this.offered.account_deletion ? html`
        <section class="card">
          <h2>${t('profile.delete')}</h2>
          <p>${t('profile.delete-text')}</p>
          <button type="button" class="secondary danger" @click=${this.delete}>${t('profile.delete')}</button>
        </section>` : nothing}`;
  }

  addressView() {
    const { email, email_verified: verified, language } = this.account;
    return html`
      <section class="card">
        <h2>${t('profile.address')}</h2>
        <p>${email
          ? html`${email} <span class="badge ${verified ? 'good' : 'warn'}">${t(verified ? 'profile.verified' : 'profile.unverified')}</span>`
          : t('profile.no-address')}</p>
        ${this.asked ? html`<p class="notice" role="status">${t('profile.mail-sent', { address: this.asked })}</p>` : nothing}
        <form @submit=${this.changeAddress}>
          <label>${t('profile.new-address')}
            <input type="email" name="email" autocomplete="email" maxlength="254" required></label>
          <button type="submit" class="secondary" aria-busy=${this.busy}>${t('profile.change-address')}</button>
        </form>
        <label>${t('profile.language')}
          <select @change=${this.changeLanguage}>
            <option value="" ?selected=${!language}>${t('profile.language-default')}</option>
            ${languages().map((tag) => html`<option value=${tag} ?selected=${tag === language}>${t(`language.${tag}`)}</option>`)}
          </select></label>
      </section>`;
  }

  changeAddress(event) {
    event.preventDefault();
    const form = event.target;
    const email = new FormData(form).get('email').trim();
    this.run(async () => {
      await api.changeEmail({ body: { email } });
      this.asked = email;
      form.reset();
    });
  }

  async changeLanguage(event) {
    const before = this.account.language;
    const set = async (language) => { this.account = await api.changeOwnAccount({ body: { language } }); };
    if (await this.run(() => set(event.target.value || null))) {
      toast(t('profile.language-changed'), { undo: () => set(before) });
    }
  }

  download() {
    this.run(async () => {
      const everything = {
        account: await api.ownAccount(),
        sessions: await all(api.ownSessions),
        second_factors: await api.ownFactors(),
        remembered_devices: await all(api.rememberedDevices),
        passkeys: await session.passkeys(),
        api_keys: await all(api.ownApiKeys),
        budgets: await all(api.ownBudgets),
        usage: await all(api.ownUsage, { since: new Date(Date.now() - 399 * 86_400_000).toISOString().slice(0, 10) }),
      };
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob([JSON.stringify(everything, undefined, 2)], { type: 'application/json' }));
      link.download = 'amplihack-auth.json';
      link.click();
      URL.revokeObjectURL(link.href);
    });
  }

  async delete() {
    const password = await openDialog(t('profile.delete'), (close) => html`
      <form @submit=${(event) => { event.preventDefault(); close(new FormData(event.target).get('password')); }}>
        <p>${t('profile.delete-sure', { name: this.account.username })}</p>
        <input type="text" name="username" autocomplete="username" class="visually-hidden" tabindex="-1" aria-hidden="true" readonly
          .value=${this.account.username}>
        <label>${t('password')}
          <input type="password" name="password" autocomplete="current-password" required autofocus></label>
        <footer>
          <button type="button" class="secondary" @click=${() => close()}>${t('cancel')}</button>
          <button type="submit" class="danger">${t('profile.delete')}</button>
        </footer>
      </form>`);
    if (password) {
      await this.run(async () => {
        await api.deleteOwnAccount({ body: { password } });
        await session.logout();
      }, { invalid_credentials: 'error.wrong_password' });
    }
  }
}

async function all(operation, query = {}) {
  const items = [];
  let cursor;
  do {
    const page = await operation({ query: { ...query, cursor, limit: 100 } });
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor);
  return items;
}

customElements.define('account-profile', AccountProfile);
