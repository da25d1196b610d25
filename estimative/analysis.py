"""What the commands that look into one assessment share: it is fitted once, and everything else starts from there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from estimative.console import say
from estimative.model.assessment import Assessment, assess
from estimative.model.inference.estimates import Undefined
from estimative.model.inference.posterior import PriorPredictive, prior_predictive
from estimative.model.inference.refit import Choice, Fitted, Fitter
from estimative.model.likelihood.variable_elimination import Contradiction
from estimative.model.spec.scenario_file import find_scenario, read_scenario
from estimative.priors.catalog import find_prior_set
from estimative.priors.errors import InvalidInput, Issue, Place
from estimative.priors.prior_set_file import read_prior_set
from estimative.reports.summary import Computation
from estimative.versions import versions


@dataclass(frozen=True, kw_only=True)
class Request:
    """What was asked for on the command line."""

    scenario: str
    priors: str
    method: Choice
    seed: int
    draws: int | None
    allow_unconverged: bool


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """An assessment with its fit, and the means of fitting others like it."""

    request: Request
    path: Path
    assessment: Assessment
    fitter: Fitter
    whole: Fitted
    before: PriorPredictive

    @property
    def tellable(self) -> bool:
        """Whether the fit may be told of, and is worth going on from."""
        return self.whole.posterior.verdict.passed or self.request.allow_unconverged

    def computation(self, *methods: str) -> Computation:
        """How the numbers came about."""
        used = {self.whole.posterior.method, *methods}
        settings = {"method": self.request.method, "draws": self.whole.posterior.draws.count}
        return Computation(seed=self.request.seed, settings=settings, versions=versions(*used))


def analysed(request: Request) -> Analysis:
    """Read and fit.

    Raises
    ------
    Faulty
        With the faults of the files, or of evidence that contradicts itself.
    """
    path = find_scenario(request.scenario)
    scenario = read_scenario(path)
    return analysis_of(request, path, assess(scenario, read_prior_set(find_prior_set(request.priors, scenario.id))))


def analysis_of(request: Request, path: Path, assessment: Assessment) -> Analysis:
    """Fit what has been read.

    Parameters
    ----------
    path
        Of the scenario, for faults.

    Raises
    ------
    Faulty
        If the evidence contradicts itself.
    """
    fitter = Fitter(assessments=(assessment,), seed=request.seed, method=request.method, draws=request.draws, say=say)
    try:
        whole, before = fitter.fit(assessment), prior_predictive(assessment, seed=request.seed)
        whole.posterior.estimates, before.estimates  # noqa: B018 - a condition that cannot be so is told here
    except Contradiction as error:
        raise impossible(str(path), error) from error
    return Analysis(request=request, path=path, assessment=assessment, fitter=fitter, whole=whole, before=before)


@contextmanager
def finite_odds(analysis: Analysis, when: str) -> Iterator[None]:
    """What varies an assessment needs a headline with odds wherever it looks.

    Raises
    ------
    Faulty
        If it meets one without.
    """
    try:
        yield
    except Undefined as error:
        expected = "finite log-odds, by which it can be compared"
        fault = Issue(
            code="impossible",
            message=f"the probability of the headline is 0 or 1 {when}",
            place=Place(file=str(analysis.path)),
            allowed=expected,
        )
        raise InvalidInput([fault]) from error


def impossible(file: str, error: Contradiction) -> InvalidInput:
    """The fault behind a contradiction."""
    fault = Issue(
        code="impossible",
        message=error.reason,
        place=Place(file=file, key=error.key),
        allowed="what can be so, under these priors",
    )
    return InvalidInput([fault])
