// @ts-check
/**
 * What the server sends, by the names of its own types, and the state of the page.
 *
 * @typedef {{value: number, se: number, low: number, high: number, text: string, interval: string, word: string}}
 *   ProbabilityView
 * @typedef {{id: string, title: string, posterior: ProbabilityView, prior: ProbabilityView | null, judgement: string}}
 *   OutcomeView
 * @typedef {{id: string, title: string, condition: string, conditional: ProbabilityView | null,
 *   overall: ProbabilityView | null}} EventView
 * @typedef {{mean: number, sd: number, p05: number, p50: number, p95: number, se: number}} Summary
 * @typedef {{id: string, title: string, low: string, high: string, prior: Summary, posterior: Summary}} FactorView
 * @typedef {{outcomes: OutcomeView[], events: EventView[], factors: FactorView[], notes: BlockView[]}} AnswerView
 *
 * @typedef {{label: string, point: number, low: number, high: number, before: number | null}} IntervalRow
 * @typedef {{block: "Heading", text: string, level: number}
 *   | {block: "Paragraph", text: string, strong: boolean}
 *   | {block: "Caution", text: string}
 *   | {block: "Listing", points: string[]}
 *   | {block: "Table", header: string[], rows: string[][], text_columns: number[], nowrap_columns: number[]}
 *   | {block: "Code", lines: string[]}
 *   | {block: "IntervalPlot", rows: IntervalRow[], key: string, thresholds: number[]}} BlockView
 *
 * @typedef {{label: string, title: string, constant: boolean, logarithmic: boolean, x: number[], y: number[], p05: number, p50: number,
 *   p95: number, text: string, missed: string[]}} DistributionView
 * @typedef {{[key: string]: unknown}} Inline
 * @typedef {string | number | Inline} Statement
 * @typedef {{name: string, statement: Statement, form: string, said: string, because: string, source: string,
 *   whose: string, changed: boolean, distributions: DistributionView[]}} BeliefView
 * @typedef {{statement: Statement, because: string, source: string}} Belief
 * @typedef {{[name: string]: Belief}} Beliefs
 * @typedef {"degree" | "probability" | "ratio" | "weight"} Kind
 * @typedef {{name: string, group: string, title: string, meaning: string, kind: Kind, forms: string[],
 *   states: string[], titles: {[state: string]: string}, scales: string[], ratio: string, chances: boolean}} InputView
 * @typedef {{name: string, keys: string[], optional: string[]}} FormView
 * @typedef {{id: string, title: string, states: string[]}} ThingView
 * @typedef {{name: string, analyst: string, file: string, shipped: boolean, confidence: string, changes: string[],
 *   beliefs: {[name: string]: BeliefView}}} AnalystView
 * @typedef {{word: string, low: number, high: number}} BandView
 * @typedef {{revision: number,
 *   scenario: {id: string, title: string, question: string, as_of: string, until: string, headline: string},
 *   scale: {title: string, bands: BandView[]}, words: {[scale: string]: string[]}, forms: FormView[],
 *   inputs: InputView[], analysts: AnalystView[], factors: ThingView[], events: ThingView[], evidence: ThingView[],
 *   indicators: ThingView[], undo: string, redo: string, damaged: string[],
 *   recovered: {analyst: string, written: string, inputs: string[], outdated: boolean}[]}} DeskView
 * @typedef {{answer: AnswerView | null, why: string, beliefs: BeliefView[]}} Preview
 * @typedef {{name: string, text: string}} IssueView
 * @typedef {{part: string, at: number, answer: AnswerView | null, blocks: BlockView[], error: string, done: number,
 *   total: number | null, stage?: string, run?: string}} Part
 *
 * @typedef {{view: AnswerView, kind: "fit" | "nuts", revision: number, dates: BlockView[]}} Settled
 *   An analyst's answer at rest.
 * @typedef {{view: AnswerView | null, why: string}} Live
 *   The answer from the draws at hand.
 * @typedef {{blocks: BlockView[], error: string, revision: number, at: number}} Analysis
 * @typedef {{stage: string, done: number, total: number | null}} Progress
 * @typedef {{name: string, beliefs: {[name: string]: BeliefView}, issues: IssueView[]}} Draft
 *   What the open input would state, not yet made.
 * @typedef {{phase: "opening" | "ready" | "stopped", notice: string, desk: DeskView | null, at: number, open: string,
 *   draft: Draft | null, live: Live | null, answers: (Settled | undefined)[],
 *   ghosts: (ProbabilityView | undefined)[], parts: {[name: string]: Analysis}, resting: boolean, restError: string,
 *   thorough: Progress | null, saved: {[name: string]: BeliefView}[], announcement: string}} State
 */
export {};
