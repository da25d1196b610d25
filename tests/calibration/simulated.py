"""Simulated worlds: true values drawn from the priors, and evidence drawn given the truth.

The simulation is written by hand in plain floats, independently of the package's equations, which are calibrated
against it. Evidence with a sampling distribution (a reading, a count, cases, a published forecast, an observed event)
is drawn for every world. The likelihood of indicators and testimony is known up to a constant only: these items are
the same in every world, and worlds are accepted with a probability proportional to their likelihood.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimative.model.assessment import Assessment
from estimative.model.spec.events import Driver, Event, Factor, Outcome
from estimative.model.spec.evidence import (
    Cases,
    Evidence,
    Exposure,
    Forecast,
    Indicator,
    Measurement,
    Observation,
    Testimony,
    Trials,
)
from estimative.model.spec.scenario import Scenario
from estimative.priors.statements import BetaStated, LognormalStated, Statement
from tests import prior_sets

AS_OF, UNTIL = datetime.date(2026, 1, 1), datetime.date(2030, 1, 1)
YEARS = (UNTIL - AS_OF).days / 365.25

BETAS: Mapping[str, tuple[float, float]] = {
    "factors.tension": (2, 2),
    "factors.readiness": (3, 2),
    "events.plan": (4, 6),
    "events.strike": (3, 5),
    "tables.drill.none": (2, 8),
    "tables.drill.plan": (6, 3),
}
LOGNORMALS: Mapping[str, tuple[float, float]] = {
    "events.incident": (math.log(0.15), 0.7),
    "effects.plan.tension": (math.log(4), 0.5),
    "effects.incident.tension": (math.log(5), 0.5),
    "effects.strike.incident": (math.log(4), 0.6),
    "effects.strike.readiness": (math.log(3), 0.5),
    "evidence.reading": (math.log(1.5), 0.3),
    "evidence.forecast": (math.log(0.8), 0.3),
    "evidence.denial": (math.log(4), 0.25),
    "evidence.neglect": (math.log(2), 0.2),
    "evidence.photograph": (math.log(2), 0.2),
}
INDEPENDENCE = 0.4
"""Of the two indicators, which share an origin."""
SHARED_ORIGIN = (1 + INDEPENDENCE) / 2
"""Weight of each of the two indicators."""
HIGHEST = math.exp(2 * (math.log(2) + 6 * 0.2) * SHARED_ORIGIN)
"""The greatest likelihood of both indicators; less than one world in 10^8 lies beyond six standard deviations."""
RECORD_YEARS = 10.0
QUIET, TENSE = {"incident": 0.0, "readiness": 0.2}, {"incident": 1.0, "readiness": 0.8}
QUIET_CASES, TENSE_CASES = 10, 6


@dataclass(frozen=True, kw_only=True)
class VaryingEvidence:
    """The evidence that differs from world to world."""

    reading: float
    count: int
    quiet: int
    """Cases without an incident that ended in a strike."""
    tense: int
    forecast: float
    """A published log-odds of trouble."""
    drill: bool


@dataclass(frozen=True, kw_only=True)
class World:
    """The true values and events, and the evidence about them."""

    values: Mapping[str, float]
    happened: Mapping[str, bool]
    evident: VaryingEvidence


def simulated(rng: np.random.Generator) -> World:
    """Draw a world from the joint distribution of quantities, events and evidence."""
    while True:
        values = {name: float(rng.beta(a, b)) for name, (a, b) in BETAS.items()}
        values |= {name: math.exp(rng.normal(mu, sigma)) for name, (mu, sigma) in LOGNORMALS.items()}
        happened = _happened(values, rng)
        if rng.random() < _acceptance(values, plan=happened["plan"]):
            return World(values=values, happened=happened, evident=_evident(values, happened, rng))


def _happened(values: Mapping[str, float], rng: np.random.Generator) -> dict[str, bool]:
    plan = bool(rng.random() < _plan(values))
    drill = bool(rng.random() < values["tables.drill.plan" if plan else "tables.drill.none"])
    incident = bool(rng.random() < -math.expm1(-YEARS * _rate(values)))
    strike = plan and bool(rng.random() < _strike(values, incident, values["factors.readiness"]))
    return {"plan": plan, "drill": drill, "incident": incident, "strike": strike}


def _plan(values: Mapping[str, float]) -> float:
    raised = math.log(values["effects.plan.tension"]) * (values["factors.tension"] - 0.5)
    return _expit(_logit(values["events.plan"]) + raised)


def _rate(values: Mapping[str, float]) -> float:
    """Incidents per year."""
    raised = math.log(values["effects.incident.tension"]) * (values["factors.tension"] - 0.5)
    return values["events.incident"] * math.exp(raised)


def _strike(values: Mapping[str, float], incident: float, readiness: float) -> float:
    """P(strike | plan), at the readiness given; readiness lowers it."""
    by_incident = math.log(values["effects.strike.incident"]) * incident
    by_readiness = math.log(values["effects.strike.readiness"]) * (readiness - 0.5)
    return _expit(_logit(values["events.strike"]) + by_incident - by_readiness)


def _trouble(values: Mapping[str, float]) -> float:
    """P(incident or strike) before any evidence."""
    calm = math.exp(-YEARS * _rate(values))
    return 1 - calm * (1 - _plan(values) * _strike(values, 0.0, values["factors.readiness"]))


def _acceptance(values: Mapping[str, float], *, plan: bool) -> float:
    """Likelihood of denial, neglect and photograph, scaled to at most 1."""
    motive = values["factors.readiness"]
    denial = motive + (1 - motive) / values["evidence.denial"] if plan else 1.0
    neglect = math.log(values["evidence.neglect"]) * (1 - values["factors.readiness"])
    photograph = math.log(values["evidence.photograph"]) * plan
    return denial * math.exp((neglect + photograph) * SHARED_ORIGIN) / HIGHEST


def _evident(values: Mapping[str, float], happened: Mapping[str, bool], rng: np.random.Generator) -> VaryingEvidence:
    return VaryingEvidence(
        reading=float(rng.normal(10 * values["factors.tension"], values["evidence.reading"])),
        count=int(rng.poisson(RECORD_YEARS * _rate(values))),
        quiet=int(rng.binomial(QUIET_CASES, _strike(values, QUIET["incident"], QUIET["readiness"]))),
        tense=int(rng.binomial(TENSE_CASES, _strike(values, TENSE["incident"], TENSE["readiness"]))),
        forecast=float(rng.normal(_logit(_trouble(values)), values["evidence.forecast"])),
        drill=happened["drill"],
    )


def assessed(evident: VaryingEvidence) -> Assessment:
    """Assess a world's scenario with the priors that it was drawn from."""
    statements: dict[str, Statement | float] = {
        **{name: BetaStated(a=a, b=b) for name, (a, b) in BETAS.items()},
        **{name: LognormalStated(mu=mu, sigma=sigma) for name, (mu, sigma) in LOGNORMALS.items()},
    }
    relevance, independence = {"record": 1.0, "precedents": 1.0}, {"tip": INDEPENDENCE}
    return prior_sets.assessed(scenario_of(evident), statements, relevance=relevance, independence=independence)


def scenario_of(evident: VaryingEvidence) -> Scenario:
    """The simulated scenario in the types of the package, with every kind of evidence."""
    events = [
        Event(id="plan", title="", when="now", drivers=(Driver(name="tension", sign=1),)),
        Event(id="drill", title="", when="now", form="table", table_parents=("plan",)),
        Event(id="incident", title="", form="rate", drivers=(Driver(name="tension", sign=1),)),
        Event(
            id="strike",
            title="",
            given=("plan",),
            drivers=(Driver(name="incident", sign=1), Driver(name="readiness", sign=-1)),
        ),
    ]
    outcomes = [
        Outcome(id="strike", title="", all=("strike",)),
        Outcome(id="trouble", title="", any=("incident", "strike")),
        Outcome(id="strike_if_plan", title="", all=("strike",), given=("plan",)),
    ]
    return Scenario(
        id="harbour",
        title="",
        question="",
        as_of=AS_OF,
        until=UNTIL,
        headline="strike",
        factors={name: Factor(id=name, title="", low="", high="") for name in ("tension", "readiness")},
        events={event.id: event for event in events},
        outcomes={outcome.id: outcome for outcome in outcomes},
        evidence={item.id: item for item in _items(evident)},
    )


def _items(evident: VaryingEvidence) -> list[Evidence]:
    common: dict[str, Any] = {"title": "", "source": ""}
    trials = (
        Trials(at=QUIET, successes=evident.quiet, of=QUIET_CASES),
        Trials(at=TENSE, successes=evident.tense, of=TENSE_CASES),
    )
    return [
        Measurement(id="reading", about="tension", value=evident.reading, unit="", at_low=0, at_high=10, **common),
        Exposure(id="record", about="incident", count=evident.count, years=RECORD_YEARS, **common),
        Cases(id="precedents", about="strike", trials=trials, **common),
        Forecast(id="forecast", about="trouble", probability=_expit(evident.forecast), **common),
        Observation(id="exercise", about="drill", happened=evident.drill, **common),
        Testimony(id="denial", about="plan", claims=False, motive="readiness", **common),
        Indicator(id="neglect", about="readiness", supports=False, origin="tip", **common),
        Indicator(id="photograph", about="plan", supports=True, origin="tip", **common),
    ]


def _expit(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def _logit(p: float) -> float:
    return math.log(p / (1 - p))
