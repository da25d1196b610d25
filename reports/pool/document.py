"""What is said of a pool, in which order: its members first."""

from __future__ import annotations

from collections.abc import Iterator

from estimative.reports import wording
from estimative.reports.blocks import Block, Document, Heading, Listing, Paragraph, Table
from estimative.reports.comparison.document import cautions, dots, introduction, method, probabilities
from estimative.reports.document import NEVERTHELESS, SECOND_ORDER
from estimative.reports.pool import wording as words
from estimative.reports.pool.summary import Outcome, Pool, Record, Summary

LEARNT = (
    "After the evidence: what the figures, which compare the analysts on equal terms (see compare), make of the "
    "weights where priors are pooled linearly. What else was seen is left out of that, since it has no probability of"
    " its own."
)


def document(summary: Summary) -> Document:
    """What a person reads after pooling."""
    return tuple(_document(summary))


def _document(summary: Summary) -> Iterator[Block]:
    yield from introduction(summary.scenario, summary.analysts)
    yield from cautions(summary.caution, summary.analysts)
    if not summary.told:
        yield Paragraph(text=NEVERTHELESS)
    if summary.record:
        yield from _record(summary.record)
    yield from _weights(summary)
    headline = summary.scenario.headline
    if summary.told:
        yield from _in_full(summary.outcomes[headline], summary)
        yield from _others(summary)
    yield from method(summary.scenario, summary.analysts, summary.computation)
    if summary.told:
        yield Paragraph(text=SECOND_ORDER)


def _record(found: Record) -> Iterator[Block]:
    yield Heading(text="The analysts' record")
    yield Table(
        header=("Analyst", "Resolved", "Brier score", "Logarithmic score"),
        rows=tuple(
            (name, str(one.resolved), words.score(one.brier), words.score(one.log))
            for name, one in found.analysts.items()
        ),
    )
    yield Paragraph(text=words.record(found))
    for warning in (words.few(found), words.different(found), words.never(found.analysts)):
        if warning:
            yield Paragraph(text=warning, strong=True)
    yield Heading(text="Calibration: what was said, and how often it came about", level=3)
    yield Table(
        header=("Analyst", "ICD 203 word", "Count", "Said, mean", "Came about"),
        rows=tuple(
            (name, band.term, str(band.count), wording.percent(band.said, 0.005), wording.percent(band.happened, 0.005))
            for name, one in found.analysts.items()
            for band in one.calibration
        ),
        text_columns=frozenset({0, 1}),
    )


def _weights(summary: Summary) -> Iterator[Block]:
    learnt = any(one.learnt for one in summary.weights.values())
    yield Heading(text="Weights")
    yield Table(
        header=("Analyst", "Weight", *(("After the evidence",) if learnt else ())),
        rows=tuple(
            (name, words.weight(one), *((words.amount(one.learnt),) if learnt else ()))
            for name, one in summary.weights.items()
        ),
    )
    if learnt:
        yield Paragraph(text=LEARNT)


def _in_full(outcome: Outcome, summary: Summary) -> Iterator[Block]:
    yield Heading(text=outcome.title)
    yield dots(outcome.analysts)
    yield probabilities(outcome.analysts)
    yield Heading(text="The pools", level=3)
    yield _pools(outcome, summary)
    yield Paragraph(text=words.members(outcome), strong=True)
    yield Listing(points=tuple(words.assumption(pool) for pool in outcome.pools))
    if summary.extremizing is not None:
        yield Paragraph(text=words.extremizing(summary.extremizing))
    yield Heading(text="Leaving one out", level=3)
    yield Table(
        header=("Without", *map(words.name, outcome.pools)),
        rows=tuple((name, *(words.amount(pool.without[name]) for pool in outcome.pools)) for name in summary.weights),
    )


def _pools(outcome: Outcome, summary: Summary) -> Table:
    extremized = summary.extremizing is not None
    return Table(
        header=("Pool", "Probability ± MCSE", "ICD 203 word", *(("Extremized",) if extremized else ())),
        rows=tuple(
            (
                words.name(pool),
                _probability(pool),
                pool.term or "-",
                *((words.amount(pool.extremized),) if extremized else ()),
            )
            for pool in outcome.pools
        ),
        text_columns=frozenset({0, 2}),
    )


def _probability(pool: Pool) -> str:
    number = pool.probability
    return "none" if number is None else wording.percent_with_error(number.value, number.se)


def _others(summary: Summary) -> Iterator[Block]:
    others = [one for name, one in summary.outcomes.items() if name != summary.scenario.headline]
    if others:
        yield Heading(text="The other outcomes")
        yield Table(
            header=("Outcome", "Members", *map(words.name, others[0].pools)),
            rows=tuple(
                (one.title, _reach(one), *(words.amount(pool.probability) for pool in one.pools)) for one in others
            ),
        )


def _reach(outcome: Outcome) -> str:
    ordered = sorted(outcome.analysts.values(), key=lambda one: one.probability)
    low, high = ordered[0], ordered[-1]
    return f"{wording.percent(low.probability, low.se)} to {wording.percent(high.probability, high.se)}"
