// @ts-check
/** Numbers of sliders and fields. Those of answers come from the server with their texts. */

const DIGITS = 6;

/**
 * A number as it is typed: without the noise of floating point.
 *
 * @param {number} value
 */
export function typed(value) {
  return String(Number(value.toPrecision(DIGITS)));
}

/**
 * A number that was typed; NaN where it is none.
 *
 * @param {string} text
 */
export function parsed(text) {
  const plain = text.trim().replace(/%$/, "").trim();
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(plain) ? Number(plain) : NaN;
}

/**
 * Two digits, for a degree from 0 to 1.
 *
 * @param {number} value
 */
export function degree(value) {
  return String(Number(value.toFixed(2)));
}

/**
 * A text of a name: "a central interval" as "Central interval".
 *
 * @param {string} text
 */
export function heading(text) {
  const bare = text.replace(/^an? /, "");
  return bare.charAt(0).toUpperCase() + bare.slice(1);
}

/**
 * Things counted: "1 change", "3 changes".
 *
 * @param {number} count
 * @param {string} noun
 */
export function counted(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
