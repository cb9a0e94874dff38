/** Brings many accounts at once, first on trial; the service tells while it goes on. */
import { html, nothing, View } from '../ui/element.js';
import { number, t } from '../ui/i18n.js';
import { admin } from './api.js';

const SHOWN_FAILURES = 200;
const STATES = ['created', 'updated', 'unchanged', 'exists', 'failed'];

class AccountImport extends View {
  static properties = { progress: { state: true }, failures: { state: true }, lines: { state: true }, tried: { state: true } };

  constructor() {
    super();
    this.failures = [];
  }

  render() {
    return html`
      <p><a href="#/accounts">← ${t('admin.nav.accounts')}</a></p>
      <section class="card">
        <h2>${t('admin.import.title')}</h2>
        <p class="hint">${t('admin.import.text')}</p>
        <pre tabindex="0"><code>{"username":"ada","email":"ada@example.com","password_hash":"$2b$10$…","roles":["user"]}</code></pre>
        <form @submit=${this.submit}>
          <label>${t('admin.import.file')}
            <input type="file" name="file" required accept=".ndjson,.jsonl,.json,.txt" @change=${this.choose} ?disabled=${this.busy}></label>
          <label><input type="checkbox" name="update" @change=${this.choose} ?disabled=${this.busy}> <span>${t('admin.import.update')}</span></label>
          <label><input type="checkbox" name="create_roles" @change=${this.choose} ?disabled=${this.busy}> <span>${t('admin.import.create-roles')}</span></label>
          <div class="actions">
            <button type="submit" name="how" value="try" class=${this.tried ? 'secondary' : ''} ?disabled=${this.busy}>${t('admin.import.try')}</button>
            <button type="submit" name="how" value="do" class=${this.tried ? '' : 'secondary'} ?disabled=${this.busy || !this.tried}>${t('admin.import.do')}</button>
          </div>
        </form>
        ${this.problemView()}
        ${this.progressView()}
      </section>`;
  }

  progressView() {
    const { progress } = this;
    if (!progress) {
      return nothing;
    }
    return html`
      <progress max=${Math.max(this.lines, 1)} .value=${progress.lines} aria-label=${t('admin.import.progress')}></progress>
      <p role="status">${progress.dry_run === undefined ? t('admin.import.running', { lines: number(progress.lines), all: number(this.lines) })
    : t(progress.dry_run ? 'admin.import.tried' : 'admin.import.done', { lines: number(progress.lines) })}
        ${STATES.filter((state) => progress[state]).map((state) => html`
          <span class="badge ${state === 'failed' ? 'bad' : state === 'created' ? 'good' : ''}">${t(`admin.import.${state}`)}: ${number(progress[state])}</span> `)}</p>
      ${progress.complete === false ? html`<p class="notice warn">${t('admin.import.stopped', { detail: progress.detail ?? '' })}</p>` : nothing}
      ${this.failures.length ? html`
        <div class="scroll" tabindex="0" role="region" aria-label=${t('admin.import.failed')}><table class="dense">
          <thead><tr><th scope="col" class="number">${t('admin.import.line')}</th><th scope="col">${t('admin.account.name')}</th><th scope="col">${t('admin.import.why')}</th></tr></thead>
          <tbody>${this.failures.map(({ line, username, detail }) => html`<tr><td class="number">${line}</td><td>${username ?? ''}</td><td>${detail}</td></tr>`)}</tbody>
        </table></div>` : nothing}`;
  }

  /** Another file, or other options, is another import: it has not been tried. */
  choose() {
    this.tried = false;
    this.progress = undefined;
    this.failures = [];
  }

  submit(event) {
    event.preventDefault();
    const dryRun = event.submitter?.value !== 'do';
    const fields = new FormData(event.target);
    this.run(async () => {
      this.failures = [];
      const file = fields.get('file');
      this.lines = await linesOf(file);
      const response = await admin.importAccounts({
        query: { dry_run: dryRun, update: fields.has('update'), create_roles: fields.has('create_roles') },
        headers: { 'Content-Type': 'application/x-ndjson', Accept: 'text/event-stream' },
        body: file, as: 'response',
      });
      await eventsOf(response.body, (name, data) => this.hear(name, data));
      this.tried = dryRun && this.progress?.complete === true;
    });
  }

  hear(name, data) {
    if (name === 'line') {
      if (data.status === 'failed' && this.failures.length < SHOWN_FAILURES) {
        this.failures = [...this.failures, data];
      }
    } else {
      this.progress = data;
    }
  }
}

customElements.define('account-import', AccountImport);

/** How many lines a file has, read piece by piece. */
async function linesOf(file) {
  let lines = 0;
  let last = 10;
  for (const reader = file.stream().getReader(); ;) {
    const { value, done } = await reader.read();
    if (done) {
      return lines + (last === 10 ? 0 : 1);
    }
    for (const byte of value) {
      lines += byte === 10 ? 1 : 0;
    }
    last = value.at(-1) ?? last;
  }
}

/** Server-sent events of a body (HTML standard, 9.2), as they come. */
async function eventsOf(body, hear) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) {
      return;
    }
    const events = (rest + value).split('\n\n');
    rest = events.pop();
    for (const event of events) {
      const [, name] = /^event: (.+)$/m.exec(event) ?? [];
      const [, data] = /^data: (.+)$/m.exec(event) ?? [];
      if (name && data) {
        hear(name, JSON.parse(data));
      }
    }
  }
}
