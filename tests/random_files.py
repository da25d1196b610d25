"""Random scenario and prior-set files: every form of event and every kind of evidence, from a seed alone."""

from __future__ import annotations

import random

SCENARIO, PRIORS = "scenario.toml", "priors.toml"
HEAD = """[scenario]
id = "random"
title = "A random scenario"
question = "Does the last event happen?"
as_of = 2026-01-01
until = 2029-07-01
headline = "last"
[[scenario.sources]]
id = "source"
title = "A source"
"""
WHO = '[prior_set]\nname = "random"\nanalyst = "Nobody"\nscenario = "random"\n'


def random_files(seed: int) -> dict[str, str]:
    """The texts of a scenario and of a prior set for it, by file name.

    `random.Random` gives the same numbers on every platform and version of Python.
    """
    rng = random.Random(seed)
    factors = [f"factor{i}" for i in range(rng.randint(1, 4))]
    scenario, priors = [HEAD], [WHO]
    for name in factors:
        scenario.append(f'[factors.{name}]\ntitle = "Degree of {name}"\nlow = "none"\nhigh = "all"\n')
        low, middle, high = sorted(rng.uniform(0.05, 0.95) for _ in range(3))
        priors.append(f"[factors]\n{name} = {{ p05 = {low:.3f}, p50 = {middle:.3f}, p95 = {high:.3f} }}\n")
    forms = _events(rng, factors, scenario, priors)
    events = list(forms)
    scenario.append(f'[outcomes.last]\ntitle = "The last event"\nall = ["{events[-1]}"]\n')
    scenario.append(f'[outcomes.some]\ntitle = "Some event"\nany = {_list(events)}\n')
    scenario.append(
        f'[outcomes.only]\ntitle = "The last, given the first"\nall = ["{events[-1]}"]\ngiven = ["{events[0]}"]\n'
    )
    _evidence(rng, factors, forms, scenario, priors)
    return {SCENARIO: "\n".join(scenario), PRIORS: _merged(priors)}


def _events(rng: random.Random, factors: list[str], scenario: list[str], priors: list[str]) -> dict[str, str]:
    forms: dict[str, str] = {}
    for index in range(rng.randint(2, 5)):
        name, before = f"event{index}", list(forms)
        form = rng.choice(["odds", "odds", "rate", "table"])
        forms[name] = form
        lines = [f"[events.{name}]", f'title = "Event {index}"', f'form = "{form}"']
        if form == "table":
            parents = before[-2:]
            lines.append(f"parents = {_list(parents)}")
            keys = ["none", *parents] + (["+".join(parents)] if len(parents) == 2 else [])
            entries = "".join(f'"{key}" = {_chance(rng)}\n' for key in keys)
            priors.append(f"[tables.{name}]\n{entries}")
        else:
            if before and rng.random() < 0.4:
                lines.append(f'{rng.choice(["given", "unless"])} = ["{before[-1]}"]')
            drivers = rng.sample(factors, rng.randint(1, len(factors))) + [e for e in before[:-1] if rng.random() < 0.4]
            signs = ", ".join(f'{driver} = "{rng.choice(["raises", "lowers"])}"' for driver in drivers)
            lines.append(f"drivers = {{ {signs} }}")
            base = f"{{ p05 = 0.02, p95 = {rng.uniform(0.1, 0.5):.3f} }}" if form == "rate" else _chance(rng)
            priors.append(f"[events]\n{name} = {base}\n")
            priors.append(f"[effects.{name}]\n" + "".join(f"{driver} = {_ratio(rng)}\n" for driver in drivers))
        scenario.append("\n".join(lines) + "\n")
    return forms


def _evidence(
    rng: random.Random, factors: list[str], forms: dict[str, str], scenario: list[str], priors: list[str]
) -> None:
    for index in range(rng.randint(1, 6)):
        name = f"item{index}"
        kind = rng.choice(["indicator", "measurement", "testimony", "forecast", "exposure"])
        rates = [event for event, form in forms.items() if form == "rate"]
        if kind == "exposure" and not rates:
            kind = "indicator"
        event, factor = rng.choice(list(forms)), rng.choice(factors)
        about, fields = event, ""
        if kind == "indicator":
            about = rng.choice([event, factor])
            ends = ("high", "low") if about in factors else ("yes", "no")
            fields = f'supports = "{rng.choice(ends)}"'
        elif kind == "measurement":
            about, fields = factor, f'value = {rng.uniform(20, 80):.1f}\nunit = "points"\nat_low = 10\nat_high = 90'
        elif kind == "testimony":
            fields = f'claims = "{rng.choice(["yes", "no"])}"\nmotive = "{factor}"'
        elif kind == "forecast":
            fields = f"probability = {rng.uniform(0.05, 0.6):.3f}"
        else:
            about, fields = rng.choice(rates), f"count = {rng.randint(0, 2)}\nyears = {rng.uniform(2, 20):.1f}"
        origin = 'origin = "wire"\n' if rng.random() < 0.3 else ""
        scenario.append(
            f'[evidence.{name}]\nkind = "{kind}"\nabout = "{about}"\ntitle = "Item {index}"\nsource = "source"\n'
            f"{origin}{fields}\n"
        )
        if kind == "exposure":
            priors.append(f"[relevance]\n{name} = {rng.uniform(0.2, 1):.2f}\n")
        else:
            stated = {"measurement": "{ p05 = 8, p95 = 25 }", "forecast": "{ p05 = 0.4, p95 = 1.5 }"}
            priors.append(f"[evidence]\n{name} = {stated.get(kind) or _ratio(rng)}\n")


def _chance(rng: random.Random) -> str:
    low, high = sorted(rng.uniform(0.03, 0.9) for _ in range(2))
    return f"{{ p05 = {low:.3f}, p95 = {high + 0.05:.3f} }}"


def _ratio(rng: random.Random) -> str:
    low = rng.uniform(1.05, 2)
    return f"{{ p05 = {low:.2f}, p95 = {low * rng.uniform(1.5, 5):.2f} }}"


def _list(names: list[str]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"


def _merged(parts: list[str]) -> str:
    """Sections that occur several times, as one each: TOML knows no other way."""
    sections: dict[str, list[str]] = {}
    for part in parts:
        header, *lines = part.strip().splitlines()
        sections.setdefault(header, []).extend(lines)
    return "\n".join("\n".join((header, *lines)) + "\n" for header, lines in sections.items())
