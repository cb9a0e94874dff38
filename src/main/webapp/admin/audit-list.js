/** Entries of the audit, newest first: each in a line that opens into the whole entry and its neighbours. */
import { html, nothing, View } from '../ui/element.js';
import { ago, hasMessage, language, t } from '../ui/i18n.js';
import { emptyView } from '../ui/pager.js';
import { admin } from './audit-api.js';
import { FilteredPager } from './filtered-pager.js';

const SHOWN = 8; // of an account
const BROUGHT_MILLIS = 1_500; // until what was just done is in the database
const TONES = { info: '', warning: 'warn', critical: 'bad' };

class AuditList extends View {
  static properties = { filters: { attribute: false }, state: { attribute: false }, about: { attribute: false } };

  constructor() {
    super();
    this.filters = {};
    this.list = new FilteredPager(this, () => this.filters, (query) => (this.about ? this.lately() : admin.searchAudit({ query })));
  }

  /** What an account did, and what administrators have done to it. */
  async lately() {
    const { items } = await admin.searchAudit({ query: { user: this.about, limit: SHOWN } });
    return { items, next_cursor: null };
  }

  willUpdate(changed) {
    const filters = changed.get('filters');
    if (changed.get('state')) {
      this.list.reload();
      setTimeout(() => this.isConnected && this.list.reload(), BROUGHT_MILLIS);
    } else if (filters) {
      this.problem = undefined;
      this.list.changed(false);
    }
  }

  render() {
    const { items } = this.list;
    return html`
      ${this.problemView()}
      ${emptyView(items, t('admin.audit.none'))}
      ${items?.length ? html`<div class="entries">${items.map((entry) => entryView(entry, !this.about))}</div>` : nothing}
      ${this.list.moreView()}`;
  }
}

customElements.define('audit-list', AuditList);

/** One entry; with its neighbours on the same node, if somebody asks. */
export function entryView(entry, neighbours) {
  return html`
    <details class="entry">
      <summary>
        <time datetime=${entry.timestamp}>${toTheSecond(entry.timestamp)}</time>
        <span class="badge ${TONES[entry.severity]}">${entry.event}</span>
        <span class="who">${entry.username ?? entry.actor ?? ''}</span>
        <span class="gist">${gist(entry)}</span>
      </summary>
      <p>${hasMessage(`admin.event.${entry.event}`) ? t(`admin.event.${entry.event}`) : nothing} <small>${ago(entry.timestamp)}</small></p>
      <dl class="terms">${Object.entries(flat(entry)).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
      ${neighbours ? html`<entry-neighbours .entry=${entry}></entry-neighbours>` : nothing}
    </details>`;
}

function gist({ ip_address: address, details = {} }) {
  const what = details.action ?? details.reason ?? details.kind ?? details.limit ?? '';
  return [what, targetName(details), address].filter(Boolean).join(' · ');
}

/** The name of what an administrator acted on, where the entry has it. */
function targetName({ target = '', before, after }) {
  for (const state of [after, before]) {
    const { username, name } = parsed(state);
    if (username ?? name) {
      return username ?? name;
    }
  }
  return target;
}

function parsed(json) {
  try {
    return (typeof json === 'string' ? JSON.parse(json) : json) ?? {};
  } catch { // cut off, as it was too long
    return {};
  }
}

function toTheSecond(instant) {
  return new Intl.DateTimeFormat(language(), { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(instant));
}

function flat({ details, ...entry }) {
  const fields = { ...entry };
  for (const [name, value] of Object.entries(details ?? {})) {
    fields[`details.${name}`] = value;
  }
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : String(value)]));
}

class EntryNeighbours extends View {
  static properties = { entry: { attribute: false }, items: { state: true } };

  render() {
    return html`
      ${this.problemView()}
      ${this.items ? html`<div class="entries neighbours">${this.items.map((entry) => (entry.seq === this.entry.seq
    ? html`<p class="here">${t('admin.audit.here')}</p>` : entryView(entry, false)))}</div>`
    : html`<button type="button" class="secondary small" @click=${this.load} aria-busy=${this.busy}>${t('admin.audit.neighbours')}</button>`}`;
  }

  load() {
    this.run(async () => {
      const { node, seq } = this.entry;
      const { before, entry, after } = await admin.auditEntry({ node, seq });
      this.items = [...before, entry, ...after];
    });
  }
}

customElements.define('entry-neighbours', EntryNeighbours);
