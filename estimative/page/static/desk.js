// @ts-check
/** What can be done with the prior sets on the desk, and when the server is asked for it. */

import { Newest } from "./newest.js";
import { Faulty, Stale, Stopped } from "./protocol.js";

/** @typedef {import("./types.js").Beliefs} Beliefs */
/** @typedef {import("./types.js").DeskView} DeskView */
/** @typedef {import("./types.js").Part} Part */
/** @typedef {import("./types.js").Preview} Preview */
/** @typedef {import("./types.js").State} State */

const PAUSE = 400;
/** Milliseconds without a move after which the full fit begins. */
const KEPT = "Changes that were made before that are kept and will be offered again.";
const ELSEWHERE =
  "The desk was changed in another tab. This tab now shows it as it is; what you entered here meanwhile was not taken.";
const INVALID = "What is entered is not valid yet.";

export class Desk {
  #timer = 0;
  /** Of the last full fit that went through. */
  #rested = "";
  /** @type {AbortController | null} */
  #rest = null;
  /** @type {AbortController | null} */
  #thorough = null;
  /**
   * Changes are made one after the other, and what is asked for about the desk waits for them: about the desk as it
   * was before a change there is no answer after it.
   *
   * @type {Promise<unknown>}
   */
  #turn = Promise.resolve();
  /** @type {Newest<Beliefs>} */
  #previews;

  /**
   * @param {import("./protocol.js").Server | import("./kernel.js").Kernel} server
   * @param {import("./store.js").Store} store
   */
  constructor(server, store) {
    this.server = server;
    this.store = store;
    this.#previews = new Newest((beliefs, signal) => this.#look(beliefs, signal));
  }

  /** Load everything, and begin the first full fit. */
  open() {
    return this.#guarded(async () => {
      await this.server.enter();
      await this.#reload("");
    });
  }

  /**
   * Show what other beliefs would lead to.
   *
   * @param {Beliefs} beliefs
   */
  preview(beliefs) {
    this.#pause();
    this.#previews.ask(beliefs);
  }

  /** Show no live answer, since what is entered is no belief. */
  reject() {
    this.#supersede();
    const { draft, open } = this.store.state;
    this.store.update({ live: { view: null, why: INVALID }, draft: drafted(open, draft, []) });
  }

  /** Show what follows from the desk as it is, after a preview. */
  drop() {
    this.#supersede();
    this.store.update({ draft: null });
    this.#refresh();
  }

  /**
   * Make other beliefs one's own. Whether it was done: what is faulty is in the draft.
   *
   * @param {Beliefs} beliefs
   */
  commit(beliefs) {
    return this.#change("change", () => ({ at: this.store.state.at, beliefs }));
  }

  /**
   * Take over what another analyst states.
   *
   * @param {number} of
   * @param {string} name
   */
  copy(of, name) {
    return this.#change("copy", () => ({ at: this.store.state.at, of, name }));
  }

  undo() {
    return this.#change("undo", () => ({}));
  }

  redo() {
    return this.#change("redo", () => ({}));
  }

  /** @param {boolean} take Take unsaved changes of an earlier page up, or discard them. */
  recover(take) {
    return this.#change("recover", () => ({ take }));
  }

  /** Wait until every change that was asked for is made. */
  made() {
    return this.#turn;
  }

  /** Read the file of the prior set again; unsaved changes stay. */
  reread() {
    return this.#change("reload", () => ({ at: this.store.state.at }));
  }

  /** @returns {Promise<string>} The file that was written; empty if none was. */
  save() {
    return this.#save("save", {});
  }

  /**
   * @param {string} name
   * @param {string} analyst
   */
  saveAs(name, analyst) {
    return this.#save("save-as", { name, analyst });
  }

  /**
   * Turn to another analyst's prior set.
   *
   * @param {number} at
   */
  choose(at) {
    this.#supersede();
    this.#thorough?.abort();
    this.store.update({ at, open: "", draft: null, live: null });
    this.#refresh();
  }

  /** Fit by NUTS as well. */
  thorough() {
    return this.#guarded(async () => {
      const own = (this.#thorough = new AbortController());
      this.store.update({ thorough: { stage: "Starting", done: 0, total: null } });
      try {
        await this.#turn;
        const { desk, at } = this.#present();
        for await (const part of this.server.stream("thorough", about(desk, at), own.signal))
          this.#takeThorough(part, desk.revision);
      } finally {
        this.store.update({ thorough: null });
      }
    });
  }

  cancelThorough() {
    this.#thorough?.abort();
  }

  /**
   * What is supposed, beside the answer; null where the full fit has to come first.
   *
   * @param {object} supposition
   * @returns {Promise<{blocks: import("./types.js").BlockView[], sentence: string} | null>}
   */
  async whatIf(supposition) {
    await this.#turn;
    const { desk, at, answers } = this.#present();
    if (answers[at]?.revision !== desk.revision) return null;
    try {
      return await this.server.call("what-if", { ...about(desk, at), ...supposition });
    } catch (error) {
      if (error instanceof Stale) return null;
      if (error instanceof Stopped) this.#stop(error);
      throw error;
    }
  }

  /**
   * Save a run of the prior set as it is saved.
   *
   * @param {string} label
   * @param {string} method
   * @param {(part: Part) => void} onpart
   */
  async saveRun(label, method, onpart) {
    await this.#turn;
    const { desk, at } = this.#present();
    try {
      for await (const part of this.server.stream("save-run", { ...about(desk, at), label, method })) onpart(part);
    } catch (error) {
      if (error instanceof Stopped) this.#stop(error);
      throw error;
    }
  }

  /**
   * A document about a saved run.
   *
   * @param {string} run
   * @param {boolean} brief
   * @param {string} format
   */
  report(run, brief, format) {
    return this.server.file("report", { run, brief, format });
  }

  /**
   * @param {string} action
   * @param {object} body
   */
  async #save(action, body) {
    let file = "";
    await this.#change(action, () => ({ at: this.store.state.at, ...body }), (found) => {
      file = found.file;
      // The next full fit is the saved answer.
      this.store.update({ ghosts: placed(this.store.state.ghosts, this.store.state.at, undefined) });
      return found.desk;
    });
    return file;
  }

  /**
   * @param {string} action
   * @param {() => object} body
   * @param {(found: any) => DeskView} [deskOf]
   * @returns {Promise<boolean>}
   */
  #change(action, body, deskOf = (found) => found) {
    this.#supersede();
    this.#thorough?.abort();
    const change = async () => {
      const { desk } = this.#present();
      try {
        this.#take(deskOf(await this.server.call(action, { revision: desk.revision, ...body() })));
        if (this.store.state.notice !== ELSEWHERE) this.store.update({ notice: "" });
        return true;
      } catch (error) {
        if (!(error instanceof Faulty)) throw error;
        if (action === "change" && error.issues.some(({ name }) => name)) this.#refuse(error);
        else this.store.update({ notice: error.message, draft: null, live: null });
        this.#schedule();
        return false;
      }
    };
    const done = this.#turn.then(() => this.#guarded(change)).then(Boolean);
    this.#turn = done;
    return done;
  }

  /**
   * @param {Beliefs} beliefs
   * @param {AbortSignal} signal
   */
  async #look(beliefs, signal) {
    await this.#turn;
    if (signal.aborted) return;
    const { desk, at } = this.#present();
    await this.#guarded(async () => {
      try {
        const found = await this.server.call("preview", { ...about(desk, at), beliefs }, signal);
        if (!signal.aborted) this.#paint(beliefs, found);
      } catch (error) {
        if (!(error instanceof Faulty)) throw error;
        if (!signal.aborted) this.#refuse(error);
      }
    });
    if (!signal.aborted) this.#schedule();
  }

  /**
   * @param {Beliefs} beliefs
   * @param {Preview} found
   */
  #paint(beliefs, found) {
    const views = Object.fromEntries(found.beliefs.map((each) => [each.name, each]));
    const draft = Object.keys(beliefs).length ? { name: this.store.state.open, beliefs: views, issues: [] } : null;
    this.store.update({ live: { view: found.answer, why: found.why }, draft });
  }

  /** @param {Faulty} error */
  #refuse(error) {
    const { draft, open } = this.store.state;
    const live = { view: null, why: INVALID };
    this.store.update({ live, draft: drafted(open, draft, error.issues) });
  }

  /** Ask no more for what was asked before: the desk that it is about will be another one. */
  #supersede() {
    this.#pause();
    this.#previews.forget();
  }

  /** @param {string} notice */
  async #reload(notice) {
    this.#supersede();
    const desk = /** @type {DeskView} */ (await this.server.call("desk", {}));
    const { open } = this.store.state;
    const kept = desk.inputs.some((each) => each.name === open) ? open : "";
    this.store.update({ phase: "ready", notice, open: kept });
    this.#take(desk);
  }

  /** @param {DeskView} desk */
  #take(desk) {
    const { saved, at } = this.store.state;
    this.store.update({ desk, draft: null, saved: remembered(desk, saved), at: Math.min(at, desk.analysts.length - 1) });
    this.#refresh();
  }

  #refresh() {
    if (this.#previews.idle) this.#freshen();
    this.#schedule();
  }

  /** Show a live answer to the desk as it is, until the full one is there. */
  #freshen() {
    const { desk, at, answers, draft } = this.#present();
    if (draft?.issues.length) return;
    if (answers[at]?.revision === desk.revision) this.store.update({ live: null });
    else if (answers[at]) this.#previews.ask({});
  }

  #pause() {
    clearTimeout(this.#timer);
    this.#rest?.abort();
    this.#rest = null;
  }

  #schedule() {
    this.#pause();
    const { desk, at, answers, phase } = this.#present();
    if (phase !== "ready" || this.#rested === `${desk.revision} ${at}`) return;
    this.#timer = window.setTimeout(() => this.#settle(), answers.length ? PAUSE : 0);
  }

  async #settle() {
    const own = (this.#rest = new AbortController());
    await this.#turn;
    if (own.signal.aborted) return;
    const { desk, at } = this.#present();
    this.store.update({ resting: true, restError: "" });
    await this.#guarded(async () => {
      for await (const part of this.server.stream("rest", about(desk, at), own.signal))
        if (!own.signal.aborted) this.#takePart(part, desk, at);
    });
    if (this.#rest === own || !this.#rest) this.store.update({ resting: false });
    // Another tab that asks for the same stops this one; chance keeps the two from stopping each other for ever.
    if (this.#rest === own && !this.#rested.startsWith(`${desk.revision} `) && !this.store.state.restError)
      this.#timer = window.setTimeout(() => this.#settle(), PAUSE * (5 + 20 * Math.random()));
  }

  /**
   * @param {Part} part
   * @param {DeskView} desk Of which it is.
   * @param {number} at
   */
  #takePart(part, desk, at) {
    const { revision } = desk;
    if (part.part === "answer" && part.answer) {
      this.#takeAnswer(part, "fit", revision);
    } else if (part.part === "error") {
      this.store.update({ restError: part.error, live: null });
    } else if (part.part === "end") {
      this.#takeEnd(revision, at);
    } else {
      const { blocks, error } = part;
      this.store.update({ parts: { ...this.store.state.parts, [part.part]: { blocks, error, revision, at } } });
    }
  }

  /**
   * @param {number} revision
   * @param {number} at
   */
  #takeEnd(revision, at) {
    const { answers, parts } = this.store.state;
    if (answers[at]?.revision !== revision) return;
    this.#rested = `${revision} ${at}`;
    const current = Object.entries(parts).filter(([, part]) => part.revision === revision);
    this.store.update({ parts: Object.fromEntries(current) });
  }

  /**
   * @param {Part} part
   * @param {"fit" | "nuts"} kind
   * @param {number} revision
   */
  #takeAnswer(part, kind, revision) {
    const { answers, ghosts, at, draft, live } = this.store.state;
    const view = /** @type {import("./types.js").AnswerView} */ (part.answer);
    const dates = kind === "fit" ? part.blocks : (answers[part.at]?.dates ?? []);
    const headline = view.outcomes[0];
    const own = part.at === at;
    this.store.update({
      answers: placed(answers, part.at, { view, kind, revision, dates }),
      ghosts: ghosts[part.at] ? ghosts : placed(ghosts, part.at, headline?.posterior),
      live: own && !draft ? null : live,
      ...(own && !draft && headline ? { announcement: `${headline.judgement} ${SAID[kind]}` } : {}),
    });
  }

  /**
   * @param {Part} part
   * @param {number} revision
   */
  #takeThorough(part, revision) {
    if (part.part === "progress") {
      this.store.update({ thorough: { stage: part.stage ?? "", done: part.done, total: part.total } });
    } else if (part.part === "answer" && part.answer) {
      this.#takeAnswer(part, "nuts", revision);
    } else if (part.part === "error") {
      this.store.update({ notice: part.error });
    }
  }

  /** @returns {State & {desk: DeskView}} */
  #present() {
    return /** @type {State & {desk: DeskView}} */ (this.store.state);
  }

  /**
   * Do something, and show it where it fails.
   *
   * @template Found
   * @param {() => Promise<Found>} work
   * @returns {Promise<Found | undefined>}
   */
  async #guarded(work) {
    if (this.store.state.phase === "stopped") return undefined;
    try {
      return await work();
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return undefined;
      if (error instanceof Stopped) this.#stop(error);
      else if (error instanceof Stale) await this.#guarded(() => this.#reload(ELSEWHERE));
      else this.store.update({ notice: error instanceof Error ? error.message : String(error) });
      return undefined;
    }
  }

  /** @param {Stopped} error */
  #stop(error) {
    this.#supersede();
    const { desk } = this.store.state;
    const notice = desk ? `${this.server.gone} ${KEPT}` : error.message;
    this.store.update({ phase: "stopped", notice, resting: false, thorough: null });
  }
}

const SAID = { fit: "Full fit.", nuts: "Confirmed by NUTS." };

/**
 * @param {DeskView} desk
 * @param {number} at
 */
function about(desk, at) {
  return { revision: desk.revision, at };
}

/**
 * @template Value
 * @param {Value[]} values
 * @param {number} at
 * @param {Value} value
 */
function placed(values, at, value) {
  const others = [...values];
  others[at] = value;
  return others;
}

/**
 * @param {string} open
 * @param {import("./types.js").Draft | null} draft
 * @param {import("./types.js").IssueView[]} issues
 */
function drafted(open, draft, issues) {
  return { name: open, beliefs: draft?.beliefs ?? {}, issues };
}

/**
 * What each prior set states in its file, as far as this page has seen it.
 *
 * @param {DeskView} desk
 * @param {State["saved"]} before
 */
function remembered(desk, before) {
  return desk.analysts.map((analyst, at) => {
    const unchanged = Object.entries(analyst.beliefs).filter(([, belief]) => !belief.changed);
    return { ...before[at], ...Object.fromEntries(unchanged) };
  });
}
