"""Numbers in ranges: the cumulative distribution at the edges, and quantiles by interpolation within the ranges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from msgspec import Struct

from estimative.model.inference.draws import Draws
from estimative.model.inference.estimates import Estimate, ProbabilityEstimate
from estimative.model.inference.mc_estimate import mc_estimate
from estimative.model.inference.target_estimates import TargetEstimates, supported
from estimative.model.likelihood.layout import Numbers
from estimative.model.spec.events import Event
from estimative.model.spec.ranges import slope_at, value_at
from estimative.model.spec.scenario import Scenario

SHARES = (0.05, 0.5, 0.95)


class Quantile(Struct, frozen=True, kw_only=True):
    """A quantile of a number."""

    share: float
    """Of the probability that lies below it."""
    value: Estimate | None
    """None where it is above the last edge."""


class NumberDistribution(Struct, frozen=True, kw_only=True):
    """The distribution of a number, under the condition of its event."""

    at_most: tuple[ProbabilityEstimate | None, ...]
    """The probability of at most each edge but the first; None where the draws do not support it."""
    quantiles: tuple[Quantile, ...]
    """5%, 50% and 95%, within a range by the rule of `ranges.share_below`."""


class RangedNumber(Struct, frozen=True, kw_only=True):
    """A number in ranges before the evidence and after it."""

    edges: tuple[float, ...]
    unit: str
    prior: NumberDistribution
    posterior: NumberDistribution


def ranged_numbers(scenario: Scenario, prior: TargetEstimates, posterior: TargetEstimates) -> dict[str, RangedNumber]:
    """Collect every event that is a number in ranges, and whose condition is possible."""
    return {
        event.id: RangedNumber(edges=event.edges, unit=event.unit, prior=before, posterior=after)
        for event in scenario.events.values()
        if event.edges
        and (before := _distribution(event, prior)) is not None
        and (after := _distribution(event, posterior)) is not None
    }


def _distribution(event: Event, source: TargetEstimates) -> NumberDistribution | None:
    kind = "link" if event.given or event.unless else "event"
    series = [source.query_probabilities(kind, name) for name in event.literals]
    given, draws = series[0][1], source.draws
    base = float(draws.weights @ given)
    if base <= 0:
        return None
    below = np.minimum(np.cumsum([yes for yes, _ in series], axis=0)[:-1], given)
    chances = (draws.weights @ below.T) / base
    return NumberDistribution(
        at_most=tuple(supported(yes, given, draws) for yes in below),
        quantiles=tuple(_quantiles(event.edges, below, given, chances, draws)),
    )


def _quantiles(
    edges: Sequence[float], below: Numbers, given: Numbers, chances: Numbers, draws: Draws
) -> Iterator[Quantile]:
    """Quantiles of the mean distribution.

    Parameters
    ----------
    below
        P(at most each edge but the first, and the condition | theta); dims (edge, draw).
    chances
        The same under the condition, averaged over the draws; dims (edge).
    """
    base = float(draws.weights @ given)
    levels, rows = [0.0, *chances.tolist()], [np.zeros_like(given), *below]
    for share in SHARES:
        at = next((i for i, level in enumerate(levels[1:]) if level >= share), None)
        if at is None:
            yield Quantile(share=share, value=None)
            continue
        width = levels[at + 1] - levels[at]
        within = (share - levels[at]) / width
        low, high = edges[at], edges[at + 1]
        # The quantile moves by the error of the distribution there, over its density.
        there = (1 - within) * rows[at] + within * rows[at + 1]
        error = mc_estimate(share, (there - share * given) / base, draws).se
        value = value_at(within, low, high)
        yield Quantile(share=share, value=Estimate(value=value, se=slope_at(value, low, high) * error / width))
