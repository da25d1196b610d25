// @ts-check
/** Axes, and what is drawn along one: every place is a percentage, so that a drawing fits any width. */

import { svg } from "./element.js";

/**
 * @typedef {{place: (value: number) => number, ticks: {value: number, text: string}[]}} Axis
 *   A place is in percent of the width.
 * @typedef {{low: number, high: number, point: number | null, before?: number | null, ghost?: number | null,
 *   under?: {low: number, high: number}}} Span
 */

const TICKS = [1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 0.999, 0.9999, 1 - 1e-5];
const MARGIN = 1.5;
/** Percent at either end, for the marks that stand there. */
const HEIGHT = 20;

/** @param {number} p */
const logit = (p) => Math.log(p / (1 - p));

/**
 * An axis of log-odds with room for these probabilities.
 *
 * @param {number[]} values
 * @param {number} [low] It reaches at least from here
 * @param {number} [high] to here.
 * @returns {Axis}
 */
export function oddsAxis(values, low = 0.5, high = 0.5) {
  const inside = values.filter((p) => p > 0 && p < 1);
  const least = Math.min(...inside, low);
  const most = Math.max(...inside, high);
  const start = TICKS.filter((tick) => tick <= least).at(-1) ?? TICKS[0];
  const end = TICKS.find((tick) => tick >= most) ?? TICKS[TICKS.length - 1];
  const clamp = (/** @type {number} */ p) => Math.min(Math.max(p, start), end);
  const share = (/** @type {number} */ p) => (logit(clamp(p)) - logit(start)) / (logit(end) - logit(start) || 1);
  const ticks = TICKS.filter((tick) => tick >= start && tick <= end);
  return {
    place: (p) => within(share(p)),
    ticks: ticks.map((value) => ({ value, text: `${Number((100 * value).toPrecision(7))}%` })),
  };
}

/**
 * An axis from one value to another.
 *
 * @param {number} low
 * @param {number} high
 * @returns {Axis}
 */
export function linearAxis(low, high) {
  const ticks = [low, (low + high) / 2, high].map((value) => ({ value, text: String(value) }));
  return { place: (value) => within((value - low) / (high - low)), ticks };
}

/** @param {number} share */
function within(share) {
  return MARGIN + Math.min(Math.max(share, 0), 1) * (100 - 2 * MARGIN);
}

/**
 * An interval with its point; what it was before as a ring, with its interval as a broad line below, and an earlier
 * answer as an upright line.
 *
 * @param {Axis} axis
 * @param {Span} span
 * @param {{thresholds?: number[], label?: string}} [more] The drawing has a text of its own only with a label.
 */
export function strip(axis, { low, high, point, before, ghost, under }, { thresholds = [], label = "" } = {}) {
  const middle = HEIGHT / 2;
  const at = (/** @type {number} */ value) => `${axis.place(value).toFixed(2)}%`;
  const upright = (/** @type {number} */ value, /** @type {string} */ name, reach = middle) =>
    svg("line", { class: name, x1: at(value), x2: at(value), y1: middle - reach, y2: middle + reach });
  const has = (/** @type {number | null | undefined} */ value) => value !== null && value !== undefined;
  return svg(
    "svg",
    { class: "strip", height: HEIGHT, width: "100%", ...(label ? { role: "img", "aria-label": label } : HIDDEN) },
    ...thresholds.map((value) => upright(value, "threshold")),
    under && svg("line", { class: "under", x1: at(under.low), x2: at(under.high), y1: middle, y2: middle }),
    svg("line", { class: "interval", x1: at(low), x2: at(high), y1: middle, y2: middle }),
    upright(low, "end", 4),
    upright(high, "end", 4),
    has(ghost) && upright(Number(ghost), "ghost", 8),
    has(before) && svg("circle", { class: "ring", cx: at(Number(before)), cy: middle, r: 4.5 }),
    has(point) && svg("circle", { class: "point", cx: at(Number(point)), cy: middle, r: 4.5 }),
  );
}

/**
 * The numbers below a drawing.
 *
 * @param {Axis} axis
 * @param {number} [room] What each needs, in percent of the width.
 */
export function ruler(axis, room = 16) {
  let last = -room;
  const shown = axis.ticks.filter(({ value }) => {
    const clear = axis.place(value) - last >= room;
    if (clear) last = axis.place(value);
    return clear;
  });
  const marks = shown.map(({ value, text }) => {
    const x = `${axis.place(value).toFixed(2)}%`;
    return [
      svg("line", { class: "tick", x1: x, x2: x, y1: 0, y2: 4 }),
      svg("text", { class: "tick-text", x, y: 16, "text-anchor": anchor(axis.place(value)) }, text),
    ];
  });
  return svg("svg", { class: "ruler", height: HEIGHT, width: "100%", ...HIDDEN }, ...marks.flat());
}

/** @param {number} place */
function anchor(place) {
  return place < 4 ? "start" : place > 96 ? "end" : "middle";
}

export const HIDDEN = { "aria-hidden": "true", focusable: "false" };
