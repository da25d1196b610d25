"""Verification of resolved forecasts: scores with errors, skill against the base rate, calibration, decomposition."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from math import log, sqrt

import numpy as np
from msgspec import Struct

from estimative.model.inference.estimates import Estimate
from estimative.model.likelihood.layout import Numbers
from estimative.model.record.clusters import Clusters
from estimative.model.record.proper_scores import FEW
from estimative.model.record.proper_scores import calibration as words
from estimative.model.record.resolutions import Entry, Question, Withdrawal, subject, withdrawals_by_subject
from estimative.model.record.scored_forecast import ScoredForecast
from estimative.model.record.scoring_rules import brier_score, logarithmic_score, ranked_probability_score

MASS = 0.9
"""Of the interval of a frequency."""
ENOUGH = 10
"""Forecasts for each bin in use. The estimated reliability is too large by about the uncertainty times the number of
bins over that of forecasts (Bröcker 2012, Climate Dynamics 39(3-4)): with so many, by a tenth of the uncertainty."""


class ScoredSet(Struct, frozen=True, kw_only=True):
    """The current entries of a log by whether they are scored."""

    scored: tuple[Entry, ...]
    """One of each analyst on each question: that of the last run before the answer was known."""
    superseded: tuple[Entry, ...]
    """Of runs that a later run of the same analyst on the same question replaced."""
    void: tuple[Entry, ...]
    withdrawn: tuple[Entry, ...] = ()
    """Of the last runs, those that were withdrawn before the answer was known."""


def scored_set(entries: Sequence[Entry], withdrawals: Iterable[Withdrawal] = ()) -> ScoredSet:
    """Which of the current entries of a log are scored."""
    void = tuple(entry for entry in entries if entry.resolution.occurred is None)
    resolved = [entry for entry in entries if entry.resolution.occurred is not None]
    last: dict[tuple[str, Question], Entry] = {}
    for entry in sorted(resolved, key=lambda entry: (entry.forecast.created, entry.forecast.run)):
        last[entry.forecast.prior_set, entry.forecast.question] = entry
    lines = {entry.line for entry in last.values()}
    stated = withdrawals_by_subject(withdrawals)
    gone = {
        entry.line for entry in last.values() if any(w.ends(entry) for w in stated.get(subject(entry.forecast), ()))
    }
    return ScoredSet(
        scored=tuple(entry for entry in resolved if entry.line in lines - gone),
        superseded=tuple(entry for entry in resolved if entry.line not in lines),
        void=void,
        withdrawn=tuple(entry for entry in resolved if entry.line in gone),
    )


class Bin(Struct, frozen=True, kw_only=True):
    """Forecasts within one band of ICD 203, and how often what they were about happened."""

    term: str
    count: int
    mean_forecast: Estimate
    """Probability; its error is that of the simulations."""
    occurred: int
    low: float
    high: float
    """Jeffreys interval of the frequency, equal-tailed, of mass `MASS`; it reaches to 0 where nothing happened and to
    1 where everything did (Brown, Cai and DasGupta 2001, Statistical Science 16(2))."""


class Decomposition(Struct, frozen=True, kw_only=True):
    """The Brier score: reliability - resolution + uncertainty + within_bin (Murphy 1973, J. Appl. Meteorol. 12(4))."""

    reliability: float
    """Squared distance of the forecasts in a bin from the frequency there; 0 is calibrated."""
    resolution: float
    """Squared distance of the frequencies in the bins from the base rate; more is better."""
    uncertainty: float
    """Of the questions, at their base rate; it says nothing about the analyst."""
    within_bin: float
    """From differences between the forecasts of one bin (Stephenson, Coelho and Jolliffe 2008, Weather and
    Forecasting 23(4)); 0 where all are the same."""


class BaseRate(Struct, frozen=True, kw_only=True):
    """Forecasts of yes or no against how often the answer was yes; those of several states have no base rate."""

    count: int
    occurred: int
    mean_forecast: Estimate
    """Probability; its error is that of the simulations."""
    bias: Estimate
    """Mean forecast less the base rate. Its error is at least what chance gives calibrated forecasts. Of several
    states it would be 0 whatever they are, since their probabilities add up to 1."""
    brier: Estimate
    """Of these forecasts alone."""
    brier_skill: Estimate | None
    """1 - score / score of the base rate; None where nothing or everything happened, so that nobody can do better.
    The base rate is that of these very questions, which nobody knew beforehand."""
    log_skill: Estimate | None
    """Also None where the logarithmic score is infinite."""
    decomposition: Decomposition | None
    """None where there are fewer than `ENOUGH` forecasts for each bin in use, or few questions."""


class RankedScore(Struct, frozen=True, kw_only=True):
    """Forecasts of states that have an order."""

    count: int
    score: Estimate
    """Mean ranked probability score, in [0, 1]; 0 is perfect."""


class Verification(Struct, frozen=True, kw_only=True):
    """Scores of some forecasts. Standard errors treat all forecasts on one scenario as one independent draw."""

    count: int
    questions: int
    scenarios: int
    brier: Estimate
    """In [0, 1]; 0 is perfect."""
    log: Estimate | None
    """In nats; 0 is perfect. None where it is infinite: probability 0 was given to something that happened."""
    ranked: RankedScore | None = None
    """None where no states have an order."""
    yes_no: BaseRate | None
    """None where all forecasts are of several states."""
    bins: tuple[Bin, ...]
    """In rising order of probability, without those that were never used. Each of several states counts as a forecast
    of yes or no."""

    @property
    def few(self) -> bool:
        """Whether there are too few questions to judge whoever answered them."""
        return self.questions < FEW

    @property
    def of_states(self) -> int:
        """How many forecasts are of several states."""
        return self.count - (self.yes_no.count if self.yes_no else 0)


def verify(scored: Sequence[ScoredForecast]) -> Verification:
    """Score some forecasts, none of them void; one at least."""
    ordered = sorted(scored, key=_by_probability)
    clusters = _clusters(ordered)
    penalties = _scores(logarithmic_score, ordered)
    yes_no = [forecast for forecast in ordered if not forecast.states]
    statements = sorted((each for forecast in ordered for each in forecast.statements()), key=_by_probability)
    return Verification(
        count=len(ordered),
        questions=len({forecast.question for forecast in ordered}),
        scenarios=clusters.count,
        brier=clusters.mean(_scores(brier_score, ordered)),
        log=clusters.mean(penalties) if bool(np.isfinite(penalties).all()) else None,
        ranked=_ranked([forecast for forecast in ordered if forecast.ordered]),
        yes_no=_base_rate(yes_no) if yes_no else None,
        bins=tuple(_bins(statements)),
    )


def _scores(rule: Callable[[Sequence[float], int], float], forecasts: Sequence[ScoredForecast]) -> Numbers:
    """The score of each forecast; dims (forecast)."""
    return np.array([rule(forecast.probabilities, forecast.answer) for forecast in forecasts])


def _ranked(forecasts: Sequence[ScoredForecast]) -> RankedScore | None:
    if not forecasts:
        return None
    score = _clusters(forecasts).mean(_scores(ranked_probability_score, forecasts))
    return RankedScore(count=len(forecasts), score=score)


def _base_rate(ordered: Sequence[ScoredForecast]) -> BaseRate:
    """The measures of forecasts of yes or no; one at least."""
    forecasts = np.array([forecast.probability for forecast in ordered], dtype=float)
    happened = np.array([forecast.occurred is True for forecast in ordered], dtype=float)
    clusters = _clusters(ordered)
    penalties, brier = _scores(logarithmic_score, ordered), _scores(brier_score, ordered)
    base, finite = float(happened.mean()), bool(np.isfinite(penalties).all())
    varied, bins = 0 < base < 1, tuple(_bins(ordered))
    questions = len({forecast.question for forecast in ordered})
    enough = questions >= FEW and len(ordered) >= ENOUGH * len(bins)
    return BaseRate(
        count=len(ordered),
        occurred=int(happened.sum()),
        mean_forecast=_mean_forecast(ordered),
        bias=_bias(forecasts, happened, clusters),
        brier=clusters.mean(brier),
        brier_skill=_skill(brier, happened, clusters, base * (1 - base), 1 - 2 * base) if varied else None,
        log_skill=(
            _skill(penalties, happened, clusters, _entropy(base), log(1 / base - 1)) if varied and finite else None
        ),
        decomposition=_decomposition(bins, float(brier.mean()), base) if enough else None,
    )


def _by_probability(forecast: ScoredForecast) -> tuple[object, ...]:
    return forecast.probabilities[::-1], forecast.analyst, forecast.question


def _clusters(forecasts: Sequence[ScoredForecast]) -> Clusters:
    return Clusters.of([forecast.scenario for forecast in forecasts])


def _mean_forecast(forecasts: Sequence[ScoredForecast]) -> Estimate:
    error = sqrt(sum((forecast.se or 0.0) ** 2 for forecast in forecasts)) / len(forecasts)
    return Estimate(value=float(np.mean([forecast.probability or 0.0 for forecast in forecasts])), se=error)


def _bias(forecasts: Numbers, happened: Numbers, clusters: Clusters) -> Estimate:
    bias = clusters.mean(forecasts - happened)
    # Without a single event among rare ones the empirical spread is far too small: calibrated luck is its floor.
    chance = sqrt(float((forecasts * (1 - forecasts)).sum())) / len(forecasts)
    return Estimate(value=bias.value, se=None if bias.se is None else max(bias.se, chance))


def _entropy(base: float) -> float:
    """The logarithmic score of the base rate, in nats."""
    return -base * log(base) - (1 - base) * log(1 - base)


def _skill(penalties: Numbers, happened: Numbers, clusters: Clusters, reference: float, slope: float) -> Estimate:
    """1 - score / reference, its error by the delta method.

    Parameters
    ----------
    slope
        Derivative of the reference by the base rate.
    """
    mean = float(penalties.mean())
    influence = -(penalties - mean) / reference + mean / reference**2 * slope * (happened - happened.mean())
    return Estimate(value=1 - mean / reference, se=clusters.error(influence))


def _bins(rising: Sequence[ScoredForecast]) -> Iterator[Bin]:
    """Forecasts of yes or no in rising order of probability, by the word that ICD 203 has for each."""
    start = 0
    for group in words((forecast.probability or 0.0, forecast.occurred is True) for forecast in rising):
        members = rising[start : start + group.count]
        occurred = sum(forecast.occurred is True for forecast in members)
        low, high = frequency(occurred, group.count)
        mean = _mean_forecast(members)
        yield Bin(term=group.term, count=group.count, mean_forecast=mean, occurred=occurred, low=low, high=high)
        start += group.count


def frequency(occurred: int, count: int) -> tuple[float, float]:
    """The ends of the interval of a frequency; see `Bin`."""
    from scipy.special import betaincinv

    tail, shape = (1 - MASS) / 2, (occurred + 0.5, count - occurred + 0.5)
    low = 0.0 if occurred == 0 else float(betaincinv(*shape, tail))
    high = 1.0 if occurred == count else float(betaincinv(*shape, 1 - tail))
    return low, high


def _decomposition(bins: Sequence[Bin], brier: float, base: float) -> Decomposition:
    counts, forecasts = np.array([row.count for row in bins]), np.array([row.mean_forecast.value for row in bins])
    shares = np.array([row.occurred for row in bins]) / counts
    reliability, resolution = (
        float(np.average(np.square(distances), weights=counts)) for distances in (forecasts - shares, shares - base)
    )
    uncertainty = base * (1 - base)
    return Decomposition(
        reliability=reliability,
        resolution=resolution,
        uncertainty=uncertainty,
        within_bin=round(brier - (reliability - resolution + uncertainty), 12),  # 0 but for rounding in equal bins
    )
