"""Indicators about an event with states: a chance of seeing them under each, against sums over every joint state."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import estimative as es
from estimative.model.analysis.information_value import IndicatorValue, information_value
from estimative.model.assessment import Assessment
from estimative.model.inference.fit import by_importance
from estimative.priors.errors import InvalidInput
from tests.leak import SCENARIO, assessed
from tests.model.analysis.test_state_weight import CONSTANT
from tests.oracle import Oracle

LOOK = '[indicators.offer]\nabout = "{}"\ntitle = "It is offered for sale"\n'
ACTOR = "[indicators.offer]\ninsider = 0.1\ncriminals = 0.6\nstate = 0.02\n"
SEVERITY = "[indicators.offer]\nminor = 0.2\nmajor = 0.7\notherwise = 0.05\n"
CHANCES = {
    "actor": {"actor=insider": 0.1, "actor=criminals": 0.6, "actor=state": 0.02},
    "severity": {"severity=minor": 0.2, "severity=major": 0.7},
}


def watched(folder: Path, about: str) -> Assessment:
    own = ACTOR if about == "actor" else SEVERITY
    return assessed(folder, SCENARIO + LOOK.format(about), CONSTANT + own)


def valued(assessment: Assessment) -> IndicatorValue:
    (value,) = information_value(by_importance(assessment, seed=1, draws=300)).indicators
    return value


@pytest.mark.parametrize("about", ["actor", "severity"])
def test_what_would_be_seen_moves_the_headline_as_by_a_plain_sum(tmp_path: Path, about: str) -> None:
    """By Bayes' rule over every joint state, also where the condition of the event may not be met."""
    assessment = watched(tmp_path, about)
    values = {name: prior.family.quantile(0.5) for name, prior in assessment.priors.items()}
    oracle = Oracle(scenario=assessment.scenario, values=values)

    def seen(state: dict[str, bool]) -> float:
        return next((chance for name, chance in CHANCES[about].items() if state[name]), 0.05)

    headline = "actor=state"
    total = sum(p * told for _, p, told in oracle._states)
    observed = sum(p * told * seen(dict(state)) for state, p, told in oracle._states) / total
    both = sum(p * told * seen(dict(state)) for state, p, told in oracle._states if state[headline]) / total
    prior = oracle.event(headline)
    value = valued(assessment)
    assert value.p_observed.value == pytest.approx(observed, rel=1e-9)
    assert value.p_if_observed is not None
    assert value.p_if_observed.value == pytest.approx(both / observed, rel=1e-9)
    assert value.p_if_absent is not None
    assert value.p_if_absent.value == pytest.approx((prior - both) / (1 - observed), rel=1e-9)
    after = observed * entropy(both / observed) + (1 - observed) * entropy((prior - both) / (1 - observed))
    assert value.expected_information_gain.value == pytest.approx(entropy(prior) - after, rel=1e-7)
    parts = {name: oracle.mass(lambda s, name=name: s[name]) / total for name in CHANCES[about]}
    joint = {name: oracle.mass(lambda s, name=name: s[name] and s[headline]) / total for name in CHANCES[about]}
    pairs = [*zip(joint.values(), parts.values(), strict=True), (prior - sum(joint.values()), 1 - sum(parts.values()))]
    expected = sum(mass * (part / mass - prior) ** 2 for part, mass in pairs if mass > 1e-12)
    assert value.evppi.value == pytest.approx(expected, rel=1e-7, abs=1e-12)


def entropy(p: float) -> float:
    return -sum(q * math.log(q) for q in (p, 1 - p) if q > 0)


@pytest.mark.parametrize("about", ["actor", "severity"])
def test_a_condition_on_it_is_what_was_announced(tmp_path: Path, about: str) -> None:
    """`whatif --given offer` gives the probability that the value of information promised."""
    assessment = watched(tmp_path, about)
    value = valued(assessment)
    for happened, promised in (("yes", value.p_if_observed), ("no", value.p_if_absent)):
        answer = es.fit(assessment).whatif(given={"offer": happened})
        assert promised is not None
        assert answer.result.headline.after.value == pytest.approx(promised.value, rel=1e-9)


def test_a_chance_is_stated_under_each_state(tmp_path: Path) -> None:
    """A missing one is an error, and so is that of the condition where there is one."""
    for about, own, missing in (
        ("actor", ACTOR.replace("state = 0.02\n", ""), "indicators.offer.state"),
        ("severity", SEVERITY.replace("otherwise = 0.05\n", ""), "indicators.offer.otherwise"),
        ("actor", ACTOR.replace("state", "spy"), "indicators.offer.spy"),
    ):
        with pytest.raises(InvalidInput) as caught:
            assessed(tmp_path, SCENARIO + LOOK.format(about), CONSTANT + own)
        assert missing in [issue.place.key for issue in caught.value.issues]
