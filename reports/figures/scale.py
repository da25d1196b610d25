"""The scale: one result over the words of probability, for the first page of a brief."""

from __future__ import annotations

from collections.abc import Mapping

from estimative.model.inference.estimates import ProbabilityEstimate
from estimative.model.inference.fit_result import FitResult
from estimative.priors.verbal_scale import Phrase
from estimative.reports.context import Context
from estimative.reports.figures.axes import ProbabilityAxis
from estimative.reports.figures.chart import Chart, Key
from estimative.reports.figures.outcomes import around
from estimative.reports.figures.sources import caution, source
from estimative.reports.figures.strip import NamedProbability, Strip
from estimative.reports.figures.style import OTHER, PRIOR, SPAN, NothingToPlot
from estimative.reports.number_format import interval, percent
from estimative.reports.phrases import interval_kind, judged, phrase, plural, quoted

MAX_OTHERS = 6

type Dissent = Mapping[str, ProbabilityEstimate]
"""Probabilities of the headline by other analysts, by name."""


def scale(result: FitResult, context: Context, dissent: Dissent | None = None) -> Chart:
    """The headline with its interval over the labelled bands of the words.

    Raises
    ------
    NothingToPlot
        If the result has no numbers.
    """
    if not result.has_results:
        raise NothingToPlot("The result has no probabilities.")
    headline, others = result.headline.posterior, dict(dissent or {})
    chosen = sorted(others.items(), key=lambda item: -item[1].value)[:MAX_OTHERS]
    return Chart(
        content=Strip(
            axis=ProbabilityAxis(words=context.scale),
            point=headline.value,
            low=headline.interval.low,
            high=headline.interval.high,
            prior=result.headline.prior.value,
            text=percent(headline),
            range_text=interval(headline.interval),
            others=tuple(NamedProbability(name=name, value=o.value, text=percent(o)) for name, o in chosen),
            key=_key(headline, bool(chosen)),
            sentences=_sentences(result, context, others),
        ),
        title=_title(headline, context),
        caption=f"The dot is the probability and the line its {interval_kind(headline.interval)}, over the words of "
        f"probability ({context.scale.title}).{_rest(len(others) - len(chosen))}",
        caution=caution(result),
        source=source(result.scenario, [result.prior_set], result.computation),
    )


def _title(headline: ProbabilityEstimate, context: Context) -> str:
    """The word, and the words at the ends of the interval."""
    ends = [context.scale.word(end) for end in (headline.interval.low, headline.interval.high)]
    word, low, high = (_quoted(phrase) for phrase in (phrase(headline, context.scale), *ends))
    reach = "and so is the whole interval" if low == high == word else f"the interval reaches from {low} to {high}"
    lead = f"{percent(headline)} is {word}"
    if phrase(headline, context.scale).fit == "outside":
        return f"{lead}, where {context.scale.title} has no word; {reach}"
    return f"{lead}{',' if low == high == word else ';'} {reach}"


def _quoted(phrase: Phrase) -> str:
    return phrase.text if phrase.fit == "outside" else quoted(phrase.text)


def _key(headline: ProbabilityEstimate, dissent: bool) -> Key:
    before = ((SPAN, f"probability, {interval_kind(headline.interval)}"), (PRIOR, "before the evidence"))
    return (*before, (OTHER, "other analysts")) if dissent else before


def _rest(count: int) -> str:
    return f" {plural(count, 'other analyst is', 'other analysts are')} not shown." if count else ""


def _sentences(result: FitResult, context: Context, others: Dissent) -> tuple[str, ...]:
    headline, before = result.headline.posterior, result.headline.prior
    return (
        f"Probability: {judged(headline, context.scale)}, {around(headline)}.",
        f"Before the evidence: {percent(before)}.",
        *(f"{name}: {judged(other, context.scale)}." for name, other in others.items()),
    )
