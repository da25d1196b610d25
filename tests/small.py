"""An assessment small enough to be reckoned by hand: a flood that takes rain, which takes damp air."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from estimative.model.assessment import Assessment
from estimative.model.inference.draws import Draws, Method
from estimative.model.inference.posterior import Posterior, posterior_of
from estimative.model.likelihood.theta import Theta
from estimative.model.spec.events import Driver, Event, Factor, Outcome
from estimative.model.spec.evidence import Evidence, Indicator
from estimative.model.spec.quantities import Quantities
from estimative.model.spec.scenario import Scenario
from estimative.priors.statements import Statement
from tests.prior_sets import assessed

CLOUD = Indicator(id="cloud", about="damp", supports=True, title="", source="")
PUDDLE = Indicator(id="puddle", about="rain", supports=True, title="", source="")

HELD: Mapping[str, float] = {
    "factors.damp": 0.5,
    "events.rain": 0.25,
    "events.flood": 0.2,
    "effects.rain.damp": 3.0,
    "evidence.cloud": 2.0,
    "evidence.puddle": 4.0,
}
"""What each quantity is where nothing else is stated; a rate per year."""


def weather(evidence: Sequence[Evidence] = (CLOUD, PUDDLE), headline: str = "flood") -> Scenario:
    """Rain may come with damp air; a flood, at a yearly rate, only with rain."""
    events = [
        Event(id="rain", title="", drivers=(Driver(name="damp", sign=1),)),
        Event(id="flood", title="", form="rate", given=("rain",)),
    ]
    outcomes = [
        Outcome(id="flood", title="", all=("flood",)),
        Outcome(id="rain", title="", all=("rain",)),
        Outcome(id="flood_if_rain", title="", all=("flood",), given=("rain",)),
    ]
    return Scenario(
        id="weather",
        title="",
        question="",
        as_of=datetime.date(2026, 1, 1),
        until=datetime.date(2028, 1, 1),
        headline=headline,
        factors={"damp": Factor(id="damp", title="", low="", high="")},
        events={event.id: event for event in events},
        outcomes={outcome.id: outcome for outcome in outcomes},
        evidence={item.id: item for item in evidence},
    )


def small(statements: Mapping[str, Statement] | None = None, *, scenario: Scenario | None = None) -> Assessment:
    """The assessment in which these things are stated, and all else is held fixed."""
    scenario = weather() if scenario is None else scenario
    held = {name: HELD[name] for name in Quantities(scenario).all}
    return assessed(scenario, {**held, **(statements or {})})


def drawn(
    assessment: Assessment,
    values: Mapping[str, ArrayLike],
    weights: ArrayLike,
    *,
    method: Method = "importance",
    chains: int = 1,
) -> Posterior:
    """A posterior of draws made by hand: these values of these quantities, ratios as ratios, and HELD of the others."""
    shape = np.shape(weights)
    rows = {name: np.broadcast_to(np.asarray(values.get(name, HELD[name]), float), shape) for name in assessment.priors}
    quantities = assessment.structure.quantities
    theta = Theta(
        degree=np.array([rows[name] for name in quantities.degrees]),
        log_ratio=np.log([rows[name] for name in quantities.ratios]),
        weight=assessment.weight,
    )
    draws = Draws(
        method=method,
        theta=theta,
        weights=np.asarray(weights, dtype=float),
        chains=chains,
        diagnostics={
            **dict.fromkeys(("pareto_k", "pareto_k_headline", "beyond", "divergences"), 0.0),
            **dict.fromkeys(("pilot_memory", "pilot_difference", "unreached"), 0.0),
            "ebfmi": 1.0,
        },
    )
    return posterior_of(assessment, draws, seed=0)
