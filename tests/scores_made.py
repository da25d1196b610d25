"""Logs of resolutions and their scores, made by hand and at random, without a fit."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from estimative.model.record import calibration
from estimative.model.record.calibration import Verification
from estimative.model.record.resolutions import Entry, IssuedForecast, Resolution
from estimative.model.record.score import ScoreResult, score_entries
from estimative.model.record.scored_forecast import ScoredForecast
from estimative.priors.state_probability import StateProbability

AS_OF, UNTIL = datetime.date(2026, 1, 1), datetime.date(2026, 6, 30)
MADE = datetime.datetime(2026, 2, 1, 9, 30, tzinfo=datetime.UTC)
WRITTEN = datetime.datetime(2026, 7, 1, 8, 0, tzinfo=datetime.UTC)
LOG = "runs/resolutions.jsonl"

type Answered = tuple[float, bool | None]
"""A forecast, and what happened."""


def run_id(place: int) -> str:
    """The id of a run, in the order of numbers."""
    return f"20260201T093000{place:03}Z-{place:06x}"


def forecast(place: int = 1, **changed: Any) -> IssuedForecast:
    """A run's forecast of the bridge."""
    plain = IssuedForecast(
        run=run_id(place),
        created=MADE,
        scenario="bridge",
        scenario_digest="5" * 64,
        prior_set="engineer",
        prior_set_digest="e" * 64,
        analyst="The engineer",
        outcome="closed",
        probability=0.3,
        se=0.002,
        as_of=AS_OF,
        until=UNTIL,
    )
    return replace(plain, **changed)


def resolution(place: int = 1, happened: bool | None = True, **changed: Any) -> Resolution:
    """It happened in April, or had not by the end of June; changes are those of the forecast."""
    on = datetime.date(2026, 4, 2) if happened else datetime.date(2026, 6, 30)
    return Resolution(forecast=forecast(place, **changed), occurred=happened, date=on, because="The county's log.")


def states(*probabilities: float) -> tuple[StateProbability, ...]:
    """States that are called s0, s1, ..."""
    return tuple(
        StateProbability(state=f"s{place}", probability=p, se=p * (1 - p) / 50) for place, p in enumerate(probabilities)
    )


def state_resolution(place: int, probabilities: Sequence[float], state: str, **changed: Any) -> Resolution:
    """A state of the water level holds, or none that is known; changes are those of the forecast."""
    plain = forecast(place, outcome="", probability=None, se=None, event="level", states=states(*probabilities))
    return Resolution(
        forecast=replace(plain, **changed),
        occurred=True if state.startswith("s") else None,
        state=state,
        date=datetime.date(2026, 4, 2),
        because="The gauge.",
    )


def entry(line: int, of: Resolution, corrects: int | None = None) -> Entry:
    """A line of the log."""
    return Entry(line=line, digest=f"{line:064x}", written=WRITTEN, corrects=corrects, resolution=of)


def entries(answered: Iterable[Answered], *, analyst: str = "engineer", first: int = 1) -> list[Entry]:
    """An analyst's forecasts, each on a scenario of its own, the same ones for every analyst."""
    return [
        entry(
            first + place,
            resolution(
                first + place, happened, probability=p, se=p * (1 - p) / 50, prior_set=analyst, scenario=f"s{place}"
            ),
        )
        for place, (p, happened) in enumerate(answered)
    ]


def verify(log: Sequence[Entry]) -> Verification:
    """The scores of entries, all of which count."""
    return calibration.verify([ScoredForecast.of(entry) for entry in log])


def record(log: Sequence[Entry], *analysts: str) -> ScoreResult:
    """The scores of a log."""
    return score_entries(log, log=LOG, analysts=analysts)


ENGINEER: list[Answered] = [
    *((0.004, False) for _ in range(4)), *((0.03, False) for _ in range(6)),
    *((0.12, place == 0) for place in range(8)), *((0.31, place < 3) for place in range(9)),
    *((0.5, place < 4) for place in range(7)), *((0.68, place < 8) for place in range(10)),
    *((0.9, place < 8) for place in range(9)), *((0.97, True) for _ in range(6)), (0.995, True),
]  # fmt: skip
MAYOR: list[Answered] = [
    *((0.6, place % 3 == 0) for place in range(11)), (0.0, True), *((0.8, place % 2 == 0) for place in range(11)),
]  # fmt: skip
"""Too high, and once gave probability 0 to something that happened."""


def _mixed() -> list[Entry]:
    """A forecast that counts, a superseded one of the same question, a void one and a correction."""
    later = MADE + datetime.timedelta(days=40)
    return [
        entry(1, resolution(1, True, probability=0.2)),
        entry(2, resolution(2, False, probability=0.4, created=later)),
        entry(3, resolution(3, None, outcome="if_leak", probability=0.7)),
        entry(4, resolution(2, True, probability=0.4, created=later), corrects=2),
    ]


def _with_states() -> list[Entry]:
    """Forecasts of states, some of them ordered, void or without their condition, among those of yes or no."""
    return [
        entry(1, resolution(1, True, probability=0.2)),
        entry(2, state_resolution(1, (0.2, 0.5, 0.3), "s1")),
        entry(3, state_resolution(2, (0.1, 0.2, 0.7), "s0", scenario="dam", ordered=True)),
        entry(4, state_resolution(3, (0.0, 0.6, 0.4), "otherwise", scenario="lock")),
        entry(5, state_resolution(4, (0.5, 0.5), "", scenario="weir")),
        entry(6, resolution(5, False, scenario="dam", probability=0.1)),
    ]


RECORDS: dict[str, ScoreResult] = {
    "score.nothing": record([]),
    "score.void": record([entry(1, resolution(1, None))]),
    "score.one": record([entry(1, resolution(1, True))]),
    "score.mixed": record(_mixed()),
    "score.states": record(_with_states()),
    "score.states alone": record(_with_states()[1:3]),
    "score.full": record(entries(2 * ENGINEER)),
    "score.several": record([*entries(ENGINEER), *entries(MAYOR, analyst="mayor", first=len(ENGINEER) + 1)]),
}

CHANCES = st.floats(0, 1) | st.floats(-12, 0).map(lambda power: 10.0**power)
ANSWERS = st.lists(st.none() | st.booleans(), max_size=30)


SHARES = st.lists(st.floats(0, 1), min_size=2, max_size=5).filter(any).map(lambda n: tuple(x / sum(n) for x in n))


@st.composite
def state_resolutions(draw: st.DrawFn, place: int, **changed: Any) -> Resolution:
    """The state of an event, of any probabilities."""
    shares = draw(SHARES)
    names = [f"s{at}" for at in range(len(shares))]
    state = draw(st.sampled_from([*names, "", "otherwise"]))
    return state_resolution(place, shares, state, ordered=draw(st.booleans()), **changed)


@st.composite
def records(draw: st.DrawFn) -> ScoreResult:
    """Scores of one analyst or two on the same questions or on fewer, of yes or no and of states."""
    answers = draw(ANSWERS)
    log: list[Entry] = []
    for analyst in draw(st.sampled_from([("engineer",), ("engineer", "mayor")])):
        own = [(draw(CHANCES), happened) for happened in answers[: draw(st.integers(0, len(answers)))]]
        log += entries(own, analyst=analyst, first=len(log) + 1)
        for place in range(draw(st.integers(0, 3))):
            # Each in a scenario of its own: what two analysts saw of it is not the same otherwise.
            line, scenario = len(log) + 1, f"{analyst} {place}"
            log.append(entry(line, draw(state_resolutions(line, prior_set=analyst, scenario=scenario))))
    return record(log)
