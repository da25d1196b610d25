// @ts-check
/** A statement to be edited in any of its forms; one for each state has statements as its parts. */

import { button, fill, h } from "./element.js";
import { choice, gaugeOf, NumberField } from "./field.js";
import { heading } from "./format.js";
import { fieldsOf, formOf, isQuantile, read, start, write } from "./forms.js";

/** @typedef {import("./types.js").Statement} Statement */
/** @typedef {import("./types.js").DistributionView} DistributionView */
/** @typedef {import("./forms.js").Reach} Reach */
/**
 * @typedef {import("./forms.js").Subject & {percent: boolean, forms: string[], states: string[], titles: {[state: string]: string},
 *   known: import("./types.js").FormView[]}} Subject
 */

export const BY_STATE = "a statement for each state";
export const COUNTS = "counts by state";
/** The forms of one of the statements for each state. */
const PARTS = {
  chance: ["a constant", "quantiles", "a central interval", "three points", "moments", "a word"],
  ratio: ["a constant", "quantiles", "a central interval", "moments", "a word for a likelihood"],
};
const EVEN = { p05: 0.1, p50: 0.3, p95: 0.6 };

export class StatementEditor {
  /** @type {NumberField[]} */
  fields = [];
  /** The statements for each state. @type {Map<string, StatementEditor>} */
  states = new Map();
  /** @type {() => Statement} */
  write = () => 0;
  /** How often a number was moved. */
  #edits = 0;
  /** What was stated in each form that was left, and after how many moves. */
  #left = /** @type {Map<string, {statement: Statement, edits: number}>} */ (new Map());

  /**
   * @param {{subject: Subject, statement: Statement, form: string, distributions: DistributionView[], legend?: string,
   *   onmove: () => void, onsettle: () => void}} settings
   *   `form` may be empty, and is then found by the statement.
   */
  constructor({ subject, statement, form, distributions, legend = "", onmove, onsettle }) {
    this.subject = subject;
    this.distributions = distributions;
    this.onmove = onmove;
    this.onsettle = onsettle;
    this.form = form || formNameOf(statement, subject);
    this.body = h("div", { class: "statement-fields" });
    const names = [...new Set([...subject.forms, this.form])];
    const options = names.map((name) => ({ value: name, text: heading(name) }));
    const attributes = { "data-field": "form" };
    const select = choice("Stated as", options, this.form, (name) => this.#turn(name), attributes);
    const title = h("legend", { class: legend ? "" : "unseen" }, legend || "Statement");
    this.element = h("fieldset", { class: "statement" }, title, select, this.body);
    this.#fill(statement);
  }

  /** What is stated now. @returns {Statement} */
  get statement() {
    return this.write();
  }

  get parts() {
    return [...this.states.values()];
  }

  /** Whether every field has a number. @returns {boolean} */
  get valid() {
    return this.fields.every((field) => field.valid) && this.parts.every((part) => part.valid);
  }

  /**
   * Take the distribution that is fitted now as the one near which another form begins.
   *
   * @param {DistributionView[]} distributions
   */
  adopt(distributions) {
    if (distributions.length) this.distributions = distributions;
    for (const [state, part] of this.states) part.adopt(distributions.filter(({ label }) => label === state));
  }

  /**
   * Go to another form; back in one that was left, its statement is there again, if no number was moved meanwhile.
   *
   * @param {string} name
   */
  #turn(name) {
    if (this.valid) this.#left.set(this.form, { statement: structuredClone(this.write()), edits: this.#edits });
    const left = this.#left.get(name);
    this.form = name;
    this.#fill(left && left.edits === this.#edits ? left.statement : null);
    this.onmove();
  }

  #edited() {
    this.#edits += 1;
    this.onmove();
  }

  /** @param {Statement | null} statement What the fields show; null for a new form near the distribution. */
  #fill(statement) {
    this.fields = [];
    this.states = new Map();
    if (this.form === BY_STATE) this.#fillParts(/** @type {{[key: string]: Statement}} */ (statement));
    else if (this.form === COUNTS) this.#fillCounts(statement);
    else this.#fillFields(statement);
  }

  /** @param {Statement | null} statement */
  #fillFields(statement) {
    const { subject } = this;
    const form = formOf(this.form, subject.known);
    const reach = this.distributions[0] ?? EVEN;
    const values = statement === null ? start(form, reach, subject) : read(form, statement, subject);
    this.write = () => write(form, values);
    this.#show(values, form);
  }

  /**
   * @param {import("./forms.js").Values} values Which the fields change.
   * @param {import("./forms.js").Form} form
   */
  #show(values, form) {
    const amounts = fieldsOf(form, values).filter(({ unit }) => unit === "amount").map(({ key }) => key);
    const elements = fieldsOf(form, values).map((field) => {
      if (field.unit === "term" || field.unit === "scale") return this.#words(field.key, values, form);
      return this.#number(field, values, amounts);
    });
    const quantiles = amounts.filter(isQuantile);
    fill(this.body, ...elements, quantiles.length > 0 && this.#quantiles(quantiles, values, form));
  }

  /**
   * @param {import("./forms.js").Field} field
   * @param {import("./forms.js").Values} values
   * @param {string[]} amounts The keys whose numbers rise.
   */
  #number({ key, label, unit }, values, amounts) {
    const span = this.distributions.flatMap(({ p05, p95 }) => [p05, p95]);
    const gauge = gaugeOf(unit, this.subject, [...span, Number(values[key])]);
    const at = amounts.indexOf(key);
    const neighbour = (/** @type {number} */ place, /** @type {number} */ without) =>
      at >= 0 && amounts[place] ? Number(values[amounts[place]]) : without;
    /** @type {() => [number, number]} */
    const limits = () => [neighbour(at - 1, -Infinity), neighbour(at + 1, Infinity)];
    const onmove = () => {
      values[key] = field.value;
      this.#edited();
    };
    const field = new NumberField({ key, label, gauge, value: Number(values[key]), onmove, onsettle: this.onsettle, limits });
    this.fields.push(field);
    return field.element;
  }

  /**
   * @param {string} key
   * @param {import("./forms.js").Values} values
   * @param {import("./forms.js").Form} form
   */
  #words(key, values, form) {
    const { scales, words } = this.subject;
    const ofScale = words[String(values.scale)] ?? [];
    if (key === "scale")
      return scales.length > 1 && choice("Scale", scales, String(values.scale), (scale) => {
        const at = ofScale.indexOf(String(values.term));
        Object.assign(values, { scale, term: words[scale].at(Math.min(at, words[scale].length - 1)) });
        this.#show(values, form);
        this.onsettle();
      });
    const options = [...new Set([...ofScale, String(values.term)])];
    const chosen = (/** @type {string} */ term) => {
      values.term = term;
      this.onsettle();
    };
    return choice("Word", options, String(values.term), chosen, { "data-field": key });
  }

  /**
   * @param {string[]} present
   * @param {import("./forms.js").Values} values
   * @param {import("./forms.js").Form} form
   */
  #quantiles(present, values, form) {
    const change = (/** @type {() => void} */ work) => () => {
      work();
      this.fields = [];
      this.#show(values, form);
      this.onsettle();
    };
    const missing = ["p05", "p25", "p50", "p75", "p95"].filter((key) => !present.includes(key));
    const name = (/** @type {string} */ key) => (key === "p50" ? "median" : `${Number(key.slice(1))}%`);
    const add = missing.map((key) =>
      button(`Add ${name(key)}`, change(() => Object.assign(values, { [key]: between(values, present, key) }))),
    );
    const drop = present.length > 2 ? present.map((key) => button(`Drop ${name(key)}`, change(() => delete values[key]))) : [];
    return h("div", { class: "small-buttons" }, ...add, ...drop);
  }

  /** @param {{[key: string]: Statement} | null} statement */
  #fillParts(statement) {
    const { subject } = this;
    const shares = subject.kind !== "ratio";
    const { worth, ...parts } = statement ?? this.#even(shares);
    const states = [...new Set([...Object.keys(parts), ...subject.states])];
    const editors = states.map((state) => this.#part(state, parts[state] ?? 1));
    this.states = new Map(states.map((state, at) => [state, editors[at]]));
    const sure = { worth: Number(worth ?? 0) };
    const written = () => Object.fromEntries(states.map((state, at) => [state, editors[at].statement]));
    this.write = () => (sure.worth > 0 ? { ...written(), worth: sure.worth } : written());
    const label = "As sure as after so many cases";
    const extra = shares && worth !== undefined && this.#number({ key: "worth", label, unit: "number" }, sure, []);
    fill(this.body, ...editors.map((editor) => editor.element), extra);
  }

  /**
   * @param {string} state
   * @param {Statement} statement
   * @returns {StatementEditor}
   */
  #part(state, statement) {
    const forms = this.subject.kind === "ratio" ? PARTS.ratio : PARTS.chance;
    const subject = { ...this.subject, states: [], forms };
    const distributions = this.distributions.filter(({ label }) => label === state);
    const settings = { subject, statement, form: "", distributions, legend: this.subject.titles[state] ?? state };
    const part = new StatementEditor({ ...settings, onmove: () => this.#moved(part), onsettle: this.onsettle });
    return part;
  }

  /**
   * Shares that are fixed numbers add up to 1: where one moves, the others make room.
   *
   * @param {StatementEditor} moved
   */
  #moved(moved) {
    const fixed = this.parts.every((part) => part.form === "a constant");
    if (fixed && this.subject.kind !== "ratio") {
      const others = this.parts.filter((part) => part !== moved);
      const before = others.reduce((sum, part) => sum + part.fields[0].value, 0);
      const room = Math.max(1 - moved.fields[0].value, 0);
      for (const part of others) part.#become(before > 0 ? (part.fields[0].value * room) / before : room / others.length);
    }
    this.#edited();
  }

  /** @param {number} value */
  #become(value) {
    const rounded = Number(value.toPrecision(6));
    this.fields[0].show(rounded);
    this.write = () => this.fields[0].value;
  }

  /**
   * @param {boolean} shares
   * @returns {{[key: string]: Statement}}
   */
  #even(shares) {
    const { states } = this.subject;
    const middles = states.map((state) => this.distributions.find(({ label }) => label === state)?.p50 ?? 1);
    const sum = middles.reduce((total, middle) => total + middle, 0);
    const near = (/** @type {number} */ middle) => Number((shares ? middle / sum : middle).toPrecision(3));
    const entries = states.map((state, at) => [state, near(middles[at])]);
    return { ...Object.fromEntries(entries), ...(shares ? { worth: 10 } : {}) };
  }

  /** @param {Statement | null} statement */
  #fillCounts(statement) {
    const { states, titles } = this.subject;
    const near = (/** @type {string} */ state) => this.distributions.find(({ label }) => label === state)?.p50 ?? 0.1;
    const counts = /** @type {{counts?: {[state: string]: number}} | null} */ (statement)?.counts;
    const values = { ...(counts ?? Object.fromEntries(states.map((state) => [state, Number((20 * near(state)).toFixed(1))]))) };
    this.write = () => ({ counts: values });
    fill(this.body, ...states.map((state) => this.#number({ key: state, label: titles[state] ?? state, unit: "number" }, values, [])));
  }
}

/**
 * The name of the form that a statement has.
 *
 * @param {Statement} statement
 * @param {Subject} subject
 */
function formNameOf(statement, { kind, known }) {
  if (typeof statement === "number") return "a constant";
  if (typeof statement === "string") return kind === "ratio" ? "a word for a likelihood" : "a word";
  const keys = Object.keys(statement);
  if (keys.every(isQuantile)) return "quantiles";
  if (keys.includes("term")) return kind === "ratio" ? "a word for a likelihood" : "a word";
  return known.find((form) => form.keys.every((key) => keys.includes(key)))?.name ?? "quantiles";
}

/**
 * A value for a quantile that is added, between its neighbours or beyond the last of them.
 *
 * @param {import("./forms.js").Values} values
 * @param {string[]} present
 * @param {string} key
 */
function between(values, present, key) {
  const below = present.filter((each) => each < key).at(-1);
  const above = present.find((each) => each > key);
  const low = below ? Number(values[below]) : Number(values[/** @type {string} */ (above)]) / 2;
  const high = above ? Number(values[above]) : low * 1.2;
  return Number(((low + high) / 2).toPrecision(3));
}
