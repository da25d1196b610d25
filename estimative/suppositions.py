"""What `whatif` is told on the command line: from options as text to what is supposed, or to all faults at once."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from estimative.model.analysis.evidence_weight import evidence_groups
from estimative.model.analysis.what_if import Supposition
from estimative.model.assessment import Assessment, assess
from estimative.model.likelihood.intervention import Intervention, check_intervention
from estimative.model.spec.quantities import Quantities, QuantityName
from estimative.model.spec.scenario import Scenario
from estimative.priors.errors import InvalidInput, Issue, Place, listed, nearest, quote
from estimative.priors.frozen import FrozenDict
from estimative.priors.prior_set import PriorSet
from estimative.priors.statement_syntax import read_stated, say
from estimative.priors.statements import Stated
from estimative.priors.toml_document import TomlFile
from estimative.priors.toml_table import Table, ascii_safe
from estimative.reports.whatif.summary import Supposed

EVERYTHING = "all"
A_WORD = re.compile(r"[A-Za-z][A-Za-z -]*")
YES, NO = ("yes", "true", "1"), ("no", "false", "0")
MOST_VALUES = 101


@dataclass(frozen=True, kw_only=True)
class Options:
    """As they stand on the command line."""

    do: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    set: tuple[str, ...] = ()
    sweep: str | None = None


@dataclass(frozen=True, kw_only=True)
class Swept:
    """A factor and the degrees at which it is set in turn."""

    factor: str
    values: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Understood:
    """What the options mean."""

    supposition: Supposition
    told: tuple[Supposed, ...]
    sweep: Swept | None


def understood(options: Options, assessment: Assessment) -> Understood:
    """Read every option.

    Raises
    ------
    Faulty
        With every fault of every option.
    """
    reader = _Reader(assessment.scenario)
    changed = reader.stated(options.set, assessment)
    left_out = reader.left_out(options.without)
    intervention = reader.intervention(options.do)
    events, factors = reader.given(options.given)
    sweep = reader.sweep(options.sweep)
    for name, value in factors.items():
        changed = changed.with_fixed(f"factors.{name}", value)
    changed = changed.without_evidence(left_out) if left_out else changed
    reader.issues.extend(_refused(intervention, sweep, changed))
    if reader.issues:
        raise InvalidInput(reader.issues)
    return Understood(
        supposition=Supposition(assessment=changed, intervention=intervention, given=FrozenDict(events)),
        told=tuple(reader.told),
        sweep=sweep,
    )


def _refused(intervention: Intervention, sweep: Swept | None, assessment: Assessment) -> Iterator[Issue]:
    swept = {sweep.factor: sweep.values[0]} if sweep else {}
    everything = replace(intervention, factors=FrozenDict({**intervention.factors, **swept}))
    for refused in check_intervention(everything, assessment.structure):
        yield refused.moved(Place(file="--do", key=refused.place.key))


@dataclass
class _Reader:
    """Collects what the options say, and what is wrong with them."""

    scenario: Scenario

    def __post_init__(self) -> None:
        self.issues: list[Issue] = []
        self.told: list[Supposed] = []

    def intervention(self, options: Sequence[str]) -> Intervention:
        factors, events = self._pairs("--do", "intervention", options)
        return Intervention(factors=FrozenDict(factors), events=FrozenDict(events))

    def given(self, options: Sequence[str]) -> tuple[dict[str, bool], dict[str, float]]:
        factors, events = self._pairs("--given", "condition", options)
        return events, factors

    def _pairs(self, option: str, kind: str, options: Sequence[str]) -> tuple[dict[str, float], dict[str, bool]]:
        """Factors with degrees, events with yes or no."""
        factors: dict[str, float] = {}
        events: dict[str, bool] = {}
        for text in options:
            name, sign, value = text.partition("=")
            name, value = name.strip(), value.strip()
            if name in factors or name in events:
                self._fault(option, name, "this name is there twice", "each name once")
            elif name in self.scenario.factors:
                factors[name] = degree = self._degree(option, name, value if sign else "")
                said = f"to {degree:g}" if kind == "intervention" else f"to stand at {degree:g}"
                self._tell(kind, name, self.scenario.factors[name].title, said)
            elif name in self.scenario.events:
                events[name] = self._state(option, name, value if sign else "yes")
                said = self._how(kind, name, events[name])
                self._tell(kind, name, self.scenario.events[name].title, said)
            else:
                known = [*self.scenario.factors, *self.scenario.events]
                found = "the scenario does not know this name"
                self._fault(option, name, found, f"a factor or an event: {listed(known)}", nearest(name, known))
        return factors, events

    def _how(self, kind: str, name: str, happens: bool) -> str:
        verb = "be so" if self.scenario.events[name].when == "now" else "happen"
        where = " wherever it can" if happens and kind == "intervention" else ""
        return f"{'' if happens else 'not '}to {verb}{where}"

    def _degree(self, option: str, name: str, value: str) -> float:
        number = _number(value)
        if number is None or not 0 <= number <= 1:
            found = f"{quote(value)} is not a degree" if value else "the value is missing"
            self._fault(option, name, found, f"a degree between 0 and 1, such as {name}=0.9")
            return 0.5
        return number

    def _state(self, option: str, name: str, value: str) -> bool:
        if value.lower() not in (*YES, *NO):
            self._fault(option, name, f"{quote(value)} is not a state", f"{name}=yes or {name}=no")
        return value.lower() in YES

    def left_out(self, options: Sequence[str]) -> tuple[str, ...]:
        """Items, the items of an origin, or all of them."""
        found: dict[str, None] = {}
        stories = evidence_groups(self.scenario)
        for name in map(str.strip, options):
            if name in self.scenario.evidence:
                items: tuple[str, ...] = (name,)
            elif name in stories:
                items = stories[name]
            elif name == EVERYTHING:
                items = tuple(self.scenario.evidence)
            else:
                known = [*self.scenario.evidence, *self.scenario.origins, EVERYTHING]
                expected = f"an item of evidence, an origin that several share, or {EVERYTHING!r}"
                self._fault("--without", name, "the scenario does not know this name", expected, nearest(name, known))
                continue
            found.update(dict.fromkeys(items))
            self._tell("evidence left out", name, self._story(name, items), "")
        return tuple(found)

    def _story(self, name: str, items: Sequence[str]) -> str:
        if name == EVERYTHING:
            return f"all {len(items)} items of evidence"
        return "; ".join(self.scenario.evidence[item].title for item in items)

    def stated(self, options: Sequence[str], assessment: Assessment) -> Assessment:
        """The assessment with other statements."""
        own, seen = assessment.prior_set, set[str]()
        quantities = Quantities(self.scenario)
        known = {**{name: one.title for name, one in quantities.all.items()}, **_weights(assessment)}
        prior_set = own
        for text in options:
            name, _, value = text.partition("=")
            name, value = name.strip(), value.strip()
            if name not in known:
                found = "the scenario does not know this name"
                expected = "a quantity or a weight of evidence, as in a prior set: events.x, effects.x.y, relevance.x"
                self._fault("--set", name, found, expected, nearest(name, known))
            elif name in seen:
                self._fault("--set", name, "this name is there twice", "each name once")
            elif (stated := self._statement(name, value)) is not None:
                seen.add(name)
                prior_set = self._replaced(prior_set, name, stated)
                self._tell("another prior", name, known[name], f"stated as {say(stated.statement)}")
        if not seen:
            return assessment
        try:
            return assess(self.scenario, prior_set, structure=assessment.structure)
        except InvalidInput as error:
            self.issues.extend(issue.moved(Place(file="--set", key=issue.place.key)) for issue in error.issues)
            return assessment

    def _statement(self, name: str, value: str) -> Stated | None:
        *section, key = name.split(".")
        written = f'"{value}"' if A_WORD.fullmatch(value) else value
        header, quoted = ".".join(f'"{part}"' for part in section), f'"{key}"'
        try:
            file = TomlFile.parse(f"[{header}]\n{quoted} = {written}\n", file="--set")
        except InvalidInput:
            expected = "a statement as in a prior set: 0.3, likely, { p05 = 0.1, p95 = 0.4 }"
            found = f"{quote(value)} is not a statement" if value else "the statement is missing"
            self._fault("--set", name, found, expected)
            return None
        table = Table.of(file)
        within = table
        for part in section:
            within = within.table(part)
        stated = read_stated(within, key)
        self.issues.extend(issue.moved(Place(file=issue.place.file, key=issue.place.key)) for issue in table.issues)
        return stated if not table.issues else None

    def _replaced(self, prior_set: PriorSet, name: str, stated: Stated) -> PriorSet:
        parsed = QuantityName.parse(name)
        if not parsed.is_weight:
            return replace(prior_set, statements=FrozenDict({**prior_set.statements, name: stated}))
        value = getattr(stated.statement, "value", None)
        if not isinstance(value, float | int) or not 0 <= value <= 1:
            self._fault("--set", name, f"{say(stated.statement)} is not a weight", "one number between 0 and 1")
            return prior_set
        return prior_set.with_weight(parsed.section, parsed.subject, float(value))

    def sweep(self, text: str | None) -> Swept | None:
        """A factor with low, high and how many values."""
        if text is None:
            return None
        name, _, span = text.partition("=")
        name = name.strip()
        if name not in self.scenario.factors:
            found, known = f"{quote(name)} is not a factor", list(self.scenario.factors)
            self._fault("--sweep", name, found, f"a factor: {listed(known)}", nearest(name, known))
            return None
        parts = [_number(part) for part in span.split(":")]
        if len(parts) != 3 or None in parts:
            self._fault(
                "--sweep",
                name,
                f"{quote(span)} is not a range",
                f"low, high and how many values, such as {name}=0:1:11",
            )
            return None
        low, high, count = (float(part) for part in parts if part is not None)
        if not (0 <= low < high <= 1 and count == int(count) and 2 <= count <= MOST_VALUES):
            expected = f"0 <= low < high <= 1 and 2 to {MOST_VALUES} values"
            self._fault("--sweep", name, f"{quote(span)} is not a range", expected)
            return None
        return Swept(factor=name, values=tuple(float(value) for value in np.linspace(low, high, int(count))))

    def _tell(self, kind: str, about: str, title: str, said: str) -> None:
        self.told.append(Supposed(kind=kind, about=about, title=title, said=said))

    def _fault(self, option: str, key: str, found: str, expected: str, near: str | None = None) -> None:
        fault = Issue(
            code="invalid-option",
            message=ascii_safe(found),
            place=Place(file=option, key=ascii_safe(key)),
            allowed=expected,
            suggestion=near or "",
        )
        self.issues.append(fault)


def _weights(assessment: Assessment) -> Mapping[str, str]:
    return {name: name.replace(".", " of ", 1) for name in assessment.weights}


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
