"""From what the evidence does to words."""

from __future__ import annotations

import math
from collections.abc import Mapping

from estimative.reports.evidence.summary import (
    Conflict,
    Edge,
    Ledger,
    Opposition,
    Reach,
    Sight,
    Story,
    Weighing,
    Weight,
)
from estimative.reports.summary import Number, Source
from estimative.reports.wording import DECIBANS, listed, odds_factor, percent, plain_decibans, plural, rounded

STRENGTHS = (
    (3.0, "hardly worth a mention"),
    (20.0, "positive"),
    (150.0, "strong"),
    (math.inf, "very strong"),
)
"""Words for a likelihood ratio up to so much (Kass & Raftery 1995, J. Am. Stat. Assoc. 90)."""
HUGE = 1_000_000_000_000
"""A factor beyond which no digits are told."""
CLEAR = 2.0
"""Standard errors that a number has to be away from nothing, before a sentence tells it."""
SHARED = 0.5
"""A story that weighs less than this part last of what it weighs alone shares most of it."""


def left_out(found: Weighing) -> str:
    """What rests on fits that did not converge, and is not told for that."""
    parts = [("ledger", found.ledger), ("borders between words", found.tipping)]
    return f"Left out: the {' and the '.join(name for name, part in parts if part is None)}."


def chance(log_odds: Number) -> str:
    """A probability from its log-odds."""
    p = 1 / (1 + math.exp(min(-log_odds.value, 700.0)))
    return percent(p, p * (1 - p) * log_odds.se)


def ledger(found: Ledger) -> str:
    """What all evidence does together."""
    moved = found.whole
    way = "up" if moved.value >= 0 else "down"
    size = rounded(DECIBANS * abs(moved.value), DECIBANS * moved.se)
    return (
        f"Before any evidence the headline stands at {chance(found.before)}, after all of it at {chance(found.after)}: "
        f"{way} by {size} decibans."
    )


def shared(stories: Mapping[str, Story]) -> str:
    """Which stories repeat what others say; empty where none does."""
    told = [
        f"{name} ({plain_decibans(story.weight.alone)} alone, {plain_decibans(story.weight.last)} last)"
        for name, story in stories.items()
        if _clear(story.weight.alone)
        and abs(story.weight.alone.value) > 1 / DECIBANS
        and 0 <= story.weight.last.value / story.weight.alone.value < SHARED
    ]
    verb = "says" if len(told) == 1 else "say"
    return f"Much of what {listed(told)} {verb}, others have said as well." if told else ""


def _clear(number: Number) -> bool:
    return abs(number.value) > CLEAR * number.se


def opposition(found: Opposition, stories: Mapping[str, Story]) -> str:
    """Which two stories pull hardest against each other."""
    up, down = (plain_decibans(stories[name].weight.last) for name in (found.up, found.down))
    return f"Hardest against each other pull {found.up} ({up} decibans) and {found.down} ({down})."


def conflict(found: Conflict) -> str:
    """Which two fit together worst."""
    return (
        f"Worst together fit {found.first} and {found.second}: under these priors both are "
        f"{_factor(found.measure.value, found.measure.se)} times less "
        "probable than if they had nothing to do with each other."
    )


def reweighting(found: Ledger) -> str:
    """How the weights were reckoned."""
    own = sum(weight.own_fits for weight in _weights(found))
    worst = max((weight.pareto_k for weight in _weights(found) if weight.pareto_k is not None), default=None)
    anew = f"{plural(own, 'fit', 'fits')} needed draws of {'its' if own == 1 else 'their'} own"
    how = anew if own else "Every weight comes from reweighted draws"
    return f"{how}; the largest Pareto k is {worst:.2f}." if worst is not None else f"{how}."


def _weights(found: Ledger) -> list[Weight]:
    return [*(story.weight for story in found.stories.values()), *found.items.values()]


def needed(edge: Edge) -> str:
    """The likelihood ratio that brings the headline to an edge, as a factor for or against."""
    factor = _factor(abs(edge.log_ratio.value), edge.log_ratio.se)
    return f"{factor} {'for' if edge.log_ratio.value > 0 else 'against'}"


def _factor(logarithm: float, error: float) -> str:
    """From its logarithm, unless it is not worth its digits."""
    return odds_factor(logarithm, error) if logarithm <= math.log(HUGE) else f"over {HUGE:,}"


def strength(edge: Edge) -> str:
    """A word for that ratio."""
    ratio = math.exp(min(abs(edge.log_ratio.value), 700.0))
    return next(word for limit, word in STRENGTHS if ratio < limit)


def nearest(edges: tuple[Edge, ...], ledger: Ledger | None) -> str:
    """What it takes to reach the nearest edge, in a sentence."""
    edge = min(edges, key=lambda one: abs(one.log_ratio.value))
    way = "up" if edge.log_ratio.value > 0 else "down"
    word = edge.above if way == "up" else edge.below
    if not _clear(edge.log_ratio):
        return f"The headline stands at the border of {100 * edge.probability:g} %, as far as the draws can tell."
    size = rounded(DECIBANS * abs(edge.log_ratio.value), DECIBANS * edge.log_ratio.se)
    lead = (
        f"The nearest border is {100 * edge.probability:g} %: new evidence about the headline of {size} decibans "
        f"(a likelihood ratio of {needed(edge)}) would bring it {way} to '{word}'."
    )
    heaviest = _heaviest(ledger)
    if heaviest is None:
        return lead
    name, weight = heaviest
    times = abs(edge.log_ratio.value) / abs(weight.value)
    if times > HUGE:
        return lead
    error = math.hypot(edge.log_ratio.se, times * weight.se) / abs(weight.value)
    return f"{lead} That is {rounded(times, error)} times what {name} weighs, the heaviest story at hand."


def _heaviest(ledger: Ledger | None) -> tuple[str, Number] | None:
    if ledger is None or not ledger.stories:
        return None
    name, story = max(ledger.stories.items(), key=lambda pair: abs(pair[1].weight.last.value))
    return (name, story.weight.last) if _clear(story.weight.last) else None


def reach(found: Reach) -> str:
    """The headline with a factor held at its lower end and at its upper one."""
    low, high = (percent(one.value, one.se) for one in (found.at_low, found.at_high))
    return f"{low.removesuffix(' %')} to {high}"


def moves(found: Reach) -> str:
    """What a factor's prior would have to become."""
    told = [
        f"{100 * move.edge:g} % at {rounded(move.mean.value, max(move.mean.se, 0.005))}"
        if move.mean
        else f"{100 * move.edge:g} % only held still"
        for move in found.moves
        if move.held
    ]
    return ", ".join(told) or "none, at no value tried"


def powerless(factors: Mapping[str, Reach]) -> str:
    """Whether any factor could change the word by itself."""
    able = [name for name, one in factors.items() if any(move.held for move in one.moves)]
    if not factors:
        return ""
    if not able:
        return "No factor, wherever it were known to stand, would by itself bring the headline over a border."
    each = "by itself" if len(able) == 1 else "each by itself"
    lead = f"Known to stand elsewhere, {listed(able)} would {each} bring the headline over a border"
    return f"{lead}; no other would, at any value tried." if len(able) < len(factors) else f"{lead}."


def watching(sights: Mapping[str, Sight]) -> str:
    """What to look for first."""
    name, first = next(iter(sights.items()))
    seen = percent(first.seen.value, first.seen.se)
    parts = []
    if first.if_seen:
        parts.append(f"if it is seen (a chance of {seen}) the headline goes to {maybe(first.if_seen)}")
    if first.if_not:
        goes = "" if parts else "the headline goes "
        parts.append(f"if it is looked for and not seen, {goes}to {maybe(first.if_not)}")
    return f"Look first for {name}: {first.title.rstrip('.')}; {', '.join(parts)}."


def maybe(number: Number | None) -> str:
    """A probability; a dash where it has no meaning."""
    return percent(number.value, number.se) if number else "-"


def part(number: Number) -> str:
    """A share in per cent."""
    return percent(number.value, number.se)


def where(sight: Sight, sources: Mapping[str, Source]) -> str:
    """Where to look for an indicator; empty where that is not said."""
    source = sources[sight.source].title if sight.source in sources else sight.source
    return "; ".join(part for part in (source.rstrip("."), sight.locator) if part)


def likelihoods(sight: Sight) -> str:
    """The chance of seeing an indicator at either end: "0.68 if yes, 0.12 if no"."""
    return ", ".join(f"{rounded(one.mean, 0.005)} if {one.end}" for one in sight.likelihoods)
