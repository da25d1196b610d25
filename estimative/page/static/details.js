// @ts-check
/** What stands behind the answer: one panel a question, each with its own part of the full fit. */

import { shownAnswer } from "./answer.js";
import { rendered, table, withoutHead } from "./blocks.js";
import { chain } from "./chain.js";
import { fill, h } from "./element.js";
import { factorList } from "./factors.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").AnswerView} AnswerView */
/** @typedef {import("./store.js").Store} Store */

/**
 * The outcomes, the events and the factors; they follow the live answer.
 *
 * @param {Store} store
 */
export function resultPanel(store) {
  const element = h("div", { class: "columns" });
  store.watch(
    (state) => {
      const { view, kind } = shownAnswer(state);
      return [view, kind];
    },
    (state) => {
      const { view, kind } = shownAnswer(state);
      const shown = view ?? state.answers[state.at]?.view;
      element.classList.toggle("dimmed", !view || kind === "old");
      fill(element, ...(shown ? parts(shown) : [h("p", { class: "quiet" }, "Fitting...")]));
    },
  );
  return element;
}

/** @param {AnswerView} view */
function parts({ outcomes, events, factors, notes }) {
  return [
    part("Outcomes", outcomes.length > 0 && outcomeTable(outcomes)),
    part("Events", events.length > 0 && chain(events)),
    part("Factors, before the evidence and after it", factors.length > 0 && factorList(factors)),
    part("Method", notes.length > 0 && h("div", { class: "notes" }, ...rendered(notes, 3, "Method"))),
  ];
}

/** @param {import("./types.js").OutcomeView[]} outcomes */
function outcomeTable(outcomes) {
  const header = ["Outcome", "Probability", "90% interval", "In words", "Before the evidence"];
  const rows = outcomes.map(({ title, posterior: now, prior }) => [title, now.text, now.interval, now.word, prior?.text ?? "–"]);
  return table({ header, rows, text_columns: [0, 3], nowrap_columns: [1, 2] }, "Outcomes");
}

/**
 * @param {string} title
 * @param {HTMLElement | false} content
 */
function part(title, content) {
  return content && h("section", {}, h("h3", {}, title), content);
}

/**
 * Parts of the full fit, in this order.
 *
 * @param {Store} store
 * @param {string[]} names
 * @param {string} missing What is said where there are none.
 */
export function partsPanel(store, names, missing) {
  const element = h("div", { class: "parts" });
  store.watch(
    ({ parts, desk, at, draft, resting }) => [...names.map((name) => parts[name]), desk, at, Boolean(draft), resting],
    (state) => {
      const found = names.map((name) => state.parts[name]).filter((each) => each && each.at === state.at);
      const old = found.some(({ revision }) => revision !== state.desk?.revision) || Boolean(state.draft);
      const blocks = found.flatMap(({ blocks, error }) => [
        ...rendered(withoutHead(blocks), 3, names[0]),
        ...(error ? [h("p", { class: "caution" }, error)] : []),
      ]);
      const instead = h("p", { class: "quiet" }, state.resting ? "Being computed..." : missing);
      aged(element, old && found.length > 0, ...(found.length ? blocks : [instead]));
    },
  );
  return element;
}

/**
 * What happens by which date.
 *
 * @param {Store} store
 */
export function datesPanel(store) {
  const element = h("div", { class: "parts" });
  store.watch(
    ({ answers, at, desk, draft }) => [answers[at], desk, Boolean(draft)],
    ({ answers, at, desk, draft }) => {
      const answer = answers[at];
      const old = Boolean(answer) && (answer?.revision !== desk?.revision || Boolean(draft));
      const blocks = rendered(answer?.dates ?? [], 3, "By date");
      const instead = h("p", { class: "quiet" }, answer ? "No dates: the events are decided at the horizon." : "Fitting...");
      aged(element, old, ...(blocks.length ? blocks : [instead]));
    },
  );
  return element;
}

/**
 * Show something, dimmed and marked where it is about the desk before a change.
 *
 * @param {HTMLElement} element
 * @param {boolean} old
 * @param {...HTMLElement} content
 */
export function aged(element, old, ...content) {
  element.classList.toggle("dimmed", old);
  fill(element, old && h("p", { class: "before-note" }, "Before this change"), ...content);
}
