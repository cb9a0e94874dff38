/** The first screen: is the service well, and is somebody attacking it? */
import { CANCELLED } from '../ui/api.js';
import '../ui/chart-view.js';
import { html, nothing, View } from '../ui/element.js';
import { ago, dateTime, language, number, t } from '../ui/i18n.js';
import { admin } from './api.js';
import { keyTimeline } from './key-timeline.js';
import { openRunbook } from './runbook.js';
import { History } from './history.js';

const POLL_MILLIS = 10_000;
const RECENT_MINUTES = 10;
const SILENT_MILLIS = 35_000;
const MANY = 20; // failed or limited sign-ins in ten minutes
const SHOWN_REASONS = 5;

class AdminOverview extends View {
  static properties = {
    claims: { attribute: false }, facts: { state: true }, paused: { state: true }, outdated: { state: true },
  };

  constructor() {
    super();
    this.history = new History();
    this.wake = () => document.hidden || this.paused || this.poll();
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener('visibilitychange', this.wake);
    this.poll();
  }

  disconnectedCallback() {
    document.removeEventListener('visibilitychange', this.wake);
    clearTimeout(this.timer);
    super.disconnectedCallback();
  }

  /** Who does not want to sign in anew is not asked again before they want to. */
  async poll() {
    clearTimeout(this.timer);
    await this.run(async () => {
      this.paused = false;
      try {
        const facts = await admin.overview({ query: { since: this.history.since } });
        this.history.add(facts);
        this.facts = facts;
        this.outdated = false;
      } catch (error) {
        this.paused = error.code === CANCELLED;
        this.outdated = true;
        throw error;
      }
    });
    clearTimeout(this.timer);
    if (this.isConnected && !this.paused && !document.hidden) {
      this.timer = setTimeout(() => this.poll(), Math.max(POLL_MILLIS, (this.problem?.retryAfter ?? 0) * 1_000));
    }
  }

  pausedView() {
    return this.paused ? html`
      <div role="alert" class="notice warn"><p>${t('error.cancelled')}</p>
        <button type="button" class="secondary small" @click=${this.poll}>${t('reload')}</button></div>` : nothing;
  }

  render() {
    if (!this.facts) {
      return html`${this.pausedView()}${this.problemView()}${this.busy ? html`<p aria-busy="true">${t('loading')}</p>` : nothing}`;
    }
    return html`
      ${this.pausedView()}
      ${this.problemView()}
      ${this.verdicts()}
      ${this.tiles()}
      ${this.warnings()}
      ${this.charts()}
      ${this.nodes()}
      ${this.keys()}`;
  }

  verdicts() {
    if (this.outdated) {
      return this.outdatedView();
    }
    const { warnings, ready, nodes } = this.facts;
    const lost = nodes.filter((node) => this.isSilent(node) || !node.ready).length;
    const critical = !ready || lost > 0 || warnings.some(({ severity }) => severity === 'critical');
    const well = nodes.length === 0 ? 'unknown' : critical ? 'bad' : warnings.length ? 'warn' : 'good';
    const signs = this.signsOfAttack();
    return html`
      <div class="verdicts">
        <section class="verdict ${well}" aria-labelledby="well">
          <h2 id="well">${t('admin.overview.health')}</h2>
          <p>${t(`admin.overview.health.${well}`, { count: warnings.length })}</p>
        </section>
        <section class="verdict ${signs.length ? 'bad' : 'good'}" aria-labelledby="attack">
          <h2 id="attack">${t('admin.overview.attack')}</h2>
          ${signs.length ? html`<ul>${signs.map(({ text, link }) => html`<li><a href=${link}>${text}</a></li>`)}</ul>`
    : html`<p>${t('admin.overview.attack.none', { minutes: RECENT_MINUTES })}</p>`}
        </section>
      </div>`;
  }

  /** What was last known says nothing about now. */
  outdatedView() {
    const text = t('admin.overview.outdated', { when: dateTime(this.facts.now) });
    return html`
      <div class="verdicts">${[['well', t('admin.overview.health')], ['attack', t('admin.overview.attack')]].map(([id, question]) => html`
        <section class="verdict unknown" aria-labelledby=${id}>
          <h2 id=${id}>${question}</h2>
          <p>${text}</p>
        </section>`)}</div>`;
  }

  signsOfAttack() {
    const recent = (name) => this.history.sum(name, RECENT_MINUTES);
    const failures = recent('sign_ins.failure');
    const stolen = recent('replays.after_proof') + recent('replays.refresh_reuse');
    const lockouts = recent('lockouts');
    const limited = recent('sign_ins.limited');
    const forged = recent('critical.ALGORITHM_CONFUSION');
    return [
      stolen > 0 && { text: t('admin.overview.attack.replays', { count: stolen }), link: '#/audit?event=REPLAY_DETECTED' },
      forged > 0 && { text: t('admin.overview.attack.forged', { count: forged }), link: '#/audit?event=ALGORITHM_CONFUSION' },
      failures > MANY && failures > recent('sign_ins.success')
        && { text: t('admin.overview.attack.failures', { count: failures }), link: '#/audit?event=LOGIN_FAILED' },
      limited > MANY && { text: t('admin.overview.attack.limited', { count: limited }), link: '#/audit?event=RATE_LIMIT_EXCEEDED' },
      lockouts > 2 && { text: t('admin.overview.attack.lockouts', { count: lockouts }), link: '#/audit?event=ACCOUNT_LOCKED' },
    ].filter(Boolean);
  }

  tiles() {
    const hour = (name) => number(this.history.sum(name, 60));
    const millis = (name) => {
      const last = this.history.last(name);
      return last === undefined ? '–' : t('admin.ms', { value: number(last, { maximumFractionDigits: last < 10 ? 2 : 0 }) });
    };
    const refusals = this.refusalNames().reduce((sum, name) => sum + this.history.sum(name, 60), 0);
    const tile = (name, value, hint) => html`
      <div class="tile"><dt>${t(`admin.overview.tile.${name}`)}</dt><dd>${value}</dd>${hint ? html`<dd class="hint">${hint}</dd>` : nothing}</div>`;
    return html`
      <dl class="tiles">
        ${tile('sessions', number(this.history.last('sessions') ?? 0))}
        ${tile('sign-ins', hour('sign_ins.success'), t('admin.overview.tile.failed', { count: hour('sign_ins.failure') }))}
        ${tile('refusals', number(refusals), t('admin.overview.tile.hour'))}
        ${tile('lockouts', hour('lockouts'), t('admin.overview.tile.hour'))}
        ${tile('latency', millis('validation_p99_ms'), t('admin.overview.tile.p99'))}
        ${tile('store', this.history.last('store_down') > 0 ? t('admin.overview.down') : millis('store_ms'))}
        ${tile('database', this.history.last('database_down') > 0 ? t('admin.overview.down') : millis('database_ms'))}
        ${tile('audit', number(this.history.last('audit_lag') ?? this.history.last('audit_waiting') ?? 0), t('admin.overview.tile.waiting'))}
      </dl>`;
  }

  warnings() {
    const { warnings } = this.facts;
    return warnings.length === 0 ? nothing : html`
      <section class="card" aria-labelledby="warnings">
        <h2 id="warnings">${t('admin.overview.warnings')}</h2>
        <ul class="rows">${warnings.map(({ check, severity, text, runbook }) => html`
          <li>
            <span class="badge ${severity === 'critical' ? 'bad' : 'warn'}">${check}</span>
            <span class="what">${text}</span>
            ${runbook ? html`<button type="button" class="secondary small" @click=${() => openRunbook(runbook)}>
              ${t('admin.overview.runbook')}<span class="visually-hidden"> ${check}</span></button>` : nothing}
          </li>`)}</ul>
      </section>`;
  }

  charts() {
    const labels = this.history.minutes().map((minute) =>
      new Intl.DateTimeFormat(language(), { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(new Date(minute)));
    const counts = (names, title) => names.map((name) => ({ name: title(name), values: this.history.perMinute(name) }));
    const levels = (names) => names.map((name) =>
      ({ name: t(`admin.series.${name}`), values: this.history.levelPerMinute(name) }));
    const millis = (value) => t('admin.ms', { value: number(value, { maximumFractionDigits: 2 }) });
    const chart = (name, kind, series, { stacked = false, unit = (value) => number(value) } = {}) => html`
      <section class="card"><chart-view caption=${t(`admin.chart.${name}`)} kind=${kind} .labels=${labels} .series=${series}
        .unit=${unit} ?stacked=${stacked}></chart-view></section>`;
    const known = (prefix, values) => counts(values.map((value) => prefix + value), (name) => t(`admin.series.${name}`));
    return html`
      <div class="charts">
        ${chart('sign-ins', 'bar', known('sign_ins.', ['success', 'failure', 'mfa_required', 'limited']), { stacked: true })}
        ${chart('refusals', 'bar', this.refusals(), { stacked: true })}
        ${chart('attacks', 'bar', [...known('replays.', ['bare_repeat', 'after_proof', 'refresh_reuse']),
    ...counts(['lockouts', 'budget_refusals'], (name) => t(`admin.series.${name}`), true)], { stacked: true })}
        ${chart('latency', 'line', levels(['validation_p50_ms', 'validation_p99_ms']), { unit: millis })}
        ${chart('store', 'line', levels(['store_ms', 'database_ms']), { unit: millis })}
        ${chart('sessions', 'line', levels(['sessions', 'audit_lag']))}
      </div>`;
  }

  /** The most frequent reasons, and the others together. */
  refusals() {
    const sums = this.refusalNames().map((name) => [name, this.history.sum(name, 60)]).sort((a, b) => b[1] - a[1]).map(([name]) => name);
    const series = sums.slice(0, SHOWN_REASONS)
      .map((name) => ({ name: name.replace(/^refusals\./, '').replace(/^rate_limits\./, '429 '), values: this.history.perMinute(name) }));
    const rest = sums.slice(SHOWN_REASONS).map((name) => this.history.perMinute(name));
    return rest.length === 0 ? series
      : [...series, { name: t('admin.series.others'), values: rest.reduce((sum, values) => sum.map((value, i) => value + values[i])) }];
  }

  refusalNames() {
    return [...this.history.names('refusals.'), ...this.history.names('rate_limits.')];
  }

  isSilent({ seen_at: seen }) {
    return new Date(this.facts.now) - new Date(seen) > SILENT_MILLIS;
  }

  nodes() {
    return html`
      <section class="card">
        <h2>${t('admin.overview.nodes')}</h2>
        <div class="scroll" tabindex="0" role="region" aria-label=${t('admin.overview.nodes')}>
          <table>
            <thead><tr>
              <th scope="col">${t('admin.overview.node')}</th><th scope="col">${t('admin.overview.state')}</th>
              <th scope="col">${t('admin.overview.version')}</th><th scope="col">${t('admin.overview.started')}</th>
              <th scope="col">${t('admin.overview.seen')}</th>
            </tr></thead>
            <tbody>${this.facts.nodes.map((node) => html`
              <tr>
                <th scope="row">${node.node}${node.self ? html` <small>${t('admin.overview.self')}</small>` : nothing}</th>
                <td>${this.isSilent(node) ? html`<span class="badge bad">${t('admin.overview.silent')}</span>`
    : node.ready ? html`<span class="badge good">${t('admin.overview.ready')}</span>`
      : html`<span class="badge bad">${t('admin.overview.not-ready')}</span>`}</td>
                <td>${node.version}</td>
                <td>${dateTime(node.started_at)}</td>
                <td>${ago(node.seen_at, new Date(this.facts.now))}</td>
              </tr>`)}</tbody>
          </table>
        </div>
      </section>`;
  }

  keys() {
    return html`
      <section class="card" aria-labelledby="keys">
        <header><div><h2 id="keys">${t('admin.nav.keys')}</h2></div></header>
        ${keyTimeline(this.facts.keys, new Date(this.facts.now))}
      </section>`;
  }
}

customElements.define('admin-overview', AdminOverview);
