/** The signing keys on their line of time; the next one put to work, a leaked one killed. */
import { confirmDialog } from '../ui/dialogs.js';
import { html, nothing, View } from '../ui/element.js';
import { dateTime, number, t } from '../ui/i18n.js';
import { toast } from '../ui/toast.js';
import { admin } from './api.js';
import { keyTimeline } from './key-timeline.js';
import { openRunbook } from './runbook.js';

class AdminKeys extends View {
  static properties = { claims: { attribute: false }, keys: { state: true } };

  firstUpdated() {
    this.load();
  }

  async load() {
    await this.run(async () => {
      this.keys = (await admin.listKeys()).items;
    });
  }

  render() {
    if (!this.keys) {
      return this.loadingView(this.load);
    }
    return html`
      <div class="bar"><p class="hint">${t('admin.keys.text')}</p>
        <div class="actions">
          <button type="button" @click=${this.rotate}>${t('admin.keys.rotate')}</button>
          <button type="button" class="secondary" @click=${() => openRunbook('key-compromise')}>${t('admin.overview.runbook')}</button>
        </div></div>
      ${this.problem?.code === 'rotation_too_early' ? html`<p role="alert" class="notice warn">${t('admin.keys.too-early', { when: dateTime(this.problem.problem.earliest_at) })}</p>` : this.problemView()}
      <section class="card" aria-label=${t('admin.nav.keys')}>
        ${keyTimeline(this.keys, new Date(), (key) => (key.state === 'RETIRED' ? nothing : html`
          <button type="button" class="secondary small danger" @click=${() => this.compromise(key)}>${t('admin.keys.compromise')}…<span class="visually-hidden"> ${key.kid}</span></button>`))}
      </section>
      <section class="card">
        <h2>${t('admin.keys.details')}</h2>
        <div class="scroll" tabindex="0" role="region" aria-label=${t('admin.keys.details')}><table class="dense">
          <thead><tr><th scope="col">kid</th><th scope="col">${t('admin.account.state')}</th><th scope="col" class="number">${t('admin.keys.bits')}</th>
            <th scope="col">${t('admin.keys.created')}</th><th scope="col">${t('admin.keys.signs')}</th><th scope="col">${t('admin.keys.retires')}</th></tr></thead>
          <tbody>${this.keys.map((key) => html`
            <tr><th scope="row"><code>${key.kid}</code></th><td>${t(`admin.key.${key.state}`)}</td><td class="number">${number(key.size, { useGrouping: false })}</td>
              <td>${dateTime(key.created_at)}</td><td>${dateTime(key.signs_from)}</td><td>${dateTime(key.retires_at)}</td></tr>`)}</tbody>
        </table></div>
      </section>`;
  }

  async rotate() {
    if (await confirmDialog({ title: t('admin.keys.rotate'), text: t('admin.keys.rotate-text'), action: t('admin.keys.rotate'), danger: false })
      && await this.run(() => admin.rotateKeys({ body: {} }))) {
      toast(t('admin.keys.rotated'));
      await this.load();
    }
  }

  async compromise({ kid }) {
    if (await confirmDialog({
      title: t('admin.keys.compromise'), text: t('admin.keys.compromise-text', { kid }), action: t('admin.keys.compromise'), word: kid.slice(0, 8),
    }) && await this.run(() => admin.compromiseKey({ kid, body: {} }))) {
      toast(t('admin.keys.compromised'));
      await this.load();
    }
  }
}

customElements.define('admin-keys', AdminKeys);
