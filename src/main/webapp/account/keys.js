/** API keys for programs: made, shown once, changed, replaced, revoked. */
import { api, base } from '../ui/api.js';
import { confirmDialog, openDialog, secretDialog } from '../ui/dialogs.js';
import { html, nothing, View } from '../ui/element.js';
import { ago, date, number, t } from '../ui/i18n.js';
import { emptyView, Pager } from '../ui/pager.js';
import { toast } from '../ui/toast.js';
import './key-form.js';

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
    const made = await openDialog(t('keys.create'), (close) => html`
      <own-key-form .permissions=${this.claims.permissions ?? []} .close=${close}></own-key-form>`);
    if (made) {
      await this.made(made);
    }
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
