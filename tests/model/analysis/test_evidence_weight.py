"""The weight of each piece of evidence: against the oracle, by hand, and its errors against repetition."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from scipy.special import expit, logit, roots_jacobi
from scipy.stats import norm

from estimative.model.analysis.evidence_weight import (
    CONFLICT_DRAWS,
    MIN_CONFLICT,
    EvidenceGroup,
    EvidenceWeight,
    EvidenceWeights,
    evidence_groups,
    evidence_weights,
    reconciled,
)
from estimative.model.assessment import Assessment
from estimative.model.inference.estimates import Interval, ProbabilityEstimate, Undefined
from estimative.model.inference.fit_result import Probability
from estimative.model.inference.mc_estimate import MCEstimate
from estimative.model.inference.prior_predictive import prior_predictive
from estimative.model.inference.refit import Fitted, Refitter
from estimative.model.spec.events import Driver, Event
from estimative.model.spec.evidence import Cases, Evidence, Measurement, Observation, Trials
from estimative.model.spec.scenario import Scenario
from estimative.priors.statements import BetaStated, LognormalStated, Statement
from tests.examples import examples
from tests.held import headline_of, held, knowing, seen, sound
from tests.prior_sets import assessed
from tests.scenarios import SAID, scenario_of
from tests.strategies import Valued, valued_scenarios
from tests.whatifs import fit

ERRORS = 4
"""Standard errors: passed by chance but once in 16,000, and the seeds are fixed."""
type Said = Mapping[str, Statement | float]


def headline(fitted: Fitted, seed: int = 1) -> Probability:
    key = ("outcome", fitted.assessment.scenario.headline)
    prior = prior_predictive(fitted.assessment, seed=seed).estimates[key]
    return Probability(prior=prior, posterior=fitted.posterior.estimates[key])


def weighed(assessment: Assessment, seed: int = 1) -> EvidenceWeights:
    fitter, fitted = fit(assessment, seed=seed)
    return evidence_weights(fitter, fitted, headline(fitted, seed))


def after(weights: EvidenceWeights) -> MCEstimate:
    return weights.groups[-1].running


def before(weights: EvidenceWeights) -> float:
    return exactly(after(weights)) - exactly(weights.total)


def items_of(weights: EvidenceWeights) -> dict[str, EvidenceWeight]:
    return {item.name: item for item in weights.items}


def groups(weights: EvidenceWeights) -> dict[str, EvidenceGroup]:
    return {group.name: group for group in weights.groups}


def one_event(*items: Evidence, given_: Said, **weights: Mapping[str, float]) -> Assessment:
    """An event, another that has nothing to do with it, a factor that drives the first, and evidence."""
    event = Event(id="e", title="", drivers=(Driver(name="f", sign=1),))
    scenario = scenario_of(event, Event(id="d", title=""), factors=("f",), evidence=items)
    rest: Said = {"events.e": 0.3, "events.d": 0.5, "factors.f": 0.5, "effects.e.f": 6.0}
    ratios = {f"evidence.{item.id}": 2.0 for item in items if not isinstance(item, Cases | Observation)}
    return assessed(scenario, {**rest, **ratios, **given_}, **weights)


def exactly(number: MCEstimate) -> float:
    """A number without error."""
    assert number.se == pytest.approx(0, abs=1e-9)
    return number.value


# Exactly


@given(scene=valued_scenarios(most_events=4))
@examples(5)
def test_what_is_held_is_weighed_as_by_a_sum_over_states(scene: Valued) -> None:
    """On random scenarios: alone, last and running are differences of log-odds that the oracle finds; none errs."""
    expected = grouped(scene.scenario)
    everything = [name for items in expected.values() for name in items]
    heaps = [everything[: everything.index(items[-1]) + 1] for items in expected.values()]
    singles = [(name,) for items in expected.values() if len(items) > 1 for name in items]
    units = [*expected.values(), *singles]
    lacking = [[name for name in everything if name not in unit] for unit in units]
    assume(all(sound(knowing(scene, items)) for items in ([], everything, *units, *lacking, *heaps)))

    def log_odds(items: Sequence[str]) -> float:
        return float(logit(headline_of(knowing(scene, items))))

    found = weighed(held(scene))
    assert [(group.name, group.items) for group in found.groups] == list(expected.items())
    assert [item.name for item in found.items] == [name for (name,) in singles]
    weights = [*found.groups, *found.items]
    for unit, others, weight in zip(units, lacking, weights, strict=True):
        assert exactly(weight.marginal_first) == pytest.approx(log_odds(unit) - log_odds([]), abs=1e-7)
        assert exactly(weight.marginal_last) == pytest.approx(log_odds(everything) - log_odds(others), abs=1e-7)
        assert weight.interaction.value == pytest.approx(weight.marginal_last.value - weight.marginal_first.value)
        assert weight.own_fits == 0
    assert exactly(found.total) == pytest.approx(log_odds(everything) - log_odds([]), abs=1e-7)
    for start, heap, group in zip([[], *heaps], heaps, found.groups, strict=False):
        assert exactly(group.running) == pytest.approx(log_odds(heap), abs=1e-7)
        assert exactly(group.step) == pytest.approx(log_odds(heap) - log_odds(start), abs=1e-7)
    assert found.effort.fits == 1 + 2 * len(units) + len(heaps)
    assert found.effort.converged


def grouped(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """The stories, in the order in which each is first told."""
    names = [
        item.id if scenario.origins.get(item.origin, 1) == 1 else item.origin for item in scenario.evidence.values()
    ]
    pairs = list(zip(names, scenario.evidence, strict=True))
    return {name: tuple(item for story, item in pairs if story == name) for name in dict.fromkeys(names)}


def test_independent_items_do_not_interact() -> None:
    """Items that are independent given the result weigh the same alone and given the rest, however unsure they are."""
    unsure = {"events.e": BetaStated(a=2, b=5), "evidence.a": LognormalStated(mu=0.9, sigma=0.6)}
    found = weighed(one_event(seen("a", "e"), seen("b", "e"), given_=unsure))
    for group in found.groups:
        assert abs(group.interaction.value) < 1e-3
        assert group.marginal_first.value > 0.5


def chained(*, all_of: bool, **said: float) -> Assessment:
    """A headline that needs two causes, or follows one of them, and a sign of each: or two signs of the one."""
    causes = (Event(id="c", title=""), Event(id="d", title=""))
    parents = ("c", "d") if all_of else ("c",)
    event = Event(id="e", title="", form="table", table_parents=parents)
    scenario = scenario_of(event, *causes, evidence=(seen("a", "c"), seen("b", parents[-1])))
    entries = {"none": 0.05, "c": 0.05, "d": 0.05, "c+d": 0.9} if all_of else {"none": 0.05, "c": 0.9}
    tables = {f"tables.e.{name}": value for name, value in entries.items()}
    return assessed(scenario, {"events.c": 0.2, "events.d": 0.2, "evidence.a": 9.0, "evidence.b": 9.0, **tables})


@pytest.mark.parametrize("all_of", [False, True], ids=["signs of one cause", "signs of two conditions"])
def test_what_is_not_independent_interacts(all_of: bool) -> None:
    """Two signs of one cause weigh less given each other, signs of two conditions that are both needed weigh more."""
    found = weighed(chained(all_of=all_of))
    base = 0.05, 0.85

    def log_odds(first: float, second: float) -> float:
        if not all_of:
            return float(logit(base[0] + base[1] * expit(logit(0.2) + math.log(first * second))))
        return float(logit(base[0] + base[1] * math.prod(expit(logit(0.2) + math.log(r)) for r in (first, second))))

    expected = log_odds(9, 9) - 2 * log_odds(9, 1) + log_odds(1, 1)
    assert (expected > 0) == all_of
    for group in found.groups:
        assert exactly(group.interaction) == pytest.approx(expected)


def test_items_of_one_origin_are_one_story() -> None:
    """Two that tell one tale count as one and a half where they are half independent, and one by itself as one."""
    items = seen("a", "e", origin="tale"), seen("other", "e", yes=False), seen("b", "e", origin="tale")
    ratios = {"evidence.a": 4.0, "evidence.other": 3.0, "evidence.b": 9.0}
    found = weighed(one_event(*items, given_=ratios, independence={"tale": 0.5}))
    a, other, b = (math.log(ratios[f"evidence.{name}"]) for name in ("a", "other", "b"))
    assert [(group.name, group.items) for group in found.groups] == [("tale", ("a", "b")), ("other", ("other",))]
    tale = groups(found)["tale"]
    assert exactly(tale.marginal_first) == pytest.approx(0.75 * (a + b))
    assert exactly(tale.marginal_last) == pytest.approx(0.75 * (a + b))
    assert exactly(tale.running) == pytest.approx(logit(0.3) + 0.75 * (a + b))
    assert exactly(groups(found)["other"].running) == exactly(after(found))
    assert set(items_of(found)) == {"a", "b"}
    assert exactly(items_of(found)["a"].marginal_first) == pytest.approx(a)
    assert exactly(items_of(found)["a"].marginal_last) == pytest.approx(0.75 * (a + b) - b), (
        "without it the other counts whole"
    )
    assert exactly(items_of(found)["b"].marginal_last) == pytest.approx(0.75 * (a + b) - a)
    assert exactly(after(found)) == pytest.approx(logit(0.3) + 0.75 * (a + b) - other)


def test_an_origin_told_once_lends_no_name() -> None:
    """A story has its item's name unless several items share the origin."""
    scenario = scenario_of(Event(id="e", title=""), evidence=(seen("a", "e", origin="tale"), seen("b", "e")))
    assert evidence_groups(scenario) == {"a": ("a",), "b": ("b",)}


def test_an_observation_weighs_what_it_says_of_the_headline() -> None:
    """An event that is known to have happened moves what it drives: from the mixture to the one branch."""
    events = Event(id="e", title="", drivers=(Driver(name="d", sign=1),)), Event(id="d", title="")
    items = seen("sign", "d"), Observation(id="o", about="d", happened=True, **SAID)
    said = {"events.e": 0.2, "events.d": 0.4, "effects.e.d": 6.0, "evidence.sign": 3.0}
    found = weighed(assessed(scenario_of(*events, evidence=items), said))
    branch = float(expit(logit(0.2) + math.log(6)))

    def log_odds(chance: float) -> float:
        return float(logit(chance * branch + (1 - chance) * 0.2))

    told = 0.4 * 3 / (0.4 * 3 + 0.6)
    sign, known = groups(found)["sign"], groups(found)["o"]
    assert before(found) == pytest.approx(log_odds(0.4))
    assert exactly(sign.marginal_first) == pytest.approx(log_odds(told) - log_odds(0.4))
    assert exactly(sign.marginal_last) == pytest.approx(0, abs=1e-12), "what is known needs no sign"
    assert exactly(known.marginal_first) == pytest.approx(log_odds(1) - log_odds(0.4))
    assert exactly(known.marginal_last) == pytest.approx(log_odds(1) - log_odds(told))
    assert exactly(after(found)) == pytest.approx(log_odds(1))


def test_without_evidence_nothing_weighs() -> None:
    """There is no group, and what prior and posterior differ by is Monte Carlo error."""
    found = weighed(one_event(given_={"events.e": BetaStated(a=2, b=3)}))
    assert (found.groups, found.items, found.opposition, found.conflict) == ((), (), None, None)
    assert found.residual == found.total
    assert abs(found.total.value) < ERRORS * found.total.se
    assert found.effort.fits == 1


def test_a_headline_that_some_evidence_makes_certain_cannot_be_weighed() -> None:
    """Log-odds of an event that was observed are infinite."""
    with pytest.raises(Undefined):
        weighed(one_event(Observation(id="o", about="e", happened=True, **SAID), given_={}))


# Opposition


def test_the_strongest_each_way_are_opposed() -> None:
    """Of what raises the headline and of what lowers it, those that weigh most when all else is known."""
    items = [seen(name, "e", yes=name.startswith("up")) for name in ("up1", "down1", "up2", "down2")]
    ratios = dict(zip([f"evidence.{item.id}" for item in items], (2.0, 3.0, 5.0, 2.5), strict=True))
    found = weighed(one_event(*items, given_=ratios)).opposition
    assert found is not None
    assert (found.raises, found.lowers) == ("up2", "down1")


def test_pulls_are_opposed_as_they_are_when_all_else_is_known() -> None:
    """A sign of what is known anyway pulls less, however much it did alone; so the next strongest is opposed."""
    events = Event(id="e", title="", drivers=(Driver(name="d", sign=1),)), Event(id="d", title="")
    items = seen("sign", "d"), seen("proof", "d", yes=False), seen("up", "e")
    said = {"events.e": 0.3, "events.d": 0.2, "effects.e.d": 50.0, "evidence.up": 1.5}
    signs = {"evidence.sign": 40.0, "evidence.proof": 1e5}
    found = weighed(assessed(scenario_of(*events, evidence=items), {**said, **signs}))
    sign, up = (groups(found)[name] for name in ("sign", "up"))
    assert sign.marginal_first.value > up.marginal_last.value > sign.marginal_last.value > 1e-4
    assert found.opposition is not None
    assert (found.opposition.raises, found.opposition.lowers) == ("up", "proof")


def test_what_pulls_one_way_is_not_opposed() -> None:
    """Evidence that agrees has no opposition."""
    assert weighed(one_event(seen("a", "e"), seen("b", "e"), given_={})).opposition is None
    assert weighed(one_event(seen("a", "e", yes=False), seen("b", "e", yes=False), given_={})).opposition is None


def test_a_pull_within_its_error_is_none() -> None:
    """What has nothing to do with the headline weighs noise, and is opposed to nothing unless two errors from zero."""
    clear = []
    for seed in range(4):
        free = {"events.e": BetaStated(a=2, b=3), "events.d": BetaStated(a=1, b=1), "evidence.b": 6.0}
        found = weighed(one_event(seen("a", "e"), seen("b", "d"), given_=free), seed=seed)
        weight = groups(found)["b"].marginal_last
        assert weight.se > 0
        opposed = found.opposition and (found.opposition.raises, found.opposition.lowers)
        clear.append(weight.value < -2 * weight.se)
        assert opposed == (("a", "b") if clear[-1] else None)
    assert not all(clear)


def test_rounding_opposes_and_contradicts_nothing() -> None:
    """Where every quantity is held, what does not matter weighs nothing, whatever floats make of it."""
    rng = np.random.default_rng(1)
    for _ in range(8):
        base, other, a, b = rng.uniform(0.1, 0.9, 4)
        said = {"events.e": base, "events.d": other, "evidence.a": 1 + 3 * a, "evidence.b": 1 + 3 * b}
        found = weighed(one_event(seen("a", "e"), seen("b", "d", yes=False), given_=said))
        assert (found.opposition, found.conflict) == (None, None)


# Conflict


def test_two_that_speak_of_one_event_conflict_by_bayes_theorem() -> None:
    """ln P(a) P(b) / P(a, b), summed over the event by hand; the worst pair is told."""
    items = seen("a", "e"), seen("b", "e", yes=False), seen("c", "d", yes=False)
    said = {"evidence.a": 4.0, "evidence.b": 5.0, "evidence.c": 3.0, "events.e": 0.3, "effects.e.f": 1.0}
    found = weighed(one_event(*items, given_=said)).conflict
    assert found is not None
    a, b, both = 0.3 * 4 + 0.7, 0.3 + 0.7 * 5, 0.3 * 4 + 0.7 * 5
    assert (found.first, found.second) == ("a", "b")
    assert exactly(found.measure) == pytest.approx(math.log(a * b / both))


def test_evidence_that_agrees_does_not_conflict() -> None:
    """Two signs of one event are more probable together than apart."""
    assert weighed(one_event(seen("a", "e"), seen("b", "e"), given_={})).conflict is None


def conflicting() -> Assessment:
    """A factor that drives an event: a sign that it is high, and two that the event does not come."""
    items = seen("high", "f"), seen("no", "e", yes=False), seen("never", "e", yes=False, origin="")
    said = {
        "factors.f": BetaStated(a=2, b=2),
        "effects.e.f": 60.0,
        "evidence.high": LognormalStated(mu=3.0, sigma=0.5),
        "evidence.no": 12.0,
        "evidence.never": 1.5,
    }
    return one_event(*items, given_=said)


def test_a_sign_of_a_factor_conflicts_with_what_is_said_of_its_event() -> None:
    """P(high), P(no) and both are integrals over the factor, the ratio of the sign integrated out; so is the error."""
    found = weighed(conflicting())
    nodes, weights = roots_jacobi(60, 1, 1)
    x, weights = (nodes + 1) / 2, weights / weights.sum()
    high = np.exp(3.0 * x + 0.5**2 * x**2 / 2)
    chance = expit(logit(0.3) + math.log(60) * (x - 0.5))
    no = chance + (1 - chance) * 12
    means = [float(one @ weights) for one in (high, no, high * no)]
    assert found.conflict is not None
    assert (found.conflict.first, found.conflict.second) == ("high", "no")
    measure = found.conflict.measure
    expected = math.log(means[0] * means[1] / means[2])
    assert measure.value == pytest.approx(expected, abs=ERRORS * measure.se)
    pull = high / means[0] + no / means[1] - high * no / means[2] - 1
    variance = float(np.square(pull) @ weights)
    kurtosis = float(pull**4 @ weights) / variance**2
    spread_of_errors = math.sqrt((kurtosis - 1) / (4 * CONFLICT_DRAWS))
    assert measure.se == pytest.approx(math.sqrt(variance / CONFLICT_DRAWS), rel=ERRORS * spread_of_errors)


@pytest.mark.parametrize(("ratio", "told"), [(1.15, False), (1.6, True)])
def test_a_slight_conflict_is_not_worth_a_word(ratio: float, told: bool) -> None:
    """Two that hardly contradict each other are no conflict, though there be no doubt that they do."""
    said = {"evidence.a": ratio, "evidence.b": ratio, "events.e": 0.5, "effects.e.f": 1.0}
    found = weighed(one_event(seen("a", "e"), seen("b", "e", yes=False), given_=said)).conflict
    assert (math.log(((1 + ratio) / 2) ** 2 / ratio) > MIN_CONFLICT) == told
    assert (found is not None) == told


def test_the_worst_of_many_pairs_has_to_stand_out_from_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """What chance makes of one pair half as often as is put up with, it makes of one in twenty-one too often."""
    monkeypatch.setattr("estimative.model.analysis.evidence_weight.CONFLICT_DRAWS", 40)
    pair = seen("high", "f"), seen("no", "e", yes=False)
    said = {"factors.f": BetaStated(a=2, b=2), "effects.e.f": 60.0, "evidence.high": 20.0, "evidence.no": 4.0}
    first = weighed(one_event(*pair, given_=said)).conflict
    assert first is not None
    monkeypatch.setattr(
        "estimative.model.analysis.evidence_weight.FALSE_CONFLICT",
        2 * float(norm.sf(first.measure.value / first.measure.se)),
    )
    assert weighed(one_event(*pair, given_=said)).conflict is not None
    assert weighed(one_event(*pair, *(seen(name, "d") for name in "uvwxy"), given_=said)).conflict is None


def test_a_conflict_within_its_error_is_none() -> None:
    """Signs of two factors that have nothing to do with each other conflict by noise alone."""
    event = Event(id="e", title="", drivers=(Driver(name="f", sign=1), Driver(name="g", sign=1)))
    scenario = scenario_of(event, factors=("f", "g"), evidence=(seen("a", "f"), seen("b", "g", yes=False)))
    said = {"events.e": 0.3, **dict.fromkeys(["effects.e.f", "effects.e.g", "evidence.a", "evidence.b"], 4.0)}
    free = dict.fromkeys(["factors.f", "factors.g"], BetaStated(a=2, b=2))
    found = [weighed(assessed(scenario, {**said, **free}), seed=seed).conflict for seed in range(6)]
    assert found.count(None) >= 5, "above two errors once in 44"
    assert all(one is None or one.measure.se > 0 for one in found)


# With noise


def counted() -> Assessment:
    """An event with a beta prior, a reference class and two signs: every posterior mean is known."""
    cases = Cases(id="cases", about="e", trials=(Trials(at={}, successes=3.0, of=20.0),), **SAID)
    scenario = scenario_of(Event(id="e", title=""), evidence=(seen("a", "e"), cases, seen("b", "e", yes=False)))
    said = {"events.e": BetaStated(a=2, b=2), "evidence.a": LognormalStated(mu=1.0, sigma=0.5), "evidence.b": 1.5}
    return assessed(scenario, said, relevance={"cases": 0.5})


def known(items: str) -> float:
    """Log-odds of the event, of items named by their first letters; an uncertain ratio counts as its median."""
    mean = (2 + 1.5) / (4 + 10) if "c" in items else 0.5
    ratio = (math.exp(1.0) if "a" in items else 1.0) / (1.5 if "b" in items else 1.0)
    return float(logit(mean)) + math.log(ratio)


KNOWN = {
    "total": known("acb") - known(""),
    "a alone": known("a") - known(""),
    "a last": known("acb") - known("cb"),
    "a running": known("a"),
    "a step": known("a") - known(""),
    "cases alone": known("c") - known(""),
    "cases last": known("acb") - known("ab"),
    "cases running": known("ac"),
    "cases step": known("ac") - known("a"),
    "b alone": known("b") - known(""),
    "b last": known("acb") - known("ac"),
    "b running": known("acb"),
    "b step": known("acb") - known("ac"),
}


SMOOTHED = 5e-4
"""What smoothing the weights adds to a difference in which all draws cancel: no error tells of it."""


def all_numbers(found: EvidenceWeights) -> dict[str, MCEstimate]:
    numbers = {"total": found.total}
    for group in found.groups:
        numbers[f"{group.name} alone"] = group.marginal_first
        numbers[f"{group.name} last"] = group.marginal_last
        numbers[f"{group.name} running"] = group.running
        numbers[f"{group.name} step"] = group.step
    return numbers


@cache
def repeated() -> list[EvidenceWeights]:
    """Of many seeds."""
    return [weighed(counted(), seed=seed) for seed in range(8)]


def test_weights_lie_around_the_truth_as_told() -> None:
    """Over many seeds, every number is the closed form's on average, and spreads as its error says."""
    runs = [all_numbers(weights) for weights in repeated()]
    seeds = len(runs)
    assert {name for run in runs for name in run} == set(KNOWN)
    for name, expected in KNOWN.items():
        values = np.array([run[name].value for run in runs])
        told = math.sqrt(np.mean([run[name].se ** 2 for run in runs]))
        assert values.mean() == pytest.approx(expected, abs=ERRORS * told / math.sqrt(seeds) + SMOOTHED), name
        assert values.std(ddof=1) == pytest.approx(told, rel=ERRORS / math.sqrt(2 * (seeds - 1)), abs=SMOOTHED), name


def test_a_weight_is_more_certain_than_its_ends() -> None:
    """What the fits of a difference share cancels."""
    assessment = counted()
    fitter, fitted = fit(assessment)
    nothing = assessment.without_evidence(assessment.scenario.evidence)
    refitter = Refitter.between(fitter, [fitted, fitter.fit(nothing)])
    levels = [refitter.reweight(variant) for variant in (nothing, assessment.without_evidence(["cases", "b"]))]
    ends = math.hypot(*(level.log_odds.se for level in levels if level))
    assert groups(weighed(assessment))["a"].marginal_first.se < 0.5 * ends


def measured() -> Assessment:
    """An event driven by three factors, each measured well: what is known of one reaches far into its prior."""
    names = ("f", "g", "h")
    event = Event(id="e", title="", drivers=tuple(Driver(name=name, sign=1) for name in names))
    common = {"value": 0.9, "unit": "m", "at_low": 0.0, "at_high": 1.0, **SAID}
    items = tuple(Measurement(id=f"gauge_{name}", about=name, **common) for name in names)
    said: Said = {f"factors.{name}": BetaStated(a=2, b=2) for name in names}
    said |= {f"effects.e.{name}": 3.0 for name in names} | {f"evidence.{item.id}": 0.15 for item in items}
    return assessed(scenario_of(event, factors=names, evidence=items), {**said, "events.e": 0.3})


def test_the_worse_of_two_shapes_is_told() -> None:
    """Pareto k of a weight is the larger of those of its two fits, each made as a refit by itself is."""
    assessment = measured()
    fitter, whole = fit(assessment)
    refitter = Refitter.between(fitter, [whole, fitter.fit(assessment.without_evidence(assessment.scenario.evidence))])
    found = evidence_weights(fitter, whole, headline(whole))
    for name in assessment.scenario.evidence:
        others = [item for item in assessment.scenario.evidence if item != name]
        quick = [refitter.reweight(assessment.without_evidence(items)) for items in ([name], others)]
        shapes = [c.value for one in quick if one for c in one.verdict.checks if c.name == "Pareto k"]
        assert shapes[0] != shapes[1]
        assert groups(found)[name].own_fits == 0
        assert groups(found)[name].pareto_k == max(shapes)


def test_fits_of_their_own_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where reweighting does not serve, both fits of a weight are made anew, share no noise, and agree all the same."""
    assert {group.own_fits for group in weighed(counted()).groups} == {0}
    for way in ("reweight", "approach"):
        monkeypatch.setattr(Refitter, way, lambda *_: None)
    found = weighed(counted())
    for name, number in all_numbers(found).items():
        assert number.value == pytest.approx(KNOWN[name], abs=ERRORS * number.se)
        assert number.own_variance > 0
        assert not number.influence.any()
    assert {group.own_fits for group in found.groups} == {2}


def test_progress_is_told_of_every_fit() -> None:
    """Each fit counts, and the last one says that all are done."""
    told: list[tuple[int, int]] = []
    items = seen("a", "e", origin="tale"), seen("b", "e", origin="tale"), seen("c", "e")
    fitter, whole = fit(one_event(*items, given_={}))
    found = evidence_weights(fitter, whole, headline(whole), progress=lambda done, total: told.append((done, total)))
    assert told == [(done, 11) for done in range(1, 12)]
    assert found.effort.fits == 11, "four units alone and left out, two heaps, and nothing"


def test_evidence_left_out_beforehand_is_no_part_of_it() -> None:
    """An assessment without an item is weighed as one that never had it, but for a story of no weight."""
    items = seen("a", "e"), seen("b", "e", yes=False)
    said = {"evidence.a": 4.0, "evidence.b": 3.0}
    found = weighed(one_event(*items, given_=said).without_evidence(["b"]))
    assert exactly(after(found)) == pytest.approx(logit(0.3) + math.log(4))
    assert exactly(groups(found)["a"].marginal_last) == pytest.approx(math.log(4))


# One number for one quantity


def estimate(value: float, se: float) -> ProbabilityEstimate:
    interval = Interval(mass=0.9, low=value, high=value, low_se=0.0, high_se=0.0, ess=1000.0)
    return ProbabilityEstimate(value=value, se=se, sd=0.0, interval=interval, ess=1000.0)


@pytest.mark.parametrize("seed", range(4))
def test_the_running_log_odds_end_at_the_headline(seed: int) -> None:
    """Steps add up to the total, and the last running value is the posterior that is reported, error included."""
    fitter, fitted = fit(counted(), seed=seed)
    reported = headline(fitted, seed)
    found = evidence_weights(fitter, fitted, reported)
    p = reported.posterior
    assert after(found).value == pytest.approx(float(logit(p.value)), abs=1e-12)
    assert after(found).se == pytest.approx(p.se / (p.value * (1 - p.value)))
    assert math.fsum(group.step.value for group in found.groups) == pytest.approx(found.total.value, abs=1e-12)
    assert found.total.value == pytest.approx(float(logit(p.value) - logit(reported.prior.value)), abs=1e-12)


def test_what_is_spread_over_the_steps_is_within_its_error() -> None:
    """Over many seeds, the residual between the fits and the total lies around zero as far as its error says."""
    ratios = [weights.residual.value / weights.residual.se for weights in repeated()]
    assert max(map(abs, ratios)) < ERRORS
    assert 0.3 < np.std(ratios) < 1.7


def test_a_residual_is_spread_by_weighted_least_squares() -> None:
    """The steps are those that differ least from the refits', by their variances, of all that add up to the total."""
    rng = np.random.default_rng(1)
    levels = [MCEstimate(value=value, influence=rng.normal(0, 0.01, 50)) for value in (-2.0, -1.5, -1.7, -0.4)]
    reported = Probability(prior=estimate(0.13, 0.002), posterior=estimate(0.39, 0.004))
    path = reconciled(levels, reported)
    raw = np.diff([level.value for level in levels])
    variances = np.array([np.square(b.influence - a.influence).sum() for a, b in pairwise(levels)])
    total = float(logit(0.39) - logit(0.13))
    # Lagrange: the gradient of sum (s - raw)^2 / v is the same for every step.
    system = np.block([[np.diag(2 / variances), -np.ones((3, 1))], [np.ones((1, 3)), np.zeros((1, 1))]])
    solution = np.linalg.solve(system, [*(2 * raw / variances), total])[:3]
    assert [step.value for step in path.steps] == pytest.approx(solution)
    assert path.residual.value == pytest.approx(total - raw.sum())


def test_the_error_of_a_reconciled_step_is_that_of_its_parts() -> None:
    """A step is linear in levels and ends: moved by a standard normal each, it spreads as it says."""
    rng = np.random.default_rng(2)
    reported = Probability(prior=estimate(0.2, 0.004), posterior=estimate(0.3, 0.002))
    influence = rng.normal(0, 0.01, (3, 40))
    values = (-1.4, -1.0, -0.85)
    path = reconciled([MCEstimate(value=v, influence=i) for v, i in zip(values, influence, strict=True)], reported)
    slopes = [p.se / (p.value * (1 - p.value)) for p in (reported.prior, reported.posterior)]
    steps = []
    for _ in range(1000):
        noise = rng.standard_normal(40)
        moved = [MCEstimate(value=v + i @ noise, influence=i) for v, i in zip(values, influence, strict=True)]
        ends = [
            float(expit(logit(p.value) + slope * rng.standard_normal()))
            for p, slope in zip((reported.prior, reported.posterior), slopes, strict=True)
        ]
        again = Probability(prior=estimate(ends[0], 0.004), posterior=estimate(ends[1], 0.002))
        steps.append([step.value for step in reconciled(moved, again).steps])
    assert np.std(steps, axis=0) == pytest.approx([step.se for step in path.steps], rel=ERRORS / math.sqrt(2 * 1000))


def test_steps_without_error_share_a_residual_equally() -> None:
    """Where no refit errs, the noise of prior and posterior is spread over all steps alike."""
    levels = [MCEstimate(value=-1.0)] * 3
    path = reconciled(levels, Probability(prior=estimate(0.26, 0.002), posterior=estimate(0.27, 0.002)))
    assert path.steps[0].value == pytest.approx(path.steps[1].value)
    assert path.steps[0].value > 0
