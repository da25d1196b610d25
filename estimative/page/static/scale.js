// @ts-check
/** The answer on the scale of the words: log-odds, with the range of each word. */

import { HIDDEN, oddsAxis, ruler, strip } from "./axis.js";
import { fill, h, svg } from "./element.js";

/** @typedef {import("./types.js").ProbabilityView} ProbabilityView */
/** @typedef {import("./types.js").BandView} BandView */

const LETTER = 5.9;
/** The usual width of a letter in CSS pixels. */
const BAND = 18;
const ROOM = 4000;
/** A number below the scale needs 40 pixels. */

export class AnswerScale {
  /** @type {BandView[]} */
  #bands = [];
  /** @type {{now: ProbabilityView | null, prior: ProbabilityView | null, ghost: ProbabilityView | undefined} | null} */
  #shown = null;
  #width = 0;

  constructor() {
    this.element = h("div", { class: "scale", role: "img" });
    new ResizeObserver(([{ contentRect }]) => {
      if (Math.abs(contentRect.width - this.#width) < 1) return;
      this.#width = contentRect.width;
      this.#draw();
    }).observe(this.element);
  }

  /**
   * @param {BandView[]} bands
   * @param {ProbabilityView | null} now
   * @param {ProbabilityView | null} prior
   * @param {ProbabilityView | undefined} ghost
   */
  show(bands, now, prior, ghost) {
    this.#bands = bands;
    this.#shown = { now, prior, ghost };
    this.element.setAttribute("aria-label", description(now, prior, ghost));
    this.#draw();
  }

  #draw() {
    if (!this.#shown || !this.#width) return;
    const { now, prior, ghost } = this.#shown;
    const values = [now, ghost].flatMap((each) => (each ? [each.low, each.high] : []));
    const axis = oddsAxis([...values, prior?.value ?? 0.5], 0.01, 0.99);
    const span = now && { low: now.low, high: now.high, point: now.value };
    const marks = { before: prior?.value, ghost: ghost?.value };
    const drawn = strip(axis, span ? { ...span, ...marks } : { low: 0, high: 0, point: null, ...marks }, {
      thresholds: this.#bands.flatMap(({ low, high }) => [low, high]),
    });
    if (!span) drawn.classList.add("empty");
    fill(this.element, this.#words(axis), drawn, ruler(axis, ROOM / this.#width));
  }

  /** @param {import("./axis.js").Axis} axis */
  #words(axis) {
    const value = this.#shown?.now?.value ?? NaN;
    const roomOf = (/** @type {BandView} */ { low, high }) => ((axis.place(high) - axis.place(low)) * this.#width) / 100;
    const fits = (/** @type {BandView} */ band) => band.word.length * LETTER < roomOf(band);
    // A single word on a narrow screen would seem to be the answer.
    const named = 2 * this.#bands.filter(fits).length > this.#bands.length;
    const drawn = this.#bands.map((band, at) => {
      const { word, low, high } = band;
      const left = axis.place(low);
      const width = axis.place(high) - left;
      const held = value >= low && value < high;
      const name = `band ${at % 2 ? "even" : "odd"}${held ? " held" : ""}`;
      const middle = { x: `${left + width / 2}%`, y: BAND - 5, "text-anchor": "middle" };
      return svg(
        "g",
        { class: name },
        svg("rect", { x: `${left}%`, width: `${width}%`, y: 0, height: BAND }),
        named && fits(band) && svg("text", middle, word),
      );
    });
    return svg("svg", { class: "words", height: BAND, width: "100%", ...HIDDEN }, ...drawn);
  }
}

/**
 * @param {ProbabilityView | null} now
 * @param {ProbabilityView | null} prior
 * @param {ProbabilityView | undefined} ghost
 */
function description(now, prior, ghost) {
  const parts = [
    now ? `Now ${now.text}, ${now.interval}, ${now.word}.` : "No number now.",
    prior && `Before the evidence ${prior.text}.`,
    ghost && `When opened or last saved ${ghost.text}.`,
  ];
  return parts.filter(Boolean).join(" ");
}
