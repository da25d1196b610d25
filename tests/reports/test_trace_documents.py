"""What is told of a trace: equations, statements, evidence, numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings

from estimative.reports.blocks import Heading, Listing, Paragraph, Table
from estimative.reports.document import NEVERTHELESS
from estimative.reports.summary import Quantity, to_json
from estimative.reports.trace.document import EQUATIONS as MEANS
from estimative.reports.trace.document import TERMS, document
from estimative.reports.trace.summary import UNCONVERGED, Equation, Trace
from estimative.reports.wording import percent, rounded
from tests.comparisons import FAILING
from tests.reports.test_comparison_documents import DECIBANS, share_and_error, strange, tables, texts
from tests.reports.test_golden import on_terminal
from tests.reports.test_numbers import NUMBER, numbers
from tests.traces import LONG, STATED, TRACES, traces

RICH, OF_AN_EVENT, OF_AN_EFFECT, OF_A_FACTOR = list(TRACES.values())[:4]
OF_THE_FORM = {0.0, 203.0}
"""Nothing, and the number of the directive that the words come from."""


def after(found: Trace, heading: str) -> list[object]:
    """The blocks between a heading that starts like this and the next one."""
    blocks = document(found)
    start = next(i for i, block in enumerate(blocks) if isinstance(block, Heading) and block.text.startswith(heading))
    end = next(i for i in range(start + 1, len(blocks) + 1) if i == len(blocks) or isinstance(blocks[i], Heading))
    return list(blocks[start + 1 : end])


def terms(equation: Equation) -> Iterator[tuple[str, ...]]:
    """What the summands of an equation are told as, but for their names."""
    for one in equation.terms:
        value = rounded(one.value.value, one.value.se)
        if one.driver:
            told = f"x {value}"
        else:
            told = percent(one.value.value, one.value.se) if equation.form == "odds" else f"{value} a year"
        level = "-"
        if one.level:
            error = one.level.se
            level = percent(one.level.value, error) if one.of_event else rounded(one.level.value, max(error, 0.005))
        yield (told, level, share_and_error(DECIBANS * one.contribution.value, DECIBANS * one.contribution.se))
    if equation.told:
        yield ("-", "-", share_and_error(DECIBANS * equation.told.value, DECIBANS * equation.told.se))


@settings(max_examples=25, deadline=None)
@given(found=traces())
def test_every_summand_has_its_row(found: Trace) -> None:
    """Each equation is told term by term: value, level, what it adds; a table of chances entry by entry."""
    for name, equation in found.equations.items():
        (table,) = (block for block in after(found, f"{name}: ") if isinstance(block, Table))
        if equation.entries:
            assert list(table.rows) == [
                (key.removeprefix(f"tables.{name}."), percent(one.value, one.se))
                for key, one in equation.entries.items()
            ]
        else:
            assert [row[1:] for row in table.rows] == list(terms(equation))


def test_summands_are_named_by_what_they_do() -> None:
    """A driver is named with its direction, an event with its condition, what is told of the event last."""
    (table,) = (block for block in after(RICH, "closing: ") if isinstance(block, Table))
    assert [row[0] for row in table.rows] == [
        "baseline, factors at their middle",
        "wear raises it",
        "rain_in_the_hills_above_the_dam lowers it",
        f"{LONG} raises it, if it has happened",
        "what is told of it",
    ]


def test_what_terms_mean_is_told_where_there_are_some() -> None:
    """Value, level and what is added are explained where an equation has terms, and not beside tables alone."""
    assert f"{MEANS} {TERMS}" in texts(document(RICH))
    assert MEANS in texts(document(OF_AN_EVENT))
    assert not any(TERMS in text for text in texts(document(OF_AN_EVENT)))
    assert not any(MEANS in text for text in texts(document(OF_A_FACTOR)))


def test_an_event_that_cannot_be_has_no_equation() -> None:
    """Of an event whose own condition cannot be so there is its chance overall, and no equation."""
    assert after(RICH, "flood: ") == [
        Paragraph(text="Its own condition cannot be so; overall 6.1 %."),
        Paragraph(text=f"{MEANS} {TERMS}"),
    ]


def points(found: Trace, heading: str) -> list[str]:
    """The points of the listing under a heading."""
    return [point for block in after(found, heading) if isinstance(block, Listing) for point in block.points]


def mean(one: Quantity, *, before: bool) -> str:
    """A mean by the rule of digits."""
    spread = one.prior if before else one.posterior
    return rounded(spread.mean, spread.se)


@settings(max_examples=25, deadline=None)
@given(found=traces())
def test_every_quantity_is_told_once(found: Trace) -> None:
    """Each quantity is told with what was said and what became of it: the target first, an item's with the item."""
    everything = {**{f"factors.{name}": one for name, one in found.factors.items()}, **found.quantities}
    told = [point for block in document(found) if isinstance(block, Listing) for point in block.points]
    for name, one in everything.items():
        if name.startswith(("evidence.", "motives.")):
            said = [point for point in told if f": {one.statement}, mean {mean(one, before=False)} after" in point]
        else:
            said = [point for point in told if point.startswith(f"{name}: {one.title}. Stated: {one.statement}")]
            moved = f"mean {mean(one, before=True)} before the evidence, {mean(one, before=False)} after"
            assert ("held constant" if one.constant else moved) in said[0]
        assert len(said) == 1


def test_an_item_is_told_with_its_likelihood_and_its_motive() -> None:
    """What was said of an item's likelihood, and of the motive behind it, stands with the item, each with reasons."""
    (dive, gauge) = points(RICH, "The evidence that bears on it")
    assert "Stated: beta 2 3, mean 2.9 after the evidence, because: Divers are seldom wrong. " in dive
    assert "Motive behind it: 0.1 to 0.7, most likely 0.3, mean 0.34 after the evidence, because: She sells" in dive
    assert dive.endswith("It counts 0.5.")
    assert "Stated" not in gauge
    assert "It counts" not in gauge
    behind = points(RICH, "The quantities behind it")
    assert not any(point.startswith(("evidence.", "motives.")) for point in behind)


def test_a_quantity_that_is_asked_for_comes_first() -> None:
    """Of a quantity the statement comes first, and it is not told again among those behind it."""
    assert [block.text for block in document(OF_AN_EFFECT) if isinstance(block, Heading)][1] == "What was said of it"
    told = f"effects.closing.{LONG}: "
    assert sum(text.startswith(told) for text in texts(document(OF_AN_EFFECT))) == 1


@pytest.mark.parametrize("target", ["factors.wear", "events.closing", "evidence.dive", "motives.dive"])
def test_what_was_asked_for_is_told_of_a_failed_fit_too(target: str) -> None:
    """If the numbers of a failed fit were asked for, whatever quantity was asked for is told, under the caution."""
    found = replace(OF_A_FACTOR, analyst=FAILING, converged=False, caution=UNCONVERGED, target=target)
    if target != "factors.wear":
        found = replace(found, factors={}, quantities={target: STATED[target]})
    (said,) = points(found, "What was said of it")
    assert said.startswith(f"{target}: ")
    assert NEVERTHELESS not in texts(document(found))


def test_headings_do_not_skip_a_level() -> None:
    """No heading stands more than one level below the one before it."""
    for found in TRACES.values():
        levels = [block.level for block in document(found) if isinstance(block, Heading)]
        assert all(lower - upper <= 1 for upper, lower in pairwise(levels))


def derived(found: Trace) -> Iterator[float]:
    """What a document reckons from the numbers of a trace."""
    for equation in found.equations.values():
        for odds in (*(one.contribution for one in equation.terms), equation.told):
            if odds:
                yield from (DECIBANS * odds.value, DECIBANS * odds.se)


@settings(max_examples=25, deadline=None)
@given(found=traces())
def test_every_number_comes_from_the_summary(found: Trace) -> None:
    """Each number in a document is one of the summary or follows from it, rounded to the digits that are shown."""
    plain = [*numbers(json.loads(to_json(found))), *derived(found)]
    assert not strange(document(found), plain, OF_THE_FORM)


def test_long_names_leave_room_for_numbers() -> None:
    """However long the names of drivers are, no number is cut or folded on a terminal of 80 columns."""
    closing = RICH.equations["closing"]
    renamed = tuple(replace(one, driver="n" * 64 if one.driver else "") for one in closing.terms)
    found = replace(RICH, equations={"closing": replace(closing, terms=renamed)})
    words = set(re.split(r"\s+", on_terminal(document(found))))
    cells = [cell for table in tables(document(found)) for row in table.rows for cell in row[1:]]
    assert not [cell for cell in cells if not {part for part in cell.split() if NUMBER.fullmatch(part)} <= words]
