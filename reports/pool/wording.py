"""What each way to pool assumes, and what a record says of those who are pooled."""

from __future__ import annotations

from collections.abc import Mapping

from estimative.reports.pool.summary import Measured, Outcome, Pool, Record, Scores, Weight
from estimative.reports.summary import Number
from estimative.reports.wording import listed, one_digit, percent, plural, rounded

NAMES: Mapping[tuple[str, str], str] = {
    ("linear", "after"): "answers, linear",
    ("logarithmic", "after"): "answers, logarithmic",
    ("linear", "before"): "priors, linear",
    ("logarithmic", "before"): "priors, logarithmic",
}
ASSUMES: Mapping[tuple[str, str], str] = {
    ("linear", "after"): "assumes that one of the analysts is right, each with the probability of their weight "
    "whatever was seen, and that nobody knows which; the mean of their answers keeps every doubt alive and is led by "
    "whoever sees most danger",
    ("logarithmic", "after"): "assumes that the analysts look at the same evidence and differ by degrees; their "
    "odds are averaged as factors, so that one who is nearly certain moves the answer far, and one who is certain "
    "decides it; it is taken outcome by outcome, and the pools of several outcomes need not fit together",
    ("linear", "before"): "assumes that the analysts are rival models of which one is right; the figures first shift "
    "the weights towards those who foretold them, and only then are answers averaged",
    ("logarithmic", "before"): "assumes that the analysts first agree on one prior for each quantity, where all of "
    "them can follow (the surest lead, and a constant decides), and learn from the evidence as one",
}


def name(pool: Pool) -> str:
    """Which pool this is."""
    return NAMES[pool.kind, pool.stage]


def assumption(pool: Pool) -> str:
    """What a pool assumes, in a sentence."""
    kind = f"{'Answers after' if pool.stage == 'after' else 'Priors before'} the evidence, {pool.kind} pool"
    lacking = f" There is none here: {pool.lacking}." if pool.lacking else ""
    return f"{kind}: {ASSUMES[pool.kind, pool.stage]}.{lacking}"


def amount(number: Number | None) -> str:
    """A probability to the digits of its error."""
    return "none" if number is None else percent(number.value, number.se)


def weight(found: Weight) -> str:
    """In per cent, with its standard error where it has one: "24 ± 6 %"."""
    if not found.error:
        return percent(found.weight, 0.0005)
    exact = 0.1 * found.error  # the weight is what is reckoned with; the error says how far the record bears it out
    return f"{rounded(found.weight, max(exact, 0.0005), places=2)} ± {one_digit(100 * found.error)} %"


def members(outcome: Outcome) -> str:
    """From whom to whom the members of a pool reach."""
    ordered = sorted(outcome.analysts.items(), key=lambda pair: pair[1].probability)
    (low_name, low), (high_name, high) = ordered[0], ordered[-1]
    apart = f"from {percent(low.probability, low.se)} ({low_name}) to {percent(high.probability, high.se)}"
    return f"The analysts reach {apart} ({high_name}): a pool is no agreement."


def extremizing(factor: float) -> str:
    """What extremizing does."""
    lead = f"Extremized: the log-odds of each pool times {factor:g}."
    if factor < 1:
        return f"{lead} A factor below 1 draws every pool towards even odds."
    return (
        f"{lead} It assumes that each analyst knows something that the others do not; where all have read the same, it "
        "only exaggerates."
    )


def score(found: Measured) -> str:
    """With its standard error: "0.21 ± 0.04"."""
    if found.value is None:
        return "infinite"
    if not found.error:
        return rounded(found.value, 0.0)
    return f"{rounded(found.value, found.error / 10)} ± {one_digit(found.error)}"


def record(found: Record) -> str:
    """Where weights by score come from."""
    return (
        f"Weights from {found.file}, {found.title} ({found.source}). Scores are penalties: less is better. "
        "Errors take the analysts' scores as independent, which makes those of weights too large on common questions."
    )


def few(found: Record) -> str:
    """A warning, or nothing."""
    counts = {name: scores.resolved for name, scores in found.analysts.items() if scores.few}
    if not counts:
        return ""
    told = listed(
        [f"{name} ({plural(count, 'resolved question', 'resolved questions')})" for name, count in counts.items()]
    )
    return f"Fewer than 20 resolved questions: {told}. Weights from so few are mostly noise; see their standard errors."


def different(found: Record) -> str:
    """A warning, or nothing."""
    if found.same_questions:
        return ""
    return "The analysts were not scored on the same questions: who met the easier ones has the better score."


def never(scores: Mapping[str, Scores]) -> str:
    """A note on infinite scores, or nothing."""
    names = [name for name, one in scores.items() if one.log.value is None]
    return f"{listed(names)} gave probability 0 to something that came about." if names else ""
