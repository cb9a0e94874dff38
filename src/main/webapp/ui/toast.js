/** Short notices at the edge of the page, read out by screen readers; one may be undone. */
import { sessionEvents } from './api.js';
import { html, nothing, View } from './element.js';
import { t } from './i18n.js';

const SHOWN_MILLIS = 8_000;

class ToastList extends View {
  static properties = { toasts: { state: true } };

  constructor() {
    super();
    this.toasts = [];
    this.forget = () => { this.toasts = []; }; // an undo would be the next user's deed
  }

  connectedCallback() {
    super.connectedCallback();
    sessionEvents.addEventListener('signedout', this.forget);
  }

  disconnectedCallback() {
    sessionEvents.removeEventListener('signedout', this.forget);
    super.disconnectedCallback();
  }

  add(text, undo) {
    const toast = { text, undo };
    this.toasts = [...this.toasts.slice(-3), toast];
    this.expire(toast, SHOWN_MILLIS * (undo ? 2 : 1));
  }

  /** Not while somebody is about to use one: what has the focus must not vanish. */
  expire(toast, millis) {
    setTimeout(() => (this.contains(document.activeElement) ? this.expire(toast, SHOWN_MILLIS / 4) : this.dismiss(toast)), millis);
  }

  dismiss(toast) {
    this.toasts = this.toasts.filter((other) => other !== toast);
  }

  render() {
    return html`<div role="status" class="toasts">${this.toasts.map((toast) => html`
      <div class="toast">
        <span>${toast.text}</span>
        ${toast.undo ? html`<button type="button" class="link" @click=${() => this.undo(toast)}>${t('undo')}</button>` : nothing}
        <button type="button" class="dismiss" aria-label=${t('close')} @click=${() => this.dismiss(toast)}>×</button>
      </div>`)}</div>`;
  }

  async undo(toast) {
    this.dismiss(toast);
    try {
      await toast.undo();
      this.add(t('undone'));
    } catch {
      this.add(t('not-undone'));
    }
  }
}

customElements.define('toast-list', ToastList);

/** Shows a notice; `undo`, if given, takes back what it tells. */
export function toast(text, { undo } = {}) {
  document.querySelector('toast-list').add(text, undo);
}
