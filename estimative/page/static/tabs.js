// @ts-check
/** Panels of which one is shown, turned over by a click or by the arrow keys. */

import { h, unique } from "./element.js";

/** @typedef {{title: string, element: HTMLElement}} Panel */

/**
 * @param {string} label
 * @param {Panel[]} panels
 */
export function tabs(label, panels) {
  const made = panels.map(({ title, element }, at) => {
    const [id, panelId] = [unique(), unique()];
    const attributes = { type: "button", role: "tab", id, "aria-controls": panelId, onclick: () => select(at) };
    const tab = h("button", attributes, title);
    return { tab, panel: h("div", { role: "tabpanel", id: panelId, "aria-labelledby": id, tabindex: 0 }, element) };
  });

  /** @param {number} chosen */
  function select(chosen) {
    made.forEach(({ tab, panel }, at) => {
      tab.setAttribute("aria-selected", String(at === chosen));
      tab.tabIndex = at === chosen ? 0 : -1;
      panel.hidden = at !== chosen;
    });
  }

  /** @param {KeyboardEvent} event */
  function turn(event) {
    const shown = made.filter(({ tab }) => !tab.hidden);
    const at = shown.findIndex(({ tab }) => tab === event.target);
    const last = shown.length - 1;
    const places = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: last };
    const place = places[/** @type {keyof typeof places} */ (event.key)];
    if (place === undefined) return;
    event.preventDefault();
    const { tab } = shown[(place + shown.length) % shown.length];
    tab.click();
    tab.focus();
  }

  select(0);
  const list = h("div", { role: "tablist", "aria-label": label, onkeydown: turn }, ...made.map(({ tab }) => tab));
  return { element: h("div", { class: "tabs" }, list, ...made.map(({ panel }) => panel)), tabs: made.map(({ tab }) => tab) };
}
