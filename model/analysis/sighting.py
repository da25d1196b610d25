"""A sighting: what is seen of indicators, and what that says at each draw of a posterior."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from estimative.model.analysis.information_value import event_chances, likelihoods, mean_power, state_chances
from estimative.model.assessment import Assessment
from estimative.model.inference.posterior import Posterior
from estimative.model.likelihood.backend import TINY
from estimative.model.likelihood.failures import failure_of, with_failures
from estimative.model.likelihood.layout import Numbers, Structure
from estimative.model.likelihood.queries import QueryProbabilities
from estimative.model.likelihood.variable_elimination import SoftEvidence
from estimative.model.spec.evidence import Indicator


class Sighting(Struct, frozen=True, kw_only=True):
    """Indicators that are observed or absent, as evidence about today like every other item."""

    structure: Structure
    """Of the assessment, with a node for each failure that an indicator is about."""
    soft: SoftEvidence
    """What indicators about events say; dims (event, draw)."""
    chance: Numbers
    """P(what is seen of the indicators about factors | their degrees today); dims (draw)."""
    log_evidence: Numbers
    """ln P(event evidence | theta) without the sighting; dims (draw)."""

    @classmethod
    def of(cls, posterior: Posterior, signs: Mapping[str, bool]) -> Sighting:
        """Compute what is said by indicators that are observed (True) or absent (False)."""
        assessment, structure = posterior.assessment, posterior.assessment.structure
        scenario, count = assessment.scenario, posterior.draws.count
        seen = [(scenario.indicators[name], happened) for name, happened in signs.items()]
        of_factors = [pair for pair in seen if pair[0].about in scenario.factors]
        of_events = [pair for pair in seen if pair[0].about not in scenario.factors]
        failing = [indicator.about for indicator, _ in of_events if indicator.given]
        return cls(
            structure=replace(structure, network=with_failures(structure.network, scenario.events, failing)),
            soft=_soft_evidence([part for pair in of_events for part in _log_likelihoods(assessment, *pair)], count),
            chance=math.prod((_chance(posterior, *pair) for pair in of_factors), start=np.ones(count)),
            log_evidence=posterior.probabilities.log_evidence,
        )

    def weigh(self, found: QueryProbabilities) -> QueryProbabilities:
        """Multiply probabilities, given the sighting, by the probability of the sighting at each draw."""
        possible = np.isfinite(self.log_evidence)
        gain = np.where(possible, found.log_evidence, -np.inf) - np.where(possible, self.log_evidence, 0.0)
        chance = self.chance * np.exp(gain)
        return replace(found, yes=found.yes * chance, given=found.given * chance, log_evidence=self.log_evidence)


def _log_likelihoods(
    assessment: Assessment, indicator: Indicator, happened: bool
) -> Iterator[tuple[str, float, float]]:
    """Yield nodes with ln P(what is seen | the node does not happen, or happens), up to what others add."""
    if states := state_chances(assessment, indicator):
        for name, chance in states.items():
            yield name, 0.0, math.log(max(chance if happened else 1 - chance, TINY))
        return
    chances = event_chances(assessment, indicator)
    yes, no, neither = (math.log(max(chance if happened else 1 - chance, TINY)) for chance in chances)
    yield indicator.about, neither, yes
    if indicator.given:
        yield failure_of(indicator.about), 0.0, no - neither


def _chance(posterior: Posterior, indicator: Indicator, happened: bool) -> Numbers:
    """P(what is seen of an indicator | its factor's degree); dims (draw)."""
    top, bottom = likelihoods(posterior.assessment, indicator)
    x = posterior.quantity(f"factors.{indicator.about}")
    chance = mean_power(bottom, 1 - x) * mean_power(top, x)
    return chance if happened else 1 - chance


def _soft_evidence(parts: Sequence[tuple[str, float, float]], count: int) -> SoftEvidence:
    """The same at every draw."""
    events = tuple(event for event, _, _ in parts)
    log_no, log_yes = (np.array([[part[state]] * count for part in parts]) for state in (1, 2))
    return SoftEvidence(events=events, log_no=log_no, log_yes=log_yes)
