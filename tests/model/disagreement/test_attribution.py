"""The attribution of a difference: against closed forms, against brute force, and its errors against repetition."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace
from scipy.special import logit

from estimative.model.assessment import Assessment, differences
from estimative.model.disagreement.attribution import BLOCKS, Attribution, Decomposition, attribute, attribute_team
from estimative.model.disagreement.pool import consensus
from estimative.model.disagreement.shapley import Coalition, plan
from estimative.model.inference.estimates import Undefined
from estimative.model.inference.refit import Fitter
from estimative.model.spec.events import Driver, Event, Outcome
from estimative.model.spec.evidence import Cases, Trials
from estimative.model.spec.scenario import Scenario
from estimative.priors.statements import BetaStated, Statement
from tests.examples import examples, repetitions
from tests.model.disagreement.test_shapley import brute
from tests.oracle import Oracle
from tests.prior_sets import assessed
from tests.scenarios import SAID, scenario_of
from tests.strategies import Valued, valued_scenarios

ERRORS = 4
"""Standard errors: passed by chance but once in 16,000, and the seeds are fixed."""
type Said = Mapping[str, Statement | float]


def attributed(first: Assessment, second: Assessment, *, seed: int = 1, permutations: int = 16) -> Attribution:
    fitter = Fitter(assessments=(first, second), seed=seed, method="importance")
    return attribute(fitter, fitter.fit(first), fitter.fit(second), permutations=permutations)


def shares(result: Decomposition) -> dict[str, float]:
    """By quantity."""
    return {share.name: share.share.value for share in result.inputs}


def blocks_of(names: Sequence[str]) -> dict[str, list[str]]:
    return {block: [name for name in names if name.partition(".")[0] in sections] for block, sections in BLOCKS.items()}


def sprayed() -> Scenario:
    """An event driven by two factors, and nothing seen."""
    drivers = (Driver(name="f", sign=1), Driver(name="g", sign=-1))
    return scenario_of(Event(id="e", title="", drivers=drivers), factors=("f", "g"))


LOW: Said = {"factors.f": 0.5, "factors.g": 0.9, "events.e": 0.1, "effects.e.f": 4.0, "effects.e.g": 3.0}


def test_what_is_linear_in_the_log_odds_is_shared_by_its_own_step() -> None:
    """Where nothing multiplies, a quantity's share is what it changes at any time; nothing has an error."""
    high = {**LOW, "factors.f": 0.8, "factors.g": 0.4, "events.e": 0.3}
    result = attributed(assessed(sprayed(), high), assessed(sprayed(), LOW)).decomposition
    expected = {
        "factors.f": math.log(4) * 0.3,
        "factors.g": math.log(3) * 0.5,
        "events.e": float(logit(0.3) - logit(0.1)),
    }
    assert shares(result) == pytest.approx(expected, abs=1e-9)
    for share in result.inputs:
        assert (share.marginal_first.value, share.marginal_last.value) == pytest.approx(
            (share.share.value,) * 2, abs=1e-9
        )
        assert share.share.se == pytest.approx(0, abs=1e-9)
    assert result.total.value == pytest.approx(sum(expected.values()), abs=1e-9)


def test_what_multiplies_is_shared_evenly() -> None:
    """A factor times the log of its effect: each has its step times the other's mean (Shapley of a product)."""
    high = {**LOW, "factors.f": 1.0, "effects.e.f": 16.0}
    result = attributed(assessed(sprayed(), high), assessed(sprayed(), LOW)).decomposition
    step = math.log(16) - math.log(4)
    expected = {"factors.f": 0.5 * (math.log(16) + math.log(4)) / 2, "effects.e.f": step * (0.5 + 0.0) / 2}
    assert shares(result) == pytest.approx(expected, abs=1e-9)
    factor = result.inputs[0]
    assert factor.marginal_first.value == pytest.approx(0.5 * math.log(4))
    assert factor.marginal_last.value == pytest.approx(0.5 * math.log(16))


def test_the_first_is_told_less_the_second() -> None:
    """Exchanging the analysts turns every sign, and nothing else."""
    high, low = (assessed(sprayed(), stated) for stated in ({**LOW, "events.e": 0.3, "factors.g": 0.2}, LOW))
    there, back = attributed(high, low).decomposition, attributed(low, high).decomposition
    assert there.total.value > 0
    assert shares(back) == pytest.approx({name: -share for name, share in shares(there).items()}, abs=1e-9)


def test_who_agrees_on_everything_has_nothing_to_share() -> None:
    """Quantities on which two analysts agree are no players, however they were stated."""
    same = attributed(assessed(sprayed(), LOW), assessed(sprayed(), dict(LOW))).decomposition
    assert (same.total.value, same.blocks, same.inputs) == (0, (), ())


def counted(a: float, b: float, relevance: float, other: float) -> Assessment:
    """Two events that both have to happen, the one with a beta prior and cases, the other held."""
    cases = Cases(id="cases", about="e", trials=(Trials(at={}, successes=7.0, of=12.0),), **SAID)
    scenario = scenario_of(Event(id="e", title=""), Event(id="d", title=""), evidence=(cases,), all=("e", "d"))
    return assessed(scenario, {"events.e": BetaStated(a=a, b=b), "events.d": other}, relevance={"cases": relevance})


def test_shares_of_a_conjugate_case_are_those_of_its_closed_form() -> None:
    """Prior, relevance and the other event: every combination has a beta posterior that is known."""
    ends = {"high": (6.0, 3.0, 0.9, 0.8), "low": (1.0, 4.0, 0.2, 0.3)}
    players = {"events.e": (0, 1), "relevance.cases": (2,), "events.d": (3,)}

    def value(coalition: Coalition) -> float:
        chosen = [ends["low"][i] for i in range(4)]
        for player in coalition:
            for place in players[player]:
                chosen[place] = ends["high"][place]
        a, b, relevance, other = chosen
        return float(logit((a + 7 * relevance) / (a + b + 12 * relevance) * other))

    result = attributed(counted(*ends["high"]), counted(*ends["low"])).decomposition
    expected = brute(blocks_of([*players]), value)
    assert set(expected) == set(shares(result))
    for share in result.inputs:
        assert share.share.value == pytest.approx(expected[share.name], abs=ERRORS * share.share.se + 1e-9)
        assert share.share.se < 0.02
    relevance = next(share for share in result.inputs if share.name == "relevance.cases")
    alone = value(frozenset({"relevance.cases"})) - value(frozenset())
    assert relevance.marginal_first.value == pytest.approx(alone, abs=ERRORS * relevance.marginal_first.se)


@examples(5)
@given(valued_scenarios(most_events=4), st.data())
def test_shares_of_random_scenarios_are_those_of_all_orders(case: Valued, data: st.DataObject) -> None:
    """On scenarios of every form: the mean over all orders of what a brute-force listing of states gives."""
    scenario = case.scenario
    low, high = (dict(values) for values in case.draws)
    differing = data.draw(st.lists(st.sampled_from(sorted(low)), min_size=1, max_size=4, unique=True))
    high = {name: high[name] if name in differing else low[name] for name in low}
    weights = [(case.relevance, case.independence), ({**case.relevance}, {**case.independence})]
    for shared, prefix in ((weights[1][0], "relevance"), (weights[1][1], "independence")):
        if shared and data.draw(st.booleans()):
            name = data.draw(st.sampled_from(sorted(shared)))
            shared[name] = 1 - shared[name] / 2
            differing.append(f"{prefix}.{name}")

    def value(coalition: Coalition) -> float:
        def mixed(section: str, index: int) -> dict[str, float]:
            return {name: weights[f"{section}.{name}" in coalition][index][name] for name in weights[0][index]}

        values = {name: (high if name in coalition else low)[name] for name in low}
        oracle = Oracle(
            scenario=scenario, values=values, relevance=mixed("relevance", 0), independence=mixed("independence", 1)
        )
        chance = oracle.outcome(scenario.headline)
        assume(1e-12 < chance < 1 - 1e-9 and math.isfinite(oracle.log_likelihood))
        assume(all(oracle.condition(outcome) > 0 for outcome in scenario.outcomes))
        return float(logit(chance))

    value(frozenset())
    first, second = (
        assessed(scenario, stated, relevance=relevance, independence=independence)
        for stated, (relevance, independence) in zip((high, low), reversed(weights), strict=True)
    )
    names = [name for name in differences([first, second]) if name in differing]
    expected = brute(blocks_of(names), value)
    result = attributed(first, second).decomposition
    assert set(shares(result)) == set(expected)
    assert shares(result) == pytest.approx(expected, rel=1e-6, abs=1e-7)
    assert sum(expected.values()) == pytest.approx(result.total.value, rel=1e-6, abs=1e-7)


OPEN: Said = {
    "factors.f": BetaStated(a=2, b=5),
    "factors.g": BetaStated(a=3, b=3),
    "events.e": BetaStated(a=2, b=8),
    "effects.e.f": 4.0,
    "effects.e.g": 3.0,
}
WIDE: Said = {**OPEN, "factors.f": BetaStated(a=5, b=2), "factors.g": 0.2, "events.e": BetaStated(a=4, b=4)}


@pytest.fixture(scope="module")
def open_and_wide() -> Attribution:
    """What keeps these two apart."""
    return attributed(assessed(sprayed(), WIDE), assessed(sprayed(), OPEN))


@repetitions(8, 60)
def test_errors_are_those_of_repetition(repetitions: int) -> None:
    """Over many seeds, shares lie around their mean as far as their errors say."""
    ends = assessed(sprayed(), WIDE), assessed(sprayed(), OPEN)
    runs = [attributed(*ends, seed=seed) for seed in range(repetitions)]
    values = np.array([[share.share.value for share in run.decomposition.inputs] for run in runs])
    mean_error = np.array([[share.share.se for share in run.decomposition.inputs] for run in runs]).mean(axis=0)
    spread = values.std(axis=0, ddof=1)
    assert spread == pytest.approx(mean_error, rel=ERRORS / math.sqrt(2 * (repetitions - 1)))
    gaps = np.array([run.decomposition.total.value for run in runs])
    assert gaps == pytest.approx(values.sum(axis=1), abs=1e-9)


def test_the_gap_is_that_of_the_two_numbers_that_are_reported() -> None:
    """Whatever the refits' own draws make of it, to the last digits; and the shares of the inputs sum to it."""
    ends = assessed(sprayed(), WIDE), assessed(sprayed(), OPEN)
    fitter = Fitter(assessments=ends, seed=3, method="importance")
    first, second = (fitter.fit(one) for one in ends)
    found = attribute(fitter, first, second).decomposition
    gap = logit(first.posterior.headline.value) - logit(second.posterior.headline.value)
    assert found.total.value == pytest.approx(float(gap), abs=1e-12)
    for parts in (found.inputs, found.blocks):
        assert sum(part.share.value for part in parts) == pytest.approx(float(gap), abs=1e-9)


def test_common_random_numbers_make_the_gap_more_certain_than_its_ends(open_and_wide: Attribution) -> None:
    """What both fits share cancels: the gap's error is less than that of two independent fits."""
    fitter = Fitter(assessments=(assessed(sprayed(), WIDE), assessed(sprayed(), OPEN)), seed=1, draws=4000)
    ends = [fitter.fit(one).posterior.headline for one in fitter.assessments]
    independent = math.hypot(*(end.se / (end.value * (1 - end.value)) for end in ends))
    assert open_and_wide.decomposition.total.se < 0.9 * independent


def test_every_fit_is_counted_with_its_verdict(open_and_wide: Attribution) -> None:
    """Three players in two blocks: eight combinations less those that no order meets, each with its checks."""
    result = open_and_wide
    assert result.effort.fits == 8
    assert result.effort.by_method == {"importance": 8}
    assert result.effort.converged
    assert next(check for check in result.effort.worst if check.name == "ESS").value >= 400
    assert (result.first, result.second) == ("made", "made")


def test_what_cannot_be_fitted_quickly_is_fitted_thoroughly(open_and_wide: Attribution) -> None:
    """Without proposals to start from every combination is a whole fit: the same gap, and errors that share nothing."""
    ends = assessed(sprayed(), WIDE), assessed(sprayed(), OPEN)
    fitter = Fitter(assessments=ends, seed=2, method="importance")
    first, second = (replace(fitter.fit(one), proposal=None) for one in ends)
    result, quick = attribute(fitter, first, second), open_and_wide
    assert result.effort.by_method == {"importance": 8}
    apart = result.decomposition.total.value - quick.decomposition.total.value
    gaps = result.decomposition.total, quick.decomposition.total
    assert apart == pytest.approx(0, abs=ERRORS * math.hypot(*(gap.se for gap in gaps)))
    alone = result.decomposition.inputs[0].marginal_first
    assert not alone.influence.any()
    assert alone.own_variance > 0


def test_a_certain_headline_has_no_log_odds_to_share() -> None:
    """Of a probability of 0 or 1 there are no log-odds to divide."""
    event = Event(id="e", title="", form="table")
    one, other = (assessed(scenario_of(event), {"tables.e.none": value}) for value in (1.0, 0.5))
    with pytest.raises(Undefined):
        attributed(one, other)


def test_too_many_players_are_shared_by_random_orders() -> None:
    """With thirteen players in a block, shares are those that the plan takes from the values of its coalitions."""
    names = [f"f{index}" for index in range(13)]
    event = Event(id="e", title="", drivers=tuple(Driver(name=name, sign=1) for name in names))
    scenario = scenario_of(event, Event(id="d", title=""), factors=tuple(names), any=("e", "d"))
    effects = {f"effects.e.{name}": 1.5 + index / 4 for index, name in enumerate(names)}
    low = {**{f"factors.{name}": 0.3 for name in names}, **effects, "events.e": 0.1, "events.d": 0.2}
    high = {**low, **{f"factors.{name}": 0.8 for name in names}}
    result = attributed(assessed(scenario, high), assessed(scenario, low)).decomposition
    assert result.permutations == 16
    planned = plan({"factors": [f"factors.{name}" for name in names]}, permutations=16, seed=1)
    start = float(logit(0.1)) - 0.2 * sum(map(math.log, effects.values()))

    def value(coalition: Coalition) -> float:
        own = start + sum(
            0.5 * math.log(effects[f"effects.e.{player.removeprefix('factors.')}"]) for player in coalition
        )
        return float(logit(1 - 0.8 / (1 + math.exp(own))))

    values = np.array([value(coalition) for coalition in planned.coalitions])
    rows, errors = planned.player_rows(values)
    expected = rows @ values
    assert list(shares(result).values()) == pytest.approx(list(expected), abs=1e-9)
    assert [share.sampling_se for share in result.inputs] == pytest.approx(list(errors), rel=1e-6)
    assert sum(expected) == pytest.approx(result.total.value, abs=1e-9)


def test_a_team_is_shared_against_its_pool() -> None:
    """Three analysts who hold two things: every combination is known, and so are all shares."""
    stated = {"a": (0.1, 0.3), "b": (0.3, 0.6), "c": (0.6, 0.2)}
    analysts = {
        name: assessed(sprayed(), {**LOW, "events.e": base, "factors.f": degree}, name=name)
        for name, (base, degree) in stated.items()
    }
    weights = {"a": 0.5, "b": 0.25, "c": 0.25}
    pool = consensus(analysts, weights)
    means = [sum(weights[name] * float(logit(pair[i])) for name, pair in stated.items()) for i in (0, 1)]
    common = (means[0], 1 / (1 + math.exp(-means[1])))

    def value(name: str, coalition: Coalition) -> float:
        base = common[0] if "events.e" in coalition else float(logit(stated[name][0]))
        degree = common[1] if "factors.f" in coalition else stated[name][1]
        return base + math.log(4) * (degree - 0.5) - math.log(3) * 0.4

    def variance(coalition: Coalition) -> float:
        values = {name: value(name, coalition) for name in stated}
        mean = sum(weights[name] * one for name, one in values.items())
        return sum(weights[name] * (one - mean) ** 2 for name, one in values.items())

    fitter = Fitter(assessments=(*analysts.values(), pool), seed=1)
    fitted = {name: fitter.fit(one) for name, one in analysts.items()}
    result = attribute_team(fitter, fitted, fitter.fit(pool), weights)
    blocks = blocks_of(["factors.f", "events.e"])
    assert shares(result.variance) == pytest.approx(brute(blocks, lambda c: -variance(c)), abs=1e-9)
    assert result.variance.total.value == pytest.approx(variance(frozenset()), abs=1e-9)
    for name, one in result.against_pool.items():
        assert shares(one) == pytest.approx(brute(blocks, lambda c, name=name: -value(name, c)), abs=1e-9)
        assert one.total.value == pytest.approx(value(name, frozenset()) - result.pool.value, abs=1e-9)
    alone = next(share for share in result.variance.inputs if share.name == "events.e").marginal_first.value
    assert alone == pytest.approx(variance(frozenset()) - variance(frozenset({"events.e"})), abs=1e-9)


def test_the_outcome_may_be_conditional() -> None:
    """The headline's log-odds are those of its probability under its condition."""
    events = (Event(id="e", title=""), Event(id="d", title="", drivers=(Driver(name="e", sign=1),)))
    scenario = scenario_of(*events)
    conditional = Scenario(
        id="s",
        title="",
        question="",
        as_of=scenario.as_of,
        until=scenario.until,
        headline="o",
        events=scenario.events,
        outcomes={"o": Outcome(id="o", title="", all=("d",), given=("e",))},
    )
    low = {"events.e": 0.1, "events.d": 0.2, "effects.d.e": 3.0}
    result = attributed(assessed(conditional, {**low, "events.e": 0.7, "effects.d.e": 6.0}), assessed(conditional, low))
    assert shares(result.decomposition) == pytest.approx({"events.e": 0.0, "effects.d.e": math.log(2)}, abs=1e-9)
