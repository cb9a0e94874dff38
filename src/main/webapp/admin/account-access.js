/** Why somebody cannot sign in, in words, each with what helps. */
import { html, nothing, View } from '../ui/element.js';
import { ago, dateTime, hasMessage, t } from '../ui/i18n.js';

class AccountAccess extends View {
  static properties = {
    claims: { attribute: false }, account: { attribute: false }, signIn: { attribute: false }, self: { attribute: false }, actions: { attribute: false },
  };

  render() {
    const reasons = this.reasons();
    const { actions, signIn } = this;
    return html`
      <section class="card" aria-labelledby="access">
        <header><div>
          <h2 id="access">${t('admin.access.title')}</h2>
          <p>${reasons.length ? t('admin.access.no', { name: this.account.username }) : t('admin.access.yes', { name: this.account.username })}</p>
        </div></header>
        <ul class="rows reasons">${reasons.map(({ tone, text, hint, action, argument }) => html`
          <li><span class="badge ${tone}">${tone === 'bad' ? '✕' : '!'}</span>
            <span class="what">${text}${hint ? html`<small>${hint}</small>` : nothing}</span>
            ${action && actions[action] ? html`<button type="button" @click=${() => actions[action](argument)}>${t(`admin.access.do.${action}`)}</button>` : nothing}</li>`)}</ul>
        <div class="actions">${this.otherActions(reasons)}</div>
        ${signIn.second_factor.methods.length ? html`
          <p class="hint">${t('admin.access.factors', { methods: signIn.second_factor.methods.map((method) => t(`admin.factor.${method}`)).join(', ') })}</p>` : nothing}
        ${signIn.failures.length ? html`
          <h3>${t('admin.access.failures')}</h3>
          <div class="scroll" tabindex="0" role="region" aria-label=${t('admin.access.failures')}>
            <table class="dense">
              <thead><tr><th scope="col">${t('admin.when')}</th><th scope="col">${t('admin.access.reason')}</th>
                <th scope="col">${t('admin.address')}</th><th scope="col">${t('admin.device')}</th></tr></thead>
              <tbody>${signIn.failures.map((failure) => html`
                <tr><td title=${dateTime(failure.at)}>${ago(failure.at)}</td><td>${failureText(failure.reason)}</td>
                  <td>${failure.ip_address}</td><td>${failure.device}</td></tr>`)}</tbody>
            </table>
          </div>` : nothing}
      </section>`;
  }

  reasons() {
    const { signIn } = this;
    const reasons = [];
    const add = (tone, name, action, values = {}, argument = undefined) => reasons.push({
      tone, action, argument, text: t(`admin.access.${name}`, values),
      hint: hasMessage(`admin.access.${name}.hint`) ? t(`admin.access.${name}.hint`, values) : undefined,
    });
    if (signIn.reasons.includes('disabled')) {
      add('bad', 'disabled', 'enable');
    }
    if (signIn.reasons.includes('locked')) {
      add('bad', 'locked', 'unlock', { until: `${dateTime(signIn.locked_until)} (${ago(signIn.locked_until)})` });
    }
    for (const { ip_address: address, remaining, reset_seconds: seconds } of signIn.limits) {
      if (remaining === 0) {
        add('bad', 'limited', 'liftLimit', { address, minutes: Math.ceil(seconds / 60) }, address);
      }
    }
    if (signIn.reasons.includes('second_factor_limited')) {
      add('bad', 'factor-limited', 'unlock');
    }
    if (signIn.must_change_password) {
      add('warn', 'must-change', undefined);
    }
    const [last] = signIn.failures;
    const since = this.account.last_sign_in_at;
    if (last && (!since || last.at > since)) {
      if (last.reason === 'wrong_password') {
        add('warn', 'wrong-password', 'reset');
      } else if (last.reason.startsWith('wrong_')) {
        add('warn', 'wrong-factor', 'removeFactors');
      }
    }
    return reasons;
  }

  /** What is not offered beside a reason. */
  otherActions(reasons) {
    const offered = new Set(reasons.map(({ action }) => action));
    return Object.entries(this.actions)
      .filter(([name, work]) => work && name !== 'liftLimit' && !offered.has(name) && !(name === 'enable' && this.account.enabled)
        && !(name === 'disable' && !this.account.enabled))
      .map(([name, work]) => html`<button type="button" class="secondary small ${name === 'disable' ? 'danger' : ''}" @click=${work}>${t(`admin.access.do.${name}`)}</button>`);
  }
}

/** The service's word for why a sign-in failed, in the reader's. */
export function failureText(reason) {
  return hasMessage(`admin.failure.${reason}`) ? t(`admin.failure.${reason}`) : reason;
}

customElements.define('account-access', AccountAccess);
