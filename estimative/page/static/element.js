// @ts-check
/** Making elements. Text always becomes a text node, so that markup in it stays text. */

const SVG = "http://www.w3.org/2000/svg";
const PROPERTIES = new Set(["value", "checked", "disabled", "hidden", "selected", "open", "htmlFor"]);
let ids = 0;

/**
 * @typedef {string | number | Node | null | undefined | false} Child
 * @typedef {{[name: string]: any}} Attributes
 */

/**
 * An HTML element: functions are listeners, `value` and the like are properties, all else is an attribute.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} attributes
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  // A range takes its value only once it has its ends.
  const { value, ...others } = attributes;
  dress(element, others);
  fill(element, ...children);
  if (value !== undefined) dress(element, { value });
  return element;
}

/**
 * An SVG element; its coordinates may be percentages.
 *
 * @param {string} tag
 * @param {Attributes} attributes
 * @param {...Child} children
 * @returns {SVGElement}
 */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  dress(element, attributes);
  fill(element, ...children);
  return element;
}

/**
 * Replace what is in an element; what is missing or false is left out.
 *
 * @param {Element} element
 * @param {...Child} children
 */
export function fill(element, ...children) {
  const nodes = children.filter((child) => child !== null && child !== undefined && child !== false);
  element.replaceChildren(.../** @type {(Node | string)[]} */ (nodes.map((n) => (n instanceof Node ? n : String(n)))));
}

/**
 * What has the keyboard in the document of an element, or in the shadow tree that it is in.
 *
 * @param {Element} element
 * @returns {Element | null}
 */
export function focused(element) {
  const tree = element.getRootNode();
  return tree instanceof Document || tree instanceof ShadowRoot ? tree.activeElement : null;
}

/**
 * Whether an element, or something in it, has the keyboard.
 *
 * @param {Element} element
 */
export function holdsFocus(element) {
  return element.contains(focused(element));
}

/** An id that no other element has. */
export function unique() {
  ids += 1;
  return `e${ids}`;
}

/**
 * @param {any} element
 * @param {Attributes} attributes
 */
export function dress(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (PROPERTIES.has(name)) element[name] = value;
    else if (value === false || value === undefined || value === null) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
}

/**
 * A button that submits nothing. It does nothing while it is marked as disabled; unlike one that is disabled, it keeps
 * the keyboard.
 *
 * @param {string} label
 * @param {(event: Event) => void} onclick
 * @param {Attributes} attributes
 */
export function button(label, onclick, attributes = {}) {
  const press = (/** @type {Event} */ event) => {
    if (element.getAttribute("aria-disabled") !== "true") onclick(event);
  };
  const element = h("button", { type: "button", ...attributes, onclick: press }, label);
  return element;
}
