/** API keys for programs: made, shown once, changed, replaced, revoked. */
import { api, base } from '../ui/api.js';
import { confirmDialog, openDialog, secretDialog } from '../ui/dialogs.js';
import { html, nothing, View } from '../ui/element.js';
import { ago, date, number, t } from '../ui/i18n.js';
import { emptyView, Pager } from '../ui/pager.js';
import { toast } from '../ui/toast.js';

const DAYS = [7, 30, 90, 180, 365];
const CHAT = 'chat:write';
const CHAT_BODY = `-H "Content-Type: application/json" \\
  -d '{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Hello"}]}'`;
const PLACEHOLDER = 'amp_…'; // where no key is at hand

class AccountKeys extends View {
  static properties = { claims: { attribute: false } };

  constructor() {
    super();
    this.keys = new Pager(this, (query) => api.ownApiKeys({ query }));
  }

  render() {
    return html`
      ${this.problemView()}
      <section class="card">
        <header>
          <div><h2>${t('keys.yours')}</h2><p>${t('keys.text')}</p></div>
          <button type="button" @click=${this.create}>${t('keys.create')}</button>
        </header>
        ${emptyView(this.keys.items, t('keys.none'))}
        <ul class="rows">${this.keys.items?.map((key) => this.row(key))}</ul>
        ${this.keys.moreView()}
      </section>
      <section class="card">
        <h2>${t('keys.use')}</h2>
        <p>${t('keys.use-text')}</p>
        ${this.useView(PLACEHOLDER)}
      </section>`;
  }

  row(key) {
    const expired = new Date(key.expires_at) <= new Date();
    return html`
      <li>
        <div class="what">
          <strong>${key.name}</strong> <code>${key.prefix}…</code>
          ${expired ? html`<span class="badge bad">${t('keys.expired')}</span>` : nothing}
          <small>${t(expired ? 'keys.expired-on' : 'keys.expires', { day: date(key.expires_at) })} ·
            ${key.last_used_at ? t('keys.used', { when: ago(key.last_used_at), address: key.last_used_ip }) : t('keys.unused')}</small>
          ${this.limits(key)}
        </div>
        <div class="actions">
          <button type="button" class="secondary small" aria-label=${t('keys.replace-one', { name: key.name })}
            @click=${() => this.replace(key)}>${t('keys.replace')}</button>
          <button type="button" class="secondary danger small" aria-label=${t('keys.revoke-one', { name: key.name })}
            @click=${() => this.revoke(key)}>${t('keys.revoke')}</button>
        </div>
      </li>`;
  }

  limits({ permissions, models, cidrs, budget }) {
    const limits = [];
    if (permissions?.length) {
      limits.push(permissions.join(', '));
    }
    if (models?.length) {
      limits.push(models.join(', '));
    }
    if (cidrs?.length) {
      limits.push(t('keys.from', { networks: cidrs.join(', ') }));
    }
    if (budget) {
      limits.push(budgetText(budget));
    }
    return limits.length ? html`<small>${t('keys.limited', { limits: limits.join(' · ') })}</small>` : nothing;
  }

  /** Commands that work as they stand, for what the account may do. */
  useView(key) {
    const bearer = `-H "Authorization: Bearer ${key}"`;
    return html`
      ${this.commandView(t('keys.use'), key, `curl ${base}/api/user \\\n  ${bearer}`)}
      ${this.claims.permissions?.includes(CHAT) ? html`
        ${this.commandView(t('keys.use-chat'), key, `curl ${base}/api/v1/chat/completions \\\n  ${bearer} \\\n  ${CHAT_BODY}`)}
        <p class="hint">${t('keys.base', { address: `${base}/api/v1` })}</p>` : nothing}`;
  }

  commandView(label, key, command) {
    return html`
      <pre tabindex="0" role="region" aria-label=${label}><code>${command}</code></pre>
      ${key === PLACEHOLDER ? nothing : html`<p><copy-button .value=${command}></copy-button></p>`}`;
  }

  async create() {
    const body = await openDialog(t('keys.create'), (close) => this.form(close));
    if (body) {
      await this.run(async () => this.made(await api.createOwnApiKey({ body })));
    }
  }

  form(close) {
    return html`
      <form @submit=${(event) => { event.preventDefault(); close(newKey(new FormData(event.target))); }}>
        <label>${t('keys.name')}
          <input name="name" maxlength="64" required autofocus autocomplete="off" placeholder=${t('keys.name-example')}></label>
        <label>${t('keys.life')}
          <select name="days">${DAYS.map((days) => html`<option value=${days} ?selected=${days === 90}>${t('keys.days', { days })}</option>`)}</select></label>
        <details>
          <summary>${t('keys.limit')}</summary>
          ${this.claims.permissions?.length ? html`
            <fieldset>
              <legend>${t('keys.permissions')}</legend>
              ${this.claims.permissions.map((permission) => html`
                <label><input type="checkbox" name="permission" value=${permission}><span>${permission}</span></label>`)}
              <small>${t('keys.permissions-hint')}</small>
            </fieldset>` : nothing}
          <label>${t('keys.models')}
            <input name="models" autocomplete="off" spellcheck="false" placeholder="gpt-4o*, claude-*">
            <small>${t('keys.list-hint')}</small></label>
          <label>${t('keys.networks')}
            <input name="cidrs" autocomplete="off" spellcheck="false" placeholder="192.0.2.0/24">
            <small>${t('keys.list-hint')}</small></label>
          <label>${t('keys.tokens')}
            <input name="tokens" type="number" min="1" max="9007199254740991" inputmode="numeric"></label>
          <label>${t('keys.window')}
            <select name="window">${['day', 'month', 'total'].map((name) => html`
              <option value=${name} ?selected=${name === 'month'}>${t(`window.${name}`)}</option>`)}</select></label>
        </details>
        <footer>
          <button type="button" class="secondary" @click=${() => close()}>${t('cancel')}</button>
          <button type="submit">${t('keys.create')}</button>
        </footer>
      </form>`;
  }

  async made(key) {
    await secretDialog({
      title: t('keys.made', { name: key.name }), text: t('keys.once'), secret: key.key, more: this.useView(key.key),
    });
    await this.keys.reload();
  }

  async replace(key) {
    const sure = await confirmDialog({
      title: t('keys.replace-one', { name: key.name }), text: t('keys.replace-text'), action: t('keys.replace'), danger: false,
    });
    if (sure) {
      await this.run(async () => this.made(await api.rotateOwnApiKey({ key_id: key.key_id, body: {} })));
    }
  }

  async revoke(key) {
    const sure = await confirmDialog({
      title: t('keys.revoke-one', { name: key.name }), text: t('keys.revoke-text'), action: t('keys.revoke'),
    });
    if (sure && await this.run(() => api.revokeOwnApiKey({ key_id: key.key_id }))) {
      toast(t('keys.revoked', { name: key.name }));
      await this.keys.reload();
    }
  }
}

function newKey(fields) {
  const list = (name) => fields.get(name).split(/[\s,]+/).filter(Boolean);
  const body = { name: fields.get('name').trim(), expires_in_days: Number(fields.get('days')) };
  const permissions = fields.getAll('permission');
  if (permissions.length) {
    body.permissions = permissions;
  }
  for (const name of ['models', 'cidrs']) {
    if (list(name).length) {
      body[name] = list(name);
    }
  }
  if (fields.get('tokens')) {
    body.budget = { tokens: Number(fields.get('tokens')), window: fields.get('window') };
  }
  return body;
}

function budgetText({ tokens, requests, window }) {
  const parts = [];
  if (tokens) {
    parts.push(t('budget.tokens', { count: number(tokens) }));
  }
  if (requests) {
    parts.push(t('budget.requests', { count: number(requests) }));
  }
  return t(`budget.${window}`, { amount: parts.join(', ') });
}

customElements.define('account-keys', AccountKeys);
