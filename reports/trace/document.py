"""What is said of a number's way back to what was stated and seen, in which order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from estimative.reports import wording
from estimative.reports.blocks import Block, Document, Heading, Listing, Paragraph, Table
from estimative.reports.document import NEVERTHELESS, alone, cautions_of, introduction_of, method_of
from estimative.reports.summary import Item, Quantity, Source
from estimative.reports.trace import wording as words
from estimative.reports.trace.summary import WITHHELD, Equation, Trace


def document(found: Trace) -> Document:
    """What a person reads after a trace."""
    return tuple(_document(found))


def _document(found: Trace) -> Iterator[Block]:
    yield from introduction_of(found.scenario, found.analyst, f"the way back from {found.target}")
    yield from cautions_of(found.caution, {"The fit": found.analyst.verdict})
    told = found.caution != WITHHELD
    if not told:
        yield Paragraph(text=NEVERTHELESS)
    if found.outcome:
        judgement = wording.key_judgement(found.outcome.title, found.outcome, found.scenario.until)
        yield Paragraph(text=judgement, strong=True)
        yield Paragraph(text=wording.uncertainty(found.outcome))
    if found.definition:
        yield Paragraph(text=f"It means: {found.definition}.")
    quantities = {**{f"factors.{name}": factor for name, factor in found.factors.items()}, **found.quantities}
    if found.sort == "quantity" and told:
        yield from _stated({found.target: quantities[found.target]}, "What was said of it")
    for name, event in found.events.items():
        yield Heading(text=f"{name}: {alone(event.title)}")
        yield Paragraph(text=words.chance(event))
        if equation := found.equations.get(name):
            yield from _equation(name, equation)
    if found.equations:
        terms = any(equation.terms for equation in found.equations.values())
        yield Paragraph(text=f"{EQUATIONS} {TERMS}" if terms else EQUATIONS)
    rest = {name: one for name, one in quantities.items() if name != found.target and not words.of_an_item(name)}
    if rest:
        yield from _stated(rest, "The quantities behind it: what was said, and why")
    yield from _evidence(found.evidence, quantities, found.sources)
    fits = {"As assessed": (found.analyst.method, found.analyst.verdict)}
    yield from method_of(fits, found.scenario, found.analyst.prior_set, found.computation)


EQUATIONS = (
    "The numbers in a table are means over the posterior, where the event's own condition holds. A chance is the mean "
    "over all draws, not the chance at these means."
)
TERMS = (
    "Value: of the baseline, and the odds ratio (rate ratio) from one end of a driver to the other. Level: the "
    "factor's degree, which counts from the middle; the event's chance. Adds: to the log-odds (of a rate: to its "
    "logarithm), in decibans; of an event, what its having happened adds."
)


def _equation(name: str, equation: Equation) -> Iterator[Block]:
    if equation.terms:
        terms = [words.term(one, equation.form) for one in equation.terms]
        if equation.told:
            terms.append(("what is told of it", "-", "-", wording.decibans(equation.told)))
        yield Table(header=(words.left_side(name, equation), "Value", "Level", "Adds"), rows=tuple(terms))
    if equation.entries:
        entries = equation.entries.items()
        rows = [(key.removeprefix(f"tables.{name}."), wording.percent(one.value, one.se)) for key, one in entries]
        yield Table(header=("Given", "Chance"), rows=tuple(rows))
    if equation.told and not equation.terms:
        yield Paragraph(text=f"What is told of it adds {wording.decibans(equation.told)} decibans.")


def _stated(quantities: Mapping[str, Quantity], title: str) -> Iterator[Block]:
    yield Heading(text=title)
    yield Listing(points=tuple(words.quantity(name, one) for name, one in quantities.items()))


def _evidence(
    items: Mapping[str, Item], quantities: Mapping[str, Quantity], sources: Mapping[str, Source]
) -> Iterator[Block]:
    if not items:
        return
    yield Heading(text="The evidence that bears on it")
    yield Listing(
        points=tuple(
            words.item(
                name,
                one,
                quantities.get(f"evidence.{name}"),
                sources.get(one.source),
                motive=quantities.get(f"motives.{name}"),
            )
            for name, one in items.items()
        )
    )
