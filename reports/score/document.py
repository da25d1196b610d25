"""What is said of a record, in which order: how much there is before how it fared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from estimative.reports.blocks import Block, Document, Heading, Listing, Paragraph, Table
from estimative.reports.score import wording as words
from estimative.reports.score.summary import Decomposition, Record, Scores

EVERYONE = "all together"
MOST = 20
"""Judgements that are listed, the last ones."""


def document(found: Record) -> Document:
    """What a person reads of a record."""
    return tuple(_document(found))


def _document(found: Record) -> Iterator[Block]:
    yield Heading(text=words.heading(found), level=1)
    lead = (words.counted(found), "" if found.overall else words.NOTHING, words.unresolved(found.open_runs))
    for text in filter(None, lead):
        yield Paragraph(text=text)
    for warning in filter(None, (words.few(found), words.different(found), words.never(found))):
        yield Paragraph(text=warning, strong=True)
    if found.overall:
        rows = _rows(found)
        yield from _scores(rows)
        yield from _calibration(rows, found)
        yield from _decomposition(rows)
    if found.judgements:
        yield from _judgements(found)
    yield Heading(text="Method")
    if found.overall:
        yield Paragraph(text=words.ONCE)
    yield Paragraph(text=words.whence(found))


def _rows(found: Record) -> dict[str, Scores]:
    """The analysts, and below them all together where there are several."""
    together = {EVERYONE: found.overall} if found.overall and len(found.analysts) > 1 else {}
    return {**found.analysts, **together}


def _scores(rows: Mapping[str, Scores]) -> Iterator[Block]:
    yield Heading(text="Scores")
    yield Table(
        header=("Analyst", "Came about", "Said, mean", "Brier score", "Logarithmic score"),
        rows=tuple(
            (
                name,
                words.came_about(one),
                words.mean(one),
                words.score(one.brier),
                words.score(one.log),
            )
            for name, one in rows.items()
        ),
    )
    yield Table(
        header=("Analyst", "Scenarios", "Skill, Brier", "Skill, logarithmic"),
        rows=tuple(
            (name, f"{one.scenarios:,}", words.skill(one.brier_skill), words.skill(one.log_skill))
            for name, one in rows.items()
        ),
    )
    yield Paragraph(text=words.SCORES)
    yield Paragraph(text=words.ERRORS)


def _calibration(rows: Mapping[str, Scores], found: Record) -> Iterator[Block]:
    yield Heading(text="Calibration: what was said, and how often it came about")
    yield Table(
        header=("Analyst", "ICD 203 word", "Said, mean", "Came about", f"{100 * found.mass:g} % interval"),
        rows=tuple(
            (name, band.term, words.mean(band), words.came_about(band), words.reach(band))
            for name, one in rows.items()
            for band in one.bands
        ),
        text_columns=frozenset({0, 1}),
    )
    yield Listing(points=tuple(f"{name}: {words.bias(one)}. {words.outside(one)}" for name, one in rows.items()))
    yield Paragraph(text=words.interval(found))


def _decomposition(rows: Mapping[str, Scores]) -> Iterator[Block]:
    parts = [_parts(name, one, one.decomposition) for name, one in rows.items() if one.decomposition]
    if parts:
        yield Heading(text="What the Brier score is made of", level=3)
        header = ("Analyst", "Reliability", "Resolution", "Uncertainty", "Within bands")
        yield Table(header=header, rows=tuple(parts))
        yield Paragraph(text=words.PARTS)


def _parts(name: str, scores: Scores, found: Decomposition) -> tuple[str, ...]:
    parts = (found.reliability, found.resolution, found.uncertainty, found.within)
    return (name, *(words.part(one, scores.brier) for one in parts))


def _judgements(found: Record) -> Iterator[Block]:
    shown = found.judgements[-MOST:]
    yield Heading(text="Judgements")
    yield Table(
        header=("Question", "Analyst", "Said", "Came about", "On", "Days ahead"),
        rows=tuple(
            (one.question, one.analyst, words.said(one), words.answer(one), one.on, words.ahead(one)) for one in shown
        ),
        text_columns=frozenset({0, 1, 3, 4}),
        nowrap_columns=frozenset({4}),
    )
    if left_out := len(found.judgements) - len(shown):
        yield Paragraph(text=words.left_out(left_out))
