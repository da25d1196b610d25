// @ts-check
/** The events with their probabilities: under their conditions, and overall. */

import { oddsAxis, ruler, strip } from "./axis.js";
import { h } from "./element.js";

/** @typedef {import("./types.js").EventView} EventView */
/** @typedef {import("./types.js").ProbabilityView} ProbabilityView */

/** @param {EventView[]} events */
export function chain(events) {
  const values = events.flatMap(({ conditional, overall }) => [conditional, overall].flatMap((p) => (p ? [p.low, p.high] : [])));
  const axis = oddsAxis(values, 0.05, 0.5);
  return h(
    "ol",
    { class: "marks" },
    ...events.map((event) => link(event, axis)),
    h("li", { class: "axis", "aria-hidden": "true" }, h("span"), ruler(axis)),
  );
}

/**
 * @param {EventView} event
 * @param {import("./axis.js").Axis} axis
 */
function link({ title, condition, conditional, overall }, axis) {
  const conditioned = condition !== "-" && condition !== "";
  const shown = conditional ?? overall;
  return h(
    "li",
    {},
    h(
      "div",
      {},
      h("p", { class: "mark-title" }, title),
      conditioned && h("p", { class: "quiet" }, `Condition: ${condition}`),
      h("p", { class: "mark-text" }, words(conditioned, conditional, overall)),
    ),
    shown && strip(axis, { low: shown.low, high: shown.high, point: shown.value }),
  );
}

/**
 * @param {boolean} conditioned
 * @param {ProbabilityView | null} conditional
 * @param {ProbabilityView | null} overall
 */
function words(conditioned, conditional, overall) {
  const said = (/** @type {ProbabilityView | null} */ p) => (p ? `${p.text} (${p.interval})` : "no number");
  return conditioned ? `${said(conditional)} under its condition, ${said(overall)} overall` : said(overall);
}
