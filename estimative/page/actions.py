"""What the page can ask for: one entry an action, each with the request that it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from estimative.model.analysis.evidence import EvidenceResult
from estimative.model.analysis.tornado import Tornado
from estimative.model.disagreement.comparison import CompareResult
from estimative.model.inference.fit_result import FitResult
from estimative.model.inference.threads import one_blas_thread
from estimative.model.pool_result import PoolResult
from estimative.page import requests, saving
from estimative.page.job import Job
from estimative.page.open_page import OpenPage, Settled, Stale, prior_sets_of
from estimative.page.part import Part, progress_part
from estimative.page.progress import Stage
from estimative.page.state import DeskView, desk_view
from estimative.page.stream import Stream
from estimative.page.work import confirm, settle_together
from estimative.priors.errors import InvalidInput, Issue
from estimative.priors.statements import Stated
from estimative.priors.toml_writer import value as toml_value
from estimative.reports.context import Context
from estimative.reports.documents import evidence as evidence_document
from estimative.reports.documents import sensitivity
from estimative.reports.documents import whatif as whatif_document
from estimative.reports.documents.attribution import pair as pair_document
from estimative.reports.documents.dates import dates
from estimative.reports.documents.pool import pools_table
from estimative.reports.documents.team_attribution import team as team_document
from estimative.reports.views.answer import AnswerView, fit_view, quick_view
from estimative.reports.views.belief import BeliefView, belief_view
from estimative.reports.views.block import BlockView, block_views
from estimative.workflows.desk import Changes, Desk
from estimative.workflows.settle import Fits, Refused, Result, SettledPart, since_opened
from estimative.workflows.suppositions import read_statement, read_supposition
from estimative.workflows.whatif import whatif

SWEEP = "0:1:21"
"""The values of a factor that is swept."""
SET = (
    "Set: what if somebody made it so? What it leads to changes; what it comes from stays as it is, since nothing is "
    "learned from it."
)
SEEN = (
    "Seen: what if we learned that it is so? Then it is evidence: what it leads to changes, and so does what we "
    "believe about its causes."
)
LEFT_OUT = "Left out: what would the answer be without this evidence?"


class Preview(Struct, frozen=True, kw_only=True):
    """An answer while an input moves."""

    answer: AnswerView | None
    why: str
    """Why there is none."""
    beliefs: tuple[BeliefView, ...]


def look(page: OpenPage, _: requests.Look) -> DeskView:
    """The desk as it is."""
    with page.lock:
        return desk_view(page)


def preview(page: OpenPage, request: requests.Change) -> Preview:
    """What other beliefs would lead to, by the draws at hand."""
    with page.at(request.revision, request.at) as desk:
        changes = stated(request.beliefs)
        assessment = desk.supposed(request.at, changes)
        saved = desk.sets[request.at].saved
    quick = page.quick(request.at, assessment)
    views = [belief_view(name, assessment, saved) for name in changes]
    near = quick.answer
    return Preview(
        answer=quick_view(assessment, near.numbers, near.factors, page.scale) if near else None,
        why=quick.why,
        beliefs=tuple(view for view in views if view),
    )


def change(page: OpenPage, request: requests.Change) -> DeskView:
    """Make other beliefs one's own, unsaved."""
    with page.at(request.revision, request.at) as desk:
        return page.now(desk.changed(request.at, stated(request.beliefs)))


def copy(page: OpenPage, request: requests.Copy) -> DeskView:
    """Take over what another analyst states about an input, reason and all."""
    with page.at(request.revision, request.at, request.of) as desk:
        theirs = desk.sets[request.of].assessment.prior_set
        names = [name for name in theirs.names if name == request.name or name.startswith(f"{request.name}.if_")]
        copied = {name: replace(stated, taken_from="") for name in names if (stated := theirs.stated(name))}
        return page.now(desk.changed(request.at, copied))


def undo(page: OpenPage, request: requests.Revision) -> DeskView:
    """Take the last change back."""
    with page.at(request.revision) as desk:
        return page.now(desk.undone())


def redo(page: OpenPage, request: requests.Revision) -> DeskView:
    """Make the change that was taken back last."""
    with page.at(request.revision) as desk:
        return page.now(desk.redone())


def rest(page: OpenPage, request: requests.Analysis) -> Stream:
    """The full fits of the desk as it is, then the analyses of one analyst, part by part."""
    with page.at(request.revision, request.at) as desk:
        known = page.fits_at_hand(desk)
        if known and request.at in known.analyses:
            page.settle(desk, known)
            return Stream(parts=_rest(page, request.at, desk, known.parts(request.at)))
        own = desk.sets[request.at]
        work = (desk.assessments, request.at, own.opened, page.settings, page.scale)
        job = page.start("rest", Job(settle_together, *work))
    return Stream(parts=_rest(page, request.at, desk, _computed(page, desk, request.at, job)), job=job)


def _computed(page: OpenPage, desk: Desk, at: int, job: Job[SettledPart]) -> Iterator[SettledPart]:
    """What a job computes, which stays at hand; fits that are at hand already come at once."""
    known = page.fits_at_hand(desk)
    if known:
        page.settle(desk, known)
        yield from known.parts()
    analyses: list[SettledPart] = []
    for part in job:
        if not isinstance(part.result, Fits):
            analyses.append(part)
            yield part
        elif not known:
            known = Settled(prior_sets=prior_sets_of(desk), fits=part.result)
            page.settle(desk, known)
            yield part
    if known and job.complete:
        known.analyses[at] = tuple(analyses)


def _rest(page: OpenPage, at: int, desk: Desk, parts: Iterable[SettledPart]) -> Iterator[Part]:
    contexts = [Context(assessments=(assessment,), scale=page.scale) for assessment in desk.assessments]
    headline = 0.0
    for part in parts:
        result = part.result
        if isinstance(result, Fits):
            if (own_fit := result.results[at]).has_results:
                headline = own_fit.headline.posterior.value
            for place, (fit, context) in enumerate(zip(result.results, contexts, strict=True)):
                answer, blocks = fit_view(fit, context), block_views(dates(fit, context))
                yield Part(part="answer", at=place, answer=answer, blocks=blocks)
        else:
            yield _part(part.name, result, desk, at, contexts, headline)
    yield Part(part="end")


def _part(part: str, result: Result, desk: Desk, at: int, contexts: list[Context], headline: float) -> Part:
    own, everybody = contexts[at], Context(assessments=desk.assessments, scale=contexts[at].scale)
    match result:
        case Tornado():
            return Part(part=part, at=at, blocks=block_views(sensitivity.tornado(result, headline, own)))
        case EvidenceResult():
            return Part(part=part, at=at, blocks=block_views(evidence_document.document(result, own)))
        case PoolResult():
            return Part(part=part, blocks=block_views([pools_table(result, everybody)]))
        case CompareResult() if part == "since":
            both = since_opened(desk.sets[at].assessment, desk.sets[at].opened)
            assert both
            return Part(part=part, at=at, blocks=block_views(_why(result, replace(own, assessments=both))))
        case CompareResult():
            return Part(part=part, at=at, blocks=block_views(_why(result, everybody)))
        case Refused():
            return Part(part=part, at=at, error=str(result.error))
    raise AssertionError(part)


def _why(result: CompareResult, context: Context) -> Iterator[Any]:
    if result.attribution:
        yield from pair_document(result.attribution, context)
    if result.team:
        yield from team_document(result.team, context)


def thorough(page: OpenPage, request: requests.Analysis) -> Stream:
    """The answer of one analyst by importance sampling, confirmed by NUTS."""
    with page.at(request.revision, request.at) as desk:
        assessment = desk.sets[request.at].assessment
        job = page.start("thorough", Job(confirm, assessment, page.settings))
    context = Context(assessments=(assessment,), scale=page.scale)
    return Stream(parts=_thorough(request.at, job, context), job=job)


def _thorough(at: int, job: Job[Stage | FitResult], context: Context) -> Iterator[Part]:
    for result in job:
        if isinstance(result, FitResult):
            yield Part(part="answer", at=at, answer=fit_view(result, context))
        else:
            yield progress_part(result)
    yield Part(part="end")


class Supposed(Struct, frozen=True, kw_only=True):
    """What a supposition changes."""

    sentence: str
    blocks: tuple[BlockView, ...]


def what_if(page: OpenPage, request: requests.WhatIf) -> Supposed:
    """What is supposed, beside the answer as it is.

    Raises
    ------
    Stale
        If the desk is not at rest.
    """
    with page.at(request.revision, request.at) as desk:
        settled = page.settled
    if settled is None or not settled.suits(desk):
        raise Stale
    session = settled.session(request.at)
    supposition = read_supposition(
        session.assessment,
        do=request.do.items(),
        given=request.given.items(),
        without=request.without,
        sweep=(request.sweep, SWEEP) if request.sweep else None,
    )
    context = Context(assessments=(session.assessment,), scale=page.scale)
    with one_blas_thread():
        result = whatif(session, supposition)
    return Supposed(
        sentence=SET if request.do or request.sweep else SEEN if request.given else LEFT_OUT,
        blocks=block_views(whatif_document.document(result, context)),
    )


def stated(beliefs: Mapping[str, requests.Belief]) -> Changes:
    """Read beliefs of the page.

    Raises
    ------
    InvalidInput
        With every error of every one.
    """
    changes: dict[str, Stated | None] = {}
    issues: list[Issue] = []
    for name, belief in beliefs.items():
        try:
            read = read_statement(name, toml_value(belief.statement))
            changes[name] = Stated(
                statement=read.statement, because=belief.because, source=belief.source, place=read.place
            )
        except InvalidInput as error:
            issues += error.issues
    if issues:
        raise InvalidInput(issues)
    return changes


class Action(Struct, frozen=True, kw_only=True):
    """How a request is read, and answered: a `Stream` part by part, everything else at once."""

    request: type
    answer: Callable[[OpenPage, Any], object]


ACTIONS: Mapping[str, Action] = {
    "desk": Action(request=requests.Look, answer=look),
    "preview": Action(request=requests.Change, answer=preview),
    "change": Action(request=requests.Change, answer=change),
    "copy": Action(request=requests.Copy, answer=copy),
    "undo": Action(request=requests.Revision, answer=undo),
    "redo": Action(request=requests.Revision, answer=redo),
    "rest": Action(request=requests.Analysis, answer=rest),
    "recover": Action(request=requests.Recover, answer=saving.recover),
    "reload": Action(request=requests.Analysis, answer=saving.reload),
    "report": Action(request=requests.Report, answer=saving.report),
    "save": Action(request=requests.Analysis, answer=saving.save),
    "save-as": Action(request=requests.SaveAs, answer=saving.save_as),
    "save-run": Action(request=requests.SaveRun, answer=saving.save_run),
    "thorough": Action(request=requests.Analysis, answer=thorough),
    "what-if": Action(request=requests.WhatIf, answer=what_if),
}
"""By their path below `/api/`."""
