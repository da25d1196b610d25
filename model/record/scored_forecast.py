"""A forecast with what happened: from the log of resolutions, or from a file of forecasts made elsewhere."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from estimative.model.record.resolutions import Entry
from estimative.priors.forecast_record import Judgement


@dataclass(frozen=True, kw_only=True)
class ScoredForecast:
    """A forecast and what happened."""

    line: int
    """Of the log or the file."""
    run: str
    """Its id; empty for a forecast made elsewhere."""
    analyst: str
    """The name of the prior set, or of the forecaster."""
    scenario: str
    """Forecasts with the same one share their luck. Of a forecast made elsewhere it is the question."""
    question: str
    probability: float
    se: float
    """Monte Carlo standard error."""
    made: datetime.date | None
    """None where the file does not say."""
    occurred: bool | None
    """None where it is void."""
    date: datetime.date | None
    """When it happened, or when it was certain that it had not; None for a forecast made elsewhere."""
    lead: int | None
    """Days from the run to the answer, or to the horizon if that came first."""
    because: str
    scored: bool
    """Whether it counts: of each analyst on each question only the last that is not void."""

    @classmethod
    def of(cls, entry: Entry, *, scored: bool = True) -> ScoredForecast:
        """From an entry of the log."""
        resolution, forecast = entry.resolution, entry.forecast
        return cls(
            line=entry.line,
            run=forecast.run,
            analyst=forecast.prior_set,
            scenario=forecast.scenario,
            question=str(forecast.question),
            probability=forecast.probability,
            se=forecast.se,
            made=forecast.made,
            occurred=resolution.occurred,
            date=resolution.date,
            lead=resolution.lead,
            because=resolution.because,
            scored=scored,
        )

    @classmethod
    def from_elsewhere(cls, judgement: Judgement, *, scored: bool) -> ScoredForecast:
        """From a row of a file."""
        return cls(
            line=judgement.line,
            run="",
            analyst=judgement.analyst,
            scenario=judgement.question,
            question=judgement.question,
            probability=judgement.probability,
            se=0.0,
            made=judgement.made.date() if judgement.made else None,
            occurred=judgement.happened,
            date=None,
            lead=None,
            because="",
            scored=scored and not judgement.void,
        )
