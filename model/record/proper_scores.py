"""How well analysts foretold what is known by now: proper scores, calibration, and what each is worth in a pool."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import exp, inf, isfinite, log, sqrt

import numpy as np

from estimative.model.likelihood.layout import Numbers
from estimative.priors.errors import invalid
from estimative.priors.forecast_record import Judgement, Record
from estimative.priors.frozen import FrozenDict
from estimative.priors.verbal_scale import ICD203

FEW = 20
"""Resolved questions; with fewer, a score says more of the questions than of the analyst."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A number from a sample of questions."""

    value: float
    error: float | None
    """Standard error; None where the sample cannot tell."""


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """An analyst's judgements on resolved questions within one band of ICD 203."""

    term: str
    """The band's first word, or "below 1 %" or "above 99 %"."""
    count: int
    said: float
    """Mean probability."""
    happened: float
    """Share of the questions."""


@dataclass(frozen=True, kw_only=True)
class Scores:
    """How one analyst did. Both scores are penalties: 0 is perfect, more is worse."""

    analyst: str
    questions: frozenset[str]
    """The resolved ones."""
    brier: Measured
    """Mean of (probability - outcome)^2, in [0, 1] (Brier 1950, Monthly Weather Review 78(1))."""
    log: Measured
    """Mean of -ln(probability given to what came about), in nats (Good 1952, J. R. Stat. Soc. B 14(1)).

    Infinite, without an error, where that probability was 0 once."""
    calibration: tuple[Calibration, ...]
    """In rising order of probability, without the bands that were never used."""

    @property
    def resolved(self) -> int:
        """The number of resolved questions."""
        return len(self.questions)

    @property
    def few(self) -> bool:
        """Whether there are too few resolved questions to say much of the analyst."""
        return self.resolved < FEW


@dataclass(frozen=True, kw_only=True)
class Scoring:
    """How each analyst of a record did."""

    file: str
    """The record's, as the user named it."""
    scores: tuple[Scores, ...]
    """In the order in which the analysts are compared."""

    @property
    def same_questions(self) -> bool:
        """Whether all analysts were scored on the same questions: on different ones, scores cannot be compared."""
        return len({scores.questions for scores in self.scores}) <= 1


def score(record: Record) -> Scoring:
    """Score every analyst of a record on the resolved questions; the order of its rows does not matter."""
    return Scoring(
        file=record.file, scores=tuple(_scores(analyst, record.resolved(analyst)) for analyst in record.analysts)
    )


def _scores(analyst: str, judgements: Iterable[Judgement]) -> Scores:
    ordered = sorted(judgements, key=lambda judgement: (judgement.probability, judgement.question))
    said = np.array([judgement.probability for judgement in ordered])
    happened = np.array([judgement.happened is True for judgement in ordered])
    with np.errstate(divide="ignore"):  # -log 0 is infinite, as it should be
        penalties = -np.log(np.where(happened, said, 1 - said))
    return Scores(
        analyst=analyst,
        questions=frozenset(judgement.question for judgement in ordered),
        brier=_mean(np.square(said - happened)),
        log=_mean(penalties),
        calibration=tuple(_calibration(ordered)),
    )


def _mean(values: Numbers) -> Measured:
    """The mean of values with dims (question); no error where there is but one, or where one is infinite."""
    mean = float(values.mean())
    known = len(values) > 1 and isfinite(mean)
    return Measured(value=mean, error=float(values.std(ddof=1)) / sqrt(len(values)) if known else None)


def _calibration(rising: Sequence[Judgement]) -> Iterator[Calibration]:
    """Judgements in rising order of probability, counted by the word that ICD 203 has for it."""
    for term, within in groupby(rising, key=lambda judgement: ICD203.word(judgement.probability).text):
        band = tuple(within)
        yield Calibration(
            term=term,
            count=len(band),
            said=float(np.mean([judgement.probability for judgement in band])),
            happened=sum(judgement.happened is True for judgement in band) / len(band),
        )


@dataclass(frozen=True, kw_only=True)
class Rule:
    """How scores become weights."""

    title: str
    source: str
    log_worth: Callable[[Scores], Measured]
    """Natural logarithm of what an analyst is worth, up to what all have in common; minus infinity for nothing."""


def _geometric(scores: Scores) -> Measured:
    """ln exp(-mean logarithmic score)."""
    return Measured(value=-scores.log.value, error=scores.log.error)


def _inverse(scores: Scores) -> Measured:
    """ln 1 / ((n B + 1/4) / (n + 1)): one question more, answered 1/2, keeps a perfect record from infinite worth."""
    n, penalty = scores.resolved, scores.resolved * scores.brier.value + 1 / 4
    error = None if scores.brier.error is None else n * scores.brier.error / penalty
    return Measured(value=log((n + 1) / penalty), error=error)


RULES: Mapping[str, Rule] = FrozenDict(
    {
        "log": Rule(
            title="in proportion to the geometric mean of the probabilities given to what came about",
            source="exp(-mean logarithmic score); Good 1952, Journal of the Royal Statistical Society B 14(1)",
            log_worth=_geometric,
        ),
        "brier": Rule(
            title="in inverse proportion to the mean Brier score, one question answered 1/2 added",
            source="inverse mean squared error; Bates and Granger 1969, Operational Research Quarterly 20(4)",
            log_worth=_inverse,
        ),
    }
)
"""Every rule by its name; to add one is to add an entry here."""


def weights(scoring: Scoring, rule: str) -> dict[str, Measured]:
    """The weight of each analyst by a rule of `RULES`; they sum to one.

    Errors are by the delta method, the scores of different analysts taken as independent. A weight has none where
    the analyst's own score has none, or that of another whose weight is not 0.

    Raises
    ------
    Faulty
        Where every analyst is worth nothing.
    """
    worth = {scores.analyst: RULES[rule].log_worth(scores) for scores in scoring.scores}
    best = max(measured.value for measured in worth.values())
    if best == -inf:
        found = "every analyst gave a probability of 0 to something that happened"
        raise invalid(
            found, code="impossible", file=scoring.file, allowed="an analyst who gave it none, to have a weight"
        )
    relative = {analyst: exp(measured.value - best) for analyst, measured in worth.items()}
    total = sum(relative.values())
    shares = {analyst: value / total for analyst, value in relative.items()}
    errors = {analyst: measured.error for analyst, measured in worth.items()}
    return {analyst: Measured(value=share, error=_error(analyst, shares, errors)) for analyst, share in shares.items()}


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
