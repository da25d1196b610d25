"""Ledgers and records of judgements, made by hand and at random, without a fit."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from estimative.model.record.resolutions import Entry, IssuedForecast, Resolution
from estimative.reports.score.summarizing import summarize
from estimative.reports.score.summary import Record

AS_OF, UNTIL = datetime.date(2026, 1, 1), datetime.date(2026, 6, 30)
MADE = datetime.datetime(2026, 2, 1, 9, 30, tzinfo=datetime.UTC)
WRITTEN = datetime.datetime(2026, 7, 1, 8, 0, tzinfo=datetime.UTC)
LEDGER = "runs/resolutions.jsonl"

type Said = tuple[float, bool | None]
"""A probability, and what became of it."""


def run_id(place: int) -> str:
    """The id of a run, in the order of numbers."""
    return f"20260201T093000{place:03}Z-{place:06x}"


def forecast(place: int = 1, **changed: Any) -> IssuedForecast:
    """What a run said of the bridge."""
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
    """What came about in April, or by the end of June had not; changes are those of what was foretold."""
    on = datetime.date(2026, 4, 2) if happened else datetime.date(2026, 6, 30)
    return Resolution(forecast=forecast(place, **changed), happened=happened, on=on, because="The county's log.")


def entry(line: int, of: Resolution, corrects: int | None = None) -> Entry:
    """A line that tells a resolution."""
    return Entry(line=line, digest=f"{line:064x}", written=WRITTEN, corrects=corrects, resolution=of)


def entries(said: Iterable[Said], *, analyst: str = "engineer", first: int = 1) -> list[Entry]:
    """An analyst's judgements, each on a scenario of its own, the same ones for every analyst."""
    return [
        entry(
            first + place,
            resolution(
                first + place, happened, probability=p, se=p * (1 - p) / 50, prior_set=analyst, scenario=f"s{place}"
            ),
        )
        for place, (p, happened) in enumerate(said)
    ]


def record(found: Sequence[Entry], *analysts: str) -> Record:
    """The record that a ledger makes."""
    return summarize(found, ledger=LEDGER, analysts=analysts)


ENGINEER: list[Said] = [
    *((0.004, False) for _ in range(4)), *((0.03, False) for _ in range(6)),
    *((0.12, place == 0) for place in range(8)), *((0.31, place < 3) for place in range(9)),
    *((0.5, place < 4) for place in range(7)), *((0.68, place < 8) for place in range(10)),
    *((0.9, place < 8) for place in range(9)), *((0.97, True) for _ in range(6)), (0.995, True),
]  # fmt: skip
MAYOR: list[Said] = [
    *((0.6, place % 3 == 0) for place in range(11)), (0.0, True), *((0.8, place % 2 == 0) for place in range(11)),
]  # fmt: skip
"""Says too much, and once excluded what came about."""


def _mixed() -> list[Entry]:
    """One judgement that counts, an earlier one of the same question, a void one and a correction."""
    later = MADE + datetime.timedelta(days=40)
    return [
        entry(1, resolution(1, True, probability=0.2)),
        entry(2, resolution(2, False, probability=0.4, created=later)),
        entry(3, resolution(3, None, outcome="if_leak", probability=0.7)),
        entry(4, resolution(2, True, probability=0.4, created=later), corrects=2),
    ]


RECORDS: dict[str, Record] = {
    "score.nothing": record([]),
    "score.void": record([entry(1, resolution(1, None))]),
    "score.one": record([entry(1, resolution(1, True))]),
    "score.mixed": record(_mixed()),
    "score.full": record(entries(2 * ENGINEER)),
    "score.several": record([*entries(ENGINEER), *entries(MAYOR, analyst="mayor", first=len(ENGINEER) + 1)]),
}

CHANCES = st.floats(0, 1) | st.floats(-12, 0).map(lambda power: 10.0**power)
ANSWERS = st.lists(st.none() | st.booleans(), max_size=30)


@st.composite
def records(draw: st.DrawFn) -> Record:
    """What one analyst or two said of the same questions or of fewer, and what came about of it."""
    answers = draw(ANSWERS)
    found: list[Entry] = []
    for analyst in draw(st.sampled_from([("engineer",), ("engineer", "mayor")])):
        met = answers[: draw(st.integers(0, len(answers)))]
        said = [(draw(CHANCES), happened) for happened in met]
        found += entries(said, analyst=analyst, first=len(found) + 1)
    return record(found)
