"""Analysis of competing hypotheses: both rankings, why they differ, and the matrix of likelihoods."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

from estimative.model.analysis.competing_hypotheses import (
    STEPS,
    CompetingHypotheses,
    Hypothesis,
    RatedEvidence,
    Reversal,
    Step,
)
from estimative.model.inference.mc_estimate import MCEstimate
from estimative.model.spec.scenario import Scenario
from estimative.priors.ratio_scale import ACH
from estimative.reports import phrases
from estimative.reports.blocks import Block, Heading, Listing, Paragraph, Table
from estimative.reports.context import Context
from estimative.reports.documents import common
from estimative.reports.number_format import DECIBANS, change, multiple, percent, plain_decibans, significant
from estimative.reports.phrases import listed, plain, plural, quoted
from estimative.reports.sheets import Sheet, sheet

MAX_HYPOTHESES = 5
"""Columns of the matrix; the other hypotheses are in the tables of numbers."""
MAX_REVERSALS, MAX_ITEMS, MAX_TITLE = 3, 3, 60
MAX_WORDS = 3
"""Hypotheses beside each other for which there is room for words; of more, the matrix has their codes."""
MAX_LABEL = 14
LABEL = re.compile(r"(\w{1,4}):")
ALIKE = math.log(1.05)
"""An item whose likelihoods differ by less separates nothing."""
VISIBLE = 0.05
"""Decibans that are not rounded to 0."""
TITLES: Mapping[Step, str] = {
    "inconsistent": "Ratings as inconsistent, each item in full: what the classic count sees",
    "consistent": "Ratings as neutral or consistent, which the count leaves out",
    "numbers": "Likelihoods that were stated as numbers",
    "origins": "Items of one origin, which repeat each other and count together",
    "prior": "Probabilities before the evidence",
    "other": "All other evidence and inputs",
}
REASONS: Mapping[Step, str] = {
    "inconsistent": "the sizes of the inconsistencies, which the count does not see",
    "consistent": "how consistent the other items are with them, which the count leaves out",
    "numbers": "likelihoods that were stated as numbers",
    "origins": "repeated sources: items of one origin count together, and the count takes each in full",
    "prior": "their probabilities before the evidence",
    "other": "other evidence and inputs",
}
OVERALL = (
    "The hypotheses hold only under a condition ({condition}). These probabilities are overall, whether or not it is "
    "met. Other tables have them under the condition."
)
CLASSIC = (
    "Count: inconsistencies, as the analysis of competing hypotheses counts them (Heuer 1999). An item that is "
    "inconsistent counts 1, one that is very inconsistent 2, as in the program ACH of PARC. Weighted: the same, with "
    "items of one origin counted together, as they are in the probability."
)


def competing_hypotheses(results: Sequence[CompetingHypotheses], context: Context) -> Iterator[Block]:
    """Both rankings of the hypotheses of each event, why they differ, and the matrix; nothing without hypotheses."""
    for result in results:
        event = context.scenario.events[result.event]
        title = "Analysis of competing hypotheses"
        yield Heading(text=title if len(results) == 1 else f"{title}: {plain(event.title)}")
        yield from _rankings(result, context.scenario)
        yield from _reversals(result, context.scenario)
        yield from _matrix(result, context.scenario)


def _title(result: CompetingHypotheses, state: str, scenario: Scenario) -> str:
    return plain(scenario.events[result.event].state_title(state))


def _has_condition(result: CompetingHypotheses, scenario: Scenario) -> bool:
    event = scenario.events[result.event]
    return bool(event.given or event.unless)


def _rankings(result: CompetingHypotheses, scenario: Scenario) -> Iterator[Block]:
    yield Paragraph(text=_answer(result, scenario), strong=True)
    event, conditional = scenario.events[result.event], _has_condition(result, scenario)
    if conditional:
        condition = quoted(phrases.condition(event.given, event.unless, scenario))
        yield Paragraph(text=OVERALL.format(condition=condition))
    header: tuple[str, ...] = ("Hypothesis", "Overall" if conditional else "Probability", "Prior", "Rank")
    rows = [_hypothesis(result, row, scenario) for row in result.hypotheses]
    if result.counted:
        header = (*header, "Count", "Weighted", "Rank by count")
    yield common.shortened(Table(header=header, rows=tuple(row[: len(header)] for row in rows)))
    if result.counted:
        yield Paragraph(text=CLASSIC)


def _answer(result: CompetingHypotheses, scenario: Scenario) -> str:
    """Which hypothesis leads, and whether both rankings agree on it."""
    leaders = [row for row in result.hypotheses if row.rank == 1 and row.probability]
    if not leaders:
        return "No hypothesis has a probability that is known well enough."
    overall = " overall" if _has_condition(result, scenario) else ""
    lead = f"Most probable{overall}: {listed([_with_probability(result, row, scenario) for row in leaders])}"
    lead += ", too close to tell apart." if len(leaders) > 1 else "."
    if not result.counted:
        return lead
    fewest = [row for row in result.hypotheses if row.classic_rank == 1]
    names = listed([quoted(_title(result, row.state, scenario)) for row in fewest])
    if not any(row in fewest for row in leaders):
        return f"{lead} Fewest inconsistencies: {names}. The two rankings differ."
    same = len(leaders) == 1 and leaders == fewest
    also = "It also has the fewest inconsistencies" if same else f"Fewest inconsistencies: {names}"
    return (
        f"{lead} {also}, {'but further down the rankings differ' if result.reversals else 'and both rankings agree'}."
    )


def _with_probability(result: CompetingHypotheses, row: Hypothesis, scenario: Scenario) -> str:
    number = row.probability.posterior if row.probability else None
    return f"{quoted(_title(result, row.state, scenario))} ({percent(number) if number else '-'})"


def _hypothesis(result: CompetingHypotheses, row: Hypothesis, scenario: Scenario) -> tuple[str, ...]:
    number = row.probability
    chances = (percent(number.posterior), percent(number.prior)) if number else ("-", "-")
    counts = str(row.inconsistencies), f"{row.weighted:.3g}", str(row.classic_rank)
    return _title(result, row.state, scenario), *chances, str(row.rank) if number else "-", *counts


def _reversals(result: CompetingHypotheses, scenario: Scenario) -> Iterator[Block]:
    if not result.reversals:
        return
    yield Heading(text="Why the rankings differ", level=3)
    for reversal in result.reversals[:MAX_REVERSALS]:
        yield Paragraph(text=_why(result, reversal, scenario))
        yield _steps(result, reversal, scenario)
        yield Listing(points=tuple(_details(result, reversal, scenario)))
    if (more := len(result.reversals) - MAX_REVERSALS) > 0:
        yield Paragraph(text=f"{plural(more, 'more pair is', 'more pairs are')} ranked differently.")


def _why(result: CompetingHypotheses, reversal: Reversal, scenario: Scenario) -> str:
    counts = {row.state: row.inconsistencies for row in result.hypotheses}
    upper, lower = reversal.more_probable, reversal.preferred
    more, fewer = (quoted(_title(result, state, scenario)) for state in (upper, lower))
    return (
        f"{more} has {plural(counts[upper], 'inconsistency', 'inconsistencies')} and {fewer} {counts[lower]}. Yet "
        f"{more} is {multiple(reversal.log_odds)} times as probable. The order is reversed by "
        f"{REASONS[reversal.reversed_by]}."
    )


def _steps(result: CompetingHypotheses, reversal: Reversal, scenario: Scenario) -> Table:
    """The terms of the log-odds with their running sum; those that are nothing are left out."""
    terms = reversal.terms
    sums = dict(zip(STEPS, accumulate(terms[step].value for step in STEPS), strict=True))
    rows = [(_step_title(step, terms[step]), _decibans(terms[step].value), _decibans(sums[step])) for step in STEPS
            if abs(DECIBANS * terms[step].value) >= VISIBLE]  # fmt: skip
    name = _short(_title(result, reversal.more_probable, scenario))
    return Table(
        header=(f"For \u201c{name}\u201d, in decibans", "Adds", "Sum"),
        rows=(*rows, ("Result", "", plain_decibans(reversal.log_odds))),
    )


def _step_title(step: Step, term: MCEstimate) -> str:
    return TITLES[step] if step != "other" or significant(term) else "Simulation error"


def _decibans(value: float) -> str:
    return change(DECIBANS * value, VISIBLE)


def _details(result: CompetingHypotheses, reversal: Reversal, scenario: Scenario) -> Iterator[str]:
    """The items that distinguish the two most, and what alone reverses the order."""
    items = [item for item in reversal.items if abs(DECIBANS * item.counted) >= VISIBLE]
    more = _short(_title(result, reversal.more_probable, scenario))
    for item in items[:MAX_ITEMS]:
        title = quoted(scenario.evidence[item.name].title)
        counted = _decibans(item.counted)
        less = f" (in full {_decibans(item.full)})" if _decibans(item.full) != counted else ""
        yield f"{title}: {counted} decibans for \u201c{more}\u201d{less}."
    yield _alone(reversal, scenario)


def _alone(reversal: Reversal, scenario: Scenario) -> str:
    """What reverses the order by itself."""
    names = [_term(name, scenario) for name in reversal.decisive[:MAX_ITEMS]]
    if not names:
        return "No single item or term reverses the order by itself: several do so together."
    if rest := len(reversal.decisive) - len(names):
        names.append(plural(rest, "other", "others"))
    return f"{'Each of these' if len(names) > 1 else 'This'} reverses the order by itself: {listed(names)}."


def _term(name: str, scenario: Scenario) -> str:
    section, _, rest = name.partition(".")
    match section:
        case "evidence":
            return quoted(scenario.evidence[rest].title)
        case "origin":
            return f"counting the items of {_origin(rest, scenario)} together"
        case "prior":
            return "the probabilities before the evidence"
        case "consistent":
            return "all ratings as neutral or consistent"
    return "the other evidence and inputs"


def _origin(name: str, scenario: Scenario) -> str:
    """What items of one origin share: the title of their source, if it is one."""
    sources = {item.source for item in scenario.evidence.values() if item.origin == name}
    only = scenario.sources.get(sources.pop()) if len(sources) == 1 else None
    return quoted(only.title) if only else f"the origin {quoted(name)}"


def _matrix(result: CompetingHypotheses, scenario: Scenario) -> Iterator[Block]:
    """The likelihoods, those items first that separate the hypotheses most."""
    shown = [row.state for row in result.hypotheses[:MAX_HYPOTHESES]]
    items = sorted(result.items, key=lambda item: -item.separation)
    codes = len(shown) > MAX_WORDS
    titles = [_label(_title(result, state, scenario)) if codes else _title(result, state, scenario) for state in shown]
    rows = [
        (
            plain(scenario.evidence[item.name].title),
            *(_cell(item, s, codes=codes) for s in shown),
            _factor(item.separation),
        )
        for item in items
    ]
    yield Heading(text="The matrix: likelihoods of the items", level=3)
    table = Table(
        header=("Item", *titles, "Separates"), rows=tuple(rows), text_columns=frozenset(range(len(shown) + 1))
    )
    yield common.shortened(table)
    if text := _alike(result, scenario):
        yield Paragraph(text=text)
    yield Paragraph(text=" ".join(_matrix_notes(result)))


def _matrix_notes(result: CompetingHypotheses) -> Iterator[str]:
    yield (
        "How probable each item is under each hypothesis, of which only ratios count. Separates: the largest of these "
        "ratios, as much as the item counts."
    )
    if (rest := len(result.hypotheses) - MAX_HYPOTHESES) > 0:
        yield f"Not shown: the {plural(rest, 'least probable hypothesis', 'least probable hypotheses')}."
    if any(word in ACH.words for item in result.items for word in item.words.values()):
        if len(result.hypotheses) > MAX_WORDS:
            yield f"Ratings: {listed([f'{band.words[-1].upper()} {band.words[0]}' for band in ACH.bands])}."
        yield f"Words: {ACH.title} scale. {ACH.source}"


def _alike(result: CompetingHypotheses, scenario: Scenario) -> str:
    """Items that say nothing about which hypothesis is true; empty without any."""
    alike = [item for item in result.items if item.separation < ALIKE]
    titles = [quoted(scenario.evidence[item.name].title) for item in alike[:MAX_ITEMS]]
    if len(alike) > MAX_ITEMS:
        titles.append(f"{len(alike) - MAX_ITEMS} more")
    return f"Of no diagnostic value, being as probable under every hypothesis: {listed(titles)}." if alike else ""


def _cell(item: RatedEvidence, state: str, *, codes: bool) -> str:
    """The word that was stated, or its code, and the likelihood."""
    number, word = f"{item.likelihoods[state]:.2g}", item.words.get(state)
    band = ACH.band(word) if word else None
    written = band.words[-1].upper() if band and codes else word
    return f"{written} ({number})" if written else number


def _factor(separation: float) -> str:
    return "-" if separation < ALIKE else multiple(MCEstimate(value=separation))


def _short(title: str, longest: int = MAX_TITLE) -> str:
    return title if len(title) <= longest else f"{title[: longest - 1].rstrip()}\u2026"


def _label(title: str) -> str:
    """What a hypothesis is called above a narrow column: the label that its title begins with, or its first letters."""
    label = LABEL.match(title)
    return label[1] if label else _short(title, MAX_LABEL)


def sheets(results: Sequence[CompetingHypotheses], context: Context) -> tuple[Sheet, ...]:
    """Rankings, the matrix in long form, and what reverses the order, in natural log-odds; none without hypotheses."""
    if not results:
        return ()
    scenario = context.scenario
    events = [(result, {"event": result.event}) for result in results]
    return (
        sheet(
            "hypotheses",
            [{**e, "title": _title(r, row.state, scenario), "": row} for r, e in events for row in r.hypotheses],
        ),
        sheet("ratings", [row for r, e in events for item in r.items for row in _ratings(r, item, e, scenario)]),
        sheet("reversals", [{**e, "": _without_items(row)} for r, e in events for row in r.reversals]),
    )


def _ratings(
    result: CompetingHypotheses, item: RatedEvidence, event: Mapping[str, str], scenario: Scenario
) -> Iterator[Mapping[str, object]]:
    title = plain(scenario.evidence[item.name].title)
    for row in result.hypotheses:
        yield {
            **event,
            "item": item.name,
            "title": title,
            "state": row.state,
            "word": item.words.get(row.state),
            "likelihood": item.likelihoods[row.state],
            "weight": item.weight,
        }


def _without_items(row: Reversal) -> Mapping[str, object]:
    names = ("preferred", "more_probable", "log_odds", "terms", "reversed_by", "decisive")
    return {name: getattr(row, name) for name in names}
