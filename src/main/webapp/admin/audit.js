/** The audit: filtered, proven, saved. */
import { html, nothing, View } from '../ui/element.js';
import { number, t } from '../ui/i18n.js';
import { admin } from './audit-api.js';
import { EVENTS } from './audit-events.js';
import { saveBlob } from './save.js';
import './audit-list.js';

const TYPING_MILLIS = 300;
const TEXT = ['user', 'ip', 'session'];
const SAVED_PAGES = 50;

class AdminAudit extends View {
  static properties = { claims: { attribute: false }, rest: { attribute: false }, filters: { state: true }, chain: { state: true }, asked: { state: true }, saved: { state: true } };

  constructor() {
    super();
    this.asked = 1;
  }

  willUpdate(changed) {
    if (changed.has('rest')) {
      this.filters = Object.fromEntries(this.rest.query);
    }
  }

  render() {
    const { filters } = this;
    const select = (name, values, text = (value) => value) => html`
      <label>${t(`admin.audit.${name}`)}
        <select name=${name} @change=${this.filter}><option value="">${t('admin.any')}</option>
          ${values.map((value) => html`<option value=${value} ?selected=${filters[name] === value}>${text(value)}</option>`)}</select></label>`;
    return html`
      <form role="search" class="filters" @submit=${(event) => event.preventDefault()}>
        ${select('event', filters.event && !EVENTS.includes(filters.event) ? [filters.event, ...EVENTS] : EVENTS)}
        ${select('severity', ['info', 'warning', 'critical'], (value) => t(`admin.audit.severity.${value}`))}
        ${TEXT.map((name) => html`<label>${t(`admin.audit.${name}`)}
          <input name=${name} .value=${filters[name] ?? ''} @input=${this.filter} autocomplete="off" autocapitalize="none" spellcheck="false"></label>`)}
        ${['since', 'until'].map((name) => html`<label>${t(`admin.audit.${name}`)}
          <input type="datetime-local" name=${name} .value=${local(filters[name])} @change=${this.filter}></label>`)}
      </form>
      <div class="actions bar">
        <button type="button" class="secondary small" @click=${() => { this.asked++; }}>${t('reload')}</button>
        <button type="button" class="secondary small" @click=${this.verify} ?disabled=${this.busy}>${t('admin.audit.verify')}</button>
        <button type="button" class="secondary small" @click=${this.save} ?disabled=${this.busy}>${t('admin.audit.save')}</button>
        ${Object.values(filters).some(Boolean) ? html`<a class="small" href="#/audit">${t('admin.audit.clear')}</a>` : nothing}
      </div>
      ${this.problemView()}
      <div role="status">${this.chainView()}${this.savedView()}</div>
      <section class="card" aria-label=${t('admin.nav.audit')}><audit-list .filters=${filters} .state=${this.asked}></audit-list></section>`;
  }

  chainView() {
    const { chain } = this;
    return chain === undefined ? nothing : html`
      <div class="notice ${chain.ok ? '' : 'warn'}">
        <p><strong>${t(chain.ok ? 'admin.audit.chain-good' : 'admin.audit.chain-bad')}</strong></p>
        <ul>${chain.nodes.map(({ node, entries, first_bad: bad }) => html`
          <li>${node}: ${t('admin.audit.entries', { count: number(entries) })}${bad ? html` – <strong>${t('admin.audit.first-bad', bad)}</strong>` : nothing}</li>`)}</ul>
      </div>`;
  }

  savedView() {
    const { saved } = this;
    if (saved === undefined) {
      return nothing;
    }
    const count = number(saved.count);
    return saved.all ? html`<p class="hint">${t('admin.audit.saved', { count })}</p>` : html`<p class="notice warn">${t('admin.audit.saved-newest', { count })}</p>`;
  }

  /** The filters are the address, so that a link leads to what is seen. */
  filter(event) {
    const { name, value } = event.target;
    const text = event.target.type === 'datetime-local' && value ? new Date(value).toISOString() : value.trim();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const given = Object.entries({ ...this.filters, [name]: text }).filter(([, filled]) => filled);
      history.replaceState(null, '', `#/audit${given.length ? `?${new URLSearchParams(given)}` : ''}`);
      this.filters = Object.fromEntries(given);
    }, event.type === 'input' ? TYPING_MILLIS : 0);
  }

  verify() {
    this.run(async () => {
      this.chain = await admin.verifyAudit();
    });
  }

  /** What the filters of now leave, the newest first and at most 10,000, a line each as in the file. */
  save() {
    const { filters } = this;
    this.run(async () => {
      this.saved = undefined;
      const lines = [];
      let cursor;
      for (let page = 0; page < SAVED_PAGES && cursor !== null; page++) {
        const answer = await admin.searchAudit({ query: { ...filters, limit: 200, cursor } });
        lines.push(...answer.items.map((entry) => `${JSON.stringify(entry)}\n`));
        cursor = answer.next_cursor;
      }
      saveBlob(new Blob(lines, { type: 'application/x-ndjson' }), 'audit.ndjson');
      this.saved = { count: lines.length, all: cursor === null };
    });
  }
}

customElements.define('admin-audit', AdminAudit);

/** An instant for a field of date and time, which is local and has no zone. */
function local(instant) {
  const time = new Date(instant ?? NaN);
  return Number.isNaN(time.getTime()) ? '' : new Date(time - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
