/** The page for users: signing in, and one's own account. */
import { api } from '../ui/api.js';
import { App } from '../ui/app.js';
import { html, nothing } from '../ui/element.js';
import { loadMessages, t } from '../ui/i18n.js';

await loadMessages(import.meta.url, './messages/');

const administration = new URL('../admin/', import.meta.url).pathname;

/** Whoever has one of these, or the role, finds something in the administrators' page. */
const OF_ADMINISTRATORS = [
  'users:read', 'users:write', 'users:unlock', 'users:reset', 'sessions:read', 'sessions:end', 'audit:read', 'keys:write', 'policy:read',
];

class AccountApp extends App {
  static properties = { offered: { state: true } };

  constructor() {
    super();
    this.offered = {};
    api.signInOptions().then((offered) => { this.offered = offered; }, () => {});
  }

  views() {
    return [
      { path: '', title: () => t('home.title'), render: (rest, claims) => {
        import('./home.js');
        return html`<account-home .claims=${claims} .offered=${this.offered}></account-home>`;
      } },
      { path: 'security', title: () => t('security.title'), render: (rest, claims) => {
        import('./security.js');
        return html`<account-security .claims=${claims} .offered=${this.offered}></account-security>`;
      } },
      { path: 'devices', title: () => t('devices.title'), render: () => {
        import('./devices.js');
        return html`<account-devices .offered=${this.offered}></account-devices>`;
      } },
      { path: 'keys', title: () => t('keys.title'), render: (rest, claims) => {
        import('./keys.js');
        return html`<account-keys .claims=${claims}></account-keys>`;
      } },
      { path: 'usage', title: () => t('usage.title'), render: () => {
        import('./usage.js');
        return html`<account-usage></account-usage>`;
      } },
      { path: 'profile', title: () => t('profile.title'), render: (rest, claims) => {
        import('./profile.js');
        return html`<account-profile .claims=${claims} .offered=${this.offered}></account-profile>`;
      } },
    ];
  }

  links() {
    const { roles = [], permissions = [] } = this.claims;
    return roles.includes('admin') || permissions.some((permission) => OF_ADMINISTRATORS.includes(permission))
      ? html`<a href=${administration}>${t('admin.link')}</a>` : nothing;
  }
}

customElements.define('account-app', AccountApp);
