// @ts-check
/** The judgement: its probability, its word, and how far it can be relied on at this moment. */

import { fill, h } from "./element.js";
import { AnswerScale } from "./scale.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").AnswerView} AnswerView */

/**
 * The answer that is shown: the live one while there is one.
 *
 * @param {State} state
 * @returns {{view: AnswerView | null, standing: string, kind: string, why: string}}
 */
export function shownAnswer({ desk, at, live, answers, resting, restError, phase }) {
  const settled = answers[at];
  if (live) return { view: live.view, standing: live.view ? liveStanding(resting) : "No live number", kind: "live", why: live.why };
  if (restError) return { view: null, standing: "No answer", kind: "none", why: restError };
  if (!settled || !desk) return { view: null, standing: phase === "stopped" ? "Stopped" : FITTING, kind: "none", why: "" };
  const current = settled.revision === desk.revision;
  if (!current) return { view: settled.view, standing: "Before this change", kind: "old", why: "" };
  return { view: settled.view, standing: STANDING[settled.kind], kind: settled.kind, why: "" };
}

const STANDING = { fit: "Full fit", nuts: "Full fit, confirmed by NUTS" };
const UNRELIABLE = "The fit did not converge, so that its numbers cannot be relied on. The details are below, under Method.";

/** @param {boolean} resting */
function liveStanding(resting) {
  return resting ? "Live; the full fit is running" : "Live";
}

const FITTING = "Fitting...";
/** Seconds after which a fit says how long it has been running. */
const SLOW = 5;

export class Answer {
  #ticking = 0;

  /** @param {import("./store.js").Store} store */
  constructor(store) {
    this.scale = new AnswerScale();
    this.title = h("p", { class: "outcome" });
    this.number = h("span", { class: "probability", id: "probability" });
    this.interval = h("span", { class: "interval-text" });
    this.word = h("span", { class: "word" });
    this.standing = h("p", { class: "standing", id: "standing" });
    this.why = h("p", { class: "why" });
    this.key = h("p", { class: "key" }, "● now, with its 90% interval · ○ before the evidence · ▏ when opened or last saved");
    const headline = h("p", { class: "headline" }, this.number, " ", this.word, " ", this.interval);
    const words = h("div", { class: "answer-words" }, this.title, headline, this.standing, this.why);
    this.element = h("div", { class: "answer" }, words, h("div", { class: "answer-scale" }, this.scale.element, this.key));
    store.watch(
      ({ desk, at, live, answers, resting, restError, phase, ghosts }) => [desk, at, live, answers, resting, restError, phase, ghosts],
      (state) => this.#show(state),
    );
  }

  /** @param {State} state */
  #show(state) {
    const { view, standing, kind, why } = shownAnswer(state);
    const { desk, at, answers, ghosts } = state;
    const settled = answers[at]?.view.outcomes[0];
    const headline = view?.outcomes[0];
    this.element.dataset.kind = kind;
    fill(this.title, headline?.title ?? settled?.title ?? "");
    fill(this.number, headline?.posterior.text ?? "–");
    fill(this.word, headline?.posterior.word ?? "");
    fill(this.interval, headline ? `90% interval ${headline.posterior.interval}` : "");
    this.#stand(standing);
    const before = !headline && settled ? `Before this change: ${settled.posterior.text}.` : "";
    fill(this.why, [why, view && !headline ? UNRELIABLE : "", before].filter(Boolean).join(" "));
    if (desk) this.scale.show(desk.scale.bands, headline?.posterior ?? null, headline?.prior ?? settled?.prior ?? null, ghosts[at]);
  }

  /** @param {string} standing With the seconds of a fit that takes long. */
  #stand(standing) {
    clearInterval(this.#ticking);
    fill(this.standing, standing);
    if (standing !== FITTING) return;
    const start = Date.now();
    this.#ticking = window.setInterval(() => {
      const seconds = Math.round((Date.now() - start) / 1000);
      if (seconds >= SLOW) fill(this.standing, `${FITTING} ${seconds} s. Evidence that contradicts itself takes long.`);
    }, 1000);
  }
}
