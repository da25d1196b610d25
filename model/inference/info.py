"""What every result carries next to its numbers: the scenario, the prior set, the fits, and how they were computed."""

from __future__ import annotations

import datetime
import platform
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import version

from msgspec import Struct

from estimative.model.assessment import Assessment
from estimative.model.inference.diagnostics import Verdict
from estimative.model.inference.difficulty import Difficulty, difficulty
from estimative.model.inference.draws import Method
from estimative.model.inference.posterior import Posterior
from estimative.model.spec.as_of import known_on
from estimative.priors.prior_set import Confidence

SCHEMA_VERSION = 2
"""Of every JSON document; a document of another version is refused."""
ALWAYS = ("numpy", "scipy")
"""Packages behind every number."""
WITH_NUTS = ("pymc", "nutpie", "pytensor", "arviz")


class LaterItem(Struct, frozen=True, kw_only=True):
    """An item of evidence that is left out, because it is dated after the day of the assessment."""

    id: str
    title: str
    date: datetime.date


class ScenarioInfo(Struct, frozen=True, kw_only=True):
    """The scenario that a result answers."""

    id: str
    digest: str
    title: str
    question: str
    as_of: datetime.date
    until: datetime.date
    headline: str
    """The id of the outcome that reports lead with."""
    later: tuple[LaterItem, ...] = ()
    """Evidence that is left out, because it is dated after `as_of`; by date."""

    @classmethod
    def of(cls, assessment: Assessment) -> ScenarioInfo:
        scenario = assessment.scenario
        names = ("id", "digest", "title", "question", "as_of", "until", "headline")
        dates = {name: known_on(item, scenario) for name, item in scenario.later.items()}
        later = [LaterItem(id=name, title=scenario.later[name].title, date=day) for name, day in dates.items() if day]
        return cls(
            **{name: getattr(scenario, name) for name in names},
            later=tuple(sorted(later, key=lambda item: (item.date, item.id))),
        )


class PriorSetInfo(Struct, frozen=True, kw_only=True):
    """The prior set behind a result, and its analyst."""

    name: str
    digest: str
    analyst: str
    date: datetime.date | None
    review_by: datetime.date | None = None
    rationale: str
    lineage: tuple[str, ...]
    """The sets that it extends, nearest first."""
    confidence: Confidence | None
    """Analytic confidence as the analyst declares it."""

    @classmethod
    def of(cls, assessment: Assessment) -> PriorSetInfo:
        prior_set = assessment.prior_set
        names = ("name", "digest", "analyst", "date", "review_by", "rationale", "lineage", "confidence")
        return cls(**{name: getattr(prior_set, name) for name in names})


class FitInfo(Struct, frozen=True, kw_only=True):
    """One fit: its method, its draws, and the verdict on them."""

    prior_set: PriorSetInfo
    method: Method
    draws: int
    ess: float
    """Effective sample size of the headline."""
    verdict: Verdict
    difficulty: Difficulty | None = None
    """Of a fit that did not converge."""
    exact: bool = False
    """Whether no input is uncertain, so that every draw is the answer."""

    @classmethod
    def of(cls, posterior: Posterior) -> FitInfo:
        return cls(
            prior_set=PriorSetInfo.of(posterior.assessment),
            method=posterior.method,
            draws=posterior.draws.count,
            ess=posterior.headline.ess,
            verdict=posterior.verdict,
            difficulty=None if posterior.verdict.passed else difficulty(posterior),
            exact=not posterior.assessment.uncertain,
        )

    @property
    def converged(self) -> bool:
        return self.verdict.passed


class Computation(Struct, frozen=True, kw_only=True):
    """How the numbers were computed."""

    seed: int
    """Of every random number; the same seed gives the same digits."""
    settings: Mapping[str, int | str]
    versions: Mapping[str, str]
    """By package: this one, Python, and those that computed the numbers."""


def versions(methods: Iterable[str]) -> Mapping[str, str]:
    """Look up the versions of this package, of Python, and of the packages that these methods use."""
    names = dict.fromkeys((*ALWAYS, *(WITH_NUTS if "nuts" in methods else ())))
    own = {"estimative": _version("estimative"), "python": platform.python_version()}
    return {**own, **{name: _version(name) for name in names}}


_version = cache(version)
"""Of a package: looking it up reads a file, and costs a twentieth of a small fit."""


class Result(Struct, frozen=True, kw_only=True):
    """What every answer carries; each kind of answer adds its numbers.

    A number of a fit that did not converge is left out (None, or no entry) unless it was requested. Subclasses keep
    the one-line `repr`, which does not print every number.
    """

    schema_version: int = SCHEMA_VERSION
    converged: bool
    """Every fit behind the numbers passed its verdict."""
    with_unconverged: bool
    """Numbers of fits that did not converge are included, as requested."""
    computation: Computation

    def __repr__(self) -> str:
        """Name the kind of answer, its scenario where it has one, and whether it converged."""
        scenario: ScenarioInfo | None = getattr(self, "scenario", None)
        status = "converged" if self.converged else "not converged"
        return f"{type(self).__name__}({f'{scenario.id}, ' if scenario else ''}{status})"

    @property
    def withheld(self) -> bool:
        """Whether something is left out because a fit did not converge."""
        return not (self.converged or self.with_unconverged)
