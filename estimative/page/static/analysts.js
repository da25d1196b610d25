// @ts-check
/** Several analysts: their answers on one scale, where they differ, and their pools. */

import { shownAnswer } from "./answer.js";
import { oddsAxis, ruler, strip } from "./axis.js";
import { partsPanel } from "./details.js";
import { button, fill, h, holdsFocus } from "./element.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").ProbabilityView} ProbabilityView */

/**
 * @param {import("./desk.js").Desk} desk
 * @param {import("./store.js").Store} store
 */
export function analystsPanel(desk, store) {
  const answers = h("div", {});
  store.watch(
    ({ desk: view, at, live, answers: settled }) => [view, at, live, settled],
    (state) => {
      const focused = holdsFocus(answers);
      if (state.desk) fill(answers, common(state, desk));
      if (focused) answers.querySelector("button")?.focus();
    },
  );
  const parts = partsPanel(store, ["gap", "pool"], "Nothing to show.");
  return h("div", {}, h("h3", {}, "Answers on one scale"), answers, parts);
}

/**
 * @param {State} state
 * @param {import("./desk.js").Desk} desk
 */
function common(state, desk) {
  const { desk: view, at } = state;
  const shown = (view?.analysts ?? []).map((analyst, place) => ({ analyst, place, now: numberOf(state, place) }));
  const values = shown.flatMap(({ now }) => (now ? [now.low, now.high] : []));
  const axis = oddsAxis(values, 0.2, 0.2);
  const thresholds = view?.scale.bands.flatMap(({ low, high }) => [low, high]) ?? [];
  const rows = shown.map(({ analyst, place, now }) =>
    h(
      "li",
      {},
      h(
        "div",
        {},
        h("p", { class: "mark-title" }, analyst.name, place === at && h("span", { class: "mark" }, "you edit this one")),
        h("p", { class: "quiet" }, analyst.analyst),
        h("p", { class: "mark-text" }, now ? `${now.text}, ${now.word} (${now.interval})` : "No number."),
        place !== at && button(`Edit ${analyst.name}`, () => desk.choose(place)),
      ),
      now && strip(axis, { low: now.low, high: now.high, point: now.value }, { thresholds }),
    ),
  );
  return h("ul", { class: "marks" }, ...rows, h("li", { class: "axis", "aria-hidden": "true" }, h("span"), ruler(axis)));
}

/**
 * The answer of an analyst; of the one who is edited, as it is shown above.
 *
 * @param {State} state
 * @param {number} place
 * @returns {ProbabilityView | undefined}
 */
function numberOf(state, place) {
  const view = place === state.at ? shownAnswer(state).view : state.answers[place]?.view;
  return view?.outcomes[0]?.posterior;
}
