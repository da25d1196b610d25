"""The parameters of the model: a value, or many draws, of every quantity that a prior set states."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from estimative.model.likelihood.backend import Array
from estimative.model.likelihood.cubics import Index


class Theta(Struct, frozen=True, kw_only=True):
    """The parameters of the model: one value, or many draws, of every quantity that a prior set states.

    `Structure.quantities` maps the name of a quantity to its position in `degree` or `log_ratio`.
    """

    degree: Array
    """Factors, baseline probabilities, table entries and motives, on [0, 1]; dims (degree[, draw])."""
    log_ratio: Array
    """ln of odds ratios, rate ratios, likelihood ratios, yearly rates and errors; dims (ratio[, draw])."""
    weight: Array
    """Power of each evidence item's likelihood, from relevance and shared origin; fixed, not drawn; dims (item). 0 for
    the items in `event_items`."""
    share: Array | None = None
    """Share that the time there is has of what the chance in each row of `Structure.anytime` is stated for; fixed, not
    drawn; dims (row). None where no event may happen on any day."""
    log_ratio_sd: Array | None = None
    """Where `Structure.integrated` ratios are integrated out: their prior standard deviations, `log_ratio` being their
    prior means; dims (ratio). None where `log_ratio` holds a value of every ratio."""
    event_items: Array | None = None
    """Where ratios and motives of items about events are integrated out: ln of what these items make of the nodes of
    `Structure.soft_evidence_events` not being so and being so; dims (state, node, draw), or (state, node[, 1])."""

    def at(self, draws: slice | Index) -> Theta:
        """The same at some of the draws."""
        items = self.event_items
        return replace(
            self,
            degree=self.degree[:, draws],
            log_ratio=self.log_ratio[:, draws],
            event_items=items if items is None or items.shape[-1] == 1 else items[..., draws],
        )

    def __repr__(self) -> str:
        return f"Theta(degree: {self.degree.shape}, log_ratio: {self.log_ratio.shape}, weight: {self.weight.shape})"
