// @ts-check
/** Saving: the prior set, a run of it, and the documents about that run. */

import { button, dress, fill, h } from "./element.js";
import { choice, wording } from "./field.js";
import { counted } from "./format.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Part} Part */

const FORMATS = [
  { value: "html", text: "HTML" },
  { value: "pdf", text: "PDF" },
  { value: "docx", text: "Word" },
];
const METHODS = [
  { value: "importance", text: "Importance sampling, seconds" },
  { value: "both", text: "NUTS as well, up to some minutes" },
];

export class Saving {
  #method = "importance";
  #running = false;
  #run = "";

  /**
   * @param {import("./desk.js").Desk} desk
   * @param {import("./store.js").Store} store
   */
  constructor(desk, store) {
    this.desk = desk;
    this.store = store;
    this.changes = h("div", {});
    this.said = h("p", { role: "status" });
    this.save = button("Save", () => this.saveNow(), { class: "primary" });
    this.reread = button("Read the file again, with my changes on top", () => desk.reread(), { hidden: true });
    this.name = wording("Name, also of the file", "", { required: true });
    this.analyst = wording("Analyst", "", {});
    this.run = h("div", {});
    this.label = wording("Label", "", {});
    const saveAs = h("form", { onsubmit: (/** @type {Event} */ event) => this.#saveAs(event) }, this.name.element, this.analyst.element);
    saveAs.append(h("div", { class: "buttons" }, h("button", { type: "submit" }, "Save as")));
    const method = choice("Method", METHODS, this.#method, (value) => {
      this.#method = value;
    });
    this.start = button("Save run", () => this.#saveRun());
    this.element = h(
      "div",
      { class: "columns" },
      h("section", {}, h("h3", {}, "Unsaved changes"), this.changes, h("div", { class: "buttons" }, this.save, this.reread), this.said),
      h("section", {}, h("h3", {}, "Save under another name"), saveAs),
      h("section", {}, h("h3", {}, "Run and report"), this.label.element, method, h("div", { class: "buttons" }, this.start), this.run),
    );
    store.watch(
      ({ desk, at }) => [desk, at],
      (state) => this.#show(state),
    );
  }

  /** Save, or ask for a name where the file belongs to the program. */
  async saveNow() {
    await this.desk.made();
    const own = this.#own;
    if (!own?.changes.length) return;
    if (own.shipped) {
      fill(this.said, `${own.name} belongs to the program. Save it under another name.`);
      this.name.box.focus();
      return;
    }
    this.#report(await this.desk.save());
  }

  get #own() {
    const { desk, at } = this.store.state;
    return desk?.analysts[at];
  }

  /** @param {State} state */
  #show({ desk, at }) {
    const own = desk?.analysts[at];
    if (!desk || !own) return;
    const titles = Object.fromEntries(desk.inputs.map(({ name, title }) => [name, title]));
    const rows = own.changes.map((name) => h("li", {}, button(titles[name] ?? name, () => this.store.update({ open: name }), { class: "link" })));
    const count = own.changes.length ? `${counted(own.changes.length, "change")} of ${own.name}, not in ${own.file} yet:` : `All of ${own.name} is saved.`;
    fill(this.changes, h("p", {}, count), rows.length > 0 && h("ul", {}, ...rows));
    dress(this.save, { "aria-disabled": own.changes.length && !own.shipped ? false : "true" });
    dress(this.start, { "aria-disabled": own.changes.length || this.#running ? "true" : false });
    fill(this.said, own.shipped && "This set belongs to the program. It can be saved under another name.");
  }

  /** @param {Event} event */
  async #saveAs(event) {
    event.preventDefault();
    const file = await this.desk.saveAs(this.name.box.value.trim(), this.analyst.box.value.trim());
    this.#report(file);
  }

  /** @param {string} file Empty if nothing was saved; why is among the notices. */
  #report(file) {
    this.reread.hidden = Boolean(file);
    fill(this.said, file ? `Saved in ${file}.` : "It was not saved: see above.");
  }

  async #saveRun() {
    if (this.#running || this.#own?.changes.length) return;
    this.#running = true;
    dress(this.start, { "aria-disabled": "true" });
    try {
      await this.desk.saveRun(this.label.box.value.trim(), this.#method, (part) => this.#take(part));
    } catch (error) {
      fill(this.run, h("p", { class: "caution" }, error instanceof Error ? error.message : String(error)));
    }
    this.#running = false;
    dress(this.start, { "aria-disabled": this.#own?.changes.length ? "true" : false });
  }

  /** @param {Part} part */
  #take(part) {
    if (part.part === "progress") {
      const known = part.total ? { max: part.total, value: part.done } : {};
      fill(this.run, h("label", {}, part.stage || "Fitting", " ", h("progress", known)));
    } else if (part.part === "error") {
      fill(this.run, h("p", { class: "caution" }, part.error));
    } else if (part.run) {
      this.#run = part.run;
      fill(this.run, h("p", {}, `Run ${part.run} is saved.`), this.#downloads());
    }
  }

  #downloads() {
    const state = h("p", { role: "status" });
    const rows = [true, false].map((brief) => {
      const title = brief ? "Brief" : "Report";
      const buttons = FORMATS.map(({ value, text }) => button(`${title}, ${text}`, () => this.#download(brief, value, state)));
      return h("div", { class: "buttons" }, ...buttons);
    });
    return h("div", { class: "downloads" }, ...rows, state);
  }

  /**
   * @param {boolean} brief
   * @param {string} format
   * @param {HTMLElement} state
   */
  async #download(brief, format, state) {
    fill(state, "Writing it...");
    try {
      const { name, content } = await this.desk.report(this.#run, brief, format);
      const address = URL.createObjectURL(content);
      h("a", { href: address, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(address), 10000);
      fill(state, `${name} is downloaded.`);
    } catch (error) {
      fill(state, error instanceof Error ? error.message : String(error));
    }
  }
}

/**
 * Unsaved changes of an earlier page, to be taken up or discarded; and what became of those that cannot be read.
 *
 * @param {import("./desk.js").Desk} desk
 * @param {import("./store.js").Store} store
 */
export function recovery(desk, store) {
  const element = h("div", {});
  /** @type {Set<string>} */
  const dismissed = new Set();
  /** @param {string} text */
  function notice(text) {
    const dismiss = () => {
      dismissed.add(text);
      row.remove();
    };
    const row = h("div", { class: "notice" }, h("p", {}, text), button("Dismiss", dismiss));
    return row;
  }
  store.watch(
    (state) => [state.desk],
    (state) => {
      const found = state.desk?.recovered ?? [];
      const rows = found.map(({ analyst, written, inputs, outdated }) =>
        h("p", {}, `${counted(inputs.length, "unsaved change")} of ${analyst}, of ${written}: ${inputs.join("; ")}.${outdated ? OUTDATED : ""}`),
      );
      const take = button("Take them up", () => desk.recover(true), { class: "primary" });
      const discard = button("Discard them", () => desk.recover(false));
      const damaged = (state.desk?.damaged ?? []).filter((text) => !dismissed.has(text)).map(notice);
      const offer = found.length > 0 && h("div", { class: "notice" }, h("div", {}, ...rows), h("div", { class: "buttons" }, take, discard));
      fill(element, ...damaged, offer);
    },
  );
  return element;
}

const OUTDATED = " The file has changed since.";
