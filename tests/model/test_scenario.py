"""Scenarios in code: what cannot be built, what changes the digest, and the resolved text."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from msgspec.structs import replace

from estimative.model.spec.events import Driver, Event, Factor, Outcome, Source
from estimative.model.spec.evidence import (
    Cases,
    Evidence,
    Exposure,
    Forecast,
    Indicator,
    Measurement,
    Observation,
    Trials,
)
from estimative.model.spec.evidence import (
    Testimony as Statement,  # not by its own name, which pytest would take for tests
)
from estimative.model.spec.half_life import HalfLife
from estimative.model.spec.range_names import range_names
from estimative.model.spec.resolved_scenario import resolved
from estimative.model.spec.scenario import Scenario
from estimative.model.spec.scenario_file import find_scenario, read_scenario
from estimative.priors.errors import InvalidInput
from estimative.priors.frozen import FrozenDict
from estimative.priors.statements import Constant, Stated
from tests.examples import examples
from tests.strategies import everything, scenarios

SECTIONS = ("sources", "factors", "events", "outcomes", "evidence", "indicators")
SAID: dict[str, Any] = {"title": "", "source": "almanac"}
DAY = datetime.date(2025, 5, 1)


def sound() -> Scenario:
    """A scenario without a defect, with something in every field."""
    return Scenario(
        id="harbour",
        title="A storm over the harbour",
        question="Is the harbour flooded?",
        as_of=datetime.date(2026, 1, 1),
        until=datetime.date(2027, 12, 31),
        headline="flooded",
        sources={"almanac": Source(id="almanac", title="The almanac", publisher="The port", date=DAY, url="x:y")},
        factors={"wall": Factor(id="wall", title="State of the wall", low="breached", high="new")},
        events={
            "storm": Event(id="storm", title="A storm", form="rate", drivers=(Driver(name="wall", sign=1),)),
            "pumped": Event(id="pumped", title="The pumps hold"),
            "flood": Event(
                id="flood",
                title="A flood",
                given=("storm",),
                unless=("pumped",),
                drivers=(Driver(name="wall", sign=-1),),
            ),
            "alarm": Event(id="alarm", title="An alarm", when="now"),
            "panic": Event(id="panic", title="A panic", form="table", table_parents=("flood", "alarm")),
            "damage": Event(
                id="damage",
                title="The damage",
                states=("little", "much"),
                state_titles=FrozenDict({"much": "A lot"}),
                ordered=True,
            ),
        },
        outcomes={
            "flooded": Outcome(
                id="flooded",
                title="A flood",
                all=("flood",),
                any=("panic", "alarm"),
                none=("pumped",),
                given=("storm",),
            ),
            "dry": Outcome(id="dry", title="No flood", none=("flood",)),
        },
        evidence={
            "seen": Observation(
                id="seen", about="alarm", happened=True, locator="p. 1", date=DAY, origin="o", grade="B2",
                standing="press", **SAID,
            ),
            "sign": Indicator(id="sign", about="storm", supports=True, **SAID),
            "gauge": Measurement(id="gauge", about="wall", value=1.0, unit="m", at_low=0.0, at_high=2.0, **SAID),
            "boast": Statement(id="boast", about="flood", claims=True, motive="wall", **SAID),
            "odds": Forecast(
                id="odds", about="storm", date=DAY, probability=0.2, until=datetime.date(2030, 1, 1), **SAID
            ),
            "years": Exposure(id="years", about="storm", count=3, years=40.0, **SAID),
            "others": Cases(
                id="others", about="flood", trials=(Trials(at={"wall": 0.5}, successes=1.0, of=4.0),), **SAID
            ),
        },
        indicators={
            "cracks": Indicator(
                id="cracks", about="wall", supports=False, title="Cracks", source="almanac", locator="p. 2", date=DAY,
                origin="mast", grade="B2", standing="press",
            ),
            "gulls": Indicator(id="gulls", about="flood", supports=True, title="Gulls", source=""),
        },
    )  # fmt: skip


def with_event(name: str, **fields: Any) -> Scenario:
    scenario = sound()
    return replace(scenario, events={**scenario.events, name: replace(scenario.events[name], **fields)})


def with_outcome(**fields: Any) -> Scenario:
    outcome = Outcome(**{"id": "flooded", "title": "", **fields})
    return replace(sound(), outcomes={"flooded": outcome})


def with_item(name: str, **fields: Any) -> Scenario:
    scenario = sound()
    item: Any = scenario.evidence[name]
    return replace(scenario, evidence={**scenario.evidence, name: replace(item, **fields)})


def with_items(*items: Evidence) -> Scenario:
    return replace(sound(), evidence={item.id: item for item in items})


def seen(name: str, about: str, happened: bool) -> Observation:
    return Observation(id=name, about=about, happened=happened, **SAID)


def drivers(*names: str) -> tuple[Driver, ...]:
    return tuple(Driver(name=name, sign=1) for name in names)


def crowd(count: int) -> dict[str, Event]:
    return {f"e{index}": Event(id=f"e{index}", title="") for index in range(count)}


def parents_of(count: int, **fields: Any) -> Scenario:
    last = Event(id="last", title="", **fields)
    return replace(sound(), events={**sound().events, **crowd(count), "last": last})


NAMES = tuple(crowd(13))

ERRORS: dict[str, tuple[Any, str]] = {
    "no time": (lambda: replace(sound(), until=sound().as_of), "scenario.until"),
    "no events": (lambda: replace(sound(), events={}, outcomes={}, evidence={}), "events"),
    "no outcomes": (lambda: replace(sound(), outcomes={}), "outcomes"),
    "unknown headline": (lambda: replace(sound(), headline="flood"), "scenario.headline"),
    "event named as a factor": (
        lambda: replace(sound(), events={**sound().events, "wall": Event(id="wall", title="")}),
        "events.wall",
    ),
    "outcome named as a factor": (
        lambda: replace(sound(), outcomes={**sound().outcomes, "wall": Outcome(id="wall", title="", all=("flood",))}),
        "outcomes.wall",
    ),
    "unknown given": (lambda: with_event("flood", given=("storms",)), "events.flood.given.0"),
    "unknown unless": (lambda: with_event("flood", unless=("pumped", "storms")), "events.flood.unless.1"),
    "unknown driver": (lambda: with_event("alarm", drivers=drivers("walls")), "events.alarm.drivers.walls"),
    "unknown parent": (lambda: with_event("panic", table_parents=("floods",)), "events.panic.parents.0"),
    "factor given": (lambda: with_event("flood", given=("wall",)), "events.flood.given.0"),
    "given twice": (lambda: with_event("flood", given=("storm", "storm")), "events.flood.given"),
    "unless twice": (lambda: with_event("flood", unless=("pumped", "pumped")), "events.flood.unless"),
    "parent twice": (lambda: with_event("panic", table_parents=("flood", "flood")), "events.panic.parents"),
    "driver twice": (lambda: with_event("alarm", drivers=drivers("wall", "wall")), "events.alarm.drivers"),
    "given and unless": (lambda: with_event("flood", unless=("storm",)), "events.flood.unless"),
    "parent named none": (lambda: parents_of(0, form="table", table_parents=("none",)), "events.last.parents"),
    "a rate now": (lambda: with_event("storm", when="now"), "events.storm.when"),
    "drivers of a table": (lambda: with_event("panic", drivers=drivers("wall")), "events.panic.drivers"),
    "given of a table": (lambda: with_event("panic", given=("flood",)), "events.panic"),
    "unless of a table": (lambda: with_event("panic", unless=("flood",)), "events.panic"),
    "parents of odds": (lambda: with_event("alarm", table_parents=("flood",)), "events.alarm.parents"),
    "now after what is to come": (lambda: with_event("alarm", given=("pumped",)), "events.alarm.when"),
    "eleven parents": (lambda: parents_of(11, form="table", table_parents=NAMES[:11]), "events.last.parents"),
    "thirteen conditions": (lambda: parents_of(13, given=NAMES[:13]), "events.last"),
    "thirteen drivers": (lambda: parents_of(13, drivers=drivers(*NAMES[:13])), "events.last"),
    "a circle": (lambda: with_event("pumped", drivers=drivers("panic")), "events."),
    "a circle of one": (lambda: with_event("pumped", drivers=drivers("pumped")), "events.pumped"),
    "an outcome of nothing": (lambda: with_outcome(given=("storm",)), "outcomes.flooded"),
    "all of an unknown event": (lambda: with_outcome(all=("floods",)), "outcomes.flooded.all.0"),
    "any of an unknown event": (lambda: with_outcome(any=("floods",)), "outcomes.flooded.any.0"),
    "none of an unknown event": (lambda: with_outcome(none=("floods",)), "outcomes.flooded.none.0"),
    "given an unknown event": (lambda: with_outcome(all=("flood",), given=("x",)), "outcomes.flooded.given.0"),
    "all and none": (lambda: with_outcome(all=("flood",), none=("flood",)), "outcomes.flooded.none"),
    "given and none": (
        lambda: with_outcome(all=("flood",), given=("storm",), none=("storm",)),
        "outcomes.flooded.none",
    ),
    "unless an unknown event": (lambda: with_outcome(all=("flood",), unless=("x",)), "outcomes.flooded.unless.0"),
    "an outcome given and unless": (
        lambda: with_outcome(all=("flood",), given=("storm",), unless=("storm",)),
        "outcomes.flooded.unless",
    ),
    "any of unless": (lambda: with_outcome(any=("flood",), unless=("flood",)), "outcomes.flooded.any"),
    "any of none": (lambda: with_outcome(any=("flood",), none=("flood", "storm")), "outcomes.flooded.any"),
    "an outcome of thirteen": (
        lambda: replace(parents_of(13), outcomes={"flooded": Outcome(id="flooded", title="", any=NAMES)}),
        "outcomes.flooded",
    ),
    "unknown subject": (lambda: with_item("sign", about="storms"), "evidence.sign.about"),
    "unknown source": (lambda: with_item("sign", source="almanack"), "evidence.sign.source"),
    "measurement of an event": (lambda: with_item("gauge", about="storm"), "evidence.gauge.about"),
    "testimony on a factor": (lambda: with_item("boast", about="wall"), "evidence.boast.about"),
    "forecast of a factor": (lambda: with_item("odds", about="wall"), "evidence.odds.about"),
    "exposure of odds": (lambda: with_item("years", about="flood"), "evidence.years.about"),
    "cases of a rate": (lambda: with_item("others", about="storm"), "evidence.others.about"),
    "observation of an outcome": (lambda: with_item("seen", about="flooded"), "evidence.seen.about"),
    "indicator about an outcome": (lambda: with_item("sign", about="flooded"), "evidence.sign.about"),
    "a level gauge": (lambda: with_item("gauge", at_high=0.0), "evidence.gauge.at_high"),
    "motive that is an event": (lambda: with_item("boast", motive="storm"), "evidence.boast.motive"),
    "horizon of odds": (lambda: with_item("odds", about="flood"), "evidence.odds.until"),
    "horizon of an outcome": (lambda: with_item("odds", about="flooded"), "evidence.odds.until"),
    "horizon before the day": (lambda: with_item("odds", date=datetime.date(2031, 1, 1)), "evidence.odds.until"),
    "horizon before the scenario": (lambda: with_item("odds", until=datetime.date(2025, 1, 1)), "evidence.odds.until"),
    "cases at no driver": (
        lambda: with_item("others", trials=(Trials(at={"storm": 1.0}, successes=1.0, of=2.0),)),
        "evidence.others.at.storm",
    ),
    "seen twice": (lambda: with_items(seen("a", "storm", True), seen("b", "storm", False)), "evidence.b.about"),
    "seen without its condition": (
        lambda: with_items(seen("a", "storm", False), seen("b", "flood", True)),
        "evidence.b.happened",
    ),
    "seen beside what excludes it": (
        lambda: with_items(seen("a", "pumped", True), seen("b", "flood", True)),
        "evidence.b.happened",
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_an_invalid_scenario_cannot_be_built(name: str) -> None:
    """A scenario whose parts contradict each other cannot be built, and the error has its place."""
    build, place = ERRORS[name]
    with pytest.raises(InvalidInput) as caught:
        build()
    places = [issue.place.key for issue in caught.value.issues]
    assert place in places or (place.endswith(".") and len(places) == 1 and places[0].startswith(place))
    assert all(place.rpartition(".")[0] in other or other in place for other in places), "nothing else is blamed"
    assert all(issue.message and issue.code for issue in caught.value.issues)


@pytest.mark.parametrize("name", ["none", "ten parents", "twelve conditions"])
def test_what_is_just_sound_can_be_built(name: str) -> None:
    """The limits of a scenario are themselves allowed: ten parents of a table, twelve of another event."""
    match name:
        case "none":
            assert sound().years == pytest.approx(729 / 365.25)
        case "ten parents":
            parents_of(10, form="table", table_parents=NAMES[:10])
        case _:
            parents_of(12, given=NAMES[:6], drivers=drivers(*NAMES[6:12]))


def test_a_scenario_cannot_be_changed() -> None:
    """A scenario is what it was made as: neither its fields nor its mappings can be changed afterwards."""
    events = dict(sound().events)
    scenario = replace(sound(), events=events)
    events.pop("panic")
    assert "panic" in scenario.events
    with pytest.raises(AttributeError, match="immutable"):
        scenario.title = "another"  # type: ignore[misc]
    for section in SECTIONS:
        with pytest.raises(TypeError):
            getattr(scenario, section)["another"] = None


def test_events_are_ordered_after_their_parents() -> None:
    """The order of the events puts each after all it depends on, in whatever order the file has them."""
    scenario = sound()
    reversed_ = replace(scenario, events=dict(reversed(list(scenario.events.items()))))
    for each in (scenario, reversed_):
        assert sorted(each.order) == sorted(each.events)
        for name in each.events:
            assert all(each.order.index(parent) < each.order.index(name) for parent in each.parents(name))


def test_origins_are_those_that_several_items_share() -> None:
    """An origin is counted only if several items about one subject share it; an item without one has its own."""
    scenario = with_item("sign", origin="o")
    assert scenario.origins == {}
    again = replace(scenario.evidence["sign"], id="again")
    assert replace(scenario, evidence={**scenario.evidence, "again": again}).origins == {"o": 2}
    assert sound().origins == {}


COMMENTED = """
# A comment.
[scenario]
until = 2027-12-31   # another
as_of    = 2026-01-01
headline = 'h'
id = "i"
title = '''t'''
question = "q"
[outcomes]
h = { all = ["e"], title = "o" }
[events]
e.title = "e"
e.drivers.f = "raises"
[factors.f]
high = "h"
low = "l"
title = "f"
"""
PLAIN = """[scenario]
id = "i"
title = "t"
question = "q"
as_of = 2026-01-01
until = 2027-12-31
headline = "h"

[factors.f]
title = "f"
low = "l"
high = "h"

[outcomes.h]
title = "o"
all = ["e"]

[events.e]
title = "e"
form = "odds"
when = "horizon"
drivers = { f = "raises" }
"""


def read(folder: Path, text: str) -> Scenario:
    (folder / "scenario.toml").write_text(text)
    return read_scenario(folder / "scenario.toml")


def test_layout_does_not_change_the_digest(tmp_path: Path) -> None:
    """Comments, the order of keys, the kind of quotes and defaults spelt out leave the digest as it is."""
    digest = read(tmp_path, PLAIN).digest
    assert read(tmp_path, COMMENTED).digest == digest
    assert len(digest) == 64
    assert resolved(read(tmp_path, COMMENTED)) == PLAIN


OTHER: Mapping[type, Any] = {float: 0.75, int: 7, datetime.date: datetime.date(2029, 2, 2)}
SPECIAL: Mapping[tuple[str, str], Any] = {
    ("outcomes", "unless"): ("alarm",),
    ("scenario", "headline"): "dry",
    ("scenario", "as_of"): datetime.date(2026, 1, 2),
    ("evidence", "date"): datetime.date(2025, 6, 1),
    ("evidence", "fades"): HalfLife(18, "month"),
    ("evidence", "expires"): datetime.date(2029, 2, 2),
    ("indicators", "fades"): HalfLife(18, "month"),
    ("indicators", "expires"): datetime.date(2029, 2, 2),
    ("events", "timing"): "anytime",
    ("events", "form"): "odds",
    ("events", "when"): "now",
    ("events", "given"): (),
    ("events", "unless"): (),
    ("events", "drivers"): (Driver(name="wall", sign=1), Driver(name="alarm", sign=1)),
    ("events", "table_parents"): ("alarm", "flood"),
    ("outcomes", "all"): (),
    ("outcomes", "any"): ("alarm", "panic"),
    ("outcomes", "none"): (),
    ("outcomes", "given"): (),
    ("evidence", "source"): "",
    ("indicators", "source"): "",
    ("scenario", "checkpoints"): (datetime.date(2026, 6, 1),),
    ("events", "clock"): "start",
    ("events", "repeats"): False,
    ("events", "edges"): (0.0, 1.0),
    ("evidence", "quantiles"): ((0.5, 2.0),),
    ("events", "states"): ("little", "more", "much"),
    ("events", "state_titles"): {"little": "Not much"},
    ("indicators", "date"): datetime.date(2025, 6, 1),
    ("evidence", "motive"): None,
    ("evidence", "until"): None,
    ("evidence", "suggests"): {"evidence.x": Stated(statement=Constant(value=2.0))},
    ("indicators", "suggests"): {"indicators.x.if_yes": Stated(statement=Constant(value=0.5))},
    ("evidence", "trials"): (Trials(at={"wall": 0.5}, successes=1.0, of=5.0),),
}


def names_of(entry: Any) -> list[str]:
    return list(entry.__struct_fields__)


def changes() -> list[tuple[str, str, str, Any]]:
    """One change of every field: section, entry, field, new value."""
    scenario = sound()
    tried: list[tuple[str, str, str, Any]] = [
        ("scenario", "", key, SPECIAL.get(("scenario", key), _other(getattr(scenario, key))))
        for key in ("id", "title", "question", "headline", "as_of", "until", "checkpoints")
    ]
    for section in SECTIONS:
        for name, entry in getattr(scenario, section).items():
            for key in names_of(entry):
                value = SPECIAL.get((section, key), _other(getattr(entry, key)))
                tried.append((section, name, key, value))
    return [change for change in tried if _is_sound(change)]


def _other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    return next((other for kind, other in OTHER.items() if isinstance(value, kind)), "another")


def changed(section: str, name: str, key: str, value: Any) -> Scenario:
    scenario = sound()
    if section == "scenario":
        return replace(scenario, **{key: value})
    entries = getattr(scenario, section)
    return replace(scenario, **{section: {**entries, name: replace(entries[name], **{key: value})}})


def _is_sound(change: tuple[str, str, str, Any]) -> bool:
    section, name, key, value = change
    if section != "scenario" and getattr(getattr(sound(), section)[name], key) == value:
        return False
    try:
        changed(*change)
    except InvalidInput:
        return False
    return True


@pytest.mark.parametrize("change", changes(), ids=lambda change: ".".join(map(str, change[:3])))
def test_every_change_of_content_changes_the_digest(change: tuple[str, str, str, Any]) -> None:
    """Whatever field of whatever entry is changed, the digest is another."""
    assert changed(*change).digest != sound().digest


def test_every_field_is_among_the_changes() -> None:
    """No field of a source, factor, event, outcome, item of evidence or indicator is left out of the digest's test."""
    tried = {(section, key) for section, _, key, _ in changes()}
    for section in SECTIONS:
        keys = {key for entry in getattr(sound(), section).values() for key in names_of(entry)}
        assert {key for key in keys if (section, key) not in tried} <= {
            "about",
            "edges",
            "form",
            "id",
            "quantiles",
            "unit",
            *(("fades", "expires") if section == "indicators" else ()),
        }, section


def test_what_an_item_is_about_changes_the_digest() -> None:
    """An item about another event makes another scenario; so does a driver turned round, another form, a new order."""
    scenario = sound()
    form = with_event("pumped", form="table")
    about = with_item("sign", about="flood")
    lowered = with_event("storm", drivers=(Driver(name="wall", sign=-1),))
    order = replace(scenario, events=dict(reversed(list(scenario.events.items()))))
    trials = with_item("others", trials=(Trials(at={"wall": 0.25}, successes=1.0, of=4.0),))
    fewer = replace(scenario, evidence={})
    ranged = [
        with_event("damage", states=range_names(edges), edges=edges, ordered=True, state_titles={}, unit=unit)
        for edges, unit in (((0.0, 1.0, 5.0), ""), ((0.0, 2.0, 5.0), ""), ((0.0, 1.0, 5.0), "euros"))
    ]
    different = (scenario, form, about, lowered, order, trials, fewer, *ranged)
    assert len({each.digest for each in different}) == len(different)


def test_kinds_of_evidence_are_told_apart() -> None:
    """Two items with the same fields but of different kinds have different digests."""
    fields: dict[str, Any] = {"id": "x", "about": "flood", **SAID}
    one, other = Indicator(supports=True, **fields), Observation(happened=True, **fields)
    assert with_items(one).digest != with_items(other).digest


@pytest.mark.parametrize("name", ["asia", "coordinated-attack", "salad-bars"])
def test_shipped_scenarios_read_back_as_they_were_taken(name: str, tmp_path: Path) -> None:
    """The resolved text of a shipped scenario reads back to the same digest, without its data files."""
    scenario = read_scenario(find_scenario(name))
    again = read(tmp_path, resolved(scenario))
    assert again.digest == scenario.digest
    assert again == scenario


"""One folder serves all examples, each of which overwrites the file of the last."""


def retitled(scenario: Scenario) -> Scenario:
    """The same scenario with everything that a file must say: each item's source, and no text that is empty."""
    source = {"book": Source(id="book", title="A book")}
    return replace(
        scenario,
        title="t",
        question="q",
        sources=source,
        factors={name: replace(entry, title="t", low="l", high="h") for name, entry in scenario.factors.items()},
        events={name: replace(entry, title="t") for name, entry in scenario.events.items()},
        outcomes={name: replace(entry, title="t") for name, entry in scenario.outcomes.items()},
        evidence={name: _sourced(item) for name, item in scenario.evidence.items()},
    )


def _sourced(item: Evidence) -> Evidence:
    item = replace(item, source="book", title="t")
    return replace(item, value=item.value + 0.0) if isinstance(item, Measurement) else item  # -0 + 0 is 0


@examples(16)
@given(scenario=scenarios())
def test_resolved_scenarios_read_back_the_same(scenario: Scenario, tmp_path: Path) -> None:
    """The resolved text of any scenario reads back to the same digest."""
    scenario = retitled(scenario)
    assert read(tmp_path, resolved(scenario)).digest == scenario.digest


def test_a_negative_zero_reads_back_the_same(tmp_path: Path) -> None:
    """A measurement of -0.0 reads back to the same digest."""
    scenario = sound_with_titles()
    gauge: Any = scenario.evidence["gauge"]
    scenario = replace(scenario, evidence={**scenario.evidence, "gauge": replace(gauge, value=-0.0)})
    assert read(tmp_path, resolved(scenario)).digest == scenario.digest


@pytest.mark.parametrize("section", SECTIONS)
def test_an_entry_stands_under_its_own_name(section: str) -> None:
    """A scenario with an entry under a name that is not its id cannot be built."""
    entries = dict(getattr(sound(), section))
    name = next(iter(entries))
    entries[name] = replace(entries[name], id="impostor")
    with pytest.raises(InvalidInput):
        replace(sound(), **{section: entries})


def test_every_kind_reads_back_the_same(tmp_path: Path) -> None:
    """A scenario with every form of event and every kind of evidence reads back to the same digest."""
    for scenario in (retitled(everything()), sound_with_titles()):
        again = read(tmp_path, resolved(scenario))
        assert again.digest == scenario.digest
        assert resolved(again) == resolved(scenario)


def sound_with_titles() -> Scenario:
    scenario = sound()
    titles = ['"quoted"', "back\\slash", "two\nlines", "\x1b[31mred", "Zürich → 東京", "'", "# no comment"]
    items = zip(scenario.evidence.items(), titles, strict=True)
    return replace(scenario, evidence={name: replace(item, title=title) for (name, item), title in items})
