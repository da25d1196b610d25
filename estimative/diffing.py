"""The command `diff`: what changed between two runs, and why the judgement did."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from estimative.console import counting, say
from estimative.model.assessment import Assessment
from estimative.model.disagreement.assessment_diff import same_question
from estimative.model.disagreement.change_attribution import ChangeAttribution, attribute_change
from estimative.model.inference.estimates import Undefined
from estimative.model.inference.refit import Fitter
from estimative.model.likelihood.variable_elimination import Contradiction
from estimative.model.record.run_store import Store
from estimative.output import Form, tell
from estimative.priors.errors import InvalidInput, Issue, Place, quote
from estimative.reports.change.document import document
from estimative.reports.change.summarizing import judgement, odds, summarize
from estimative.reports.change.summary import Change
from estimative.reports.summary import Computation, Summary
from estimative.telling import assessment_in, summary_in
from estimative.versions import versions

type Run = tuple[Summary, Assessment]


@dataclass(frozen=True, kw_only=True)
class Request:
    """What was asked for on the command line."""

    first: str
    second: str
    seed: int
    allow_unconverged: bool


def diff_and_tell(request: Request, runs: Path | None, form: Form) -> bool:
    """Find what changed, print; whether every run and every fit between them converged."""
    store = Store.at(runs)
    first, second = _read(store, request)
    change = _summary(request, first, second)
    tell(change, form, document)
    return change.converged


def _read(store: Store, request: Request) -> list[Run]:
    """Both runs.

    Raises
    ------
    Faulty
        With what is wrong with either; or if they are of two scenarios.
    """
    issues: list[Issue] = []
    found: list[Run] = []
    for name in (request.first, request.second):
        try:
            found.append(_run(store.find(name)))
        except InvalidInput as faulty:
            issues.extend(faulty.issues)
    ids = [summary.scenario.id for summary, _ in found]
    if len(set(ids)) > 1:
        expected = f"a run of {quote(ids[0])}, as the first is"
        issues.append(
            Issue(
                code="scenario-mismatch",
                message=f"this is a run of {quote(ids[1])}",
                place=Place(file=str(store.folder), key=request.second),
                allowed=expected,
            )
        )
    if issues:
        raise InvalidInput(issues)
    return found


def _run(folder: Path) -> Run:
    summary = summary_in(folder)
    return summary, assessment_in(folder, summary)


def _summary(request: Request, first: Run, second: Run) -> Change:
    same = same_question(first[1].scenario, second[1].scenario)
    told = [judgement(summary, allow_unconverged=request.allow_unconverged) for summary, _ in (first, second)]
    sharing = _shared(request, first[1], second[1]) if same and all(map(odds, told)) else None
    methods = sharing.effort.by_method if sharing else ()
    return summarize(
        first,
        second,
        sharing=sharing,
        computation=Computation(seed=request.seed, settings={"method": "auto"}, versions=versions(*methods)),
        allow_unconverged=request.allow_unconverged,
    )


def _shared(request: Request, first: Assessment, second: Assessment) -> ChangeAttribution | None:
    """None where the headline has no odds, or cannot be so, somewhere between the two."""
    fitter = Fitter(assessments=(first,), seed=request.seed, say=say)
    with counting("fitting what lies between the two runs") as progress, suppress(Undefined, Contradiction):
        before, after = (Fitter(assessments=(one,), seed=request.seed, say=say).fit(one) for one in (first, second))
        return attribute_change(fitter, before, after, progress=progress)
    return None
