"""The two families of priors: a scaled beta for degrees, a lognormal for rates, ratios and errors."""

from __future__ import annotations

import math

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv, betaln, ndtr, ndtri

from estimative.priors import toml_writer as toml_text


class ScaledBeta(Struct, frozen=True, kw_only=True):
    """lower + (upper - lower) * Beta(a, b), within [0, 1]."""

    a: float
    b: float
    lower: float = 0.0
    upper: float = 1.0
    """Equal to `lower` for a constant, which has shapes of 1 by convention."""

    def __post_init__(self) -> None:
        if not (0 < self.a < math.inf and 0 < self.b < math.inf and 0 <= self.lower <= self.upper <= 1):
            raise ValueError(f"not a beta distribution: {self}")

    @classmethod
    def fixed(cls, value: float) -> ScaledBeta:
        """Return a constant."""
        return cls(a=1.0, b=1.0, lower=value, upper=value)

    @property
    def constant(self) -> bool:
        return self.lower == self.upper

    @property
    def mean(self) -> float:
        return self.lower + (self.upper - self.lower) * self.a / (self.a + self.b)

    @property
    def sd(self) -> float:
        share = self.a / (self.a + self.b)
        return (self.upper - self.lower) * math.sqrt(share * (1 - share) / (self.a + self.b + 1))

    def quantile(self, p: float) -> float:
        """Return the value with probability p below it; p in [0, 1]."""
        return self.lower + (self.upper - self.lower) * float(betaincinv(self.a, self.b, p))

    def cdf(self, x: float) -> float:
        """Return the probability of at most x."""
        # A constant has no width to divide by.
        if self.constant:
            return float(x >= self.lower)
        return float(betainc(self.a, self.b, min(max((x - self.lower) / (self.upper - self.lower), 0.0), 1.0)))

    def density(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the density at points between the bounds; infinite at a bound where a shape is below 1."""
        width = self.upper - self.lower
        inside = (x - self.lower) / width
        log = (self.a - 1) * np.log(inside) + (self.b - 1) * np.log1p(-inside)
        return np.asarray(np.exp(log - betaln(self.a, self.b)) / width)

    def toml(self) -> str:
        """Return the TOML value that reads back as exactly this distribution."""
        return toml_text.number(self.lower) if self.constant else toml_text.inline(self.pairs())

    def pairs(self) -> list[tuple[str, str]]:
        """Return the keys and written values of the inline table that states it."""
        if self.constant:
            return [("value", toml_text.number(self.lower))]
        ends = [("low", toml_text.number(self.lower)), ("high", toml_text.number(self.upper))]
        return [("beta", toml_text.numbers([self.a, self.b])), *ends]


class LogNormal(Struct, frozen=True, kw_only=True):
    """exp(mu + sigma * Normal(0, 1)), above 0."""

    mu: float
    """The logarithm of the median."""
    sigma: float
    """The standard deviation of the logarithm; 0 for a constant."""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.mu) and 0 <= self.sigma < math.inf):
            raise ValueError(f"not a lognormal distribution: {self}")

    @classmethod
    def fixed(cls, value: float) -> LogNormal:
        """Return a constant."""
        return cls(mu=math.log(value), sigma=0.0)

    @property
    def constant(self) -> bool:
        return self.sigma == 0

    @property
    def mean(self) -> float:
        return float(_exp(self.mu + self.sigma**2 / 2))

    @property
    def sd(self) -> float:
        # expm1 overflows beyond 709.
        variance = self.sigma**2
        return 0.0 if self.constant else self.mean * math.sqrt(math.expm1(variance) if variance < 709 else math.inf)

    def quantile(self, p: float) -> float:
        """Return the value with probability p below it; p in [0, 1]."""
        return _exp(self.mu + self.sigma * float(ndtri(p))) if not self.constant else self.median

    @property
    def median(self) -> float:
        """The median; that of a constant is the stated number, or one with the same logarithm."""
        guess = _exp(self.mu)
        # Many floats share a logarithm: take the one with the fewest digits, as a person would have written it.
        decimals = (float(f"{guess:.{digits}g}") for digits in range(1, 18))
        return next((value for value in decimals if value > 0 and math.log(value) == self.mu), guess)

    def cdf(self, x: float) -> float:
        """Return the probability of at most x."""
        if x <= 0:
            return 0.0
        distance = math.log(x) - self.mu
        return float(distance >= 0) if self.constant else float(ndtr(distance / self.sigma))

    def density(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the density of the logarithm at points above 0: on a logarithmic axis it is a bell."""
        distance = (np.log(x) - self.mu) / self.sigma
        return np.asarray(np.exp(-np.square(distance) / 2) / (self.sigma * math.sqrt(2 * math.pi)))

    def toml(self) -> str:
        """Return the TOML value that reads back as exactly this distribution."""
        return toml_text.number(self.median) if self.constant else toml_text.inline(self.pairs())

    def pairs(self) -> list[tuple[str, str]]:
        """Return the keys and written values of the inline table that states it."""
        if self.constant:
            return [("value", toml_text.number(self.median))]
        return [("lognormal", toml_text.numbers([self.mu, self.sigma]))]


type Family = ScaledBeta | LogNormal


def _exp(x: float) -> float:
    """Return exp(x), infinite beyond the largest float instead of an error."""
    return math.exp(x) if x < 709 else math.inf
