// @ts-check
/** Work that is done one piece at a time; of what is asked for meanwhile, only the newest is done. */

/** @template Asked */
export class Newest {
  /** @type {{asked: Asked} | null} */
  #next = null;
  /** Of what is done now. @type {AbortController | null} */
  #doing = null;

  /** @param {(asked: Asked, signal: AbortSignal) => Promise<void>} work Ends early where the signal is aborted. */
  constructor(work) {
    this.work = work;
  }

  /** Whether nothing is asked for. */
  get idle() {
    return !this.#doing;
  }

  /** @param {Asked} asked */
  async ask(asked) {
    this.#next = { asked };
    if (this.#doing) return;
    const own = (this.#doing = new AbortController());
    try {
      while (this.#next && !own.signal.aborted) {
        const { asked: now } = this.#next;
        this.#next = null;
        await this.work(now, own.signal);
      }
    } finally {
      if (this.#doing === own) this.#doing = null;
    }
  }

  /** Drop what waits, and abort what is done now. */
  forget() {
    this.#next = null;
    this.#doing?.abort();
    this.#doing = null;
  }
}
