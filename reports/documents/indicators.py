"""What to look for next: indicators, and what the result would be with and without each."""

from __future__ import annotations

from collections.abc import Iterator

from estimative.model.analysis.information_value import IndicatorValue, InformationValue
from estimative.model.inference.mc_estimate import MCEstimate
from estimative.model.spec.events import OTHERWISE
from estimative.model.spec.quantities import indicator_states, state_labels
from estimative.model.spec.scenario import Scenario
from estimative.reports.blocks import Block, Heading, Listing, Paragraph, Table
from estimative.reports.context import Context
from estimative.reports.number_format import percent, rounded
from estimative.reports.phrases import capital, listed, plain, quoted, title_of

MAX_DETAILS = 5
"""Indicators whose reasons and sources are shown."""


def indicators(result: InformationValue, context: Context, *, details: int = MAX_DETAILS) -> Iterator[Block]:
    """What to look for next, and what the result would be then; for the first ones also reasons and sources."""
    scenario = context.scenario
    yield Heading(text="What to look for")
    if not result.indicators:
        yield Paragraph(text="The scenario names no indicators.")
        return
    yield Paragraph(text=first_indicator(result.indicators[0], scenario), strong=True)
    yield Table(
        header=("Indicator", "Chance", "If observed", "If absent", "Information"),
        rows=tuple(_indicator(row, result, scenario) for row in result.indicators),
    )
    yield Paragraph(
        text="Chance: of observing it. If observed, if absent: the result then. Information: expected information gain "
        "as a share of what there is to learn about the result (its entropy). JSON and workbook also give the expected "
        "value of sample information and of partial perfect information."
    )
    yield Listing(points=tuple(_details(row, context) for row in result.indicators[:details]))


def first_indicator(row: IndicatorValue, scenario: Scenario) -> str:
    """What to look for first."""
    title = quoted(scenario.indicators[row.name].title)
    if row.p_if_observed and row.p_if_absent:
        effect = f"the result becomes {percent(row.p_if_observed)}; if it is absent, {percent(row.p_if_absent)}"
        return f"Look first for {title}. If it is observed (chance {percent(row.p_observed)}), {effect}."
    return f"Look first for {title}, although it is certain to be {'observed' if row.p_if_observed else 'absent'}."


def _indicator(row: IndicatorValue, result: InformationValue, scenario: Scenario) -> tuple[str, ...]:
    return (
        plain(scenario.indicators[row.name].title),
        percent(row.p_observed),
        percent(row.p_if_observed) if row.p_if_observed else "-",
        percent(row.p_if_absent) if row.p_if_absent else "-",
        _share(row.expected_information_gain, result.entropy),
    )


def _share(part: MCEstimate, total: float) -> str:
    """A part of a total in percent; of nothing, nothing."""
    return f"{rounded(part.value / total, part.se / total, places=2)}%" if total > 0 else "0%"


def _details(row: IndicatorValue, context: Context) -> str:
    """The stated chances of observing an indicator, why, and where to look."""
    scenario = context.scenario
    indicator = scenario.indicators[row.name]
    labels = indicator_states(indicator.about, scenario) or state_labels(indicator.about, scenario)
    prefix = "" if indicator_states(indicator.about, scenario) else "if_"
    priors = [context.assessment.indicator_priors[f"indicators.{row.name}.{prefix}{label}"] for label in labels]
    numbers = [f"{100 * prior.family.mean:.3g}%" for prior in priors]
    if prefix:
        chances = f"Observed with {numbers[0]} {_states(indicator.about, scenario).format(numbers[1])}."
    else:
        titles = [_state(label, indicator.about, scenario) for label in labels]
        chances = f"Observed with {listed([f'{n} if {title}' for n, title in zip(numbers, titles, strict=True)])}."
    reasons = dict.fromkeys(" ".join(prior.stated.because.split()).rstrip(".") for prior in priors)
    source = scenario.sources[indicator.source].title if indicator.source in scenario.sources else indicator.source
    where = "; ".join(part for part in (plain(source), plain(indicator.locator)) if part)
    texts = [chances, *(f"{capital(reason)}." for reason in reasons if reason)]
    return " ".join([f"{plain(indicator.title)}.", *texts, *([f"Where to look: {where}."] if where else [])])


def _state(state: str, about: str, scenario: Scenario) -> str:
    return "its condition is not met" if state == OTHERWISE else quoted(scenario.events[about].state_title(state))


def _states(about: str, scenario: Scenario) -> str:
    """The two states of what an indicator is about, around the second one's chance."""
    title = quoted(title_of(about, scenario)).replace("{", "{{").replace("}", "}}")
    if about in scenario.factors:
        return f"if {title} is high, {{}} if it is low"
    verb = "is so" if scenario.event(about).when == "now" else "happens"
    return f"if {title} {verb}, {{}} if not"
