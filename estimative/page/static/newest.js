// @ts-check
/** Work that is done one piece at a time; of what is asked for meanwhile, only the newest is done. */

/** @template Asked */
export class Newest {
  /** @type {{asked: Asked} | null} */
  #next = null;
  #busy = false;

  /** @param {(asked: Asked) => Promise<void>} work */
  constructor(work) {
    this.work = work;
  }

  /** Whether nothing is asked for. */
  get idle() {
    return !this.#busy && !this.#next;
  }

  /** Whether something newer than what is done now was asked for. */
  get waiting() {
    return this.#next !== null;
  }

  /** @param {Asked} asked */
  async ask(asked) {
    this.#next = { asked };
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.#next) {
        const { asked: now } = this.#next;
        this.#next = null;
        await this.work(now);
      }
    } finally {
      this.#busy = false;
    }
  }

  /** Drop what waits. */
  forget() {
    this.#next = null;
  }
}
