"""How much effort a fit makes: more draws where that is all that is lacking, another proposal where it is not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from msgspec.structs import replace

from estimative.model.assessment import Assessment
from estimative.model.inference import fit as fitting
from estimative.model.inference import importance_sampling as importance
from estimative.model.spec.events import Driver, Event
from estimative.model.spec.evidence import Indicator
from estimative.priors.statements import BetaStated, ByState, Constant, LognormalStated, Statement
from tests import prior_sets
from tests.scenarios import SAID, scenario_of

FEW = 1000
"""Draws of a first attempt, for as many states."""
STATES = tuple(f"s{index}" for index in range(6))
SHARES = ByState(parts=tuple((state, Constant(value=1 / 6)) for state in STATES), worth=8.0)


def chain_of_states(count: int) -> Assessment:
    """Events of six states in a chain, with an indicator of each."""
    statements: dict[str, Statement | float] = {"factors.f": BetaStated(a=2, b=2), "factors.g": BetaStated(a=2, b=2)}
    events, items = [], []
    for index in range(count):
        names = ["f", "g", *([f"e{index - 1}=s1"] if index else [])]
        drivers = tuple(Driver(name=name, sign=1, state="s1") for name in names)
        events.append(Event(id=f"e{index}", title="", states=STATES, drivers=drivers))
        items.append(Indicator(id=f"i{index}", about=f"e{index}=s1", supports=True, **SAID))
        statements |= {f"events.e{index}": SHARES, f"evidence.i{index}": LognormalStated(mu=0.7, sigma=0.3)}
        statements |= {f"effects.e{index}.{name}": LognormalStated(mu=1, sigma=0.4) for name in names}
    scenario = scenario_of(*events, factors=("f", "g"), evidence=tuple(items), all=(f"e{count - 1}=s1",))
    return prior_sets.assessed(scenario, statements)


def test_probabilities_that_lack_draws_get_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 36 states a few miss the check of their intervals: four times the draws from the same proposal will do."""
    proposals = []

    def counted(*arguments: Any, **options: Mapping[str, Any]) -> importance.FittedProposal:
        proposals.append(options)
        return importance.fit_proposal(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(fitting, "fit_proposal", counted)
    monkeypatch.setattr(importance, "LADDER", (replace(importance.FIRST, draws=FEW), *importance.LADDER[1:]))
    posterior = fitting.by_importance(chain_of_states(6), seed=1)
    assert len(proposals) == 1
    assert posterior.draws.count == importance.MORE * FEW
    assert posterior.verdict.passed
    assert not posterior.unreliable
