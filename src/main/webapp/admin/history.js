/** The last hour as the overview tells it: numbers per step, by series, put together from answers about parts of it. */
const HOUR_STEPS = 360;
const STEPS_PER_MINUTE = 6;
const OVERLAP_MILLIS = 60_000; // steps that may still change until every node has told

export class History {
  #series = new Map(); // name → Map of step → number
  #end = 0; // the step after the last one
  #now;

  /** From when on to ask; `undefined` for the whole hour. */
  get since() {
    return this.#now === undefined ? undefined : new Date(this.#now - OVERLAP_MILLIS).toISOString();
  }

  /** Adds an answer of `GET /admin/api/overview`; what it tells replaces what was known of the same steps. */
  add({ now, from, step_seconds: seconds, steps, series }) {
    const first = Math.round(new Date(from) / 1_000 / seconds);
    this.#now = new Date(now).getTime();
    this.#end = first + steps;
    for (const name of Object.keys(series)) {
      if (!this.#series.has(name)) {
        this.#series.set(name, new Map());
      }
    }
    for (const [name, known] of this.#series) {
      for (let i = 0; i < steps; i++) {
        known.set(first + i, series[name]?.[i] ?? null);
      }
      for (const step of known.keys()) {
        if (step < this.#end - HOUR_STEPS) {
          known.delete(step);
        }
      }
    }
  }

  /** The series whose names begin with that. */
  names(prefix) {
    return [...this.#series.keys()].filter((name) => name.startsWith(prefix));
  }

  /** How often it happened within the last minutes. */
  sum(name, minutes) {
    return this.perMinute(name).slice(-minutes).reduce((sum, value) => sum + value, 0);
  }

  /** The newest level that is known, of the last two minutes; `undefined` for none. */
  last(name) {
    const known = this.#series.get(name);
    for (let step = this.#end - 1; known && step >= this.#end - 2 * STEPS_PER_MINUTE; step--) {
      if (known.get(step) !== undefined && known.get(step) !== null) {
        return known.get(step);
      }
    }
    return undefined;
  }

  /** When each of the last sixty minutes began, in ms since 1970. */
  minutes() {
    return Array.from({ length: HOUR_STEPS / STEPS_PER_MINUTE },
      (all, i) => (this.#end - HOUR_STEPS + i * STEPS_PER_MINUTE) * 10_000);
  }

  perMinute(name) {
    return this.#perMinute(name, (values) => values.reduce((sum, value) => sum + (value ?? 0), 0));
  }

  /** The highest level of each minute; `null` where none is known. */
  levelPerMinute(name) {
    return this.#perMinute(name, (values) => {
      const known = values.filter((value) => value !== undefined && value !== null);
      return known.length ? Math.max(...known) : null;
    });
  }

  #perMinute(name, combine) {
    const known = this.#series.get(name) ?? new Map();
    return Array.from({ length: HOUR_STEPS / STEPS_PER_MINUTE }, (all, minute) => {
      const first = this.#end - HOUR_STEPS + minute * STEPS_PER_MINUTE;
      return combine(Array.from({ length: STEPS_PER_MINUTE }, (every, i) => known.get(first + i)));
    });
  }
}
