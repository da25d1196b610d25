// @ts-check
/** Puts the page together, inside an element of whoever shows it. */

import { Answer } from "./answer.js";
import { Desk } from "./desk.js";
import { datesPanel, partsPanel, resultPanel } from "./details.js";
import { button, fill, h } from "./element.js";
import { Inputs } from "./inputs.js";
import { listen } from "./keyboard.js";
import { Store } from "./store.js";
import { tabs } from "./tabs.js";
import { Toolbar } from "./toolbar.js";

/**
 * Build the page in an element, and open the desk.
 *
 * @param {HTMLElement} root
 * @param {import("./protocol.js").Server | import("./kernel.js").Kernel} server
 * @param {{keys?: HTMLElement | Document, entitle?: (title: string) => void}} [owned] Where shortcuts are heard, and who
 *   shows the title: by default the element alone, and nobody.
 */
export function mount(root, server, { keys = root, entitle = () => {} } = {}) {
  const store = new Store();
  const desk = new Desk(server, store);
  const places = skeleton(root);
  announce(root, places, store);
  build(places, desk, store, keys);
  store.watch(
    ({ desk: shown }) => [shown?.scenario.title],
    ({ desk: shown }) => shown && entitle(shown.scenario.title),
  );
  desk.open();
}

/** @typedef {{head: HTMLElement, notices: HTMLElement, answer: HTMLElement, inputs: HTMLElement, details: HTMLElement,
 *   announcements: HTMLElement}} Places */

/**
 * The parts of the page, still empty.
 *
 * @param {HTMLElement} root
 * @returns {Places}
 */
function skeleton(root) {
  const answer = h("section", { id: "answer", tabindex: -1, "aria-label": "Answer" });
  const places = {
    head: h("header", { id: "head" }, h("h1", {}, "estimative")),
    notices: h("div", { id: "notices", role: "alert" }),
    answer,
    inputs: h("section", { id: "inputs", "aria-label": "Inputs" }),
    details: h("section", { id: "details", "aria-label": "Details" }),
    announcements: h("p", { id: "announcements", class: "unseen", "aria-live": "polite" }),
  };
  /** @param {Event} event An address cannot name a part of a page inside a notebook. */
  const jump = (event) => {
    event.preventDefault();
    answer.focus();
  };
  const skip = h("a", { class: "skip", href: "#answer", onclick: jump }, "Skip to the answer");
  const main = h("main", {}, answer, places.inputs, places.details);
  fill(root, skip, places.head, places.notices, main, places.announcements);
  return places;
}

/**
 * Everything but the announcements, once.
 *
 * @param {Places} places
 * @param {Desk} desk
 * @param {Store} store
 * @param {HTMLElement | Document} keys
 */
function build(places, desk, store, keys) {
  const inputs = new Inputs(desk, store);
  const panels = [
    { title: "Result", element: resultPanel(store) },
    { title: "What drives it", element: partsPanel(store, ["tornado"], "Nothing to show.") },
    { title: "Evidence", element: partsPanel(store, ["evidence"], "Nothing to show.") },
    { title: "By date", element: datesPanel(store) },
    { title: "Since you opened it", element: partsPanel(store, ["since"], "Nothing was changed since you opened it.") },
  ];
  fill(places.head, new Toolbar(desk, store).element);
  fill(places.answer, h("h2", { class: "unseen" }, "Answer"), new Answer(store).element);
  fill(places.inputs, h("details", { open: true }, h("summary", {}, h("h2", {}, "Inputs")), inputs.element));
  fill(places.details, h("h2", { class: "unseen" }, "Details"), tabs("Details", panels).element);
  listen(keys, desk, inputs.search);
}

/**
 * @param {HTMLElement} root
 * @param {Places} places
 * @param {Store} store
 */
function announce(root, places, store) {
  store.watch(
    ({ announcement }) => [announcement],
    ({ announcement }) => fill(places.announcements, announcement),
  );
  store.watch(
    ({ notice, phase }) => [notice, phase],
    ({ notice, phase }) => {
      const close = phase !== "stopped" && button("Close", () => store.update({ notice: "" }));
      root.dataset.phase = phase;
      fill(places.notices, notice && h("div", { class: "notice" }, h("p", {}, notice), close));
    },
  );
}
