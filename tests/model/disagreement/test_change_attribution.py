"""The sharing out of a change: against attribution, against brute force, and its sums."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from scipy.special import logit

from estimative.model.assessment import Assessment
from estimative.model.disagreement.assessment_diff import same_question
from estimative.model.disagreement.attribution import attribute
from estimative.model.disagreement.change_attribution import ChangeAttribution, attribute_change
from estimative.model.disagreement.hybrid_assessment import HybridAssessment
from estimative.model.disagreement.shapley import Coalition
from estimative.model.inference.refit import Fitter
from estimative.model.spec.events import Driver, Event
from estimative.model.spec.evidence import Cases, Exposure, Indicator, Observation, Trials
from estimative.model.spec.half_life import HalfLife
from estimative.priors.statements import BetaStated, Statement
from tests.examples import examples
from tests.model.disagreement.test_shapley import brute
from tests.oracle import Oracle
from tests.prior_sets import assessed
from tests.rolling import FARMER, GAUGE, STATED, month_later, rolling
from tests.small import CLOUD, HELD, PUDDLE, weather
from tests.strategies import Valued, valued_scenarios

type Said = Mapping[str, Statement | float]
ERRORS = 4
"""Standard errors: passed by chance but once in 16,000, and the seeds are fixed."""


def shared(first: Assessment, second: Assessment, *, seed: int = 1) -> ChangeAttribution:
    fitter = Fitter(assessments=(first,), seed=seed, method="importance")
    ends = [replace(fitter, assessments=(one,)).fit(one) for one in (first, second)]
    return attribute_change(fitter, *ends)


@pytest.fixture(scope="module")
def change() -> ChangeAttribution:
    """What moved the rolling assessment."""
    return shared(*rolling())


def shares(result: ChangeAttribution) -> dict[str, float]:
    """By player."""
    return {share.name: share.share.value for share in result.inputs}


def oracle_of(assessment: Assessment) -> Oracle:
    """What brute force makes of an assessment in which everything is held."""
    assert all(prior.family.constant for prior in assessment.priors.values())
    own = assessment.prior_set
    return Oracle(
        scenario=assessment.scenario,
        values={name: prior.family.quantile(0.5) for name, prior in assessment.priors.items()},
        relevance=own.relevance,
        independence=own.independence,
    )


def held_later() -> tuple[Assessment, Assessment]:
    """The rolling assessment with every quantity held."""
    news = {"evidence.gauge": 3.0, "evidence.farmer": 2.5}
    return assessed(weather(), HELD), assessed(month_later(weather()), {**HELD, **news, "events.rain": 0.4})


def test_where_only_priors_changed_the_shares_are_those_between_analysts() -> None:
    """Two prior sets on one scenario give the shares of `attribute`, but for what is spread over these there."""
    second = {
        **STATED,
        "events.rain": BetaStated(a=3, b=6),
        "factors.damp": BetaStated(a=4, b=2),
        "evidence.puddle": 6.0,
    }
    ends = assessed(weather(), STATED), assessed(weather(), second)
    fitter = Fitter(assessments=ends, seed=3, method="importance")
    before, after = (fitter.fit(one) for one in ends)
    result, expected = attribute_change(fitter, before, after), attribute(fitter, after, before)
    spread = expected.decomposition.total.value - result.total.value
    assert 0 < abs(spread) < 0.02
    assert [share.name for share in result.inputs] == [share.name for share in expected.decomposition.inputs]
    pairs = zip(result.inputs, expected.decomposition.inputs, strict=True)
    parts = [(other.share.value - one.share.value) / spread for one, other in pairs]
    assert sum(parts) == pytest.approx(1, abs=1e-6)
    assert all(-1e-6 < part < 1 for part in parts)
    assert result.effort.by_method == expected.effort.by_method


def test_a_month_later_every_share_is_that_of_all_orders() -> None:
    """Dates, two items and a prior: each mixture made by hand, listed state by state, over all orders."""
    first, second = held_later()
    news = {"gauge": GAUGE, "farmer": FARMER}

    def value(coalition: Coalition) -> float:
        side = second if "time" in coalition else first
        items = [item for name, item in news.items() if f"items.{name}" in coalition]
        scenario = replace(side.scenario, evidence={"cloud": CLOUD, "puddle": PUDDLE, **{i.id: i for i in items}})
        rain = 0.4 if "events.rain" in coalition else HELD["events.rain"]
        values = {**HELD, "events.rain": rain, "evidence.gauge": 3.0, "evidence.farmer": 2.5}
        return float(logit(Oracle(scenario=scenario, values=values).outcome("flood")))

    blocks = {"time": ["time"], "items": ["items.gauge", "items.farmer"], "events": ["events.rain"]}
    result = shared(first, second)
    assert shares(result) == pytest.approx(brute(blocks, value), abs=1e-9)
    assert {share.name for share in result.blocks} == set(blocks)
    assert all(abs(share) > 1e-3 for share in shares(result).values())


def test_time_scenario_evidence_and_opinion_are_told_apart() -> None:
    """Fading and longer exposure are time, another horizon is the scenario; the causes sum to the whole."""
    floods = Exposure(id="floods", about="flood", count=2, years=10.0, title="Two in ten", source="")
    cloud = replace(CLOUD, date=datetime.date(2025, 6, 1), fades=HalfLife(6, "month"))
    before = replace(weather(), evidence={"cloud": cloud, "puddle": PUDDLE, "floods": floods})
    day = before.as_of + datetime.timedelta(days=200)
    longer = replace(floods, years=round(10 + 200 / 365.25, 3))
    evidence = {"cloud": cloud, "puddle": PUDDLE, "floods": longer, "gauge": GAUGE}
    after = replace(before, as_of=day, until=before.until + datetime.timedelta(days=500), evidence=evidence)
    first = assessed(before, HELD, relevance={"floods": 0.5})
    second = assessed(after, {**HELD, "evidence.gauge": 3.0, "events.rain": 0.4}, relevance={"floods": 0.5})

    def value(coalition: Coalition) -> float:
        scenario = replace(
            before,
            as_of=after.as_of if "time" in coalition else before.as_of,
            until=after.until if "scenario" in coalition else before.until,
            evidence={
                "cloud": cloud,
                "puddle": PUDDLE,
                "floods": longer if "time" in coalition else floods,
                **({"gauge": GAUGE} if "items.gauge" in coalition else {}),
            },
        )
        rain = 0.4 if "events.rain" in coalition else HELD["events.rain"]
        values = {**HELD, "events.rain": rain, "evidence.gauge": 3.0}
        return float(logit(Oracle(scenario=scenario, values=values, relevance={"floods": 0.5}).outcome("flood")))

    players = {"time": ["time"], "scenario": ["scenario"], "items": ["items.gauge"], "events": ["events.rain"]}
    result = shared(first, second)
    assert shares(result) == pytest.approx(brute(players, value), abs=1e-9)
    named = {"time": "time", "scenario": "scenario", "items.gauge": "evidence", "events.rain": "opinion"}
    causes = {named[name]: share for name, share in shares(result).items()}
    assert {name: cause.value for name, cause in result.causes.items()} == pytest.approx(causes, abs=1e-12)
    assert sum(cause.value for cause in result.causes.values()) == pytest.approx(result.total.value, abs=1e-9)
    assert all(abs(share) > 1e-3 for share in shares(result).values())


def test_shares_sum_to_the_change(change: ChangeAttribution) -> None:
    """Shares of players sum to those of their blocks, and these to the change between the two, to rounding."""
    assert sum(share.share.value for share in change.inputs) == pytest.approx(change.total.value, abs=1e-9)
    for block in change.blocks:
        members = [share.share.value for share in change.inputs if share.block == block.name]
        assert sum(members) == pytest.approx(block.share.value, abs=1e-9)
    assert change.total.se > 0


def test_the_change_is_that_between_two_fits_of_their_own(change: ChangeAttribution) -> None:
    """The total is the difference between the two assessments, each fitted alone, within errors."""
    gap = change.total
    ends = [Fitter(assessments=(one,), seed=9, method="importance").fit(one).posterior.headline for one in rolling()]
    errors = [end.se / (end.value * (1 - end.value)) for end in ends]
    apart = float(logit(ends[1].value) - logit(ends[0].value))
    assert gap.value == pytest.approx(apart, abs=ERRORS * math.hypot(gap.se, *errors))


def test_common_random_numbers_make_the_change_surer_than_its_ends(change: ChangeAttribution) -> None:
    """Though the second has quantities that the first has not, what both share cancels."""
    gap = change.total
    ends = [
        Fitter(assessments=(one,), seed=1, method="importance", draws=4000).fit(one).posterior.headline
        for one in rolling()
    ]
    assert gap.se < 0.9 * math.hypot(*(end.se / (end.value * (1 - end.value)) for end in ends))


@given(valued_scenarios(most_events=3), valued_scenarios(most_events=3), st.data())
@examples(8)
def test_mixtures_of_random_scenarios_are_sound(one: Valued, other: Valued, data: st.DataObject) -> None:
    """Between any two scenarios nobody changes nothing, everybody changes all, and what lies between has its priors.

    They may share nothing but names: quantities then mean another thing, items fit one structure only.
    """
    first, second = (
        assessed(case.scenario, case.draws[0], relevance=case.relevance, independence=case.independence)
        for case in (one, other)
    )
    between = HybridAssessment(first=first, second=second)
    players = [player for members in between.blocks.values() for player in members]
    for coalition, end in ((frozenset(), first), (frozenset(players), second)):
        result, expected = oracle_of(between.mixture(coalition)), oracle_of(end)
        headline = end.scenario.headline
        assert result.log_likelihood == pytest.approx(expected.log_likelihood, nan_ok=True)
        assert result.outcome(headline) == pytest.approx(expected.outcome(headline), nan_ok=True)
    chosen = data.draw(st.sets(st.sampled_from(players))) if players else set()
    mixture = between.mixture(frozenset(chosen))
    assert list(mixture.priors) == list(mixture.structure.quantities.all)


def test_a_structure_brings_its_quantities() -> None:
    """A new driver is one change: the effect that only the later scenario asks for is no player of its own."""
    scenario = weather()
    flood = replace(scenario.events["flood"], drivers=(Driver(name="damp", sign=1),))
    driven = replace(scenario, events={**scenario.events, "flood": flood})
    first, second = assessed(scenario, HELD), assessed(driven, {**HELD, "effects.flood.damp": 5.0, "factors.damp": 0.8})
    assert HybridAssessment(first=first, second=second).blocks["scenario"] == ["scenario"]
    assert set(shares(shared(first, second))) == {"scenario", "factors.damp"}


def test_an_item_that_fits_one_structure_goes_with_it() -> None:
    """Evidence of an event that is new is no player; other news is."""
    scenario = weather()
    event = Event(id="dike", title="")
    seen = Indicator(id="seep", about="dike", supports=True, title="", source="")
    wider = replace(scenario, events={**scenario.events, "dike": event}, evidence={"cloud": CLOUD, "seep": seen})
    said = {name: value for name, value in HELD.items() if name != "evidence.puddle"}
    second = assessed(wider, {**said, "events.dike": 0.1, "evidence.seep": 2.0})
    between = HybridAssessment(first=assessed(scenario, HELD), second=second)
    assert between.structural_items == {"seep"}
    assert between.blocks["items"] == ["items.puddle"]


def test_observations_that_exclude_each_other_change_together() -> None:
    """An observation under another name, or another event's that it contradicts, cannot be exchanged alone."""
    one = Observation(id="log", about="rain", happened=False, title="", source="")
    other = Observation(id="diary", about="flood", happened=True, title="", source="")
    said = {name: value for name, value in HELD.items() if not name.startswith("evidence.")}
    first, second = (assessed(weather(evidence=(item,), headline="rain"), said) for item in (one, other))
    between = HybridAssessment(first=first, second=second)
    assert between.structural_items == {"log", "diary"}
    assert between.blocks["scenario"] == ["scenario"]
    assert list(between.mixture(frozenset({"scenario"})).scenario.evidence) == ["diary"]


def test_a_weight_goes_with_whoever_can_state_it() -> None:
    """The independence of an origin that a second item makes is no player, and is that of the later prior set."""
    echo = replace(GAUGE, id="echo", about="damp", origin="tale")
    first = assessed(weather(evidence=(replace(CLOUD, origin="tale"),)), _without("evidence.puddle"))
    later = weather(evidence=(replace(CLOUD, origin="tale"), echo))
    second = assessed(later, {**_without("evidence.puddle"), "evidence.echo": 3.0}, independence={"tale": 0.5})
    between = HybridAssessment(first=first, second=second)
    assert between.blocks["relevance"] == []
    assert between.mixture(frozenset({"items.echo"})).weight == pytest.approx([0.75, 0.75])
    assert between.mixture(frozenset()).weight == pytest.approx([1.0])


def test_a_relevance_does_not_outlive_its_kind() -> None:
    """Cases that become an indicator count for one from then on, whatever they counted for."""
    cases = Cases(id="x", about="rain", trials=(Trials(at={}, successes=1.0, of=3.0),), title="", source="")
    seen = Indicator(id="x", about="rain", supports=True, title="", source="")
    base = {name: value for name, value in HELD.items() if not name.startswith("evidence.")}
    first = assessed(weather(evidence=(cases,)), base, relevance={"x": 0.4})
    second = assessed(weather(evidence=(seen,)), {**base, "evidence.x": 2.0})
    between = HybridAssessment(first=first, second=second)
    assert between.mixture(frozenset()).weight == pytest.approx([0.4])
    assert between.mixture(frozenset({"items.x"})).weight == pytest.approx([1.0])


def _without(name: str) -> dict[str, float]:
    return {other: value for other, value in HELD.items() if other != name}


def test_what_cannot_be_fitted_quickly_is_fitted_thoroughly(change: ChangeAttribution) -> None:
    """Without proposals every mixture is a fit of its own, by a fitter of its scenario: the same change."""
    first, second = rolling()
    fitter = Fitter(assessments=(first,), seed=2, method="importance")
    ends = [replace(replace(fitter, assessments=(one,)).fit(one), proposal=None) for one in (first, second)]
    slow, quick = attribute_change(fitter, *ends).total, change.total
    assert slow.value == pytest.approx(quick.value, abs=ERRORS * math.hypot(slow.se, quick.se))
    assert slow.own_variance > 0


def test_nothing_changed_is_nothing_shared() -> None:
    """The same assessment twice has no players and no change."""
    first, _ = rolling()
    result = shared(first, first)
    assert (result.total.value, result.blocks, result.inputs) == (0, (), ())


def test_a_question_is_its_events_and_not_its_name() -> None:
    """Another title or name of the headline is the same question; another condition is another."""
    scenario = weather()
    renamed = replace(
        scenario, headline="deluge", outcomes={"deluge": replace(scenario.outcomes["flood"], id="deluge", title="!")}
    )
    assert same_question(scenario, renamed)
    assert not same_question(scenario, weather(headline="flood_if_rain"))
    assert not same_question(scenario, replace(scenario, id="sea"))
    assert scenario.as_of == datetime.date(2026, 1, 1)
