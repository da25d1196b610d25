// @ts-check
/** The factors before the evidence and after it. */

import { linearAxis, strip } from "./axis.js";
import { h } from "./element.js";
import { degree } from "./format.js";

/** @typedef {import("./types.js").FactorView} FactorView */
/** @typedef {import("./types.js").Summary} Summary */

/** @param {FactorView[]} factors */
export function factorList(factors) {
  return h("ul", { class: "marks" }, ...factors.map(row));
}

/** @param {FactorView} factor */
function row({ title, low, high, prior, posterior }) {
  const now = { low: posterior.p05, high: posterior.p95, point: posterior.p50 };
  const drawn = strip(linearAxis(0, 1), { ...now, before: prior.p50, under: { low: prior.p05, high: prior.p95 } });
  return h(
    "li",
    {},
    h(
      "div",
      {},
      h("p", { class: "mark-title" }, title),
      h("p", { class: "mark-text" }, `Before the evidence ${said(prior)}; after it ${said(posterior)}`),
    ),
    drawn,
    h("p", { class: "ends" }, h("span", {}, `0: ${low}`), h("span", {}, `1: ${high}`)),
  );
}

/** @param {Summary} summary */
function said({ p05, p50, p95 }) {
  return `${degree(p50)} (${degree(p05)} to ${degree(p95)})`;
}
