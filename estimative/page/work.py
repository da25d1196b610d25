"""What the page has done in processes of their own: a confirmed fit, a saved run, a report."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from estimative.model.assessment import Assessment
from estimative.model.inference.executor import cores
from estimative.model.inference.fit_result import FitResult
from estimative.model.record.run_store import Store
from estimative.page.progress import Stage, reporting
from estimative.priors.errors import invalid
from estimative.priors.verbal_scale import Scale
from estimative.reports.answers import Answer
from estimative.reports.context import Context
from estimative.reports.formats.registry import FORMATS
from estimative.workflows.fit import FitMethod, fit, save_run
from estimative.workflows.inputs import load
from estimative.workflows.report import report
from estimative.workflows.session import Progress, Settings
from estimative.workflows.settle import SettledPart, settle


class SavedRun(Struct, frozen=True, kw_only=True):
    """A run that was saved."""

    id: str


def settle_together(
    assessments: Sequence[Assessment], at: int, opened: Assessment, settings: Settings, scale: Scale
) -> Iterator[SettledPart]:
    """What `settle` does, on all cores."""
    with ThreadPoolExecutor(cores()) as executor:
        yield from settle(assessments, at, opened, replace(settings, executor=executor), scale)


def confirm(assessment: Assessment, settings: Settings) -> Iterator[Stage | FitResult]:
    """Fit by importance sampling, and confirm it by NUTS."""

    def work(progress: Progress) -> FitResult:
        return fit(assessment, replace(settings, progress=progress), method="both").result

    return reporting(work)


def make_run(
    seen: Assessment,
    scenario: Path,
    priors: Path,
    day: datetime.date | None,
    settings: Settings,
    store: Store,
    method: FitMethod,
    label: str,
) -> Iterator[Stage | SavedRun]:
    """Fit the files, if they still are what the page shows, and save the run.

    Raises
    ------
    InvalidInput
        With every error of the files; or if one of them has changed.
    """

    def work(progress: Progress) -> SavedRun:
        inputs = load(str(scenario), str(priors), day)
        now = inputs.assessment
        for path, part, before in (
            (scenario, now.scenario.digest, seen.scenario.digest),
            (priors, now.prior_set.digest, seen.prior_set.digest),
        ):
            if part != before:
                message, fix = "the file was changed since the page was opened", "Open the page again."
                raise invalid(message, code="changed-on-disk", file=str(path), suggestion=fix)
        outcome = fit(now, replace(settings, progress=progress), method=method)
        return SavedRun(id=save_run(store, outcome, inputs, label=label).id)

    return reporting(work)


def write_report(
    store: Store, run: str, settings: Settings, scale: Scale, brief: bool, format_name: str
) -> Iterator[bytes]:
    """The report of a saved run as a file."""
    result, assessments = report(store, [run], settings)
    context = Context(assessments=assessments, scale=scale, brief=brief)
    content = FORMATS[format_name].render(Answer(result=result, context=context))
    yield content.encode() if isinstance(content, str) else content
