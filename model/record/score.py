"""The results of scoring a log of resolutions, and of recording a resolution."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from estimative.model.inference.info import SCHEMA_VERSION
from estimative.model.outside.imported import Form, ImportedForecasts
from estimative.model.record.calibration import MASS, Verification, scored_set, verify
from estimative.model.record.consistency import DecidedOutcome
from estimative.model.record.daily_scores import DailyScores, daily_scores
from estimative.model.record.imported_tracks import imported_tracks
from estimative.model.record.resolutions import (
    Entry,
    LogEntry,
    WithdrawalEntry,
    current_entries,
    resolution_entries,
    withdrawal_entries,
)
from estimative.model.record.scored_forecast import ScoredForecast
from estimative.model.record.track_sources import log_tracks, record_tracks
from estimative.model.record.tracks import Track
from estimative.priors.errors import InvalidInput, Issue
from estimative.priors.forecast_record import Record


class Period(Struct, frozen=True, kw_only=True):
    """The forecasts that were made within a year, a quarter or a month."""

    name: str
    """Such as "2026", "2026 Q3" or "2026-07"."""
    scores: Verification


class ImportSummary(Struct, frozen=True, kw_only=True):
    """A file of forecasts that was imported."""

    name: str
    form: Form
    source_digest: str
    """SHA-256 of the file."""
    questions: int
    forecasters: int
    forecasts: int
    skipped: int
    """Rows that were no forecasts."""

    @classmethod
    def of(cls, imported: ImportedForecasts) -> ImportSummary:
        """The numbers of an import."""
        return cls(
            name=imported.name,
            form=imported.form,
            source_digest=imported.source_digest,
            questions=len(imported.questions),
            forecasters=imported.forecasters,
            forecasts=sum(forecast.probabilities is not None for forecast in imported.forecasts),
            skipped=sum(imported.skipped.values()),
        )


class ScoreResult(Struct, frozen=True, kw_only=True):
    """How forecasts performed: those in the log of resolutions, or those in a file from elsewhere."""

    schema_version: int = SCHEMA_VERSION
    kind: Literal["score"] = "score"
    source: Literal["log", "file"]
    file: str
    """The log or the file, as the user named it."""
    lines: int
    """Of the log; of a file, its forecasts."""
    digest: str = ""
    """Of the last line of the log; empty where there is none."""
    corrected: int = 0
    """Lines of the log that a later one corrects."""
    open_runs: int = 0
    """Saved runs of the same scenarios and prior sets that converged and are not resolved."""
    unresolved: int = 0
    """Forecasts in the file whose question is not resolved yet."""
    late: int = 0
    """Forecasts in the file that were made after the question closed."""
    interval_mass: float = MASS
    """Of the intervals of frequencies."""
    same_questions: bool
    """Whether all analysts are scored on the same questions."""
    analysts: Mapping[str, Verification]
    overall: Verification | None
    """Of all analysts together; None where nothing is resolved."""
    periods: tuple[Period, ...]
    """Of all analysts together, by when forecasts were made; empty where that is unknown, or within one period."""
    forecasts: tuple[ScoredForecast, ...]
    """In the order of the log or the file, without those that were corrected, are late or not resolved; then the last
    one of each imported forecaster on each question."""
    daily: DailyScores = field(default_factory=DailyScores)
    """Over the days on which a question was open; of a file only where it says when."""
    imports: tuple[ImportSummary, ...] = ()

    @property
    def converged(self) -> bool:
        """True: only runs that converged can be resolved."""
        return True

    @property
    def scored(self) -> tuple[ScoredForecast, ...]:
        """The forecasts that count."""
        return tuple(forecast for forecast in self.forecasts if forecast.scored)

    @property
    def void(self) -> int:
        """How many forecasts are void."""
        return sum(forecast.occurred is None for forecast in self.forecasts)

    @property
    def superseded(self) -> int:
        """How many forecasts a later one of the same analyst on the same question replaced."""
        return len(self.forecasts) - len(self.scored) - self.void - self.withdrawn

    @property
    def withdrawn(self) -> int:
        """How many forecasts were the last ones, but were withdrawn before the answer was known."""
        return sum(forecast.withdrawn for forecast in self.forecasts)


def score_entries(
    lines: Sequence[LogEntry],
    *,
    log: str,
    open_runs: int = 0,
    analysts: Sequence[str] = (),
    imports: Sequence[ImportedForecasts] = (),
) -> ScoreResult:
    """Score the lines of a log, and imported forecasts next to them.

    Parameters
    ----------
    log
        The file's name.
    open_runs
        How many runs of the same scenarios and prior sets are not resolved.
    analysts
        Only these, in this order; all of them, by name, if none is given.

    Raises
    ------
    InvalidInput
        If the answer to an imported question contradicts another one.
    """
    entries, withdrawals = resolution_entries(lines), [each.withdrawal for each in withdrawal_entries(lines)]
    current = current_entries(entries)
    sets = scored_set(current, withdrawals)
    scored, withdrawn = ({entry.line for entry in part} for part in (sets.scored, sets.withdrawn))
    known = [ScoredForecast.of(e, scored=e.line in scored, withdrawn=e.line in withdrawn) for e in current]
    names = {entry.forecast.prior_set for entry in entries}
    outside, issues = imported_tracks(imports, current, names, log)
    if issues:
        raise InvalidInput(issues)
    own = [track for track in outside if not analysts or track.forecaster in analysts]
    tracks = [*log_tracks(current, withdrawals), *(track for each in outside if (track := each.track))]
    return replace(
        _scored([*known, *(row for each in own if (row := each.scored()))], analysts, tracks),
        file=log,
        lines=len(lines),
        digest=lines[-1].digest if lines else "",
        corrected=len(entries) - len(current),
        open_runs=open_runs,
        unresolved=sum(track.answer is None for track in own),
        late=sum(len(track.changes) - len(track.in_time) for track in own),
        imports=tuple(map(ImportSummary.of, imports)),
    )


def score_record(record: Record, *, analysts: Sequence[str] = ()) -> ScoreResult:
    """Score forecasts that were made elsewhere.

    Parameters
    ----------
    analysts
        Only these, in this order; all of them, by name, if none is given.
    """
    counted = [(judgement, True) for judgement in record.judgements]
    every = [*counted, *((judgement, False) for judgement in record.superseded)]
    known = [
        ScoredForecast.from_elsewhere(judgement, scored=scored)
        for judgement, scored in sorted(every, key=lambda pair: pair[0].line)
        if judgement.void or judgement.happened is not None
    ]
    own = [judgement for judgement in record.judgements if not analysts or judgement.analyst in analysts]
    return replace(
        _scored(known, analysts, list(record_tracks([judgement for judgement, _ in every]))),
        source="file",
        file=record.file,
        lines=len(every) + len(record.late),
        unresolved=sum(not judgement.void and judgement.happened is None for judgement in own),
        late=sum(not analysts or judgement.analyst in analysts for judgement in record.late),
    )


def _scored(forecasts: Sequence[ScoredForecast], analysts: Sequence[str], tracks: Sequence[Track] = ()) -> ScoreResult:
    """The scores of forecasts, without where they come from; pools are of all tracks, whoever is chosen."""
    chosen = tuple(forecast for forecast in forecasts if not analysts or forecast.analyst in analysts)
    scored = [forecast for forecast in chosen if forecast.scored]
    names = list(dict.fromkeys(analysts)) or sorted({forecast.analyst for forecast in scored})
    groups: dict[str, list[ScoredForecast]] = {name: [] for name in names}
    for forecast in scored:
        groups[forecast.analyst].append(forecast)
    by_analyst = {name: own for name, own in groups.items() if own}
    return ScoreResult(
        source="log",
        file="",
        lines=0,
        same_questions=len({frozenset(forecast.question for forecast in own) for own in by_analyst.values()}) <= 1,
        analysts={name: verify(own) for name, own in by_analyst.items()},
        overall=verify(scored) if scored else None,
        periods=tuple(_periods(scored)),
        forecasts=chosen,
        daily=daily_scores(tracks, analysts),
    )


YEARS, QUARTERS = 3 * 366, 366
"""Days; a longer time is divided into years, or into quarters, and a shorter one into months."""


def _periods(scored: Sequence[ScoredForecast]) -> Iterator[Period]:
    dated = [(forecast.made, forecast) for forecast in scored if forecast.made]
    days = [made for made, _ in dated]
    span = (max(days) - min(days)).days if days else 0
    periods: dict[str, list[ScoredForecast]] = {}
    for made, forecast in sorted(dated, key=lambda pair: pair[0]):
        periods.setdefault(_period(made, span), []).append(forecast)
    if len(periods) > 1:
        yield from (Period(name=name, scores=verify(own)) for name, own in periods.items())


def _period(day: datetime.date, span: int) -> str:
    if span > YEARS:
        return f"{day.year}"
    return f"{day.year} Q{(day.month + 2) // 3}" if span > QUARTERS else f"{day:%Y-%m}"


class ResolveResult(Struct, frozen=True, kw_only=True):
    """A resolution as it was recorded."""

    schema_version: int = SCHEMA_VERSION
    kind: Literal["resolve"] = "resolve"
    log: str
    """The file, as the user named it."""
    entry: Entry
    others: tuple[Entry, ...] = ()
    """The lines of the other runs that made a forecast of the same question."""
    left_out: tuple[str, ...] = ()
    """Ids of runs that asked the same question, but made no forecast of it that can be scored."""
    title: str
    """Of the outcome or the event."""
    given: tuple[str, ...]
    """The titles of the events that are its condition."""
    state_titles: Mapping[str, str] = field(default_factory=dict)
    """Of the states, by name; empty of an outcome."""
    decided: tuple[DecidedOutcome, ...] = ()
    """Outcomes of this run whose answers follow, and which are not resolved yet."""
    inconsistent: tuple[Issue, ...] = ()
    """Of a correction: which other answers it excludes, and which have to be corrected as well."""

    @property
    def converged(self) -> bool:
        """True: only runs that converged can be resolved."""
        return True


class WithdrawResult(Struct, frozen=True, kw_only=True):
    """A withdrawal as it was recorded."""

    schema_version: int = SCHEMA_VERSION
    kind: Literal["withdraw"] = "withdraw"
    log: str
    """The file, as the user named it."""
    entry: WithdrawalEntry
    title: str
    """Of the scenario."""
    headline: float
    """The probability of the headline that the run gave."""
    earlier: int = 0
    """Earlier runs of the same prior set, scenario and horizon, which do not hold either."""

    @property
    def converged(self) -> bool:
        """True: only runs that converged can be withdrawn."""
        return True
