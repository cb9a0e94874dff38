/** Everybody's API keys. */
import { html, nothing, View } from '../ui/element.js';
import { t } from '../ui/i18n.js';
import { emptyView } from '../ui/pager.js';
import { toast } from '../ui/toast.js';
import { admin, may } from './api.js';
import { FilteredPager } from './filtered-pager.js';
import { confirmRevoke, keyRows } from './key-table.js';

class AdminApiKeys extends View {
  static properties = { claims: { attribute: false } };

  constructor() {
    super();
    this.query = '';
    this.list = new FilteredPager(this, () => ({ query: this.query }), (query) => admin.listApiKeys({ query }));
  }

  render() {
    const { items } = this.list;
    return html`
      <p class="hint">${t('admin.api-keys.text')}</p>
      <form role="search" class="filters" @submit=${(event) => event.preventDefault()}>
        <label>${t('admin.api-keys.query')}
          <input type="search" autocomplete="off" spellcheck="false" @input=${this.search}></label>
      </form>
      ${this.problemView()}
      <section class="card" aria-label=${t('admin.nav.api-keys')}>
        ${emptyView(items, t('admin.api-keys.none'))}
        ${items?.length ? keyRows(items, { withOwner: true, revoke: may(this.claims, 'users:write') ? (key) => this.revoke(key) : undefined }) : nothing}
        ${this.list.moreView()}
      </section>`;
  }

  search(event) {
    this.query = event.target.value.trim();
    this.list.changed(true);
  }

  async revoke(key) {
    if (await confirmRevoke(key) && await this.run(() => admin.revokeApiKey({ key_id: key.key_id }))) {
      toast(t('admin.api-keys.revoked', { name: key.name }));
      await this.list.reload();
    }
  }
}

customElements.define('admin-api-keys', AdminApiKeys);
