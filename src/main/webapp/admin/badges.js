/** What state an account is in, at a glance. */
import { html } from '../ui/element.js';
import { t } from '../ui/i18n.js';

export function accountBadges({ enabled, locked_until: locked, must_change_password: mustChange }) {
  const badges = [
    enabled ? nothingIf(locked, html`<span class="badge good">${t('admin.enabled')}</span>`)
      : html`<span class="badge bad">${t('admin.disabled')}</span>`,
    locked ? html`<span class="badge bad">${t('admin.locked')}</span>` : '',
    mustChange ? html`<span class="badge warn">${t('admin.must-change')}</span>` : '',
  ];
  return html`<span class="badges">${badges}</span>`;
}

function nothingIf(condition, otherwise) {
  return condition ? '' : otherwise;
}
