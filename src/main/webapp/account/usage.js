/** What was used, by day and by model, and what is left of the budgets. */
import { api } from '../ui/api.js';
import { html, nothing, View } from '../ui/element.js';
import { date, dateTime, number, t } from '../ui/i18n.js';
import '../ui/chart-view.js';

const DAYS = 30;
const DAY_MILLIS = 86_400_000;
const SHOWN_MODELS = 12; // in the chart; the table has all

class AccountUsage extends View {
  static properties = { days: { state: true }, models: { state: true }, budgets: { state: true } };

  connectedCallback() {
    super.connectedCallback();
    const since = new Date(Date.now() - (DAYS - 1) * DAY_MILLIS).toISOString().slice(0, 10);
    this.run(async () => {
      const [days, models, budgets] = await Promise.all([
        api.ownUsage({ query: { since, by: 'day', limit: 100 } }),
        api.ownUsage({ query: { since, by: 'model', limit: 100 } }),
        api.ownBudgets(),
      ]);
      this.days = withoutGaps(days.items, since);
      this.models = models.items.toSorted((a, b) => total(b) - total(a));
      this.budgets = budgets.items;
    });
  }

  render() {
    return html`
      ${this.problemView()}
      ${this.days ? nothing : html`<p aria-busy=${this.busy}>${this.busy ? t('loading') : ''}</p>`}
      ${this.budgets?.length ? this.budgetsView() : nothing}
      ${this.days ? this.chartView() : nothing}
      ${this.models?.length ? this.modelsView() : nothing}`;
  }

  budgetsView() {
    return html`
      <section class="card">
        <h2>${t('usage.budgets')}</h2>
        <ul class="rows">${this.budgets.map((budget) => html`
          <li>
            <div class="what">
              <strong>${budget.scope === 'role' ? t('usage.of-role', { role: budget.name }) : t('usage.of-account')}</strong>
              <small>${t(`window.${budget.window}`)}${budget.resets_at ? html` · ${t('usage.resets', { when: dateTime(budget.resets_at) })}` : nothing}</small>
              ${['tokens', 'requests'].filter((unit) => budget[unit]).map((unit) => this.budgetView(unit, budget[unit]))}
            </div>
          </li>`)}</ul>
      </section>`;
  }

  budgetView(unit, { limit, used, left }) {
    const text = t(`usage.left-${unit}`, { left: number(left), limit: number(limit) });
    return html`<p><progress max=${limit} value=${Math.min(used, limit)} aria-label=${text}></progress><small>${text}</small></p>`;
  }

  chartView() {
    const labels = this.days.map(({ day }) => new Date(`${day}T12:00:00Z`));
    const values = (member) => this.days.map((day) => day[member]);
    return html`
      <section class="card">
        ${this.days.some((day) => day.requests) ? html`
          <chart-view caption=${t('usage.chart', { days: DAYS })} stacked .labels=${labels.map((day) => date(day))}
            .series=${[
              { name: t('usage.input'), values: values('input_tokens') },
              { name: t('usage.output'), values: values('output_tokens') },
            ]}></chart-view>` : html`<h2>${t('usage.chart', { days: DAYS })}</h2><p class="empty">${t('usage.none')}</p>`}
      </section>`;
  }

  modelsView() {
    return html`
      <section class="card">
        <h2>${t('usage.models')}</h2>
        ${this.modelsChart()}
        <div class="scroll" tabindex="0" role="region" aria-label=${t('usage.models')}>
          <table>
            <thead><tr>
              <th scope="col">${t('usage.model')}</th><th scope="col" class="number">${t('usage.requests')}</th>
              <th scope="col" class="number">${t('usage.input')}</th><th scope="col" class="number">${t('usage.output')}</th>
            </tr></thead>
            <tbody>${this.models.map((model) => html`
              <tr>
                <th scope="row">${model.model}</th><td class="number">${number(model.requests)}</td>
                <td class="number">${number(model.input_tokens)}</td><td class="number">${number(model.output_tokens)}</td>
              </tr>`)}</tbody>
          </table>
        </div>
      </section>`;
  }

  modelsChart() {
    const shown = this.models.slice(0, SHOWN_MODELS);
    const values = (member) => shown.map((model) => model[member]);
    return html`
      <chart-view caption=${t('usage.models-chart', { days: DAYS })} stacked .labels=${shown.map(({ model }) => model)}
        .series=${[
          { name: t('usage.input'), values: values('input_tokens') },
          { name: t('usage.output'), values: values('output_tokens') },
        ]}></chart-view>`;
  }
}

function total(sum) {
  return sum.input_tokens + sum.output_tokens;
}

function withoutGaps(items, since) {
  const found = new Map(items.map((item) => [item.day, item]));
  return Array.from({ length: DAYS }, (unused, index) => {
    const day = new Date(Date.parse(since) + index * DAY_MILLIS).toISOString().slice(0, 10);
    return found.get(day) ?? { day, requests: 0, input_tokens: 0, output_tokens: 0 };
  });
}

customElements.define('account-usage', AccountUsage);
