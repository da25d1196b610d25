"""A prior set: everything one analyst states about one scenario."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from functools import cached_property

from msgspec import Struct, field
from msgspec.structs import asdict, replace

from estimative.priors.digest import digest_of, tag_of
from estimative.priors.errors import Place, quote
from estimative.priors.frozen import FrozenDict
from estimative.priors.statements import ByState, Constant, Stated, Statement

SCENARIO = "the scenario"
"""Whose a statement is that the scenario suggests; no prior set can have this name."""
LEVELS = ("low", "moderate", "high")
"""Levels of analytic confidence."""
WEIGHTS = ("relevance", "independence")
"""Sections with weights of evidence, which are fixed numbers."""
PAIR = ("if_yes", "if_no")
"""Keys of an item of evidence that is stated as two chances."""


class Confidence(Struct, frozen=True, kw_only=True):
    """Analytic confidence, declared by the analyst and never computed."""

    level: str
    """One of LEVELS."""
    information_base: str = ""
    rigour: str = ""
    volatility: str = ""
    taken_from: str = ""
    """The name of the prior set that declares it, where this one only extends that."""

    @property
    def declared(self) -> Mapping[str, str]:
        """What a file says of it, in the order of the file."""
        return {name: text for name, text in asdict(self).items() if name != "taken_from"}


class PriorSet(Struct, frozen=True, kw_only=True, dict=True):
    """What one analyst believes, with everything inherited from the sets it extends.

    The name, the analyst, the dates and the rationale are always the set's own.
    """

    name: str
    analyst: str
    scenario: str
    """The scenario's id."""
    scenario_digest: str | None
    """The digest of the scenario that the set was made for; inherited."""
    date: datetime.date | None
    review_by: datetime.date | None = None
    """The day by which the analyst means to look at these priors again."""
    rationale: str
    """May be empty."""
    lineage: tuple[str, ...]
    """The names of the sets it extends, nearest first."""
    statements: Mapping[str, Stated]
    """By quantity: "factors.alignment", "effects.request.plan", "indicators.x.if_yes", "tables.x.bronchitis+either"."""
    relevance: Mapping[str, float]
    """By item of evidence, in [0, 1]."""
    independence: Mapping[str, float]
    """By origin, in [0, 1]."""
    shares: Mapping[str, Stated] = field(default_factory=lambda: FrozenDict({}))
    """Relevance and independence with their reasons: by "relevance.x" and "independence.x"."""
    confidence: Confidence | None
    """Inherited as a whole, or replaced as a whole."""
    places: Mapping[str, Place]
    """Where each entry is, by its dotted path: "factors.x", "relevance.x", "prior_set.scenario" ..."""
    file: str
    """The path, as the user gave it."""

    def __repr__(self) -> str:
        counts = f"{len(self.statements)} statements, {len(self.relevance) + len(self.independence)} weights"
        return f"PriorSet({quote(self.name)} of {quote(self.analyst)} for {quote(self.scenario)}: {counts})"

    def weight(self, section: str, name: str) -> float:
        """Return a weight of evidence, 0 where none is stated; `section` is "relevance" or "independence"."""
        return (self.relevance if section == "relevance" else self.independence).get(name, 0.0)

    def stated(self, name: str) -> Stated | None:
        """Return what is stated about a quantity or a weight of evidence; None where nothing is."""
        section, _, subject = name.partition(".")
        if section not in WEIGHTS:
            return self.statements.get(name)
        weights = self.relevance if section == "relevance" else self.independence
        return self.shares.get(name) or (
            Stated(statement=Constant(value=weights[subject])) if subject in weights else None
        )

    def with_statement(self, name: str, stated: Stated) -> PriorSet:
        """Return the set with another statement about a quantity, or about a weight of evidence, which is a constant.

        An item of evidence is stated as a ratio or as two chances: one way replaces the other.
        """
        section, _, subject = name.partition(".")
        if section in WEIGHTS:
            assert isinstance(stated.statement, Constant)
            changed = self.with_weight(section, subject, stated.statement.value)
            return replace(changed, shares=FrozenDict({**changed.shares, name: stated}))
        others = {key: other for key, other in self.statements.items() if key not in other_ways(name)}
        return replace(self, statements=FrozenDict({**others, name: stated}))

    def without(self, name: str) -> PriorSet:
        """Return the set without what is stated about a quantity or a weight of evidence."""
        section, _, subject = name.partition(".")
        return replace(
            self,
            statements=_lacking(self.statements, name),
            shares=_lacking(self.shares, name),
            relevance=_lacking(self.relevance, subject) if section == "relevance" else self.relevance,
            independence=_lacking(self.independence, subject) if section == "independence" else self.independence,
        )

    def with_weight(self, section: str, name: str, value: float) -> PriorSet:
        """Return the set with another weight of evidence."""
        shares = FrozenDict({key: stated for key, stated in self.shares.items() if key != f"{section}.{name}"})
        if section == "relevance":
            return replace(self, shares=shares, relevance=FrozenDict({**self.relevance, name: value}))
        return replace(self, shares=shares, independence=FrozenDict({**self.independence, name: value}))

    def differences(self, earlier: PriorSet) -> dict[str, Stated | None]:
        """Return what is stated otherwise than in an earlier set, by name; None for what is no longer stated."""
        names = dict.fromkeys((*earlier.names, *self.names))
        return {name: self.stated(name) for name in names if not self.states_alike(earlier, name)}

    def states_alike(self, other: PriorSet, name: str) -> bool:
        """Whether two sets state the same about an input, for the same reason."""
        first, second = self.stated(name), other.stated(name)
        return first is second or (first is not None and second is not None and canonical(first) == canonical(second))

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that something is stated about: quantities, then weights of evidence."""
        relevance, independence = (
            (f"relevance.{name}" for name in self.relevance),
            (f"independence.{name}" for name in self.independence),
        )
        return (*self.statements, *relevance, *independence)

    @cached_property
    def digest(self) -> str:
        """SHA-256, in hexadecimal, of everything that can change a number or a word of a report.

        That is all content after `extends`, with reasons and sources, and the lineage. It is not: paths, lines, the
        order of entries, the spelling of a statement (`3` or `3.0`, a word's capitals), what the scenario suggests,
        which is in its own digest, and `scenario_digest`, which only guards against a mistake.
        """
        suggested = {name.removeprefix("relevance.") for name in self.shares.keys() - _own(self.shares).keys()}
        statements, shares = _own(self.statements), _own(self.shares)
        content = {
            "name": self.name,
            "analyst": self.analyst,
            "scenario": self.scenario,
            "date": self.date and self.date.isoformat(),
            **({"review_by": self.review_by.isoformat()} if self.review_by else {}),
            "rationale": self.rationale,
            "lineage": self.lineage,
            "statements": {quantity: canonical(stated) for quantity, stated in statements.items()},
            "shares": {quantity: (stated.because, stated.source) for quantity, stated in shares.items()},
            "relevance": {name: self.relevance[name] for name in self.relevance if name not in suggested},
            "independence": dict(self.independence),
            "confidence": self.confidence and self.confidence.declared,
        }
        # Digests of scenarios differ in this. Both are stored in runs, so that neither can change.
        return digest_of(content, ascii_only=True)


def _lacking[Entry](entries: Mapping[str, Entry], name: str) -> Mapping[str, Entry]:
    return FrozenDict({key: entry for key, entry in entries.items() if key != name})


def other_ways(name: str) -> tuple[str, ...]:
    """Return the entries that one of these replaces: of an item of evidence, its ratio or its two chances."""
    section, _, subject = name.partition(".")
    if section != "evidence":
        return ()
    item, _, key = subject.partition(".")
    pair = tuple(f"evidence.{item}.{end}" for end in PAIR)
    return (f"evidence.{item}",) if key in PAIR else pair


def _own(stated: Mapping[str, Stated]) -> dict[str, Stated]:
    """Return what the scenario does not suggest."""
    return {name: statement for name, statement in stated.items() if statement.taken_from != SCENARIO}


def canonical(stated: Stated) -> list[object]:
    """Return what a statement says, as plain data in a fixed order."""
    return [*_content(stated.statement), stated.because, stated.source]


def _content(statement: Statement) -> list[object]:
    if isinstance(statement, ByState):
        parts = [[state, *_content(part)] for state, part in statement.parts]
        return [tag_of(statement.kind), {"parts": parts, "worth": statement.worth}]
    return [tag_of(statement.kind), asdict(statement)]
