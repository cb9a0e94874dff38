/**
 * The words of the pages. A page loads its messages by `await loadMessages(import.meta.url, './messages/')`; a view asks for
 * one by `t('keys.title')` or, with values for `{name}`, `t('keys.made', { name })`. A message may be a function of the values.
 */
const LANGUAGES = ['en', 'de'];
const STORED = 'amplihack-auth:language';

const messages = {};
const bundles = [];
let current = chosen() ?? preferred();

function chosen() {
  try {
    const stored = localStorage.getItem(STORED);
    return LANGUAGES.includes(stored) ? stored : undefined;
  } catch { // forbidden
    return undefined;
  }
}

function preferred() {
  return (navigator.languages ?? [navigator.language])
    .map((tag) => String(tag).slice(0, 2).toLowerCase())
    .find((tag) => LANGUAGES.includes(tag)) ?? LANGUAGES[0];
}

export function language() {
  return current;
}

export function languages() {
  return LANGUAGES;
}

/** Loads `<directory><language>.js`, whose default export maps keys to words, now and at each change of the language. */
export async function loadMessages(module, directory) {
  const bundle = new URL(directory, module).href;
  if (!bundles.includes(bundle)) {
    bundles.push(bundle);
  }
  await load(bundle);
}

async function load(bundle) {
  Object.assign(messages, (await import(`${bundle}${current}.js`)).default);
}

/** Changes the language of everything that is shown; the choice stays in this browser. */
export async function setLanguage(tag) {
  current = LANGUAGES.includes(tag) ? tag : LANGUAGES[0];
  try {
    localStorage.setItem(STORED, current);
  } catch { /* full or forbidden: for this page only */ }
  await Promise.all(bundles.map(load));
  document.documentElement.lang = current;
  dispatchEvent(new Event('languagechosen'));
}

/** The words for a key. */
export function t(key, values = {}) {
  const message = messages[key];
  if (message === undefined) {
    console.error(`no message ${key}`);
    return key;
  }
  return typeof message === 'function'
    ? message(values)
    : message.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

export function hasMessage(key) {
  return key in messages;
}

/** The language as it is written where the user is: `en-GB` rather than `en`, if the browser says so. */
function locale() {
  return (navigator.languages ?? []).find((tag) => tag.toLowerCase().startsWith(current)) ?? current;
}

/** A day and time as people write it; `''` for none. */
export function dateTime(instant) {
  return instant ? new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(instant)) : '';
}

export function date(instant) {
  return instant ? new Intl.DateTimeFormat(locale(), { dateStyle: 'medium' }).format(new Date(instant)) : '';
}

/** How long ago, such as "3 hours ago". */
export function ago(instant, now = Date.now()) {
  const seconds = (new Date(instant) - now) / 1_000;
  const units = [['year', 31_536_000], ['month', 2_592_000], ['day', 86_400], ['hour', 3_600], ['minute', 60]];
  const [unit, size] = units.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1];
  const format = new Intl.RelativeTimeFormat(current, { numeric: 'auto' });
  return unit === 'second' ? format.format(0, 'second') : format.format(Math.round(seconds / size), unit);
}

export function number(value, options = {}) {
  return new Intl.NumberFormat(locale(), options).format(value);
}

document.documentElement.lang = current;
await loadMessages(import.meta.url, './messages/');
