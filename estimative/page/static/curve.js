// @ts-check
/** The answer over the values of a factor, as a curve with its interval. */

import { HIDDEN, oddsAxis } from "./axis.js";
import { h, svg } from "./element.js";

/** @typedef {import("./types.js").BlockView} BlockView */
/** @typedef {import("./types.js").IntervalRow} IntervalRow */

const SIZE = 100;
/** Of the box that is stretched to the width of the page. */

/**
 * The first plot among blocks, whose labels are the values of the factor; null where there is none.
 *
 * @param {BlockView[]} blocks
 */
export function curve(blocks) {
  const plot = blocks.find((block) => block.block === "IntervalPlot");
  if (plot?.block !== "IntervalPlot" || plot.rows.length < 2) return null;
  const { rows } = plot;
  const values = rows.flatMap(({ low, high }) => [low, high]);
  const axis = oddsAxis(values, Math.max(...values), Math.min(...values));
  const last = rows.length - 1;
  const x = (/** @type {number} */ at) => (SIZE * at) / last;
  const y = (/** @type {number} */ value) => SIZE - axis.place(value);
  const line = (/** @type {(row: IntervalRow) => number} */ of) => rows.map((row, at) => `${x(at)},${y(of(row)).toFixed(2)}`);
  const area = [...line(({ low }) => low), ...line(({ high }) => high).reverse()].join(" ");
  const marks = axis.ticks.map(({ value }) =>
    svg("line", { class: "threshold", x1: 0, x2: SIZE, y1: y(value), y2: y(value), "vector-effect": "non-scaling-stroke" }),
  );
  const drawn = svg(
    "svg",
    { class: "curve-box", viewBox: `0 0 ${SIZE} ${SIZE}`, preserveAspectRatio: "none", ...HIDDEN },
    ...marks,
    svg("polygon", { class: "area", points: area }),
    svg("polyline", { class: "line", points: line(({ point }) => point).join(" "), "vector-effect": "non-scaling-stroke" }),
  );
  const texts = axis.ticks.map(({ value, text }) => placed(h("span", {}, text), y(value)));
  const ends = h("div", { class: "curve-ends" }, ...[rows[0], rows[Math.round(last / 2)], rows[last]].map(({ label }) => h("span", {}, label)));
  const label = `The answer over the factor: ${rows.map(({ label: at, point }) => `${at}: ${Number((100 * point).toPrecision(3))}%`).join(", ")}.`;
  return h("div", { class: "curve-plot", role: "img", "aria-label": label }, h("div", { class: "curve-scale" }, ...texts), drawn, ends);
}

/**
 * @param {HTMLElement} element
 * @param {number} top In percent.
 */
function placed(element, top) {
  element.style.setProperty("top", `${top}%`);
  return element;
}
