"""A batch of draws in the space of standard normals, and the log densities of the model there.

The ratios of indicators about factors are integrated out in closed form, so that a thousand of them do not add a
thousand dimensions to the proposal; the errors of measurements and forecasts, and the ratios and motives of items about
events, by quadrature. Their posterior draws are added afterwards, from their conditionals (see `conditional_draws`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from estimative.model.assessment import Assessment
from estimative.model.inference.prior_transform import PriorTransform
from estimative.model.inference.proposal import half_squares
from estimative.model.likelihood.backend import NUMPY
from estimative.model.likelihood.bayes_net import Query
from estimative.model.likelihood.joint_parts import NOTHING, Known
from estimative.model.likelihood.layout import Numbers
from estimative.model.likelihood.log_joint import log_joint
from estimative.model.likelihood.queries import headline_target
from estimative.model.likelihood.theta import Theta
from estimative.model.likelihood.variable_elimination import Contradiction
from estimative.model.spec.scenario import Scenario

IMPOSSIBLE = -1e290
"""Log-likelihood of a draw at which the evidence is impossible: negligible weight, yet finite, so that sums work."""
LEAST_POSSIBLE = -1e280
"""Less is impossible: a forecast of an event of probability 0 has a deviation that is cut off at a huge number."""


class Batch(Struct, frozen=True, kw_only=True):
    """Draws with the log densities there; dims (draw) where nothing else is said."""

    z: Numbers
    """Standard normals under the prior; dims (free, draw)."""
    log_prior: Numbers
    """ln N(z | 0, I), up to a constant."""
    log_likelihood: Numbers
    log_tilts: Numbers
    """ln P(headline and its condition | theta, evidence), then that of each further query; dims (tilt, draw)."""
    log_given: Numbers
    """ln P(condition of the headline | theta, evidence); 0 where it has none."""

    @property
    def log_posterior(self) -> Numbers:
        """Up to a constant."""
        return self.log_prior + self.log_likelihood


def evaluate_batch(
    assessment: Assessment,
    transform: PriorTransform,
    z: Numbers,
    tilts: Sequence[Query] = (),
    theta: Theta | None = None,
    known: Known = NOTHING,
) -> Batch:
    """Evaluate the model at points of the space of standard normals, dims (free, draw).

    Parameters
    ----------
    tilts
        Queries whose probabilities are wanted besides the headline's.
    theta
        The quantities at these points, if they are known already.
    known
        Parts of the log joint there that are.

    Raises
    ------
    Contradiction
        If the evidence is impossible at every one of them.
    """
    structure = assessment.structure
    theta = theta or transform.theta(z)
    with np.errstate(over="ignore"):  # odds beyond the floats: the probability is 0 or 1, as it should be
        # One elimination answers the evidence and all queries.
        queries = queries_of_batch(structure.scenario, tilts)
        likelihood, given, *tilted = log_joint(NUMPY, structure, theta, queries, known)
    possible = np.asarray(likelihood > LEAST_POSSIBLE)
    if possible.size and not possible.any():
        raise Contradiction("evidence that contradicts itself: possible at no value of the quantities")
    likelihood = np.where(possible, likelihood, IMPOSSIBLE)
    return Batch(
        z=z,
        log_prior=half_squares(z),
        log_likelihood=likelihood,
        log_tilts=np.stack([_log_conditional(tilt, likelihood) for tilt in tilted]),
        log_given=_log_conditional(given, likelihood),
    )


def queries_of_batch(scenario: Scenario, tilts: Sequence[Query]) -> list[Query]:
    """The headline's condition, the headline, and further queries."""
    target = headline_target(scenario)
    return [target.given, target.yes, *tilts]


def _log_conditional(log_joint_mass: Numbers, log_likelihood: Numbers) -> Numbers:
    """ln P(query | theta, evidence) from ln P(query, evidence | theta); dims (draw)."""
    # Rounding may leave a certain query slightly above 0.
    return np.where(np.isfinite(log_joint_mass), np.minimum(log_joint_mass - log_likelihood, 0.0), IMPOSSIBLE)


def concatenate_batches(batches: Sequence[Batch]) -> Batch:
    """Join batches along the draws."""
    return Batch(
        z=np.concatenate([batch.z for batch in batches], axis=1),
        log_prior=np.concatenate([batch.log_prior for batch in batches]),
        log_likelihood=np.concatenate([batch.log_likelihood for batch in batches]),
        log_tilts=np.concatenate([batch.log_tilts for batch in batches], axis=1),
        log_given=np.concatenate([batch.log_given for batch in batches]),
    )
