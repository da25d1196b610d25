// @ts-check
/** The page as a widget of a notebook, in a shadow tree, so that neither styles the other. */

import { h } from "./element.js";
import { Kernel } from "./kernel.js";
import { mount } from "./main.js";

/**
 * Show the page; what is returned takes it away.
 *
 * @param {{model: import("./kernel.js").Model, el: HTMLElement}} view
 */
function render({ model, el }) {
  // JupyterLab looks for this attribute before it takes a key for one of its own commands, others take what bubbles.
  const host = h("div", { "data-lm-suppress-shortcuts": "true", onkeydown: (/** @type {Event} */ key) => key.stopPropagation() });
  const style = new CSSStyleSheet();
  style.replaceSync(model.get("_style"));
  const shadow = host.attachShadow({ mode: "open" });
  shadow.adoptedStyleSheets = [style];
  const root = h("div", { class: "page", lang: "en" });
  shadow.append(root);
  el.append(host);
  const kernel = new Kernel(model);
  mount(root, kernel);
  return () => {
    kernel.close();
    host.remove();
  };
}

export default { render };
