"""What the documents of all kinds of answers share: introduction, cautions, method."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from estimative.model.inference.fit_result import Probability
from estimative.model.inference.info import Computation, FitInfo, PriorSetInfo, Result, ScenarioInfo
from estimative.model.spec.quantities import Quantities
from estimative.model.spec.scenario import Scenario
from estimative.reports import phrases
from estimative.reports.blocks import Block, Caution, Heading, Listing, Paragraph, Table
from estimative.reports.context import Context
from estimative.reports.documents.ageing import later
from estimative.reports.phrases import CAUTION, WITHHELD, date, listed, plural

HINT = "To see the numbers all the same, with a caution on every page, run it again with --allow-unconverged."
SECOND_ORDER = (
    "Each probability averages over the uncertainty in the inputs. The interval reflects that uncertainty only; it "
    "does not cover errors in the model."
)
FIRST_ORDER = (
    "No input is uncertain, so that no probability has an interval. That does not mean that the model has no errors."
)
MAX_ROWS = 15
"""Of a table of inputs; the rest is in the JSON."""


def reservation(fits: Iterable[FitInfo]) -> Paragraph:
    """What the intervals of these fits are about, and what they are not."""
    return Paragraph(text=FIRST_ORDER if all(fit.exact for fit in fits) else SECOND_ORDER)


def introduction(scenario: ScenarioInfo, prior_set: PriorSetInfo, what: str) -> Iterator[Block]:
    """The question, the horizon, and whose priors answer it."""
    yield Heading(text=f"{scenario.title}: {what}", level=1)
    yield Paragraph(text=phrases.first_paragraph(scenario.question))
    yield Paragraph(text=frame(scenario, [prior_set]))
    yield from later(scenario)


def frame(scenario: ScenarioInfo, prior_sets: Iterable[PriorSetInfo]) -> str:
    """The horizon, and whose priors answer."""
    names = [phrases.analyst(p.name, p.analyst) for p in prior_sets]
    noun = "Prior set" if len(names) == 1 else "Prior sets"
    return f"As of {date(scenario.as_of)}, until {date(scenario.until)}. {noun}: {listed(names)}."


def judgement(outcome: str, number: Probability, context: Context) -> str:
    """An outcome in a sentence: what, by when, the word and the number."""
    return f"{phrases.proposition(outcome, context.scenario)}: {phrases.judged(number.posterior, context.scale)}."


def cautions(result: Result, fits: Mapping[str, FitInfo], scenario: Scenario) -> Iterator[Block]:
    """Which fits failed, why, and what to try; nothing where all converged."""
    if result.converged:
        return
    yield Caution(text=CAUTION if result.with_unconverged else WITHHELD)
    for name, fit in fits.items():
        if not fit.converged:
            said = phrases.verdict(fit)
            yield Paragraph(text=f"{said}." if said.lower().startswith(f"{name.lower()}:") else f"{name}: {said}.")
            yield Listing(points=(*fit.verdict.advice, *_hardest(fit, scenario)))
    if result.withheld:
        yield Paragraph(text=HINT)


def _hardest(fit: FitInfo, scenario: Scenario) -> Iterator[str]:
    """The quantity and the item of evidence that make a fit hard."""
    hard = fit.difficulty
    # Of two runs that are compared, the earlier may have been of a scenario with other quantities.
    if hard and hard.quantity in Quantities(scenario).all:
        direction = "up" if hard.distance > 0 else "down"
        name = phrases.input_name(hard.quantity, scenario)
        text = f"The evidence moves {name} farthest: {abs(hard.distance):.1f} standard deviations {direction}."
        if item := scenario.evidence.get(hard.item):
            text += f" The item that asks for most is {phrases.quoted(item.title)}."
        yield f"{text} Check these two statements first."


def method(fits: Mapping[str, FitInfo], scenario: ScenarioInfo, computation: Computation) -> Iterator[Block]:
    """How the numbers were computed: each fit by name, the seed, the digests, the versions."""
    settings = "".join(f", {name} {value}" for name, value in computation.settings.items())
    digests = [f"prior set {fit.prior_set.name} {fit.prior_set.digest[:12]}" for fit in fits.values()]
    yield Heading(text="Method")
    yield Listing(
        points=(
            *(f"{name}: {phrases.verdict(fit)}" for name, fit in fits.items()),
            f"Seed {computation.seed}{settings}",
            f"Digests: {', '.join(dict.fromkeys([f'scenario {scenario.digest[:12]}', *digests]))}",
            f"Versions: {', '.join(f'{name} {version}' for name, version in computation.versions.items())}",
        )
    )


def shortened(table: Table, *, rows: int = MAX_ROWS) -> Table:
    """The first rows of a table, and how many others there are."""
    rest = len(table.rows) - rows
    if rest <= 0:
        return table
    last = (plural(rest, "smaller row", "smaller rows"), *("" for _ in table.header[1:]))
    return Table(
        header=table.header,
        rows=(*table.rows[:rows], last),
        text_columns=table.text_columns,
        nowrap_columns=table.nowrap_columns,
    )
