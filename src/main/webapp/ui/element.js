/** What every view is made of; docs/pages.md shows how one is written. */
import { html, LitElement, nothing } from 'lit';
import { CANCELLED } from './api.js';
import { errorText } from './errors.js';
import { t } from './i18n.js';

export { html, nothing };

/**
 * An element without a shadow root, so that the page's style sheets apply. It is drawn anew when the language changes. `run`
 * does something that may fail: `busy` is set meanwhile, and `problem` to what went wrong, for `problemView()`; `words` are the keys
 * of messages for codes whose usual one does not fit.
 */
export class View extends LitElement {
  static properties = { busy: { state: true }, problem: { state: true } };

  constructor() {
    super();
    this.busy = false;
    this.redraw = () => this.requestUpdate();
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    addEventListener('languagechosen', this.redraw);
  }

  disconnectedCallback() {
    removeEventListener('languagechosen', this.redraw);
    super.disconnectedCallback();
  }

  /** Does one thing at a time. Resolves with whether it was done. */
  async run(work, words) {
    if (this.busy) {
      return false;
    }
    this.busy = true;
    this.problem = undefined;
    this.words = words;
    try {
      await work();
      return true;
    } catch (error) {
      if (error.code !== CANCELLED) {
        this.problem = error;
      }
      return false;
    } finally {
      this.busy = false;
    }
  }

  /** What went wrong, in words; read out at once. */
  problemView() {
    return html`<problem-message .error=${this.problem} .words=${this.words}></problem-message>`;
  }

  /** What stands there before anything has been loaded: what went wrong, with a button to try again, or that it takes a moment. */
  loadingView(load) {
    return html`
      ${this.problemView()}
      ${this.busy ? html`<p aria-busy="true">${t('loading')}</p>`
    : html`<p><button type="button" class="secondary" @click=${load}>${t('reload')}</button></p>`}`;
  }
}

/** An error in words, with a countdown while the service wants us to wait. */
class ProblemMessage extends View {
  static properties = { error: { attribute: false }, words: { attribute: false }, left: { state: true } };

  willUpdate(changed) {
    if (changed.has('error')) {
      clearInterval(this.timer);
      const until = Date.now() + (this.error?.retryAfter ?? 0) * 1_000;
      const tick = () => {
        this.left = Math.max(0, Math.ceil((until - Date.now()) / 1_000));
        if (this.left === 0) {
          clearInterval(this.timer);
        }
      };
      if (this.error?.retryAfter > 0) {
        this.timer = setInterval(tick, 1_000);
      }
      tick();
    }
  }

  disconnectedCallback() {
    clearInterval(this.timer);
    super.disconnectedCallback();
  }

  render() {
    return html`
      <div role="alert" class="problem-text">${this.error ? html`<p>${errorText(this.error, this.words)}</p>` : nothing}</div>
      ${this.left > 0 ? html`<p class="countdown" aria-live="off">${t('error.wait', { time: clock(this.left) })}</p>` : nothing}`;
  }
}

function clock(seconds) {
  const two = (value) => String(value).padStart(2, '0');
  const minutes = `${Math.floor(seconds / 60) % 60}:${two(seconds % 60)}`;
  return seconds < 3_600 ? minutes : `${Math.floor(seconds / 3_600)}:${minutes.padStart(5, '0')}`;
}

customElements.define('problem-message', ProblemMessage);
