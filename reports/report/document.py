"""The report as a document: for readers who will never run the tool, in the order in which they ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from estimative.reports import wording
from estimative.reports.blocks import (
    Block,
    Caution,
    Code,
    Document,
    Heading,
    IntervalPlot,
    IntervalRow,
    Listing,
    Paragraph,
    Table,
)
from estimative.reports.comparison import document as comparison_document
from estimative.reports.comparison.summary import Comparison
from estimative.reports.comparison.wording import oriented
from estimative.reports.document import (
    chain_of,
    factors_of,
    first_paragraph,
    frame_of,
    outcomes_of,
    prior_of,
    unconverged_of,
)
from estimative.reports.evidence.document import indicators_of, ledger_of, tipping_of
from estimative.reports.report import wording as words
from estimative.reports.report.appendix import appendix_of
from estimative.reports.report.layout import Gallery, below, figure, pictured
from estimative.reports.report.method import method_of
from estimative.reports.report.resting import resting_of
from estimative.reports.report.summary import Report, Reproduction
from estimative.reports.sensitivity.document import power_scaling_of, structure_of
from estimative.reports.summary import Item, Outcome, Source, Summary


def document(report: Report, gallery: Gallery) -> Document:
    """Everything that a report says.

    Parameters
    ----------
    gallery
        What can be drawn of it, by name; may lack any.
    """
    return tuple(_document(report, gallery))


def _document(report: Report, gallery: Gallery) -> Iterator[Block]:
    yield from _opening(report)
    yield from resting_of(report, gallery)
    if report.told:
        yield from _chain(report, gallery)
        yield from _posterior(report, gallery)
    yield from _evidence(report, gallery)
    yield from _changing(report)
    yield from _dissent(report, gallery)
    yield from _alternatives(report)
    yield from method_of(report)
    yield from _prior(report)
    yield from _sources(report.assessment.sources)
    yield from _reproduction(report.assessment, report.reproduction)
    yield from appendix_of(report)


def _opening(report: Report) -> Iterator[Block]:
    summary = report.assessment
    yield Heading(text=summary.scenario.title, level=1)
    yield Paragraph(text=first_paragraph(summary.scenario.question))
    yield Paragraph(text=frame_of(summary))
    yield from unconverged_of(summary)
    if report.caution and not summary.caution:
        yield Caution(text=report.caution)
    if report.told:
        yield from _judgement(report, summary.outcomes[summary.scenario.headline])
    yield Heading(text="Analytic confidence")
    yield Paragraph(text=wording.confidence(summary.prior_set.confidence))
    yield Paragraph(text=words.evidence_base(summary.evidence))


def _judgement(report: Report, headline: Outcome) -> Iterator[Block]:
    scenario = report.assessment.scenario
    yield Heading(text="Key judgement")
    yield Paragraph(text=wording.key_judgement(headline.title, headline, scenario.until), strong=True)
    yield Paragraph(text=wording.uncertainty(headline))
    shape = report.shapes.get(scenario.headline)
    if told := words.masses(shape.bands if shape and shape.density else ()):
        yield Paragraph(text=told)
    if report.assessment.evidence:
        yield Paragraph(text=words.moved(headline))
    if report.comparison and scenario.headline in report.comparison.outcomes:
        others = dict(report.comparison.outcomes[scenario.headline].analysts)
        others.pop(report.assessment.prior_set.name, None)
        if others:
            yield Paragraph(text=words.others(others))
    yield Paragraph(text=words.yardstick(report.scale))


def _chain(report: Report, gallery: Gallery) -> Iterator[Block]:
    yield Heading(text="The chain of events")
    yield Paragraph(text=CHAIN)
    yield from figure("tree", gallery)
    yield chain_of(report.assessment)


CHAIN = (
    "Each event under its own condition, after the evidence and before it (prior). Overall is its chance whatever else "
    "happens."
)


def _posterior(report: Report, gallery: Gallery) -> Iterator[Block]:
    summary = report.assessment
    yield Heading(text="From prior to posterior")
    yield Heading(text="Outcomes", level=3)
    yield from figure("outcomes", gallery, _dots(report))
    yield outcomes_of(summary, report.scale)
    if summary.factors:
        yield Heading(text="Factors", level=3)
        yield from figure("factors", gallery)
        yield factors_of(summary)


def _dots(report: Report) -> IntervalPlot:
    outcomes = report.assessment.outcomes.values()
    mass = next(iter(outcomes)).interval.mass
    return IntervalPlot(
        rows=tuple(map(_dot, outcomes)),
        key=f"● after the evidence, ├─┤ its {100 * mass:g} % interval, ○ before the evidence; ┊ borders of the "
        f"{report.scale.title} words and powers of ten.",
        longest_label=30,
        words=report.scale,
    )


def _dot(one: Outcome) -> IntervalRow:
    low, high = one.interval.low, one.interval.high
    return IntervalRow(label=one.title, point=one.probability, low=low, high=high, before=one.prior_probability)


def _evidence(report: Report, gallery: Gallery) -> Iterator[Block]:
    yield Heading(text="Evidence")
    if not report.assessment.evidence:
        yield Paragraph(text=words.evidence_base({}))
        return
    if report.weighing and report.weighing.ledger:
        yield from pictured(below(ledger_of(report.weighing.ledger, report.weighing.evidence)), "ledger", gallery)
        yield Paragraph(text=LEDGER)
    yield Heading(text="Every item of evidence", level=3)
    yield _items(report.assessment.evidence)
    yield Paragraph(text=GRADES)


LEDGER = (
    "The ledger was fitted anew, all of it on the same random numbers: where the headline starts and ends in it may "
    "differ in the last digit from what is told above."
)
GRADES = (
    "Grades are Admiralty codes, of the source from A (completely reliable) to E (unreliable), of the information from "
    "1 (confirmed) to 5 (improbable); F and 6: cannot be judged. Behind them stands how far an item was verified, as "
    "its author says: checked or part-checked in the source, read in the press, computed, or unchecked. Items that "
    "share an origin tell one story. Weight: how much of an item counts."
)


def _items(items: Mapping[str, Item]) -> Table:
    return Table(
        header=("Item", "Kind", "About", "What it says", "Source", "Origin", "Grade", "Weight"),
        rows=tuple(
            (
                name,
                item.kind,
                item.about,
                f"{item.title} ({item.reading})",
                "; ".join(part for part in (item.source, item.locator, item.date) if part),
                item.origin or "its own",
                " ".join(part for part in (item.grade, item.standing) if part) or "-",
                f"{item.weight:.2g}" + (f" ({item.weight_because})" if item.weight_because else ""),
            )
            for name, item in items.items()
        ),
        text_columns=frozenset(range(8)),
    )


def _changing(report: Report) -> Iterator[Block]:
    found = report.weighing
    if not found or not found.headline:
        return
    yield Heading(text="What would change the judgement")
    if found.tipping:
        yield from below(tipping_of(found.tipping, found.ledger))
    if told := words.crossing(found.headline, found.indicators, report.scale):
        yield Paragraph(text=told)
    yield from below(indicators_of(found.indicators, found.sources, True))


def _dissent(report: Report, gallery: Gallery) -> Iterator[Block]:
    yield Heading(text="Dissent")
    if report.comparison is None:
        yield Paragraph(text=words.alone(report.assessment.prior_set.name))
        return
    yield from _dissenting(report, report.comparison, gallery)


def _dissenting(report: Report, found: Comparison, gallery: Gallery) -> Iterator[Block]:
    yield Listing(points=tuple(map(comparison_document.analyst_of, found.analysts.values())))
    yield from comparison_document.cautions(found.caution, found.analysts)
    if found.told:
        headline = found.outcomes[found.scenario.headline]
        yield from pictured(below(comparison_document.in_full_of(headline, report.scale)), "analysts", gallery)
    if found.attribution:
        blocks = comparison_document.attribution_of(oriented(found.attribution))
        yield from pictured(below(blocks), "waterfall", gallery)
    if found.team:
        yield from pictured(below(comparison_document.team_of(found.team)), "agreement", gallery)
    if len(found.foresight) > 1:
        yield from below(comparison_document.foresight_of(found))
    yield from below(comparison_document.method(found.scenario, found.analysts, found.computation))


def _alternatives(report: Report) -> Iterator[Block]:
    yield Heading(text="Alternatives considered")
    others = [one for name, one in report.assessment.outcomes.items() if name != report.assessment.scenario.headline]
    if others:
        yield Paragraph(text="Other outcomes that the scenario asks about; they may overlap:")
        yield Listing(points=tuple(f"{one.title.rstrip('.')}: {wording.judged(one)}" for one in others))
    if report.sensitivity and report.sensitivity.structure:
        yield from below(structure_of(report.sensitivity.structure))
    else:
        yield Paragraph(text="No other structure of the scenario was tried.")


def _prior(report: Report) -> Iterator[Block]:
    if not report.told:
        return
    yield Heading(text="How much is prior")
    yield from prior_of(report.assessment)
    if report.sensitivity and report.sensitivity.power_scaling:
        yield from below(power_scaling_of(report.sensitivity.power_scaling))


def _sources(sources: Mapping[str, Source]) -> Iterator[Block]:
    yield Heading(text="Sources")
    if not sources:
        yield Paragraph(text="The scenario names none.")
        return
    yield Listing(
        points=tuple(
            f"{name}: " + ". ".join(part.rstrip(".") for part in (s.title, s.publisher, s.date, s.url) if part)
            for name, s in sources.items()
        )
    )


def _reproduction(summary: Summary, found: Reproduction) -> Iterator[Block]:
    yield Heading(text="Reproduction")
    yield Paragraph(text="These commands make the run again from its own copies of its files, wherever it is kept:")
    yield Code(lines=found.commands)
    versions = ", ".join(f"{name} {version}" for name, version in summary.run.versions.items())
    yield Listing(
        points=(
            f"Seed: {summary.run.seed}",
            f"Versions: {versions or 'unknown'}",
            f"Digest of the scenario: {summary.scenario.digest}",
            f"Digest of the prior set: {summary.prior_set.digest}",
        )
    )
    if found.files:
        yield Table(
            header=("File", "SHA-256"),
            rows=tuple((file.name, file.sha256) for file in found.files),
            text_columns=frozenset({0, 1}),
        )
