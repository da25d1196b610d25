"""Scores, calibration and weights, against numbers that were published or computed by hand."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from estimative.model.inference.estimates import Estimate
from estimative.model.record.proper_scores import FLOOR, RULES, CalibrationBin, Scores, Scoring, score, weights
from estimative.priors.forecast_record import Judgement, Record
from estimative.priors.state_probability import StateProbability
from estimative.priors.verbal_scale import ICD203

type Answered = tuple[float, bool | None]
"""A probability, and whether it happened."""

SURE: Answered = (1.0, True)
WRONG: Answered = (0.0, True)
EVEN: Answered = (0.5, True)
PROBABILITIES = st.floats(0.01, 0.99)
ANSWERS = st.lists(st.tuples(PROBABILITIES, st.booleans()), min_size=1, max_size=8)
SEVERAL = st.lists(st.tuples(PROBABILITIES, st.booleans()), min_size=2, max_size=8)
PANELS = st.dictionaries(st.sampled_from(["kent", "heuer", "wohlstetter"]), ANSWERS, min_size=1)


def record(**answered: Sequence[Answered]) -> Record:
    """A record in which the answers of each analyst are to the questions 0, 1, 2..."""
    return Record(
        file="record.csv",
        analysts=tuple(answered),
        judgements=tuple(
            Judgement(analyst=analyst, question=str(index), probability=probability, happened=happened)
            for analyst, answers in answered.items()
            for index, (probability, happened) in enumerate(answers)
        ),
    )


def scores_of(*answered: Answered) -> Scores:
    [scores] = score(record(kent=answered)).scores
    return scores


def values(measured: Mapping[str, Estimate]) -> dict[str, float]:
    return {analyst: weight.value for analyst, weight in measured.items()}


@pytest.mark.parametrize(
    ("answered", "brier"),
    [((1.0, True), 0), ((1.0, False), 1), ((0.7, True), 0.09), ((0.3, True), 0.49), ((0.5, True), 0.25),
     ((0.5, False), 0.25), ((0.2, True), 0.64)],
)  # fmt: skip
def test_published_brier_scores(answered: Answered, brier: float) -> None:
    """The Brier score of one forecast is that of the textbooks: 0.09 for 70 % on what happened."""
    assert scores_of(answered).brier.value == pytest.approx(brier, abs=1e-15)


@given(ANSWERS)
def test_scores_are_means_over_the_questions(answered: list[Answered]) -> None:
    """The Brier score is the mean squared distance, the log score the mean of -ln of the chance of what happened."""
    scores = scores_of(*answered)
    assert scores.brier.value == pytest.approx(np.mean([(p - bool(y)) ** 2 for p, y in answered]), abs=1e-12)
    assert scores.log.value == pytest.approx(np.mean([-math.log(p if y else 1 - p) for p, y in answered]), abs=1e-12)


def test_published_means() -> None:
    """The means are those that the manual of scikit-learn gives for its own examples: 0.0375 and 0.21616 nats."""
    assert scores_of((0.1, False), (0.9, True), (0.8, True), (0.3, False)).brier.value == pytest.approx(0.0375)
    log = scores_of((0.9, True), (0.1, False), (0.2, False), (0.65, True)).log.value
    assert log == pytest.approx(0.21616, abs=5e-6)


def test_errors_by_hand() -> None:
    """Brier scores 0.01, 0.04 and 0.25 have the mean 0.1, the variance 0.0171 and the standard error 0.07550."""
    scores = scores_of((0.9, True), (0.2, False), (0.5, True))
    assert scores.brier == Estimate(value=pytest.approx(0.1), se=pytest.approx(math.sqrt(0.0171 / 3)))  # type: ignore[arg-type]
    logs = [-math.log(0.9), -math.log(0.8), -math.log(0.5)]
    error = math.sqrt(sum((value - sum(logs) / 3) ** 2 for value in logs) / 2 / 3)
    assert (scores.log.value, scores.log.se) == (pytest.approx(sum(logs) / 3), pytest.approx(error))


@pytest.mark.parametrize("answered", [(0.0, True), (1.0, False)])
def test_certainty_that_was_wrong_is_infinite(answered: Answered) -> None:
    """Where 0 was given to what happened, the logarithmic score is infinite and left out; Brier has an error."""
    scores = scores_of(EVEN, answered, EVEN)
    assert scores.log is None
    assert scores.brier == Estimate(value=0.5, se=pytest.approx(0.25))  # type: ignore[arg-type]


def test_certainty_that_was_right_is_perfect() -> None:
    """Where 1 was given to what happened, both scores are 0, and not a negative 0."""
    scores = scores_of(SURE, (0.0, False))
    assert scores.brier == scores.log == Estimate(value=0.0, se=0.0)
    assert math.copysign(1, scores.log.value) == 1


def test_one_question_has_no_error() -> None:
    """From one question a score is known without its error."""
    scores = scores_of((0.7, True))
    assert (scores.resolved, scores.brier.se, scores.log.se) == (1, None, None)


def test_open_questions_do_not_count() -> None:
    """A question that is not resolved changes neither a score nor the calibration."""
    assert scores_of((0.7, True), (0.2, False), (0.9, None)) == scores_of((0.7, True), (0.2, False))


@pytest.mark.parametrize("count", [19, 20])
def test_few(count: int) -> None:
    """Nineteen resolved questions are few, twenty are not; open ones are no help."""
    scores = scores_of(*[EVEN] * count, (0.5, None))
    assert (scores.resolved, scores.few) == (count, count < 20)


def test_the_same_questions() -> None:
    """Analysts answered the same questions if the resolved ones among theirs are the same, in whatever order."""
    same = record(kent=[EVEN, SURE, (0.5, None)], heuer=[SURE, EVEN])
    assert score(same).same_questions
    assert score(replace(same, judgements=same.judgements[::-1])).same_questions
    assert not score(record(kent=[EVEN, SURE], heuer=[EVEN])).same_questions
    assert score(record(kent=[EVEN])).same_questions


@given(answered=PROBABILITIES, happened=st.integers(0, 20))
def test_scores_are_proper(answered: float, happened: int) -> None:
    """Of 20 questions that happened as often as p says, nothing scores better than p.

    Brier's is worse by the squared distance from p, the logarithmic one by the divergence of Kullback and Leibler."""
    true = happened / 20
    came = [index < happened for index in range(20)]
    honest, other = (scores_of(*((p, yes) for yes in came)) for p in (true, answered))
    assert other.brier.value - honest.brier.value == pytest.approx((answered - true) ** 2, abs=1e-12)
    divergence = sum(p * math.log(p / q) for p, q in ((true, answered), (1 - true, 1 - answered)) if p > 0)
    assert other.log.value - honest.log.value == pytest.approx(divergence, abs=1e-9)
    assert divergence >= -1e-12


@given(panel=PANELS, seed=st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(panel: dict[str, list[Answered]], seed: random.Random) -> None:
    """Rows in another order have the very same scores, weights and calibration, to the last bit."""
    straight = record(**panel)
    judgements = list(straight.judgements)
    seed.shuffle(judgements)
    shuffled = score(replace(straight, judgements=tuple(judgements)))
    assert shuffled == score(straight)


CALIBRATED: list[Answered] = [
    (0.0, False), (0.005, True), (0.01, False), (0.2, True), (0.3, False), (0.4, False),
    (0.55, True), (0.99, True), (1.0, True),
]  # fmt: skip


def test_calibration_by_hand() -> None:
    """Forecasts fall into the bands of ICD 203 or beyond its ends; a threshold belongs above, empty bands are out."""
    answered = [
        ("below 1%", 2, 0.0025, 0.5),
        ("almost no chance", 1, 0.01, 0.0),
        ("unlikely", 3, 0.3, 1 / 3),
        ("likely", 1, 0.55, 1.0),
        ("almost certain", 1, 0.99, 1.0),
        ("above 99%", 1, 1.0, 1.0),
    ]
    assert scores_of(*CALIBRATED[::-1]).calibration == tuple(
        CalibrationBin(term=term, count=count, mean_forecast=pytest.approx(mean), frequency=pytest.approx(share))  # type: ignore[arg-type]
        for term, count, mean, share in answered
    )


@given(answers=st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30))
def test_calibration_loses_nothing(answers: list[Answered]) -> None:
    """Every resolved judgement is in one band, the bands rise, and each mean has its bin's own word."""
    scores = scores_of(*answers)
    bands = scores.calibration
    assert sum(band.count for band in bands) == scores.resolved
    assert sum(band.count * band.frequency for band in bands) == pytest.approx(sum(yes is True for _, yes in answers))
    assert sum(band.count * band.mean_forecast for band in bands) == pytest.approx(
        sum(answered for answered, _ in answers)
    )
    assert [band.mean_forecast for band in bands] == sorted(band.mean_forecast for band in bands)
    assert len({band.term for band in bands}) == len(bands) <= 9
    assert all(sum(ICD203.word(answered).text == band.term for answered, _ in answers) == band.count for band in bands)


def geometric(answered: Sequence[Answered]) -> float:
    """Oracle of the rule "log": the geometric mean of the probabilities given to what happened."""
    return math.prod(max(p if happened else 1 - p, FLOOR) for p, happened in answered) ** (1 / len(answered))


def inverse(answered: Sequence[Answered]) -> float:
    """Oracle of the rule "brier": one over the mean squared error with one question more, answered 1/2."""
    return 1 / float(np.mean([(p - bool(happened)) ** 2 for p, happened in (*answered, EVEN)]))


WORTH = {"log": geometric, "brier": inverse}


@pytest.mark.parametrize("rule", RULES)
@given(panel=PANELS)
def test_weights(rule: str, panel: dict[str, list[Answered]]) -> None:
    """Weights sum to one and are in proportion to what the rule computes for each analyst."""
    result = values(weights(score(record(**panel)), rule))
    worth = {analyst: WORTH[rule](answered) for analyst, answered in panel.items()}
    assert list(result) == list(panel)
    assert sum(result.values()) == pytest.approx(1, abs=1e-12)
    assert result == pytest.approx({analyst: value / sum(worth.values()) for analyst, value in worth.items()})


def test_weights_by_hand() -> None:
    """Geometric means 0.6 and 0.3 weigh 2/3 and 1/3; (0.25 + 0.75)/4 and (0.25 + 0)/4 weigh 1/5 and 4/5."""
    scoring = score(record(kent=[(0.9, True), (0.4, True)], heuer=[(0.1, True), (0.1, False)]))
    assert values(weights(scoring, "log")) == pytest.approx({"kent": 2 / 3, "heuer": 1 / 3})
    scoring = score(record(kent=[EVEN] * 3, heuer=[SURE] * 3))
    assert values(weights(scoring, "brier")) == pytest.approx({"kent": 1 / 5, "heuer": 4 / 5})


def test_wrong_certainty_costs_much_but_not_all() -> None:
    """By the rule "log" what an analyst held impossible counts as 0.1%, so that one slip leaves a small weight."""
    scoring = score(record(kent=[SURE, WRONG], heuer=[EVEN, (0.25, True)], wohlstetter=[(0.25, True), EVEN]))
    worth = {"kent": FLOOR**0.5, "heuer": 0.125**0.5, "wohlstetter": 0.125**0.5}
    result = weights(scoring, "log")
    assert values(result) == pytest.approx({name: value / sum(worth.values()) for name, value in worth.items()})
    assert all(weight.se for weight in result.values())
    assert scoring.scores[0].log is None


@pytest.mark.parametrize("rule", RULES)
def test_every_record_earns_weights(rule: str) -> None:
    """Also where every analyst was certain and wrong: the better half of the answers then decides."""
    result = values(weights(score(record(kent=[SURE, WRONG], heuer=[WRONG, WRONG])), rule))
    assert sum(result.values()) == pytest.approx(1)
    assert result["kent"] > result["heuer"] > 0


@pytest.mark.parametrize("rule", RULES)
def test_no_error_without_all_errors(rule: str) -> None:
    """One analyst with a single question leaves every weight without an error, since all depend on that score."""
    result = weights(score(record(kent=[EVEN, SURE], heuer=[(0.7, True)])), rule)
    assert [weight.se for weight in result.values()] == [None, None]


def test_alone() -> None:
    """A single analyst has the whole weight, and no doubt about it."""
    assert weights(score(record(kent=[EVEN, SURE])), "log") == {"kent": Estimate(value=1.0, se=0.0)}


def shifted(scoring: Scoring, index: int, by: float) -> Scoring:
    """A scoring in which one analyst has other scores."""
    scores = list(scoring.scores)
    brier, log = (replace(mean, value=mean.value + by) for mean in (scores[index].brier, scores[index].log_floored))
    scores[index] = replace(scores[index], brier=brier, log_floored=log)
    return replace(scoring, scores=tuple(scores))


@pytest.mark.parametrize("rule", RULES)
@given(panel=st.dictionaries(st.sampled_from("abc"), SEVERAL, min_size=1))
def test_errors_against_differences(rule: str, panel: dict[str, list[Answered]]) -> None:
    """The error of a weight is the root of the summed squares of each score's error times the weight's slope there."""
    scoring, step = score(record(**panel)), 1e-6
    variances = dict.fromkeys(panel, 0.0)
    for index, scores in enumerate(scoring.scores):
        error = (scores.log_floored if rule == "log" else scores.brier).se
        assert error is not None
        up, down = (values(weights(shifted(scoring, index, by), rule)) for by in (step, -step))
        for analyst in panel:
            variances[analyst] += ((up[analyst] - down[analyst]) / (2 * step) * error) ** 2
    result = {analyst: weight.se for analyst, weight in weights(scoring, rule).items()}
    assert result == pytest.approx(
        {analyst: math.sqrt(value) for analyst, value in variances.items()}, rel=1e-5, abs=1e-8
    )


def drawn(rng: np.random.Generator, count: int) -> Iterable[Answered]:
    """Answers of an analyst who misses what is true by a random amount."""
    true = rng.uniform(0.05, 0.95, count)
    answered = np.clip(true + rng.normal(0, 0.2, count), 0.02, 0.98)
    return zip(answered.tolist(), (rng.uniform(size=count) < true).tolist(), strict=True)


def without_others(scoring: Scoring, rule: str) -> list[float]:
    """Wrong errors, which ignore that a weight also depends on the scores of the others."""
    result = values(weights(scoring, rule))
    worth = {scores.analyst: RULES[rule].log_worth(scores).se or math.nan for scores in scoring.scores}
    return [weight * (1 - weight) * worth[analyst] for analyst, weight in result.items()]


@cache
def simulated() -> list[Scoring]:
    """The scores of many simulated records."""
    rng = np.random.default_rng(7)
    return [score(record(**{name: list(drawn(rng, 100)) for name in "abc"})) for _ in range(200)]


@pytest.mark.parametrize("rule", RULES)
def test_errors_against_a_simulation(rule: str) -> None:
    """Weights of 200 simulated records spread as their errors say; errors that leave the other analysts out do not."""
    scorings, repeats = simulated(), len(simulated())
    result = [list(weights(scoring, rule).values()) for scoring in scorings]
    spread = np.std([[weight.value for weight in row] for row in result], axis=0, ddof=1)
    errors = np.mean([[weight.se for weight in row] for row in result], axis=0)
    wrong = np.mean([without_others(scoring, rule) for scoring in scorings], axis=0)
    # The relative error of a standard deviation is 1 / sqrt(2 n); of three weights that sum to one, two are free.
    tolerance = 4 / math.sqrt(2 * repeats * 2)
    assert float(np.mean(errors / spread)) == pytest.approx(1, abs=tolerance)
    assert float(np.mean(wrong / spread)) != pytest.approx(1, abs=tolerance)


def of_states(analyst: str, *answered: tuple[Sequence[float], int]) -> list[Judgement]:
    """An analyst's judgements of the states of the questions 0, 1, 2..."""
    return [
        Judgement(
            analyst=analyst,
            question=str(index),
            probability=None,
            happened=True,
            states=tuple(StateProbability(state=f"s{k}", probability=p) for k, p in enumerate(shares)),
            state=f"s{place}",
        )
        for index, (shares, place) in enumerate(answered)
    ]


def test_states_earn_weights_as_yes_or_no_does() -> None:
    """Weights follow from the same scores over all states: by hand, and better forecasts weigh more."""
    good, bad = [((0.7, 0.2, 0.1), 0), ((0.1, 0.8, 0.1), 1)], [((0.2, 0.2, 0.6), 0), ((0.3, 0.4, 0.3), 1)]
    judgements = (*of_states("kent", *good), *of_states("heuer", *bad))
    scoring = score(Record(file="", analysts=("kent", "heuer"), judgements=judgements))
    [kent, heuer] = scoring.scores
    assert kent.brier.value == pytest.approx((0.14 / 2 + 0.06 / 2) / 2)
    assert kent.log is not None
    assert kent.log.value == pytest.approx(-(math.log(0.7) + math.log(0.8)) / 2)
    shares = values(weights(scoring, "log"))
    assert shares["kent"] / shares["heuer"] == pytest.approx(math.sqrt(0.7 * 0.8 / (0.2 * 0.4)))
    by_brier = values(weights(scoring, "brier"))
    assert by_brier["kent"] / by_brier["heuer"] == pytest.approx(
        (2 * heuer.brier.value + 0.25) / (2 * kent.brier.value + 0.25)
    )
    assert sum(band.count for band in kent.calibration) == 6
    assert sum(band.count * band.frequency for band in kent.calibration) == pytest.approx(2)
