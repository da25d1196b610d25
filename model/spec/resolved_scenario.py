"""A scenario as it was understood: one TOML text with its reference classes counted, which reads back the same."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping

from msgspec.structs import asdict

from estimative.model.spec.events import Event
from estimative.model.spec.evidence import (
    Cases,
    Evidence,
    Exposure,
    Forecast,
    Indicator,
    Measurement,
    Observation,
    Testimony,
    Trials,
)
from estimative.model.spec.half_life import HalfLife
from estimative.model.spec.quantities import state_labels
from estimative.model.spec.scenario import Scenario
from estimative.priors import toml_writer as toml_text
from estimative.priors.statement_syntax import written
from estimative.priors.statements import Stated

COMMON = ("about", "title", "source", "locator", "date", "origin", "grade", "standing", "fades", "expires")


def resolved(scenario: Scenario) -> str:
    """Return TOML text with the same digest."""
    return "\n\n".join("\n".join(lines) for lines in _tables(scenario)) + "\n"


def _tables(scenario: Scenario) -> Iterator[list[str]]:
    yield _table(
        "[scenario]",
        id=scenario.id,
        title=scenario.title,
        question=scenario.question,
        as_of=scenario.as_of,
        checkpoints=scenario.checkpoints,
        until=scenario.until,
        headline=scenario.headline,
    )
    for source in scenario.sources.values():
        yield _table("[[scenario.sources]]", **asdict(source))
    for section in ("factors", "outcomes"):
        for name, entry in getattr(scenario, section).items():
            yield _table(_header(section, name), **{k: v for k, v in asdict(entry).items() if k != "id"})
    for event in scenario.events.values():
        yield _table(_header("events", event.id), **_event(event))
    for item in scenario.evidence.values():
        yield _table(_header("evidence", item.id), **_item(item, scenario))
    for indicator in scenario.indicators.values():
        yield _table(_header("indicators", indicator.id), **_item(indicator, scenario))


def _header(section: str, name: str) -> str:
    return f"[{toml_text.dotted([section, name])}]"


def _event(event: Event) -> dict[str, object]:
    return {
        "title": event.title,
        "form": event.form,
        "when": event.when,
        "given": event.given,
        "unless": event.unless,
        "edges": event.edges,
        "unit": event.unit,
        "states": () if event.edges else event.states,
        "titles": event.state_titles,
        "ordered": event.ordered or None,
        "drivers": {name: _driver(name, event) for name in dict.fromkeys(driver.name for driver in event.drivers)},
        "parents": event.table_parents,
        "clock": event.clock,
        "timing": event.timing,
        "repeats": event.repeats,
    }


def _driver(name: str, event: Event) -> object:
    drivers = [driver for driver in event.drivers if driver.name == name]
    verbs = {driver.state: "raises" if driver.sign > 0 else "lowers" for driver in drivers}
    if "" in verbs:
        return verbs[""]
    named = {verb: tuple(state for state in verbs if verbs[state] == verb) for verb in ("raises", "lowers")}
    return {verb: states for verb, states in named.items() if states}


def _item(item: Evidence, scenario: Scenario) -> dict[str, object]:
    common = {key: getattr(item, key) for key in COMMON}
    return {"kind": item.kind, **common, **_own(item, scenario), "suggests": _suggests(item)}


def _suggests(item: Evidence) -> object:
    """Return the one statement, or several by the key under which each is suggested."""
    keys = {f"evidence.{item.id}": "ratio", f"motives.{item.id}": "motive"}
    if len(item.suggests) == 1 and next(iter(item.suggests)) in (f"evidence.{item.id}", f"relevance.{item.id}"):
        return next(iter(item.suggests.values()))
    return {keys.get(name) or name.rpartition(".")[2]: stated for name, stated in item.suggests.items()}


def _own(item: Evidence, scenario: Scenario) -> dict[str, object]:
    match item:
        case Indicator() if item.about in scenario.events and scenario.events[item.about].states:
            return {"given": item.given or None}
        case Testimony() if item.claimed:
            return {"claims": item.claimed, "motive": item.motive, "given": item.given or None}
        case Indicator():
            high, low = state_labels(item.about, scenario)
            return {"supports": high if item.supports else low, "given": item.given or None}
        case Measurement():
            return {"value": item.value, "unit": item.unit, "at_low": item.at_low, "at_high": item.at_high}
        case Testimony():
            return {"claims": "yes" if item.claims else "no", "motive": item.motive, "given": item.given or None}
        case Forecast():
            quantiles = {f"p{round(100 * share):02d}": value for share, value in item.quantiles}
            return {
                **({"quantiles": quantiles} if quantiles else {"probability": item.probability}),
                "until": item.until,
            }
        case Exposure():
            return {"count": item.count, "years": item.years}
        case Observation():
            return {"happened": item.happened}
        case Cases():
            return {"trials": [_trials(trials) for trials in item.trials]}


def _trials(trials: Trials) -> dict[str, object]:
    if trials.states:
        return {"counts": trials.states, "at": trials.at}
    return {"successes": trials.successes, "of": trials.of, "at": trials.at}


def _table(header: str, **entries: object) -> list[str]:
    """Return the lines of a table without empty entries, which a file need not have either."""
    return [header, *(f"{key} = {_value(entry)}" for key, entry in entries.items() if not _empty(entry))]


def _empty(entry: object) -> bool:
    return entry is None or entry == "" or (isinstance(entry, tuple | Mapping) and not entry)


def _value(entry: object) -> str:
    match entry:
        # Before int, because True is an int.
        case bool():
            return "true" if entry else "false"
        case int():
            return str(entry)
        case float():
            return toml_text.number(entry)
        case str():
            return toml_text.text(entry)
        case HalfLife():
            return toml_text.text(str(entry))
        case datetime.date():
            return entry.isoformat()
        case Stated():
            return written(entry)
        case Mapping():
            return toml_text.inline([(str(key), _value(value)) for key, value in entry.items()])
        case list() | tuple():
            return f"[{', '.join(map(_value, entry))}]"
        case _:
            raise TypeError(f"no TOML for {type(entry).__name__}")
