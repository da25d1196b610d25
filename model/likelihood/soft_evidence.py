"""What indicators and testimony say about events, as virtual evidence (Pearl 1988)."""

from __future__ import annotations

from estimative.model.likelihood.backend import TINY, Array, Backend
from estimative.model.likelihood.layout import Chances, Index, Structure
from estimative.model.likelihood.theta import Theta
from estimative.model.likelihood.variable_elimination import NO_SOFT_EVIDENCE, SoftEvidence


def soft_evidence(backend: Backend, structure: Structure, theta: Theta) -> SoftEvidence:
    """Compute what indicators and testimony say about events, as virtual evidence (Pearl 1988).

    An item adds half its strength to the state that it supports, and subtracts half from the other: w ln LR of an
    indicator, -w ln(m + (1 - m) / LR) of testimony, m being the speaker's motive. What a motivated speaker would say
    anyway carries no news. An item with `given` does so where the condition of its event is met, and adds nothing
    where it is not. Centred in this way, an uncertain ratio counts as its median, however uncertain it is. Items that
    are integrated over have weight 0 here, and their expectations are in `Theta.event_items`.

    Returns
    -------
    Log-likelihoods of each event's two states, up to a constant; dims (event[, draw]).
    """
    items = structure.event_indicators
    if not len(items.item):
        return NO_SOFT_EVIDENCE
    half = half_log_ratios(backend, structure, theta)
    log_no, log_yes = items.at_nodes(backend, half, -half)
    if theta.event_items is not None:
        log_no, log_yes = log_no + theta.event_items[0], log_yes + theta.event_items[1]
    return SoftEvidence(events=structure.soft_evidence_events, log_no=log_no, log_yes=log_yes)


def half_log_ratios(backend: Backend, structure: Structure, theta: Theta) -> Array:
    """Compute what each item about an event adds if its event happened, and subtracts if not; dims (item[, draw]).

    See `soft_evidence`.
    """
    items = structure.event_indicators
    log_ratio = backend.column(items.power) * theta.log_ratio[items.ratio]
    motive = theta.degree[items.motive]
    indicators = len(items.item) - len(items.motive)
    testimony = _testimony(backend, structure, theta, motive, log_ratio[indicators:])
    if structure.quantities.pairs:
        log_ratio = log_ratio + log_chances(backend, theta, items.chances)
    strength = backend.column(theta.weight[items.item]) * backend.concatenate([log_ratio[:indicators], -testimony])
    return backend.column(items.sign / 2) * strength


def _testimony(backend: Backend, structure: Structure, theta: Theta, motive: Array, log_ratio: Array) -> Array:
    """ln of P(said | denied state) / P(said | claimed state); dims (testimony[, draw]).

    (m + (1 - m) q / LR) / (m + (1 - m) p), p and q being the chances of saying it in either state: 1 where a ratio is
    stated, which assumes a speaker who would surely say it if it were so.
    """
    denied = backend.exp(-log_ratio)
    if not structure.quantities.pairs:
        return backend.log(motive + (1 - motive) * denied)
    chances = structure.event_indicators.chances
    first = len(chances.supported) - len(structure.event_indicators.motive)
    claimed, other = (_chance(backend, theta, places[first:]) for places in (chances.supported, chances.other))
    return backend.log(motive + (1 - motive) * other * denied) - backend.log(motive + (1 - motive) * claimed)


def log_chances(backend: Backend, theta: Theta, chances: Chances) -> Array:
    """ln of the ratio of an item's two chances, 0 where a ratio is stated; dims (item[, draw])."""
    supported, other = (_chance(backend, theta, places) for places in (chances.supported, chances.other))
    return backend.log(supported) - backend.log(other)


def _chance(backend: Backend, theta: Theta, places: Index) -> Array:
    """Chances at positions among the degrees, 1 at that behind the last; dims (item[, draw])."""
    one = backend.constant([1.0], theta.log_ratio)
    return backend.maximum(backend.concatenate([theta.degree, one])[places], TINY)
