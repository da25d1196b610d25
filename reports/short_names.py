"""Quantities where there is little room: no two of them under the same name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from estimative.model.spec.events import OTHERWISE
from estimative.model.spec.quantities import QuantityName
from estimative.model.spec.scenario import Scenario
from estimative.priors.toml_table import JOINED
from estimative.reports.phrases import CASES, capital, title_of, what_of_item

LONG, SHORT = 18, 15
"""Characters of a title that is followed by its state or case, and of any other part of a name."""

type Cut = Callable[[str, int], str]

WHAT: Mapping[str, str] = {
    "motives": "motive of ",
    "relevance": "relevance of ",
    "independence": "origin ",
    "indicators": "chance of seeing ",
}
"""What of the subject a quantity is, by its section."""


def short_names(names: Sequence[str], scenario: Scenario) -> Mapping[str, str]:
    """A short name of each quantity: the beginnings of titles, or their ends where the beginnings are the same."""
    short = {name: _short_name(name, scenario, _beginning) for name in names}
    times = Counter(short.values())
    return {
        name: _short_name(name, scenario, _end) if times[beginning] > 1 else beginning
        for name, beginning in short.items()
    }


def _short_name(name: str, scenario: Scenario, cut: Cut) -> str:
    """Its title, and what it is about it; of an effect, cause and event; of several quantities the state or case."""
    parsed = QuantityName.parse(name)
    if parsed.section == "effects":
        cause, _, state = parsed.key.partition(".")
        event = f"{parsed.subject}={state}" if state else parsed.subject
        return f"{cut(title_of(cause, scenario), SHORT)} \u2192 {cut(title_of(event, scenario), SHORT)}"
    if case := _case(parsed, scenario, cut):
        return f"{cut(capital(title_of(parsed.subject, scenario)), LONG)}: {case}"
    what = (
        f"{what_of_item(parsed.subject, scenario)} of "
        if parsed.section == "evidence"
        else WHAT.get(parsed.section, "")
    )
    return capital(f"{what}{title_of(parsed.subject, scenario)}")


def _case(parsed: QuantityName, scenario: Scenario, cut: Cut) -> str:
    """The state or the case that one of several quantities is about; empty where there is one alone."""
    if not parsed.key:
        return ""
    if parsed.section in ("events", "tables"):
        event = scenario.events[parsed.subject]
        row, _, state = parsed.key.rpartition(".") if event.states else (parsed.key, "", "")
        row = "" if row == "none" else row
        parts = [event.state_title(state)] if state else ["none"] if event.table_parents and not row else []
        parts += [title_of(parent, scenario) for parent in JOINED.split(row) if parent]
        return " + ".join(cut(part, SHORT) for part in parts)
    items = scenario.indicators if parsed.section == "indicators" else scenario.evidence
    about = items[parsed.subject].about
    if parsed.key in CASES:
        words = ("if high", "if low") if about in scenario.factors else ("if so", "if not so")
        return words[CASES.index(parsed.key) % 2]
    return "if not met" if parsed.key == OTHERWISE else cut(scenario.events[about].state_title(parsed.key), SHORT)


def _beginning(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}\u2026"


def _end(text: str, length: int) -> str:
    return text if len(text) <= length else f"\u2026{text[1 - length :].lstrip()}"
