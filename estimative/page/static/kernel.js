// @ts-check
/** Requests to the program that a notebook runs, as messages of its widget. */

import { refusal, Stopped } from "./protocol.js";

/** @typedef {import("./types.js").Part} Part */
/**
 * @typedef {{id?: string, status?: number, data?: any, file?: string, part?: Part, end?: boolean, closed?: boolean}} Reply
 *   `closed` is about the widget, everything else about the request with this id.
 * @typedef {{send: (message: object) => void, get: (name: string) => any,
 *   on: (event: string, heard: (...about: any[]) => void) => void,
 *   off: (event: string, heard: (...about: any[]) => void) => void}} Model
 *   What is used of the model of anywidget.
 */

/** The replies to one request, in their order. */
class Replies {
  /** @type {{reply: Reply, buffers: DataView[]}[]} */
  #waiting = [];
  /** @type {unknown} */
  #failure = null;
  #wake = () => {};

  /**
   * @param {Reply} reply
   * @param {DataView[]} buffers
   */
  put(reply, buffers) {
    this.#waiting.push({ reply, buffers });
    this.#wake();
  }

  /** @param {unknown} error */
  fail(error) {
    this.#failure ??= error;
    this.#wake();
  }

  /** The next reply; throws where there will be none, or where it is a refusal. */
  async next() {
    for (;;) {
      if (this.#failure) throw this.#failure;
      const next = this.#waiting.shift();
      if (next) return accepted(next);
      await new Promise((resolve) => (this.#wake = () => resolve(undefined)));
    }
  }
}

/** @param {{reply: Reply, buffers: DataView[]}} received */
function accepted(received) {
  const { status = 200, data } = received.reply;
  if (status !== 200) throw refusal(status, data);
  return received;
}

/** What `Server` is for the page, over the messages of a widget. */
export class Kernel {
  /** What to say once it has stopped. */
  gone = "This widget was closed, or its kernel was restarted. Run the cell again.";
  #count = 0;
  // Every view of a widget hears all its messages. `randomUUID` is missing where the notebook comes over plain HTTP.
  #view = Math.random().toString(36).slice(2);
  #stopped = false;
  /** @type {Map<string, Replies>} */
  #asked = new Map();

  /** @param {Model} model */
  constructor(model) {
    this.model = model;
    model.on("msg:custom", this.#hear);
    model.on("comm:close", this.#stop);
  }

  /** Nothing: who has the notebook may use its kernel. */
  async enter() {}

  /**
   * The answer to an action.
   *
   * @param {string} name
   * @param {object} body
   * @param {AbortSignal} [signal]
   * @returns {Promise<any>}
   */
  async call(name, body, signal) {
    for await (const { reply } of this.#replies(name, body, signal)) return reply.data;
  }

  /**
   * A document, with the name of its file.
   *
   * @param {string} name
   * @param {object} body
   */
  async file(name, body) {
    for await (const { reply, buffers } of this.#replies(name, body))
      return { name: reply.file ?? "report", content: new Blob(/** @type {BlobPart[]} */ (buffers)) };
    throw new Stopped(this.gone);
  }

  /**
   * The parts of an answer, each as soon as it is there. To abort it stops the work.
   *
   * @param {string} name
   * @param {object} body
   * @param {AbortSignal} [signal]
   * @returns {AsyncGenerator<Part>}
   */
  async *stream(name, body, signal) {
    for await (const { reply } of this.#replies(name, body, signal)) if (reply.part) yield reply.part;
  }

  /** Stop what this view has asked for, and hear no more. */
  close() {
    this.model.off("msg:custom", this.#hear);
    this.model.off("comm:close", this.#stop);
    for (const id of this.#asked.keys()) this.#send({ id, abort: true });
    this.#stop();
  }

  /**
   * @param {string} name
   * @param {object} body
   * @param {AbortSignal} [signal]
   */
  async *#replies(name, body, signal) {
    if (this.#stopped) throw new Stopped(this.gone);
    signal?.throwIfAborted();
    const id = `${this.#view}-${(this.#count += 1)}`;
    const replies = new Replies();
    const abort = () => {
      replies.fail(signal?.reason);
      this.#send({ id, abort: true });
    };
    signal?.addEventListener("abort", abort);
    this.#asked.set(id, replies);
    this.#send({ id, action: name, body });
    try {
      for (;;) {
        const next = await replies.next();
        if (next.reply.end) return;
        yield next;
      }
    } finally {
      this.#asked.delete(id);
      signal?.removeEventListener("abort", abort);
    }
  }

  /** @param {object} message */
  #send(message) {
    try {
      this.model.send(message);
    } catch {
      // A widget whose kernel is gone cannot send.
      this.#stop();
    }
  }

  /**
   * @param {Reply} reply
   * @param {DataView[]} buffers
   */
  #hear = (reply, buffers) => {
    if (reply.closed) this.#stop();
    else this.#asked.get(reply.id ?? "")?.put(reply, buffers);
  };

  #stop = () => {
    this.#stopped = true;
    for (const replies of this.#asked.values()) replies.fail(new Stopped(this.gone));
  };
}
