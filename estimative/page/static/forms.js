// @ts-check
/**
 * The ways to state a prior: which fields each has, and how it begins near the distribution that was there before.
 * A form that is not in the table is made of the keys that the server names for it.
 */

/** @typedef {import("./types.js").Statement} Statement */
/** @typedef {import("./types.js").Inline} Inline */
/** @typedef {import("./types.js").Kind} Kind */
/** @typedef {"amount" | "spread" | "share" | "number" | "term" | "scale"} Unit */
/** @typedef {{key: string, label: string, unit: Unit}} Field */
/** @typedef {{p05: number, p50: number, p95: number}} Reach */
/** @typedef {{[key: string]: number | string}} Values */
/** @typedef {{kind: Kind, scales: string[], words: {[scale: string]: string[]}, bands: import("./types.js").BandView[]}} Subject */
/**
 * @typedef {{keys: string[], start: (reach: Reach, subject: Subject) => Values,
 *   read?: (statement: Statement, subject: Subject) => Values, write?: (values: Values) => Statement}} Form
 */

const NORMAL = 1.645;
/** The 95% quantile of the standard normal distribution. */
const PERT = 0.55;
/** The part of either side of a PERT distribution that its 5% and 95% quantiles span. */

/** @type {{[key: string]: [string, Unit]}} */
const KEYS = {
  value: ["Value", "amount"],
  low: ["Low", "amount"],
  mode: ["Most likely", "amount"],
  best: ["Best guess", "amount"],
  high: ["High", "amount"],
  mass: ["Chance that it is between", "share"],
  sure: ["How sure that it is between", "share"],
  mean: ["Mean", "amount"],
  sd: ["Standard deviation", "spread"],
  count: ["Cases in which it was so", "number"],
  of: ["Of so many cases", "number"],
  term: ["Word", "term"],
  scale: ["Scale", "scale"],
  from: ["From", "amount"],
  to: ["To", "amount"],
  worth: ["As sure as after so many cases", "number"],
};

/** @type {{[name: string]: Form}} */
export const FORMS = {
  "a constant": {
    keys: ["value"],
    start: ({ p50 }) => ({ value: p50 }),
    read: (statement) => ({ value: typeof statement === "number" ? statement : Number(inline(statement).value) }),
    write: ({ value }) => Number(value),
  },
  quantiles: {
    keys: ["p05", "p95"],
    start: ({ p05, p95 }) => ({ p05, p95 }),
  },
  "a central interval": {
    keys: ["low", "high", "mass"],
    start: ({ p05, p95 }) => ({ low: p05, high: p95, mass: 0.9 }),
  },
  "four steps": {
    keys: ["low", "best", "high", "sure"],
    start: ({ p05, p50, p95 }) => ({ low: p05, best: p50, high: p95, sure: 0.9 }),
  },
  "three points": {
    keys: ["low", "mode", "high"],
    start: ({ p05, p50, p95 }, { kind }) => ({
      low: inside(p50 - (p50 - p05) / PERT, kind),
      mode: p50,
      high: inside(p50 + (p95 - p50) / PERT, kind),
    }),
  },
  moments: {
    keys: ["mean", "sd"],
    start: moments,
  },
  "a reference class": {
    keys: ["count", "of"],
    start: (reach) => {
      const [a, b] = shapes(reach);
      return { count: Math.max(Math.round(a - 0.5), 0), of: Math.max(Math.round(a + b - 1), 1) };
    },
  },
  "a word": {
    keys: ["term", "scale"],
    start: ({ p50 }, { scales, words, bands }) => {
      const at = bands.findIndex((band) => p50 <= band.high);
      return { scale: scales[0], term: words[scales[0]].at(at) ?? "" };
    },
    read: word,
  },
  "a word for a likelihood": {
    keys: ["term", "scale"],
    start: (_, { scales, words }) => ({ scale: scales[0], term: words[scales[0]].at(-1) ?? "" }),
    read: word,
  },
  "a beta": {
    keys: ["a", "b"],
    start: (reach) => Object.fromEntries(shapes(reach).map((shape, at) => ["ab"[at], rounded(shape)])),
    ...listed("beta", ["a", "b"]),
  },
  "a lognormal": {
    keys: ["mu", "sigma"],
    start: ({ p05, p50, p95 }) => ({
      mu: rounded(Math.log(p50)),
      sigma: rounded((Math.log(p95) - Math.log(p05)) / (2 * NORMAL)),
    }),
    ...listed("lognormal", ["mu", "sigma"]),
  },
  "a uniform": {
    keys: ["from", "to"],
    start: (reach, subject) => {
      const { mean, sd } = /** @type {{mean: number, sd: number}} */ (moments(reach));
      const half = Math.sqrt(3) * sd;
      return { from: inside(mean - half, subject.kind), to: inside(mean + half, subject.kind) };
    },
    ...listed("uniform", ["from", "to"]),
  },
};

/**
 * The form of a name; of one that the table lacks, by its keys.
 *
 * @param {string} name
 * @param {import("./types.js").FormView[]} known
 * @returns {Form}
 */
export function formOf(name, known) {
  const keys = known.find((form) => form.name === name)?.keys ?? [];
  return FORMS[name] ?? { keys, start: (reach) => Object.fromEntries(keys.map((key) => [key, guess(key, reach)])) };
}

/**
 * The values of a form in a statement.
 *
 * @param {Form} form
 * @param {Statement} statement
 * @param {Subject} subject
 * @returns {Values}
 */
export function read(form, statement, subject) {
  return form.read ? form.read(statement, subject) : /** @type {Values} */ ({ ...inline(statement) });
}

/**
 * @param {Form} form
 * @param {Values} values
 * @returns {Statement}
 */
export function write(form, values) {
  return form.write ? form.write(values) : values;
}

/**
 * The values with which a form begins, rounded, near a distribution; a constant is made uncertain.
 *
 * @param {Form} form
 * @param {Reach} reach
 * @param {Subject} subject
 * @returns {Values}
 */
export function start(form, reach, subject) {
  const values = Object.entries(form.start(reach.p05 < reach.p95 ? reach : widened(reach.p50, subject.kind), subject));
  return Object.fromEntries(values.map(([key, value]) => [key, typeof value === "number" ? rounded(value) : value]));
}

/**
 * The fields of a form: those that it always has, and the others that a statement has.
 *
 * @param {Form} form
 * @param {Values} values
 * @returns {Field[]}
 */
export function fieldsOf(form, values) {
  const present = Object.keys(values);
  const quantiles = present.filter(isQuantile).sort();
  const keys = quantiles.length ? quantiles : [...form.keys, ...present.filter((key) => !form.keys.includes(key))];
  return keys.map((key) => {
    const [label, unit] = KEYS[key] ?? [isQuantile(key) ? quantileLabel(key) : key, isQuantile(key) ? "amount" : "number"];
    return { key, label, unit: /** @type {Unit} */ (unit) };
  });
}

/** @param {string} key */
export function isQuantile(key) {
  return /^p\d\d$/.test(key);
}

/** @param {string} key */
function quantileLabel(key) {
  return key === "p50" ? "Median" : `${Number(key.slice(1))}% below`;
}

/**
 * A form whose numbers are in one list under one key.
 *
 * @param {string} key
 * @param {string[]} names
 * @returns {Pick<Form, "read" | "write">}
 */
function listed(key, names) {
  return {
    read: (statement) => {
      const { [key]: numbers, ...others } = inline(statement);
      const named = names.map((name, at) => [name, /** @type {number[]} */ (numbers)[at]]);
      return /** @type {Values} */ ({ ...Object.fromEntries(named), ...others });
    },
    write: (values) => {
      const others = Object.entries(values).filter(([name]) => !names.includes(name));
      return { [key]: names.map((name) => values[name]), ...Object.fromEntries(others) };
    },
  };
}

/**
 * @param {Statement} statement
 * @param {Subject} subject
 * @returns {Values}
 */
function word(statement, { scales, words }) {
  const { term, scale } = typeof statement === "string" ? { term: statement, scale: "" } : inline(statement);
  const has = (/** @type {string} */ name) => words[name]?.includes(String(term).toLowerCase());
  return { term: String(term), scale: String(scale || (scales.find(has) ?? scales[0] ?? "")) };
}

/**
 * @param {Statement} statement
 * @returns {Inline}
 */
function inline(statement) {
  return typeof statement === "object" ? statement : {};
}

/**
 * Mean and standard deviation from three quantiles, by Pearson and Tukey.
 *
 * @param {Reach} reach
 * @returns {Values}
 */
function moments({ p05, p50, p95 }) {
  const mean = 0.63 * p50 + 0.185 * (p05 + p95);
  const spread = 0.63 * (p50 - mean) ** 2 + 0.185 * ((p05 - mean) ** 2 + (p95 - mean) ** 2);
  return { mean, sd: Math.sqrt(spread) };
}

/**
 * The two numbers of a beta distribution near three quantiles.
 *
 * @param {Reach} reach
 */
function shapes(reach) {
  const { mean, sd } = /** @type {{mean: number, sd: number}} */ (moments(reach));
  const size = Math.max((mean * (1 - mean)) / Math.max(sd, 1e-6) ** 2 - 1, 0.1);
  return [mean * size, (1 - mean) * size];
}

/**
 * @param {string} key
 * @param {Reach} reach
 */
function guess(key, { p05, p50, p95 }) {
  const unit = KEYS[key]?.[1];
  if (unit === "share") return 0.9;
  return key === "low" ? p05 : key === "high" ? p95 : p50;
}

/**
 * @param {number} value
 * @param {Kind} kind
 */
function inside(value, kind) {
  return Math.min(Math.max(value, 0.001), kind === "ratio" ? Infinity : 0.999);
}

/**
 * A distribution around what was a constant: the odds, or the ratio, may be half as large again either way.
 *
 * @param {number} value
 * @param {Kind} kind
 * @returns {Reach}
 */
function widened(value, kind) {
  if (kind === "ratio") return { p05: value / 1.5, p50: value, p95: value * 1.5 };
  const middle = Math.min(Math.max(value, 0.005), 0.995);
  const [low, high] = [1.5, 1 / 1.5].map((factor) => middle / (middle + (1 - middle) * factor));
  return { p05: low, p50: middle, p95: high };
}

/**
 * Three digits, counted from the nearer end of 0 to 1.
 *
 * @param {number} value
 */
function rounded(value) {
  const digits = (/** @type {number} */ number) => Number(number.toPrecision(3));
  return value > 0.5 && value < 1 ? Number((1 - digits(1 - value)).toPrecision(12)) : digits(value);
}
