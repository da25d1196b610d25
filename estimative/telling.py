"""Runs that are told again as they were told at first, and their summaries."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from estimative.console import console
from estimative.model.record.run_store import SUMMARY, Store
from estimative.priors.errors import invalid
from estimative.reports import document
from estimative.reports.formats import terminal
from estimative.reports.summary import Summary, from_json

if TYPE_CHECKING:
    from estimative.model.assessment import Assessment


def show_run(name: str, runs: Path | None) -> None:
    """What `fit` printed."""
    terminal.show(document.brief(summary_in(Store.at(runs).find(name))), console())


def assessment_in(folder: Path, summary: Summary) -> Assessment:
    """What the run in a folder assessed, read again from its own files.

    Raises
    ------
    Faulty
        If these are no longer what it was made from.
    """
    from estimative.model.record.stored_run import StoredRun

    digests = {"scenario_digest": summary.scenario.digest, "prior_set_digest": summary.prior_set.digest}
    return StoredRun(folder).assessment(**digests)


def summary_in(folder: Path) -> Summary:
    """The summary of the run in a folder.

    Raises
    ------
    Faulty
        If it cannot be read.
    """
    path = folder / SUMMARY
    try:
        return from_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise invalid(
            f"the run cannot be read: {error.strerror}",
            code="invalid-run",
            file=str(path),
            allowed="the summary of a run",
        ) from error
    except (ValueError, TypeError, KeyError) as error:
        found = str(error) if "schema version" in str(error) else "the file is damaged"
        raise invalid(found, code="invalid-run", file=str(path), allowed="the summary of a run") from error
