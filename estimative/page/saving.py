"""Actions about files: saving prior sets and runs, writing reports, and changes that an earlier page did not save."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from estimative.page import requests
from estimative.page.job import Job
from estimative.page.part import Part, progress_part
from estimative.page.room import Room
from estimative.page.state import DeskView, desk_view
from estimative.page.work import SavedRun, make_run, write_report
from estimative.priors.errors import invalid, quote
from estimative.priors.prior_set_file import read_prior_set
from estimative.priors.toml_table import NAME
from estimative.reports.formats.registry import FORMATS
from estimative.workflows.desk import Changes, Desk
from estimative.workflows.own_file import OwnFile


@dataclass(frozen=True, kw_only=True)
class Written:
    """What was saved."""

    desk: DeskView
    file: str


@dataclass(frozen=True, kw_only=True)
class Download:
    """A document."""

    name: str
    content: bytes


def save(room: Room, request: requests.Analysis) -> Written:
    """Write the changes of one prior set into its file.

    Raises
    ------
    InvalidInput
        As of `OwnFile.save`.
    """
    with room.at(request.revision, request.at) as desk:
        return _saved(room, desk, request.at, room.files[request.at].save(_own(desk.sets[request.at].changes)))


def save_as(room: Room, request: requests.SaveAs) -> Written:
    """Write the changes of one prior set into a new file beside it, which extends it.

    Raises
    ------
    InvalidInput
        As of `OwnFile.save_as`; or if the name is none, or that of another prior set on the desk.
    """
    with room.at(request.revision, request.at) as desk:
        if not NAME.fullmatch(request.name) or request.name in [each.name for each in desk.sets]:
            allowed = "a name of its own: letters, digits, - and _"
            message = f"{quote(request.name)} cannot be its name"
            raise invalid(message, code="invalid-value", key="name", allowed=allowed)
        own = room.files[request.at]
        folder = Path() if own.is_shipped else own.path.parent
        path = folder / f"{request.name}.toml"
        changes = desk.sets[request.at].changes
        written = own.save_as(path, name=request.name, analyst=request.analyst or request.name, changes=changes)
        room.hold(path)
        return _saved(room, desk, request.at, written)


def _own(changes: Changes) -> Changes:
    """The changes of a file: what was undone to an inherited statement is inherited again."""
    return {name: None if stated is None or stated.taken_from else stated for name, stated in changes.items()}


def _saved(room: Room, desk: Desk, at: int, file: OwnFile) -> Written:
    before, room.files[at] = room.files[at], file
    room.desk = desk.saved(at, read_prior_set(file.path))
    room.journal.discard(before.path)
    return Written(desk=desk_view(room), file=str(file.path))


def reload(room: Room, request: requests.Analysis) -> DeskView:
    """Read the file of one prior set again, and put the unsaved changes on top of it.

    Raises
    ------
    InvalidInput
        With every error of the file; or if a change does not suit it any more.
    """
    with room.at(request.revision, request.at) as desk:
        own = desk.sets[request.at]
        file = OwnFile.read(own.path)
        fresh = desk.saved(request.at, read_prior_set(own.path))
        room.files[request.at] = file
        return room.now(fresh.changed(request.at, own.changes) if own.changes else fresh)


def recover(room: Room, request: requests.Recover) -> DeskView:
    """Take up the unsaved changes of an earlier page, or discard them.

    Raises
    ------
    InvalidInput
        If a change does not suit the scenario or the prior set any more.
    """
    with room.at(request.revision) as now:
        desk = replace(now, revision=now.revision + 1)
        for at, unsaved in room.recovered.items():
            if request.take:
                desk = desk.changed(at, unsaved.statements())
            else:
                room.journal.discard(room.files[at].path)
        room.recovered.clear()
        return room.now(desk)


def save_run(room: Room, request: requests.SaveRun) -> Iterator[Part]:
    """Fit the files as they are, and save the run.

    Raises
    ------
    InvalidInput
        If there are unsaved changes.
    """
    with room.at(request.revision, request.at) as desk:
        own = desk.sets[request.at]
        if own.changes:
            message = "the prior set has changes that are not saved"
            raise invalid(message, code="misuse", key=own.name, suggestion="Save them first.")
        work = (desk.file, own.path, room.day, room.settings, room.store, request.method, request.label)
        job = room.start("run", Job(make_run, *work))
    for part in job:
        yield Part(part="run", at=request.at, run=part.id) if isinstance(part, SavedRun) else progress_part(part)
    yield Part(part="end")


def report(room: Room, request: requests.Report) -> Download:
    """The brief or the report of a saved run."""
    work = (room.store, request.run, room.settings, room.scale, request.brief, request.format)
    content = next(iter(room.start("report", Job(write_report, *work))), None)
    if content is None:
        raise invalid("the report was interrupted", code="misuse", suggestion="Ask for it again.")
    ending = FORMATS[request.format].endings[0]
    return Download(name=f"{request.run}-{'brief' if request.brief else 'report'}{ending}", content=content)
