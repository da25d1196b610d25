"""Score: how the forecasts of resolved runs performed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from estimative.model.outside.imported import ImportedForecasts
from estimative.model.record.consistency import all_inconsistencies
from estimative.model.record.import_store import ImportStore
from estimative.model.record.imported_tracks import imported_tracks, outside_name
from estimative.model.record.manifest import Manifest
from estimative.model.record.resolution_log import ResolutionLog
from estimative.model.record.resolutions import Entry, contradictions, current_entries, open_runs, resolution_entries
from estimative.model.record.run_store import Store
from estimative.model.record.score import ScoreResult, score_entries, score_record
from estimative.model.record.stored_run import StoredRun
from estimative.model.spec.scenario import Scenario
from estimative.priors.errors import InvalidInput, Issue, Place, unknown_name
from estimative.priors.forecast_record import read_record


def score(store: Store, analysts: Sequence[str] = ()) -> ScoreResult:
    """Score what is resolved in the log next to the runs, and the forecasts that were imported there.

    Parameters
    ----------
    analysts
        Names of prior sets and of imported forecasters; all of them if none is given.

    Raises
    ------
    InvalidInput
        If the log is not as it was written or contradicts itself, or an analyst is not in it.
    """
    log = ResolutionLog.in_folder(store.folder)
    lines, imports, runs = log.read(), ImportStore.in_folder(store.folder).read(), store.list()
    entries = resolution_entries(lines)
    file = str(log.path)
    known = {entry.forecast.prior_set for entry in entries}
    if issues := [
        *log_contradictions(store, entries, runs),
        *_unknown(analysts, known | _outside(imports, known), file),
    ]:
        raise InvalidInput(issues)
    chosen = [entry for entry in entries if not analysts or entry.forecast.prior_set in analysts]
    left = len(open_runs(chosen, runs))
    return score_entries(lines, log=file, open_runs=left, analysts=analysts, imports=imports)


def log_contradictions(store: Store, entries: Sequence[Entry], runs: Sequence[Manifest]) -> list[Issue]:
    """The errors of answers in the log that cannot all be right.

    Parameters
    ----------
    runs
        The saved ones: their scenarios say which answers exclude each other. The answers to one question are compared
        without them.
    """
    current, file = current_entries(entries), str(ResolutionLog.in_folder(store.folder).path)
    return list(contradictions(current, file)) or list(_inconsistent(store, current, runs, file))


def contradictory_answers(store: Store) -> tuple[Issue, ...]:
    """The errors of answers in a store that cannot all be right: in the log, and of imported forecasts.

    Raises
    ------
    InvalidInput
        If the log or an import is not as it was written.
    """
    log = ResolutionLog.in_folder(store.folder)
    entries = resolution_entries(log.read())
    imports = ImportStore.in_folder(store.folder).read()
    _, outside = imported_tracks(imports, current_entries(entries), (), str(log.path))
    return (*log_contradictions(store, entries, store.list()), *outside)


def _outside(imports: Sequence[ImportedForecasts], taken: Collection[str]) -> set[str]:
    """The names of imported forecasters among analysts."""
    people = {(imported.title(each.forecaster)) for imported in imports for each in imported.forecasts}
    return {outside_name(name, taken) for name in people}


def _inconsistent(store: Store, entries: Sequence[Entry], runs: Sequence[Manifest], file: str) -> Iterator[Issue]:
    """The errors of answers that the states of events exclude, as far as the runs are still saved."""
    saved = {run.id for run in runs}
    scenarios: dict[str, Scenario] = {}
    for forecast in (entry.forecast for entry in entries if entry.forecast.event):
        if forecast.run in saved and forecast.scenario not in scenarios:
            with suppress(InvalidInput):  # the log is scored without the runs: a damaged one stops nothing
                run = StoredRun(store.folder / forecast.run)
                scenarios[forecast.scenario] = run.read_scenario(run.result().scenario)
    for scenario in scenarios.values():
        yield from all_inconsistencies(scenario, entries, file)


def score_file(path: Path, analysts: Sequence[str] = ()) -> ScoreResult:
    """Score the forecasts in a CSV file, whoever made them and however.

    Parameters
    ----------
    analysts
        Names in the file; all of them if none is given.

    Raises
    ------
    InvalidInput
        With every error of the file, or if an analyst is not in it.
    """
    record = read_record(path)
    if issues := [*_unknown(analysts, record.analysts, record.file)]:
        raise InvalidInput(issues)
    return score_record(record, analysts=analysts)


def _unknown(analysts: Sequence[str], known: Iterable[str], file: str) -> Iterator[Issue]:
    names, place = sorted(known), Place(file=file, key="analyst")
    for name in analysts:
        if name not in names:
            yield unknown_name(place, name, names, "an analyst with forecasts there")
