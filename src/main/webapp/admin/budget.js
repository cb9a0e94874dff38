/** A budget in words, and the dialog that sets one. */
import { openDialog } from '../ui/dialogs.js';
import { html, nothing, View } from '../ui/element.js';
import { number, t } from '../ui/i18n.js';

export function budgetText(budget) {
  if (!budget) {
    return t('admin.budget.none');
  }
  return [
    budget.tokens === undefined ? '' : t('admin.budget.tokens', { count: number(budget.tokens) }),
    budget.requests === undefined ? '' : t('admin.budget.requests', { count: number(budget.requests) }),
  ].filter(Boolean).join(', ') + ` ${t(`admin.budget.${budget.window}`)}`;
}

/** Resolves with the new budget, with `null` to remove it, or with `undefined`. */
export function budgetDialog(budget, save) {
  return openDialog(t('admin.budget.title'), (close) => html`<budget-form .budget=${budget} .save=${save} .close=${close}></budget-form>`);
}

class BudgetForm extends View {
  static properties = { budget: { attribute: false } };

  render() {
    return html`
      <form @submit=${this.submit}>
        <p>${t('admin.budget.text')}</p>
        <label>${t('admin.budget.tokens-label')} <input type="number" name="tokens" min="1" step="1" value=${this.budget?.tokens ?? ''} autofocus></label>
        <label>${t('admin.budget.requests-label')} <input type="number" name="requests" min="1" step="1" value=${this.budget?.requests ?? ''}></label>
        <label>${t('admin.budget.window')}
          <select name="window">${['day', 'month', 'total'].map((name) => html`
            <option value=${name} ?selected=${name === (this.budget?.window ?? 'month')}>${t(`admin.budget.${name}`)}</option>`)}</select></label>
        ${this.problemView()}
        <footer>
          ${this.budget ? html`<button type="button" class="secondary danger" @click=${() => this.finish(null)}>${t('admin.budget.remove')}</button>` : nothing}
          <button type="button" class="secondary" @click=${() => this.close()}>${t('cancel')}</button>
          <button type="submit" aria-busy=${this.busy}>${t('admin.save')}</button>
        </footer>
      </form>`;
  }

  submit(event) {
    event.preventDefault();
    const fields = new FormData(event.target);
    const budget = { window: fields.get('window') };
    for (const name of ['tokens', 'requests']) {
      if (fields.get(name)) {
        budget[name] = Number(fields.get(name));
      }
    }
    this.finish(budget);
  }

  finish(budget) {
    this.run(async () => {
      await this.save(budget);
      this.close(budget);
    });
  }
}

customElements.define('budget-form', BudgetForm);
