"""From a scenario's TOML file (and the CSV files beside it) to a Scenario, or to all of its faults at once."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
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
from estimative.model.spec.validation import Defect, Defective
from estimative.priors.errors import InvalidInput, Issue, nearest
from estimative.priors.toml_document import TomlFile
from estimative.priors.toml_table import Table, shown

SHIPPED = Path(__file__).parents[1] / "scenarios"
SCENARIO = "scenario.toml"
"""What a scenario's file is called among the texts that it was read from."""
GRADE = re.compile(r"[A-F][1-6]")
STANDINGS = ("checked", "part-checked", "press", "computed", "unchecked")
NO_DATE = datetime.date(1, 1, 1)


def shipped_scenarios() -> Mapping[str, Path]:
    """The scenarios that come with the program, by id."""
    return {path.stem.replace("_", "-"): path for path in sorted(SHIPPED.glob("*.toml"))}


def find_scenario(name: str) -> Path:
    """The file of a shipped scenario, or the path that was given.

    Raises
    ------
    Faulty
        If there is neither.
    """
    shipped = shipped_scenarios()
    if name.replace("_", "-") in shipped:
        return shipped[name.replace("_", "-")]
    if (path := Path(name)).exists() or path.suffix == ".toml" or len(path.parts) > 1:
        return path
    expected = f"a path or one of the shipped scenarios: {', '.join(shipped)}"
    raise InvalidInput([Issue(file=name, found="no such scenario", expected=expected, nearest=nearest(name, shipped))])


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A scenario with the texts that it was read from."""

    scenario: Scenario
    texts: Mapping[str, str]
    """By file name; data files under the name by which the scenario refers to them."""


def read_scenario(path: Path) -> Scenario:
    """Read a scenario and the data files that it names.

    Raises
    ------
    Faulty
        With every fault found.
    """
    return reading_of(path).scenario


def reading_of(path: Path) -> Reading:
    """As `read_scenario`, with the texts."""
    file, folder = TomlFile.read(path), Folder(path.parent)
    scenario = _scenario(Table.of(file), folder)
    return Reading(scenario=scenario, texts={SCENARIO: file.text, **folder.texts})


def _scenario(table: Table, folder: Folder) -> Scenario:
    frame = table.table("scenario")
    if "scenario" not in table:
        hint = ", but [prior_set]: this is a prior set" if "prior_set" in table else ""
        table.fault(
            found=f"no [scenario]{hint}", expected="a table [scenario] with id, title, question, as_of, until, headline"
        )
        table.stop_if_faulty()
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
        if (indicator := _watched(name, entry, {**factors, **events})) is not None
    }
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
        )
    except Defective as error:
        _add(table, (d for d in error.defects if until is not None or d.path[-1] != "until"))
    table.stop_if_faulty()
    return scenario


def _add(table: Table, defects: Iterable[Defect]) -> None:
    """Turn defects into faults, but for those that a fault at the same place, or a stand-in for it, explains."""
    told = [fault.key for fault in table.issues]
    for defect in (_placed(defect, table) for defect in defects):
        key = table.place(*defect.path).key
        named = [f"{section}.{defect.name}" for section in ("factors", "events", "outcomes")] if defect.name else []
        explained = any(_within(fault, entry) for fault in told for entry in (key, *named))
        if not explained and defect.found not in ("''", str(NO_DATE)):
            table.fault(*defect.path, found=defect.found, expected=defect.expected, near=defect.known, name=defect.name)


def _placed(defect: Defect, table: Table) -> Defect:
    """A defect of a case's drivers, at the case that has them where cases are listed one by one."""
    match defect.path:
        case ("evidence", item, "at", driver):
            listed = table.data["evidence"][item].get("trials", [])
            at = [index for index, trials in enumerate(listed) if driver in trials.get("at", {})]
            return replace(defect, path=("evidence", item, "trials", at[0], "at", driver)) if at else defect
        case _:
            return defect


def _within(key: str, entry: str) -> bool:
    return key == entry or key.startswith(f"{entry}.")


def _once_each(frame: Table, ids: list[str]) -> None:
    for index, name in enumerate(ids):
        if name and name in ids[:index]:
            frame.fault("sources", index, "id", found=f"{name!r} again", expected="an id of its own")


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
    """What every kind of evidence has, but for the source."""
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


def _watched(name: str, table: Table, named: Mapping[str, Factor | Event]) -> Indicator | None:
    """Something to look for; where, it need not say."""
    table.choice("kind", ("indicator",), default="indicator")
    if table.value("kind") not in (None, "indicator"):
        return None
    if "seen" in table:
        expected = "no such key: what has been seen, or looked for in vain, stands under [evidence]"
        table.fault("seen", found=shown(table.value("seen")), expected=expected)
    common = {**_common(name, table), "source": table.text("source", default="")}
    indicator = Indicator(**common, supports=_supports(table, common, named))  # type: ignore[arg-type]
    table.no_more()
    return indicator


def _grade(table: Table) -> str:
    grade = table.text("grade", default="")
    if grade and not GRADE.fullmatch(grade):
        table.fault("grade", found=repr(grade), expected="an Admiralty code such as B2: A to F, then 1 to 6")
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
    return Exposure(**common, count=table.whole("count"), years=table.number("years", low=0, open_ends=True))  # type: ignore[arg-type]


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
