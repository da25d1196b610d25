// @ts-check
/** The inputs of the model with what is stated about each: grouped, searchable, one of them open to be edited. */

import { densities } from "./density.js";
import { Editor } from "./editor.js";
import { fill, h, holdsFocus, unique } from "./element.js";
import { counted } from "./format.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").BeliefView} BeliefView */
/** @typedef {import("./types.js").InputView} InputView */
/** @typedef {{input: InputView, element: HTMLElement, button: HTMLButtonElement, summary: HTMLElement, panel: HTMLElement,
 *   shown: BeliefView | undefined, absent: boolean}} Row */

export class Inputs {
  /** @type {Map<string, Row>} */
  #rows = new Map();
  /** @type {HTMLElement[]} */
  #groups = [];
  /** @type {{name: string, editor: Editor} | null} */
  #editing = null;
  #names = "";

  /**
   * @param {import("./desk.js").Desk} desk
   * @param {import("./store.js").Store} store
   */
  constructor(desk, store) {
    this.desk = desk;
    this.store = store;
    const id = unique();
    this.search = h("input", { id, type: "search", autocomplete: "off", oninput: () => this.#filter() });
    this.found = h("p", { class: "quiet", role: "status" });
    this.whose = h("p", { class: "whose" });
    this.list = h("div", {});
    const searching = h("div", { class: "field search" }, h("label", { for: id }, "Search"), this.search, this.found);
    this.element = h("div", {}, this.whose, searching, this.list);
    store.watch(
      ({ desk, at, draft }) => [desk, at, draft],
      (state) => this.#show(state),
    );
    store.watch(
      ({ open, desk, at }) => [open, desk, at],
      (state) => this.#turnTo(state),
    );
  }

  /** @param {State} state */
  #show({ desk, at, draft }) {
    if (!desk) return;
    const names = JSON.stringify([at, ...desk.inputs.map(({ name, title }) => [name, title])]);
    if (names !== this.#names) this.#rebuild(desk, names);
    const { beliefs, name, analyst } = desk.analysts[at];
    fill(this.whose, "What ", h("strong", {}, name), ` states${analyst && analyst !== name ? ` (${analyst})` : ""}`);
    for (const row of this.#rows.values()) {
      const { name: input } = row.input;
      this.#update(row, draft?.beliefs[input] ?? beliefs[input]);
      // An item is stated as a ratio or as two chances; each analyst sees the one that is his.
      row.absent = !row.shown && Boolean(beliefs[row.input.ratio] ?? beliefs[`${input}.if_yes`]);
    }
    this.#filter();
  }

  /**
   * @param {import("./types.js").DeskView} desk
   * @param {string} names
   */
  #rebuild(desk, names) {
    this.#names = names;
    this.#close();
    this.#rows = new Map(desk.inputs.map((input) => [input.name, this.#row(input)]));
    const groups = [...new Set(desk.inputs.map(({ group }) => group))];
    this.#groups = groups.map((group) => {
      const rows = [...this.#rows.values()].filter(({ input }) => input.group === group);
      const id = unique();
      const list = h("ul", { class: "input-list" }, ...rows.map(({ element }) => element));
      return h("section", { "aria-labelledby": id }, h("h3", { id }, group), list);
    });
    fill(this.list, ...this.#groups);
  }

  /**
   * @param {InputView} input
   * @returns {Row}
   */
  #row(input) {
    const id = unique();
    const panel = h("div", { id, hidden: true });
    const summary = h("div", { class: "summary" });
    const turn = () => this.store.update({ open: this.store.state.open === input.name ? "" : input.name });
    const button = h("button", { type: "button", class: "input-title", "aria-expanded": "false", "aria-controls": id, onclick: turn });
    const element = h("li", { class: "input", "data-name": input.name }, button, summary, panel);
    return { input, element, button, summary, panel, shown: undefined, absent: false };
  }

  /**
   * @param {Row} row
   * @param {BeliefView | undefined} belief
   */
  #update(row, belief) {
    if (row.shown && belief && same(row.shown, belief)) return;
    const { input } = row;
    row.shown = belief;
    row.element.classList.toggle("changed", Boolean(belief?.changed));
    fill(row.button, h("span", {}, input.title), belief?.changed && h("span", { class: "mark" }, "changed"));
    const words = belief ? [belief.said, belief.whose].filter(Boolean).join(" ") : "Nothing is stated.";
    fill(
      row.summary,
      belief && densities(belief.distributions, input.kind),
      h("p", { class: "said" }, words),
      belief?.because && h("p", { class: "reason" }, belief.because),
      input.meaning && h("p", { class: "reason quiet" }, input.meaning),
    );
  }

  /** @param {State} state */
  #turnTo({ open, desk }) {
    if (this.#editing?.name === open) return;
    const left = this.#editing && this.#rows.get(this.#editing.name);
    const within = left && holdsFocus(left.panel);
    this.#close();
    const row = this.#rows.get(open);
    if (row && desk) {
      const editor = new Editor({ input: row.input, desk: this.desk, store: this.store });
      this.#editing = { name: open, editor };
      fill(row.panel, editor.element);
      this.#expand(row, true);
      row.button.scrollIntoView({ block: "nearest" });
      editor.focus();
    } else if (within) {
      left?.button.focus();
    }
  }

  #close() {
    if (!this.#editing) return;
    const { name, editor } = this.#editing;
    this.#editing = null;
    editor.close();
    const row = this.#rows.get(name);
    if (!row) return;
    fill(row.panel);
    this.#expand(row, false);
  }

  /**
   * @param {Row} row
   * @param {boolean} open
   */
  #expand(row, open) {
    row.button.setAttribute("aria-expanded", String(open));
    row.panel.hidden = !open;
    row.element.classList.toggle("open", open);
  }

  #filter() {
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const { input, element, shown, absent } of this.#rows.values()) {
      const text = [input.title, input.name, input.meaning, shown?.because, shown?.said].join(" ").toLowerCase();
      element.hidden = absent || !words.every((word) => text.includes(word));
      count += element.hidden ? 0 : 1;
    }
    for (const group of this.#groups) group.hidden = !group.querySelector(".input:not([hidden])");
    fill(this.found, words.length > 0 && `${counted(count, "input")} found`);
  }
}

/**
 * Whether two beliefs look alike in the list.
 *
 * @param {BeliefView} a
 * @param {BeliefView} b
 */
function same(a, b) {
  const looks = (/** @type {BeliefView} */ { statement, because, whose, changed }) =>
    JSON.stringify([statement, because, whose, changed]);
  return looks(a) === looks(b);
}
