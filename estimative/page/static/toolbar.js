// @ts-check
/** The title, whose prior set is edited, and the buttons that concern everything. */

import { button, dress, fill, h, holdsFocus, unique } from "./element.js";

/** @typedef {import("./types.js").State} State */

export class Toolbar {
  #titled = "";
  #names = "";

  /**
   * @param {import("./desk.js").Desk} desk
   * @param {import("./store.js").Store} store
   * @param {() => void} save
   */
  constructor(desk, store, save) {
    this.desk = desk;
    this.heading = h("h1", {}, "estimative");
    this.question = h("div", { class: "question" });
    this.analysts = h("div", { class: "analysts" });
    this.undo = button("Undo", () => desk.undo(), { "aria-keyshortcuts": "Control+Z" });
    this.redo = button("Redo", () => desk.redo(), { "aria-keyshortcuts": "Control+Shift+Z" });
    this.thorough = button("Thorough", () => desk.thorough(), { title: "Fit by NUTS as well, which takes up to a minute" });
    this.save = button("Save", save);
    this.progress = h("div", { class: "progress" });
    const buttons = h("div", { class: "buttons", role: "group", "aria-label": "All inputs" }, this.undo, this.redo, this.thorough, this.save);
    this.element = h("div", { class: "toolbar" }, this.heading, this.question, this.analysts, buttons, this.progress);
    store.watch(
      ({ desk, at, phase }) => [desk, at, phase],
      (state) => this.#show(state),
    );
    store.watch(
      ({ thorough, desk, at, answers }) => [thorough, desk, at, answers],
      (state) => this.#showThorough(state),
    );
  }

  /** @param {State} state */
  #show({ desk, at, phase }) {
    if (!desk) return;
    const { title, question } = desk.scenario;
    if (this.#titled !== title) this.#entitle(title, question, desk.scenario.as_of, desk.scenario.until);
    this.#showStep(this.undo, "Undo", desk.undo, phase);
    this.#showStep(this.redo, "Redo", desk.redo, phase);
    dress(this.save, { "aria-disabled": desk.analysts[at].changes.length ? false : "true" });
    this.#showAnalysts(desk, at);
  }

  /**
   * @param {string} title
   * @param {string} question
   * @param {string} from
   * @param {string} until
   */
  #entitle(title, question, from, until) {
    this.#titled = title;
    fill(this.heading, title);
    const paragraphs = question.split(/\n\s*\n/).map((text) => h("p", {}, text));
    const dates = h("p", { class: "quiet" }, `As of ${from}, until ${until}.`);
    fill(this.question, h("details", {}, h("summary", {}, "The question"), ...paragraphs, dates));
  }

  /**
   * @param {HTMLElement} element
   * @param {string} verb
   * @param {string} what
   * @param {string} phase
   */
  #showStep(element, verb, what, phase) {
    dress(element, { "aria-disabled": !what || phase === "stopped" ? "true" : false, title: what && `${verb}: ${what}` });
    fill(element, h("span", { class: "verb" }, verb), what && h("span", { class: "what" }, what));
  }

  /**
   * @param {import("./types.js").DeskView} desk
   * @param {number} at
   */
  #showAnalysts(desk, at) {
    const names = JSON.stringify([desk.analysts.map(({ name, changes }) => [name, changes.length]), at]);
    if (desk.analysts.length < 2 || this.#names === names) return;
    this.#names = names;
    const focused = holdsFocus(this.analysts);
    const group = unique();
    const choices = desk.analysts.map(({ name, changes }, place) => {
      const radio = h("input", { type: "radio", name: group, checked: place === at, onchange: () => this.desk.choose(place) });
      return h("label", {}, radio, name, changes.length > 0 && h("span", { class: "mark" }, `${changes.length} unsaved`));
    });
    fill(this.analysts, h("fieldset", {}, h("legend", {}, "You edit"), ...choices));
    if (focused) this.analysts.querySelectorAll("input")[at]?.focus();
  }

  /** @param {State} state */
  #showThorough({ thorough, desk, at, answers }) {
    const settled = answers[at];
    const ready = !thorough && settled && settled.revision === desk?.revision && settled.kind === "fit";
    dress(this.thorough, { "aria-disabled": ready ? false : "true" });
    const known = thorough?.total ? { max: thorough.total, value: thorough.done } : {};
    fill(
      this.progress,
      thorough && h("label", {}, thorough.stage || "NUTS", " ", h("progress", known)),
      thorough && button("Cancel", () => this.desk.cancelThorough()),
    );
  }
}
