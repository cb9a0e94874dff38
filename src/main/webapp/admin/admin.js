/** The page for administrators. What somebody may not do is not shown; the service checks it all the same. */
import { App } from '../ui/app.js';
import { html, nothing } from '../ui/element.js';
import { loadMessages, t } from '../ui/i18n.js';
import { may } from './api.js';

await loadMessages(import.meta.url, './messages/');

/** A view of the navigation, with the module that defines its element and the permissions that open it. */
function view(path, load, render, ...permissions) {
  return {
    path,
    title: () => t(`admin.nav.${path || 'overview'}`),
    render: (rest, claims) => {
      load();
      return render(rest, claims);
    },
    shown: (claims) => may(claims, ...permissions),
  };
}

class AdminApp extends App {
  views() {
    return [
      view('', () => import('./overview.js'),
        (rest, claims) => html`<admin-overview .claims=${claims}></admin-overview>`, 'audit:read'),
      view('accounts', () => import('./accounts.js'),
        (rest, claims) => html`<admin-accounts .claims=${claims} .rest=${rest}></admin-accounts>`, 'users:read'),
      view('roles', () => import('./roles.js'),
        (rest, claims) => html`<admin-roles .claims=${claims}></admin-roles>`, 'users:read'),
      view('sessions', () => import('./sessions.js'),
        (rest, claims) => html`<admin-sessions .claims=${claims}></admin-sessions>`, 'sessions:read', 'audit:read'),
      view('api-keys', () => import('./api-keys.js'),
        (rest, claims) => html`<admin-api-keys .claims=${claims}></admin-api-keys>`, 'users:read'),
      view('usage', () => import('./usage.js'),
        (rest, claims) => html`<admin-usage .claims=${claims}></admin-usage>`, 'users:read'),
      view('keys', () => import('./keys.js'),
        (rest, claims) => html`<admin-keys .claims=${claims}></admin-keys>`, 'keys:write'),
      view('policy', () => import('./policy.js'), () => html`<admin-policy></admin-policy>`, 'policy:read'),
      view('audit', () => import('./audit.js'),
        (rest, claims) => html`<admin-audit .claims=${claims} .rest=${rest}></admin-audit>`, 'audit:read'),
    ];
  }

  body() {
    if (this.claims && !this.claims.must_change_password && !this.claims.must_enroll && !this.view) {
      return html`
        <main id="main" class="narrow">
          ${this.problem ? this.problemView() : nothing}
          <h1 tabindex="-1">${t('admin.nobody.title')}</h1>
          <p>${t('admin.nobody.text')}</p>
          <p><a href=${this.accountPage}>${t('admin.own-account')}</a></p>
        </main>`;
    }
    return super.body();
  }

  get accountPage() {
    return new URL('..', import.meta.url).pathname;
  }

  links() {
    return html`<a href=${this.accountPage}>${t('admin.own-account')}</a>`;
  }
}

customElements.define('admin-app', AdminApp);
