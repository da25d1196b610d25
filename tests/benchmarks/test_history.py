"""The history of ratios."""

from __future__ import annotations

from pathlib import Path

from benchmarks import history
from benchmarks.history import Entry, Occasion
from benchmarks.table import Heading, Line, Row

LINES: list[Line] = [
    Heading(text="Whole commands, CPU time", section="commands"),
    Row(name="fit, large", this=[3.0, 1.0, 2.0], against=[1.0], aim=2.5, note="ESS 4,000"),
    Heading(text="Large sizes", section="scale"),
    Row(name="60 events", this=[120.0], against=[1.0], verdict="timeout"),
]


def occasion(day: int) -> Occasion:
    """A day in June."""
    return Occasion(date=f"2026-06-{day:02}T10:00Z", version="abc1234", cores=2, python="3.13.0")


def ratio(value: float, name: str = "fit") -> Entry:
    """A line of the file."""
    rows: list[Line] = [
        Heading(text="Commands", section="commands"),
        Row(name=name, this=[value], against=[1.0]),
    ]
    (entry,) = history.entries(rows, occasion(1))
    return entry


def test_entries_are_named_by_section_and_row() -> None:
    """A row is remembered under its section and name, without its note, with its medians and number of measurements."""
    first, second = history.entries(LINES, occasion(1))
    assert (first.name, first.ratio, first.this, first.against) == ("commands: fit, large", "2", "2", "1")
    assert (first.n, first.aim, first.verdict, first.cores) == ("1", "2.5", "", "2")
    assert (second.name, second.ratio, second.verdict) == ("scale: 60 events", "", "timeout")


def test_what_is_added_is_read_back(tmp_path: Path) -> None:
    """Entries of two runs are read in their order, below one line of column names."""
    path = tmp_path / "history.csv"
    assert history.read(path) == []
    runs = [list(history.entries(LINES, occasion(day))) for day in (1, 2)]
    for entries in runs:
        history.append(path, entries)
    assert history.read(path) == [*runs[0], *runs[1]]
    assert path.read_text(encoding="utf-8").count("version") == 1


def test_a_history_with_fewer_columns_is_read(tmp_path: Path) -> None:
    """A column that an older file does not have is empty."""
    path = tmp_path / "history.csv"
    path.write_text("date,name,ratio\n2026-06-01,commands: fit,2\n", encoding="utf-8")
    (entry,) = history.read(path)
    assert (entry.ratio, entry.verdict) == ("2", "")


def test_last_before_and_median_stand_side_by_side() -> None:
    """Each ratio is on one line with its last value, the one before, the median of all, and how many there are."""
    timeout = list(history.entries(LINES, occasion(1)))[-1]
    shown = history.text([ratio(1.0), ratio(5.0), timeout, ratio(2.0)]).splitlines()[1:]
    assert [line.split() for line in shown] == [
        ["commands:", "fit", "2", "5", "2", "3"],
        ["scale:", "60", "events", "timeout", "-", "-", "1"],
    ]
