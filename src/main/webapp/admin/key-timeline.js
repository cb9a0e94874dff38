/** The signing keys on a line of time: when each was published, signs, and leaves. */
import { html, nothing } from '../ui/element.js';
import { ago, date, dateTime, t } from '../ui/i18n.js';

const TONES = { ACTIVE: 'good', NEXT: 'neutral', RETIRING: 'warn', RETIRED: '' };

/** Rows of keys with their spans; `action(key)` may add buttons. */
export function keyTimeline(keys, now, action = () => nothing) {
  const shown = keys.filter(({ state }) => state !== 'RETIRED').concat(keys.filter(({ state }) => state === 'RETIRED').slice(0, 5));
  const times = shown.flatMap(({ created_at: made, signs_from: signs, retires_at: retires }) => [made, signs, retires])
    .filter(Boolean).map((time) => new Date(time).getTime());
  const first = Math.min(...times, now.getTime());
  const last = Math.max(...times, now.getTime());
  const place = (time) => 2 + 96 * (new Date(time) - first) / Math.max(1, last - first);
  return html`
    <ul class="timeline">${shown.map((key) => html`
      <li>
        <div class="key">
          <span class="badge ${TONES[key.state]}">${t(`admin.key.${key.state}`)}</span>
          <code>${key.kid.slice(0, 12)}…</code>
          <small>${explain(key, now)}</small>
        </div>
        <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" class="span ${key.state.toLowerCase()}">
          <rect class="line" x="0" y="1.8" width="100" height="0.4"></rect>
          <rect class="published" x=${place(key.created_at)} y="1.2" height="1.6"
            width=${Math.max(0.6, place(key.retires_at ?? new Date(last)) - place(key.created_at))}></rect>
        </svg>
        ${action(key)}
      </li>`)}</ul>`;
}

function explain({ state, created_at: made, signs_from: signs, retires_at: retires }, now) {
  if (state === 'NEXT') {
    return signs ? t('admin.key.signs-from', { when: `${dateTime(signs)} (${ago(signs, now)})` })
      : t('admin.key.published', { when: date(made) });
  }
  if (state === 'ACTIVE') {
    return t('admin.key.signs-since', { when: `${dateTime(signs)} (${ago(signs, now)})` });
  }
  return retires ? t(`admin.key.${state === 'RETIRING' ? 'leaves' : 'left'}`, { when: `${dateTime(retires)} (${ago(retires, now)})` }) : '';
}
