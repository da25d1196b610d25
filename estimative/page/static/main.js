// @ts-check
/** Puts the page together, inside an element of whoever shows it. */

import { analystsPanel } from "./analysts.js";
import { Answer } from "./answer.js";
import { Desk } from "./desk.js";
import { datesPanel, partsPanel, resultPanel } from "./details.js";
import { button, fill, h } from "./element.js";
import { Inputs } from "./inputs.js";
import { listen } from "./keyboard.js";
import { recovery, Saving } from "./saving.js";
import { Store } from "./store.js";
import { tabs } from "./tabs.js";
import { Toolbar } from "./toolbar.js";
import { WhatIf } from "./what_if.js";

const ANALYSTS = "Analysts";
const SAVE = "Save";

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

/** @typedef {{head: HTMLElement, alerts: HTMLElement, recovery: HTMLElement, answer: HTMLElement, inputs: HTMLElement,
 *   details: HTMLElement, announcements: HTMLElement}} Places */

/**
 * The parts of the page, still empty.
 *
 * @param {HTMLElement} root
 * @returns {Places}
 */
function skeleton(root) {
  const places = {
    head: h("header", { id: "head" }, h("h1", {}, "estimative")),
    alerts: h("div", { id: "alerts", role: "alert" }),
    recovery: h("div", { id: "recovery" }),
    answer: h("section", { id: "answer", tabindex: -1, "aria-label": "Answer" }),
    inputs: h("section", { id: "inputs", "aria-label": "Inputs" }),
    details: h("section", { id: "details", tabindex: -1, "aria-label": "Details" }),
    announcements: h("p", { id: "announcements", class: "unseen", "aria-live": "polite" }),
  };
  const skips = [skip(places.answer, "Skip to the answer"), skip(places.details, "Skip to the details")];
  const notices = h("div", { id: "notices" }, places.alerts, places.recovery);
  const main = h("main", {}, places.answer, places.inputs, places.details);
  fill(root, ...skips, places.head, notices, main, places.announcements);
  return places;
}

/**
 * A link to a part of the page; an address cannot name one inside a notebook.
 *
 * @param {HTMLElement} target
 * @param {string} text
 */
function skip(target, text) {
  const jump = (/** @type {Event} */ event) => {
    event.preventDefault();
    target.focus();
  };
  return h("a", { class: "skip", href: `#${target.id}`, onclick: jump }, text);
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
  const saving = new Saving(desk, store);
  const panels = [
    { title: "Result", element: resultPanel(store) },
    { title: "What if", element: new WhatIf(desk, store).element },
    { title: ANALYSTS, element: analystsPanel(desk, store) },
    { title: "What drives it", element: partsPanel(store, ["tornado"], "Nothing to show.") },
    { title: "Evidence", element: partsPanel(store, ["evidence"], "Nothing to show.") },
    { title: "By date", element: datesPanel(store) },
    { title: "Since you opened it", element: partsPanel(store, ["since"], "Nothing was changed since you opened it.") },
    { title: SAVE, element: saving.element },
  ];
  const details = tabs("Details", panels);
  const tab = (/** @type {string} */ title) => details.tabs[panels.findIndex((panel) => panel.title === title)];
  const save = () => {
    tab(SAVE).click();
    saving.saveNow();
  };
  store.watch(
    (state) => [state.desk?.analysts.length],
    (state) => {
      tab(ANALYSTS).hidden = (state.desk?.analysts.length ?? 1) < 2;
    },
  );
  fill(places.head, new Toolbar(desk, store, save).element);
  fill(places.recovery, recovery(desk, store));
  fill(places.answer, h("h2", { class: "unseen" }, "Answer"), new Answer(store).element);
  fill(places.inputs, h("details", { open: true }, h("summary", {}, h("h2", {}, "Inputs")), inputs.element));
  fill(places.details, h("h2", { class: "unseen" }, "Details"), details.element);
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
      fill(places.alerts, notice && h("div", { class: "notice" }, h("p", {}, notice), close));
    },
  );
}
