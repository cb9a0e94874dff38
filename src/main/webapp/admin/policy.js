/** The settings in force: from where, whether a change is live, and the command that changes them. */
import '../ui/dialogs.js';
import { html, nothing, View } from '../ui/element.js';
import { t } from '../ui/i18n.js';
import { admin } from './api.js';

const UNCHANGED = ['default', 'profile default', 'not set', 'detected at startup'];

class AdminPolicy extends View {
  static properties = { policy: { state: true }, query: { state: true }, changed: { state: true }, open: { state: true } };

  constructor() {
    super();
    this.query = '';
    this.changed = false;
  }

  firstUpdated() {
    this.load();
  }

  load() {
    return this.run(async () => {
      this.policy = await admin.policy();
    });
  }

  render() {
    if (!this.policy) {
      return this.loadingView(this.load);
    }
    const words = this.query.toLowerCase().split(/\s+/).filter(Boolean);
    const items = this.policy.items.filter((item) => (!this.changed || isChanged(item))
      && words.every((word) => `${item.name} ${item.description}`.toLowerCase().includes(word)));
    return html`
      <p class="hint">${t('admin.policy.text')}</p>
      ${this.policy.refused.length ? html`
        <section class="card" aria-labelledby="refused"><h2 id="refused">${t('admin.policy.refused')}</h2>
          <ul class="rows">${this.policy.refused.map(({ name, source, reason }) => html`
            <li><span class="badge bad">${t('admin.policy.refused')}</span><span class="what"><code>${name}</code> <small>${source}</small> ${reason}</span></li>`)}</ul>
        </section>` : nothing}
      <form role="search" class="filters" @submit=${(event) => event.preventDefault()}>
        <label>${t('admin.policy.query')} <input type="search" autocomplete="off" spellcheck="false" @input=${(event) => { this.query = event.target.value; }}></label>
        <label class="check"><input type="checkbox" @change=${(event) => { this.changed = event.target.checked; }}> <span>${t('admin.policy.changed')}</span></label>
      </form>
      <p role="status" class="hint">${t('admin.policy.count', { count: items.length })}</p>
      <section class="card policy" aria-label=${t('admin.nav.policy')}>
        ${items.map((item) => html`
          <details @toggle=${(event) => { if (event.target.open) { this.open = item.name; } }}>
            <summary><code>${item.name}</code> <span class="value">${item.value ?? '–'}</span>
              <span class="badges">${isChanged(item) ? html`<span class="badge">${item.source}</span>` : nothing}
                <span class="badge ${item.live ? 'good' : ''}">${t(item.live ? 'admin.policy.live' : 'admin.policy.restart')}</span></span></summary>
            <p>${item.description}</p>
            <dl class="terms">
              <div><dt>${t('admin.policy.source')}</dt><dd>${item.source}</dd></div>
              ${item.default === undefined ? nothing : html`<div><dt>${t('admin.policy.default')}</dt><dd>${item.default ?? '–'}</dd></div>`}
              ${item.allowed ? html`<div><dt>${t('admin.policy.allowed')}</dt><dd>${item.allowed}</dd></div>` : nothing}
            </dl>
            ${item.refused ? html`<p class="notice warn">${item.refused}</p>` : nothing}
            ${isPinned(item) ? html`<p class="notice">${t('admin.policy.pinned')}</p>` : item.example === undefined ? nothing : html`
              <p class="hint">${t('admin.policy.command')}</p>
              ${this.open === item.name ? html`<copy-field .value=${asadmin(item)} label=${t('admin.policy.command')}></copy-field>` : nothing}`}
          </details>`)}
      </section>`;
  }
}

customElements.define('admin-policy', AdminPolicy);

function isChanged({ source }) {
  return !UNCHANGED.includes(source);
}

/** What the process was started with wins over the console and its commands. */
function isPinned({ source }) {
  return source.startsWith('pinned by ');
}

/** The command that sets what is in force, or an example where the value is a secret or not set. */
function asadmin({ name, value, example }) {
  const shown = value === null || value === undefined || value === '***' ? example : value;
  return `asadmin set-config-property --source domain --propertyName ${name} --propertyValue '${String(shown).replaceAll("'", "'\\''")}'`;
}
