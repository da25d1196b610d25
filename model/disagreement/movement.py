"""Does a sequence of probabilities move more than a rational forecaster's would?

For a Bayesian who learns, the expected sum of squared changes of a probability p (its movement) is the expected fall of
p (1 - p) (the reduction of uncertainty), whatever he learns (Augenblick & Rabin 2021, Quarterly Journal of Economics
136). Of one step the difference of the two is (p1 - p0) (1 - 2 p0): a martingale difference.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

FEWEST_STEPS = 10
"""With fewer, the normal approximation behind the p-value says nothing."""


class Movement(Struct, frozen=True, kw_only=True):
    """How far a probability moved, against how much uncertainty that removed; in squared probability."""

    steps: int
    movement: float
    """Sum of (p1 - p0)^2."""
    reduction: float
    """p (1 - p) at the beginning, less at the end; below 0 where uncertainty grew."""
    excess_se: float
    """Standard error of movement less reduction, if the forecaster is rational: root of the sum of squared excesses."""
    p_value: float | None
    """Two-sided, of the excess, by the normal approximation; None with fewer than FEWEST_STEPS steps that moved."""

    @property
    def excess(self) -> float:
        """Movement less reduction: above 0 where the sequence moves too much, below where too little."""
        return self.movement - self.reduction


def movement(chances: Sequence[float]) -> Movement | None:
    """Test a sequence of probabilities of one event; None with fewer than two."""
    if len(chances) < 2:
        return None
    excesses = [(after - before) * (1 - 2 * before) for before, after in pairwise(chances)]
    se = math.sqrt(math.fsum(excess**2 for excess in excesses))
    moved = sum(excess != 0 for excess in excesses)
    p_value = math.erfc(abs(math.fsum(excesses)) / se / math.sqrt(2)) if moved >= FEWEST_STEPS else None
    first, last = chances[0], chances[-1]
    return Movement(
        steps=len(excesses),
        movement=math.fsum((after - before) ** 2 for before, after in pairwise(chances)),
        reduction=first * (1 - first) - last * (1 - last),
        excess_se=se,
        p_value=p_value,
    )
