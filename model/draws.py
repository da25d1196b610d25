"""Draws of every quantity from the posterior, weighted or not, whichever method they come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from model.equations import Theta
from model.structure import Numbers

type Method = Literal["nuts", "importance"]


@dataclass(frozen=True, kw_only=True)
class Draws:
    """What a method hands over."""

    method: Method
    theta: Theta
    """dims (quantity, draw); chains one after the other."""
    weights: Numbers
    """Sum to one; equal for NUTS. dims (draw)."""
    chains: int
    diagnostics: dict[str, float]
    """What only the method itself knows of its own convergence."""

    @property
    def count(self) -> int:
        return len(self.weights)

    @property
    def effective(self) -> float:
        """Kish's effective number of draws, 1 / sum of squared weights."""
        return float(1 / np.square(self.weights).sum())
