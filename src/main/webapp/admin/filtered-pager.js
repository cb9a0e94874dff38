/** A list in pages whose filters somebody is typing. */
import { Pager } from '../ui/pager.js';

const TYPING_MILLIS = 250;

/** Whoever types faster than the service answers sees what they typed last: `filters()` are those of now. */
export class FilteredPager extends Pager {
  #filters;
  #state;
  #timer;

  constructor(view, filters, load) {
    const state = {};
    super(view, async (query) => {
      await Promise.resolve(); // the view's properties are set by then
      for (;;) {
        const asked = JSON.stringify(filters());
        const page = await load({ ...filters(), ...query });
        if (asked === JSON.stringify(filters())) {
          state.loaded = asked;
          return page;
        }
        if (query.cursor) {
          return { items: [], next_cursor: null }; // the first page with the new filters follows
        }
      }
    });
    this.#filters = filters;
    this.#state = state;
  }

  /** Loads the first page with the filters of now, a moment later while somebody types. */
  changed(typing) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#state.loaded !== JSON.stringify(this.#filters())) {
        this.reload();
      }
    }, typing ? TYPING_MILLIS : 0);
  }
}
