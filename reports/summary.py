"""The summary of a run: every number that any format tells, with its error, and the JSON that holds them."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

SCHEMA_VERSION = 1


@dataclass(frozen=True, kw_only=True)
class Number:
    """A number with its Monte Carlo standard error."""

    value: float
    se: float


@dataclass(frozen=True, kw_only=True)
class Computation:
    """How the numbers came about."""

    seed: int
    settings: Mapping[str, int | str]
    versions: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A credible interval of a probability over the draws (second-order uncertainty)."""

    kind: str
    mass: float
    low: float
    high: float
    low_se: float
    high_se: float


@dataclass(frozen=True, kw_only=True)
class Probability:
    """A probability after the evidence and before it."""

    probability: float
    se: float
    interval: Interval
    term: str
    """The word of the ICD 203 scale, or "below 1 %", "above 99 %" where it has none."""
    prior_probability: float
    prior_se: float


@dataclass(frozen=True, kw_only=True)
class Outcome(Probability):
    """An outcome of the scenario."""

    title: str
    given: tuple[str, ...]
    """Events that must have happened: then this is a conditional probability."""


@dataclass(frozen=True, kw_only=True)
class Link(Probability):
    """An event under its own condition."""

    given: tuple[str, ...]
    unless: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Event(Probability):
    """An event, whatever else happens, and under its own condition."""

    title: str
    when: str
    given_previous: Link | None
    """None where its own condition cannot be so."""


@dataclass(frozen=True, kw_only=True)
class Spread:
    """The distribution of a quantity on its own scale."""

    mean: float
    sd: float
    p05: float
    p50: float
    p95: float
    se: float
    """Monte Carlo standard error of the mean; 0 where the mean is exact."""


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """A quantity with what was said of it and why."""

    title: str
    statement: str
    because: str
    source: str
    misfit: float
    """Largest distance, in probability, between the stated quantiles and the prior fitted to them."""
    missed: tuple[str, ...]
    """The stated quantiles that the fitted prior is far from, each with what was said and what was taken."""
    constant: bool
    prior: Spread
    posterior: Spread


@dataclass(frozen=True, kw_only=True)
class Factor(Quantity):
    """A factor, with what the ends of its scale mean."""

    low: str
    high: str


@dataclass(frozen=True, kw_only=True)
class Item:
    """An item of evidence and how much it counts."""

    kind: str
    about: str
    title: str
    reading: str
    """What the equations take from it: a direction, a value, a probability, a count."""
    source: str
    locator: str
    date: str
    origin: str
    grade: str
    standing: str
    weight: float
    """Relevance times what is left of it where several items tell one story."""
    weight_because: str
    """Why, in the analyst's words; empty where the weight is 1 by itself."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where evidence was read."""

    title: str
    publisher: str
    date: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Check:
    """One condition of a verdict."""

    name: str
    value: float | None
    """None stands for infinite."""
    limit: float
    direction: str
    passed: bool
    where: str


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Whether a method's draws can be believed."""

    passed: bool
    checks: tuple[Check, ...]
    advice: tuple[str, ...]
    draws: int
    effective: float


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Where the two methods are furthest apart."""

    holds: bool
    outcome: str
    difference: float
    joint_se: float


@dataclass(frozen=True, kw_only=True)
class Dependence:
    """How much of the headline is prior."""

    prior_share: float | None
    """Of the prior variance of the headline's log-odds, how much remains."""
    sd_before: float
    sd_after: float
    shift_decibans: float
    free: int
    untouched: int


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """What was asked."""

    id: str
    digest: str
    title: str
    question: str
    as_of: str
    until: str
    headline: str


@dataclass(frozen=True, kw_only=True)
class Confidence:
    """Analytic confidence as the analyst declares it."""

    level: str
    information_base: str
    rigour: str
    volatility: str


@dataclass(frozen=True, kw_only=True)
class PriorSet:
    """Whose priors."""

    name: str
    digest: str
    analyst: str
    date: str
    rationale: str
    lineage: tuple[str, ...]
    confidence: Confidence | None


@dataclass(frozen=True, kw_only=True)
class Analyst:
    """Whose priors, and whether the fit can be believed."""

    prior_set: PriorSet
    method: str
    converged: bool
    verdict: Verdict


@dataclass(frozen=True, kw_only=True)
class Effort:
    """The fits behind a decomposition."""

    fits: int
    by_method: Mapping[str, int]
    failed: int
    worst: tuple[Check, ...]


@dataclass(frozen=True, kw_only=True)
class Run:
    """How the numbers came about."""

    id: str
    created: str
    method: str
    """The method that the numbers are of."""
    seed: int
    settings: Mapping[str, int]
    versions: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Summary:
    """Everything a report tells. Without a passed verdict it holds no probability, unless that was asked for."""

    schema_version: int = SCHEMA_VERSION
    scenario: Scenario
    prior_set: PriorSet
    converged: bool
    """Every method that ran passed what the numbers rest on, and the methods agree."""
    caution: str
    """To be shown with every number; empty for a converged run."""
    outcomes: Mapping[str, Outcome]
    events: Mapping[str, Event]
    factors: Mapping[str, Factor]
    quantities: Mapping[str, Quantity]
    """All others, by the name they have in the prior set file."""
    evidence: Mapping[str, Item]
    sources: Mapping[str, Source]
    dependence: Dependence | None
    log_marginal_likelihood: float | None
    """Natural logarithm; only the importance method gives it."""
    verdicts: Mapping[str, Verdict]
    agreement: Agreement | None
    run: Run

    @property
    def told(self) -> bool:
        """Whether there are numbers to tell."""
        return bool(self.outcomes)

    @property
    def everything(self) -> Mapping[str, Quantity]:
        """Every quantity, factors first, by the name that it has in the prior set file."""
        return {**{f"factors.{name}": factor for name, factor in self.factors.items()}, **self.quantities}


def to_json(summary: DataclassInstance) -> str:
    """A summary as JSON; every number finite, keys are the field names."""
    return json.dumps(dataclasses.asdict(summary), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def from_json(text: str) -> Summary:
    """The summary of a run that `to_json` wrote.

    Raises
    ------
    ValueError
        If it is of another schema version.
    """
    summary: Summary = built(Summary, text)
    return summary


def built(kind: Any, text: str) -> Any:
    """What `to_json` wrote of such a kind.

    Raises
    ------
    ValueError
        If it is of another schema version.
    """
    data = json.loads(text)
    if not isinstance(data, dict):
        raise ValueError("no summary")
    if data.get("schema_version") != SCHEMA_VERSION:
        raise ValueError(f"schema version {data.get('schema_version')!r}, not {SCHEMA_VERSION}")
    return _built(kind, data)


def finite(value: float) -> float | None:
    """None for what JSON cannot hold."""
    return float(value) if math.isfinite(value) else None


def _built(cls: Any, data: Any) -> Any:
    """A dataclass from plain data, by the types of its fields."""
    import types
    import typing

    origin, arguments = typing.get_origin(cls), typing.get_args(cls)
    if origin in (typing.Union, types.UnionType):
        return None if data is None else _built(next(a for a in arguments if a is not type(None)), data)
    if origin is tuple:
        return tuple(_built(arguments[0], entry) for entry in data)
    if origin is not None and issubclass(origin, Mapping):
        return {key: _built(arguments[1], entry) for key, entry in data.items()}
    if dataclasses.is_dataclass(cls):
        build: Any = cls
        hints = _hints(build)
        return build(**{name: _built(hints[name], value) for name, value in data.items()})
    return data


@cache
def _hints(cls: Any) -> Mapping[str, Any]:
    """The types of a dataclass's fields; to resolve their names takes time."""
    import typing

    return typing.get_type_hints(cls)
