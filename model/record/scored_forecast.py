"""A forecast with what happened: from the log of resolutions, or from a file of forecasts made elsewhere."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from estimative.model.record.resolutions import Entry
from estimative.priors.forecast_record import Judgement
from estimative.priors.state_probability import StateProbability, answer_place, answer_probabilities


class ScoredForecast(Struct, frozen=True, kw_only=True):
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
    probability: float | None
    """None of a forecast of states."""
    se: float | None
    """Monte Carlo standard error."""
    states: tuple[StateProbability, ...] = ()
    """The states of which one holds, in their order where they are ordered; empty of a forecast of yes or no."""
    ordered: bool = False
    made: datetime.date | None
    """None where the file does not say."""
    occurred: bool | None
    """None where it is void. Of states: True where one holds that is known."""
    state: str = ""
    """The state that holds, or `otherwise` where the condition of the event was not met, so that it is void."""
    date: datetime.date | None
    """When it happened, or when it was certain that it had not; None for a forecast made elsewhere."""
    lead: int | None
    """Days from the run to the answer, or to the horizon if that came first."""
    because: str
    scored: bool
    """Whether it counts: of each analyst on each question only the last that is not void or withdrawn."""
    withdrawn: bool = False
    """Whether it was the last one and was withdrawn before the answer was known."""

    @property
    def probabilities(self) -> tuple[float, ...]:
        """Those of all answers: of the states, or of no and yes."""
        return answer_probabilities(self.probability, self.states)

    @property
    def answer(self) -> int:
        """The place of what happened among these answers; of what is not void only."""
        return answer_place(self.occurred, self.state, self.states)

    def statements(self) -> Iterator[ScoredForecast]:
        """Yield it as a forecast of yes or no, or as one for each of its states."""
        if not self.states:
            yield self
        for each in self.states:
            yield replace(
                self,
                question=f"{self.question}: {each.state}",
                probability=each.probability,
                se=each.se,
                states=(),
                ordered=False,
                state="",
                occurred=None if self.occurred is None else each.state == self.state,
            )

    @classmethod
    def of(cls, entry: Entry, *, scored: bool = True, withdrawn: bool = False) -> ScoredForecast:
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
            states=forecast.states,
            ordered=forecast.ordered,
            made=forecast.made,
            occurred=resolution.occurred,
            state=resolution.state,
            date=resolution.date,
            lead=resolution.lead,
            because=resolution.because,
            scored=scored,
            withdrawn=withdrawn,
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
            se=None if judgement.states else 0.0,
            states=judgement.states,
            made=judgement.made.date() if judgement.made else None,
            occurred=judgement.happened,
            state=judgement.state,
            date=None,
            lead=None,
            because="",
            scored=scored and not judgement.void,
        )
