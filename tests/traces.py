"""Traces made by hand and at random, without a fit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from estimative.reports.summary import Event, Factor, Item, Outcome, Quantity
from estimative.reports.trace import summary as told
from estimative.reports.trace.summary import UNCONVERGED, WITHHELD, Trace
from tests.comparisons import COMPUTATION, ENGINEER, FAILING, LOG_ODDS, noisy, number
from tests.summaries import (
    CHANCES,
    ERRORS,
    EVENTS,
    FACTOR,
    FIRST,
    FIXED,
    FREE,
    FULL,
    ITEM,
    SECOND,
    SOURCES,
    numbers,
    probabilities,
    spread,
)


def baseline(event: str, value: float, adds: float) -> told.Term:
    """What is there when every factor stands in the middle and no driving event has happened."""
    return told.Term(
        quantity=f"events.{event}",
        driver="",
        direction="",
        value=number(value, 0.002),
        level=None,
        of_event=False,
        contribution=number(adds, 0.013),
    )


def term(effect: str, value: float, level: float, adds: float, **more: Any) -> told.Term:
    """What a driver adds: a factor that raises, unless something else is said."""
    own: dict[str, Any] = {"direction": "raises", "of_event": False, **more}
    return told.Term(
        quantity=f"effects.{effect}",
        driver=effect.partition(".")[2],
        value=number(value, 0.011),
        level=number(level, 0.002),
        contribution=number(adds, 0.004),
        **own,
    )


def equation(form: str, *terms: told.Term, **more: Any) -> told.Equation:
    """An equation of which nothing else is told."""
    own: dict[str, Any] = {"years": None, "entries": {}, "told": None, **more}
    return told.Equation(form=form, terms=terms, **own)


LONG = "strike_of_the_ferrymen_on_both_banks"
FLOOD = replace(EVENTS["closing"], title="The dam bursts.", given_previous=None)
STRIKE = replace(EVENTS["leak"], title="The ferrymen strike")
FOUR = {"leak": EVENTS["leak"], LONG: STRIKE, "closing": EVENTS["closing"], "flood": FLOOD}
EQUATIONS = {
    "leak": equation(
        "table",
        entries={"tables.leak.none": number(0.05), f"tables.leak.{LONG}+silt": number(0.617, 0.0013)},
        told=number(0.41, 0.004),
    ),
    LONG: equation("rate", baseline(LONG, 0.0712, -2.64), years=1.1643, told=number(-0.0001, 0.003)),
    "closing": equation(
        "odds",
        baseline("closing", 0.21, -1.325),
        term("closing.wear", 3.17, 0.63, 0.15),
        term("closing.rain_in_the_hills_above_the_dam", 2.0, 0.41, -0.062, direction="lowers"),
        term(f"closing.{LONG}", 5.34, 0.081, 1.675, of_event=True),
        told=number(1.099),
    ),
}
"""Of those whose own condition can be so."""
STATED = {
    "tables.leak.none": replace(FIXED, title="The dam leaks: none", statement="held at 0.05", source=""),
    "events.closing": FREE,
    f"effects.closing.{LONG}": replace(
        FREE,
        title=f"effect of {LONG} on closing",
        statement="5 %: 1.5, 95 %: 10",
        because="Nobody crosses\non foot.",
        source="inspection",
        prior=spread(4.567, 2.9),
        posterior=spread(5.3456, 3.1, se=0.021),
    ),
    "evidence.dive": replace(FIXED, statement="beta 2 3", constant=False, posterior=spread(2.871, 0.3, se=0.012)),
    "motives.dive": replace(
        FREE,
        title="motive behind: a diver saw loose stones",
        statement="0.1 to 0.7, most likely 0.3",
        because="She sells stones.",
        posterior=spread(0.345, 0.1, se=0.002),
    ),
}
GAUGE = replace(ITEM, about="leak", title="The gauge stands.", grade="", standing="", weight=1.0, source="inspection")
RICH = Trace(
    scenario=FULL.scenario,
    analyst=ENGINEER,
    converged=True,
    caution="",
    target="closed_if_leak",
    sort="outcome",
    outcome=SECOND,
    definition="closing and flood; none of repair, given leak",
    events=FOUR,
    equations=EQUATIONS,
    factors={"wear": FACTOR},
    quantities=STATED,
    evidence={"dive": ITEM, "gauge": GAUGE},
    sources=SOURCES,
    computation=COMPUTATION,
)
OF_AN_EVENT = replace(
    RICH,
    target="leak",
    sort="event",
    outcome=None,
    definition="",
    events={"leak": EVENTS["leak"]},
    equations={"leak": EQUATIONS["leak"]},
    factors={},
    quantities={"tables.leak.none": STATED["tables.leak.none"]},
    evidence={},
    sources={},
)
"""Of a table, with no evidence."""
OF_AN_EFFECT = replace(
    OF_AN_EVENT,
    target=f"effects.closing.{LONG}",
    sort="quantity",
    events={"closing": EVENTS["closing"]},
    equations={"closing": EQUATIONS["closing"]},
    quantities={f"effects.closing.{LONG}": STATED[f"effects.closing.{LONG}"]},
)
OF_A_FACTOR = replace(
    OF_AN_EFFECT, target="factors.wear", events={}, equations={}, factors={"wear": FACTOR}, quantities={}
)
"""One that drives nothing, and of which nothing has been seen."""
FAILED_FACTOR = replace(OF_A_FACTOR, analyst=FAILING, converged=False, caution=UNCONVERGED)
NONE = replace(
    RICH,
    analyst=FAILING,
    converged=False,
    caution=WITHHELD,
    outcome=None,
    events={},
    equations={},
    factors={},
    quantities={},
)
TRACES = {
    "trace.outcome": RICH,
    "trace.event": OF_AN_EVENT,
    "trace.effect": OF_AN_EFFECT,
    "trace.factor": OF_A_FACTOR,
    "trace.certain": replace(
        OF_AN_EVENT,
        target="closed",
        sort="outcome",
        outcome=replace(FIRST, **numbers(1.0, 0.0, 1.0, 1.0, 1.0)),
        definition="leak",
    ),
    "trace.withheld": NONE,
    "trace.told": FAILED_FACTOR,
}
"""By the name of their golden documents."""


@st.composite
def traces(draw: st.DrawFn) -> Trace:
    """Traces of several sorts, their numbers at random."""
    like = TRACES[draw(st.sampled_from(["trace.outcome", "trace.event", "trace.effect", "trace.factor"]))]
    odds, ratios = noisy(LOG_ODDS), noisy(st.floats(0.01, 50))

    def probable() -> dict[str, Any]:
        return vars(draw(probabilities()))

    def outcome(one: Outcome) -> Outcome:
        return replace(one, **probable())

    def happening(one: Event) -> Event:
        link = one.given_previous
        return replace(one, **probable(), given_previous=replace(link, **probable()) if link else None)

    def adding(one: told.Term) -> told.Term:
        value = draw(ratios if one.driver else noisy(CHANCES))
        return replace(one, value=value, level=draw(noisy(CHANCES)) if one.level else None, contribution=draw(odds))

    def equating(one: told.Equation) -> told.Equation:
        return replace(
            one,
            years=draw(st.floats(0.01, 60)) if one.years else None,
            terms=tuple(map(adding, one.terms)),
            entries={name: draw(noisy(CHANCES)) for name in one.entries},
            told=draw(st.none() | odds),
        )

    def stated[Sort: Quantity | Factor](one: Sort) -> Sort:
        before, after = (spread(draw(st.floats(0, 1)), 0.1, se=draw(ERRORS)) for _ in range(2))
        return replace(one, prior=before, posterior=after, constant=draw(st.booleans()))

    def counting(one: Item) -> Item:
        return replace(one, weight=draw(st.floats(0.001, 1)))

    return replace(
        like,
        outcome=outcome(like.outcome) if like.outcome else None,
        events={name: happening(one) for name, one in like.events.items()},
        equations={name: equating(one) for name, one in like.equations.items()},
        factors={name: stated(one) for name, one in like.factors.items()},
        quantities={name: stated(one) for name, one in like.quantities.items()},
        evidence={name: counting(one) for name, one in like.evidence.items()},
    )
