"""The state of an open page: the desk, the fits that belong to it, and the jobs that run for it."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from estimative.model.assessment import Assessment
from estimative.model.inference.estimates import Undefined
from estimative.model.inference.reweighting import QuickAnswer, Reweighting
from estimative.model.inference.threads import one_blas_thread
from estimative.model.likelihood.variable_elimination import Contradiction
from estimative.model.record.run_store import Store
from estimative.page.job import Job
from estimative.page.state import DeskView, desk_view
from estimative.priors.errors import InvalidInput, invalid
from estimative.priors.prior_set import PriorSet
from estimative.priors.structs import repr_without
from estimative.priors.verbal_scale import Scale
from estimative.workflows.desk import Desk, open_desk
from estimative.workflows.journal import Damaged, Journal, Unsaved
from estimative.workflows.own_file import OwnFile
from estimative.workflows.session import Session, Settings
from estimative.workflows.settle import Fits, SettledPart

UNCOVERED = "This change makes something uncertain that was fixed. The full fit follows."
UNSETTLED = "The first full fit is still running."
EARLIER = 3
"""How many fits stay at hand, those of now among them: in a large scenario, each takes ten megabytes an analyst."""
FAR = "The draws at hand do not support this answer. The full fit follows."


class Stale(Exception):
    """What was asked for is about a desk that has changed since."""


class Quick(Struct, frozen=True, kw_only=True):
    """An answer from the draws of the last full fit, or why there is none."""

    answer: QuickAnswer | None = None
    why: str = ""


class Settled(Struct, frozen=True, kw_only=True, dict=True):
    """The fits of one state of the desk, and what was computed from them."""

    prior_sets: tuple[PriorSet, ...]
    """What everybody states; their fits are the same whenever they state it again."""
    fits: Fits
    analyses: dict[int, tuple[SettledPart, ...]] = field(default_factory=dict)
    """Everything else that `settle` yields, by the place of the prior set that it is about."""

    def __repr__(self) -> str:
        return repr_without(self, "analyses")

    def suits(self, desk: Desk) -> bool:
        """Whether the same is stated on a desk."""
        return self.prior_sets == prior_sets_of(desk)

    @cached_property
    def reweightings(self) -> tuple[Reweighting, ...]:
        """Of each prior set."""
        return tuple(Reweighting(fitter=each.fitter, fitted=each.fitted) for each in self.fits.sessions)

    def parts(self, at: int | None = None) -> tuple[SettledPart, ...]:
        """The fits, and the analyses of one prior set where it is named."""
        return SettledPart(name="fits", result=self.fits), *(() if at is None else self.analyses[at])

    def session(self, at: int) -> Session:
        """The fit of one prior set."""
        return self.fits.sessions[at]


class OpenPage(Struct, kw_only=True):
    """What requests read and change, one at a time."""

    desk: Desk
    files: list[OwnFile]
    """Of the prior sets on the desk, in their order."""
    day: datetime.date | None = None
    """The day of the assessment, if it is not the scenario's."""
    settings: Settings
    scale: Scale
    store: Store
    journal: Journal
    recovered: dict[int, Unsaved] = field(default_factory=dict)
    """What an earlier page did not save, by the place of the prior set, until it is taken up or discarded."""
    damaged: dict[int, Damaged] = field(default_factory=dict)
    """Of such changes, those that cannot be read."""
    holding: ExitStack = field(default_factory=ExitStack)
    """The journals of the files, which belong to this page alone."""
    reserved: set[Path] = field(default_factory=set)
    """Those files, without links."""
    settled: Settled | None = None
    """The last full fits."""
    earlier: list[Settled] = field(default_factory=list)
    """Those and some before them, the last one first, so that an undo or another tab needs no new ones."""
    lock: threading.RLock = field(default_factory=threading.RLock)
    jobs: dict[str, Job[Any]] = field(default_factory=dict)
    """By what they are for: one of each at a time."""

    def __repr__(self) -> str:
        return repr_without(self, "holding", "reserved", "earlier", "lock", "jobs")

    @contextmanager
    def at(self, revision: int, *places: int) -> Iterator[Desk]:
        """The desk, if it is still the one that was seen; nobody else changes it meanwhile.

        Parameters
        ----------
        places
            Of prior sets that have to be there.

        Raises
        ------
        Stale
            If it has changed.
        InvalidInput
            If there is no such prior set.
        """
        with self.lock:
            if revision != self.desk.revision:
                raise Stale
            for place in places:
                if not 0 <= place < len(self.desk.sets):
                    allowed = f"0 to {len(self.desk.sets) - 1}"
                    raise invalid(f"there is no prior set {place}", code="misuse", key="at", allowed=allowed)
            yield self.desk

    def hold(self, path: Path) -> None:
        """Keep other pages from the unsaved changes of a file.

        Raises
        ------
        InvalidInput
            If another page has them.
        """
        self.holding.enter_context(self.journal.held(path))
        self.reserved.add(path.resolve())

    def now(self, desk: Desk) -> DeskView:
        """Put the desk in the place of the one before, and keep what is not saved.

        Raises
        ------
        InvalidInput
            If it has not been decided yet what to do with the unsaved changes of an earlier page; or if changes cannot
            be kept.
        """
        if self.recovered:
            message = "there are unsaved changes of an earlier page"
            raise invalid(message, code="misuse", suggestion="Take them up or discard them first.")
        for own, before, file in zip(desk.sets, self.desk.sets, self.files, strict=True):
            if own.changes:
                self.journal.write(Unsaved.of(file, own.changes))
            elif before.changes:
                self.journal.discard(file.path)
        self.desk = desk
        return desk_view(self)

    def fits_at_hand(self, desk: Desk) -> Settled | None:
        """The fits of what is stated on a desk, if they are among the last ones."""
        return next((each for each in self.earlier if each.suits(desk)), None)

    def settle(self, desk: Desk, settled: Settled) -> None:
        """Answer by these fits from now on, unless the desk has changed since."""
        with self.lock:
            if desk.revision == self.desk.revision:
                self.settled = settled
                self.earlier = [settled, *(each for each in self.earlier if each is not settled)][:EARLIER]

    def start[Part](self, purpose: str, job: Job[Part]) -> Job[Part]:
        """Keep a job, and stop the one before it that had the same purpose."""
        with self.lock:
            before, self.jobs[purpose] = self.jobs.get(purpose), job
        if before:
            before.stop()
        return job

    def close(self) -> None:
        """Stop every job, and let other pages have the files."""
        with self.lock:
            jobs, self.jobs = [*self.jobs.values()], {}
        for job in jobs:
            job.stop()
        self.holding.close()
        self.reserved.clear()

    def quick(self, at: int, assessment: Assessment) -> Quick:
        """Estimate an assessment near one prior set from the draws of the last full fit."""
        settled = self.settled
        if settled is None:
            return Quick(why=UNSETTLED)
        reweighting = settled.reweightings[at]
        if not reweighting.covers(assessment):
            return Quick(why=UNCOVERED)
        with one_blas_thread():
            try:
                answer = reweighting.answer(assessment)
            except (Contradiction, Undefined):
                return Quick(why=FAR)
        return Quick(answer=answer) if answer.numbers else Quick(why=FAR)


def prior_sets_of(desk: Desk) -> tuple[PriorSet, ...]:
    """What everybody on a desk states."""
    return tuple(each.current for each in desk.sets)


def open_page(
    scenario: str,
    priors: Sequence[str],
    day: datetime.date | None,
    *,
    settings: Settings,
    scale: Scale,
    store: Store,
    reserving: Callable[[Path], None] = lambda file: None,
) -> OpenPage:
    """Lay prior sets open for one page, with what an earlier one did not save.

    Parameters
    ----------
    reserving
        Called with each prior set before other pages are kept from it.

    Raises
    ------
    InvalidInput
        With every error of the files; or if another page has one of them open.
    """
    desk, journal = open_desk(scenario, priors, day), Journal.at(None)
    page = OpenPage(
        desk=desk,
        files=[OwnFile.read(each.path) for each in desk.sets],
        day=day,
        settings=settings,
        scale=scale,
        store=store,
        journal=journal,
    )
    try:
        for at, file in enumerate(page.files):
            reserving(file.path)
            page.hold(file.path)
            match journal.read(file.path):
                case Unsaved() as unsaved:
                    page.recovered[at] = unsaved
                case Damaged() as damaged:
                    page.damaged[at] = damaged
    except InvalidInput:
        page.close()
        raise
    return page
