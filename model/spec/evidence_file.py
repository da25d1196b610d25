"""Read items of evidence, and indicators to look for, from the tables of a scenario file."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from estimative.model.spec.case_file import Folder, read_trials
from estimative.model.spec.events import Event, Factor
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
from estimative.model.spec.half_life import A_SPAN, HalfLife
from estimative.priors.frozen import FrozenDict
from estimative.priors.statement_syntax import PERCENTILE, read_stated
from estimative.priors.statements import Constant, Stated
from estimative.priors.toml_table import Table

type Subjects = Mapping[str, Factor | Event]

GRADE = re.compile(r"[A-F][1-6]")
STANDINGS = ("checked", "part-checked", "press", "computed", "unchecked")


def read_evidence(name: str, table: Table, folder: Folder, subjects: Subjects) -> Evidence | None:
    """Read one item of evidence; None, and an error added, if its kind is unknown."""
    kind = table.choice("kind", tuple(cls.kind for cls in FIELDS))
    common = {**_common(name, table), "source": table.text("source")}
    # The stand-in kind of an error would ask for keys that nobody meant.
    if table.value("kind") != kind:
        return None
    cls = next(cls for cls in FIELDS if cls.kind == kind)
    own = {**_ageing(table), **FIELDS[cls](table, folder, subjects.get(common["about"]))}
    item = cls(**{**common, **own}, suggests=_of_item(name, table, cls))
    table.no_more()
    return item


def read_indicator(name: str, table: Table, subjects: Subjects) -> Indicator | None:
    """Read something to look for; it need not have a source."""
    table.choice("kind", (Indicator.kind,), default=Indicator.kind)
    if table.value("kind") not in (None, Indicator.kind):
        return None
    if "seen" in table:
        message, value = 'an indicator has no key "seen"', table.value("seen")
        suggestion = "Write what has been seen, or looked for in vain, under [evidence]."
        table.error("seen", code="unknown-key", message=message, value=value, suggestion=suggestion)
    common = {**_common(name, table), "source": table.text("source", default="")}
    ends = ("high", "low") if isinstance(subjects.get(common["about"]), Factor) else ("yes", "no")
    subject = subjects.get(common["about"])
    keys = subject.share_states if isinstance(subject, Event) and _by_state(table, subject) else _if(ends)
    chances = _suggests(table, "", {key: f"indicators.{name}.{key}" for key in keys})
    indicator = Indicator(**common, **_supported(table, subjects.get(common["about"])), suggests=chances)
    table.no_more()
    return indicator


def _if(ends: tuple[str, str]) -> tuple[str, ...]:
    return tuple(f"if_{end}" for end in ends)


def _common(name: str, table: Table) -> dict[str, Any]:
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


def _ageing(table: Table) -> dict[str, Any]:
    """Return how long an item counts; where half-lives cannot be read, it does not fade."""
    fades, text = None, table.text("fades", default="")
    if text and (fades := HalfLife.parse(text)) is None:
        table.mismatch("fades", value=text, allowed=A_SPAN, code="out-of-range")
    return {"fades": fades, "expires": table.date("expires", required=False)}


def _suggests(table: Table, whole: str, parts: Mapping[str, str]) -> Mapping[str, Stated]:
    """Read what the author of the scenario suggests, by quantity.

    Parameters
    ----------
    whole
        The quantity that a single statement is about; empty where there is none.
    parts
        The quantities of a table of statements, by key.
    """
    if "suggests" not in table:
        return FrozenDict({})
    value = table.value("suggests")
    if not parts or (whole and not (isinstance(value, dict) and value.keys() & parts.keys())):
        stated = read_stated(table, "suggests")
        return FrozenDict({whole: stated} if stated else {})
    within = table.table("suggests")
    read = {name: read_stated(within, key) for key, name in parts.items() if key in within}
    within.no_more()
    return FrozenDict({name: stated for name, stated in read.items() if stated})


def _of_item(name: str, table: Table, kind: type[Evidence]) -> Mapping[str, Stated]:
    """Read what is suggested about an item of evidence: its ratio or error, its motive, or its relevance."""
    if kind is Observation:
        return FrozenDict({})
    if kind not in (Cases, Exposure):
        ratio = f"evidence.{name}"
        own_motive = kind is Testimony and "motive" not in table
        return _suggests(table, ratio, {"ratio": ratio, "motive": f"motives.{name}"} if own_motive else {})
    suggested = _suggests(table, f"relevance.{name}", {})
    for stated in suggested.values():
        if not (isinstance(stated.statement, Constant) and 0 <= stated.statement.value <= 1):
            table.mismatch("suggests", value=table.value("suggests"), allowed="a number between 0 and 1")
    return suggested


def _grade(table: Table) -> str:
    grade = table.text("grade", default="")
    if grade and not GRADE.fullmatch(grade):
        allowed = "an Admiralty code such as B2: A to F, then 1 to 6"
        table.mismatch("grade", value=grade, allowed=allowed, code="not-a-choice")
    return grade


def _supported(table: Table, subject: Factor | Event | None) -> dict[str, Any]:
    """Return the fields of an indicator alone."""
    return {"supports": _by_state(table, subject) or _supports(table, subject), "given": _given(table)}


def _by_state(table: Table, subject: Factor | Event | None) -> bool:
    """Whether an item is about an event with states as a whole, and not about one of them."""
    return isinstance(subject, Event) and bool(subject.states) and table.value("about") == subject.id


def _claims(table: Table, _: Folder, subject: Factor | Event | None) -> dict[str, Any]:
    """Return the fields of a testimony alone."""
    fields = {"motive": table.text("motive", default="") or None, "given": _given(table)}
    if isinstance(subject, Event) and _by_state(table, subject):
        return {**fields, "claims": True, "claimed": table.choice("claims", subject.states)}
    return {**fields, "claims": table.choice("claims", ("yes", "no")) == "yes"}


def _observed(table: Table, _: Folder, subject: Factor | Event | None) -> dict[str, Any]:
    """Return what was observed; of an event with states, the state in the place of the event."""
    if isinstance(subject, Event) and _by_state(table, subject):
        return {"about": f"{subject.id}={table.choice('state', subject.states)}", "happened": True}
    return {"happened": table.flag("happened")}


def _forecast(table: Table) -> dict[str, Any]:
    """Return the probability, or the quantiles of a number: `quantiles = { p05 = 1, p95 = 40 }`."""
    if "quantiles" not in table:
        return {"probability": table.number("probability", low=0, high=1, open_ends=True)}
    within = table.table("quantiles")
    points = tuple(sorted((int(key[1:]) / 100, within.number(key)) for key in within.data if PERCENTILE.fullmatch(key)))
    within.no_more()
    if not points and not within.issues:
        table.mismatch("quantiles", value=table.value("quantiles"), allowed="a table such as { p05 = 1, p95 = 40 }")
    # A stand-in: what depends on it is still checked.
    return {"quantiles": points or ((0.5, math.inf),)}


def _given(table: Table) -> bool:
    return "given" in table and table.flag("given")


def _supports(table: Table, subject: Factor | Event | None) -> bool:
    match subject:
        case Factor():
            return table.choice("supports", ("high", "low")) == "high"
        case Event():
            return table.choice("supports", ("yes", "no")) == "yes"
        case None:  # an unknown subject is an error already
            return table.choice("supports", ("high", "low", "yes", "no")) in ("high", "yes")


FIELDS: Mapping[type[Evidence], Callable[[Table, Folder, Factor | Event | None], dict[str, Any]]] = {
    Indicator: lambda table, _, subject: _supported(table, subject),
    Measurement: lambda table, *_: {
        **{key: table.number(key) for key in ("value", "at_low", "at_high")},
        "unit": table.text("unit"),
    },
    Testimony: _claims,
    Forecast: lambda table, *_: {**_forecast(table), "until": table.date("until", required=False)},
    Exposure: lambda table, *_: {
        "count": table.integer("count"),
        "years": table.number("years", low=0, open_ends=True),
    },
    Cases: lambda table, folder, subject: {"trials": read_trials(table, folder, getattr(subject, "states", ()))},
    Observation: _observed,
}
"""How the fields of each kind of evidence are read from its table."""
