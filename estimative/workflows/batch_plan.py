"""The plan of a batch: which scenario is fitted with which prior set, as of which day, in which variant."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import get_args

from msgspec import Struct, field
from msgspec.structs import replace

from estimative.model.spec.scenario_file import shipped_scenarios
from estimative.priors.csv_reader import CsvTable, csv_table
from estimative.priors.errors import InvalidInput, Issue, Place, ascii_safe, invalid, nearest, quote, unknown_name
from estimative.priors.prior_set_file import read_prior_set
from estimative.priors.toml_document import read_text
from estimative.workflows.fit import FitMethod
from estimative.workflows.project import PROJECT_FILE, is_scenario, prior_set_files, stated_text

LARGEST = 10 << 20
"""Bytes of a table: some 100,000 rows."""
COLUMNS = ("scenario", "priors", "as_of", "outcome", "variant", "edits", "method", "seed", "draws")
NEEDED = ("scenario", "priors")
NAME = re.compile(r"[\w.-]{1,40}")
"""Of a variant: it becomes part of the name of a file."""
EDITED = "edited"
"""The name of edits in a table that have none."""


class Variant(Struct, frozen=True, kw_only=True):
    """Other statements for some inputs of a prior set."""

    name: str = ""
    """Empty for the prior set as it is stated."""
    edits: tuple[tuple[str, str], ...] = ()
    """Inputs with statements, as in a prior set file."""


AS_STATED = Variant()


class Combination(Struct, frozen=True, kw_only=True):
    """What one fit of a batch is about."""

    scenario: str
    priors: str
    as_of: datetime.date | None = None
    """In place of the scenario's own; None for that."""
    outcome: str = ""
    """Whose probability the index shows; empty for the headline."""
    variant: Variant = AS_STATED
    method: FitMethod = "importance"
    seed: int = 1
    draws: int | None = None
    where_possible: bool = False
    """Whether it is left out where the scenario does not have the inputs of the variant."""
    place: Place = field(default_factory=Place)
    """The row of the table; empty for a folder."""
    errors: tuple[Issue, ...] = ()
    """Why it cannot be fitted, as far as that is known before its files are read."""


class Plan(Struct, frozen=True, kw_only=True):
    """All fits of a batch."""

    source: str
    combinations: tuple[Combination, ...]

    def __repr__(self) -> str:
        return f"Plan({self.source}: {len(self.combinations)} combinations)"


def plan(
    source: Path, *, like: Combination, days: Sequence[datetime.date] = (), variants: Sequence[Variant] = ()
) -> Plan:
    """Plan a batch from a folder of scenarios and prior sets, or from a table of combinations.

    Parameters
    ----------
    like
        Gives method, seed, draws and outcome where a table does not.
    days
        Each combination is fitted as of each of these days; without any, as of the scenario's own. A day in a table
        comes first.
    variants
        Each combination is also fitted in each of these variants, where its scenario has their inputs; not those of a
        table that have edits of their own.

    Raises
    ------
    InvalidInput
        If there is no such folder or table, nothing is in it, or its columns cannot be used.
    """
    if source.is_dir():
        entries = list(_in_folder(source, like))
    elif source.suffix.lower() == ".toml":
        allowed = "a folder, or a table of combinations (CSV)"
        raise invalid("this is one scenario or prior set", code="misuse", file=str(source), allowed=allowed)
    else:
        entries = list(_in_table(source, like))
    combinations = tuple(each for combination in entries for each in _varied(combination, days, variants))
    return Plan(source=str(source), combinations=combinations)


def _varied(
    combination: Combination, days: Sequence[datetime.date], variants: Sequence[Variant]
) -> Iterator[Combination]:
    if combination.errors:
        yield combination
        return
    for day in [combination.as_of] if combination.as_of or not days else days:
        for variant in [combination.variant] if combination.variant.edits else [AS_STATED, *variants]:
            yield replace(combination, as_of=day, variant=variant, where_possible=variant in variants)


def read_variant(text: str, key: str) -> Variant:
    """Read "optimistic: events.stop=unlikely; factors.strain=0.3".

    Raises
    ------
    InvalidInput
        If it has no name, or a part of it is no input with a statement.
    """
    name, colon, rest = text.partition(":")
    name, edits = name.strip(), rest.strip()
    if not (colon and edits and NAME.fullmatch(name)):
        allowed = "a name of letters, digits and -, then inputs with statements, such as low: events.stop=unlikely"
        raise invalid(f"{quote(text)} is no variant", code="invalid-value", key=key, allowed=allowed)
    return Variant(name=name, edits=read_edits(edits, Place(key=key)))


def read_edits(text: str, place: Place) -> tuple[tuple[str, str], ...]:
    """Read "events.stop=unlikely; factors.strain=0.3".

    Raises
    ------
    InvalidInput
        If a part of it is no input with a statement, or names an input again.
    """
    edits: dict[str, str] = {}
    for part in filter(None, map(str.strip, text.split(";"))):
        start, brace, rest = part.partition("{")
        # A name may have the sign in it, "tables.x.actor=state", and so may a statement in braces.
        name, sign, value = (piece.strip() for piece in start.rpartition("="))
        if not (sign and "." in name and (value or brace)) or name in edits:
            message = f"{quote(name)} is there twice" if name in edits else f"{quote(part)} states no input"
            allowed = "an input of a prior set with a statement, such as events.stop=unlikely"
            raise InvalidInput([Issue(code="invalid-value", message=message, place=place, allowed=allowed)])
        edits[name] = f"{value}{brace}{rest}"
    return tuple(edits.items())


def _in_folder(folder: Path, like: Combination) -> Iterator[Combination]:
    """Every scenario with every prior set that is for it; a shipped scenario where none in the folder has its id."""
    files = [path for path in sorted(folder.glob("*.toml")) if path.name != PROJECT_FILE]
    if not files:
        allowed = "scenarios and prior sets, *.toml"
        raise invalid("nothing in this folder can be fitted", code="empty-folder", file=str(folder), allowed=allowed)
    scenarios = {path: next(stated_text(path, "scenario", "id"), "") for path in files if is_scenario(path)}
    prior_sets = {path: next(stated_text(path, "prior_set", "scenario"), "") for path in files if path not in scenarios}
    for path, identity in scenarios.items():
        own = [str(other) for other, wanted in prior_sets.items() if wanted == identity]
        for priors in own or [""]:
            errors = () if own else (_without_priors(path),)
            yield replace(like, scenario=str(path), priors=priors, errors=errors)
    known = [*scenarios.values(), *shipped_scenarios()]
    for path, wanted in prior_sets.items():
        if wanted not in scenarios.values():
            yield replace(like, scenario=wanted, priors=str(path), errors=_misplaced(path, wanted, known))


def _misplaced(path: Path, wanted: str, known: Sequence[str]) -> tuple[Issue, ...]:
    """The errors of a file that is for no scenario here: for an unknown one, or it names none."""
    if wanted in known:
        return ()
    if wanted:
        place = Place(file=str(path), key="prior_set.scenario")
        what = "the id of a scenario in this folder, or of a shipped one"
        return (unknown_name(place, wanted, known, what),)
    try:
        read_prior_set(path)
    except InvalidInput as error:
        return error.issues
    return ()


def _without_priors(path: Path) -> Issue:
    message, fix = "no prior set in this folder is for this scenario", "Write one: estimative new priors."
    return Issue(code="no-prior-set", message=message, place=Place(file=str(path)), suggestion=fix)


def _in_table(path: Path, like: Combination) -> Iterator[Combination]:
    """Every row; a row with errors is none that can be fitted."""
    table = csv_table(read_text(path, largest=LARGEST), file=str(path), row="combination")
    columns = _columns(table)
    empty = True
    for line, cells in table.rows:
        empty = False
        if len(cells) != len(table.columns):
            place, errors = Place(file=table.file, line=line), (table.uneven(line, cells),)
            yield replace(like, scenario="", priors="", place=place, errors=errors)
        else:
            row = _Row(file=table.file, line=line, cells={name: cells[at] for name, at in columns.items()})
            yield from row.combinations(like)
    if empty:
        raise invalid("the table has no row", code="empty-file", file=table.file, allowed="one row per combination")


def _columns(table: CsvTable) -> Mapping[str, int]:
    """Where each column is that is read; one that resembles such a column is taken for a mistake."""
    entries = {name: table.find(name) for name in COLUMNS}
    issues = [table.missing(name) for name in NEEDED if not entries[name]]
    issues += [table.ambiguous(name, places) for name, places in entries.items() if len(places) > 1]
    known = {at for places in entries.values() for at in places}
    for at, column in enumerate(table.columns):
        if at not in known and (near := nearest(column.lower(), COLUMNS)) and not entries[near]:
            place = Place(file=table.file, line=table.line, key=ascii_safe(column))
            message = f"{quote(column)} is no column of a batch"
            issues.append(Issue(code="unknown-column", message=message, place=place, allowed=COLUMNS, suggestion=near))
    if issues:
        raise InvalidInput(issues)
    return {name: places[0] for name, places in entries.items() if places}


class _Row(Struct, frozen=True, kw_only=True):
    """The cells of one row by column."""

    file: str
    line: int
    cells: Mapping[str, str]

    def place(self, key: str = "") -> Place:
        return Place(file=self.file, line=self.line, key=key)

    def combinations(self, like: Combination) -> Iterator[Combination]:
        """What the row asks for: one fit, or one for each prior set of a folder."""
        issues: list[Issue] = []
        combination = replace(
            like,
            scenario=self.located("scenario", issues),
            priors=self.located("priors", issues),
            as_of=self.day(issues) or like.as_of,
            outcome=self.cells.get("outcome") or like.outcome,
            variant=self.variant(issues),
            method=self.choice(issues) or like.method,
            seed=self.integer("seed", 0, 2**32 - 1, issues, like.seed) or 0,
            draws=self.integer("draws", 100, 200_000, issues, like.draws),
            place=self.place(),
        )
        named = prior_set_files(combination.priors) if combination.priors else ()
        for priors in named or (combination.priors,):
            yield replace(combination, priors=priors, errors=tuple(issues))

    def located(self, key: str, issues: list[Issue]) -> str:
        """A path from the folder of the table if there is one, else the name as it is."""
        name = self.cells[key]
        if not name:
            allowed = "a name of a shipped one, or a path from the folder of the table"
            issues.append(self.issue(key, "missing-value", f"the {key} is missing", allowed))
            return ""
        beside = Path(self.file).parent / name
        return str(beside) if beside.exists() else name

    def day(self, issues: list[Issue]) -> datetime.date | None:
        text = self.cells.get("as_of", "")
        try:
            return datetime.date.fromisoformat(text) if text else None
        except ValueError:
            message = f"{quote(text)} is not a date"
            issues.append(self.issue("as_of", "not-a-date", message, "a date such as 2026-12-31"))
            return None

    def variant(self, issues: list[Issue]) -> Variant:
        name, edits = self.cells.get("variant", ""), self.cells.get("edits", "")
        if name and not NAME.fullmatch(name):
            message = f"{quote(name)} is no name of a variant"
            issues.append(self.issue("variant", "invalid-value", message, "letters, digits, - and ., up to 40"))
        elif name and not edits:
            message = "the variant has no edits"
            issues.append(self.issue("edits", "missing-value", message, "such as events.stop=unlikely"))
        if not edits:
            return AS_STATED
        try:
            return Variant(name=name or EDITED, edits=read_edits(edits, self.place("edits")))
        except InvalidInput as error:
            issues.extend(error.issues)
            return AS_STATED

    def choice(self, issues: list[Issue]) -> FitMethod | None:
        text, methods = self.cells.get("method", ""), get_args(FitMethod.__value__)
        if text and text not in methods:
            issues.append(unknown_name(self.place("method"), text, methods, "a method"))
        return text if text in methods else None  # type: ignore[return-value]

    def integer(self, key: str, low: int, high: int, issues: list[Issue], default: int | None) -> int | None:
        text = self.cells.get(key, "")
        if not text:
            return default
        number = int(text) if text.isascii() and text.isdigit() else None
        if number is None or not low <= number <= high:
            message, allowed = f"{quote(text)} is not possible", f"a whole number from {low} to {high}"
            issues.append(self.issue(key, "out-of-range", message, allowed))
        return number

    def issue(self, key: str, code: str, message: str, allowed: str) -> Issue:
        return Issue(code=code, message=message, place=self.place(key), allowed=allowed)
