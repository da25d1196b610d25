// @ts-check
/** Intervals below each other on one axis of log-odds. */

import { oddsAxis, ruler, strip } from "./axis.js";
import { h } from "./element.js";

/** @typedef {import("./types.js").IntervalRow} IntervalRow */

/**
 * @param {IntervalRow[]} rows
 * @param {string} key What point, line and ring stand for.
 * @param {number[]} thresholds Probabilities.
 */
export function plot(rows, key, thresholds) {
  const values = rows.flatMap(({ low, high, point, before }) => [low, high, point, before ?? point]);
  const axis = oddsAxis(values, Math.max(...values), Math.min(...values));
  const inside = thresholds.filter((value) => value > Math.min(...values) && value < Math.max(...values));
  const drawn = rows.map((row) =>
    h("li", {}, h("span", { class: "label" }, row.label), strip(axis, row, { thresholds: inside, label: described(row) })),
  );
  return h(
    "figure",
    { class: "plot" },
    h("ul", { class: "plot-rows" }, ...drawn, h("li", { class: "axis", "aria-hidden": "true" }, h("span"), ruler(axis))),
    h("figcaption", {}, key),
  );
}

/** @param {IntervalRow} row */
function described({ point, low, high, before }) {
  const ring = before === null ? "" : `, before ${percent(before)}`;
  return `${percent(point)}, from ${percent(low)} to ${percent(high)}${ring}`;
}

/** @param {number} p Of a mark in a drawing. */
function percent(p) {
  return `${Number((100 * p).toPrecision(3))}%`;
}
