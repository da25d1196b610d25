"""Actions about files: saving prior sets and runs, writing reports, and changes that an earlier page did not save."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from estimative.page import requests
from estimative.page.job import Job
from estimative.page.open_page import OpenPage
from estimative.page.part import Part, progress_part
from estimative.page.progress import Stage
from estimative.page.state import DeskView, desk_view
from estimative.page.stream import Stream
from estimative.page.work import SavedRun, make_run, write_report
from estimative.priors.errors import invalid, quote
from estimative.priors.prior_set_file import read_prior_set
from estimative.priors.toml_table import NAME
from estimative.reports.formats.registry import FORMATS
from estimative.workflows.desk import Changes, Desk
from estimative.workflows.own_file import OwnFile


class Written(Struct, frozen=True, kw_only=True):
    """What was saved."""

    desk: DeskView
    file: str


class Download(Struct, frozen=True, kw_only=True):
    """A document."""

    name: str
    content: bytes


def save(page: OpenPage, request: requests.Analysis) -> Written:
    """Write the changes of one prior set into its file.

    Raises
    ------
    InvalidInput
        As of `OwnFile.save`.
    """
    with page.at(request.revision, request.at) as desk:
        return _saved(page, desk, request.at, page.files[request.at].save(_own(desk.sets[request.at].changes)))


def save_as(page: OpenPage, request: requests.SaveAs) -> Written:
    """Write the changes of one prior set into a new file beside it, which extends it.

    Raises
    ------
    InvalidInput
        As of `OwnFile.save_as`; or if the name is none, or that of another prior set on the desk.
    """
    with page.at(request.revision, request.at) as desk:
        if request.name in [each.name for each in desk.sets]:
            message = f"a prior set named {quote(request.name)} is open here"
            raise invalid(message, code="invalid-value", key="name", allowed="another name")
        if not NAME.fullmatch(request.name):
            allowed = "a name of its own: letters, digits, - and _"
            message = f"{quote(request.name)} cannot be its name"
            raise invalid(message, code="invalid-value", key="name", allowed=allowed)
        own = page.files[request.at]
        folder = Path() if own.is_shipped else own.path.parent
        path = folder / f"{request.name}.toml"
        changes = desk.sets[request.at].changes
        written = own.save_as(path, name=request.name, analyst=request.analyst or request.name, changes=changes)
        page.hold(path)
        return _saved(page, desk, request.at, written)


def _own(changes: Changes) -> Changes:
    """The changes of a file: what was undone to an inherited statement is inherited again."""
    return {name: None if stated is None or stated.taken_from else stated for name, stated in changes.items()}


def _saved(page: OpenPage, desk: Desk, at: int, file: OwnFile) -> Written:
    before, page.files[at] = page.files[at], file
    page.desk = desk.saved(at, read_prior_set(file.path))
    page.journal.discard(before.path)
    return Written(desk=desk_view(page), file=str(file.path))


def reload(page: OpenPage, request: requests.Analysis) -> DeskView:
    """Read the file of one prior set again, and put the unsaved changes on top of it.

    Raises
    ------
    InvalidInput
        With every error of the file; or if a change does not suit it any more.
    """
    with page.at(request.revision, request.at) as desk:
        own = desk.sets[request.at]
        file = OwnFile.read(own.path)
        fresh = desk.saved(request.at, read_prior_set(own.path))
        changed = fresh.changed(request.at, own.changes) if own.changes else fresh
        # Not before: a file that the changes do not suit any more would count as seen.
        page.files[request.at] = file
        return page.now(changed)


def recover(page: OpenPage, request: requests.Recover) -> DeskView:
    """Take up the unsaved changes of an earlier page, or discard them.

    Raises
    ------
    InvalidInput
        If a change does not suit the scenario or the prior set any more.
    """
    with page.at(request.revision) as now:
        desk = replace(now, revision=now.revision + 1)
        for at, unsaved in page.recovered.items():
            if request.take:
                desk = desk.changed(at, unsaved.statements())
            else:
                page.journal.discard(page.files[at].path)
        page.recovered.clear()
        return page.now(desk)


def save_run(page: OpenPage, request: requests.SaveRun) -> Stream:
    """Fit the files as they are, and save the run.

    Raises
    ------
    InvalidInput
        If there are unsaved changes.
    """
    with page.at(request.revision, request.at) as desk:
        own = desk.sets[request.at]
        if own.changes:
            message = "the prior set has changes that are not saved"
            raise invalid(message, code="misuse", key=own.name, suggestion="Save them first.")
        files = (own.assessment, desk.file, own.path, page.day)
        work = (*files, page.settings, page.store, request.method, request.label)
        job = page.start("run", Job(make_run, *work))
    return Stream(parts=_run_parts(request.at, job), job=job)


def _run_parts(at: int, job: Job[Stage | SavedRun]) -> Iterator[Part]:
    for part in job:
        yield Part(part="run", at=at, run=part.id) if isinstance(part, SavedRun) else progress_part(part)
    yield Part(part="end")


def report(page: OpenPage, request: requests.Report) -> Download:
    """The brief or the report of a saved run."""
    work = (page.store, request.run, page.settings, page.scale, request.brief, request.format)
    content = next(iter(page.start("report", Job(write_report, *work))), None)
    if content is None:
        raise invalid("the report was interrupted", code="misuse", suggestion="Ask for it again.")
    ending = FORMATS[request.format].endings[0]
    return Download(name=f"{request.run}-{'brief' if request.brief else 'report'}{ending}", content=content)
