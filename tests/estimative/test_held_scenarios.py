"""Random scenarios with every quantity held: each number of the commands is that of a sum over the states."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import asdict

import estimative as es
from estimative.model.inference.estimates import ProbabilityEstimate
from estimative.priors.errors import InvalidInput
from tests.examples import examples
from tests.held import held, inside, knowing
from tests.oracle import Accepted, Oracle
from tests.strategies import Valued, valued_scenarios

IMPOSSIBLE = 1e-12
"""A condition that is less probable has no outcome under it."""
HALF_A_YEAR = datetime.timedelta(days=182)


class Given(Oracle, frozen=True, kw_only=True):
    """An oracle that has been told how one event went; nothing that waits for it waits less."""

    subject: str
    happened: bool

    @classmethod
    def of(cls, oracle: Oracle, subject: str, *, happened: bool) -> Given:
        """What this oracle would say, told that much."""
        return cls(**asdict(oracle), subject=subject, happened=happened)

    def mass(self, accepted: Accepted, *, evidence: bool = True) -> float:
        """Of the states in which it went so."""
        return super().mass(lambda state: state[self.subject] == self.happened and accepted(state), evidence=evidence)


@st.composite
def possible_scenes(draw: st.DrawFn) -> Valued:
    """Whose evidence is possible, and the condition of whose headline is, with the evidence and without it."""
    scene = draw(valued_scenarios(most_events=5, most_states=3, draws=1))
    [oracle], blank = scene.oracles, knowing(scene, ())
    assume(math.isfinite(oracle.log_likelihood))
    assume(min(each.condition(scene.scenario.headline) for each in (oracle, blank)) > IMPOSSIBLE)
    return scene


def check(found: ProbabilityEstimate, expected: float) -> None:
    """Of what is not defined there may be any number: the sum over states has none to compare it with."""
    if not math.isnan(expected):
        assert found.value == pytest.approx(expected, rel=1e-8, abs=1e-10)


@settings(examples(12), suppress_health_check=[*HealthCheck])
@given(scene=possible_scenes())
def test_a_fit_has_the_probabilities_of_a_sum(scene: Valued) -> None:
    """Outcomes, events and links, before the evidence and after it, and the probability of the evidence."""
    [oracle], blank = scene.oracles, knowing(scene, ())
    result = es.fit(held(scene)).result
    assert result.converged
    for name, outcome in result.outcomes.items():
        check(outcome.posterior, oracle.outcome(name))
        check(outcome.prior, blank.outcome(name))
    for name, event in result.events.items():
        check(event.posterior, oracle.event(name))
        check(event.prior, blank.event(name))
        if event.conditional:
            check(event.conditional.posterior, oracle.link(name))
            check(event.conditional.prior, blank.link(name))
    assert result.log_marginal_likelihood == pytest.approx(oracle.log_likelihood, rel=1e-8, abs=1e-8)


@settings(examples(12), suppress_health_check=[*HealthCheck])
@given(scene=possible_scenes())
def test_dates_and_counts_agree_with_the_horizon(scene: Valued) -> None:
    """What can only happen has happened by the horizon as in the sum, and by an earlier date no more often."""
    [oracle], blank = scene.oracles, knowing(scene, ())
    result = es.fit(held(scene), by=[scene.scenario.as_of + HALF_A_YEAR]).result
    for name, dated in result.dates.items():
        outcome, (early, late) = scene.scenario.outcomes[name], dated.by
        for before, after, source in (
            (early.prior, late.prior, blank),
            (early.posterior, late.posterior, oracle),
        ):
            if after:
                check(after, source.outcome(name))
            if before and after and not (outcome.conditional or outcome.none):
                assert before.value <= after.value + 1e-9
    for name, counts in result.occurrences.items():
        for count, source in ((counts.prior, blank), (counts.posterior, oracle)):
            if count.at_least and count.expected:
                check(count.at_least[0], source.event(name))
                assert count.expected.value >= count.at_least[0].value - 1e-9


@settings(examples(12), suppress_health_check=[*HealthCheck])
@given(scene=possible_scenes(), data=st.data())
def test_what_if_has_the_probabilities_of_a_sum(scene: Valued, data: st.DataObject) -> None:
    """Without some items, and given that an event happened or did not."""
    items = data.draw(st.sets(st.sampled_from([*scene.scenario.evidence, ""]), max_size=3)) - {""}
    event, happened = data.draw(st.sampled_from(scene.scenario.literals)), data.draw(st.booleans())
    source = knowing(scene, scene.scenario.evidence.keys() - items)
    known = Given.of(source, event, happened=happened)
    assume(known.mass(lambda _: True) > IMPOSSIBLE * source.mass(lambda _: True))
    assume(known.condition(scene.scenario.headline) > IMPOSSIBLE)
    try:
        result = es.fit(held(scene)).whatif(without=sorted(items), given={event: happened}).result
    except InvalidInput:  # it contradicts what has been observed
        assume(False)
    for changes, answer in ((result.outcomes, known.outcome), (result.events, known.event)):
        for row in (row for row in changes if row.after):
            check(row.after, answer(row.name))


@settings(examples(4), suppress_health_check=[*HealthCheck])
@given(scene=possible_scenes())
def test_evidence_weighs_what_a_sum_says(scene: Valued) -> None:
    """Each group of items, as the only evidence and given all other."""
    headline, everything = scene.scenario.headline, set(scene.scenario.evidence)

    def log_odds(items: Iterable[str]) -> float:
        source = knowing(scene, set(items))
        chance = source.outcome(headline)
        return math.log(chance / (1 - chance)) if math.isfinite(source.log_likelihood) and inside(chance) else math.nan

    assume(math.isfinite(log_odds(everything)) and math.isfinite(log_odds(())))
    try:
        weights = es.fit(held(scene)).evidence().result.weights
    except InvalidInput:
        assume(False)
    for group in weights.groups:
        last, first = log_odds(everything) - log_odds(everything - {*group.items}), log_odds(group.items) - log_odds(())
        for found, expected in ((group.marginal_last, last), (group.marginal_first, first)):
            assert math.isnan(expected) or found.value == pytest.approx(expected, rel=1e-6, abs=1e-7)
