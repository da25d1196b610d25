"""Comparing two saved runs: what changed, and why the judgement did."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from pathlib import Path

from msgspec import Struct

from estimative.model.assessment import Assessment
from estimative.model.disagreement.assessment_diff import same_question
from estimative.model.disagreement.change_attribution import ChangeAttribution, attribute_change
from estimative.model.disagreement.change_list import change_list
from estimative.model.disagreement.diff_result import DiffResult, Reason, RunInfo
from estimative.model.inference.estimates import ProbabilityEstimate, Undefined
from estimative.model.inference.fit_result import FitResult
from estimative.model.inference.info import Computation, versions
from estimative.model.inference.mc_estimate import MCEstimate, delta_method, log_odds
from estimative.model.likelihood.variable_elimination import Contradiction
from estimative.model.record.run_store import Store
from estimative.model.record.stored_run import StoredRun
from estimative.priors.errors import InvalidInput, Issue, invalid, quote
from estimative.workflows.session import Settings


class RunInputs(Struct, frozen=True, kw_only=True):
    """A saved run: its result, and the assessment that was fitted."""

    result: FitResult
    assessment: Assessment


def load_runs(store: Store, first: str, second: str) -> tuple[RunInputs, RunInputs]:
    """Read two saved runs of one scenario.

    Raises
    ------
    InvalidInput
        With the errors of both; or if they are of two scenarios.
    """
    issues: list[Issue] = []
    runs: list[RunInputs] = []
    for name in (first, second):
        try:
            runs.append(_load(store.find(name)))
        except InvalidInput as error:
            issues.extend(error.issues)
    if issues:
        raise InvalidInput(issues)
    ids = [run.result.scenario.id for run in runs]
    if len(set(ids)) > 1:
        raise invalid(
            f"the two runs are of different scenarios, {quote(ids[0])} and {quote(ids[1])}",
            code="scenario-mismatch",
            file=str(store.folder),
            key=second,
            value=quote(ids[1]),
            allowed=f"a run of {quote(ids[0])}",
        )
    return runs[0], runs[1]


def _load(folder: Path) -> RunInputs:
    stored = StoredRun(folder)
    return RunInputs(result=stored.result(), assessment=stored.assessment())


def diff(first: RunInputs, second: RunInputs, settings: Settings) -> DiffResult:
    """List what changed between two runs, and divide the change of the headline among it."""
    show = settings.with_unconverged
    sides = tuple(RunInfo.of(run.result, with_unconverged=show) for run in (first, second))
    attribution, reason = _attributed(first, second, sides, settings)
    methods = attribution.effort.by_method if attribution else ()
    computations = first.result.computation, second.result.computation
    return DiffResult(
        converged=all(side.converged for side in sides) and (not attribution or attribution.effort.converged),
        with_unconverged=show,
        computation=Computation(seed=settings.seed, settings={"method": settings.method}, versions=versions(methods)),
        first=sides[0],
        second=sides[1],
        same_question=same_question(first.assessment.scenario, second.assessment.scenario),
        changes=change_list(
            first.assessment,
            second.assessment,
            settings=(_settings(first.result), _settings(second.result)),
            versions=(computations[0].versions, computations[1].versions),
        ),
        attribution=None if reason else attribution,
        not_attributed_because=reason,
    )


def _settings(result: FitResult) -> dict[str, object]:
    computation = result.computation
    return {"method": result.method, "seed": computation.seed, **computation.settings}


def _attributed(
    first: RunInputs, second: RunInputs, sides: tuple[RunInfo, ...], settings: Settings
) -> tuple[ChangeAttribution | None, Reason | None]:
    """The attribution, and why it may not be shown; the latter is None where it may."""
    before, after = (side.headline for side in sides)
    if not same_question(first.assessment.scenario, second.assessment.scenario):
        return None, "different-questions"
    if before is None or after is None:
        return None, "not-shown"
    attribution: ChangeAttribution | None = None
    with suppress(Undefined, Contradiction):
        reported = _change(before.posterior, after.posterior, same=sides[0].run.id == sides[1].run.id)
        attribution = _attribute(first.assessment, second.assessment, reported, settings)
    if attribution is None:
        return None, "no-odds"
    converged = attribution.effort.converged or settings.with_unconverged
    return attribution, None if converged else "did-not-converge"


def _change(before: ProbabilityEstimate, after: ProbabilityEstimate, *, same: bool) -> MCEstimate:
    """The change in log-odds between two reports, whose draws share nothing unless the run is the same."""
    ends = [log_odds(MCEstimate(value=end.value, own_variance=end.se**2)) for end in (before, after)]
    if same:
        return MCEstimate(value=0.0)
    return delta_method(ends[1].value - ends[0].value, [(1.0, ends[1]), (-1.0, ends[0])])


def _attribute(first: Assessment, second: Assessment, reported: MCEstimate, settings: Settings) -> ChangeAttribution:
    # Each end is fitted in the space of its own scenario: the two may differ in structure.
    before, after = (settings.fitter(assessment).fit(assessment) for assessment in (first, second))
    progress = partial(settings.progress, "Fitting combinations of earlier and later parts")
    return attribute_change(settings.fitter(first), before, after, reported=reported, progress=progress)
