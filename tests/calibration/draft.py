"""A scenario file and a prior-set file, written part by part with numbers drawn at random."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

SCENARIO, PRIORS = "scenario.toml", "priors.toml"
HEAD = """[scenario]
id = "hard"
title = "A hard scenario"
question = "Does it happen?"
as_of = 2026-01-01
until = 2028-12-31
headline = "headline"
[[scenario.sources]]
id = "source"
title = "A source"
"""
SIGNS = ("raises", "lowers")


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A scenario and a prior set in the making."""

    rng: random.Random
    scenario: list[str] = field(default_factory=lambda: [HEAD])
    priors: dict[str, list[str]] = field(default_factory=dict)
    forms: dict[str, str] = field(default_factory=dict)
    """Of each event."""
    factors: list[str] = field(default_factory=list)
    items: list[str] = field(default_factory=list)

    def state(self, section: str, name: str, statement: str) -> None:
        """Add an entry to a section of the prior set."""
        self.priors.setdefault(section, []).append(f'"{name}" = {statement}')

    def part(self, section: str, name: str, **fields: str) -> None:
        """Add a table to the scenario."""
        lines = [f"[{section}.{name}]", f'title = "{section} {name}"', *(f"{key} = {v}" for key, v in fields.items())]
        self.scenario.append("\n".join(lines) + "\n")

    def factor(self, prior: str) -> str:
        name = f"f{len(self.factors)}"
        self.factors.append(name)
        self.part("factors", name, low='"none"', high='"all"')
        self.state("factors", name, prior)
        return name

    def event(self, form: str, prior: str, *, drivers: Mapping[str, str] | None = None, **fields: str) -> str:
        """Add an event of odds or rate form; drivers with the prior of each ratio."""
        name = f"e{len(self.forms)}"
        self.forms[name] = form
        drivers = drivers or {}
        signs = ", ".join(f'{driver} = "{self.rng.choice(SIGNS)}"' for driver in drivers)
        self.part("events", name, form=f'"{form}"', drivers=f"{{ {signs} }}", **fields)
        self.state("events", name, prior)
        for driver, ratio in drivers.items():
            self.state(f"effects.{name}", driver, ratio)
        return name

    def table(self, parents: Sequence[str], priors: Sequence[str]) -> str:
        """Add an event of table form; priors in the order none, a, b, a+b."""
        name = f"e{len(self.forms)}"
        self.forms[name] = "table"
        self.part("events", name, form='"table"', parents=quoted(parents))
        keys = ["none", *parents, "+".join(parents)][: 2 ** len(parents)]
        for key, prior in zip(keys, priors, strict=True):
            self.state(f"tables.{name}", key, prior)
        return name

    def outcome(self, name: str, **fields: Sequence[str]) -> None:
        self.part("outcomes", name, **{key: quoted(events) for key, events in fields.items()})

    def item(self, kind: str, about: str, prior: str = "", *, section: str = "evidence", **fields: str) -> str:
        """Add an item of evidence, with its entry in the prior set if it has one."""
        name = f"i{len(self.items)}"
        self.items.append(name)
        self.part("evidence", name, kind=f'"{kind}"', about=f'"{about}"', source='"source"', **fields)
        if prior:
            self.state(section, name, prior)
        return name

    def indicator(self, about: str, prior: str, **fields: str) -> None:
        ends = ("high", "low") if about in self.factors else ("yes", "no")
        self.item("indicator", about, prior, supports=f'"{self.rng.choice(ends)}"', **fields)

    def measurement(self, about: str, degree: float, error: str) -> None:
        """Add a reading of a factor on a scale from 0 to 1."""
        self.item("measurement", about, error, value=f"{degree:.9g}", unit='"points"', at_low="0", at_high="1")

    def testimony(self, about: str, prior: str) -> None:
        claims = f'"{self.rng.choice(("yes", "no"))}"'
        if self.factors and self.rng.random() < 0.5:
            self.item("testimony", about, prior, claims=claims, motive=f'"{self.rng.choice(self.factors)}"')
        else:
            name = self.item("testimony", about, prior, claims=claims)
            self.state("motives", name, beta(self.rng, 0.5, 5))

    def forecast(self, about: str, log_odds: float, error: str) -> None:
        self.item("forecast", about, error, probability=f"{1 / (1 + math.exp(-log_odds)):.9g}")

    def exposure(self, about: str, count: int, years: float) -> None:
        relevance = f"{self.rng.uniform(0.2, 1):.2f}"
        self.item("exposure", about, relevance, section="relevance", count=str(count), years=f"{years:.6g}")

    def cases(self, about: str, successes: int, of: int, at: str = "{}") -> None:
        relevance = f"{self.rng.uniform(0.2, 1):.2f}"
        trials = f"[{{ successes = {successes}, of = {of}, at = {at} }}]"
        self.item("cases", about, relevance, section="relevance", trials=trials)

    def texts(self) -> dict[str, str]:
        """Return the texts of both files, by name."""
        who = '[prior_set]\nname = "hard"\nanalyst = "Nobody"\nscenario = "hard"\ndate = 2026-01-01\n'
        sections = ["\n".join([f"[{name}]", *entries]) + "\n" for name, entries in self.priors.items()]
        return {SCENARIO: "\n".join(self.scenario), PRIORS: "\n".join([who, *sections])}


def beta(rng: random.Random, low: float, high: float) -> str:
    """State a beta distribution with both parameters between these bounds."""
    return f"{{ beta = [{log_uniform(rng, low, high):.4g}, {log_uniform(rng, low, high):.4g}] }}"


def rare(rng: random.Random, low: float, high: float) -> str:
    """State a beta distribution whose mean is between these bounds, with a shape of 0.3 to 3."""
    mean, a = log_uniform(rng, low, high), rng.uniform(0.3, 3)
    return f"{{ beta = [{a:.4g}, {a * (1 / mean - 1):.6g}] }}"


def lognormal(rng: random.Random, low: float, high: float, *, sd: tuple[float, float] = (0.2, 1.0)) -> str:
    """State a lognormal distribution whose median is between the bounds."""
    return f"{{ lognormal = [{math.log(log_uniform(rng, low, high)):.6g}, {rng.uniform(*sd):.4g}] }}"


def log_uniform(rng: random.Random, low: float, high: float) -> float:
    return math.exp(rng.uniform(math.log(low), math.log(high)))


def quoted(names: Sequence[str]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"
