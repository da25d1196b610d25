"""The figures of a report: their names without the drawing library, which is loaded by whoever draws one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from estimative.reports.blocks import Picture
from estimative.reports.evidence.summary import Weighing
from estimative.reports.report.summary import Report
from estimative.reports.sensitivity.summary import Sensitivity

type NamedFigure = tuple[str, Callable[[], Picture]]


def gallery(report: Report) -> Mapping[str, Callable[[], Picture]]:
    """What can be drawn of a report, by name, in the order in which it is told.

    Any of them raises `Nothing` where there is nothing to draw after all.
    """
    return dict(_hung(report)) if report.told else {}


def _hung(report: Report) -> Iterator[NamedFigure]:
    if report.assessment.events:
        yield "tree", partial(_tree, report)
    yield "outcomes", partial(_outcomes, report)
    if report.assessment.factors:
        yield "factors", partial(_factors, report)
    if report.weighing and report.weighing.ledger:
        yield "ledger", partial(_ledger, report, report.weighing)
    if report.sensitivity and report.sensitivity.tornado:
        yield "tornado", partial(_tornado, report, report.sensitivity)
    if report.comparison:
        yield "analysts", partial(_analysts, report)
    if report.comparison and report.comparison.attribution:
        yield "waterfall", partial(_waterfall, report)
    if report.comparison and report.comparison.team:
        yield "agreement", partial(_agreement, report)


def _tree(report: Report) -> Picture:
    from estimative.reports.figures.tree import tree

    return tree(report)


def _outcomes(report: Report) -> Picture:
    from estimative.reports.figures.outcomes import outcomes

    return outcomes(report)


def _factors(report: Report) -> Picture:
    from estimative.reports.figures.factors import factors

    return factors(report)


def _ledger(report: Report, weighing: Weighing) -> Picture:
    from estimative.reports.figures.ledger import ledger
    from estimative.reports.figures.notes import cautions

    return ledger(replace(weighing, caution=cautions(report, weighing.caution)), report.scale)


def _tornado(report: Report, sensitivity: Sensitivity) -> Picture:
    from estimative.reports.figures.notes import cautions
    from estimative.reports.figures.tornado import tornado

    return tornado(replace(sensitivity, caution=cautions(report, sensitivity.caution)), report.scale)


def _analysts(report: Report) -> Picture:
    from estimative.reports.figures.analysts import analysts

    return analysts(report)


def _waterfall(report: Report) -> Picture:
    from estimative.reports.figures.waterfall import waterfall

    return waterfall(report)


def _agreement(report: Report) -> Picture:
    from estimative.reports.figures.agreement import agreement

    return agreement(report)
