"""What is said of a record: how many judgements, how they fared, how far so few can tell."""

from __future__ import annotations

from estimative.reports.score.summary import Band, Judgement, Measured, Record, Scores
from estimative.reports.wording import listed, one_digit, percent, plural, rounded

CLEAR = 2.0
"""Standard errors; a bias of more is called one."""
ANSWERS = {True: "yes", False: "no", None: "void"}
NOTHING = (
    "Once it is known what came about of what a run foretold: estimative resolve RUN --happened yes --on DATE "
    "--because SOURCE."
)
ONCE = (
    "Each analyst's judgement on a question counts once: that of the last resolved run made before the answer was "
    "there, which is the one that stood when it came. A question is an outcome of a scenario by its horizon."
)
SCORES = (
    "Scores are penalties: 0 is perfect. Brier: the squared distance between probability and outcome, on average; "
    "always saying 50 % scores 0.25. Logarithmic: the surprise at what came about, on average, in nats; always saying "
    "50 % scores 0.69. Skill: 1 is perfect, 0 no better than to say the base rate of these very questions each time, "
    "which no one knew beforehand, and below 0 worse than that."
)
ERRORS = (
    "Standard errors take all judgements on one scenario, whoever made them and of whichever outcome, for one piece "
    "of luck."
)
PARTS = (
    "Brier score = reliability - resolution + uncertainty + within bands (Murphy 1973). Reliability: how far what was "
    "said lies from how often it came about; less is better. Resolution: how far the bands differ in that; more is "
    "better. Uncertainty: of the questions, and nobody's merit. From few judgements the first two come out too large."
)


def heading(found: Record) -> str:
    """What there is."""
    if not found.analysts:
        return "Record of judgements: none scored yet"
    analysts = plural(len(found.analysts), "analyst", "analysts")
    return f"Record of judgements: {analysts}, {len(found.counted):,} scored"


def counted(found: Record) -> str:
    """How many judgements there are of each sort."""
    scored = found.overall
    lead = (
        f"{plural(scored.count, 'judgement', 'judgements')} on {plural(scored.questions, 'question', 'questions')} "
        f"from {plural(scored.scenarios, 'scenario', 'scenarios')}."
        if scored
        else ""
    )
    others = [
        plural(count, one, many)
        for count, one, many in (
            (found.earlier, "earlier judgement", "earlier judgements"),
            (found.void, "void one", "void ones"),
        )
        if count
    ]
    return f"{lead} Not scored: {listed(others)}.".strip() if others else lead


def whence(found: Record) -> str:
    """Which ledger, and by what it can be known again."""
    if not found.lines:
        return f"There is nothing in {found.ledger}."
    corrected = f", {found.corrected:,} of them corrected by later ones" if found.corrected else ""
    lines = plural(found.lines, "line", "lines")
    return f"{found.ledger}: {lines}{corrected}; the digest of the last is {found.digest}."


def few(found: Record) -> str:
    """A warning, or nothing."""
    counts = [
        f"{name} ({plural(one.questions, 'question', 'questions')})"
        for name, one in found.analysts.items()
        if one.few
    ]  # fmt: skip
    if not counts:
        return ""
    return (
        f"Fewer than 20 resolved questions: {listed(counts)}. Scores from so few say more of the questions than of "
        "whoever answered them."
    )


def unresolved(count: int) -> str:
    """A note on runs that could be resolved as well, or nothing."""
    if not count:
        return ""
    runs = plural(count, "kept run", "kept runs")
    verb = "is" if count == 1 else "are"
    return f"{runs} of the same scenarios and prior sets {verb} not resolved: a record of chosen runs would flatter."


def different(found: Record) -> str:
    """A warning, or nothing."""
    if found.same_questions:
        return ""
    return "The analysts were not scored on the same questions: who met the easier ones has the better score."


def never(found: Record) -> str:
    """A note on infinite scores, or nothing."""
    names = [name for name, one in found.analysts.items() if one.log.value is None]
    return f"{listed(names)} gave probability 0 to what came about." if names else ""


def score(found: Measured) -> str:
    """With its standard error: "0.21 ± 0.04"."""
    if found.value is None:
        return "infinite"
    return _with_error(found.value, found.error, signed=False)


def skill(found: Measured | None) -> str:
    """With its standard error: "+0.30 ± 0.1"; a dash where there is no reference."""
    if found is None:
        return "-"
    if found.value is None:
        return "minus infinity"
    return _with_error(found.value, found.error, signed=True)


def _with_error(value: float, error: float | None, *, signed: bool) -> str:
    if not error:
        return rounded(value, 0.0, signed=signed)
    told = rounded(value, error / 10, signed=signed)
    return told if told.startswith("less") else f"{told} ± {one_digit(error)}"


def part(value: float, of: Measured) -> str:
    """A part of a score, to the digits of the whole."""
    return rounded(value, (of.error or 0.0) / 10)


def came_about(found: Scores | Band) -> str:
    """How often: "12 of 34 (35 %)"."""
    return f"{found.came_about:,} of {found.count:,} ({percent(found.came_about / found.count, 0.005)})"


def reach(band: Band) -> str:
    """The interval of a frequency, in whole per cent."""
    low, high = (rounded(end, 0.005, places=2) for end in (band.low, band.high))
    return f"{low} to {high} %"


def mean(scores: Scores | Band) -> str:
    """What was said, on average."""
    return percent(scores.said.value, scores.said.se)


def bias(scores: Scores) -> str:
    """Whether things came about as often as was said, as far as one can tell; no full stop."""
    told = f"{mean(scores)} said on average, {came_about(scores)} came about"
    if scores.bias.value is None or scores.bias.error is None:
        return f"From one scenario nobody can tell a bias: {told}"
    if abs(scores.bias.value) <= CLEAR * scores.bias.error:
        return f"No bias beyond chance: {told}"
    return f"{'Less' if scores.bias.value > 0 else 'More'} came about than was said: {told}"


def seen(scores: Scores) -> str:
    """The same for a picture, which says first that questions are few."""
    if not scores.few:
        return bias(scores)
    questions = plural(scores.questions, "question", "questions")
    return f"Too few to tell ({questions}): {mean(scores)} said on average, {came_about(scores)} came about"


def outside(scores: Scores) -> str:
    """In which bands frequencies and judgements do not fit together."""
    off = [band.term for band in scores.bands if not band.low <= band.said.value <= band.high]
    count = len(scores.bands)
    if not off:
        where = "the one band in use" if count == 1 else f"each of {count} bands"
        return f"What was said lies within the interval of how often it came about in {where}."
    bands = f"{len(off)} of {plural(count, 'band', 'bands')} ({listed(off)})"
    return f"In {bands} what was said lies outside of the interval; by chance that happens in one of ten."


def answer(one: Judgement) -> str:
    """What became of it; of a judgement that another one replaced, that it is an earlier one."""
    told = ANSWERS[one.happened]
    return told if one.counted or one.happened is None else f"{told}, earlier"


def ahead(one: Judgement) -> str:
    """How many days before the answer it was given."""
    return "-" if one.happened is None else f"{one.lead:,}"


def said(one: Judgement) -> str:
    """The probability of a judgement."""
    return percent(one.probability, one.se)


def resolved(one: Judgement, *, title: str, given: tuple[str, ...]) -> str:
    """What was noted, in a sentence: what became of it, and who had said what of it."""
    had = f"{one.analyst} had said {said(one)}"
    condition = f", though its condition ({listed(given)}) did" if given else ""
    match one.happened:
        case True:
            return f"{title}: came about on {one.on}. {had}, {plural(one.lead, 'day', 'days')} before."
        case False:
            ahead = f"{plural(one.lead, 'day', 'days')} before the time was over"
            return f"{title}: did not come about{condition}. {had}, {ahead}."
        case _:
            return f"{title}: void, so that it is counted but not scored. {had}."


def interval(found: Record) -> str:
    """What the intervals are."""
    kind = f"{100 * found.mass:g} %, of the frequency of such things (Jeffreys)"
    return f"Intervals: {kind}; the fewer judgements, the wider."


def left_out(count: int) -> str:
    """How many judgements are not listed."""
    return f"{plural(count, 'earlier line', 'earlier lines')} of the ledger left out here; --json tells every one."


def noted(ledger: str, line: int, digest: str, corrects: int | None) -> str:
    """Where a resolution stands, and the digest by which all lines up to it can be known again."""
    corrected = f", which corrects line {corrects}" if corrects else ""
    return f"Line {line} of {ledger}{corrected}. Its digest is {digest}."
