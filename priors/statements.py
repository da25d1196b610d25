"""Statements: one class for each way of stating a prior.

A statement raises InvalidInput when it is made and contradicts itself, with the key of the inline table at fault.
Whether it suits its quantity is checked when it is fitted.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import ClassVar

from msgspec import Struct

from estimative.priors import toml_writer as toml_text
from estimative.priors.errors import InvalidInput, Issue, Place, invalid, nearest_word, quote, unknown_name
from estimative.priors.ratio_scale import RATIO_SCALES, RatioScale
from estimative.priors.structs import repr_without
from estimative.priors.verbal_scale import SCALES, Scale

PLACEHOLDER = "TO DO: say why"
"""The reason in a starter file; a statement that still has it is nobody's belief."""
FIXED = "Write a bare number for a fixed quantity."
"""The suggestion for a spread of 0."""


def _require(
    valid: bool, key: str, value: float | str, allowed: str, *, suggestion: str = "", code: str = "out-of-range"
) -> None:
    """Raise InvalidInput, with the key of the inline table, unless a value is valid."""
    if not valid:
        text = value if isinstance(value, str) else toml_text.number(value)
        raise invalid(
            f"{text} is not {allowed}", code=code, key=key, value=text, allowed=allowed, suggestion=suggestion
        )


def _require_finite(**values: float) -> None:
    for key, value in values.items():
        _require(math.isfinite(value), key, value, "a finite number", code="not-a-number")


class Constant(Struct, frozen=True, kw_only=True):
    """A fixed quantity."""

    kind: ClassVar[str] = "constant"
    value: float

    def __post_init__(self) -> None:
        _require_finite(value=self.value)


class Quantiles(Struct, frozen=True, kw_only=True):
    """Two or more quantiles."""

    kind: ClassVar[str] = "quantiles"
    points: tuple[tuple[float, float], ...]
    """Pairs of a probability, a whole number of percent from 0.01 to 0.99, and the quantile there; both rise."""

    def __post_init__(self) -> None:
        for p, q in self.points:
            # 100 * 0.29 is 28.999999999999996 as a float.
            percent = abs(100 * p - round(100 * p)) < 1e-9
            _require(percent and 0.005 < p < 0.995, percentile(p), percentile(p), "a percentile from p01 to p99")
            _require_finite(**{percentile(p): q})
        if len(self.points) < 2:
            allowed = "two quantiles or more, such as p05 and p95"
            raise invalid("one quantile does not determine a distribution", code="too-few-quantiles", allowed=allowed)
        for (p, q), (next_p, next_q) in pairwise(self.points):
            _require(p < next_p, percentile(next_p), percentile(next_p), f"a percentile above {percentile(p)}")
            _require(q < next_q, percentile(next_p), next_q, f"more than {percentile(p)} = {q:g}")


class Interval(Struct, frozen=True, kw_only=True):
    """A central interval: the same probability lies below it as above it."""

    kind: ClassVar[str] = "interval"
    low: float
    high: float
    mass: float
    """The probability between the ends, from 0.01 to 0.9999: outside, the ends say nothing about the rest."""

    def __post_init__(self) -> None:
        _require_ends(self.low, self.high)
        _require(0.01 <= self.mass <= 0.9999, "mass", self.mass, "a number between 0.01 and 0.9999")


class ThreePoint(Struct, frozen=True, kw_only=True):
    """Lowest, most likely and highest value (PERT)."""

    kind: ClassVar[str] = "three_point"
    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        _require_ends(self.low, self.high)
        allowed = f"a number between {self.low:g} and {self.high:g}"
        _require(self.low <= self.mode <= self.high, "mode", self.mode, allowed)


class FourSteps(Struct, frozen=True, kw_only=True):
    """Lowest, best and highest estimate, and how sure the analyst is that the truth lies between (IDEA protocol).

    The four-step question of Hemming et al. (2018), Methods in Ecology and Evolution 9, doi:10.1111/2041-210X.12857.
    """

    kind: ClassVar[str] = "four_steps"
    low: float
    best: float
    """Taken as the median."""
    high: float
    sure: float
    """The probability between the ends, from 0.5 to below 1: who is less sure has to widen the ends."""

    def __post_init__(self) -> None:
        _require_finite(low=self.low, best=self.best, high=self.high)
        _require_ends(self.low, self.high)
        allowed = f"a number strictly between {self.low:g} and {self.high:g}"
        _require(self.low < self.best < self.high, "best", self.best, allowed)
        _require(0.5 <= self.sure < 1, "sure", self.sure, "a number from 0.5 to below 1")


class Moments(Struct, frozen=True, kw_only=True):
    """Mean and standard deviation."""

    kind: ClassVar[str] = "moments"
    mean: float
    sd: float

    def __post_init__(self) -> None:
        _require_finite(mean=self.mean, sd=self.sd)
        _require(self.sd > 0, "sd", self.sd, "a number above 0", suggestion=FIXED)


class Count(Struct, frozen=True, kw_only=True):
    """A reference class: how many of how many cases."""

    kind: ClassVar[str] = "count"
    count: float
    """May be fractional: a case that counts half."""
    of: float

    def __post_init__(self) -> None:
        _require_finite(count=self.count, of=self.of)
        _require(self.of > 0, "of", self.of, "a number of cases above 0")
        allowed = f"a number between 0 and {self.of:g}, the number of cases"
        _require(0 <= self.count <= self.of, "count", self.count, allowed)


class Word(Struct, frozen=True, kw_only=True):
    """A word of estimative probability."""

    kind: ClassVar[str] = "word"
    term: str
    """As the scale spells it."""
    scale: str = "icd203"
    """The scale's id."""

    def __post_init__(self) -> None:
        if self.scale not in SCALES:
            known = (*SCALES, *RATIO_SCALES)
            raise InvalidInput([unknown_name(Place(key="scale"), self.scale, known, "a scale of words")])
        if self.term not in SCALES[self.scale].words:
            raise InvalidInput([_no_such_word(self.term, SCALES[self.scale])])


class RatioWord(Struct, frozen=True, kw_only=True):
    """A word for a likelihood ratio, or for a likelihood under one state of several."""

    kind: ClassVar[str] = "ratio_word"
    term: str
    """As the scale spells it."""
    scale: str
    """The scale's id."""

    def __post_init__(self) -> None:
        if self.scale not in RATIO_SCALES:
            what = "a scale of words for likelihoods"
            raise InvalidInput([unknown_name(Place(key="scale"), self.scale, RATIO_SCALES, what)])
        if self.term not in RATIO_SCALES[self.scale].words:
            raise InvalidInput([_no_such_word(self.term, RATIO_SCALES[self.scale])])


class BetaStated(Struct, frozen=True, kw_only=True):
    """A beta distribution by its two shapes, scaled to an interval."""

    kind: ClassVar[str] = "beta_stated"
    a: float
    b: float
    low: float = 0.0
    high: float = 1.0

    def __post_init__(self) -> None:
        _require_finite(beta=self.a)
        _require_finite(beta=self.b)
        _require(self.a > 0 and self.b > 0, "beta", toml_text.numbers([self.a, self.b]), "two numbers above 0")
        _require_ends(self.low, self.high)


class LognormalStated(Struct, frozen=True, kw_only=True):
    """exp(mu + sigma * Normal(0, 1))."""

    kind: ClassVar[str] = "lognormal_stated"
    mu: float
    """The logarithm of the median."""
    sigma: float

    def __post_init__(self) -> None:
        _require_finite(lognormal=self.mu)
        _require_finite(lognormal=self.sigma)
        _require(self.sigma > 0, "lognormal", self.sigma, "a sigma above 0", suggestion=FIXED)


class Uniform(Struct, frozen=True, kw_only=True):
    """A uniform distribution between two ends."""

    kind: ClassVar[str] = "uniform"
    low: float
    high: float

    def __post_init__(self) -> None:
        _require_finite(uniform=self.low)
        _require_finite(uniform=self.high)
        _require(
            self.low < self.high, "uniform", toml_text.numbers([self.low, self.high]), "two ends, the lower one first"
        )


class SameAs(Struct, frozen=True, kw_only=True):
    """The same unknown as another quantity: one number under two names."""

    kind: ClassVar[str] = "same_as"
    name: str
    """The other quantity's, such as "events.invasion"."""


class ByState(Struct, frozen=True, kw_only=True):
    """A statement for each state: shares of an event, or likelihoods of an item of evidence."""

    kind: ClassVar[str] = "by_state"
    parts: tuple[tuple[str, Statement], ...]
    """Pairs of a state and a statement, a number being a constant."""
    worth: float | None = None
    """Of shares, how many observations they are worth; None where they are fixed, or each has its own uncertainty."""

    def __post_init__(self) -> None:
        if self.worth is not None:
            _require(0 < self.worth < math.inf, "worth", self.worth, "a number above 0")

    @property
    def constants(self) -> bool:
        """Whether every part is a number."""
        return all(isinstance(statement, Constant) for _, statement in self.parts)


class StateCounts(Struct, frozen=True, kw_only=True):
    """A reference class: how many cases were in each state."""

    kind: ClassVar[str] = "state_counts"
    counts: tuple[tuple[str, float], ...]
    """Pairs of a state and a number, which may be fractional."""

    def __post_init__(self) -> None:
        for state, count in self.counts:
            _require(0 <= count < math.inf, state, count, "a number of at least 0")


type Statement = (
    Constant
    | Quantiles
    | Interval
    | ThreePoint
    | FourSteps
    | Moments
    | Count
    | Word
    | RatioWord
    | BetaStated
    | LognormalStated
    | Uniform
    | SameAs
    | ByState
    | StateCounts
)


class Stated(Struct, frozen=True, kw_only=True):
    """A statement with the analyst's reason and source."""

    statement: Statement
    because: str = ""
    """The analyst's reason; may be empty."""
    source: str = ""
    """What the analyst refers to; may be empty."""
    place: Place | None = None
    """Where it is in a file; None for a statement made in code."""
    taken_from: str = ""
    """The prior set that it is inherited from, or `prior_set.SCENARIO`; empty where it is the analyst's own."""

    def __repr__(self) -> str:
        return repr_without(self, "because", "source", "taken_from")


def percentile(p: float) -> str:
    """Return the key of a quantile: p05 for 0.05, and for a probability between two percentiles what no key can be."""
    return f"p{100 * p:02.0f}" if abs(100 * p - round(100 * p)) < 1e-9 else f"p{100 * p:g}"


def _require_ends(low: float, high: float) -> None:
    _require_finite(low=low, high=high)
    _require(low < high, "high", high, f"more than low = {low:g}")


def _number(term: str) -> str:
    """Return what to write for a number in quotes; nothing for a word."""
    number, _, percent = term.strip().partition("%")
    try:
        value = float(number) / (100 if term.strip().endswith("%") else 1)
    except ValueError:
        return ""
    return f"Write {value:.12g}, without quotes." if not percent and 0 <= value <= 1 else ""


def _no_such_word(term: str, scale: Scale | RatioScale) -> Issue:
    alike = (*SCALES.values(),) if isinstance(scale, Scale) else (*RATIO_SCALES.values(),)
    other = next((other for other in alike if other is not scale and other.band(term)), None)
    suggestion = nearest_word(term, scale.words) or _number(term)
    if other and not suggestion:
        written = f'{{ term = "{other.spelling(term)}", scale = "{other.id}" }}'
        suggestion = f"Write {written} for the word of {other.title}."
    return Issue(
        code="unknown-word",
        message=f"{quote(term)} is not a word of the {scale.title} scale",
        place=Place(key="term"),
        value=quote(term),
        allowed=tuple(band.words[0] for band in scale.bands),
        suggestion=suggestion,
    )
