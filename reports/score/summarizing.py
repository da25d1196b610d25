"""From a ledger of resolutions to the summary of a record."""

from __future__ import annotations

from collections.abc import Sequence

from estimative.model.record.calibration import MASS, Band, Verification, scored_set, verify
from estimative.model.record.proper_scores import Measured
from estimative.model.record.resolutions import Entry, current_entries
from estimative.reports.score import summary as told
from estimative.reports.summary import finite


def summarize(
    entries: Sequence[Entry], *, ledger: str, open_runs: int = 0, analysts: Sequence[str] = ()
) -> told.Record:
    """The record that a ledger makes.

    Parameters
    ----------
    ledger
        The file's name.
    open_runs
        How many runs of the same scenarios and prior sets are not resolved.
    analysts
        Only these, in this order; all of them, by name, if none is given.
    """
    chosen = [one for one in current_entries(entries) if not analysts or _name(one) in analysts]
    found = scored_set(chosen)
    lines = {entry.line for entry in found.counted}
    by_analyst = {
        name: tuple(entry for entry in found.counted if _name(entry) == name)
        for name in analysts or sorted({_name(entry) for entry in found.counted})
    }
    return told.Record(
        ledger=ledger,
        lines=len(entries),
        digest=entries[-1].digest if entries else "",
        corrected=len(entries) - len(current_entries(entries)),
        open_runs=open_runs,
        mass=MASS,
        same_questions=len({_questions(own) for own in by_analyst.values() if own}) <= 1,
        analysts={name: _scores(verify(own)) for name, own in by_analyst.items() if own},
        overall=_scores(verify(found.counted)) if found.counted else None,
        judgements=tuple(judgement_of(entry, counted=entry.line in lines) for entry in chosen),
    )


def _name(entry: Entry) -> str:
    return entry.resolution.forecast.prior_set


def _questions(entries: Sequence[Entry]) -> frozenset[object]:
    return frozenset(entry.resolution.forecast.question for entry in entries)


def judgement_of(entry: Entry, *, counted: bool) -> told.Judgement:
    """What an entry tells of a judgement, and whether it is scored."""
    resolution, said = entry.resolution, entry.resolution.forecast
    return told.Judgement(
        line=entry.line,
        run=said.run,
        analyst=said.prior_set,
        question=str(said.question),
        probability=said.probability,
        se=said.se,
        happened=resolution.happened,
        on=str(resolution.on),
        lead=resolution.lead,
        because=resolution.because,
        counted=counted,
    )


def _scores(found: Verification) -> told.Scores:
    parts = found.decomposition
    return told.Scores(
        count=found.count,
        questions=found.questions,
        few=found.few,
        scenarios=found.scenarios,
        came_about=found.came_about,
        said=_mean(found.said),
        bias=_measured(found.bias),
        brier=_measured(found.brier),
        log=_measured(found.log),
        brier_skill=_perhaps(found.brier_skill),
        log_skill=_perhaps(found.log_skill),
        decomposition=told.Decomposition(
            reliability=parts.reliability,
            resolution=parts.resolution,
            uncertainty=parts.uncertainty,
            within=parts.within,
        )
        if parts
        else None,
        bands=tuple(map(_band, found.bands)),
    )


def _band(found: Band) -> told.Band:
    return told.Band(
        term=found.term,
        count=found.count,
        said=_mean(found.said),
        came_about=found.came_about,
        low=found.low,
        high=found.high,
    )


def _mean(found: Measured) -> told.Mean:
    return told.Mean(value=found.value, se=found.error or 0.0)


def _measured(found: Measured) -> told.Measured:
    return told.Measured(value=finite(found.value), error=found.error)


def _perhaps(found: Measured | None) -> told.Measured | None:
    return _measured(found) if found else None
