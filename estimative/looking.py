"""What a report tells beyond a run's fit: reckoned once, and kept with the run.

It takes longer than a fit by importance sampling, and about as long as one by NUTS, beside which another process
reckons it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path

from estimative.analysis import Analysis, Request, analysed, analysis_of
from estimative.model.record.run_store import ANALYSES, add
from estimative.model.record.stored_run import StoredRun
from estimative.priors.errors import InvalidInput
from estimative.priors.toml_table import ascii_safe
from estimative.reports.report.analyses import Analyses, from_json
from estimative.reports.summary import Run, Summary, to_json
from estimative.telling import assessment_in
from estimative.varying import varied
from estimative.weighing import weighed


def analyses_of(kept: StoredRun, summary: Summary) -> Analyses:
    """The analyses of a run, as they were kept, or reckoned now and kept.

    Raises
    ------
    Faulty
        If the run's files are no longer what it was made from.
    """
    found = _found(kept.folder)
    if found is None or not found.about(summary):
        found = looked_into(_analysis(kept, summary))
        keep(kept.folder, found)
    return found


def _found(folder: Path) -> Analyses | None:
    """The analyses that were kept in the folder of a run; None where there are none, or they are damaged."""
    with suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
        return from_json((folder / ANALYSES).read_text(encoding="utf-8"))
    return None


def keep(folder: Path, found: Analyses) -> None:
    """Keep analyses with their run; where that cannot be, say so."""
    try:
        add(folder, ANALYSES, to_json(found))
    except OSError as error:
        print(ascii_safe(f"not kept with the run: {error.strerror}"), file=sys.stderr)


def looked_into(analysis: Analysis) -> Analyses:
    """Both analyses of an assessment; what could not be reckoned is told as that."""
    refused: list[str] = []

    def tried[Found](reckon: Callable[[Analysis], Found]) -> Found | None:
        try:
            return reckon(analysis)
        except InvalidInput as faulty:
            refused.extend(issue.message for issue in faulty.issues)
            return None

    weighing, sensitivity = tried(weighed), tried(varied)
    return Analyses(weighing=weighing, sensitivity=sensitivity, refused=tuple(refused))


def _analysis(kept: StoredRun, summary: Summary) -> Analysis:
    """Of a run's own files, from a fit by the method that converges."""
    return analysis_of(_request(summary.run), kept.scenario, assessment_in(kept.folder, summary))


def _request(run: Run) -> Request:
    """Analyses as of a run: with its seed and, where they are of the same method, its number of draws."""
    draws = run.settings["draws"] if run.method == "importance" else None
    return Request(scenario="", priors="", method="auto", seed=run.seed, draws=draws, allow_unconverged=False)


@contextmanager
def looking(request: Request) -> Iterator[Callable[[], Analyses | None]]:
    """Another process that analyses an assessment by importance sampling, and what waits for it.

    What waits gives None where that method does not converge, or the process came to grief.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(theirs, request), daemon=True)
    process.start()
    theirs.close()

    def wait() -> Analyses | None:
        with suppress(EOFError, OSError):
            return from_json(ours.recv())
        return None

    try:
        yield wait
    finally:
        process.kill()
        process.join()


def _send(there: Connection, request: Request) -> None:
    """Analyse, in a process of its own that neither hears Ctrl-C nor speaks: its parent does both."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    analysis = analysed(request)
    if analysis.tellable:
        there.send(to_json(looked_into(analysis)))
