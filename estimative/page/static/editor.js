// @ts-check
/** One belief to be edited: what is stated, and why. Every settled change is made at once, and can be undone. */

import { densities } from "./density.js";
import { button, fill, focused, h, holdsFocus, unique } from "./element.js";
import { wording } from "./field.js";
import { plainly } from "./protocol.js";
import { StatementEditor } from "./statement.js";

/** @typedef {import("./types.js").Belief} Belief */
/** @typedef {import("./types.js").BeliefView} BeliefView */
/** @typedef {import("./types.js").InputView} InputView */
/** @typedef {import("./types.js").State} State */

const SETTLED = 250;
/** Milliseconds after the last move of a slider until the change is made: keys that are held down make one change. */
const LEFT = 1500;
/** The same after the last key in a field, which may not be left for long. */
const CHANCES = ["if_yes", "if_no"];
const IF = { if_yes: "Chance of it, if so", if_no: "Chance of it, if not" };
/** What a chance begins with. */
const BROAD = { if_yes: { p05: 0.3, p95: 0.8 }, if_no: { p05: 0.1, p95: 0.5 } };

export class Editor {
  /** Changes that are on their way. */
  #making = 0;
  /** What is stated as far as the fields show it. */
  #known = "";
  /** What was sent last. */
  #sent = "";
  #kept = false;
  #asked = false;
  #closed = false;
  #timer = 0;
  #dirty = false;
  #changed = false;
  fields = h("div");
  picture = h("div", { class: "picture" });
  issues = h("div", { class: "issues", role: "status" });
  hint = h("div", { class: "hint", id: unique(), hidden: true }, "Why did it change?", this.#keep());
  buttons = h("div", { class: "buttons" });
  because = wording("Because", "", { rows: 3, "aria-describedby": this.hint.id, ...this.#texts() }, "textarea");
  source = wording("Source", "", this.#texts());
  /** @type {{[name: string]: StatementEditor}} */
  #statements = {};

  /**
   * @param {{input: InputView, desk: import("./desk.js").Desk, store: import("./store.js").Store}} settings
   */
  constructor({ input, desk, store }) {
    this.input = input;
    this.desk = desk;
    this.store = store;
    this.before = this.#belief;
    const onkeydown = (/** @type {KeyboardEvent} */ event) => this.#key(event);
    this.element = h("div", { class: "editor", onkeydown, onfocusout: () => this.#flush() });
    this.#build();
    this.unwatch = store.watch(
      ({ desk, draft }) => [desk, draft],
      (state) => this.#follow(state),
    );
  }

  /** Put the keyboard where editing begins. */
  focus() {
    /** @type {HTMLElement | null} */ (this.element.querySelector("select, input"))?.focus();
  }

  /** Make what is not made yet, and stop following. */
  close() {
    this.unwatch();
    this.#closed = true;
    if (this.#dirty) this.#commit();
  }

  get #analyst() {
    const { desk, at } = this.store.state;
    return /** @type {import("./types.js").DeskView} */ (desk).analysts[at];
  }

  /** @returns {BeliefView | undefined} */
  get #belief() {
    return this.#analyst.beliefs[this.input.name];
  }

  #build() {
    const belief = this.#belief;
    this.#known = JSON.stringify(belief?.statement);
    this.#statements = {};
    this.because.box.value = belief?.because ?? "";
    this.source.box.value = belief?.source ?? "";
    fill(
      this.element,
      h("p", { class: "meaning" }, this.input.meaning),
      this.fields,
      this.picture,
      this.issues,
      this.because.element,
      this.hint,
      this.source.element,
      this.buttons,
    );
    this.#fillFields(belief);
    if (belief) this.#sent = JSON.stringify(this.#beliefs());
    this.#fillButtons();
    this.#follow(this.store.state);
  }

  #texts() {
    return { oninput: () => (this.#dirty = true), onchange: () => this.#commit() };
  }

  #keep() {
    const keep = () => {
      this.#kept = true;
      this.#ask();
      this.because.box.focus();
    };
    return button("Keep the old reason", keep);
  }

  /** @param {BeliefView | undefined} belief */
  #fillFields(belief) {
    const distributions = belief?.distributions ?? [];
    const statement = belief?.statement ?? (this.input.kind === "ratio" ? 2 : 0.5);
    this.#statements = { [this.input.name]: this.#statement(this.input, statement, belief?.form ?? "", distributions) };
    const chances = this.input.chances && this.input.name.startsWith("evidence.") && this.#asChances();
    const ratio = this.input.ratio && button("State one ratio instead of two chances", () => this.#toRatio());
    const element = this.#statements[this.input.name].element;
    fill(this.fields, element, (chances || ratio) && h("div", { class: "small-buttons" }, chances || ratio));
  }

  /**
   * @param {InputView} input
   * @param {import("./types.js").Statement} statement
   * @param {string} form
   * @param {import("./types.js").DistributionView[]} distributions
   * @param {string} [legend]
   */
  #statement(input, statement, form, distributions, legend = "") {
    const { scale, words, forms: known } = /** @type {import("./types.js").DeskView} */ (this.store.state.desk);
    const percent = input.kind === "probability" || (input.kind === "degree" && !input.name.startsWith("factors."));
    const { kind, scales, forms, states, titles } = input;
    const subject = { kind, scales, forms, states, titles, words, bands: scale.bands, known, percent };
    const calls = { onmove: () => this.#move(), onsettle: () => this.#settle() };
    return new StatementEditor({ subject, statement, form, distributions, legend, ...calls });
  }

  #asChances() {
    return button("State two chances instead of a ratio", () => {
      const forms = ["a constant", "quantiles", "a central interval", "three points", "a word", "a reference class"];
      const scales = ["icd203", "phia"];
      const parts = CHANCES.map((key) => {
        const name = `${this.input.name}.${key}`;
        const input = { ...this.input, name, kind: /** @type {const} */ ("degree"), forms, scales, states: [] };
        const at = /** @type {"if_yes" | "if_no"} */ (key);
        return [name, this.#statement(input, BROAD[at], "quantiles", [], IF[at])];
      });
      this.#statements = Object.fromEntries(parts);
      fill(this.fields, ...Object.values(this.#statements).map((each) => each.element));
      this.#move();
    });
  }

  async #toRatio() {
    const [yes, no] = CHANCES.map((key) => this.#analyst.beliefs[`${this.input.ratio}.${key}`]?.distributions[0].p50 ?? 0.5);
    const ratio = yes / no;
    const near = (/** @type {number} */ value) => Number(value.toPrecision(2));
    const belief = this.#worded({ p05: near(ratio / 2), p95: near(2 * ratio) });
    if (await this.desk.commit({ [this.input.ratio]: belief })) this.store.update({ open: this.input.ratio });
  }

  #fillButtons() {
    const { desk, at, saved } = this.store.state;
    const own = this.#belief;
    const earlier = saved[at]?.[this.input.name];
    const others = (desk?.analysts ?? []).map((analyst, of) => ({ analyst, of })).filter(({ of }) => of !== at);
    fill(
      this.buttons,
      button("Done", () => this.#done(), { class: "primary" }),
      button("Cancel", () => this.#cancel()),
      own?.changed && earlier && button("Back to the saved statement", () => this.#restore(earlier)),
      ...others
        .filter(({ analyst }) => analyst.beliefs[this.input.name])
        .map(({ analyst, of }) => button(`Copy this belief from ${analyst.name}`, () => this.desk.copy(of, this.input.name))),
    );
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { target } = event;
    if (event.key === "Escape") {
      event.stopPropagation();
      this.#cancel();
    } else if (event.key === "Enter" && target instanceof HTMLInputElement) {
      event.preventDefault();
      target.dispatchEvent(new Event("change"));
      this.#done();
    }
  }

  #move() {
    this.#hold();
    this.#dirty = true;
    this.#ask();
    if (!this.#valid) {
      this.desk.reject();
      return;
    }
    this.desk.preview(this.#beliefs());
    this.#timer = window.setTimeout(() => this.#commit(), LEFT);
  }

  get #valid() {
    return Object.values(this.#statements).every((each) => each.valid);
  }

  /** @returns {import("./types.js").Beliefs} */
  #beliefs() {
    const entries = Object.entries(this.#statements);
    return Object.fromEntries(entries.map(([name, editor]) => [name, this.#worded(editor.statement)]));
  }

  /**
   * @param {import("./types.js").Statement} statement
   * @returns {Belief}
   */
  #worded(statement) {
    return { statement, because: this.because.box.value, source: this.source.box.value };
  }

  #hold() {
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  #settle() {
    this.#dirty = true;
    this.#hold();
    this.#timer = window.setTimeout(() => this.#commit(), SETTLED);
  }

  /** Make a change that still waits. */
  #flush() {
    if (this.#timer) this.#commit();
  }

  async #commit() {
    this.#hold();
    if (!this.#valid) return;
    this.#dirty = false;
    const beliefs = this.#beliefs();
    // A change of nothing would be a step to undo.
    if (JSON.stringify(beliefs) === this.#sent) return this.store.state.draft ? this.desk.drop() : undefined;
    this.#sent = JSON.stringify(beliefs);
    this.#making += 1;
    const done = await this.desk.commit(beliefs);
    this.#making -= 1;
    if (!done) this.#sent = "";
    if (done) this.#known = JSON.stringify(this.#belief?.statement);
    else if (this.#closed) this.#giveUp();
    else this.#follow(this.store.state);
    if (done && !this.#closed && !(this.input.name in beliefs)) this.store.update({ open: Object.keys(beliefs)[0] });
  }

  /** Say why a change was not made although the input is closed. */
  #giveUp() {
    const issues = this.store.state.draft?.issues ?? [];
    if (issues.length) this.store.update({ notice: `Not changed: ${this.input.title}. ${issues.map(plainly).join(" ")}` });
    this.desk.drop();
  }

  /** Ask for the reason where the number is another and the reason is not. */
  #ask() {
    const { before, hint } = this;
    const editor = this.#statements[this.input.name];
    const moved = !editor || JSON.stringify(editor.statement) !== JSON.stringify(before?.statement);
    const same = this.because.box.value.trim() === (before?.because ?? "").trim();
    hint.hidden = !(moved && same && before?.because && (this.#dirty || this.#belief?.changed) && !this.#kept);
  }

  #done() {
    const wrong = this.element.querySelector("[aria-invalid]");
    if (wrong instanceof HTMLElement || this.store.state.draft?.issues.length) {
      if (wrong instanceof HTMLElement) wrong.focus();
      return;
    }
    this.#ask();
    const ask = !this.hint.hidden && !this.#asked;
    this.#asked = true;
    if (ask) this.because.box.focus();
    else this.store.update({ open: "" });
  }

  async #cancel() {
    const { before } = this;
    const moved = before && (this.#making > 0 || JSON.stringify(kept(before)) !== JSON.stringify(kept(this.#belief)));
    this.#hold();
    this.#dirty = false;
    this.store.update({ open: "" });
    if (moved) await this.desk.commit({ [this.input.name]: kept(before) });
    else this.desk.drop();
  }

  /** @param {BeliefView} belief */
  async #restore(belief) {
    await this.desk.commit({ [this.input.name]: kept(belief) });
  }

  /** @param {State} state */
  #follow({ desk, draft }) {
    if (!desk?.inputs.some(({ name }) => name === this.input.name)) return;
    const belief = this.#belief;
    if (!this.#making && JSON.stringify(belief?.statement) !== this.#known) {
      // What moved here meanwhile was about another statement.
      this.#hold();
      this.#dirty = false;
      this.#rebuild();
      return;
    }
    const shown = Object.keys(draft?.beliefs ?? {}).length ? Object.values(draft?.beliefs ?? {}) : belief ? [belief] : [];
    for (const each of shown) this.#statements[each.name]?.adopt(each.distributions);
    const distributions = shown.flatMap((each) => each.distributions);
    const missed = distributions.flatMap((each) => each.missed);
    fill(
      this.picture,
      ...shown.map((each) => densities(each.distributions, each.name === this.input.name ? this.input.kind : "degree")),
      missed.length > 0 && h("p", { class: "missed" }, `The nearest distribution misses: ${missed.join("; ")}.`),
    );
    fill(this.issues, ...(draft?.issues ?? []).map((issue) => h("p", {}, plainly(issue))));
    this.#ask();
    this.#freshen(belief);
  }

  /** Another tab, or an undo, changed what is stated: the keyboard stays in the same field. */
  #rebuild() {
    const field = holdsFocus(this.element) && focused(this.element)?.getAttribute("data-field");
    this.#build();
    const fields = [...this.element.querySelectorAll("[data-field]")];
    const same = field && fields.find((each) => each.getAttribute("data-field") === field);
    if (same instanceof HTMLElement) same.focus();
  }

  /** @param {BeliefView | undefined} belief */
  #freshen(belief) {
    const changed = Boolean(belief?.changed);
    if (changed !== this.#changed && !holdsFocus(this.buttons)) this.#fillButtons();
    this.#changed = changed;
  }
}

/**
 * @param {BeliefView | undefined} belief
 * @returns {Belief}
 */
function kept(belief) {
  return { statement: belief?.statement ?? 0, because: belief?.because ?? "", source: belief?.source ?? "" };
}

