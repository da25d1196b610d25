"""From a statement to a prior: the beta or lognormal distribution that comes nearest to what was stated."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable
from enum import Enum
from functools import lru_cache
from typing import Any

import numpy as np
from msgspec import Struct

from estimative.priors.distributions import Family, LogNormal, ScaledBeta
from estimative.priors.errors import InvalidInput, invalid, listed
from estimative.priors.least_squares import fit_beta, fit_lognormal
from estimative.priors.ratio_scale import RATIO_SCALES
from estimative.priors.statement_syntax import FORMS, say
from estimative.priors.statements import (
    FIXED,
    BetaStated,
    Constant,
    Count,
    FourSteps,
    Interval,
    LognormalStated,
    Moments,
    Quantiles,
    RatioWord,
    Stated,
    Statement,
    ThreePoint,
    Uniform,
    Word,
)
from estimative.priors.verbal_scale import SCALES, Band

SHAPES = (1e-2, 1e9)
"""The smallest and largest shape of a beta: below, all mass is at the ends; above, it is narrower than any belief."""
NARROWEST = 1e-9
"""The smallest standard deviation of a degree or of a logarithm: less is rounding error."""
LARGEST_LOG = 700.0
"""A ratio must be a finite float eight standard deviations from its median, and exp(709) is the largest."""
WIDEST = 10.0
"""The largest standard deviation of a logarithm: 90% then spans fourteen orders of magnitude, and more is a slip."""
MISSED = math.log(1.5)
"""Distance of log-odds (of a ratio: of logarithms) beyond which a stated quantile counts as missed."""


class Support(Enum):
    """The values that a quantity can have."""

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


class MissedQuantile(Struct, frozen=True, kw_only=True):
    """A stated quantile and the one of the fitted distribution, at probability p."""

    p: float
    stated: float
    fitted: float

    def __str__(self) -> str:
        return f"{100 * self.p:g}% quantile: {self.stated:.3g} stated, {self.fitted:.3g} fitted"


class Prior(Struct, frozen=True, kw_only=True):
    """A statement and the distribution fitted to it."""

    stated: Stated
    family: Family
    misfit: float
    """The largest |P(X <= q) - p| over the stated quantiles q; a probability, 0 where the fit is exact."""
    same_as: str = ""
    """The quantity that is the same unknown and has the statement; empty where this is a quantity of its own."""
    stated_from: datetime.date | None = None
    """Of a chance that shrinks with the time that is left: the day from which on it is stated, None of other quantities
    and where the prior set has no date."""
    unused: bool = False
    """Whether it counts for nothing: the ratio of an item that is stated as two chances, or the chances of one that is
    stated by its ratio."""

    def __repr__(self) -> str:
        return f"Prior({self.family!r}, misfit={self.misfit:g})"

    @property
    def missed(self) -> tuple[MissedQuantile, ...]:
        """The stated quantiles that the fit misses by a factor of 1.5 or more, in odds (a ratio: itself).

        Together with `misfit`, because a stated tail can be missed by far at a small misfit in probability.
        """
        quantiles = [
            MissedQuantile(p=p, stated=q, fitted=self.family.quantile(p))
            for p, q in _points(self.stated.statement, type(self.family))
        ]
        return tuple(q for q in quantiles if abs(self._scaled(q.stated) - self._scaled(q.fitted)) > MISSED)

    def _scaled(self, value: float) -> float:
        if isinstance(self.family, LogNormal):
            return math.log(value)
        # A quantile can be 0 or 1 as a float, and would have infinite log-odds.
        inside = min(max(value, 1e-15), 1 - 1e-15)
        return math.log(inside) - math.log1p(-inside)


def fit(statement: Stated | Statement, support: Support) -> Prior:
    """Fit the family that the quantity calls for.

    Raises
    ------
    InvalidInput
        If the statement does not suit the quantity, with its place where it has one.
    """
    stated = statement if isinstance(statement, Stated) else Stated(statement=statement)
    try:
        family = _fitted(stated.statement, support)
    except InvalidInput as error:
        raise InvalidInput(issue.moved(stated.place or issue.place) for issue in error.issues) from error
    points = _points(stated.statement, support.family)
    misfit = max((abs(family.cdf(q) - p) for p, q in points), default=0.0)
    return Prior(stated=stated, family=family, misfit=round(misfit, 9))  # nine digits: below them it is rounding


@lru_cache(maxsize=4096)
def _fitted(statement: Statement, support: Support) -> Family:
    """The family for a statement; kept, since analyses and analysts state most of the same things again and again."""
    fitting = FITS.get((type(statement), support.family))
    if fitting is None:
        # A word for a likelihood suits evidence alone, which is not known here.
        forms = tuple(_form_name(kind) for kind, family in FITS if family is support.family and kind is not RatioWord)
        message = f"{say(statement)} cannot state {support.value}"
        raise invalid(message, code="unsuitable-statement", value=say(statement), allowed=listed(forms, 99))
    return fitting(statement, support)


def _form_name(kind: type[Any]) -> str:
    return next(form.name for form in FORMS if form.statement is kind)


def _points(statement: Statement, family: type[Family]) -> tuple[tuple[float, float], ...]:
    """Return the quantiles that a statement names, pairs of probability and value; none where its fit is exact."""
    match statement:
        case Quantiles(points=points):
            return points
        case Interval(low=low, high=high, mass=mass):
            return ((1 - mass) / 2, low), ((1 + mass) / 2, high)
        case FourSteps():
            return _four_step_points(statement, family)
        case Word(term=term, scale=scale) if band := SCALES[scale].band(term):
            return _band_points(band)
        case RatioWord(term=term, scale=scale) if ratios := RATIO_SCALES[scale].band(term):
            return (0.05, ratios.low), (0.95, ratios.high)
    return ()


def _four_step_points(stated: FourSteps, family: type[Family]) -> tuple[tuple[float, float], ...]:
    """Bring the ends to 90% by linear extrapolation from the best estimate; of a ratio, in logarithms.

    An end of a degree moves at most half of its way to 0 or 1.
    """
    low, best, high, stretch = stated.low, stated.best, stated.high, 0.9 / stated.sure
    if low <= 0 or (family is ScaledBeta and high >= 1):
        pass  # an error of the fit, which quotes the statement
    elif family is LogNormal:
        middle = math.log(best)
        logs = (middle + stretch * (math.log(end) - middle) for end in (low, high))
        low, high = (math.exp(min(max(end, -LARGEST_LOG), LARGEST_LOG)) for end in logs)
    else:
        # No beta has a quantile at 0 or 1, and in log-odds one close to them would outweigh the best estimate.
        low = max(best - stretch * (best - low), low / 2)
        high = min(best + stretch * (high - best), (1 + high) / 2)
    return (0.05, low), (0.5, best), (0.95, high)


def _band_points(band: Band) -> tuple[tuple[float, float], ...]:
    """Put 90% between the ends: 5% on either side, or 10% on the only side of a band that ends at 0 or 1."""
    # A word is not a hard bound: a tenth of the mass is left outside its band.
    if band.low == 0:
        return ((0.9, band.high),)
    return ((0.1, band.low),) if band.high == 1 else ((0.05, band.low), (0.95, band.high))


def _require(valid: bool, message: str, allowed: str, suggestion: str = "") -> None:
    if not valid:
        raise invalid(message, code="unsuitable-statement", allowed=allowed, suggestion=suggestion)


def _require_supported(value: float, support: Support) -> None:
    _require(support.holds(value), f"{value:g} is not {support.value}", support.value)


def _degree_constant(stated: Constant, support: Support) -> ScaledBeta:
    _require_supported(stated.value, support)
    return ScaledBeta.fixed(stated.value)


def _ratio_constant(stated: Constant, support: Support) -> LogNormal:
    _require_supported(stated.value, support)
    extreme = f"{stated.value:g} is too extreme"
    _require(abs(math.log(stated.value)) < LARGEST_LOG, extreme, "a number between 1e-304 and 1e+304")
    return LogNormal.fixed(stated.value)


def _degree_quantiles(stated: Quantiles | Interval | FourSteps, _: Support) -> ScaledBeta:
    p, q = np.array(_points(stated, ScaledBeta)).T
    allowed = "strictly between 0 and 1"
    _require(bool(q[0] > 0 and q[-1] < 1), f"not all values are {allowed} ({say(stated)})", allowed)
    return _degree(*fit_beta(p, q))


def _ratio_quantiles(stated: Quantiles | Interval | RatioWord | FourSteps, _: Support) -> LogNormal:
    p, q = np.array(_points(stated, LogNormal)).T
    _require(bool(q[0] > 0), f"not all values are above 0 ({say(stated)})", "above 0")
    return _ratio(*fit_lognormal(p, q))


def _degree_word(stated: Word, _: Support) -> ScaledBeta:
    """A band that ends at 0 or 1 gets a density that falls from that end: Beta(1, b) or Beta(a, 1)."""
    points = _band_points(next(band for band in SCALES[stated.scale].bands if stated.term in band.words))
    if len(points) == 2:
        return _degree(*fit_beta(*np.array(points).T))
    [(p, q)] = points
    return (
        ScaledBeta(a=1.0, b=math.log1p(-p) / math.log1p(-q))
        if p > 0.5
        else ScaledBeta(a=math.log(p) / math.log(q), b=1.0)
    )


def _degree_three_points(stated: ThreePoint, _: Support) -> ScaledBeta:
    """The beta of PERT, the mode weighing four times an end (Malcolm et al. 1959, Operations Research 7(5))."""
    width = stated.high - stated.low
    a, b = 1 + 4 * (stated.mode - stated.low) / width, 1 + 4 * (stated.high - stated.mode) / width
    return _degree(a, b, stated.low, stated.high)


def _degree_moments(stated: Moments, _: Support) -> ScaledBeta:
    mean, sd = stated.mean, stated.sd
    _require(0 < mean < 1, f"a mean of {mean:g} is impossible", "a mean strictly between 0 and 1")
    largest = math.sqrt(mean * (1 - mean))
    _require(
        sd < largest, f"a standard deviation of {sd:g} is too large for a mean of {mean:g}", f"below {largest:.3g}"
    )
    _require(sd > NARROWEST, f"a standard deviation of {sd:g} is too small", f"above {NARROWEST:g}", FIXED)
    # The moments of a beta: sd**2 = mean * (1 - mean) / (a + b + 1).
    size = mean * (1 - mean) / sd**2 - 1
    return _degree(mean * size, (1 - mean) * size)


def _ratio_moments(stated: Moments, _: Support) -> LogNormal:
    _require(stated.mean > 0, f"a mean of {stated.mean:g} is impossible", "a mean above 0")
    relative = stated.sd / stated.mean
    # This is log1p(relative**2), whose square could overflow.
    variance = math.log1p(relative**2) if relative < 1e6 else 2 * math.log(relative)
    return _ratio(math.log(stated.mean) - variance / 2, math.sqrt(variance))


def _degree_count(stated: Count, _: Support) -> ScaledBeta:
    """The posterior of Jeffreys' prior, Beta(1/2, 1/2), after the cases."""
    return _degree(stated.count + 0.5, stated.of - stated.count + 0.5)


def _degree_beta(stated: BetaStated, _: Support) -> ScaledBeta:
    return _degree(stated.a, stated.b, stated.low, stated.high)


def _degree_uniform(stated: Uniform, _: Support) -> ScaledBeta:
    return _degree(1.0, 1.0, stated.low, stated.high)


def _ratio_lognormal(stated: LognormalStated, _: Support) -> LogNormal:
    return _ratio(stated.mu, stated.sigma)


def _degree(a: float, b: float, lower: float = 0.0, upper: float = 1.0) -> ScaledBeta:
    _require(lower >= 0 and upper <= 1, f"{lower:g} to {upper:g} is not within 0 to 1", "ends between 0 and 1")
    usable = SHAPES[0] <= min(a, b) and max(a, b) <= SHAPES[1]
    allowed = f"shapes between {SHAPES[0]:g} and {SHAPES[1]:g}"
    _require(usable, f"the fit, Beta({a:.3g}, {b:.3g}), is too extreme", allowed, FIXED)
    return ScaledBeta(a=a, b=b, lower=lower, upper=upper)


def _ratio(mu: float, sigma: float) -> LogNormal:
    extreme = f"the fit, lognormal with mu {mu:.3g} and sigma {sigma:.3g}, is too extreme"
    _require(sigma > NARROWEST, extreme, f"sigma above {NARROWEST:g}", FIXED)
    allowed = "values that are finite as far as eight standard deviations from the median"
    _require(abs(mu) + 8 * sigma < LARGEST_LOG, extreme, allowed)
    low, high = (math.exp(mu + side * sigma) for side in (-1.645, 1.645))
    wide = f"90% from {low:.1g} to {high:.1g} is too wide to mean anything"
    _require(sigma <= WIDEST, wide, "ends that differ by a factor of 1e14 at most")
    return LogNormal(mu=mu, sigma=sigma)


FITS: dict[tuple[type[Any], type[ScaledBeta] | type[LogNormal]], Callable[[Any, Support], Family]] = {
    (Constant, ScaledBeta): _degree_constant,
    (Quantiles, ScaledBeta): _degree_quantiles,
    (Interval, ScaledBeta): _degree_quantiles,
    (Word, ScaledBeta): _degree_word,
    (ThreePoint, ScaledBeta): _degree_three_points,
    (FourSteps, ScaledBeta): _degree_quantiles,
    (Moments, ScaledBeta): _degree_moments,
    (Count, ScaledBeta): _degree_count,
    (BetaStated, ScaledBeta): _degree_beta,
    (Uniform, ScaledBeta): _degree_uniform,
    (Constant, LogNormal): _ratio_constant,
    (Quantiles, LogNormal): _ratio_quantiles,
    (Interval, LogNormal): _ratio_quantiles,
    (RatioWord, LogNormal): _ratio_quantiles,
    (FourSteps, LogNormal): _ratio_quantiles,
    (Moments, LogNormal): _ratio_moments,
    (LognormalStated, LogNormal): _ratio_lognormal,
}
"""The fit of each kind of statement to each family; a pair that is not here is an error."""
