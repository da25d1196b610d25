"""A rolling assessment: the same scenario a month later, with two new items of evidence and one prior changed."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from msgspec.structs import replace

from estimative.model.assessment import Assessment
from estimative.model.spec.evidence import Indicator, Testimony
from estimative.model.spec.scenario import Scenario
from estimative.priors.statements import BetaStated, LognormalStated, Statement
from tests.prior_sets import assessed
from tests.small import weather

STATED: Mapping[str, Statement | float] = {
    "factors.damp": BetaStated(a=2, b=2),
    "events.rain": BetaStated(a=2, b=6),
    "events.flood": LognormalStated(mu=-1.5, sigma=0.4),
    "effects.rain.damp": LognormalStated(mu=1.1, sigma=0.3),
    "evidence.cloud": LognormalStated(mu=0.7, sigma=0.2),
    "evidence.puddle": 4.0,
}
GAUGE = Indicator(id="gauge", about="flood", supports=True, title="The river gauge rises", source="")
FARMER = Testimony(id="farmer", about="rain", claims=True, motive="damp", title="A farmer speaks of rain", source="")
NEWS: Mapping[str, Statement | float] = {"evidence.gauge": 3.0, "evidence.farmer": LognormalStated(mu=1.0, sigma=0.3)}


def month_later(scenario: Scenario) -> Scenario:
    """The scenario as of a month later, with two more items."""
    later = scenario.as_of + datetime.timedelta(days=31)
    return replace(scenario, as_of=later, evidence={**scenario.evidence, "gauge": GAUGE, "farmer": FARMER})


def rolling() -> tuple[Assessment, Assessment]:
    """The assessment, and that of a month later, by which rain is more probable."""
    before = assessed(weather(), STATED)
    after = assessed(month_later(weather()), {**STATED, **NEWS, "events.rain": BetaStated(a=3, b=6)})
    return before, after
