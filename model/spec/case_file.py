"""Read the cases of a reference class, from a CSV file or from the scenario itself, and count them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from estimative.model.spec.evidence import Trials
from estimative.priors.csv_reader import csv_table, gathered
from estimative.priors.errors import InvalidInput, Issue, Place, ascii_safe, enumerated, invalid, quote, unknown_name
from estimative.priors.frozen import FrozenDict
from estimative.priors.toml_document import read_text
from estimative.priors.toml_table import Table, number_within


class Folder(Struct, frozen=True):
    """A scenario's folder, and every text that was read from it."""

    path: Path
    texts: dict[str, str] = field(default_factory=dict)
    """By the name under which the scenario file refers to it."""

    def read(self, name: str) -> str:
        """Return the text of a data file in this folder; raise InvalidInput as `read_text` does, or if it is not there.

        A scenario from somebody else must not read files elsewhere on this computer, nor show a line of them.
        """
        inside = (self.path / name).resolve().is_relative_to(self.path.resolve())
        if not inside or Path(name).is_absolute() or ".." in Path(name).parts:
            raise invalid(f"{quote(name)} is not {INSIDE}", code="outside-folder", allowed=INSIDE)
        self.texts[name] = read_text(self.path / name, largest=LARGEST_CSV)
        return self.texts[name]


LARGEST_CSV = 10 << 20
INSIDE = "a file in the folder of the scenario or below"


def read_trials(table: Table, folder: Folder, states: Sequence[str] = ()) -> tuple[Trials, ...]:
    """Read the cases of a reference class; those with the same values of all mapped drivers are counted together.

    Parameters
    ----------
    states
        Of the event that they are about; none where it happens or not.
    """
    if "trials" not in table:
        return _counted(table, folder, states)
    trials = tuple(_trials(entry, states) for entry in table.tables("trials"))
    if table.data["trials"] == []:
        table.error("trials", code="missing-value", message="there are no cases", allowed="at least one case")
    return trials


def _trials(table: Table, states: Sequence[str]) -> Trials:
    """Read one entry of `trials = [{ successes = 2.5, of = 4, at = { plan = 1 } }]`; of states, one with `counts`."""
    if states:
        return _by_state(table, states)
    of = table.number("of", low=0, open_ends=True)
    successes = table.number("successes", low=0, high=of if math.isfinite(of) else math.inf)
    at = table.table("at")
    degrees = {name: at.number(name, low=0, high=1) for name in at.names()}
    table.no_more()
    return Trials(at=degrees, successes=successes, of=of)


def _by_state(table: Table, states: Sequence[str]) -> Trials:
    counts, at = table.table("counts"), table.table("at")
    if "counts" not in table:
        allowed = f"how many cases were in each of {enumerated(list(states))}"
        table.mismatch("counts", value=None, allowed=allowed)
        for key in ("successes", "of"):  # for an event that happens or not
            table.value(key)
    numbers = {state: counts.number(state, low=0) for state in counts.data if state in states}
    counts.no_more()
    degrees = {name: at.number(name, low=0, high=1) for name in at.names()}
    table.no_more()
    return Trials(at=degrees, successes=0.0, of=math.fsum(numbers.values()), states=FrozenDict(numbers))


class _Column(Struct, frozen=True, kw_only=True):
    """A column, and the numbers that its entries stand for."""

    name: str
    values: Mapping[str, float]
    driver: str = ""
    """Empty for the outcome."""


def _counted(table: Table, folder: Folder, states: Sequence[str]) -> tuple[Trials, ...]:
    before = len(table.issues)
    name = table.text("file")
    where = _where(table.table("where"))
    outcome = _Column(name=table.text("outcome"), values=_outcomes(table.table("counts"), states))
    fixed, mapped = _at(table.table("at"))
    for key in ("where", "counts", "at"):
        table.value(key)
    if "counts" not in table:
        allowed = f"what each value of the outcome {'stands for' if states else 'counts for, between 0 and 1'}"
        table.mismatch("counts", value=None, allowed=allowed)
    if len(table.issues) > before:
        return ()
    try:
        text = folder.read(name)
    except InvalidInput as error:
        [issue] = error.issues
        message = issue.message if issue.code == "outside-folder" else f"{quote(name)}: {issue.message}"
        table.add(replace(issue, message=message, place=table.place("file"), value=quote(name)))
        return ()
    try:
        trials = _count(folder.path / name, text, where, outcome, fixed, mapped, states)
    except InvalidInput as error:
        table.issues.extend(error.issues)
        return ()
    if not trials:
        table.error("where", code="no-cases", message=f"no row of {quote(name)} passes", allowed="at least one case")
    return trials


def _where(table: Table) -> dict[str, tuple[str, ...]]:
    return {column: table.texts(column) for column in table.data}


def _values(table: Table) -> dict[str, float]:
    return {value: table.number(value, low=0, high=1) for value in table.data}


def _outcomes(table: Table, states: Sequence[str]) -> dict[str, float]:
    """What each value counts for; of an event with states, the position of the state that it stands for."""
    if not states:
        return _values(table)
    return {value: float(states.index(table.choice(value, states))) for value in table.data}


def _at(table: Table) -> tuple[dict[str, float], list[_Column]]:
    """Return the drivers with one fixed number, and those read from a column."""
    fixed: dict[str, float] = {}
    mapped: list[_Column] = []
    for driver in table.names():
        if isinstance(table.data[driver], dict):
            entry = table.table(driver)
            mapped.append(_Column(name=entry.text("column"), values=_values(entry.table("values")), driver=driver))
            entry.value("values")
            entry.no_more()
        elif number_within(table.data[driver], 0, 1):
            fixed[driver] = float(table.value(driver))
        else:
            allowed = "a number between 0 and 1, or a column with values"
            table.mismatch(driver, value=table.value(driver), allowed=allowed, code="out-of-range")
    return fixed, mapped


def _count(
    path: Path,
    text: str,
    where: Mapping[str, tuple[str, ...]],
    outcome: _Column,
    fixed: Mapping[str, float],
    mapped: list[_Column],
    states: Sequence[str],
) -> tuple[Trials, ...]:
    issues: list[Issue] = []
    outcomes: dict[tuple[float, ...], list[float]] = {}
    try:
        for line, row in _rows(path, text, [*where, outcome.name, *(column.name for column in mapped)]):
            if any(row[name] not in accepted for name, accepted in where.items()):
                continue
            numbers = [_number(path, line, row, column, issues) for column in (outcome, *mapped)]
            outcomes.setdefault(tuple(numbers[1:]), []).append(numbers[0])
    except InvalidInput as error:
        issues.extend(error.issues)
    if issues:
        raise InvalidInput(gathered(issues))
    # Sorted below, so that the digest of a scenario does not depend on the order of rows.
    drivers = [column.driver for column in mapped]
    return tuple(
        _counts({**fixed, **dict(zip(drivers, key, strict=True))}, outcomes[key], states) for key in sorted(outcomes)
    )


def _counts(at: Mapping[str, float], outcomes: Sequence[float], states: Sequence[str]) -> Trials:
    if not states:
        # One after the other, so that rounding is that of a sum in the order of the file.
        return Trials(at=at, successes=sum(outcomes, start=0.0), of=float(len(outcomes)))
    counts = Counter(states[int(outcome)] for outcome in outcomes)
    by_state = FrozenDict({state: float(counts[state]) for state in states if counts[state]})
    return Trials(at=at, successes=0.0, of=float(len(outcomes)), states=by_state)


def _rows(path: Path, text: str, needed: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows of a CSV file with the line on which each begins."""
    table = csv_table(text, file=str(path), row="case")
    places, issues = table.positions(needed)
    if issues:
        raise InvalidInput(issues)
    for line, cells in table.rows:
        if len(cells) != len(table.columns):
            raise InvalidInput([table.uneven(line, cells)])
        yield line, {name: cells[at] for name, at in places.items()}


def _number(path: Path, line: int, row: Mapping[str, str], column: _Column, issues: list[Issue]) -> float:
    """Return the number that a cell stands for; 0, and an error added, where the map does not know it."""
    if (value := row[column.name]) not in column.values:
        place = Place(file=str(path), line=line, key=ascii_safe(column.name))
        issues.append(unknown_name(place, value, column.values, "a value of this column that the map knows"))
    return column.values.get(value, 0.0)
