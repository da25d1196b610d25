"""Means with cluster-robust standard errors: all that is said about one scenario shares its luck."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np
from msgspec import Struct

from estimative.model.inference.estimates import Estimate
from estimative.model.likelihood.layout import Numbers


class Clusters(Struct, frozen=True, kw_only=True):
    """Forecasts that share their luck: those on one scenario, whoever made them and of whatever outcome."""

    members: tuple[int, ...]
    """The place of each forecast's scenario among the scenarios; dims (forecast)."""
    count: int

    @classmethod
    def of(cls, scenarios: Sequence[str]) -> Clusters:
        """Those of the scenario of each forecast; dims (forecast)."""
        places = {name: place for place, name in enumerate(sorted(set(scenarios)))}
        return cls(members=tuple(places[name] for name in scenarios), count=len(places))

    def mean(self, values: Numbers) -> Estimate:
        """The mean of values with dims (forecast)."""
        mean = float(values.mean())
        return Estimate(value=mean, se=self.error(values - mean))

    def error(self, influence: Numbers) -> float | None:
        """Cluster-robust standard error, given an influence of mean 0 with dims (forecast); None from one scenario."""
        if self.count < 2:
            return None
        sums = np.bincount(self.members, weights=influence, minlength=self.count)
        return sqrt(self.count / (self.count - 1) * float(np.square(sums).sum())) / len(influence)
