/**
 * The frame of a page: header, navigation, who is signed in, and one view at a time, chosen by the address's `#/name`. A page
 * makes a subclass with `views()` (docs/pages.md).
 */
import { session, sessionEvents } from './api.js';
import { html, nothing, View } from './element.js';
import { language, languages, setLanguage, t } from './i18n.js';
import { setTheme, theme } from './theme.js';
import './dialogs.js';
import './toast.js';

export class App extends View {
  static properties = { claims: { state: true }, ended: { state: true }, route: { state: true } };

  constructor() {
    super();
    this.readRoute = () => {
      this.route = routeOf(location.hash);
      this.problem = undefined;
    };
    this.readRoute();
  }

  /** Where the name at the top leads to. */
  get home() {
    return '#/';
  }

  /**
   * The views: `{ path, title, render, shown }` — `path` is `''` for the first one, `title()` its name in the navigation,
   * `render()` the template, which loads its module, and `shown(claims)` whether this user has it.
   */
  views() {
    return [];
  }

  /** More links of the header, such as to the other pages. */
  links() {
    return nothing;
  }

  connectedCallback() {
    super.connectedCallback();
    addEventListener('hashchange', this.readRoute);
    sessionEvents.addEventListener('signedout', ({ detail }) => {
      this.ended = detail === 'logout' || detail === 'refresh_token_required' ? detail : 'session_over';
      this.claims = null;
    });
    this.load();
  }

  /** Finds out who is signed in. */
  async load() {
    try {
      this.claims = await session.claims();
      this.problem = undefined;
      this.ended = undefined;
    } catch (error) {
      if (this.claims === undefined) {
        this.claims = null;
      }
      if (error.code === 'unreachable' || error.status >= 429) {
        this.problem = error;
      }
    }
  }

  get view() {
    const shown = this.views().filter(({ shown: may = () => true }) => may(this.claims));
    return shown.find(({ path }) => path === this.route.path) ?? shown[0];
  }

  updated(changed) {
    const title = this.claims ? this.view?.title() : t('sign-in.title');
    document.title = `${title ?? ''} – ${t('app.name')}`;
    const other = changed.has('route') && changed.get('route');
    if (other || (this.claims && changed.has('claims') && changed.get('claims') !== undefined)) {
      this.querySelector('main h1')?.focus();
      scrollTo(0, 0);
    }
  }

  render() {
    return html`
      <a class="skip" href="#main" @click=${this.skip}>${t('app.skip')}</a>
      <header class="top">
        <a class="brand" href=${this.home}><img src=${new URL('logo.svg', import.meta.url).pathname} alt="" width="28" height="28">${t('app.name')}</a>
        <div class="settings">
          ${this.claims ? this.links() : nothing}
          ${this.choice('app.language', languages().map((tag) => [tag, t(`language.${tag}`)]), language(), setLanguage)}
          ${this.choice('app.theme', ['auto', 'light', 'dark'].map((name) => [name, t(`theme.${name}`)]), theme(), setTheme)}
          ${this.claims ? html`
            <span class="who">${this.claims.upn}</span>
            <button type="button" class="secondary small" aria-busy=${this.busy} @click=${this.signOut}>${t('app.sign-out')}</button>` : nothing}
        </div>
      </header>
      ${this.body()}
      <toast-list></toast-list>`;
  }

  choice(label, options, chosen, choose) {
    return html`
      <select aria-label=${t(label)} @change=${(event) => choose(event.target.value)}>
        ${options.map(([value, text]) => html`<option value=${value} ?selected=${value === chosen}>${text}</option>`)}
      </select>`;
  }

  body() {
    if (this.claims === undefined) {
      return html`<main id="main" class="narrow" aria-busy="true" aria-label=${t('loading')}></main>`;
    }
    if (this.claims === null || this.claims.must_change_password || this.claims.must_enroll) {
      import('./sign-in.js');
      return html`
        <main id="main" class="narrow">
          ${this.problem ? this.problemView() : nothing}
          <sign-in .claims=${this.claims} .ended=${this.ended} @signedin=${this.load}></sign-in>
        </main>`;
    }
    const views = this.views().filter(({ shown = () => true }) => shown(this.claims));
    return html`
      <div class="frame">
        <nav aria-label=${t('app.navigation')}>
          <ul>${views.map(({ path, title }) => html`
            <li><a href="#/${path}" aria-current=${path === this.view.path ? 'page' : 'false'}>${title()}</a></li>`)}</ul>
        </nav>
        <main id="main">
          ${this.problem ? this.problemView() : nothing}
          <h1 tabindex="-1">${this.view.title()}</h1>
          ${this.view.render(this.route.rest, this.claims)}
        </main>
      </div>`;
  }

  skip(event) {
    event.preventDefault(); // the address's fragment is the view's name
    const main = this.querySelector('main');
    main.tabIndex = -1;
    main.focus();
  }

  /** Where it fails, somebody is still signed in, and the page must not look as if nobody were. */
  signOut() {
    this.run(() => session.logout());
  }
}

/** `#/accounts/42?x=y` is the view `accounts` with `['42']` as the rest and the parameters of the query. */
function routeOf(hash) {
  const [path, query] = hash.replace(/^#\/?/, '').split('?');
  const [name, ...rest] = path.split('/').map(decode);
  rest.query = new URLSearchParams(query);
  return { path: name, rest };
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
