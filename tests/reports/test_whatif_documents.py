"""What is told of a what-if: rows, columns, numbers, cautions."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings

from estimative.reports.blocks import Heading, IntervalPlot, Paragraph
from estimative.reports.summary import to_json
from estimative.reports.whatif import summary as told
from estimative.reports.whatif.document import document
from estimative.reports.whatif.summary import WhatIf
from estimative.reports.whatif.wording import HUGE, odds
from estimative.reports.wording import percent
from tests.comparisons import number
from tests.reports.test_comparison_documents import DECIBANS, headed, share_and_error, strange, tables, texts
from tests.reports.test_golden import on_terminal
from tests.reports.test_numbers import NUMBER, numbers
from tests.told_whatifs import WHATIFS, chance, whatifs

RICH, LOWERING, STILL, SWEPT, BARE = list(WHATIFS.values())[:5]
OF_THE_FORM = {0.0, 1.0, 10.0, 203.0}
"""The ends of a factor's scale, the factor that ten decibans are, and the directive's number."""


def rows(found: WhatIf, first: str) -> list[tuple[str, ...]]:
    """The rows of the table whose first column has this title."""
    (table,) = headed(document(found), first)
    return list(table.rows)


def amounts(change: told.Change | None) -> tuple[str, ...]:
    """Before, after, their difference in points and in decibans, each by its rule of digits."""
    if change is None:
        return ("-", "cannot be so", "-", "-")
    apart, shift = change.difference, change.shift
    return (
        percent(change.before.probability, change.before.se),
        percent(change.after.probability, change.after.se),
        share_and_error(100 * apart.value, 100 * apart.se),
        share_and_error(DECIBANS * shift.value, DECIBANS * shift.se) if shift else "-",
    )


@settings(max_examples=25, deadline=None)
@given(found=whatifs())
def test_every_outcome_and_every_event_has_its_row(found: WhatIf) -> None:
    """Each outcome and each event, under its own condition, is told before and after, with its difference."""
    if not found.supposed:
        return
    assert rows(found, "Outcome") == [(one.title, *amounts(one.change)) for one in found.outcomes.values()]
    assert [(row[0], *row[2:]) for row in rows(found, "Event")] == [
        (name, *amounts(one.given_previous)[:3]) for name, one in found.events.items()
    ]


@settings(max_examples=25, deadline=None)
@given(found=whatifs())
def test_every_value_of_a_sweep_has_its_row(found: WhatIf) -> None:
    """Along a sweep each outcome and each event has a column, a dash where it cannot be so, and no name is lost."""
    if not found.sweep:
        return
    along = headed(document(found), "wear")
    assert [name for table in along for name in table.header[1:]] == [*found.outcomes, *found.events]
    for table in along:
        for row, point in zip(table.rows, found.sweep.points, strict=True):
            there = {**point.outcomes, **point.events}
            assert row == (
                f"{point.value:g}",
                *(
                    percent(there[name].probability, there[name].se) if name in there else "-"
                    for name in table.header[1:]
                ),
            )


def test_names_along_a_sweep_stay_in_one_piece() -> None:
    """However many outcomes there are, no name at the head of a sweep's tables is broken on a terminal."""
    names = [f"outcome_{'n' * index}" for index in range(4, 26)]
    assert RICH.sweep
    points = tuple(
        replace(point, outcomes={"closed": point.outcomes["closed"], **{name: chance(0.1) for name in names}})
        for point in RICH.sweep.points
    )
    outcomes = {"closed": RICH.outcomes["closed"], **dict.fromkeys(names, RICH.outcomes["closed"])}
    found = replace(RICH, outcomes=outcomes, sweep=replace(RICH.sweep, points=points))
    assert {*names, *RICH.events} <= set(on_terminal(document(found)).split())
    assert len(headed(document(found), "wear")) < len(names)


def test_each_value_of_a_sweep_is_told_beside_its_dot() -> None:
    """However long the name of a factor, the plot of a sweep says at which value each dot stands."""
    assert RICH.sweep
    found = replace(RICH, sweep=replace(RICH.sweep, factor="n" * 64))
    (dots,) = (block for block in document(found) if isinstance(block, IntervalPlot))
    assert [row.label for row in dots.rows] == ["0", "0.25", "0.5", "0.75", "1"]
    assert [row.point for row in dots.rows] == [point.outcomes["closed"].probability for point in found.sweep.points]  # type: ignore[union-attr]


def test_only_factors_that_change_are_told() -> None:
    """A factor is told if its level or its setting changes; where none does a sentence says so."""
    assert rows(RICH, "Factor (0 to 1)") == [
        ("Wear of the piers", "0.63", "0.63", "set to 0.9"),
        ("Rain in the hills", "0.50", "0.30", "as it is"),
    ]
    as_it_is = Paragraph(text="What is believed of the factors' levels today stays as it is.")
    assert as_it_is in document(STILL)
    assert not headed(document(STILL), "Factor (0 to 1)")
    assert as_it_is not in document(RICH)


def test_without_factors_nothing_is_said_of_them() -> None:
    """A scenario without factors has neither a table of them nor a sentence about them."""
    assert not any("factors" in text for text in texts(document(BARE)))


def test_a_sweep_alone_changes_nothing() -> None:
    """Where nothing is supposed but a sweep, there is no before and after."""
    headings = [block.text for block in document(SWEPT) if isinstance(block, Heading)]
    assert headings[1:] == ["What is supposed", "Wear of the piers from 0 to 1", "Method"]
    assert Paragraph(text="Nothing but what is swept.") in document(SWEPT)
    assert not headed(document(SWEPT), "Outcome")


@pytest.mark.parametrize(
    ("shift", "told"),
    [
        (math.log(4), "Its odds are multiplied by 4: up by 6 decibans."),
        (-math.log(4), "Its odds are divided by 4: down by 6 decibans."),
        (800.0, "Its odds go up by 3,470 decibans."),
        (-800.0, "Its odds go down by 3,470 decibans."),
    ],
)
def test_a_factor_beyond_reading_is_told_in_decibans_alone(shift: float, told: str) -> None:
    """What changes the odds by more than a trillion, or by more than a float holds, is told in decibans."""
    assert odds(number(shift, 0.2)) == told


def against(found: WhatIf) -> list[str]:
    """The sentences on what moves the other way."""
    return [text for text in texts(document(found)) if text.startswith("Against that, ")]


def test_what_moves_the_other_way_is_told() -> None:
    """Events that move against the headline are told under their own condition, if they have one."""
    assert against(LOWERING) == [
        "Against that, leak rises from 11.7 % to 13.0 % and repair rises from 43 % to 45 % where it can happen at all."
    ]
    assert against(STILL) == []


def test_what_is_supposed_itself_is_no_surprise() -> None:
    """An event that was set or taken to be otherwise is not said to move against the headline."""
    assert against(RICH) == []
    unsupposed = replace(RICH, supposed=RICH.supposed[:1])
    assert against(unsupposed) == ["Against that, repair falls from 43 % to 0 % where it can happen at all."]


def derived(found: WhatIf) -> Iterator[float]:
    """What a document reckons from the numbers of a what-if."""
    changes = [one.change for one in found.outcomes.values()]
    changes += [change for one in found.events.values() for change in (one.overall, one.given_previous)]
    for change in changes:
        if change and change.shift:
            shift = change.shift
            yield from (DECIBANS * shift.value, DECIBANS * shift.se, math.exp(min(abs(shift.value), HUGE)))


@settings(max_examples=25, deadline=None)
@given(found=whatifs())
def test_every_number_comes_from_the_summary(found: WhatIf) -> None:
    """Each number in a document is one of the summary or follows from it, rounded to the digits that are shown."""
    plain = [*numbers(json.loads(to_json(found))), *derived(found)]
    assert not strange(document(found), plain, OF_THE_FORM)


@pytest.mark.parametrize("name", WHATIFS)
def test_no_digit_is_finer_than_its_error(name: str) -> None:
    """Where an error stands beside a number, the number's last digit counts at least that error."""
    for cell in (cell for table in tables(document(WHATIFS[name])) for row in table.rows for cell in row):
        if "\u00b1" in cell:
            value, error = NUMBER.findall(cell)
            assert 10.0 ** -len(value.partition(".")[2]) >= float(error) * 0.95
