"""A record as CSV: what `pool --scores` reads."""

from __future__ import annotations

from estimative.priors.forecast_record import COLUMNS
from estimative.reports.formats.rows import table
from estimative.reports.score.summary import Record


def csv_of(found: Record) -> str:
    """The judgements that are scored: one of an analyst on a question."""
    return table(
        COLUMNS,
        ((one.analyst, one.question, one.probability, "yes" if one.happened else "no") for one in found.counted),
    )
