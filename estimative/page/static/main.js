// @ts-check
/** Puts the page together. */

import { analystsPanel } from "./analysts.js";
import { Answer } from "./answer.js";
import { Desk } from "./desk.js";
import { datesPanel, partsPanel, resultPanel } from "./details.js";
import { button, fill, h } from "./element.js";
import { Inputs } from "./inputs.js";
import { listen } from "./keyboard.js";
import { Server } from "./protocol.js";
import { recovery, Saving } from "./saving.js";
import { Store } from "./store.js";
import { tabs } from "./tabs.js";
import { Toolbar } from "./toolbar.js";
import { WhatIf } from "./what_if.js";

const store = new Store();
const desk = new Desk(new Server(), store);
const inputs = new Inputs(desk, store);

const ANALYSTS = "Analysts";
const SAVE = "Save";

/** @param {string} id */
function place(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/** Everything but the announcements, once. */
function build() {
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
  fill(place("head"), new Toolbar(desk, store, save).element, recovery(desk, store));
  fill(place("answer"), h("h2", { class: "unseen" }, "Answer"), new Answer(store).element);
  fill(place("inputs"), h("details", { open: true }, h("summary", {}, h("h2", {}, "Inputs")), inputs.element));
  fill(place("details"), h("h2", { class: "unseen" }, "Details"), details.element);
  listen(desk, inputs.search);
}

function announce() {
  store.watch(
    ({ announcement }) => [announcement],
    ({ announcement }) => fill(place("announcements"), announcement),
  );
  store.watch(
    ({ notice, phase }) => [notice, phase],
    ({ notice, phase }) => {
      const close = phase !== "stopped" && button("Close", () => store.update({ notice: "" }));
      document.body.dataset.phase = phase;
      fill(place("notices"), notice && h("div", { class: "notice" }, h("p", {}, notice), close));
    },
  );
}

announce();
build();
desk.open();
