"""From a trace to words: equations with their numbers, statements with their reasons, items with their sources."""

from __future__ import annotations

from estimative.reports.summary import Event, Item, Quantity, Source, Spread
from estimative.reports.trace.summary import Equation, Term
from estimative.reports.wording import condition, decibans, percent, rounded


def of_an_item(quantity: str) -> bool:
    """Whether a quantity belongs to an item of evidence, and is told with it."""
    return quantity.startswith(("evidence.", "motives."))


def chance(event: Event) -> str:
    """The chance of an event under its own condition, and whatever else happens."""
    overall = f"overall {percent(event.probability, event.se)}"
    link = event.given_previous
    if link is None:
        return f"Its own condition cannot be so; {overall}."
    given = condition(link.given, link.unless)
    before = f"before the evidence {percent(link.prior_probability, link.prior_se)}"
    if given == "-":
        return f"Chance: {percent(link.probability, link.se)} ({before})."
    return f"Chance given {given}: {percent(link.probability, link.se)} ({before}); {overall}."


def left_side(name: str, equation: Equation) -> str:
    """What the terms add up to."""
    if equation.form == "rate":
        return f"ln rate of {name}, {equation.years:.2f} years ="
    return f"log-odds of {name} ="


def term(one: Term, form: str) -> tuple[str, str, str, str]:
    """A summand: what it is, its quantity, its driver's level, what it adds."""
    value = rounded(one.value.value, one.value.se)
    if not one.driver:
        told = percent(one.value.value, one.value.se) if form == "odds" else f"{value} a year"
        return ("baseline, factors at their middle", told, "-", decibans(one.contribution))
    happened = ", if it has happened" if one.of_event else ""
    return (f"{one.driver} {one.direction} it{happened}", f"x {value}", _level(one), decibans(one.contribution))


def _level(one: Term) -> str:
    """The degree of a factor, the chance of an event."""
    if one.level is None:
        return "-"
    if one.of_event:
        return percent(one.level.value, one.level.se)
    return rounded(one.level.value, max(one.level.se, 0.005))


def quantity(name: str, one: Quantity) -> str:
    """What was said of a quantity, why, and what became of it."""
    said = f"{name}: {one.title.rstrip('.')}. Stated: {one.statement}"
    if one.source:
        said += f" (source: {one.source})"
    means = f"mean {_mean(one.prior)} before the evidence, {_mean(one.posterior)} after"
    moved = "held constant" if one.constant else means
    because = f" Because: {' '.join(one.because.split())}" if one.because else " No reason is given."
    return f"{said}; {moved}.{because}"


def _mean(spread: Spread) -> str:
    return rounded(spread.mean, spread.se)


def item(
    name: str, one: Item, likelihood: Quantity | None, source: Source | None, *, motive: Quantity | None = None
) -> str:
    """An item of evidence: what it says, where it stands, how it is graded, how much it counts."""
    grade = ", ".join(part for part in (one.grade, one.standing) if part)
    where = "; ".join(part for part in (_source(source), one.locator) if part)
    parts = [f"{name}{f' ({grade})' if grade else ''}, about {one.about}: {one.title.rstrip('.')} ({one.reading})"]
    if where:
        parts.append(f"Source: {where.rstrip('.')}")
    if likelihood:
        parts.append(_stated("Stated", likelihood))
    if motive:
        parts.append(_stated("Motive behind it", motive))
    if one.weight != 1:
        parts.append(f"It counts {one.weight:.2g}")
    return ". ".join(parts) + "."


def _stated(what: str, one: Quantity) -> str:
    """What was said of a quantity that belongs to an item."""
    because = " ".join(one.because.split()).rstrip(".")
    stated = f"{what}: {one.statement}, mean {_mean(one.posterior)} after the evidence"
    return f"{stated}, because: {because}" if because else stated


def _source(source: Source | None) -> str:
    if source is None:
        return ""
    return ", ".join(part.rstrip(".") for part in (source.title, source.publisher, source.date, source.url) if part)
