"""Read a scenario from its TOML file and the CSV files that it names, or raise all errors at once."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Literal

from msgspec import Struct

from estimative.model.spec.as_of import as_of as as_of_day
from estimative.model.spec.case_file import Folder
from estimative.model.spec.dates import late_entries
from estimative.model.spec.events import PARTS, Driver, Event, Factor, Outcome, Source, event_of
from estimative.model.spec.evidence import Evidence
from estimative.model.spec.evidence_file import read_evidence, read_indicator
from estimative.model.spec.range_names import range_names
from estimative.model.spec.scenario import Scenario
from estimative.model.spec.suggestions import suggestion_errors
from estimative.priors.errors import InvalidInput, Issue, Place, quote, unknown_name
from estimative.priors.frozen import FrozenDict
from estimative.priors.toml_document import TomlFile
from estimative.priors.toml_table import LITERAL, Table

SHIPPED = Path(__file__).parents[1] / "scenarios"
SCENARIO = "scenario.toml"
"""The name of a scenario's file among the texts that it was read from."""
NO_DATE = datetime.date(1, 1, 1)
SIGNS: Mapping[str, Literal[1, -1]] = {"raises": 1, "lowers": -1}


def shipped_scenarios() -> Mapping[str, Path]:
    """Return the shipped scenarios by id."""
    return {path.stem.replace("_", "-"): path for path in sorted(SHIPPED.glob("*.toml"))}


def find_scenario(name: str) -> Path:
    """Return the file of a shipped scenario, or the given path.

    Raises
    ------
    InvalidInput
        If the name is neither, with the nearest shipped name.
    """
    shipped = shipped_scenarios()
    if name.replace("_", "-") in shipped:
        return shipped[name.replace("_", "-")]
    if (path := Path(name)).exists() or path.suffix == ".toml" or len(path.parts) > 1:
        return path
    raise InvalidInput([unknown_name(Place(), name, shipped, "a path, nor the name of a shipped scenario")])


class Reading(Struct, frozen=True, kw_only=True):
    """A scenario with the texts of the files that it was read from."""

    scenario: Scenario
    texts: Mapping[str, str]
    """By file name; data files under the name by which the scenario refers to them."""


def read_scenario(path: Path, day: datetime.date | None = None) -> Scenario:
    """Read a scenario and the data files that it names.

    Parameters
    ----------
    day
        The day of the assessment, in place of the file's `as_of`: see `as_of`.

    Raises
    ------
    InvalidInput
        With every error in the files; or if the day is not before the horizon.
    """
    return reading_of(path, day).scenario


def reading_of(path: Path, day: datetime.date | None = None) -> Reading:
    """Read a scenario as `read_scenario` does, and return the texts as well."""
    file, folder = TomlFile.read(path), Folder(path.parent)
    scenario = _scenario(Table.of(file), folder, day)
    return Reading(scenario=scenario, texts={SCENARIO: file.text, **folder.texts})


def _scenario(table: Table, folder: Folder, day: datetime.date | None) -> Scenario:
    frame = table.table("scenario")
    if "scenario" not in table:
        message = "this is a prior set, not a scenario" if "prior_set" in table else "the table [scenario] is missing"
        allowed = "a table [scenario] with id, title, question, as_of, until, headline"
        table.error(code="missing-table", message=message, allowed=allowed)
        table.raise_issues()
    fields = {key: frame.text(key) for key in ("id", "title", "question", "headline")}
    as_of, until = frame.date("as_of"), frame.date("until")
    checkpoints = frame.dates("checkpoints")
    sources = [_source(entry) for entry in frame.tables("sources")]
    frame.no_more()
    _check_ids(frame, [source.id for source in sources])
    # Events before factors, because errors of one line come in the order of reading.
    events, factors = _entries(table, "events", _event), _entries(table, "factors", _factor)
    outcomes = _entries(table, "outcomes", _outcome)
    states = {name: event for event in events.values() for name in event.literals}
    subjects: dict[str, Factor | Event] = {**factors, **states, **events}
    evidence: dict[str, Evidence] = _entries(
        table, "evidence", partial(read_evidence, folder=folder, subjects=subjects)
    )
    indicators = _entries(table, "indicators", partial(read_indicator, subjects=subjects))
    table.no_more()
    places = [
        *(frame.place(key) for key in ("as_of", "until", "checkpoints")),
        *(frame.place("sources", position) for position in range(len(sources))),
        *(table.place("outcomes", name) for name in outcomes),
        *(table.place("evidence", name) for name in evidence),
        *(table.place("indicators", name) for name in indicators),
    ]
    try:
        scenario = Scenario(
            **fields,
            as_of=as_of or NO_DATE,
            until=until or datetime.date.max,
            checkpoints=checkpoints,
            sources={source.id: source for source in sources},
            factors=factors,
            events=events,
            outcomes=outcomes,
            evidence=evidence,
            indicators=indicators,
            later={},
            places={place.key: place for place in places},
        )
        if as_of:
            _add_errors(table, late_entries(scenario, max(as_of, day or as_of)))
        table.issues.extend(suggestion_errors(scenario))
    except InvalidInput as error:
        _add_errors(table, (i for i in error.issues if until is not None or i.place.key != "scenario.until"))
    table.raise_issues()
    return scenario if day is None or day == scenario.as_of else as_of_day(scenario, day)


def _entries[Entry](table: Table, section: str, read: Callable[[str, Table], Entry | None]) -> dict[str, Entry]:
    """Read the entries of a section by name, without those that could not be read."""
    entries = {name: read(name, below) for name, below in table.table(section).named_tables()}
    return {name: entry for name, entry in entries.items() if entry is not None}


def _add_errors(table: Table, issues: Iterable[Issue]) -> None:
    """Add the errors of a scenario as a whole, but for those that follow from an error that is already there."""
    before, added = [issue.place.key for issue in table.issues], list[str]()
    meant = [issue.meant for issue in table.issues if issue.meant]
    for issue in issues:
        key = _key_in_file(issue, table)
        name = event_of(issue.value.strip('"')) if issue.code in ("unknown-name", "missing-state") else ""
        named = [f"{section}.{name}" for section in ("factors", "events", "outcomes")] if name else []
        follows = any(_within(earlier, key) for earlier in before)
        follows = follows or any(_within(earlier, entry) for earlier in (*before, *added) for entry in named)
        follows = follows or any(_within(entry, section) for section in meant for entry in (key, *named))
        stand_in = issue.value in ('""', str(NO_DATE))  # the value of an entry that could not be read
        if not (follows or stand_in):
            table.add_at(issue.moved(Place(key=key)))
            added.append(key)


def _key_in_file(issue: Issue, table: Table) -> str:
    """Return the key of an issue in the file; of a driver of cases that are listed there, in the first such case."""
    match issue.place.key.split("."):
        case ["evidence", item, "at", driver]:
            trials = table.data["evidence"][item].get("trials", [])
            at = [index for index, entry in enumerate(trials) if driver in entry.get("at", {})]
            return f"evidence.{item}.trials.{at[0]}.at.{driver}" if at else issue.place.key
        case _:
            return issue.place.key


def _within(key: str, entry: str) -> bool:
    return key == entry or key.startswith(f"{entry}.")


def _check_ids(frame: Table, ids: list[str]) -> None:
    for index, name in enumerate(ids):
        if name and name in ids[:index]:
            message = f"another source has the id {quote(name)}"
            frame.error("sources", index, "id", code="duplicate-name", message=message, value=name)


def _source(table: Table) -> Source:
    source = Source(
        id=table.text("id"),
        title=table.text("title"),
        publisher=table.text("publisher", default=""),
        date=table.date("date", required=False),
        url=table.text("url", default=""),
    )
    table.no_more()
    return source


def _factor(name: str, table: Table) -> Factor:
    factor = Factor(id=name, title=table.text("title"), low=table.text("low"), high=table.text("high"))
    table.no_more()
    return factor


def _event(name: str, table: Table) -> Event:
    # A stand-in for edges that could not be read: what depends on them is still checked.
    edges = table.numbers("edges") or ((0.0, 1.0) if "edges" in table else ())
    states = table.texts("states")
    titles = table.table("titles")
    if edges and states:
        message = "a number in ranges has its ranges as states"
        table.error("states", code="contradiction", message=message, suggestion="Leave states out, or edges.")
        states = ()
    event = Event(
        id=name,
        title=table.text("title"),
        form=table.choice("form", ("odds", "rate", "table"), default="odds"),  # type: ignore[arg-type]
        when=table.choice("when", ("horizon", "now"), default="horizon"),  # type: ignore[arg-type]
        given=table.texts("given"),
        unless=table.texts("unless"),
        drivers=tuple(_drivers(table.table("drivers"))),
        table_parents=table.texts("parents"),
        clock=table.choice("clock", ("condition", "start")) if "clock" in table else None,  # type: ignore[arg-type]
        timing=table.choice("timing", ("anytime", "deadline")) if "timing" in table else None,  # type: ignore[arg-type]
        repeats=table.flag("repeats") if "repeats" in table else None,
        states=states or range_names(edges),
        edges=edges,
        unit=table.text("unit", default=""),
        state_titles=FrozenDict({state: titles.text(state) for state in titles.data if state in states}),
        ordered=table.flag("ordered") if "ordered" in table else bool(edges),
    )
    titles.no_more()
    table.no_more()
    return event


def _drivers(table: Table) -> Iterator[Driver]:
    """Read `name = "raises"`, and of an event with states `name = { raises = [...], lowers = [...] }`."""
    for name in table.names(LITERAL):
        if isinstance(table.data[name], dict):
            below = table.table(name)
            if not any(below.data.get(verb) for verb in SIGNS):
                below.error(
                    code="missing-state", message="the driver names no state", allowed="raises or lowers, with states"
                )
            for verb in SIGNS:
                yield from (Driver(name=name, sign=SIGNS[verb], state=state) for state in below.texts(verb))
            below.no_more()
        else:
            yield Driver(name=name, sign=SIGNS.get(table.choice(name, SIGNS), 1))


def _outcome(name: str, table: Table) -> Outcome:
    title = table.text("title")
    outcome = Outcome(id=name, title=title, **{key: table.texts(key) for key in PARTS})
    table.no_more()
    return outcome
