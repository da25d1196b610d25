"""Chances that are stated from different days on: a difference between analysts, and what a pool makes of it."""

from __future__ import annotations

import datetime
import math

import pytest
from msgspec.structs import replace

from estimative.model.assessment import Assessment, assess, differences
from estimative.model.disagreement.attribution import attribute
from estimative.model.disagreement.pool import consensus
from estimative.model.inference.refit import Fitter
from estimative.model.spec.events import Event
from tests.prior_sets import prior_set_for
from tests.scenarios import scenario_of

AS_OF, UNTIL = datetime.date(2026, 1, 1), datetime.date(2030, 1, 1)


def stated_on(day: datetime.date, name: str, chance: float = 0.4) -> Assessment:
    event = Event(id="strike", title="", timing="anytime")
    scenario = replace(scenario_of(event, all=("strike",)), as_of=AS_OF, until=UNTIL)
    return assess(scenario, replace(prior_set_for(scenario, {"events.strike": chance}, name=name), date=day))


def chance(day: datetime.date, stated: float = 0.4) -> float:
    return 1 - (1 - stated) ** ((UNTIL - AS_OF).days / (UNTIL - day).days)


def test_the_same_chance_from_another_day_on_is_another_belief() -> None:
    """The whole difference is attributed to it."""
    early, late = stated_on(datetime.date(2022, 1, 1), "early"), stated_on(AS_OF, "late")
    assert differences([early, late]) == ("events.strike",)
    fitter = Fitter(assessments=(early, late), seed=1, method="importance")
    found = attribute(fitter, fitter.fit(early), fitter.fit(late)).decomposition
    expected = [math.log(p / (1 - p)) for p in (chance(datetime.date(2022, 1, 1)), 0.4)]
    assert found.total.value == pytest.approx(expected[0] - expected[1], rel=1e-9)
    assert [share.name for share in found.inputs] == ["events.strike"]


def test_a_pool_of_priors_runs_from_the_mean_of_their_days() -> None:
    """With one day it is that day; with two it lies between, by weight."""
    early, late = stated_on(datetime.date(2022, 1, 1), "early"), stated_on(AS_OF, "late")
    same = consensus({"late": late, "other": stated_on(AS_OF, "other", 0.5)}, {"late": 0.5, "other": 0.5})
    assert same.prior_set.date == AS_OF
    pooled = consensus({"early": early, "late": late}, {"early": 0.25, "late": 0.75})
    assert pooled.prior_set.date == datetime.date(2025, 1, 1)
    assert pooled.share is not None
    assert pooled.share.tolist() == pytest.approx([(UNTIL - AS_OF).days / (UNTIL - datetime.date(2025, 1, 1)).days])
