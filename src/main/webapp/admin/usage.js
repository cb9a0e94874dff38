/** What everybody has used: by day as a chart, by account, key or model as a table. */
import '../ui/chart-view.js';
import { html, nothing, View } from '../ui/element.js';
import { date, number, t } from '../ui/i18n.js';
import { emptyView, Pager } from '../ui/pager.js';
import { admin, may } from './api.js';
import { saveLines } from './save.js';

const DAY_MILLIS = 86_400_000;
const JSON_PLEASE = { Accept: 'application/json' }; // there is CSV as well

class AdminUsage extends View {
  static properties = { claims: { attribute: false }, days: { state: true }, by: { state: true }, byDay: { state: true } };

  constructor() {
    super();
    this.days = 30;
    this.by = 'user';
    this.list = new Pager(this, (query) => admin.usage({ query: { ...this.range, by: this.by, ...query }, headers: JSON_PLEASE }));
  }

  firstUpdated() {
    this.loadDays();
  }

  get range() {
    const until = new Date(Math.ceil(Date.now() / DAY_MILLIS) * DAY_MILLIS);
    const day = (time) => new Date(time).toISOString().slice(0, 10);
    return { since: day(until - this.days * DAY_MILLIS), until: day(until) };
  }

  /** Whoever changes the time again before the answer sees what they chose last. */
  async loadDays() {
    const { days } = this;
    await this.run(async () => {
      const { items } = await admin.usage({ query: { ...this.range, by: 'day', limit: 200 }, headers: JSON_PLEASE });
      if (days === this.days) {
        this.byDay = items;
      }
    });
    if (days !== this.days) {
      await this.loadDays();
    }
  }

  render() {
    const { items } = this.list;
    return html`
      <div class="bar">
        <form class="filters" @submit=${(event) => event.preventDefault()}>
          <label>${t('admin.usage.range')}
            <select @change=${this.changeRange}>${[7, 30, 90].map((days) => html`<option value=${days} ?selected=${days === this.days}>${t('admin.usage.days', { days })}</option>`)}</select></label>
          <label>${t('admin.usage.by')}
            <select @change=${this.changeBy}>${['user', 'model', 'key', 'day'].map((by) => html`<option value=${by} ?selected=${by === this.by}>${t(`admin.usage.by.${by}`)}</option>`)}</select></label>
        </form>
        <div class="actions"><button type="button" class="secondary" @click=${this.save}>${t('admin.usage.csv')}</button></div>
      </div>
      ${this.problemView()}
      ${this.chart()}
      <section class="card">
        <h2>${t(`admin.usage.by.${this.by}`)}</h2>
        ${emptyView(items, t('admin.usage.none'))}
        ${items?.length ? html`
          <div class="scroll" tabindex="0" role="region" aria-label=${t('admin.nav.usage')}><table class="dense">
            <thead><tr><th scope="col">${t(`admin.usage.by.${this.by}`)}</th><th scope="col" class="number">${t('admin.usage.requests')}</th>
              <th scope="col" class="number">${t('admin.usage.input')}</th><th scope="col" class="number">${t('admin.usage.output')}</th></tr></thead>
            <tbody>${items.map((line) => html`
              <tr><th scope="row">${this.subject(line)}</th><td class="number">${number(line.requests)}</td>
                <td class="number">${number(line.input_tokens)}</td><td class="number">${number(line.output_tokens)}</td></tr>`)}</tbody>
          </table></div>` : nothing}
        ${this.list.moreView()}
      </section>
      <p class="hint">${t('admin.usage.budgets')}</p>`;
  }

  subject(line) {
    if (this.by === 'user') {
      return may(this.claims, 'users:read') ? html`<a href="#/accounts/${line.user_id}">${line.username ?? line.user_id}</a>` : line.username;
    }
    return this.by === 'day' ? date(line.day) : this.by === 'model' ? line.model || '–' : line.name ?? line.key_id ?? t('admin.usage.no-key');
  }

  chart() {
    if (!this.byDay?.length) {
      return nothing;
    }
    const known = new Map(this.byDay.map((line) => [line.day, line]));
    const days = Array.from({ length: this.days }, (all, i) => new Date(new Date(this.range.since).getTime() + i * DAY_MILLIS).toISOString().slice(0, 10));
    const values = (name) => days.map((day) => known.get(day)?.[name] ?? 0);
    return html`<section class="card"><chart-view caption=${t('admin.usage.chart')} stacked .labels=${days.map((day) => date(day))}
      .series=${[{ name: t('admin.usage.input'), values: values('input_tokens') }, { name: t('admin.usage.output'), values: values('output_tokens') }]}></chart-view></section>`;
  }

  changeRange(event) {
    this.days = Number(event.target.value);
    this.loadDays();
    this.list.reload();
  }

  changeBy(event) {
    this.by = event.target.value;
    this.list.items = undefined; // they have other columns
    this.list.reload();
  }

  async save() {
    await this.run(async () => saveLines(
      await admin.usage({ query: { ...this.range, by: this.by }, headers: { Accept: 'text/csv' }, as: 'response' }), `usage-by-${this.by}.csv`));
  }
}

customElements.define('admin-usage', AdminUsage);
