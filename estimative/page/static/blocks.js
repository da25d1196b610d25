// @ts-check
/** The blocks of a document as elements. */

import { h } from "./element.js";
import { plot } from "./plot.js";

/** @typedef {import("./types.js").BlockView} BlockView */

/**
 * @param {BlockView[]} blocks
 * @param {number} level Of the highest heading.
 * @param {string} label Of tables that stand under no heading.
 * @returns {HTMLElement[]}
 */
export function rendered(blocks, level, label) {
  let under = label;
  let above = level - 1;
  let tables = 0;
  return blocks.map((block) => {
    if (block.block === "Table") tables += 1;
    if (block.block !== "Heading") return element(block, tables > 1 ? `${under}, table ${tables}` : under);
    [under, tables] = [block.text, 0];
    above = Math.min(Math.max(block.level + level - 2, level), above + 1, 6);
    return h(/** @type {"h3"} */ (`h${above}`), {}, block.text);
  });
}

/**
 * A document without what stands at its head: the title, the question, the day and the judgement, which the page shows.
 *
 * @param {BlockView[]} blocks
 */
export function withoutHead(blocks) {
  if (blocks[0]?.block !== "Heading" || blocks[0].level !== 1) return blocks;
  const next = blocks.findIndex((block) => block.block === "Heading" && block.level > 1);
  return next < 0 ? blocks.slice(1) : blocks.slice(next);
}

/**
 * A document from its judgement on, without the title, the question and the day.
 *
 * @param {BlockView[]} blocks
 */
export function fromJudgement(blocks) {
  const start = blocks.findIndex((block) => (block.block === "Heading" ? block.level > 1 : block.block === "Paragraph" && block.strong));
  return blocks.slice(Math.max(start, 0));
}

/**
 * @param {Exclude<BlockView, {block: "Heading"}>} block
 * @param {string} label
 * @returns {HTMLElement}
 */
function element(block, label) {
  switch (block.block) {
    case "Paragraph":
      return h("p", { class: block.strong ? "strong" : "" }, block.text);
    case "Caution":
      return h("p", { class: "caution" }, h("b", {}, "CAUTION"), " ", block.text);
    case "Listing":
      return h("ul", {}, ...block.points.map((point) => h("li", {}, point)));
    case "Table":
      return table(block, label);
    case "Code":
      return h("pre", { tabindex: 0 }, block.lines.join("\n"));
    case "IntervalPlot":
      return plot(block.rows, block.key, block.thresholds);
  }
}

/**
 * A table in a frame that the keyboard can scroll.
 *
 * @param {{header: string[], rows: string[][], text_columns: number[], nowrap_columns: number[]}} block
 * @param {string} label
 */
export function table({ header, rows, text_columns, nowrap_columns }, label) {
  const look = (/** @type {number} */ at) =>
    [text_columns.includes(at) ? "" : "number", nowrap_columns.includes(at) ? "nowrap" : ""].join(" ").trim();
  const head = h("tr", {}, ...header.map((title, at) => h("th", { scope: "col", class: look(at) }, title)));
  const body = rows.map((row) => h("tr", {}, ...row.map((text, at) => h("td", { class: look(at) }, text))));
  const drawn = h("table", {}, h("thead", {}, head), h("tbody", {}, ...body));
  return h("div", { class: "frame", role: "region", tabindex: 0, "aria-label": `Table: ${label}` }, drawn);
}
