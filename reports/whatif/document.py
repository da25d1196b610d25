"""What is said of a what-if, in which order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from estimative.reports import wording
from estimative.reports.blocks import Block, Document, Heading, IntervalPlot, IntervalRow, Listing, Paragraph, Table
from estimative.reports.document import NEVERTHELESS, SECOND_ORDER, alone, cautions_of, introduction_of, method_of
from estimative.reports.whatif import wording as words
from estimative.reports.whatif.summary import Chance, Change, Event, Factor, Sweep, WhatIf


def document(found: WhatIf) -> Document:
    """What a person reads after a what-if."""
    return tuple(_document(found))


def _document(found: WhatIf) -> Iterator[Block]:
    yield from introduction_of(found.scenario, found.analyst, "what if")
    yield from cautions_of(found.caution, {"As assessed": found.analyst.verdict, "As supposed": found.after})
    if found.caution and not found.told:
        yield Paragraph(text=NEVERTHELESS)
    yield Heading(text="What is supposed")
    if found.supposed:
        yield Listing(points=tuple(map(words.supposed, found.supposed)))
    else:
        yield Paragraph(text=words.nothing())
    if found.told:
        if found.supposed:
            yield from _changes(found)
        if found.sweep:
            yield from _sweep(found, found.sweep)
    yield from method_of(
        {
            "As assessed": (found.analyst.method, found.analyst.verdict),
            "As supposed": (found.after_method, found.after),
        },
        found.scenario,
        found.analyst.prior_set,
        found.computation,
    )
    if found.told:
        yield Paragraph(text=SECOND_ORDER)


def _changes(found: WhatIf) -> Iterator[Block]:
    yield Heading(text="What it changes")
    yield Paragraph(text=words.headline(found.outcomes[found.scenario.headline].title, found.headline), strong=True)
    if against := words.against(found):
        yield Paragraph(text=against)
    yield Table(
        header=("Outcome", "Before", "After", "Points", "Decibans"),
        rows=tuple((one.title, *_cells(one.change)) for one in found.outcomes.values()),
    )
    yield Heading(text="Events, each under its own condition", level=3)
    yield Table(
        header=("Event", "Given", "Before", "After", "Points"),
        rows=tuple((name, *_link(event)) for name, event in found.events.items()),
        text_columns=frozenset({0, 1}),
    )
    yield from _factors(found)
    yield Paragraph(text=DIFFERENCES)


DIFFERENCES = (
    "Points are percentage points, after less before; decibans the same of the odds (10 of them are a factor of 10). "
    "Fits by importance sampling share their random numbers, so that a difference can be surer than either number."
)


def _cells(change: Change | None) -> tuple[str, str, str, str]:
    if change is None:
        return ("-", "cannot be so", "-", "-")
    return (
        wording.percent(change.before.probability, change.before.se),
        wording.percent(change.after.probability, change.after.se),
        words.points(change),
        words.shift(change),
    )


def _link(event: Event) -> tuple[str, ...]:
    return (wording.condition(event.given, event.unless), *_cells(event.given_previous)[:3])


def _factors(found: WhatIf) -> Iterator[Block]:
    """What is believed of today's levels, where that changes."""
    rows = [row for row in map(_factor, found.factors.values()) if row[1] != row[2] or row[3] != AS_IT_IS]
    if not found.factors:
        return
    if not rows:
        yield Paragraph(text="What is believed of the factors' levels today stays as it is.")
        return
    yield Heading(text="Factors: what is believed of their level today", level=3)
    yield Table(header=("Factor (0 to 1)", "Before", "After", "From now on"), rows=tuple(rows))


AS_IT_IS = "as it is"


def _factor(one: Factor) -> tuple[str, str, str, str]:
    before, after = (wording.rounded(level.value, max(level.se, 0.005)) for level in (one.before, one.after))
    return (one.title, before, after, AS_IT_IS if one.set_to is None else f"set to {one.set_to:g}")


def _sweep(found: WhatIf, sweep: Sweep) -> Iterator[Block]:
    yield Heading(text=f"{alone(sweep.title)} from {sweep.points[0].value:g} to {sweep.points[-1].value:g}")
    yield Paragraph(
        text=f"An intervention at each value, all else as supposed. 0: {alone(sweep.low)}; 1: {alone(sweep.high)}."
    )
    yield Paragraph(text=words.swept(found), strong=True)
    headline = found.scenario.headline
    mass = sweep.points[0].outcomes[headline].interval.mass
    yield IntervalPlot(
        rows=tuple(
            IntervalRow(
                label=f"{point.value:g}",
                point=point.outcomes[headline].probability,
                low=point.outcomes[headline].interval.low,
                high=point.outcomes[headline].interval.high,
            )
            for point in sweep.points
        ),
        key=f"● the headline, ├─┤ its {100 * mass:g} % interval; ┊ borders of the ICD 203 words and powers of ten.",
    )
    yield from _along(sweep, list(found.outcomes), [point.outcomes for point in sweep.points])
    yield Paragraph(text="Events along it, each under its own condition:")
    yield from _along(sweep, list(found.events), [point.events for point in sweep.points])


def _along(sweep: Sweep, names: Sequence[str], chances: Sequence[Mapping[str, Chance]]) -> Iterator[Block]:
    """Probabilities at each value, in as many tables as it takes to keep names in one piece."""
    for some in _fitting(names, COLUMNS - len(sweep.factor)):
        yield Table(
            header=(sweep.factor, *some),
            rows=tuple(
                (f"{point.value:g}", *(_percent(there.get(name)) for name in some))
                for point, there in zip(sweep.points, chances, strict=True)
            ),
        )


COLUMNS = 80
"""Of a terminal."""
GAP = 2
"""Columns between two columns of a table."""


def _fitting(names: Sequence[str], room: int) -> Iterator[tuple[str, ...]]:
    """As many names at a time as stand side by side."""
    some: list[str] = []
    for name in names:
        if some and sum(len(one) + GAP for one in (*some, name)) > room:
            yield tuple(some)
            some = []
        some.append(name)
    yield tuple(some)


def _percent(chance: Chance | None) -> str:
    """A probability; a dash where its condition cannot be so."""
    return wording.percent(chance.probability, chance.se) if chance else "-"
