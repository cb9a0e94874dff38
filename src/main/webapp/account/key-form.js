/** The form for a new API key: it stays, with what was typed, where the key is refused. */
import { api } from '../ui/api.js';
import { html, nothing, View } from '../ui/element.js';
import { t } from '../ui/i18n.js';

const DAYS = [7, 30, 90, 180, 365];

/** `<own-key-form .permissions .close>`: gives the new key to `close`. */
class OwnKeyForm extends View {
  static properties = { permissions: { attribute: false } };

  firstUpdated() {
    this.querySelector('[autofocus]').focus();
  }

  render() {
    return html`
      <form @submit=${this.submit}>
        <label>${t('keys.name')}
          <input name="name" maxlength="64" required autofocus autocomplete="off" placeholder=${t('keys.name-example')}></label>
        <label>${t('keys.life')}
          <select name="days">${DAYS.map((days) => html`<option value=${days} ?selected=${days === 90}>${t('keys.days', { days })}</option>`)}</select></label>
        <details>
          <summary>${t('keys.limit')}</summary>
          ${this.permissions.length ? html`
            <fieldset>
              <legend>${t('keys.permissions')}</legend>
              ${this.permissions.map((permission) => html`
                <label><input type="checkbox" name="permission" value=${permission}><span>${permission}</span></label>`)}
              <small>${t('keys.permissions-hint')}</small>
            </fieldset>` : nothing}
          <label>${t('keys.models')}
            <input name="models" autocomplete="off" spellcheck="false" placeholder="gpt-4o*, claude-*">
            <small>${t('keys.list-hint')}</small></label>
          <label>${t('keys.networks')}
            <input name="cidrs" autocomplete="off" spellcheck="false" placeholder="192.0.2.0/24">
            <small>${t('keys.list-hint')}</small></label>
          <label>${t('keys.tokens')}
            <input name="tokens" type="number" min="1" max="9007199254740991" inputmode="numeric"></label>
          <label>${t('keys.window')}
            <select name="window">${['day', 'month', 'total'].map((name) => html`
              <option value=${name} ?selected=${name === 'month'}>${t(`window.${name}`)}</option>`)}</select></label>
        </details>
        ${this.problemView()}
        <footer>
          <button type="button" class="secondary" @click=${() => this.close()}>${t('cancel')}</button>
          <button type="submit" aria-busy=${this.busy}>${t('keys.create')}</button>
        </footer>
      </form>`;
  }

  submit(event) {
    event.preventDefault();
    const body = newKey(new FormData(event.target));
    this.run(async () => this.close(await api.createOwnApiKey({ body })));
  }
}

customElements.define('own-key-form', OwnKeyForm);

function newKey(fields) {
  const list = (name) => fields.get(name).split(/[\s,]+/).filter(Boolean);
  const body = { name: fields.get('name').trim(), expires_in_days: Number(fields.get('days')) };
  const permissions = fields.getAll('permission');
  if (permissions.length) {
    body.permissions = permissions;
  }
  for (const name of ['models', 'cidrs']) {
    if (list(name).length) {
      body[name] = list(name);
    }
  }
  if (fields.get('tokens')) {
    body.budget = { tokens: Number(fields.get('tokens')), window: fields.get('window') };
  }
  return body;
}
