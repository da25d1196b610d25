"""A pool as CSV: one number in a row, with what it is a number of."""

from __future__ import annotations

from collections.abc import Iterator

from estimative.reports.formats.rows import Row, caution_row, table
from estimative.reports.pool.summary import Outcome, Pool, Record, Summary
from estimative.reports.summary import Number

HEADER = ("part", "outcome", "analyst", "kind", "stage", "measure", "value", "error")
"""`error` is the standard error where there is one."""


def csv_of(summary: Summary) -> str:
    """Every number of a pool, and of its members."""
    return table(HEADER, _rows(summary))


def _rows(summary: Summary) -> Iterator[Row]:
    yield from caution_row(HEADER, summary.caution)
    if summary.extremizing is not None:
        yield ("extremizing", "", "", "", "", "factor", summary.extremizing, "")
    for name, weight in summary.weights.items():
        yield ("weight", "", name, "", "", "weight", weight.weight, _or_nothing(weight.error))
        if weight.learnt:
            yield ("weight", "", name, "linear", "before", "weight", *_number(weight.learnt))
    for name, outcome in summary.outcomes.items():
        yield from _outcome(name, outcome)
    if summary.record:
        yield from _record(summary.record)


def _outcome(name: str, outcome: Outcome) -> Iterator[Row]:
    for analyst, one in outcome.analysts.items():
        about = ("member", name, analyst, "", "")
        yield (*about, "probability", one.probability, one.se)
        yield (*about, "low", one.interval.low, one.interval.low_se)
        yield (*about, "high", one.interval.high, one.interval.high_se)
        yield (*about, "prior_probability", one.prior_probability, one.prior_se)
        yield (*about, "term", one.term, "")
    for pool in outcome.pools:
        yield from _pool(name, pool)


def _pool(outcome: str, pool: Pool) -> Iterator[Row]:
    about = ("pool", outcome, "", pool.kind, pool.stage)
    yield (*about, "probability", *_number(pool.probability))
    yield (*about, "lacking", pool.lacking, "") if pool.lacking else (*about, "term", pool.term, "")
    if pool.extremized:
        yield (*about, "extremized", *_number(pool.extremized))
    for analyst, number in pool.without.items():
        yield ("without", outcome, analyst, pool.kind, pool.stage, "probability", *_number(number))


def _record(record: Record) -> Iterator[Row]:
    for name, scores in record.analysts.items():
        yield ("score", "", name, "", "", "resolved", scores.resolved, "")
        for measure, found in (("brier", scores.brier), ("log", scores.log)):
            value = "infinite" if found.value is None else found.value
            yield ("score", "", name, "", "", measure, value, _or_nothing(found.error))
        for band in scores.calibration:
            for measure, number in (("count", band.count), ("said", band.said), ("happened", band.happened)):
                yield ("calibration", "", name, band.term, "", measure, number, "")


def _number(number: Number | None) -> tuple[object, object]:
    return ("", "") if number is None else (number.value, number.se)


def _or_nothing(error: float | None) -> object:
    return "" if error is None else error
