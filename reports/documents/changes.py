"""Changes between two assessments in words: what changed, by title, from which value to which."""

from __future__ import annotations

from collections.abc import Mapping

from estimative.model.disagreement.change_list import Change
from estimative.reports.context import Context
from estimative.reports.phrases import capital, input_name, quoted

LONGEST = 160
"""Characters of a text that a list shows."""
FRAME: Mapping[str, str] = {
    "title": "the title",
    "question": "the question",
    "as_of": "the date of the assessment",
    "until": "the end of the horizon",
    "headline": "the headline",
}
"""Fields of the scenario itself."""
NOUNS: Mapping[str, str] = {
    "sources": "source",
    "factors": "factor",
    "events": "event",
    "outcomes": "outcome",
    "evidence": "evidence",
    "indicators": "indicator",
}


def line(change: Change, part_name: str, context: Context) -> str:
    """One change in a line."""
    name = title(change.name, part_name, context)
    what = f"{name}, {change.field}" if change.field else name
    unused = "" if change.affects_result else " (no effect on the result)"
    match change.status:
        case "new":
            return f"New: {what}{f': {cut(change.after)}' if change.after else ''}{unused}"
        case "removed":
            return f"Removed: {what}{f' (was: {cut(change.before)})' if change.before else ''}{unused}"
        case _:
            return f"{capital(what)}: {cut(change.before) or 'nothing'} → {cut(change.after) or 'nothing'}{unused}"


def title(name: str, part_name: str, context: Context) -> str:
    """What changed, by its title where it has one."""
    section, _, entry = name.partition(".")
    if part_name in ("settings", "versions"):
        return name
    if section == "prior_set":
        return f"the prior set's {entry}"
    if not entry:
        return FRAME.get(name, name)
    return input_title(name, context) if part_name in ("priors", "weights") else _entry_title(section, entry, context)


def input_title(name: str, context: Context) -> str:
    """A quantity or weight by title, from the later of the two assessments that has it."""
    for assessment in reversed(context.assessments):
        inputs = assessment.structure.quantities.inputs
        if name in (*inputs, *assessment.priors, *assessment.indicator_priors, *assessment.weights):
            return input_name(name, assessment.scenario)
    return name


def _entry_title(section: str, entry: str, context: Context) -> str:
    """An entry of the scenario by kind and title, from the later of the two scenarios that has it."""
    for assessment in reversed(context.assessments):
        entries = getattr(assessment.scenario, section)
        if entry in entries:
            return f"{NOUNS[section]} {quoted(entries[entry].title or entry)}"
    return entry


def cut(text: str) -> str:
    """A text on one line, cut where it is long."""
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 2].rstrip()} …"
