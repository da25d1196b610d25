// @ts-check
/** Shortcuts that work outside text fields. */

const TEXT = "textarea, select, input:not([type=range], [type=checkbox], [type=radio])";

/**
 * Ctrl+Z and Ctrl+Shift+Z undo and redo changes of beliefs, "/" goes to the search.
 *
 * @param {HTMLElement | Document} keys Where they are heard.
 * @param {import("./desk.js").Desk} desk
 * @param {HTMLElement} search
 */
export function listen(keys, desk, search) {
  keys.addEventListener("keydown", (pressed) => {
    const event = /** @type {KeyboardEvent} */ (pressed);
    const { target } = event;
    if (target instanceof Element && target.matches(TEXT)) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
      event.preventDefault();
      if (event.shiftKey) desk.redo();
      else desk.undo();
    } else if (event.key === "/" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      search.focus();
    }
  });
}
