/** API keys as rows, with what they may do and when they were used. */
import { confirmDialog } from '../ui/dialogs.js';
import { html, nothing } from '../ui/element.js';
import { ago, date, t } from '../ui/i18n.js';
import { budgetText } from './budget.js';

/** `revoke(key)` is left out where nobody may. */
export function keyRows(keys, { withOwner = false, revoke } = {}) {
  return html`<ul class="rows">${keys.map((key) => html`
    <li>
      <span class="what"><strong>${key.name}</strong> <code>${key.prefix}…</code>
        ${withOwner ? html`<a href="#/accounts/${key.user_id}">${key.username}</a>` : nothing}
        <small>${[
    key.permissions?.length ? key.permissions.join(', ') : t('admin.api-keys.all-permissions'),
    (key.models ?? []).join(', '), (key.cidrs ?? []).join(', '), key.budget ? budgetText(key.budget) : '',
  ].filter(Boolean).join(' · ')}</small>
        <small>${t('admin.api-keys.expires', { when: date(key.expires_at) })} ·
          ${key.last_used_at ? t('admin.api-keys.used', { when: ago(key.last_used_at), address: key.last_used_ip ?? '' }) : t('admin.api-keys.unused')}</small>
      </span>
      ${new Date(key.expires_at) < new Date() ? html`<span class="badge bad">${t('admin.api-keys.expired')}</span>` : nothing}
      ${revoke ? html`<button type="button" class="secondary small danger" @click=${() => revoke(key)}>${t('admin.api-keys.revoke')}<span class="visually-hidden"> ${key.name}</span></button>` : nothing}
    </li>`)}</ul>`;
}

export function confirmRevoke({ name }) {
  return confirmDialog({
    title: t('admin.api-keys.revoke'), text: t('admin.api-keys.revoke-text', { name }), action: t('admin.api-keys.revoke'),
  });
}
