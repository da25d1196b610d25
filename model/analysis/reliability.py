"""Whether events happen as often as stated in simulated worlds: exact tests of sums of independent events.

Forecasts of the real world are scored in `record.calibration`; here the truth is simulated from the priors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from estimative.model.likelihood.layout import Numbers

GROUPS = 5
"""Of worlds with similar probabilities, as many worlds in each."""

type Departure = Literal["too-low", "too-high", "too-extreme", "too-cautious"]
"""What probabilities are: below the frequencies, above them, over-confident, under-confident."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """Worlds with similar probabilities of something."""

    count: int
    expected: float
    """The sum of the probabilities."""
    happened: int
    p_value: float
    """Two-sided: how surprising that number is if the probabilities are right."""


@dataclass(frozen=True, kw_only=True)
class Reliability:
    """The probabilities of something in many worlds, and how often it happened."""

    overall: Group
    groups: tuple[Group, ...]
    """By rising probability."""
    slope: float
    """Covariance of the errors, outcome less probability, with the probabilities, in standard errors; negative where
    the probabilities are too extreme."""

    @property
    def p_value(self) -> float:
        """The least of the p-values of all worlds and of the groups, corrected for their number (Bonferroni)."""
        every = [self.overall.p_value, *(group.p_value for group in self.groups)]
        return min(1.0, len(every) * min(every))

    @property
    def departure(self) -> Departure:
        """What the probabilities are, if they are not right."""
        if self.overall.p_value <= min(group.p_value for group in self.groups):
            return "too-low" if self.overall.happened > self.overall.expected else "too-high"
        return "too-extreme" if self.slope < 0 else "too-cautious"


def reliability(probabilities: Sequence[float], happened: Sequence[bool]) -> Reliability:
    """Compare probabilities with what happened, one of each in every world."""
    order = np.argsort(probabilities, kind="stable")
    p, y = np.asarray(probabilities, dtype=float)[order], np.asarray(happened, dtype=float)[order]
    places = np.array_split(np.arange(len(p)), GROUPS)
    distance = p - p.mean()
    error = float(np.sqrt(np.sum(np.square(distance) * p * (1 - p))))
    return Reliability(
        overall=_group(p, y),
        groups=tuple(_group(p[within], y[within]) for within in places if len(within)),
        slope=float(distance @ (y - p)) / error if error else 0.0,
    )


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
