"""Cases of a reference class: from a CSV file, or listed in the scenario itself, to counts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from estimative.model.spec.evidence import Cases, Trials
from estimative.priors.csv_reader import csv_rows, first_row, lacking, uneven
from estimative.priors.errors import InvalidInput, Issue, listed, nearest
from estimative.priors.toml_document import read_text
from estimative.priors.toml_table import Table, number_within, shown


@dataclass(frozen=True)
class Folder:
    """A scenario's folder, which remembers every text that was read from it."""

    path: Path
    texts: dict[str, str] = field(default_factory=dict)
    """By the name under which the scenario file refers to it."""

    def read(self, name: str) -> str:
        """The text of a data file in this folder; raises Faulty as `read_text` does."""
        self.texts[name] = read_text(self.path / name, largest=LARGEST_CSV)
        return self.texts[name]


LARGEST_CSV = 10 << 20
MOST_FAULTS = 20
"""Of one data file: a wrong map would otherwise repeat one mistake for every row."""


def read_cases(table: Table, common: dict[str, object], folder: Folder, named: object) -> Cases:
    """The evidence of kind `cases`: rows alike in all mapped drivers are counted together."""
    if "trials" in table:
        trials = tuple(_trials(entry) for entry in table.tables("trials"))
        if table.data["trials"] == []:
            table.fault("trials", found="no case", expected="at least one")
        table.value("trials")
    else:
        trials = _counted(table, folder)
    return Cases(**common, trials=trials)  # type: ignore[arg-type]


def _trials(table: Table) -> Trials:
    """One entry of `trials = [{ successes = 2.5, of = 4, at = { plan = 1 } }]`."""
    of = table.number("of", low=0, open_ends=True)
    successes = table.number("successes", low=0, high=of if math.isfinite(of) else math.inf)
    at = table.table("at")
    degrees = {name: at.number(name, low=0, high=1) for name in at.names()}
    table.no_more()
    return Trials(at=degrees, successes=successes, of=of)


@dataclass(frozen=True, kw_only=True)
class _Column:
    """A column whose entries stand for numbers."""

    name: str
    values: Mapping[str, float]
    driver: str = ""
    """Empty for the outcome."""


def _counted(table: Table, folder: Folder) -> tuple[Trials, ...]:
    before = len(table.issues)
    name = table.text("file")
    where = _where(table.table("where"))
    outcome = _Column(name=table.text("outcome"), values=_values(table.table("counts")))
    fixed, mapped = _at(table.table("at"))
    for key in ("where", "counts", "at"):
        table.value(key)
    if "counts" not in table:
        table.fault("counts", found="nothing", expected="what each value of the outcome counts for, between 0 and 1")
    if len(table.issues) > before:
        return ()
    if Path(name).is_absolute() or ".." in Path(name).parts:
        table.fault("file", found=repr(name), expected="a file in the scenario's own folder or below")
        return ()
    try:
        text = folder.read(name)
    except InvalidInput as error:
        table.fault("file", found=f"{shown(name)}: {error.issues[0].found}", expected=error.issues[0].expected)
        return ()
    try:
        trials = _count(folder.path / name, text, where, outcome, fixed, mapped)
    except InvalidInput as error:
        table.issues.extend(error.issues)
        return ()
    if not trials:
        table.fault("where", found=f"no row of {shown(name)} that passes", expected="at least one case")
    return trials


def _where(table: Table) -> dict[str, tuple[str, ...]]:
    return {column: table.texts(column) for column in table.data}


def _values(table: Table) -> dict[str, float]:
    return {value: table.number(value, low=0, high=1) for value in table.data}


def _at(table: Table) -> tuple[dict[str, float], list[_Column]]:
    """The drivers held at a number, and those read from a column."""
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
            table.fault(
                driver, found=shown(table.value(driver)), expected="a number between 0 and 1, or a column with values"
            )
    return fixed, mapped


def _count(
    path: Path,
    text: str,
    where: Mapping[str, tuple[str, ...]],
    outcome: _Column,
    fixed: Mapping[str, float],
    mapped: list[_Column],
) -> tuple[Trials, ...]:
    issues: list[Issue] = []
    totals: dict[tuple[float, ...], tuple[float, float]] = {}
    try:
        for line, row in _rows(path, text, [*where, outcome.name, *(column.name for column in mapped)]):
            if any(row[name] not in accepted for name, accepted in where.items()):
                continue
            numbers = [_number(path, line, row, column, issues) for column in (outcome, *mapped)]
            successes, of = totals.get(key := tuple(numbers[1:]), (0.0, 0.0))
            totals[key] = (successes + numbers[0], of + 1)
    except InvalidInput as error:
        issues.extend(error.issues)
    if issues:
        raise InvalidInput(_cut(issues, path))
    drivers = [column.driver for column in mapped]
    return tuple(
        Trials(at={**fixed, **dict(zip(drivers, key, strict=True))}, successes=totals[key][0], of=totals[key][1])
        for key in sorted(totals)
    )


def _rows(path: Path, text: str, needed: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV file with the line on which each begins."""
    file = str(path)
    rows = csv_rows(text, file=file)
    line, columns = first_row(rows, file=file, then="case")
    if issues := lacking(columns, needed, file=file, line=line):
        raise InvalidInput(issues)
    for line, cells in rows:
        if len(cells) != len(columns):
            raise InvalidInput([uneven(columns, file=file, line=line)])
        yield line, dict(zip(columns, cells, strict=True))


def _number(path: Path, line: int, row: Mapping[str, str], column: _Column, issues: list[Issue]) -> float:
    """What a cell stands for; a fault noted, and 0, where the map does not know it."""
    value, known = row[column.name], list(column.values)
    if value not in column.values:
        near = nearest(value, known)
        issues.append(
            Issue(file=str(path), line=line, key=column.name, found=shown(value), expected=listed(known), nearest=near)
        )
    return column.values.get(value, 0.0)


def _cut(issues: list[Issue], path: Path) -> list[Issue]:
    if len(issues) <= MOST_FAULTS:
        return issues
    told = {fault.line for fault in issues[:MOST_FAULTS]}
    rows = len({fault.line for fault in issues} - told)
    return [
        *issues[:MOST_FAULTS],
        Issue(file=str(path), found=f"{rows} more rows like these", expected="rows that the maps know"),
    ]
