"""Score: how the forecasts of resolved runs performed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from estimative.model.record.resolution_log import ResolutionLog
from estimative.model.record.resolutions import Entry, contradictions, current_entries, open_runs
from estimative.model.record.run_store import Store
from estimative.model.record.score import ScoreResult, score_entries
from estimative.priors.errors import InvalidInput, Issue, Place, unknown_name


def score(store: Store, analysts: Sequence[str] = ()) -> ScoreResult:
    """Score what is resolved in the log next to the runs.

    Parameters
    ----------
    analysts
        Names of prior sets; all of them if none is given.

    Raises
    ------
    InvalidInput
        If the log is not as it was written or contradicts itself, or an analyst is not in it.
    """
    log = ResolutionLog.in_folder(store.folder)
    entries = log.read()
    file = str(log.path)
    if issues := [*contradictions(current_entries(entries), file), *_unknown(analysts, entries, file)]:
        raise InvalidInput(issues)
    chosen = [entry for entry in entries if not analysts or entry.forecast.prior_set in analysts]
    return score_entries(entries, log=file, open_runs=len(open_runs(chosen, store.list())), analysts=analysts)


def _unknown(analysts: Sequence[str], entries: Sequence[Entry], file: str) -> Iterator[Issue]:
    known = sorted({entry.forecast.prior_set for entry in entries})
    place = Place(file=file, key="analyst")
    for name in analysts:
        if name not in known:
            yield unknown_name(place, name, known, "a prior set with resolved forecasts")
