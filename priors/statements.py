"""What was said: one class for each way of stating a prior, and the reading of one entry of a prior set.

Every statement checks itself when it is made, so that one which exists makes sense on its own; whether it suits the
quantity it is made about is for the fitting to find.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import ClassVar

from estimative.priors import toml_writer as toml_text
from estimative.priors.scale_file import SCALES
from estimative.priors.toml_table import Place, shown
from estimative.priors.verbal_scale import Scale


class Misstated(ValueError):
    """A statement that contradicts itself, or that does not suit its quantity."""

    def __init__(self, *, key: str = "", found: str, expected: str, name: str = "", near: tuple[str, ...] = ()) -> None:
        """`key` is the key of the inline table at fault, empty for the statement as a whole."""
        self.key, self.found, self.expected, self.name, self.near = key, found, expected, name, near
        super().__init__(f"{key + ': ' if key else ''}found {found}, expected {expected}")


def _require(holds: bool, key: str, found: str | float, expected: str) -> None:
    if not holds:
        raise Misstated(key=key, found=found if isinstance(found, str) else toml_text.number(found), expected=expected)


def _require_finite(**values: float) -> None:
    for key, value in values.items():
        _require(math.isfinite(value), key, value, "a finite number")


@dataclass(frozen=True, kw_only=True)
class Constant:
    """A quantity held fixed."""

    kind: ClassVar[str] = "constant"
    value: float

    def __post_init__(self) -> None:
        _require_finite(value=self.value)


@dataclass(frozen=True, kw_only=True)
class Quantiles:
    """Two or more quantiles."""

    kind: ClassVar[str] = "quantiles"
    points: tuple[tuple[float, float], ...]
    """Pairs of a probability, a whole number of percent from 0.01 to 0.99, and the quantile there; both rise."""

    def __post_init__(self) -> None:
        for p, q in self.points:
            whole = abs(100 * p - round(100 * p)) < 1e-9
            _require(whole and 0.005 < p < 0.995, percentile(p), percentile(p), "a percentile from p01 to p99")
            _require_finite(**{percentile(p): q})
        names = " ".join(percentile(p) for p, _ in self.points)
        if len(self.points) < 2:
            raise Misstated(
                found=f"{names or 'no quantile'} alone", expected="two quantiles or more, such as p05 and p95"
            )
        for (p, q), (next_p, next_q) in zip(self.points, self.points[1:], strict=False):
            _require(p < next_p, percentile(next_p), names, "quantiles in rising order")
            _require(q < next_q, percentile(next_p), next_q, f"more than {percentile(p)} = {q:g}")


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A central interval: as much lies below it as above."""

    kind: ClassVar[str] = "interval"
    low: float
    high: float
    mass: float
    """The probability between the ends, from 0.01 to 0.9999: beyond, the ends say nothing about the rest."""

    def __post_init__(self) -> None:
        _require_ends(self.low, self.high)
        _require(0.01 <= self.mass <= 0.9999, "mass", self.mass, "a number between 0.01 and 0.9999")


@dataclass(frozen=True, kw_only=True)
class ThreePoint:
    """Least, most likely and greatest value (PERT)."""

    kind: ClassVar[str] = "three_point"
    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        _require_ends(self.low, self.high)
        _require(
            self.low <= self.mode <= self.high, "mode", self.mode, f"a number between {self.low:g} and {self.high:g}"
        )


@dataclass(frozen=True, kw_only=True)
class Moments:
    """Mean and standard deviation."""

    kind: ClassVar[str] = "moments"
    mean: float
    sd: float

    def __post_init__(self) -> None:
        _require_finite(mean=self.mean, sd=self.sd)
        _require(self.sd > 0, "sd", self.sd, "a number above 0; a quantity held fixed is a bare number")


@dataclass(frozen=True, kw_only=True)
class Count:
    """A reference class: how many of how many cases."""

    kind: ClassVar[str] = "count"
    count: float
    """May be fractional: a case that counts half."""
    of: float

    def __post_init__(self) -> None:
        _require_finite(count=self.count, of=self.of)
        _require(self.of > 0, "of", self.of, "a number of cases above 0")
        _require(
            0 <= self.count <= self.of, "count", self.count, f"a number between 0 and {self.of:g}, the cases there are"
        )


@dataclass(frozen=True, kw_only=True)
class Word:
    """A word of estimative probability."""

    kind: ClassVar[str] = "word"
    term: str
    """As the scale spells it."""
    scale: str = "icd203"
    """The scale's id."""

    def __post_init__(self) -> None:
        if self.scale not in SCALES:
            raise Misstated(
                key="scale", found=shown(self.scale), expected=" or ".join(SCALES), name=self.scale, near=tuple(SCALES)
            )
        if self.term not in SCALES[self.scale].words:
            raise _no_such_word(self.term, SCALES[self.scale])


@dataclass(frozen=True, kw_only=True)
class BetaStated:
    """A beta distribution by its two shapes, stretched over an interval."""

    kind: ClassVar[str] = "beta_stated"
    a: float
    b: float
    low: float = 0.0
    high: float = 1.0

    def __post_init__(self) -> None:
        _require_finite(beta=self.a)
        _require_finite(beta=self.b)
        _require(self.a > 0 and self.b > 0, "beta", toml_text.numbers([self.a, self.b]), "two shapes above 0")
        _require_ends(self.low, self.high)


@dataclass(frozen=True, kw_only=True)
class LognormalStated:
    """exp(mu + sigma * Normal(0, 1))."""

    kind: ClassVar[str] = "lognormal_stated"
    mu: float
    """The logarithm of the median."""
    sigma: float

    def __post_init__(self) -> None:
        _require_finite(lognormal=self.mu)
        _require_finite(lognormal=self.sigma)
        _require(self.sigma > 0, "lognormal", self.sigma, "a sigma above 0; a quantity held fixed is a bare number")


@dataclass(frozen=True, kw_only=True)
class Uniform:
    """Anywhere between two ends alike."""

    kind: ClassVar[str] = "uniform"
    low: float
    high: float

    def __post_init__(self) -> None:
        _require_finite(uniform=self.low)
        _require_finite(uniform=self.high)
        _require(self.low < self.high, "uniform", toml_text.numbers([self.low, self.high]), "two ends, the lower first")


type Statement = (
    Constant | Quantiles | Interval | ThreePoint | Moments | Count | Word | BetaStated | LognormalStated | Uniform
)


@dataclass(frozen=True, kw_only=True)
class Stated:
    """A statement as an analyst made it."""

    statement: Statement
    because: str = field(default="", repr=False)
    """The analyst's reason; may be empty."""
    source: str = field(default="", repr=False)
    """What the analyst refers to; may be empty."""
    place: Place | None = None
    """Where it was said; None for one that comes from no file."""


def percentile(p: float) -> str:
    """The key of a quantile: 0.05 is p05. A probability between two percentiles is written out, which no key is."""
    return f"p{100 * p:02.0f}" if abs(100 * p - round(100 * p)) < 1e-9 else f"p{100 * p:g}"


def _require_ends(low: float, high: float) -> None:
    _require_finite(low=low, high=high)
    _require(low < high, "high", high, f"more than low = {low:g}")


def _no_such_word(term: str, scale: Scale) -> Misstated:
    other = next((other for other in SCALES.values() if other.band(term)), None)
    hint = (
        f'; {other.title} has it: {{ term = "{other.spelling(term)}", scale = "{other.id}" }}'
        if other and other is not scale
        else ""
    )
    words = ", ".join(band.words[0] for band in scale.bands)
    return Misstated(
        key="term",
        found=shown(term),
        expected=f"a word of {scale.title} ({words}){hint}",
        name=term.lower(),
        near=scale.words,
    )
