"""How judgements fared: scores with their errors, skill against the base rate, calibration by bands, decomposition."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf, isfinite, log, sqrt

import numpy as np

from estimative.model.likelihood.layout import Numbers
from estimative.model.record.proper_scores import FEW, Calibration, Measured, score
from estimative.model.record.resolutions import Entry, Question
from estimative.priors.forecast_record import Judgement, Record

MASS = 0.9
"""Of the interval of a frequency."""
ENOUGH = 10
"""Judgements for each band in use. The estimated reliability is too large by about the uncertainty times the number of
bands over that of judgements (Bröcker 2012, Climate Dynamics 39(3-4)): with so many, by a tenth of the uncertainty."""


@dataclass(frozen=True, kw_only=True)
class ScoredSet:
    """The judgements of a ledger, each where it belongs."""

    counted: tuple[Entry, ...]
    """One of each analyst on each question: the last run, which is the judgement that stood when the answer came."""
    earlier: tuple[Entry, ...]
    """Runs that a later one of the same analyst on the same question had replaced by then."""
    void: tuple[Entry, ...]


def scored_set(entries: Sequence[Entry]) -> ScoredSet:
    """Which of the standing entries of a ledger count."""
    void = tuple(entry for entry in entries if entry.resolution.happened is None)
    resolved = [entry for entry in entries if entry.resolution.happened is not None]
    last: dict[tuple[str, Question], Entry] = {}
    for entry in sorted(resolved, key=_age):
        last[entry.resolution.forecast.prior_set, entry.resolution.forecast.question] = entry
    lines = {entry.line for entry in last.values()}
    return ScoredSet(
        counted=tuple(entry for entry in resolved if entry.line in lines),
        earlier=tuple(entry for entry in resolved if entry.line not in lines),
        void=void,
    )


def _age(entry: Entry) -> tuple[object, ...]:
    said = entry.resolution.forecast
    return said.created, said.run


@dataclass(frozen=True, kw_only=True)
class Band:
    """Judgements within one band of ICD 203."""

    term: str
    count: int
    said: Measured
    """Mean probability, with its Monte Carlo standard error."""
    came_about: int
    low: float
    high: float
    """Jeffreys interval of the frequency, equal-tailed, of mass `MASS`; it reaches to 0 where nothing came about and
    to 1 where everything did (Brown, Cai and DasGupta 2001, Statistical Science 16(2))."""


@dataclass(frozen=True, kw_only=True)
class Decomposition:
    """The Brier score as reliability - resolution + uncertainty + within (Murphy 1973, J. Appl. Meteorol. 12(4))."""

    reliability: float
    """Squared distance of what was said in a band from how often it came about; 0 is calibrated."""
    resolution: float
    """Squared distance of the frequencies in the bands from the base rate; more is better."""
    uncertainty: float
    """Of the questions, at their base rate; nobody's merit."""
    within: float
    """What judgements of one band differ by among themselves (Stephenson, Coelho and Jolliffe 2008, Weather and
    Forecasting 23(4)); 0 where all say the same."""


@dataclass(frozen=True, kw_only=True)
class Verification:
    """How some judgements fared. Standard errors take all judgements on one scenario for one piece of luck."""

    count: int
    questions: int
    scenarios: int
    came_about: int
    said: Measured
    """Mean probability, with its Monte Carlo standard error."""
    bias: Measured
    """Mean probability less the base rate. Its error is at least what chance would give calibrated judgements."""
    brier: Measured
    """In [0, 1]; 0 is perfect."""
    log: Measured
    """In nats; 0 is perfect, infinite where 0 was given to what came about."""
    brier_skill: Measured | None
    """1 - score / score of the base rate; None where nothing or everything came about, so that nobody can do better.
    The base rate is that of these very questions, which no one knew beforehand."""
    log_skill: Measured | None
    decomposition: Decomposition | None
    """None where there are fewer than `ENOUGH` judgements for each band in use, or few questions."""
    bands: tuple[Band, ...]
    """In rising order of probability, without those that were never used."""

    @property
    def few(self) -> bool:
        """Whether there are too few questions to say much of whoever answered them."""
        return self.questions < FEW


def verify(entries: Sequence[Entry]) -> Verification:
    """How the judgements of some entries fared, none of them void; one at least."""
    ordered = sorted(entries, key=_by_probability)
    said = np.array([entry.resolution.forecast.probability for entry in ordered])
    happened = np.array([entry.resolution.happened is True for entry in ordered], dtype=float)
    luck = _Luck.of([entry.resolution.forecast.scenario for entry in ordered])
    with np.errstate(divide="ignore"):  # -log 0 is infinite, as it should be
        penalties = -np.log(np.where(happened > 0, said, 1 - said))
    base, brier = float(happened.mean()), np.square(said - happened)
    bands = tuple(_bands(ordered))
    questions = len({entry.resolution.forecast.question for entry in ordered})
    varied = 0 < base < 1
    return Verification(
        count=len(ordered),
        questions=questions,
        scenarios=luck.scenarios,
        came_about=int(happened.sum()),
        said=_mean_said(ordered),
        bias=_bias(said, happened, luck),
        brier=luck.mean(brier),
        log=luck.mean(penalties),
        brier_skill=_skill(brier, happened, luck, base * (1 - base), 1 - 2 * base) if varied else None,
        log_skill=_skill(penalties, happened, luck, _entropy(base), log(1 / base - 1)) if varied else None,
        decomposition=(
            _decomposition(bands, float(brier.mean()), base)
            if questions >= FEW and len(ordered) >= ENOUGH * len(bands)
            else None
        ),
        bands=bands,
    )


def _by_probability(entry: Entry) -> tuple[object, ...]:
    said = entry.resolution.forecast
    return said.probability, said.prior_set, str(said.question)


@dataclass(frozen=True, kw_only=True)
class _Luck:
    """Which judgements fare alike: those on one scenario, whoever made them and of whatever outcome."""

    groups: tuple[int, ...]
    """The place of each judgement's scenario among the scenarios; dims (judgement)."""
    scenarios: int

    @classmethod
    def of(cls, scenarios: Sequence[str]) -> _Luck:
        names = sorted(set(scenarios))
        return cls(groups=tuple(map(names.index, scenarios)), scenarios=len(names))

    def mean(self, values: Numbers) -> Measured:
        """The mean of values with dims (judgement); no error where it is infinite."""
        mean = float(values.mean())
        return Measured(value=mean, error=self.error(values - mean) if isfinite(mean) else None)

    def error(self, influence: Numbers) -> float | None:
        """Standard error of what has such an influence, dims (judgement), of mean 0; None from one scenario."""
        if self.scenarios < 2:
            return None
        sums = np.bincount(self.groups, weights=influence, minlength=self.scenarios)
        return sqrt(self.scenarios / (self.scenarios - 1) * float(np.square(sums).sum())) / len(influence)


def _mean_said(entries: Sequence[Entry]) -> Measured:
    said = [entry.resolution.forecast for entry in entries]
    error = sqrt(sum(one.se**2 for one in said)) / len(said)
    return Measured(value=float(np.mean([one.probability for one in said])), error=error)


def _bias(said: Numbers, happened: Numbers, luck: _Luck) -> Measured:
    found = luck.mean(said - happened)
    chance = sqrt(float((said * (1 - said)).sum())) / len(said)
    return Measured(value=found.value, error=None if found.error is None else max(found.error, chance))


def _entropy(base: float) -> float:
    """The logarithmic score of the base rate, in nats."""
    return -base * log(base) - (1 - base) * log(1 - base)


def _skill(penalties: Numbers, happened: Numbers, luck: _Luck, reference: float, slope: float) -> Measured:
    """1 - score / reference, its error by the delta method.

    Parameters
    ----------
    slope
        Of the reference, over the base rate.
    """
    found = float(penalties.mean())
    if not isfinite(found):
        return Measured(value=-inf, error=None)
    influence = -(penalties - found) / reference + found / reference**2 * slope * (happened - happened.mean())
    return Measured(value=1 - found / reference, error=luck.error(influence))


def _bands(rising: Sequence[Entry]) -> Iterator[Band]:
    """Judgements in rising order of probability, by the word that ICD 203 has for it."""
    start = 0
    for one in _calibration(rising):
        within = rising[start : start + one.count]
        came_about = round(one.happened * one.count)
        low, high = frequency(came_about, one.count)
        yield Band(
            term=one.term, count=one.count, said=_mean_said(within), came_about=came_about, low=low, high=high
        )  # fmt: skip
        start += one.count


def _calibration(rising: Sequence[Entry]) -> tuple[Calibration, ...]:
    judgements = tuple(
        Judgement(
            analyst="",
            question=f"{place:09}",
            probability=entry.resolution.forecast.probability,
            happened=entry.resolution.happened,
        )
        for place, entry in enumerate(rising)
    )
    [scores] = score(Record(file="", analysts=("",), judgements=judgements)).scores
    return scores.calibration


def frequency(came_about: int, count: int) -> tuple[float, float]:
    """The ends of the interval of a frequency; see `Band`."""
    from scipy.special import betaincinv

    tail, shape = (1 - MASS) / 2, (came_about + 0.5, count - came_about + 0.5)
    low = 0.0 if came_about == 0 else float(betaincinv(*shape, tail))
    high = 1.0 if came_about == count else float(betaincinv(*shape, 1 - tail))
    return low, high


def _decomposition(bands: Sequence[Band], brier: float, base: float) -> Decomposition:
    counts, said = np.array([band.count for band in bands]), np.array([band.said.value for band in bands])
    shares = np.array([band.came_about for band in bands]) / counts
    reliability, resolution = (
        float(np.average(np.square(distances), weights=counts)) for distances in (said - shares, shares - base)
    )
    uncertainty = base * (1 - base)
    return Decomposition(
        reliability=reliability,
        resolution=resolution,
        uncertainty=uncertainty,
        within=round(brier - (reliability - resolution + uncertainty), 12),  # 0 but for rounding where all say the same
    )
