"""A session: an assessment with its fit, from which every analysis starts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from functools import partial
from typing import Protocol, get_args

from msgspec import Struct
from msgspec.structs import replace

from estimative.model.assessment import Assessment
from estimative.model.inference.estimates import Undefined
from estimative.model.inference.fit_result import Probability, reliable
from estimative.model.inference.info import Computation, FitInfo, ScenarioInfo, versions
from estimative.model.inference.prior_predictive import PriorPredictive, prior_of
from estimative.model.inference.refit import Choice, Fitted, Fitter
from estimative.model.inference.threads import one_blas_thread
from estimative.model.likelihood.variable_elimination import Contradiction
from estimative.priors.errors import invalid, quote
from estimative.priors.structs import fields_without, same_without

LEAST_DRAWS, MOST_DRAWS = 100, 200_000


class About(Protocol):
    """A result about a scenario."""

    @property
    def scenario(self) -> ScenarioInfo: ...


class Progress(Protocol):
    """Is called with the stage of a long computation and, where they are known, how many steps of it are done."""

    def __call__(self, stage: str, done: int = 0, total: int | None = None, /) -> None: ...


def silent(stage: str, done: int = 0, total: int | None = None, /) -> None:
    """Progress that nobody watches."""


class Settings(Struct, frozen=True, kw_only=True):
    """How to fit; the same settings give the same digits."""

    method: Choice = "auto"
    """Auto: importance sampling where it converges, NUTS where it does not."""
    seed: int = 1
    draws: int | None = None
    """Of NUTS, for each of four chains."""
    with_unconverged: bool = False
    """Include numbers of fits that did not converge."""
    executor: Executor | None = None
    """Runs independent refits at once; without one they run in turn."""
    progress: Progress = silent

    def __post_init__(self) -> None:
        """Refuse what no fit can use.

        Raises
        ------
        InvalidInput
            With the first setting that is not allowed.
        """
        if self.method not in get_args(Choice.__value__):
            raise invalid(f"{quote(self.method)} is not a method", code="misuse", allowed=get_args(Choice.__value__))
        if not _is_whole(self.seed) or self.seed < 0:
            raise invalid(f"seed = {self.seed!r}", code="misuse", allowed="a whole number of at least 0")
        if self.draws is not None and not (_is_whole(self.draws) and LEAST_DRAWS <= self.draws <= MOST_DRAWS):
            allowed = f"a whole number from {LEAST_DRAWS} to {MOST_DRAWS}"
            raise invalid(f"draws = {self.draws!r}", code="misuse", allowed=allowed)

    def __eq__(self, other: object) -> bool:
        return same_without(self, other, "executor", "progress")

    def __hash__(self) -> int:
        return hash((self.method, self.seed, self.draws))

    def __reduce__(self) -> tuple[Callable[[], Settings], tuple[()]]:
        """Without executor and callback, which belong to this process."""
        return partial(Settings, **fields_without(self, "executor", "progress")), ()

    def fitter(self, *assessments: Assessment) -> Fitter:
        """A fitter of assessments of one scenario, on common random numbers."""
        return Fitter(
            assessments=assessments,
            seed=self.seed,
            method=self.method,
            draws=self.draws,
            notify=self.progress,
            executor=self.executor,
        )


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


class Session(Struct, frozen=True, kw_only=True):
    """An assessment, its fit, and the means of fitting others like it."""

    settings: Settings
    assessment: Assessment
    fitter: Fitter
    fitted: Fitted
    prior: PriorPredictive

    @property
    def reportable(self) -> bool:
        """Whether numbers of the fit may be shown and built on."""
        return self.fitted.posterior.verdict.passed or self.settings.with_unconverged

    @property
    def fit(self) -> FitInfo:
        """The fit with its verdict."""
        return FitInfo.of(self.fitted.posterior)

    @property
    def headline(self) -> Probability | None:
        """The headline before and after the evidence; None where it may not be shown."""
        if not self.reportable:
            return None
        key = ("outcome", self.assessment.scenario.headline)
        return reliable(self.fitted.posterior, self.prior)[key]

    def computation(self, *methods: str) -> Computation:
        """How the numbers were computed; `methods` are those used beside the fit's own."""
        posterior = self.fitted.posterior
        settings: dict[str, int | str] = {"method": self.settings.method, "draws": posterior.draws.count}
        return Computation(seed=self.settings.seed, settings=settings, versions=versions({posterior.method, *methods}))


def open_session(assessment: Assessment, settings: Settings) -> Session:
    """Fit an assessment.

    Raises
    ------
    InvalidInput
        If the evidence contradicts itself.
    """
    fitter = settings.fitter(assessment)
    with possible(assessment), one_blas_thread():
        fitted = fitter.fit(assessment)
        prior = prior_of(fitted.posterior)
        fitted.posterior.all_estimates, prior.all_estimates  # noqa: B018 - an impossible condition shows here
    return Session(settings=settings, assessment=assessment, fitter=fitter, fitted=fitted, prior=prior)


def as_filed[Kind: About](result: Kind, assessment: Assessment) -> Kind:
    """A result with the digest of the scenario's file, whichever outcome of it the result leads with."""
    return replace(result, scenario=replace(result.scenario, digest=assessment.scenario.digest))  # type: ignore[type-var]


@contextmanager
def possible(assessment: Assessment) -> Iterator[None]:
    """Turn evidence or a condition of probability zero into an error of the input."""
    try:
        yield
    except Contradiction as error:
        file = f"scenario {assessment.scenario.id}, prior set {assessment.prior_set.name}"
        allowed = "what is possible under these priors"
        raise invalid(error.reason, code="invalid-value", file=file, key=error.key, allowed=allowed) from error


@contextmanager
def finite_odds(assessment: Assessment, when: str) -> Iterator[None]:
    """Turn a headline of probability 0 or 1, which has no odds to compare, into an error of the input."""
    try:
        yield
    except Undefined as error:
        file = f"scenario {assessment.scenario.id}"
        message, allowed = f"a headline of probability 0 or 1 {when}", "a headline between 0 and 1"
        raise invalid(message, code="invalid-value", file=file, allowed=allowed) from error
