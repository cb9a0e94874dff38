/** A list that the service gives in pages. */
import { html, nothing } from 'lit';
import { t } from './i18n.js';

/**
 * Loads pages of a list for a view: `this.list = new Pager(this, (query) => api.ownSessions({ query }))`. `items` is what is
 * there so far, `undefined` before the first answer, `null` where that was a refusal; `list.moreView()` is the button for the rest.
 * Of several loads the last first page counts.
 */
export class Pager {
  #view;
  #load;
  #cursor;
  #loads = 0;
  #loading = false;
  #problem;

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
    if (!this.#loading) {
      await this.#page(this.#cursor);
    }
  }

  get hasMore() {
    return Boolean(this.#cursor);
  }

  async #page(cursor) {
    const load = ++this.#loads;
    this.#loading = true;
    this.#tell(undefined);
    this.#view.requestUpdate();
    try {
      const page = await this.#load({ cursor });
      if (load === this.#loads) {
        this.items = cursor ? [...this.items, ...page.items] : page.items;
        this.#cursor = page.next_cursor;
      }
    } catch (error) {
      if (load === this.#loads) {
        this.items ??= null;
        this.#tell(error);
      }
    }
    if (load === this.#loads) {
      this.#loading = false;
      this.#view.requestUpdate();
    }
  }

  /** Shows what went wrong here, or forgets it; what something else has told stays. */
  #tell(error) {
    if (error || this.#view.problem === this.#problem) {
      this.#view.problem = error;
    }
    this.#problem = error;
  }

  moreView() {
    if (this.items === null) { // the button stays while it is tried again, as it has the focus
      return this.#button(t('reload'), () => this.reload());
    }
    return this.hasMore ? this.#button(t('more'), () => this.more()) : nothing;
  }

  #button(text, load) {
    return html`<p><button type="button" class="secondary" aria-busy=${this.#loading} @click=${load}>${text}</button></p>`;
  }
}

/** What stands in place of a list: that it is being loaded, or that it is empty; nothing where it could not be loaded. */
export function emptyView(items, text) {
  if (items === undefined) {
    return html`<p aria-busy="true">${t('loading')}</p>`;
  }
  return items?.length === 0 ? html`<p class="empty">${text}</p>` : nothing;
}
