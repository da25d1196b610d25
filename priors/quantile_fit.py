"""From what was said to what it is taken to mean: a statement, fitted by the family that its quantity calls for."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np

from estimative.priors.distributions import Family, LogNormal, ScaledBeta
from estimative.priors.errors import InvalidInput, Issue, listed
from estimative.priors.least_squares import fit_beta, fit_lognormal
from estimative.priors.scale_file import SCALES
from estimative.priors.statement_syntax import FORMS, say
from estimative.priors.statements import (
    BetaStated,
    Constant,
    Count,
    Interval,
    LognormalStated,
    Misstated,
    Moments,
    Quantiles,
    Stated,
    Statement,
    ThreePoint,
    Uniform,
    Word,
)
from estimative.priors.verbal_scale import Band

SHAPES = (1e-2, 1e9)
"""Of a beta, least and greatest: below, all mass sits at the ends; above, it is narrower than any belief."""
NARROWEST = 1e-9
"""Standard deviation, of a degree or of a logarithm: less is rounding."""
LARGEST_LOG = 700.0
"""Eight standard deviations out a ratio must still be a finite float, and exp(709) is the largest."""


MISSED = math.log(1.5)
"""Distance of log-odds (of a ratio: of logarithms) beyond which a stated quantile counts as missed."""


class Support(Enum):
    """What a quantity can be."""

    DEGREE = "a number between 0 and 1"
    """Factors, motives, entries of a table of probabilities: 0 and 1 included."""
    PROBABILITY = "a number strictly between 0 and 1"
    """Events in the odds form, whose log-odds must be finite."""
    RATIO = "a number above 0"
    """Effects, rates, likelihood ratios, errors."""

    @property
    def family(self) -> type[ScaledBeta] | type[LogNormal]:
        return LogNormal if self is Support.RATIO else ScaledBeta

    def holds(self, value: float) -> bool:
        match self:
            case Support.DEGREE:
                return 0 <= value <= 1
            case Support.PROBABILITY:
                return 0 < value < 1
            case Support.RATIO:
                return 0 < value < math.inf


@dataclass(frozen=True, kw_only=True)
class Prior:
    """What was said beside what it was taken to mean."""

    stated: Stated
    family: Family
    misfit: float
    """The largest |P(at most q) - p| over the stated quantiles q, a probability; 0 where the form is exact."""

    def __repr__(self) -> str:
        return f"Prior({self.family!r}, misfit={self.misfit:g})"

    @property
    def missed(self) -> tuple[str, ...]:
        """The stated quantiles that the family misses by a factor of 1.5 or more, in odds (a ratio: itself).

        A stated tail can be missed by far at a small misfit in probability.
        """
        taken = [(p, q, self.family.quantile(p)) for p, q in _points(self.stated.statement)]
        far = [(p, q, at) for p, q, at in taken if abs(self._scaled(q) - self._scaled(at)) > MISSED]
        return tuple(f"{100 * p:g} %: {q:.3g} said, {at:.3g} taken" for p, q, at in far)

    def _scaled(self, value: float) -> float:
        if isinstance(self.family, LogNormal):
            return math.log(value)
        inside = min(max(value, 1e-15), 1 - 1e-15)
        return math.log(inside) - math.log1p(-inside)


def fit(said: Stated | Statement, support: Support) -> Prior:
    """The prior of a quantity.

    Raises
    ------
    Faulty
        If the statement does not suit the quantity, with the place where it was said.
    """
    stated = said if isinstance(said, Stated) else Stated(statement=said)
    try:
        family = _fitted(stated.statement, support)
    except Misstated as wrong:
        raise InvalidInput([_fault(stated, wrong)]) from wrong
    points = _points(stated.statement)
    misfit = max((abs(family.cdf(q) - p) for p, q in points), default=0.0)
    return Prior(stated=stated, family=family, misfit=round(misfit, 9))  # nine digits: below them it is rounding


def _fault(stated: Stated, wrong: Misstated) -> Issue:
    if stated.place is None:
        return Issue(file="(stated in code)", found=wrong.found, expected=wrong.expected)
    return stated.place.fault(wrong.found, wrong.expected)


def _fitted(statement: Statement, support: Support) -> Family:
    fitting = FITS.get((type(statement), support.family))
    if fitting is None:
        forms = listed([_form_name(kind) for kind, family in FITS if family is support.family], 99)
        raise Misstated(found=say(statement), expected=f"{support.value}, stated by {forms}")
    return fitting(statement, support)


def _form_name(kind: type[Any]) -> str:
    """The name of the form in which a kind of statement is written."""
    return next(form.name for form in FORMS if form.statement is kind)


def _points(statement: Statement) -> tuple[tuple[float, float], ...]:
    """The quantiles that a statement names: pairs of probability and value; none where its form is exact."""
    match statement:
        case Quantiles(points=points):
            return points
        case Interval(low=low, high=high, mass=mass):
            return ((1 - mass) / 2, low), ((1 + mass) / 2, high)
        case Word(term=term, scale=scale) if band := SCALES[scale].band(term):
            return _band_points(band)
    return ()


def _band_points(band: Band) -> tuple[tuple[float, float], ...]:
    """90 % of the mass between the ends: 5 % on either side, or 10 % on the only side that a band at 0 or 1 has."""
    if band.low == 0:
        return ((0.9, band.high),)
    return ((0.1, band.low),) if band.high == 1 else ((0.05, band.low), (0.95, band.high))


def _require(holds: bool, found: str, expected: str) -> None:
    if not holds:
        raise Misstated(found=found, expected=expected)


def _degree_constant(said: Constant, support: Support) -> ScaledBeta:
    _require(support.holds(said.value), f"{said.value:g}", support.value)
    return ScaledBeta.held(said.value)


def _ratio_constant(said: Constant, support: Support) -> LogNormal:
    _require(support.holds(said.value), f"{said.value:g}", support.value)
    _require(abs(math.log(said.value)) < LARGEST_LOG, f"{said.value:g}", "a number between 1e-304 and 1e+304")
    return LogNormal.held(said.value)


def _degree_quantiles(said: Quantiles | Interval, _: Support) -> ScaledBeta:
    p, q = np.array(_points(said)).T
    _require(bool(q[0] > 0 and q[-1] < 1), say(said), "quantiles strictly between 0 and 1")
    return _degree(*fit_beta(p, q))


def _ratio_quantiles(said: Quantiles | Interval, _: Support) -> LogNormal:
    p, q = np.array(_points(said)).T
    _require(bool(q[0] > 0), say(said), "quantiles above 0")
    return _ratio(*fit_lognormal(p, q))


def _degree_word(said: Word, _: Support) -> ScaledBeta:
    """A band that ends at 0 or 1 has no room beyond: the density falls from that end, Beta(1, b) or Beta(a, 1)."""
    points = _band_points(next(band for band in SCALES[said.scale].bands if said.term in band.words))
    if len(points) == 2:
        return _degree(*fit_beta(*np.array(points).T))
    [(p, q)] = points
    return (
        ScaledBeta(a=1.0, b=math.log1p(-p) / math.log1p(-q))
        if p > 0.5
        else ScaledBeta(a=math.log(p) / math.log(q), b=1.0)
    )


def _degree_three_points(said: ThreePoint, _: Support) -> ScaledBeta:
    """The beta of PERT, the mode weighing four times an end (Malcolm et al. 1959, Operations Research 7(5))."""
    width = said.high - said.low
    a, b = 1 + 4 * (said.mode - said.low) / width, 1 + 4 * (said.high - said.mode) / width
    return _degree(a, b, said.low, said.high)


def _degree_moments(said: Moments, _: Support) -> ScaledBeta:
    mean, found = said.mean, f"a standard deviation of {said.sd:g}"
    _require(0 < mean < 1, f"a mean of {mean:g}", "a mean strictly between 0 and 1")
    largest = math.sqrt(mean * (1 - mean))
    _require(said.sd < largest, found, f"less than {largest:.3g}, all that a mean of {mean:g} leaves room for")
    _require(said.sd > NARROWEST, found, f"more than {NARROWEST:g}; a quantity held fixed is a bare number")
    size = mean * (1 - mean) / said.sd**2 - 1
    return _degree(mean * size, (1 - mean) * size)


def _ratio_moments(said: Moments, _: Support) -> LogNormal:
    _require(said.mean > 0, f"a mean of {said.mean:g}", "a mean above 0")
    relative = said.sd / said.mean
    # log1p(relative**2), whose square could overflow.
    variance = math.log1p(relative**2) if relative < 1e6 else 2 * math.log(relative)
    return _ratio(math.log(said.mean) - variance / 2, math.sqrt(variance))


def _degree_count(said: Count, _: Support) -> ScaledBeta:
    """The posterior of Jeffreys' prior, Beta(1/2, 1/2), after the cases."""
    return _degree(said.count + 0.5, said.of - said.count + 0.5)


def _degree_beta(said: BetaStated, _: Support) -> ScaledBeta:
    return _degree(said.a, said.b, said.low, said.high)


def _degree_uniform(said: Uniform, _: Support) -> ScaledBeta:
    return _degree(1.0, 1.0, said.low, said.high)


def _ratio_lognormal(said: LognormalStated, _: Support) -> LogNormal:
    return _ratio(said.mu, said.sigma)


def _degree(a: float, b: float, lower: float = 0.0, upper: float = 1.0) -> ScaledBeta:
    _require(lower >= 0 and upper <= 1, f"{lower:g} to {upper:g}", "ends between 0 and 1")
    usable = f"shapes between {SHAPES[0]:g} and {SHAPES[1]:g}; a quantity held fixed is a bare number"
    _require(SHAPES[0] <= min(a, b) and max(a, b) <= SHAPES[1], f"what would be Beta({a:.3g}, {b:.3g})", usable)
    return ScaledBeta(a=a, b=b, lower=lower, upper=upper)


def _ratio(mu: float, sigma: float) -> LogNormal:
    found = f"what would be lognormal, mu {mu:.3g}, sigma {sigma:.3g}"
    _require(sigma > NARROWEST, found, f"sigma above {NARROWEST:g}; a quantity held fixed is a bare number")
    _require(abs(mu) + 8 * sigma < LARGEST_LOG, found, "finite numbers as far as eight standard deviations out")
    return LogNormal(mu=mu, sigma=sigma)


FITS: dict[tuple[type[Any], type[ScaledBeta] | type[LogNormal]], Callable[[Any, Support], Family]] = {
    (Constant, ScaledBeta): _degree_constant,
    (Quantiles, ScaledBeta): _degree_quantiles,
    (Interval, ScaledBeta): _degree_quantiles,
    (Word, ScaledBeta): _degree_word,
    (ThreePoint, ScaledBeta): _degree_three_points,
    (Moments, ScaledBeta): _degree_moments,
    (Count, ScaledBeta): _degree_count,
    (BetaStated, ScaledBeta): _degree_beta,
    (Uniform, ScaledBeta): _degree_uniform,
    (Constant, LogNormal): _ratio_constant,
    (Quantiles, LogNormal): _ratio_quantiles,
    (Interval, LogNormal): _ratio_quantiles,
    (Moments, LogNormal): _ratio_moments,
    (LognormalStated, LogNormal): _ratio_lognormal,
}
"""How a statement becomes a family; what is not here cannot be said of such a quantity."""
