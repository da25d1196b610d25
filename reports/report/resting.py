"""What an answer rests on: linchpins and what follows if each fails, constants, fixed weights, the model itself."""

from __future__ import annotations

from collections.abc import Iterator

from estimative.priors.verbal_scale import Scale
from estimative.reports.blocks import Block, Heading, Listing, Paragraph, Table
from estimative.reports.report import wording as words
from estimative.reports.report.layout import Gallery, figure
from estimative.reports.report.summary import Report
from estimative.reports.sensitivity import wording as sensitivity_words
from estimative.reports.sensitivity.document import tornado_dots
from estimative.reports.sensitivity.summary import Swing, Tornado
from estimative.reports.summary import Quantity, Summary

LINCHPINS = 6
"""Told, at most."""
CHOSEN = (
    "All other items count in full. The analyst chooses the relevance of a reference class, and how far items of one "
    "origin are independent and count as several."
)
DEGREES = (
    "Factors, where there are any, are degrees between 0 and 1 that nobody observes. Each raises or lowers the odds of "
    "the events that name it, by a ratio that the analyst states; the contributions multiply."
)
CHAIN = (
    "Events follow their given order. What leads to one of them on a way that the scenario does not name is in its "
    "baseline."
)
INDEPENDENT = (
    "Once factors and events are known, stories of different origins tell nothing about each other; several items of "
    "one origin count for less than as many stories."
)
PRIORS = "Priors of different quantities are independent of one another."
TAKEN_FOR_GRANTED = (DEGREES, CHAIN, INDEPENDENT, PRIORS)


def resting_of(report: Report, gallery: Gallery) -> Iterator[Block]:
    """The part of a report under that heading."""
    yield Heading(text="What it rests on")
    if report.assessment.prior_set.rationale.strip():
        yield Paragraph(text=" ".join(report.assessment.prior_set.rationale.split()))
    if report.sensitivity and report.sensitivity.tornado:
        yield from _linchpins(report, report.sensitivity.tornado, gallery)
    if report.refused:
        yield Paragraph(text=words.refused(report.refused))
    if report.told:
        yield from _constants(report.assessment)
    yield from _weights(report)
    yield Heading(text="What the model takes for granted", level=3)
    yield Listing(points=TAKEN_FOR_GRANTED)


def _linchpins(report: Report, found: Tornado, gallery: Gallery) -> Iterator[Block]:
    yield Heading(text="Linchpins, and what follows if they fail", level=3)
    yield Paragraph(text=sensitivity_words.tornado(found), strong=True)
    if told := _starting_point(report):
        yield Paragraph(text=told)
    headline = report.sensitivity.headline if report.sensitivity else None
    if headline:
        yield from figure("tornado", gallery, tornado_dots(found, headline.probability, report.scale))
    clear = [(name, one) for name, one in found.quantities.items() if sensitivity_words.is_clear(one.swing)]
    if not clear:
        return
    everything = report.assessment.everything
    yield Table(
        header=("Linchpin", "Stated as it is, because", "The headline, if it is lower", "if it is higher"),
        rows=tuple(_linchpin(name, one, everything.get(name), report.scale) for name, one in clear[:LINCHPINS]),
        text_columns=frozenset(range(4)),
    )
    low, high = (f"{100 * quantile:g} %" for quantile in (found.low_quantile, found.high_quantile))
    yield Paragraph(
        text=f"Lower and higher: held at the {low} and at the {high} point of its prior, all else as assessed and "
        "fitted anew."
    )


def _starting_point(report: Report) -> str:
    """Of the analyses, where it is not the run's own fit."""
    summary = report.assessment
    parts = [part for part in (report.weighing, report.sensitivity) if part and part.headline]
    if not parts or not report.told or parts[0].analyst.method == summary.run.method:
        return ""
    own, theirs = summary.outcomes[summary.scenario.headline], parts[0].headline
    return words.starting_point(own, summary.run.method, theirs, parts[0].analyst) if theirs else ""


def _linchpin(name: str, one: Swing, quantity: Quantity | None, scale: Scale) -> tuple[str, str, str, str]:
    return (
        words.linchpin(name, one),
        (quantity.because if quantity else "") or "no reason is given",
        words.if_held(one.low, one.at_low, scale),
        words.if_held(one.high, one.at_high, scale),
    )


def _constants(summary: Summary) -> Iterator[Block]:
    yield Heading(text="Held constant", level=3)
    constants = [words.constant(name, one) for name, one in summary.everything.items() if one.constant]
    if constants:
        yield Listing(points=tuple(constants))
    else:
        yield Paragraph(text="Nothing: every quantity has a prior with some width.")


def _weights(report: Report) -> Iterator[Block]:
    chosen = words.chosen_weights(report.assessment.evidence)
    if not chosen:
        return
    yield Heading(text="Weights of evidence that were chosen, not learnt", level=3)
    yield Paragraph(text=CHOSEN)
    yield Listing(points=chosen)
    found = report.sensitivity.tornado if report.sensitivity else None
    if found and found.weights:
        yield Table(
            header=("Weight", "The headline, if it counts nothing", "if it counts in full"),
            rows=tuple(
                (
                    words.held_weight(name),
                    words.if_held(one.low, one.at_low, report.scale),
                    words.if_held(one.high, one.at_high, report.scale),
                )
                for name, one in found.weights.items()
            ),
            text_columns=frozenset(range(3)),
        )
