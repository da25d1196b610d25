// @ts-check
/** What if: evidence left out, events and factors made so or seen to be so, and a factor swept from 0 to 1. */

import { fromJudgement, rendered } from "./blocks.js";
import { curve } from "./curve.js";
import { aged } from "./details.js";
import { button, fill, h } from "./element.js";
import { choice, gaugeOf, NumberField } from "./field.js";
import { Newest } from "./newest.js";
import { Faulty, plainly, Stopped } from "./protocol.js";

/** @typedef {import("./types.js").DeskView} DeskView */
/** @typedef {import("./types.js").ThingView} ThingView */
/** @typedef {{how: "" | "do" | "given", value: number | boolean | string}} Supposed */

const NOTHING = "Choose something to see what would follow. Nothing that you state is changed.";
const WAITING = "The full fit comes first; then this is computed.";

export class WhatIf {
  #without = new Set();
  /** @type {Map<string, Supposed>} */
  #supposed = new Map();
  #sweep = "";
  #things = "";
  /** @type {{key: string, first: HTMLElement[], others: HTMLElement[]} | null} */
  #shown = null;

  /**
   * @param {import("./desk.js").Desk} desk
   * @param {import("./store.js").Store} store
   */
  constructor(desk, store) {
    this.desk = desk;
    this.store = store;
    this.questions = new Newest(() => this.#look());
    this.form = h("div", { class: "what-if" });
    this.result = h("div", { class: "parts supposed", "aria-live": "polite" }, h("p", { class: "quiet" }, NOTHING));
    this.rest = h("div", { class: "parts" });
    this.element = h("div", {}, this.result, this.form, this.rest);
    store.watch(
      ({ desk, at, answers, draft }) => [desk, at, answers[at], Boolean(draft)],
      ({ desk }) => {
        if (desk) this.#follow(desk);
      },
    );
  }

  /** @param {DeskView} desk */
  #follow(desk) {
    const things = JSON.stringify([desk.evidence, desk.events, desk.factors]);
    if (things !== this.#things) {
      this.#things = things;
      this.#build(desk);
    }
    this.#age();
    if (this.#asks && this.#shown?.key !== this.#key) this.questions.ask(undefined);
  }

  /** Which answer the supposition is about. */
  get #key() {
    const { desk, at } = this.store.state;
    return `${desk?.revision} ${at}`;
  }

  get #asks() {
    return Boolean(this.#without.size || this.#sweep || [...this.#supposed.values()].some(({ how }) => how));
  }

  /** @param {DeskView} desk */
  #build(desk) {
    this.#without.clear();
    this.#supposed.clear();
    this.#sweep = "";
    const sweeps = [{ value: "", text: "No curve" }, ...desk.factors.map(({ id, title }) => ({ value: id, text: title }))];
    const swept = (/** @type {string} */ id) => {
      this.#sweep = id;
      this.#ask();
    };
    fill(
      this.form,
      group("Events", desk.events.map((event) => this.#event(event)), true),
      group("Factors", [...desk.factors.map((factor) => this.#factor(factor)), choice("Curve over", sweeps, "", swept)], true),
      group("Evidence that counts", desk.evidence.map((item) => this.#item(item)), false),
      h("div", { class: "buttons" }, button("Suppose nothing", () => this.#reset(desk))),
    );
  }

  /** @param {DeskView} desk */
  #reset(desk) {
    this.#build(desk);
    this.#ask();
  }

  /** @param {ThingView} item */
  #item({ id, title }) {
    const box = h("input", { type: "checkbox", checked: true, onchange: () => this.#count(id, box.checked) });
    return h("label", { class: "check" }, box, h("span", {}, title));
  }

  /**
   * @param {string} id
   * @param {boolean} counts
   */
  #count(id, counts) {
    if (counts) this.#without.delete(id);
    else this.#without.add(id);
    this.#ask();
  }

  /** @param {ThingView} event */
  #event({ id, title, states }) {
    /** @type {(string | boolean)[]} */
    const values = states.length ? states : [true, false];
    const said = (/** @type {string | boolean} */ value) => (value === true ? "it happens" : value === false ? "it does not" : value);
    const options = [
      { value: "", text: "As assessed" },
      ...values.map((value, at) => ({ value: `do ${at}`, text: `Made so: ${said(value)}` })),
      ...values.map((value, at) => ({ value: `given ${at}`, text: `Seen to be so: ${said(value)}` })),
    ];
    const chosen = (/** @type {string} */ text) => {
      const [how, at] = text.split(" ");
      this.#suppose(id, /** @type {Supposed["how"]} */ (how), values[Number(at)] ?? true);
    };
    return choice(title, options, "", chosen);
  }

  /** @param {ThingView} factor */
  #factor({ id, title }) {
    const options = [
      { value: "", text: "As assessed" },
      { value: "do", text: "Set to" },
      { value: "given", text: "Seen at" },
    ];
    const pick = choice(title, options, "", (how) => this.#suppose(id, /** @type {Supposed["how"]} */ (how), field.value));
    const select = /** @type {HTMLSelectElement} */ (pick.querySelector("select"));
    const moved = () => {
      if (!select.value) select.value = "do";
      this.#suppose(id, /** @type {Supposed["how"]} */ (select.value), field.value);
    };
    const gauge = gaugeOf("amount", { kind: "degree", percent: false }, []);
    const field = new NumberField({ key: id, label: `Level, 0 to 1`, gauge, value: 0.5, onmove: moved, onsettle: () => {} });
    const label = field.element.querySelector("label");
    label?.classList.add("unseen");
    label?.append(`: ${title}`);
    return h("div", { class: "supposed-factor" }, pick, field.element);
  }

  /**
   * @param {string} id
   * @param {Supposed["how"]} how
   * @param {Supposed["value"]} value
   */
  #suppose(id, how, value) {
    this.#supposed.set(id, { how, value });
    this.#ask();
  }

  #ask() {
    this.#shown = null;
    if (this.#asks) this.questions.ask(undefined);
    else this.#say(NOTHING);
  }

  async #look() {
    if (!this.store.state.desk || !this.#asks) return;
    const key = this.#key;
    try {
      const found = await this.desk.whatIf(this.#supposition());
      if (!found) return this.#say(WAITING);
      const { blocks, sentence } = found;
      const drawn = this.#sweep ? curve(blocks) : null;
      const rest = drawn ? blocks.filter(({ block }) => block !== "IntervalPlot") : blocks;
      const said = sentence ? [h("p", { class: "quiet" }, sentence)] : [];
      const [first, ...others] = rendered(fromJudgement(rest), 3, "What if");
      this.#shown = { key, first: [first, ...said, ...(drawn ? [drawn] : [])], others };
      this.#age();
    } catch (error) {
      if (error instanceof Stopped) return;
      const texts = error instanceof Faulty ? error.issues.map(plainly) : [String(error)];
      this.#say(texts.join(" "));
    }
  }

  #supposition() {
    const of = (/** @type {"do" | "given"} */ wanted) =>
      Object.fromEntries(
        [...this.#supposed].filter(([id, { how }]) => how === wanted && id !== this.#sweep).map(([id, { value }]) => [id, value]),
      );
    return { do: of("do"), given: of("given"), without: [...this.#without], sweep: this.#sweep };
  }

  /** @param {string} text */
  #say(text) {
    fill(this.result, h("p", { class: "quiet" }, text));
    fill(this.rest);
  }

  #age() {
    if (!this.#shown || !this.#asks) return;
    const old = this.#shown.key !== this.#key || Boolean(this.store.state.draft);
    aged(this.result, old, ...this.#shown.first);
    aged(this.rest, old, ...this.#shown.others);
  }
}

/**
 * @param {string} title
 * @param {HTMLElement[]} controls
 * @param {boolean} open
 */
function group(title, controls, open) {
  return controls.length > 0 && h("details", { open }, h("summary", {}, h("h3", {}, title)), ...controls);
}
