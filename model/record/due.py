"""When an assessment is due again: checkpoints, its horizon, the review of priors, evidence that loses weight."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from estimative.model.assessment import Assessment
from estimative.model.spec.half_life import DAYS_PER_YEAR

type DueKind = Literal["checkpoint", "horizon", "review", "expires", "half"]


class Due(Struct, frozen=True, kw_only=True):
    """A day on which somebody should look at an assessment again."""

    date: datetime.date
    kind: DueKind
    """"expires": the day after evidence has expired; "half": half of an item's weight is gone."""
    title: str = ""
    """Of the item of evidence, if it is about one."""


def due_dates(assessment: Assessment) -> tuple[Due, ...]:
    """Return every day after that of the assessment on which it is due again, in order."""
    day = assessment.scenario.as_of
    return tuple(sorted((due for due in _all(assessment) if due.date > day), key=lambda due: (due.date, due.title)))


def _all(assessment: Assessment) -> Iterator[Due]:
    scenario, review = assessment.scenario, assessment.prior_set.review_by
    yield from (Due(date=date, kind="checkpoint") for date in scenario.checkpoints)
    yield Due(date=scenario.until, kind="horizon")
    if review:
        yield Due(date=review, kind="review")
    for item in scenario.evidence.values():
        if item.expires:
            yield Due(date=item.expires + datetime.timedelta(days=1), kind="expires", title=item.title)
        if item.fades and item.date:
            half = datetime.timedelta(days=round(item.fades.years * DAYS_PER_YEAR))
            yield Due(date=item.date + half, kind="half", title=item.title)
