"""The command `report`: a run told in full, in any format, with other analysts' runs beside it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from estimative import comparing
from estimative.console import console
from estimative.looking import analyses_of
from estimative.model.record.run_store import Store, inputs_of
from estimative.model.record.stored_run import StoredRun
from estimative.output import write_whole
from estimative.priors.errors import InvalidInput, Issue, Place, invalid, listed, quote
from estimative.priors.toml_table import ascii_safe
from estimative.priors.verbal_scale import find_scale
from estimative.reports.blocks import Document, Picture
from estimative.reports.comparison.summary import Comparison
from estimative.reports.figures.gallery import gallery
from estimative.reports.formats import terminal
from estimative.reports.formats.markdown import markdown
from estimative.reports.report.document import document
from estimative.reports.report.rows import csv_of
from estimative.reports.report.summarizing import reproduction_of, summarize
from estimative.reports.report.summary import Report
from estimative.reports.summary import Summary, to_json
from estimative.telling import assessment_in, summary_in

type Form = Literal["terminal", "md", "html", "json", "pdf", "csv"]
SUFFIXES: Mapping[str, Form] = {
    ".md": "md",
    ".html": "html",
    ".htm": "html",
    ".json": "json",
    ".pdf": "pdf",
    ".csv": "csv",
}


@dataclass(frozen=True, kw_only=True)
class Request:
    """What was asked for on the command line."""

    runs: tuple[str, ...]
    """The subject of the report first, then those that it is compared with."""
    form: Form | None
    output: Path | None
    figures: Path | None
    scale: str

    @cached_property
    def told(self) -> Form | None:
        """The form of the document: what was asked for, or what the file's name says; None where only figures are."""
        if self.form:
            return self.form
        if self.output:
            return SUFFIXES.get(self.output.suffix.lower(), "md")
        return None if self.figures else "md"


def report_and_tell(request: Request, runs: Path | None) -> bool:
    """Tell runs in full; whether everything converged.

    Raises
    ------
    Faulty
        If a run is not there or no longer what it was, or the form cannot go where it was sent.
    """
    _check(request)
    report = report_of(request, Store.at(runs))
    pictures = gallery(report)
    if request.figures:
        write_figures(request.figures, pictures)
    if request.told:
        _tell(report, document(report, pictures), request.told, request.output)
    return report.converged


def _check(request: Request) -> None:
    if request.told == "terminal" and request.output:
        expected = f"a form for a file: {listed([form for form in FORMS if form != 'terminal'])}"
        raise invalid(
            "a report for the terminal does not go to a file",
            code="invalid-option",
            file=str(request.output),
            key="--format",
            allowed=expected,
        )
    if request.told == "pdf" and not request.output:
        raise invalid(
            "a PDF does not go to the terminal",
            code="invalid-option",
            file="the command line",
            key="--format",
            allowed="a file to go to: -o FILE",
        )


def report_of(request: Request, store: Store) -> Report:
    """The summary of a report on one run or several."""
    scale = find_scale(request.scale)
    found = [(StoredRun(folder), summary_in(folder)) for folder in map(store.find, request.runs)]
    kept, summary = found[0]
    _comparable([one for _, one in found])
    return summarize(
        summary,
        scale=scale,
        before=kept.sample("prior") if summary.told else None,
        after=kept.sample("posterior") if summary.told else None,
        analyses=analyses_of(kept, summary) if summary.converged else None,
        comparison=_comparison(found) if len(found) > 1 else None,
        reproduction=reproduction_of(
            summary, dict(inputs_of(kept.folder)), kept.own_prior_set(summary.prior_set.digest)
        ),
    )


def _comparable(summaries: Sequence[Summary]) -> None:
    """Analysts can be compared who answer one question from one body of evidence, each with one set of priors."""
    first, *others = summaries
    issues = [
        Issue(
            code="invalid-option",
            message=f"this run has another scenario than {first.run.id}",
            place=Place(file=other.run.id),
            allowed="runs of one scenario; estimative diff shows what changed between others",
        )
        for other in others
        if other.scenario.digest != first.scenario.digest
    ]
    names = [summary.prior_set.name for summary in summaries]
    issues += [
        Issue(
            code="invalid-option",
            message=f"another run has the prior set {quote(summary.prior_set.name)} already",
            place=Place(file=summary.run.id),
            allowed="a prior set of another name; estimative diff shows what changed between versions of one",
        )
        for place, summary in enumerate(summaries)
        if summary.prior_set.name in names[:place]
    ]
    if issues:
        raise InvalidInput(issues)


def _comparison(found: Sequence[tuple[StoredRun, Summary]]) -> Comparison:
    kept, summary = found[0]
    assessments = [assessment_in(one.folder, other) for one, other in found]
    request = comparing.Request(
        scenario="",
        priors=(),
        outcomes=(),
        attribute=True,
        orders=None,
        method="auto",
        seed=summary.run.seed,
        draws=None,
        allow_unconverged=False,
    )
    return comparing.compared(request, kept.scenario, tuple(assessments))


def _html(report: Report, told: Document) -> str:
    from estimative.reports.formats.html import html

    return html(told, caution=report.caution)


def _pdf(report: Report, told: Document) -> bytes:
    from estimative.reports.formats.pdf import pdf

    return pdf(told, caution=report.caution)


FORMS: Mapping[Form, Callable[[Report, Document], str | bytes]] = {
    "md": lambda report, told: markdown(told),
    "html": _html,
    "json": lambda report, told: to_json(report),
    "pdf": _pdf,
    "csv": lambda report, told: csv_of(report),
}
"""All but the terminal, whose width and colours are its own."""


def _tell(report: Report, told: Document, form: Form, output: Path | None) -> None:
    if form == "terminal":
        terminal.show(told, console())
        return
    content = FORMS[form](report, told)
    if output:
        write_whole(output, content)
    else:
        assert isinstance(content, str)
        sys.stdout.write(content)


def write_figures(folder: Path, pictures: Mapping[str, Callable[[], Picture]]) -> None:
    """Write each picture as SVG and in pixels; where there is nothing to draw, say so.

    Raises
    ------
    Faulty
        If they cannot be written.
    """
    from estimative.reports.figures.style import NothingToPlot

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        fault = Issue(
            code="cannot-write",
            message=f"the folder cannot be written: {error.strerror}",
            place=Place(file=str(folder)),
            allowed="a folder to write figures to",
        )
        raise InvalidInput([fault]) from error
    for name, draw in pictures.items():
        try:
            picture = draw()
        except NothingToPlot as nothing:
            print(ascii_safe(f"no figure {name}: {nothing}"), file=sys.stderr)
            continue
        write_whole(folder / f"{name}.svg", picture.svg())
        write_whole(folder / f"{name}.png", picture.png())
