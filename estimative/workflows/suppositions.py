"""What `whatif` supposes: names with values, as text or as numbers, read into a supposition or into all their errors.

Every error names the entry (`do`, `given`, `without`, `edits`, `sweep`) and the name within it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import numpy as np
from msgspec import Struct, field
from msgspec.structs import replace

from estimative.model.analysis.evidence_weight import evidence_groups
from estimative.model.analysis.what_if import Assumption, Grid, Supposition
from estimative.model.assessment import Assessment, assess, possible_pairs
from estimative.model.likelihood.intervention import Intervention, check_intervention
from estimative.model.spec.events import Event
from estimative.model.spec.evidence_names import EVERYTHING
from estimative.model.spec.quantities import PAIR, Quantities, QuantityName
from estimative.model.spec.scenario import Scenario
from estimative.priors import toml_writer
from estimative.priors.errors import InvalidInput, Issue, Place, ascii_safe, enumerated, quote, unknown_name
from estimative.priors.frozen import FrozenDict
from estimative.priors.prior_set_file import is_pair, is_remark, read_pair
from estimative.priors.statement_syntax import read_stated, say
from estimative.priors.statements import Stated
from estimative.priors.toml_document import TomlFile
from estimative.priors.toml_table import Table

type State = str | float | bool | None
"""A degree of a factor, or whether an event happens: a value, its text, or nothing, which is yes for an event."""
type StatementText = str | float | Mapping[str, StatementText]
"""A statement as in a prior set: "likely", 0.3, "{ p05 = 0.1, p95 = 0.4 }" or the mapping of that."""
type Values = str | Sequence[float]
"""Of a sweep: "low:high:count", or the values themselves."""

WORD = re.compile(r"[A-Za-z][A-Za-z -]*")
YES, NO = ("yes", "true", "1"), ("no", "false", "0")
MAX_VALUES = 101


def read_supposition(
    assessment: Assessment,
    *,
    do: Iterable[tuple[str, State]] = (),
    given: Iterable[tuple[str, State]] = (),
    without: Iterable[str] = (),
    edits: Iterable[tuple[str, StatementText]] = (),
    sweep: tuple[str, Values] | None = None,
) -> Supposition:
    """Read everything that is supposed about an assessment.

    Parameters
    ----------
    do
        Factors (0 to 1) and events (yes or no) to set by intervention.
    given
        The same, observed, in a world where what `do` names is set; and indicators (yes or no), observed before that.
    without
        Items of evidence, origins of several items, or "all".
    edits
        Quantities and weights of evidence, each with another statement.
    sweep
        A factor, and the values at which to set it.

    Raises
    ------
    InvalidInput
        With every error of every entry.
    """
    reader = _Reader(scenario=assessment.scenario)
    changed = reader.edited(edits, assessment)
    left_out = reader.left_out(without)
    factors, events = reader.states("do", do)
    conditions = list(given)
    signs = reader.signs((name, value) for name, value in conditions if name in reader.sign_names)
    degrees, observed = reader.states("given", ((n, value) for n, value in conditions if n not in reader.sign_names))
    grid = reader.grid(sweep)
    for name, value in degrees.items():
        changed = changed.with_fixed(f"factors.{name}", value)
    changed = changed.without_evidence(left_out) if left_out else changed
    intervention = Intervention(factors=FrozenDict(factors), events=FrozenDict(events))
    reader.check(intervention, grid, changed)
    reader.stop_if_invalid()
    return Supposition(
        assessment=changed,
        intervention=intervention,
        given=FrozenDict(observed),
        signs=FrozenDict(signs),
        grid=grid,
        assumptions=tuple(reader.assumptions),
    )


def edited(assessment: Assessment, edits: Iterable[tuple[str, StatementText]]) -> Assessment:
    """An assessment with other statements for some quantities and weights of evidence.

    Raises
    ------
    InvalidInput
        With every error of every edit.
    """
    reader = _Reader(scenario=assessment.scenario)
    changed = reader.edited(edits, assessment)
    reader.stop_if_invalid()
    return changed


def read_statement(name: str, text: str) -> Stated:
    """Read a statement about an input, as TOML.

    Raises
    ------
    InvalidInput
        With every error of it, each with the name of the input; of a weight of evidence that is no number from 0 to 1.
    """
    stated = _statements(name, text)
    if name not in stated:
        raise InvalidInput([_wrong(name, text, "one statement", "each of the two chances by itself")])
    return stated[name]


def _statements(name: str, text: str) -> Mapping[str, Stated]:
    """Read a statement about an input, as TOML; of an item of evidence it may be two chances, each by its name.

    Raises
    ------
    InvalidInput
        As `read_statement`.
    """
    *section, key = name.split(".")
    header = ".".join(f'"{part}"' for part in section)
    try:
        file = TomlFile.parse(f'[{header}]\n"{key}" = {text}\n', file="edits")
    except InvalidInput as error:
        allowed = "as in a prior set: 0.3, likely, { p05 = 0.1, p95 = 0.4 }"
        raise InvalidInput([_wrong(name, text, "a statement", allowed)]) from error
    table = Table.of(file)
    within = table
    for part in section:
        within = within.table(part)
    if section == ["evidence"] and is_pair(within.value(key)):
        stated = dict(read_pair(within, key))
    else:
        one = read_stated(within, key)
        stated = {name: one} if one else {}
    if table.issues or not stated:
        raise InvalidInput(issue.moved(replace(issue.place, line=None)) for issue in table.issues)
    if QuantityName.parse(name).is_weight:
        statement = stated[name].statement
        value = getattr(statement, "value", None)
        if not isinstance(value, float | int) or not 0 <= value <= 1:
            raise InvalidInput([_wrong(name, say(statement), "a weight", "one number between 0 and 1")])
    return stated


def _wrong(name: str, text: str, what: str, allowed: str, entry: str = "edits") -> Issue:
    """The issue of a value that is not what it should be, or that is missing."""
    place = Place(file=entry, key=ascii_safe(name))
    if not text:
        return Issue(code="missing-value", message="the value is missing", place=place, allowed=allowed)
    message = f"{quote(text)} is not {what}"
    return Issue(code="invalid-value", message=message, place=place, value=quote(text), allowed=allowed)


class _Reader(Struct, kw_only=True):
    """Collects what the entries mean, and what is wrong with them."""

    scenario: Scenario
    issues: list[Issue] = field(default_factory=list)
    assumptions: list[Assumption] = field(default_factory=list)

    def stop_if_invalid(self) -> None:
        if self.issues:
            raise InvalidInput(self.issues)

    def states(
        self, entry: Literal["do", "given"], pairs: Iterable[tuple[str, State]]
    ) -> tuple[dict[str, float], dict[str, bool]]:
        """Factors with degrees, events with whether they happen."""
        factors: dict[str, float] = {}
        events: dict[str, bool] = {}
        kind: Literal["intervention", "condition"] = "intervention" if entry == "do" else "condition"
        for name, value in pairs:
            if name in factors or name in events:
                self.twice(entry, name)
            elif name in self.scenario.factors:
                factors[name] = self.degree(entry, name, value)
                self.assumptions.append(Assumption(kind=kind, name=name, value=factors[name]))
            elif (event := self.scenario.events.get(name)) and event.states:
                if literal := self.state_of(entry, event, value):
                    events[literal] = True
                    self.assumptions.append(Assumption(kind=kind, name=literal, value=True))
            elif name in self.scenario.literals:
                events[name] = self.state(entry, name, value)
                if entry == "do" and "=" in name and not events[name]:
                    self.wrong(entry, name, "no", "a state to set", "another state of the event, set to hold")
                self.assumptions.append(Assumption(kind=kind, name=name, value=events[name]))
            else:
                known, what = [*self.scenario.factors, *self.scenario.events], "a factor or an event of the scenario"
                if entry == "given":
                    known, what = [*known, *self.scenario.indicators], "a factor, an event or an indicator"
                self.unknown(entry, name, known, what)
        return factors, events

    @property
    def sign_names(self) -> frozenset[str]:
        """The indicators that have not the name of a factor or event."""
        return frozenset(self.scenario.indicators) - {*self.scenario.factors, *self.scenario.events}

    def signs(self, pairs: Iterable[tuple[str, State]]) -> dict[str, bool]:
        """Indicators with whether they are observed."""
        signs: dict[str, bool] = {}
        for name, value in pairs:
            if name in signs:
                self.twice("given", name)
            else:
                signs[name] = self.state("given", name, value)
                self.assumptions.append(Assumption(kind="condition", name=name, value=signs[name]))
        return signs

    def degree(self, entry: str, name: str, value: State) -> float:
        number = _number(value)
        if number is None or not 0 <= number <= 1:
            self.wrong(entry, name, value, "a degree", f"a degree between 0 and 1, such as {name}=0.9")
            return 0.5
        return number

    def state(self, entry: str, name: str, value: State) -> bool:
        text = "yes" if value is None else str(value).lower()
        if text not in (*YES, *NO):
            self.wrong(entry, name, value, "a state", f"{name}=yes or {name}=no")
        return text in YES

    def state_of(self, entry: str, event: Event, value: State) -> str:
        """The name of a state of an event that has several; empty where there is no such state."""
        if str(value) in event.states:
            return f"{event.id}={value}"
        allowed = enumerated([f"{event.id}={state}" for state in event.states])
        self.wrong(entry, event.id, value, f"a state of {quote(event.id)}", allowed)
        return ""

    def left_out(self, names: Iterable[str]) -> tuple[str, ...]:
        """The items that some names stand for, each once."""
        items: dict[str, None] = {}
        groups = evidence_groups(self.scenario)
        for name in names:
            if name == EVERYTHING:
                items.update(dict.fromkeys(self.scenario.evidence))
            elif name in self.scenario.evidence:
                items[name] = None
            elif name in groups:
                items.update(dict.fromkeys(groups[name]))
            else:
                known = [*self.scenario.evidence, *self.scenario.origins, EVERYTHING]
                self.unknown("without", name, known, "an item of evidence, or an origin of several")
                continue
            self.assumptions.append(Assumption(kind="without", name=name, value=None))
        return tuple(items)

    def edited(self, edits: Iterable[tuple[str, StatementText]], assessment: Assessment) -> Assessment:
        """The assessment with other statements."""
        known = [*Quantities(self.scenario).inputs, *assessment.weights]
        chances = [f"evidence.{item}.{key}" for item in possible_pairs(self.scenario) for key in PAIR]
        prior_set, seen = assessment.prior_set, set[str]()
        for name, value in edits:
            if name not in (*known, *chances):
                self.unknown("edits", name, known, "an input as in a prior set, such as events.x or relevance.x")
            elif name in seen:
                self.twice("edits", name)
            elif found := self.statements(name, written(value)):
                seen.add(name)
                for each, stated in found.items():
                    prior_set = prior_set.with_statement(each, stated)
                    self.assumptions.append(Assumption(kind="prior", name=each, value=say(stated.statement)))
        if not seen:
            return assessment
        try:
            return assess(self.scenario, prior_set, structure=assessment.structure)
        except InvalidInput as error:
            self.issues.extend(issue.moved(Place(file="edits", key=issue.place.key)) for issue in error.issues)
            return assessment

    def statements(self, name: str, text: str) -> Mapping[str, Stated]:
        try:
            return _statements(name, text)
        except InvalidInput as error:
            self.issues.extend(error.issues)
            return {}

    def grid(self, sweep: tuple[str, Values] | None) -> Grid | None:
        """A factor and its values."""
        if sweep is None:
            return None
        name, span = sweep
        if name not in self.scenario.factors:
            self.unknown("sweep", name, self.scenario.factors, "a factor")
            return None
        values = _spaced(span) if isinstance(span, str) else tuple(map(float, span))
        if values is None:
            self.wrong(
                "sweep", name, str(span), "a range", f"low, high and the number of values, such as {name}=0:1:11"
            )
            return None
        if not 2 <= len(values) <= MAX_VALUES or not all(0 <= value <= 1 for value in values):
            expected = f"2 to {MAX_VALUES} values from low to high, between 0 and 1"
            self.wrong("sweep", name, str(span), "a range", expected)
            return None
        return Grid(factor=name, values=values)

    def check(self, intervention: Intervention, grid: Grid | None, assessment: Assessment) -> None:
        """Refuse what cannot be set, the factor of a sweep included."""
        swept = {grid.factor: grid.values[0]} if grid else {}
        everything = replace(intervention, factors=FrozenDict({**intervention.factors, **swept}))
        entry = "do" if intervention else "sweep"
        for issue in check_intervention(everything, assessment.structure):
            self.issues.append(issue.moved(Place(file=entry, key=issue.place.key)))

    def unknown(self, entry: str, name: str, known: Iterable[str], what: str) -> None:
        issue = unknown_name(Place(file=entry, key=ascii_safe(name)), name, known, what)
        self.issues.append(replace(issue, suggestion="") if is_remark(name) else issue)

    def twice(self, entry: str, name: str) -> None:
        place = Place(file=entry, key=ascii_safe(name))
        self.issues.append(Issue(code="duplicate-name", message="this name is there twice", place=place))

    def wrong(self, entry: str, name: str, value: State, what: str, allowed: str) -> None:
        self.issues.append(_wrong(name, "" if value is None else str(value), what, allowed, entry))


def _number(value: State) -> float | None:
    if value is None or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def written(value: StatementText) -> str:
    """A statement as TOML; a bare word needs no quotation marks."""
    match value:
        case str():
            return toml_writer.text(value) if WORD.fullmatch(value) else value
        case Mapping():
            return toml_writer.inline((name, written(part)) for name, part in value.items())
        case _:
            return toml_writer.number(float(value))


def _spaced(span: str) -> tuple[float, ...] | None:
    """Equally spaced values from "low:high:count"; None for another text, and no values where low is not below high."""
    parts = [_number(part) for part in span.split(":")]
    if len(parts) != 3 or None in parts:
        return None
    low, high, count = (float(part) for part in parts if part is not None)
    if not low < high or count != int(count) or not 2 <= count <= MAX_VALUES:
        return ()
    return tuple(float(value) for value in np.linspace(low, high, int(count)))
