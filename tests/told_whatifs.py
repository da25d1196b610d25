"""Summaries of what-ifs made by hand and at random, without a fit."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from estimative.reports.whatif import summary as told
from estimative.reports.whatif.summary import UNCONVERGED, WITHHELD, WhatIf
from estimative.reports.wording import term
from tests.comparisons import COMPUTATION, ENGINEER, FAILING, noisy, number
from tests.summaries import CHANCES, ERRORS, FAILED, FULL, IMPORTANCE, NUTS, interval


def chance(value: float, se: float = 0.0) -> told.Chance:
    """A probability with an interval from half to twice its odds; without an error it has no width."""
    ends = (value / (2 - value), 2 * value / (1 + value)) if se else (value, value)
    return told.Chance(
        probability=value, se=se, interval=interval(*ends, error=2 * se), term=term(value, se)
    )  # fmt: skip


def change(before: float, after: float, *, se: float = 0.0) -> told.Change:
    """Two probabilities, the difference four times as sure as either."""
    one, two = chance(before, se), chance(after, se)
    return told.Change(
        before=one, after=two, difference=number(after - before, se / 4), shift=shift(one, two, se=se / 4)
    )


def shift(before: told.Chance, after: told.Chance, *, se: float = 0.0) -> Any:
    """The difference of log-odds with its error, where there is one."""
    ends = (before.probability, after.probability)
    if not all(0 < p < 1 for p in ends):
        return None
    error = se / max(min(p * (1 - p) for p in ends), 1e-12)
    return number(math.log(ends[1] / (1 - ends[1])) - math.log(ends[0] / (1 - ends[0])), error)


def event(overall: told.Change, link: told.Change | None, **more: Any) -> told.Event:
    """An event that is told of before it happens, with or without a condition."""
    own: dict[str, Any] = {"when": "horizon", "given": (), "unless": (), **more}
    return told.Event(**own, overall=overall, given_previous=link)


def factor(title: str, before: float, after: float, set_to: float | None = None) -> told.Factor:
    """A factor whose level is known to half a per cent or better."""
    return told.Factor(title=title, before=number(before, 0.002), after=number(after, 0.002), set_to=set_to)


def supposed(kind: str, about: str, title: str, said: str = "") -> told.Supposed:
    """One supposition."""
    return told.Supposed(kind=kind, about=about, title=title, said=said)


EVERY_KIND = (
    supposed("another prior", "events.closing", "The county closes the bridge", "stated as 5 %: 0.1, 95 %: 0.6"),
    supposed("evidence left out", "dive", "A diver saw loose stones at the second pier"),
    supposed("intervention", "wear", "Wear of the piers", "to 0.9"),
    supposed("intervention", "repair", "The county repairs the dam", "not to happen"),
    supposed("condition", "rain", "Rain in the hills", "to stand at 0.3"),
    supposed("condition", "leak", "The dam leaks", "to be so"),
)
RISING = {
    "leak": event(change(0.117, 1.0, se=0.001), change(0.117, 1.0, se=0.001), title="The dam leaks", when="now"),
    "repair": event(
        change(0.05, 0.0, se=0.0004),
        change(0.43, 0.0, se=0.003),
        title="The county repairs the dam",
        given=("leak",),
    ),
    "closing": event(
        change(0.0613, 0.52, se=0.0008),
        change(0.52, 0.71, se=0.004),
        title="The county closes the bridge",
        given=("leak",),
        unless=("repair",),
    ),
    "strike_of_the_ferrymen": event(
        change(0.2, 0.2, se=0.003), change(0.2, 0.2, se=0.003), title="The ferrymen strike"
    ),
    "flood": event(
        change(0.031, 0.0, se=0.0005),
        None,
        title="The dam bursts though it was repaired",
        given=("repair",),
    ),
}
OUTCOMES = {
    "closed": told.Outcome(title="The bridge is closed to lorries", given=(), change=change(0.0613, 0.52, se=0.0008)),
    "closed_if_leak": told.Outcome(
        title="If the dam leaks, it is closed", given=("leak",), change=change(0.52, 0.52, se=0.004)
    ),
    "closed_and_ferries_idle": told.Outcome(
        title="It is closed, and nobody crosses the river by boat either",
        given=(),
        change=change(0.0000123, 0.0000041, se=0.0000008),
    ),
    "closed_though_repaired": told.Outcome(
        title="If the dam was repaired, it is closed", given=("repair",), change=None
    ),
}
FACTORS = {
    "wear": factor("Wear of the piers", 0.63, 0.63, set_to=0.9),
    "rain": factor("Rain in the hills", 0.5, 0.3),
    "silt": factor("Silt in the river", 0.41, 0.41),
}


def sweep(values: Mapping[float, float]) -> told.Sweep:
    """The outcomes and the events along the wear of the piers, all at the same few probabilities."""
    return told.Sweep(
        factor="wear",
        title="Wear of the piers.",
        low="as built",
        high="about to fall.",
        points=tuple(
            told.Point(
                value=value,
                outcomes={
                    "closed": chance(p, 0.0008),
                    "closed_if_leak": chance(min(2 * p, 1.0), 0.004),
                    "closed_and_ferries_idle": chance(p / 5000, 0.0000008),
                },
                events={
                    "leak": chance(1.0),
                    "repair": chance(0.0),
                    "closing": chance(min(1.5 * p, 1.0), 0.004),
                    "strike_of_the_ferrymen": chance(0.2, 0.003),
                },
            )
            for value, p in values.items()
        ),
    )


RICH = WhatIf(
    scenario=FULL.scenario,
    analyst=ENGINEER,
    after=NUTS,
    after_method="nuts",
    converged=True,
    caution="",
    supposed=EVERY_KIND,
    outcomes=OUTCOMES,
    events=RISING,
    factors=FACTORS,
    sweep=sweep({0.0: 0.21, 0.25: 0.33, 0.5: 0.41, 0.75: 0.47, 1.0: 0.58}),
    computation=COMPUTATION,
)
LOWER = {
    **RISING,
    "closing": replace(
        RISING["closing"], overall=change(0.0613, 0.034, se=0.0008), given_previous=change(0.52, 0.29, se=0.004)
    ),
    "leak": replace(RISING["leak"], overall=change(0.117, 0.13, se=0.001), given_previous=change(0.117, 0.13)),
    "repair": replace(
        RISING["repair"], overall=change(0.05, 0.056, se=0.0004), given_previous=change(0.43, 0.45, se=0.003)
    ),
}
LOWERING = replace(
    RICH,
    after=IMPORTANCE,
    after_method="importance",
    supposed=(supposed("intervention", "wear", "Wear of the piers", "to 0.1"),),
    outcomes={"closed": replace(OUTCOMES["closed"], change=change(0.0613, 0.034, se=0.0008))},
    events=LOWER,
    factors={"wear": factor("Wear of the piers", 0.63, 0.63, set_to=0.1), "silt": FACTORS["silt"]},
    sweep=None,
)
SWEPT = replace(RICH, after=IMPORTANCE, after_method="importance", supposed=(), sweep=sweep({0.0: 0.021, 1.0: 0.58}))
STILL = replace(
    LOWERING,
    supposed=(supposed("intervention", "repair", "The county repairs the dam", "to happen wherever it can"),),
    factors={"silt": FACTORS["silt"]},
    outcomes={"closed": replace(OUTCOMES["closed"], change=change(0.0613, 0.0614, se=0.0008))},
    events={"leak": RISING["leak"]},
)


def bare() -> WhatIf:
    """The least that can be told: no factor, every number exact, what was given is certain then."""
    heads = change(0.25, 1.0)
    return replace(
        RICH,
        scenario=replace(FULL.scenario, title="Two coins", question="Do both show heads?", headline="heads"),
        analyst=replace(ENGINEER, prior_set=replace(ENGINEER.prior_set, analyst="", confidence=None)),
        after=IMPORTANCE,
        after_method="importance",
        supposed=(supposed("condition", "heads", "Heads twice", "to happen"),),
        outcomes={"heads": told.Outcome(title="Heads twice", given=(), change=heads)},
        events={"heads": event(heads, heads, title="Heads twice", when="now")},
        factors={},
        sweep=None,
    )


ALLOWED = replace(RICH, after=FAILED, converged=False, caution=UNCONVERGED)


def withheld(found: WhatIf) -> WhatIf:
    """The same without a number."""
    return replace(found, caution=WITHHELD, outcomes={}, events={}, factors={}, sweep=None)


WHATIFS = {
    "whatif.full": RICH,
    "whatif.lowering": LOWERING,
    "whatif.still": STILL,
    "whatif.swept": SWEPT,
    "whatif.bare": bare(),
    "whatif.withheld": withheld(ALLOWED),
    "whatif.withheld-sweep": withheld(
        replace(SWEPT, analyst=FAILING, after=FAILED, after_method="nuts", converged=False)
    ),
    "whatif.told": ALLOWED,
}
"""By the name of their golden documents."""


@st.composite
def chances(draw: st.DrawFn) -> told.Chance:
    """Probabilities with intervals, at random."""
    value, se = draw(CHANCES), draw(ERRORS)
    low, high = sorted((draw(CHANCES), draw(CHANCES)))
    between = replace(interval(low, high), low_se=draw(ERRORS), high_se=draw(ERRORS))
    return told.Chance(probability=value, se=se, interval=between, term=term(value, se))


@st.composite
def changes(draw: st.DrawFn) -> told.Change:
    """Changes from one probability to another, at random."""
    before, after = draw(chances()), draw(chances())
    difference = number(after.probability - before.probability, draw(ERRORS))
    return told.Change(before=before, after=after, difference=difference, shift=shift(before, after, se=draw(ERRORS)))


@st.composite
def whatifs(draw: st.DrawFn) -> WhatIf:
    """What-ifs with and without a sweep, their numbers at random."""
    like = WHATIFS[draw(st.sampled_from(["whatif.full", "whatif.lowering", "whatif.swept", "whatif.bare"]))]

    def outcome(one: told.Outcome) -> told.Outcome:
        return replace(one, change=draw(changes()) if one.change else None)

    def happening(one: told.Event) -> told.Event:
        return replace(one, overall=draw(changes()), given_previous=draw(changes()) if one.given_previous else None)

    def level(one: told.Factor) -> told.Factor:
        return replace(one, before=draw(noisy(CHANCES)), after=draw(noisy(CHANCES)))

    def point(one: told.Point) -> told.Point:
        outcomes, events = ({name: draw(chances()) for name in names} for names in (one.outcomes, one.events))
        return replace(one, outcomes=outcomes, events=events)

    along = like.sweep
    return replace(
        like,
        outcomes={name: outcome(one) for name, one in like.outcomes.items()},
        events={name: happening(one) for name, one in like.events.items()},
        factors={name: level(one) for name, one in like.factors.items()},
        sweep=replace(along, points=tuple(map(point, along.points))) if along else None,
    )
