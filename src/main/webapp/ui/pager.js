/** A list that the service gives in pages. */
import { html, nothing } from 'lit';
import { t } from './i18n.js';

/**
 * Loads pages of a list for a view: `this.list = new Pager(this, (query) => api.ownSessions({ query }))`. `items` is what is
 * there so far, `undefined` before the first answer; `list.moreView()` is the button for the rest.
 */
export class Pager {
  #view;
  #load;
  #cursor;

  constructor(view, load) {
    this.#view = view;
    this.#load = load;
    view.addController(this);
  }

  hostConnected() {
    this.reload();
  }

  /** The first page anew. */
  async reload() {
    await this.#page(undefined);
  }

  async more() {
    await this.#page(this.#cursor);
  }

  get hasMore() {
    return Boolean(this.#cursor);
  }

  async #page(cursor) {
    try {
      const page = await this.#load({ cursor });
      this.items = cursor ? [...this.items, ...page.items] : page.items;
      this.#cursor = page.next_cursor;
    } catch (error) {
      this.items ??= [];
      this.#view.problem = error;
    }
    this.#view.requestUpdate();
  }

  moreView() {
    return this.hasMore
      ? html`<p><button type="button" class="secondary" @click=${() => this.more()}>${t('more')}</button></p>`
      : nothing;
  }
}

/** What stands in place of a list: that it is being loaded, or that it is empty. */
export function emptyView(items, text) {
  if (items === undefined) {
    return html`<p aria-busy="true">${t('loading')}</p>`;
  }
  return items.length ? nothing : html`<p class="empty">${text}</p>`;
}
