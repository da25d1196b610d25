"""The appendix of a report: the question with its definitions, every quantity, the reporting guidelines."""

from __future__ import annotations

from collections.abc import Iterator

from estimative.reports.blocks import Block, Heading, Paragraph, Table
from estimative.reports.report import wording as words
from estimative.reports.report.guidelines import SOURCE, steps
from estimative.reports.report.layout import below
from estimative.reports.report.summary import Report
from estimative.reports.sensitivity.document import sobol_of
from estimative.reports.summary import Summary
from estimative.reports.wording import rounded


def appendix_of(report: Report) -> Iterator[Block]:
    """All parts of it."""
    yield from _question(report.assessment)
    if report.told:
        yield from _quantities(report.assessment)
    if any(shape.bands for shape in report.shapes.values()):
        yield from _bands(report)
    if report.sensitivity and report.sensitivity.sobol:
        yield Heading(text="Appendix: what accounts for the spread")
        yield from below(sobol_of(report.sensitivity.sobol))
    yield from _guidelines(report)


def _question(summary: Summary) -> Iterator[Block]:
    yield Heading(text="Appendix: the question in full")
    for paragraph in summary.scenario.question.split("\n\n"):
        if text := " ".join(paragraph.split()):
            yield Paragraph(text=text)


QUANTITIES = (
    "What was said of it, why, and what became of it. Degrees and probabilities have beta distributions, ratios, rates "
    "and errors lognormal ones, fitted to what was said. Misfit: the largest distance, in probability, between a "
    "quantile that was stated and the fitted one; a dash for less than 0.005."
)


def _quantities(summary: Summary) -> Iterator[Block]:
    yield Heading(text="Appendix: every quantity")
    if not summary.everything:
        yield Paragraph(text="The scenario asks for none.")
        return
    yield Paragraph(text=QUANTITIES)
    yield Table(
        header=("Quantity", "Stated", "Prior mean", "Posterior mean", "Misfit", "Because"),
        rows=tuple(
            (
                name,
                quantity.statement,
                rounded(quantity.prior.mean, quantity.prior.se),
                rounded(quantity.posterior.mean, quantity.posterior.se),
                f"{quantity.misfit:.2f}" if quantity.misfit >= 0.005 else "-",
                quantity.because,
            )
            for name, quantity in summary.everything.items()
        ),
        text_columns=frozenset({0, 1, 5}),
    )


def _bands(report: Report) -> Iterator[Block]:
    yield Heading(text="Appendix: shares of the posterior, by word")
    yield Paragraph(text="Over what the analyst leaves open, and in so far as any draw lies there.")
    yield Table(
        header=("Outcome", "Word", "From", "To", "Share"),
        rows=tuple(
            (
                report.assessment.outcomes[name].title,
                band.text,
                f"{100 * band.low:g} %",
                f"{100 * band.high:g} %",
                words.share(band.share),
            )
            for name, shape in report.shapes.items()
            for band in shape.bands
        ),
        text_columns=frozenset({0, 1}),
    )


def _guidelines(report: Report) -> Iterator[Block]:
    yield Heading(text="Appendix: Bayesian analysis reporting guidelines")
    yield Paragraph(text=f"Every point of the guidelines, done or not ({SOURCE}).")
    for step in steps(report):
        yield Heading(text=step.title, level=3)
        yield Table(
            header=("Asked for", "Status", "Where and how"),
            rows=tuple((point.asked, point.status, point.told) for point in step.points),
            text_columns=frozenset({0, 1, 2}),
        )
