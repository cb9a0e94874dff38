/** What a link in a mail opens: link.html#reset=…, #verify=… or #invitation=… (docs/self-service.md). */
import { api } from './ui/api.js';
import { html, nothing, View } from './ui/element.js';
import { t } from './ui/i18n.js';
import './ui/new-password.js';
import './ui/theme.js';

/** What each kind of link sends, and says when it is done. */
const KINDS = {
  reset: {
    send: (token, password) => api.resetPassword({ body: { token, new_password: password } }),
    done: () => t('link.password-set'),
  },
  invitation: {
    send: (token, password) => api.acceptInvitation({ body: { token, password } }),
    done: ({ username }) => t('link.password-set-as', { name: username }),
  },
  verify: {
    send: (token) => api.verifyEmail({ body: { token } }),
    done: ({ email }) => t('link.verified', { address: email }),
  },
};

/** The kind and the token of the link, which leaves the address bar and the history at once. */
function takeLink() {
  const found = /^#(reset|verify|invitation)=([A-Za-z0-9_-]{1,256})$/.exec(location.hash);
  history.replaceState(null, '', location.pathname);
  return found && { kind: found[1], token: found[2] };
}

class LinkPage extends View {
  static properties = { said: { state: true }, over: { state: true } };

  constructor() {
    super();
    this.link = takeLink();
    // another link may be opened in the same tab: the page begins anew
    addEventListener('hashchange', () => {
      if (location.hash) {
        location.reload();
      }
    });
  }

  render() {
    if (!this.link) {
      return html`<section class="card"><h1>${t('app.name')}</h1><p role="alert">${t('link.none')}</p>${this.signInLink()}</section>`;
    }
    const { kind } = this.link;
    document.title = `${t(`link.${kind}.title`)} – ${t('app.name')}`;
    return html`
      <section class="card">
        <h1>${t(`link.${kind}.title`)}</h1>
        ${this.said || this.over ? nothing : html`
          <p>${t(`link.${kind}.text`)}</p>
          ${kind === 'verify' ? this.verifyView() : html`<new-password .set=${(current, fresh) => this.send(fresh)}></new-password>`}`}
        ${this.over ? this.problemView() : nothing}
        <p role="alert">${this.said ?? ''}</p>
        ${this.said || this.over ? this.signInLink() : nothing}
      </section>`;
  }

  /** By a button and not by itself: programs that look at mails open links too. */
  verifyView() {
    return html`
      ${this.problemView()}
      <form @submit=${this.verify}><button type="submit" autofocus aria-busy=${this.busy}>${t('link.verify.action')}</button></form>`;
  }

  signInLink() {
    return html`<div class="links"><a href="./">${t('forgot.back')}</a></div>`;
  }

  verify(event) {
    event.preventDefault();
    this.run(() => this.send());
  }

  /** A link that is over leaves no form behind. */
  async send(password) {
    const kind = KINDS[this.link.kind];
    try {
      this.said = kind.done(await kind.send(this.link.token, password));
    } catch (error) {
      if (error.code !== 'invalid_link') {
        throw error;
      }
      this.over = true;
      this.problem = error;
    }
  }
}

customElements.define('link-page', LinkPage);
