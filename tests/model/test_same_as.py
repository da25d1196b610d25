"""One unknown under two names: equations, fixed values, variants and errors."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from estimative.model.assessment import Assessment, differences
from estimative.model.inference.fit import by_importance
from estimative.model.spec.events import Event, Outcome
from estimative.priors.errors import InvalidInput
from estimative.priors.statements import BetaStated, Constant, LognormalStated, SameAs, Statement
from tests.prior_sets import assessed
from tests.small import weather

RATE = LognormalStated(mu=-2.0, sigma=0.8)


def twins(second: Statement) -> Assessment:
    """Two events with a rate each, and the outcome that both happen."""
    events = {name: Event(id=name, title=name, form="rate") for name in ("first", "second")}
    both = Outcome(id="both", title="both", all=("first", "second"))
    chosen = {"events": events, "outcomes": {"both": both}, "headline": "both", "factors": {}}
    scenario = replace(weather(evidence=()), **chosen)
    return assessed(scenario, {"events.first": RATE, "events.second": second})


def test_what_is_one_unknown_varies_as_one() -> None:
    """Two events of one unknown rate happen together more often than two of two equal rates, by the exact amount."""
    assessment = twins(SameAs(name="events.first"))
    years = assessment.scenario.years
    rates = np.exp(-2.0 + 0.8 * np.random.default_rng(1).standard_normal(400_000))
    exact = np.mean(-np.expm1(-years * rates) * -np.expm1(-years * rates))
    tied, apart = (by_importance(each, seed=1).headline for each in (assessment, twins(RATE)))
    assert tied.value == pytest.approx(exact, abs=4 * tied.se + 0.001)
    assert tied.value > apart.value + 6 * (tied.se + apart.se)


def test_fixing_either_fixes_both() -> None:
    """Under both names it is the value at which one was fixed."""
    for name in ("events.first", "events.second"):
        fixed = twins(SameAs(name="events.first")).with_fixed(name, 0.2)
        assert {prior.family for prior in fixed.priors.values()} == {fixed.priors["events.first"].family}
        assert by_importance(fixed, seed=1).headline.se == 0


def test_it_is_one_input() -> None:
    """It is uncertain once, and two analysts who differ about it differ in one prior."""
    tied, other = twins(SameAs(name="events.first")), twins(RATE)
    assert tied.uncertain == ("events.first",)
    assert differences([tied, other]) == ("events.second",)
    assert differences([tied, tied.with_fixed("events.first", 0.1)]) == ("events.first",)
    assert tied.with_priors_of(other, ["events.second"]).uncertain == ("events.first", "events.second")


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (SameAs(name="events.second"), "refers back to itself"),
        (SameAs(name="events.frist"), "is not a quantity that is stated here"),
    ],
)
def test_a_name_that_leads_nowhere_is_an_error(statement: Statement, message: str) -> None:
    """The error quotes the name."""
    with pytest.raises(InvalidInput, match=message):
        twins(statement)


def test_ranges_have_to_be_the_same() -> None:
    """A rate is not the same as a chance."""
    events = {"rain": Event(id="rain", title="rain"), "flood": Event(id="flood", title="flood", form="rate")}
    outcome = {"o": Outcome(id="o", title="o", all=("rain",))}
    scenario = replace(weather(evidence=()), events=events, outcomes=outcome, headline="o", factors={})
    with pytest.raises(InvalidInput, match="Allowed: a quantity with the same range"):
        assessed(scenario, {"events.rain": BetaStated(a=1, b=1), "events.flood": SameAs(name="events.rain")})
    assert assessed(scenario, {"events.rain": Constant(value=0.5), "events.flood": Constant(value=0.5)})
