"""Read a scenario from its TOML file and the CSV files that it names, or raise all errors at once."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from estimative.model.spec.case_file import Folder, read_cases
from estimative.model.spec.events import Driver, Event, Factor, Outcome, Source
from estimative.model.spec.evidence import (
    Cases,
    Evidence,
    Exposure,
    Forecast,
    Indicator,
    Measurement,
    Observation,
    Testimony,
)
from estimative.model.spec.scenario import Scenario
from estimative.priors.errors import InvalidInput, Issue, Place, quote, unknown_name
from estimative.priors.toml_document import TomlFile
from estimative.priors.toml_table import Table

SHIPPED = Path(__file__).parents[1] / "scenarios"
SCENARIO = "scenario.toml"
"""The name of a scenario's file among the texts that it was read from."""
GRADE = re.compile(r"[A-F][1-6]")
STANDINGS = ("checked", "part-checked", "press", "computed", "unchecked")
NO_DATE = datetime.date(1, 1, 1)


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


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A scenario with the texts of the files that it was read from."""

    scenario: Scenario
    texts: Mapping[str, str]
    """By file name; data files under the name by which the scenario refers to them."""


def read_scenario(path: Path) -> Scenario:
    """Read a scenario and the data files that it names.

    Raises
    ------
    InvalidInput
        With every error in the files.
    """
    return reading_of(path).scenario


def reading_of(path: Path) -> Reading:
    """Read a scenario as `read_scenario` does, and return the texts as well."""
    file, folder = TomlFile.read(path), Folder(path.parent)
    scenario = _scenario(Table.of(file), folder)
    return Reading(scenario=scenario, texts={SCENARIO: file.text, **folder.texts})


def _scenario(table: Table, folder: Folder) -> Scenario:
    frame = table.table("scenario")
    if "scenario" not in table:
        message = "this is a prior set, not a scenario" if "prior_set" in table else "the table [scenario] is missing"
        allowed = "a table [scenario] with id, title, question, as_of, until, headline"
        table.error(code="missing-table", message=message, allowed=allowed)
        table.raise_issues()
    fields = {key: frame.text(key) for key in ("id", "title", "question", "headline")}
    as_of, until = frame.date("as_of"), frame.date("until")
    sources = [_source(entry) for entry in frame.tables("sources")]
    frame.no_more()
    _once_each(frame, [source.id for source in sources])
    events = {name: _event(name, entry) for name, entry in table.table("events").named_tables()}
    factors = {name: _factor(name, entry) for name, entry in table.table("factors").named_tables()}
    outcomes = {name: _outcome(name, entry) for name, entry in table.table("outcomes").named_tables()}
    evidence = {
        name: item
        for name, entry in table.table("evidence").named_tables()
        if (item := _item(name, entry, folder, {**factors, **events})) is not None
    }
    indicators = {
        name: indicator
        for name, entry in table.table("indicators").named_tables()
        if (indicator := _future_indicator(name, entry, {**factors, **events})) is not None
    }
    places = [
        *(frame.place("sources", position) for position in range(len(sources))),
        *(table.place("evidence", name) for name in evidence),
        *(table.place("indicators", name) for name in indicators),
    ]
    for section in ("factors", "events", "outcomes", "evidence", "indicators"):
        table.value(section)
    table.no_more()
    try:
        scenario = Scenario(
            **fields,
            as_of=as_of or NO_DATE,
            until=until or datetime.date.max,
            sources={source.id: source for source in sources},
            factors=factors,
            events=events,
            outcomes=outcomes,
            evidence=evidence,
            indicators=indicators,
            places={place.key: place for place in places},
        )
    except InvalidInput as error:
        _add_errors(table, (i for i in error.issues if until is not None or i.place.key != "scenario.until"))
    table.raise_issues()
    return scenario


def _add_errors(table: Table, issues: Iterable[Issue]) -> None:
    """Add the errors of a scenario as a whole, but for those that follow from an error that is already there."""
    before = [issue.place.key for issue in table.issues]
    for issue in issues:
        key = _key_in_file(issue, table)
        name = issue.value.strip('"') if issue.code == "unknown-name" else ""
        named = [f"{section}.{name}" for section in ("factors", "events", "outcomes")] if name else []
        follows = any(_within(earlier, entry) for earlier in before for entry in (key, *named))
        stand_in = issue.value in ('""', str(NO_DATE))  # the value of an entry that could not be read
        if not (follows or stand_in):
            table.add_at(issue.moved(Place(key=key)))


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


def _once_each(frame: Table, ids: list[str]) -> None:
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
    drivers = table.table("drivers")
    event = Event(
        id=name,
        title=table.text("title"),
        form=table.choice("form", ("odds", "rate", "table"), default="odds"),  # type: ignore[arg-type]
        when=table.choice("when", ("horizon", "now"), default="horizon"),  # type: ignore[arg-type]
        given=table.texts("given"),
        unless=table.texts("unless"),
        drivers=tuple(
            Driver(name=driver, sign=1 if drivers.choice(driver, ("raises", "lowers")) == "raises" else -1)
            for driver in drivers.names()
        ),
        table_parents=table.texts("parents"),
    )
    table.no_more()
    return event


def _outcome(name: str, table: Table) -> Outcome:
    title = table.text("title")
    outcome = Outcome(id=name, title=title, **{key: table.texts(key) for key in ("all", "any", "none", "given")})
    table.no_more()
    return outcome


def _item(name: str, table: Table, folder: Folder, named: Mapping[str, Factor | Event]) -> Evidence | None:
    kind = table.choice("kind", tuple(KINDS))
    common = {**_common(name, table), "source": table.text("source")}
    if table.value("kind") != kind:
        return None
    item = KINDS[kind](table, common, folder, named)
    table.no_more()
    return item


def _common(name: str, table: Table) -> dict[str, object]:
    """Return the fields that every kind of evidence has, except the source."""
    return {
        "id": name,
        "about": table.text("about"),
        "title": table.text("title"),
        "locator": table.text("locator", default=""),
        "date": table.date("date", required=False),
        "origin": table.text("origin", default=""),
        "grade": _grade(table),
        "standing": table.choice("standing", STANDINGS, default=""),
    }


def _future_indicator(name: str, table: Table, named: Mapping[str, Factor | Event]) -> Indicator | None:
    """Read something to look for; it need not have a source."""
    table.choice("kind", ("indicator",), default="indicator")
    if table.value("kind") not in (None, "indicator"):
        return None
    if "seen" in table:
        message, value = 'an indicator has no key "seen"', table.value("seen")
        suggestion = "Write what has been seen, or looked for in vain, under [evidence]."
        table.error("seen", code="unknown-key", message=message, value=value, suggestion=suggestion)
    common = {**_common(name, table), "source": table.text("source", default="")}
    indicator = Indicator(**common, supports=_supports(table, common, named))  # type: ignore[arg-type]
    table.no_more()
    return indicator


def _grade(table: Table) -> str:
    grade = table.text("grade", default="")
    if grade and not GRADE.fullmatch(grade):
        allowed = "an Admiralty code such as B2: A to F, then 1 to 6"
        table.mismatch("grade", value=grade, allowed=allowed, code="not-a-choice")
    return grade


type _Reader = Callable[[Table, dict[str, object], Folder, Mapping[str, Factor | Event]], Evidence]


def _indicator(
    table: Table, common: dict[str, object], folder: Folder, named: Mapping[str, Factor | Event]
) -> Evidence:
    return Indicator(**common, supports=_supports(table, common, named))  # type: ignore[arg-type]


def _supports(table: Table, common: Mapping[str, object], named: Mapping[str, Factor | Event]) -> bool:
    match named.get(str(common["about"])):
        case Factor():
            return table.choice("supports", ("high", "low")) == "high"
        case Event():
            return table.choice("supports", ("yes", "no")) == "yes"
        case None:
            return table.choice("supports", ("high", "low", "yes", "no")) in ("high", "yes")


def _measurement(table: Table, common: dict[str, object], folder: Folder, named: object) -> Evidence:
    numbers = {key: table.number(key) for key in ("value", "at_low", "at_high")}
    return Measurement(**common, **numbers, unit=table.text("unit"))  # type: ignore[arg-type]


def _testimony(table: Table, common: dict[str, object], folder: Folder, named: object) -> Evidence:
    claims = table.choice("claims", ("yes", "no")) == "yes"
    return Testimony(**common, claims=claims, motive=table.text("motive", default="") or None)  # type: ignore[arg-type]


def _forecast(table: Table, common: dict[str, object], folder: Folder, named: object) -> Evidence:
    probability = table.number("probability", low=0, high=1, open_ends=True)
    return Forecast(**common, probability=probability, until=table.date("until", required=False))  # type: ignore[arg-type]


def _exposure(table: Table, common: dict[str, object], folder: Folder, named: object) -> Evidence:
    return Exposure(**common, count=table.integer("count"), years=table.number("years", low=0, open_ends=True))  # type: ignore[arg-type]


def _observation(table: Table, common: dict[str, object], folder: Folder, named: object) -> Evidence:
    return Observation(**common, happened=table.flag("happened"))  # type: ignore[arg-type]


KINDS: Mapping[str, _Reader] = {
    Indicator.kind: _indicator,
    Measurement.kind: _measurement,
    Testimony.kind: _testimony,
    Forecast.kind: _forecast,
    Exposure.kind: _exposure,
    Cases.kind: read_cases,
    Observation.kind: _observation,
}
