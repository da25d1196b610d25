"""Where the numbers of a figure come from, in a line: scenario, prior sets, seed."""

from __future__ import annotations

from collections.abc import Iterable

from estimative.model.inference.info import Computation, PriorSetInfo, Result, ScenarioInfo
from estimative.reports.phrases import CAUTION, date, listed, plural

DIGITS = 8
"""Of a digest, enough to tell one file from another."""
MAX_NAMED = 4
"""Prior sets that are named."""


def source(scenario: ScenarioInfo, prior_sets: Iterable[PriorSetInfo], computation: Computation) -> str:
    """The files and the computation behind a figure."""
    names = [f"{p.name}{f' ({p.analyst})' if p.analyst else ''} {p.digest[:DIGITS]}" for p in prior_sets]
    rest = [plural(len(names) - MAX_NAMED, "other", "others")] if len(names) > MAX_NAMED else []
    sets = f"Prior set{'s' * (len(names) > 1)}: {listed([*names[:MAX_NAMED], *rest])}."
    made = f"estimative {computation.versions.get('estimative', '')}".strip()
    subject = f"{scenario.title} ({scenario.id} {scenario.digest[:DIGITS]}), as of {date(scenario.as_of)}."
    return f"{subject} {sets} {made}, seed {computation.seed}."


def caution(result: Result) -> str:
    """A warning where numbers of a failed fit are shown; else empty."""
    return "" if result.converged else CAUTION


def not_shown(count: int, noun: str) -> str:
    """How many small rows are cut, as a further sentence; empty where none is."""
    return f" {plural(count, f'smaller {noun} is', f'smaller {noun}s are')} not shown." if count else ""
