"""Whether events happen as often as stated in simulated worlds: exact tests of sums of independent events.

Forecasts of the real world are scored in `record.calibration`; here the truth is simulated from the priors.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from msgspec import Struct

from estimative.model.likelihood.layout import Numbers

GROUPS = 5
"""Of worlds with similar probabilities, as many worlds in each."""

SLOPED = 3.0
"""Standard errors of a slope that is not chance."""

type Departure = Literal["too-low", "too-high", "too-extreme", "too-cautious", "wrong-evidence"]
"""What probabilities are: below the frequencies, above them, over-confident, under-confident; or they do not follow the
evidence."""


class Group(Struct, frozen=True, kw_only=True):
    """Worlds with similar probabilities of something."""

    count: int
    expected: float
    """The sum of the probabilities."""
    happened: int
    p_value: float
    """Two-sided: how surprising that number is if the probabilities are right."""


class Reliability(Struct, frozen=True, kw_only=True):
    """The probabilities of something in many worlds, and how often it happened."""

    overall: Group
    groups: tuple[Group, ...]
    """By rising probability."""
    by_evidence: tuple[Group, ...]
    """By how much the evidence supports it, whatever was stated: probabilities that ignore evidence are right on
    average, and wrong within these groups."""
    slope: float
    """Covariance of the errors, outcome less probability, with the probabilities, in standard errors; negative where
    the probabilities are too extreme."""

    @property
    def p_value(self) -> float:
        """The least of the p-values of all worlds and of the groups, corrected for their number (Bonferroni)."""
        every = [group.p_value for group in (self.overall, *self.groups, *self.by_evidence)]
        return min(1.0, len(every) * min(every))

    @property
    def departure(self) -> Departure:
        """What the probabilities are, if they are not right."""
        own, by_evidence = (min(group.p_value for group in groups) for groups in (self.groups, self.by_evidence))
        if self.overall.p_value <= min(own, by_evidence):
            return "too-low" if self.overall.happened > self.overall.expected else "too-high"
        if by_evidence < own and abs(self.slope) < SLOPED:
            return "wrong-evidence"
        return "too-extreme" if self.slope < 0 else "too-cautious"


def reliability(
    probabilities: Sequence[float], happened: Sequence[bool], *, evidence: Sequence[float] = ()
) -> Reliability:
    """Compare probabilities with what happened, one of each in every world.

    Parameters
    ----------
    evidence
        A number for each world that the evidence alone decides; by default the probabilities.
    """
    order = np.argsort(probabilities, kind="stable")
    p, y = np.asarray(probabilities, dtype=float)[order], np.asarray(happened, dtype=float)[order]
    support = np.asarray(evidence, dtype=float)[order] if len(evidence) else p
    distance = p - p.mean()
    error = float(np.sqrt(np.sum(np.square(distance) * p * (1 - p))))
    return Reliability(
        overall=_group(p, y),
        groups=_groups(p, y, by=p),
        by_evidence=_groups(p, y, by=support),
        slope=float(distance @ (y - p)) / error if error else 0.0,
    )


def _groups(p: Numbers, y: Numbers, *, by: Numbers) -> tuple[Group, ...]:
    places = np.array_split(np.argsort(by, kind="stable"), GROUPS)
    return tuple(_group(p[within], y[within]) for within in places if len(within))


def _group(p: Numbers, y: Numbers) -> Group:
    chances, happened = number_that_happen(p), int(y.sum())
    tail = min(float(chances[: happened + 1].sum()), float(chances[happened:].sum()))
    return Group(count=len(p), expected=float(p.sum()), happened=happened, p_value=min(1.0, 2 * tail))


def number_that_happen(p: Numbers) -> Numbers:
    """The distribution of how many of independent events happen (Poisson binomial), by convolution; dims (number)."""
    chances: Numbers = np.zeros(len(p) + 1)
    chances[0] = 1.0
    for at, chance in enumerate(p.tolist(), start=1):
        chances[1 : at + 1] = chances[1 : at + 1] * (1 - chance) + chances[:at] * chance
        chances[0] *= 1 - chance
    return chances
