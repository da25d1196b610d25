// @ts-check
/** The prior of a quantity as a small curve. */

import { HIDDEN } from "./axis.js";
import { h, svg } from "./element.js";

/** @typedef {import("./types.js").DistributionView} DistributionView */

const WIDTH = 100;
const HEIGHT = 24;

/**
 * The curves of an input, one below the other on one axis; each with its words where asked for.
 *
 * @param {DistributionView[]} distributions
 * @param {"degree" | "probability" | "ratio" | "weight"} kind
 */
export function densities(distributions, kind) {
  const [low, high] = ends(distributions, kind);
  return h(
    "ul",
    { class: "densities" },
    ...distributions.map((each) =>
      h(
        "li",
        {},
        each.label && h("span", { class: "state" }, each.title),
        curve(each, low, high, kind === "ratio"),
        h("span", { class: "text" }, each.text),
      ),
    ),
  );
}

/**
 * @param {DistributionView[]} distributions
 * @param {string} kind
 * @returns {[number, number]} Of the axis; of logarithms where it is logarithmic.
 */
function ends(distributions, kind) {
  if (kind !== "ratio") return [0, 1];
  const values = distributions.flatMap((each) => (each.constant ? [each.p50] : each.x)).filter((value) => value > 0);
  const logs = [...values.map(Math.log10), 0];
  return [Math.floor(Math.min(...logs)), Math.ceil(Math.max(...logs, Math.floor(Math.min(...logs)) + 1))];
}

/**
 * @param {DistributionView} view
 * @param {number} low
 * @param {number} high
 * @param {boolean} logarithmic
 */
function curve(view, low, high, logarithmic) {
  const place = (/** @type {number} */ value) => {
    const there = logarithmic ? Math.log10(Math.max(value, 1e-12)) : value;
    return (WIDTH * (there - low)) / (high - low);
  };
  const drawn = view.constant ? [upright(place(view.p50))] : [filled(view, place), upright(place(view.p50), "median")];
  const box = { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none" };
  const base = svg("line", { class: "base", x1: 0, x2: WIDTH, y1: HEIGHT, y2: HEIGHT });
  return svg("svg", { class: "density", ...box, ...HIDDEN }, base, ...drawn);
}

/**
 * @param {DistributionView} view
 * @param {(value: number) => number} place
 */
function filled(view, place) {
  // A beta may rise without end at 0 or 1: the curve is cut where it would flatten all else.
  const sorted = [...view.y].sort((a, b) => a - b);
  const top = Math.min(sorted[sorted.length - 1], 4 * sorted[Math.floor(0.8 * sorted.length)]) || 1;
  const points = view.x.map((x, at) => `${place(x).toFixed(2)},${(HEIGHT * (1 - Math.min(view.y[at] / top, 1))).toFixed(2)}`);
  const feet = [`${place(view.x[0]).toFixed(2)},${HEIGHT}`, `${place(view.x[view.x.length - 1]).toFixed(2)},${HEIGHT}`];
  return svg("polygon", { class: "curve", points: [feet[0], ...points, feet[1]].join(" ") });
}

/** @param {number} x @param {string} [name] */
function upright(x, name = "constant") {
  const line = { class: name, x1: x, x2: x, y1: 2, y2: HEIGHT, "vector-effect": "non-scaling-stroke" };
  return svg("line", line);
}
