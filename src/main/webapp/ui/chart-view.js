/** A chart with its numbers as a table. Chart.js is loaded when the first chart is drawn. */
import { html, View } from './element.js';
import { number, t } from './i18n.js';

const COLOURS = 6; // --chart-1 to --chart-6 in style.css

let library; // the promise of Chart.js

/**
 * `<chart-view .title .labels .series .options>`: `labels` are the places on the x axis, `series` is `[{ name, values }]`,
 * `kind` is `bar` (the default) or `line`, `stacked` puts the series on top of each other, and `unit` formats a value.
 */
class ChartView extends View {
  static properties = {
    caption: {}, labels: { attribute: false }, series: { attribute: false }, kind: {}, stacked: { type: Boolean },
    unit: { attribute: false },
  };

  constructor() {
    super();
    this.labels = [];
    this.series = [];
    this.kind = 'bar';
    this.unit = (value) => number(value);
    this.recolour = () => this.draw();
  }

  connectedCallback() {
    super.connectedCallback();
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', this.recolour);
    addEventListener('themechosen', this.recolour);
  }

  disconnectedCallback() {
    matchMedia('(prefers-color-scheme: dark)').removeEventListener('change', this.recolour);
    removeEventListener('themechosen', this.recolour);
    this.chart?.destroy();
    this.chart = undefined;
    super.disconnectedCallback();
  }

  render() {
    return html`
      <figure class="chart">
        <figcaption>${this.caption}</figcaption>
        <div class="canvas"><canvas role="img" aria-label=${t('chart.label', { caption: this.caption })}></canvas></div>
        <details>
          <summary>${t('chart.table')}</summary>
          <div class="scroll" tabindex="0" role="region" aria-label=${this.caption}>
            <table>
              <thead><tr><td></td>${this.series.map(({ name }) => html`<th scope="col">${name}</th>`)}</tr></thead>
              <tbody>${this.labels.map((label, index) => html`
                <tr><th scope="row">${label}</th>${this.series.map(({ values }) => html`<td>${this.unit(values[index] ?? 0)}</td>`)}</tr>`)}
              </tbody>
            </table>
          </div>
        </details>
      </figure>`;
  }

  updated() {
    this.draw();
  }

  async draw() {
    library ??= import('chart.js').then(() => globalThis.Chart);
    const Chart = await library;
    const canvas = this.querySelector('canvas');
    if (!canvas || !this.isConnected) {
      return;
    }
    const style = getComputedStyle(this);
    const colour = (name) => style.getPropertyValue(name).trim();
    const datasets = this.series.map(({ name, values }, index) => ({
      label: name,
      data: values,
      backgroundColor: colour(`--chart-${index % COLOURS + 1}`),
      borderColor: colour(`--chart-${index % COLOURS + 1}`),
      borderWidth: this.kind === 'line' ? 2 : 0,
      borderRadius: 3,
      maxBarThickness: 28,
      pointRadius: 0,
      tension: 0.3,
    }));
    const text = colour('--pico-muted-color');
    const axis = {
      stacked: this.stacked,
      ticks: { color: text, maxRotation: 0, autoSkipPadding: 16 },
      grid: { color: colour('--pico-muted-border-color') },
    };
    if (this.chart) {
      Object.assign(this.chart.data, { labels: this.labels, datasets });
      Object.assign(this.chart.options.scales, { x: { ...axis, grid: { display: false } }, y: this.#values(axis) });
      this.chart.options.plugins.legend.labels.color = text;
      this.chart.update('none');
      return;
    }
    this.chart = new Chart(canvas, {
      type: this.kind,
      data: { labels: this.labels, datasets },
      options: {
        animation: false,
        maintainAspectRatio: false,
        interaction: { mode: 'index', intersect: false },
        scales: { x: { ...axis, grid: { display: false } }, y: this.#values(axis) },
        plugins: {
          legend: { display: this.series.length > 1, position: 'bottom', labels: { color: text, boxWidth: 12 } },
          tooltip: { callbacks: { label: ({ dataset, parsed }) => `${dataset.label}: ${this.unit(parsed.y)}` } },
        },
      },
    });
  }

  #values(axis) {
    return { ...axis, beginAtZero: true, ticks: { ...axis.ticks, precision: 0, callback: (value) => this.unit(value) } };
  }
}

customElements.define('chart-view', ChartView);
