"""Proper scores of analysts' forecasts on resolved questions, and the weights that a pool takes from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from math import exp, isfinite, log, sqrt

import numpy as np
from msgspec import Struct

from estimative.model.inference.estimates import Estimate
from estimative.model.likelihood.layout import Numbers
from estimative.model.record.scoring_rules import brier_score, logarithmic_score
from estimative.priors.forecast_record import Judgement, Record
from estimative.priors.verbal_scale import ICD203

FEW = 20
"""Resolved questions; with fewer, a score says more about the questions than about the analyst."""


FLOOR = 0.001
"""The least probability given to what happened that a weight counts: one slip must not cost all weight."""


class CalibrationBin(Struct, frozen=True, kw_only=True):
    """An analyst's forecasts of resolved questions within one band of ICD 203."""

    term: str
    """The band's first word, or "below 1%" or "above 99%"."""
    count: int
    mean_forecast: float
    """Probability."""
    frequency: float
    """Share of the questions where it happened."""


class Scores(Struct, frozen=True, kw_only=True):
    """The mean scores of one analyst. Both scores are penalties: 0 is perfect, more is worse."""

    analyst: str
    questions: tuple[str, ...]
    """The resolved ones, sorted: a set would be in another order in each process."""
    brier: Estimate
    """Mean of (probability - outcome)^2, in [0, 1] (Brier 1950, Monthly Weather Review 78(1)); of several states half
    the sum of these."""
    log: Estimate | None
    """Mean of -ln(probability given to what happened), in nats (Good 1952, J. R. Stat. Soc. B 14(1)).

    None where it is infinite: probability 0 was given to something that happened."""
    log_floored: Estimate
    """The same where each probability given to what happened counts as `FLOOR` at least; always finite."""
    calibration: tuple[CalibrationBin, ...]
    """In rising order of probability, without the bands that were never used. Each of several states counts as a
    forecast of yes or no."""

    @property
    def resolved(self) -> int:
        """The number of resolved questions."""
        return len(self.questions)

    @property
    def few(self) -> bool:
        """Whether there are too few resolved questions to judge the analyst."""
        return self.resolved < FEW


class Scoring(Struct, frozen=True, kw_only=True):
    """The scores of every analyst in a record of forecasts."""

    file: str
    """The record's, as the user named it."""
    scores: tuple[Scores, ...]
    """In the order in which the analysts are compared."""

    @property
    def same_questions(self) -> bool:
        """Whether all analysts were scored on the same questions; otherwise their scores cannot be compared."""
        return len({scores.questions for scores in self.scores}) <= 1


def score(record: Record) -> Scoring:
    """Score every analyst of a record on the resolved questions; the order of its rows does not matter."""
    scores = tuple(_scores(analyst, record.resolved(analyst)) for analyst in record.analysts)
    return Scoring(file=record.file, scores=scores)


def _scores(analyst: str, judgements: Iterable[Judgement]) -> Scores:
    # A sum of floats depends on its order: sorted, the same forecasts give the same bits.
    ordered = sorted(judgements, key=lambda judgement: (judgement.probabilities, judgement.question))
    penalties = np.array([logarithmic_score(each.probabilities, each.answer) for each in ordered])
    return Scores(
        analyst=analyst,
        questions=tuple(sorted(judgement.question for judgement in ordered)),
        brier=_mean(np.array([brier_score(each.probabilities, each.answer) for each in ordered])),
        log=_finite_mean(penalties),
        log_floored=_mean(np.minimum(penalties, -log(FLOOR))),
        calibration=tuple(calibration(statement for each in ordered for statement in _statements(each))),
    )


def _mean(values: Numbers) -> Estimate:
    """The mean of values with dims (question); no error where there is only one."""
    error = float(values.std(ddof=1)) / sqrt(len(values)) if len(values) > 1 else None
    return Estimate(value=float(values.mean()), se=error)


def _finite_mean(values: Numbers) -> Estimate | None:
    return _mean(values) if isfinite(values.sum()) else None


type Statement = tuple[float, bool]
"""A probability, and whether what it was about happened."""


def _statements(judgement: Judgement) -> Iterator[Statement]:
    """Yield a judgement as one of yes or no, or as one for each of its states."""
    if not judgement.states:
        yield judgement.probability or 0.0, judgement.happened is True
    for each in judgement.states:
        yield each.probability, each.state == judgement.state


def calibration(statements: Iterable[Statement]) -> Iterator[CalibrationBin]:
    """Yield forecasts of yes or no in rising order of probability, counted by the word that ICD 203 has for each."""
    for term, group in groupby(sorted(statements), key=lambda each: ICD203.word(each[0]).text):
        members = tuple(group)
        yield CalibrationBin(
            term=term,
            count=len(members),
            mean_forecast=float(np.mean([probability for probability, _ in members])),
            frequency=sum(happened for _, happened in members) / len(members),
        )


class Rule(Struct, frozen=True, kw_only=True):
    """How scores become weights."""

    title: str
    source: str
    log_worth: Callable[[Scores], Estimate]
    """Natural logarithm of an analyst's weight before it is normalised."""


def _geometric(scores: Scores) -> Estimate:
    """ln exp(-mean logarithmic score), each probability at least `FLOOR`."""
    return Estimate(value=-scores.log_floored.value, se=scores.log_floored.se)


def _inverse(scores: Scores) -> Estimate:
    """ln 1 / ((n B + 1/4) / (n + 1)): one more question, answered 1/2, keeps a perfect record from infinite weight."""
    n, penalty = scores.resolved, scores.resolved * scores.brier.value + 1 / 4
    error = None if scores.brier.se is None else n * scores.brier.se / penalty
    return Estimate(value=log((n + 1) / penalty), se=error)


RULES: Mapping[str, Rule] = {
    "log": Rule(
        title="in proportion to the geometric mean of the probabilities given to what happened, each at least 0.1%",
        source="exp(-mean logarithmic score); Good 1952, Journal of the Royal Statistical Society B 14(1)",
        log_worth=_geometric,
    ),
    "brier": Rule(
        title="in inverse proportion to the mean Brier score, with one more question answered 1/2",
        source="inverse mean squared error; Bates and Granger 1969, Operational Research Quarterly 20(4)",
        log_worth=_inverse,
    ),
}
"""By name; a new rule is a new entry."""


def weights(scoring: Scoring, rule: str) -> dict[str, Estimate]:
    """The weight of each analyst by a rule of `RULES`; they sum to one.

    Errors are by the delta method, the scores of different analysts taken as independent. A weight has none where
    the score of any analyst has none.
    """
    worth = {scores.analyst: RULES[rule].log_worth(scores) for scores in scoring.scores}
    best = max(estimate.value for estimate in worth.values())
    relative = {analyst: exp(estimate.value - best) for analyst, estimate in worth.items()}
    total = sum(relative.values())
    shares = {analyst: value / total for analyst, value in relative.items()}
    errors = {analyst: estimate.se for analyst, estimate in worth.items()}
    return {analyst: Estimate(value=share, se=_error(analyst, shares, errors)) for analyst, share in shares.items()}


def _error(analyst: str, shares: Mapping[str, float], errors: Mapping[str, float | None]) -> float | None:
    """Standard error of one of the shares w: d w_i / d ln worth_j = w_i ([i = j] - w_j)."""
    variance = 0.0
    for other, share in shares.items():
        error = errors[other]
        if error is None and (share > 0 or other == analyst):
            return None
        slope = shares[analyst] * ((other == analyst) - share)
        variance += (slope * (error or 0.0)) ** 2
    return sqrt(variance)
