"""Verification of resolved forecasts, against a library, brute force and numbers computed by hand."""

from __future__ import annotations

import datetime
import itertools
import math
import random
import statistics
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimative.model.inference.estimates import Estimate
from estimative.model.record.calibration import ENOUGH, MASS, Verification, frequency, scored_set
from estimative.model.record.proper_scores import FEW, score
from estimative.model.record.resolutions import Entry
from estimative.priors.forecast_record import Judgement, Record
from estimative.priors.verbal_scale import ICD203
from tests.examples import repetitions
from tests.scores_made import MADE, entries, entry, resolution, state_resolution, verify

type Answered = tuple[float, bool]
"""A probability, and whether it happened."""

PROBABILITIES = st.floats(0.01, 0.99)
ANSWERS = st.lists(st.tuples(PROBABILITIES, st.booleans()), min_size=1, max_size=12)


def verified(answered: Sequence[Answered]) -> Verification:
    """Scores of answers, each to a question of a scenario of its own."""
    return verify(entries(answered))


def on_scenarios(answered: Sequence[tuple[str, float, bool]]) -> list[Entry]:
    """Answers to questions of named scenarios."""
    return [
        entry(place, resolution(place, happened, probability=p, scenario=scenario, outcome=f"o{place}"))
        for place, (scenario, p, happened) in enumerate(answered, start=1)
    ]


@given(ANSWERS)
def test_scores_are_those_that_give_weights(answered: list[Answered]) -> None:
    """On separate scenarios, scores, errors and bins are those that give the weights of a pool."""
    judgements = tuple(
        Judgement(analyst="a", question=str(place), probability=p, happened=y) for place, (p, y) in enumerate(answered)
    )
    [other] = score(Record(file="", analysts=("a",), judgements=judgements)).scores
    result = verified(answered)
    for one, same in ((result.brier, other.brier), (result.log, other.log)):
        assert one.value == pytest.approx(same.value, abs=1e-12)
        assert one.se == (None if same.se is None else pytest.approx(same.se, abs=1e-12))
    assert [(b.term, b.count, b.occurred / b.count) for b in result.bins] == [
        (c.term, c.count, pytest.approx(c.frequency)) for c in other.calibration
    ]


def test_counts_by_hand() -> None:
    """Forecasts, questions, scenarios and what happened are counted; the mean is that of the forecasts."""
    result = verify(on_scenarios([("a", 0.2, True), ("a", 0.4, False), ("b", 0.9, True)]))
    assert (result.count, result.questions, result.scenarios, result.yes_no.occurred) == (3, 3, 2, 2)
    assert result.yes_no.mean_forecast.value == pytest.approx(0.5)
    assert result.yes_no.mean_forecast.se == pytest.approx(math.sqrt(3) * 0.002 / 3)
    assert result.yes_no.bias.value == pytest.approx(0.5 - 2 / 3)


def test_one_scenario_is_one_draw() -> None:
    """Repeated on the same scenarios, answers have the same error; on others, one smaller by the root of two."""
    answered = [("a", 0.1, False), ("b", 0.4, True), ("c", 0.8, True), ("d", 0.7, False)]
    once, twice = verify(on_scenarios(answered)), verify(on_scenarios([*answered, *answered]))
    assert once.brier.se is not None
    assert twice.brier == Estimate(value=pytest.approx(once.brier.value), se=pytest.approx(once.brier.se))  # type: ignore[arg-type]
    apart = verify(on_scenarios([*answered, *((name * 2, p, y) for name, p, y in answered)]))
    assert apart.brier.se == pytest.approx(once.brier.se / math.sqrt(7 / 3))


def test_errors_by_groups_by_hand() -> None:
    """Brier scores 0.04, 0.16 of one scenario and 0.01 of another: groups sum to 0.06 and -0.06 about the mean."""
    result = verify(on_scenarios([("a", 0.2, False), ("a", 0.4, False), ("b", 0.9, True)]))
    assert result.brier.value == pytest.approx(0.07)
    assert result.brier.se == pytest.approx(math.sqrt(2 / 1 * (0.06**2 + 0.06**2)) / 3)


def test_from_one_scenario_there_is_no_error() -> None:
    """However many outcomes of one scenario are known, no score has an error."""
    result = verify(on_scenarios([("a", 0.2, True), ("a", 0.4, False)]))
    assert [result.brier.se, result.log.se, result.yes_no.bias.se] == [None] * 3
    assert result.yes_no.brier_skill is not None
    assert result.yes_no.brier_skill.se is None


SKILLED = [(0.9, True), (0.8, True), (0.3, False), (0.4, True), (0.2, False), (0.1, False), (0.6, False), (0.7, True)]


def test_skill_by_hand() -> None:
    """At a base rate of a half the reference scores 1/4 and ln 2."""
    result = verified(SKILLED)
    assert result.yes_no.brier_skill is not None
    assert result.yes_no.log_skill is not None
    assert result.yes_no.brier_skill.value == pytest.approx(1 - result.brier.value / 0.25)
    assert result.yes_no.log_skill.value == pytest.approx(1 - result.log.value / math.log(2))


def test_the_error_of_skill_is_that_of_a_jackknife() -> None:
    """From many judgements the error by the delta method is the one that leaving out one after the other gives."""
    chance = random.Random(4)
    answered = [(p, chance.random() < p**1.3) for p in (chance.uniform(0.02, 0.9) for _ in range(100))]
    total = verified(answered)
    without = [verified(answered[:i] + answered[i + 1 :]) for i in range(len(answered))]
    n = len(answered)
    for skill in ("brier_skill", "log_skill"):
        values = [getattr(result.yes_no, skill).value for result in without]
        jackknife = math.sqrt((n - 1) / n * sum((value - statistics.fmean(values)) ** 2 for value in values))
        assert getattr(total.yes_no, skill).se == pytest.approx(jackknife, rel=0.03)


@pytest.mark.parametrize("happened", [True, False])
def test_without_a_base_rate_there_is_no_skill(happened: bool) -> None:
    """Where everything or nothing happened the base rate is never wrong, and skill is not defined."""
    result = verified([(0.3, happened), (0.6, happened)])
    assert (result.yes_no.brier_skill, result.yes_no.log_skill, result.yes_no.decomposition) == (None, None, None)


def test_certainty_that_was_wrong_is_infinite() -> None:
    """Where 0 was given to what happened the logarithmic score and its skill are left out as infinite."""
    result = verified([(0.0, True), (0.3, False), (0.5, True)])
    assert result.log is None
    assert result.yes_no.log_skill is None
    assert math.isfinite(result.brier.value)


def test_the_base_rate_has_no_skill() -> None:
    """Who always says the base rate has neither skill nor bias."""
    result = verified([(0.25, place % 4 == 0) for place in range(40)])
    assert result.yes_no.brier_skill is not None
    assert result.yes_no.log_skill is not None
    assert (result.yes_no.brier_skill.value, result.yes_no.log_skill.value) == (pytest.approx(0), pytest.approx(0))
    assert result.yes_no.bias.value == pytest.approx(0)


def test_a_bias_is_no_surer_than_chance_allows() -> None:
    """Where none of twenty improbable things happened, that is what calibrated forecasts often see: no certain bias."""
    result = verified([(0.03 + place / 1000, False) for place in range(20)])
    assert result.yes_no.bias.se is not None
    chance = math.sqrt(sum(p * (1 - p) for p in (0.03 + place / 1000 for place in range(20)))) / 20
    assert result.yes_no.bias.se == pytest.approx(chance)
    assert result.yes_no.bias.value < 2 * result.yes_no.bias.se


def test_a_bias_on_one_scenario_is_one_draw() -> None:
    """Thirty forecasts on three scenarios show a bias no more surely than three do."""
    answered = [
        (name, 0.5, happened) for name, happened in (("a", True), ("b", False), ("c", False)) for _ in range(10)
    ]
    bias, three = (verify(on_scenarios(some)).yes_no.bias for some in (answered, answered[::10]))
    assert bias.value == pytest.approx(three.value)
    assert bias.se == pytest.approx(three.se)


@repetitions(50, 200)
def test_a_bias_is_detected_and_none_is_invented(repetitions: int) -> None:
    """Of calibrated records about one in twenty seems biased by two errors; of overstated ones nearly all do."""
    chance = random.Random(11)

    def clear(shift: float) -> int:
        count = 0
        for _ in range(repetitions):
            rates = [chance.uniform(0.1, 0.7) for _ in range(60)]
            bias = verified([(min(p + shift, 1.0), chance.random() < p) for p in rates]).yes_no.bias
            assert bias.se is not None
            count += abs(bias.value) > 2 * bias.se
        return count

    expected = repetitions * math.erfc(math.sqrt(2))
    assert clear(0.0) <= expected + 4 * math.sqrt(expected)
    assert clear(0.25) >= 0.9 * repetitions


def blocks(*groups: tuple[float, int, int]) -> list[Answered]:
    """Groups of one probability each, how many there are, and how many happened."""
    return [(p, place < yes) for p, count, yes in groups for place in range(count)]


def test_the_parts_make_the_whole() -> None:
    """Reliability less resolution plus uncertainty is the Brier score where a bin has equal forecasts (Murphy 1973)."""
    answered = blocks((0.1, 30, 6), (0.3, 20, 4), (0.7, 30, 24), (0.9, 20, 19))
    result, base = verified(answered), 53 / 100
    assert result.yes_no.decomposition is not None
    parts = result.yes_no.decomposition
    assert parts.reliability == pytest.approx(0.3 * 0.01 + 0.2 * 0.01 + 0.3 * 0.01 + 0.2 * 0.05**2)
    shares = ((0.3, 0.2), (0.2, 0.2), (0.3, 0.8), (0.2, 0.95))
    assert parts.resolution == pytest.approx(sum(w * (share - base) ** 2 for w, share in shares))
    assert (parts.uncertainty, parts.within_bin) == (pytest.approx(base * (1 - base)), 0)
    assert parts.reliability - parts.resolution + parts.uncertainty == pytest.approx(result.brier.value)


def test_differences_within_a_bin_are_a_part_of_the_score() -> None:
    """Where forecasts of a bin differ, the rest is variance less twice the covariance within (Stephenson 2008)."""
    chance = random.Random(2)
    answered = [(p, chance.random() < p) for p in (chance.uniform(0.06, 0.44) for _ in range(80))]
    result = verified(answered)
    assert result.yes_no.decomposition is not None
    by_band = itertools.groupby(sorted(answered), key=lambda one: ICD203.word(one[0]).text)
    rest = 0.0
    for _, band in by_band:
        p, y = (np.array(values, dtype=float) for values in zip(*band, strict=True))
        rest += len(p) / len(answered) * (np.var(p) - 2 * np.cov(p, y, bias=True)[0, 1])
    assert result.yes_no.decomposition.within_bin == pytest.approx(rest)


@pytest.mark.parametrize("count", [FEW - 1, FEW, ENOUGH * 3 - 1, ENOUGH * 3])
def test_too_few_forecasts_are_not_decomposed(count: int) -> None:
    """There is a decomposition only from ten forecasts for each bin in use on, and never of few questions."""
    one_band = verified([(0.3, place % 3 == 0) for place in range(count)])
    assert (one_band.yes_no.decomposition is not None) == (count >= FEW)
    assert one_band.few == (count < FEW)
    three_bands = verified([((0.3, 0.7, 0.9)[place % 3], place % 2 == 0) for place in range(count)])
    assert (three_bands.yes_no.decomposition is not None) == (count >= ENOUGH * 3)


@pytest.mark.parametrize(("occurred", "count"), [(0, 1), (1, 1), (0, 20), (7, 20), (20, 20), (300, 1000)])
def test_intervals_are_those_of_jeffreys(occurred: int, count: int) -> None:
    """The ends are quantiles of Beta(k + 1/2, n - k + 1/2), but 0 where nothing and 1 where everything happened."""
    from scipy.stats import beta

    low, high = frequency(occurred, count)
    posterior = beta(occurred + 0.5, count - occurred + 0.5)
    assert low == (0 if occurred == 0 else pytest.approx(posterior.ppf((1 - MASS) / 2)))
    assert high == (1 if occurred == count else pytest.approx(posterior.ppf((1 + MASS) / 2)))
    assert low <= occurred / count <= high


def test_an_interval_holds_the_frequency_as_often_as_it_says() -> None:
    """Over all frequencies alike, nine intervals in ten hold the one that they are of."""
    count = 30
    frequencies = [(place + 0.5) / 400 for place in range(400)]
    held = 0.0
    for p in frequencies:
        chances = [math.comb(count, k) * p**k * (1 - p) ** (count - k) for k in range(count + 1)]
        held += sum(chance for k, chance in enumerate(chances) if frequency(k, count)[0] <= p <= frequency(k, count)[1])
    assert held / len(frequencies) == pytest.approx(MASS, abs=0.02)


def test_the_order_of_the_log_does_not_matter() -> None:
    """Whatever the order in which things were resolved, all numbers are the same to the last bit."""
    result = entries(SKILLED)
    assert verify(result) == verify(list(reversed(result)))


DAY = datetime.timedelta(days=1)


def test_of_each_analyst_on_each_question_the_last_run_counts() -> None:
    """The latest run is scored, in whatever order runs were resolved; superseded and void ones are separate."""
    later = MADE + 9 * DAY
    result = [
        entry(1, resolution(2, probability=0.6, created=later)),
        entry(2, resolution(1, probability=0.2)),
        entry(3, resolution(3, probability=0.5, prior_set="mayor")),
        entry(4, resolution(4, probability=0.5, outcome="open")),
        entry(5, resolution(5, None, probability=0.5, outcome="if_leak")),
        entry(6, resolution(6, None, probability=0.7, created=later + DAY)),
    ]
    sorts = scored_set(result)
    assert [one.line for one in sorts.scored] == [1, 3, 4]
    assert [one.line for one in sorts.superseded] == [2]
    assert [one.line for one in sorts.void] == [5, 6]


def test_scores_of_states_by_hand() -> None:
    """All forecasts have a Brier and a logarithmic score, ordered states a ranked one, yes or no the other measures."""
    log = [
        entry(1, resolution(1, True, probability=0.2, scenario="a")),
        entry(2, state_resolution(2, (0.2, 0.5, 0.3), "s1", scenario="b")),
        entry(3, state_resolution(3, (0.1, 0.2, 0.7), "s0", scenario="c", ordered=True)),
    ]
    result = verify(log)
    assert (result.count, result.of_states, result.questions, result.scenarios) == (3, 2, 3, 3)
    assert result.brier.value == pytest.approx((0.64 + 0.19 + 0.67) / 3)
    assert result.log is not None
    assert result.log.value == pytest.approx(-(math.log(0.2) + math.log(0.5) + math.log(0.1)) / 3)
    assert result.ranked is not None
    assert (result.ranked.count, result.ranked.score.value) == (1, pytest.approx(0.65))
    assert result.yes_no is not None
    assert (result.yes_no.count, result.yes_no.brier.value) == (1, pytest.approx(0.64))
    assert result.yes_no == verify(log[:1]).yes_no


def test_each_state_is_calibrated_as_yes_or_no() -> None:
    """Bins have every state, of which one happened; a record of states alone has no base rate."""
    result = verify([entry(1, state_resolution(1, (0.1, 0.1, 0.8), "s2")), entry(2, state_resolution(2, (1, 0), "s0"))])
    assert [(b.term, b.count, b.occurred) for b in result.bins] == [
        ("below 1%", 1, 0), ("very unlikely", 2, 0), ("very likely", 1, 1), ("above 99%", 1, 1),
    ]  # fmt: skip
    assert (result.yes_no, result.ranked) == (None, None)


@given(ANSWERS)
def test_two_states_score_as_yes_or_no(answered: list[Answered]) -> None:
    """Scores and their errors do not depend on whether a question has two states or the answer yes or no."""
    log = [
        entry(place, state_resolution(place, (1 - p, p), f"s{int(y)}", scenario=f"s{place}", ordered=True))
        for place, (p, y) in enumerate(answered)
    ]
    result, other = verify(log), verified(answered)
    assert result.ranked is not None
    for one in (result.brier, result.ranked.score):
        assert one.value == pytest.approx(other.brier.value, abs=1e-12)
        assert one.se == (None if other.brier.se is None else pytest.approx(other.brier.se, abs=1e-12))
    assert result.log is not None
    assert other.log is not None
    assert result.log.value == pytest.approx(other.log.value, abs=1e-12)


def test_impossible_states_score_infinitely_if_they_hold() -> None:
    """A state of probability 0 that holds makes the logarithmic score infinite; one that does not hold costs none."""
    assert verify([entry(1, state_resolution(1, (0.0, 0.4, 0.6), "s0"))]).log is None
    fine = verify([entry(1, state_resolution(1, (0.0, 0.4, 0.6), "s2"))]).log
    assert fine is not None
    assert fine.value == pytest.approx(-math.log(0.6))


def test_without_its_condition_a_state_is_void() -> None:
    """An event whose condition was not met is counted as void, like one of which nobody will know."""
    log = [entry(1, state_resolution(1, (0.5, 0.5), "otherwise")), entry(2, state_resolution(2, (0.5, 0.5), ""))]
    assert [one.line for one in scored_set(log).void] == [1, 2]
