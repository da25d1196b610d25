// @ts-check
/** The state of the page: one value that is replaced, never changed, and those who are called when it is. */

/** @typedef {import("./types.js").State} State */

/** @type {State} */
export const START = {
  phase: "opening",
  notice: "",
  desk: null,
  at: 0,
  open: "",
  draft: null,
  live: null,
  answers: [],
  ghosts: [],
  parts: {},
  resting: false,
  restError: "",
  thorough: null,
  saved: [],
  announcement: "",
};

export class Store {
  /** @type {State} */
  #state = START;
  /** @type {Set<() => void>} */
  #watchers = new Set();

  get state() {
    return this.#state;
  }

  /** @param {Partial<State>} changes */
  update(changes) {
    this.#state = { ...this.#state, ...changes };
    for (const watcher of [...this.#watchers]) watcher();
  }

  /**
   * Call a function now, and whenever something that it depends on is another value than before.
   *
   * @param {(state: State) => unknown[]} select What it depends on.
   * @param {(state: State) => void} render
   * @returns {() => void} Ends it.
   */
  watch(select, render) {
    /** @type {unknown[] | null} */
    let before = null;
    const watcher = () => {
      const now = select(this.#state);
      if (before && now.every((value, at) => Object.is(value, before?.[at]))) return;
      before = now;
      render(this.#state);
    };
    this.#watchers.add(watcher);
    watcher();
    return () => this.#watchers.delete(watcher);
  }
}
