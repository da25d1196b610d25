// @ts-check
/** Requests to the server that this page came from. */

/** @typedef {import("./types.js").IssueView} IssueView */
/** @typedef {import("./types.js").Part} Part */

const TOKEN = "estimative-token";

/** The server has ended, or does not know this tab. */
export class Stopped extends Error {}

/** The desk was changed in another tab. */
export class Stale extends Error {}

/** Something that was entered is not valid; nothing was changed. */
export class Faulty extends Error {
  /** @param {IssueView[]} issues */
  constructor(issues) {
    super(issues.map(plainly).join(" "));
    this.issues = issues;
  }
}

/**
 * What is wrong, without the place, which is where the text is shown.
 *
 * @param {IssueView} issue
 */
export function plainly(issue) {
  const place = `${issue.name}: `;
  const at = issue.name ? issue.text.indexOf(place) : -1;
  if (at < 0) return issue.text;
  const bare = issue.text.slice(at + place.length);
  // As the fields are called, not as a file has it.
  const text = bare.replace(/\bp50\b/g, "the median").replace(/\bp0?(\d+)\b/g, "the $1% point");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * The error of an action that was refused.
 *
 * @param {number} status As of HTTP.
 * @param {any} reason
 */
export function refusal(status, reason) {
  if (status === 409) return new Stale(reason);
  if (status === 422) return new Faulty(reason.issues);
  return new Error(reason);
}

export class Server {
  /** What to say once it has stopped. */
  gone = "This page's server has stopped or was restarted. Open the address that estimative prints.";
  #token = "";

  /**
   * Get a token for the key in the address, or take up the one that this tab has.
   *
   * @throws {Stopped} If there is neither.
   */
  async enter() {
    const key = location.hash.slice(1);
    this.#token = sessionStorage.getItem(TOKEN) ?? "";
    if (key) {
      history.replaceState(null, "", location.pathname);
      const response = await this.#post("enter", { key });
      if (response.ok) this.#token = (await response.json()).token;
      else if (!this.#token) throw new Stopped(await response.text());
    }
    if (!this.#token) throw new Stopped("Open the address that estimative prints: this one lacks its key.");
    sessionStorage.setItem(TOKEN, this.#token);
  }

  /**
   * The answer to an action.
   *
   * @param {string} name
   * @param {object} body
   * @param {AbortSignal} [signal]
   * @returns {Promise<any>}
   */
  async call(name, body, signal) {
    return (await this.#answered(name, body, signal)).json();
  }

  /**
   * A document, with the name of its file.
   *
   * @param {string} name
   * @param {object} body
   */
  async file(name, body) {
    const response = await this.#answered(name, body);
    return { name: response.headers.get("x-estimative-file") ?? "report", content: await response.blob() };
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
    const response = await this.#answered(name, body, signal);
    const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
    const decoder = new TextDecoder();
    let rest = "";
    for (;;) {
      const { done, value } = await this.#reached(() => reader.read());
      if (done) return;
      const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) yield JSON.parse(line);
    }
  }

  /**
   * @param {string} name
   * @param {object} body
   * @param {AbortSignal} [signal]
   */
  async #answered(name, body, signal) {
    const response = await this.#post(name, body, signal);
    if (response.ok) return response;
    if (response.status === 401) throw new Stopped("This tab is unknown to the server, which was restarted.");
    throw refusal(response.status, response.status === 422 ? await response.json() : await response.text());
  }

  /**
   * @param {string} name
   * @param {object} body
   * @param {AbortSignal} [signal]
   */
  #post(name, body, signal) {
    const headers = { "Content-Type": "application/json", "x-estimative-token": this.#token };
    return this.#reached(() => fetch(`/api/${name}`, { method: "POST", headers, body: JSON.stringify(body), signal }));
  }

  /**
   * @template Found
   * @param {() => Promise<Found>} ask
   * @returns {Promise<Found>}
   */
  async #reached(ask) {
    try {
      return await ask();
    } catch (error) {
      // A fetch that fails for want of a server throws a TypeError; one that was aborted throws something else.
      if (error instanceof TypeError) throw new Stopped("The server does not answer.");
      throw error;
    }
  }
}
