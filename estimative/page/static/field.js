// @ts-check
/** A number to be entered, with a slider beside it: chances linear in percent, ratios by their logarithm. */

import { h, unique } from "./element.js";
import { parsed, typed } from "./format.js";

/**
 * @typedef {{min: number, max: number, step: number, slide: (value: number) => number,
 *   unslide: (place: number) => number}} Track
 *   Where a slider stands for a value.
 * @typedef {{suffix: string, factor: number, track: Track | null}} Gauge
 *   The number that is shown is the value times the factor.
 */

/**
 * How a number of a statement is shown.
 *
 * @param {import("./forms.js").Unit} unit
 * @param {{kind: import("./types.js").Kind, percent: boolean}} subject
 * @param {number[]} reach Values that the slider of a ratio has to span.
 * @returns {Gauge}
 */
export function gaugeOf(unit, { kind, percent }, reach) {
  if (unit === "share") return { suffix: "%", factor: 100, track: linear(0.5, 0.99, 0.01) };
  if (unit !== "amount" && unit !== "spread") return { suffix: "", factor: 1, track: null };
  if (kind === "ratio") return { suffix: "", factor: 1, track: logarithmic(reach) };
  const most = unit === "spread" ? 0.5 : 1;
  return percent
    ? { suffix: "%", factor: 100, track: linear(0, most, 0.001) }
    : { suffix: "", factor: 1, track: linear(0, most, 0.01) };
}

/**
 * @param {number} min
 * @param {number} max
 * @param {number} step
 * @returns {Track}
 */
function linear(min, max, step) {
  return { min, max, step, slide: (value) => value, unslide: (place) => Number(place.toPrecision(12)) };
}

/**
 * @param {number[]} reach
 * @returns {Track}
 */
function logarithmic(reach) {
  const logs = reach.filter((value) => value > 0).map(Math.log10);
  const min = Math.floor(Math.min(-1, ...logs) - 0.3);
  const max = Math.ceil(Math.max(2, ...logs) + 0.3);
  const unslide = (/** @type {number} */ place) => Number((10 ** place).toPrecision(3));
  return { min, max, step: 0.01, slide: (value) => Math.log10(Math.max(value, 1e-12)), unslide };
}

export class NumberField {
  /**
   * @param {{key: string, label: string, gauge: Gauge, value: number, onmove: () => void, onsettle: () => void,
   *   limits?: () => [number, number]}} settings
   *   `limits` are those between which the slider may move now.
   */
  constructor({ key, label, gauge, value, onmove, onsettle, limits = () => [-Infinity, Infinity] }) {
    this.gauge = gauge;
    this.value = value;
    const id = unique();
    const input = { id, type: "text", inputmode: "decimal", autocomplete: "off", "data-field": key };
    this.box = h("input", { ...input, oninput: () => this.#typed(onmove), onchange: onsettle });
    this.slider = gauge.track && this.#slider(label, key, gauge.track, limits, onmove, onsettle);
    const name = h("label", { for: id }, label);
    const number = h("span", { class: "number" }, this.box, gauge.suffix && h("span", {}, gauge.suffix));
    this.wrong = h("span", { class: "wrong", id: unique(), hidden: true });
    this.box.setAttribute("aria-describedby", this.wrong.id);
    this.element = h("div", { class: "field" }, name, this.slider, number, this.wrong);
    this.show(value);
  }

  /** Whether a number is entered. */
  get valid() {
    return Number.isFinite(this.value);
  }

  /** @param {number} value */
  show(value) {
    this.value = value;
    this.box.value = Number.isFinite(value) ? typed(value * this.gauge.factor) : "";
    this.#mark();
    this.#slide();
  }

  /**
   * @param {string} label
   * @param {string} key
   * @param {Track} track
   * @param {() => [number, number]} limits
   * @param {() => void} onmove
   * @param {() => void} onsettle
   */
  #slider(label, key, { min, max, step, unslide }, limits, onmove, onsettle) {
    const moved = () => {
      const [low, high] = limits();
      this.show(Math.min(Math.max(unslide(Number(slider.value)), low), high));
      onmove();
    };
    const range = { type: "range", min, max, step, "aria-label": `${label}, slider`, "data-field": `${key} slider` };
    const slider = h("input", { ...range, oninput: moved, onchange: onsettle });
    return slider;
  }

  /** @param {() => void} onmove */
  #typed(onmove) {
    const { value } = this.box;
    const { suffix, factor } = this.gauge;
    // "5%" means 0.05 wherever it is typed.
    const share = value.trim().endsWith("%") && suffix !== "%" ? 100 : factor;
    this.value = Number((parsed(value) / share).toPrecision(12));
    this.#mark();
    if (this.valid) this.#slide();
    onmove();
  }

  #mark() {
    this.wrong.hidden = this.valid;
    this.wrong.textContent = this.valid ? "" : unreadable(this.box.value.trim());
    if (this.valid) this.box.removeAttribute("aria-invalid");
    else this.box.setAttribute("aria-invalid", "true");
  }

  #slide() {
    if (!this.slider || !this.gauge.track || !this.valid) return;
    this.slider.value = String(this.gauge.track.slide(this.value));
    this.slider.setAttribute("aria-valuetext", `${this.box.value}${this.gauge.suffix}`);
  }
}

/**
 * Why a text is no number.
 *
 * @param {string} text
 */
function unreadable(text) {
  if (!text) return "A number is missing.";
  const point = text.replace(",", ".");
  const hint = Number.isFinite(parsed(point)) ? ` Write ${point}.` : "";
  return `\u201c${text.slice(0, 40)}\u201d is not a number.${hint}`;
}

/**
 * A list to choose from.
 *
 * @param {string} label
 * @param {(string | {value: string, text: string})[]} options
 * @param {string} value
 * @param {(value: string) => void} onchange
 * @param {import("./element.js").Attributes} [attributes]
 */
export function choice(label, options, value, onchange, attributes = {}) {
  const id = unique();
  const listed = options.map((option) => (typeof option === "string" ? { value: option, text: option } : option));
  const select = h(
    "select",
    { id, ...attributes, onchange: () => onchange(select.value) },
    ...listed.map((option) => h("option", { value: option.value, selected: option.value === value }, option.text)),
  );
  return h("div", { class: "field choice" }, h("label", { for: id }, label), select);
}

/**
 * Words to be entered.
 *
 * @param {string} label
 * @param {string} value
 * @param {import("./element.js").Attributes} attributes
 * @param {"input" | "textarea"} [tag]
 */
export function wording(label, value, attributes, tag = "input") {
  const id = unique();
  const box = h(tag, { id, autocomplete: "off", value, ...attributes });
  return { box, element: h("div", { class: "field wording" }, h("label", { for: id }, label), box) };
}
