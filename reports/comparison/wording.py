"""From the numbers of a comparison to words: what analysts disagree on, by how much, and what each part does."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from estimative.reports.comparison.summary import Attribution, Decomposition, Foresight, Pair, Share
from estimative.reports.summary import Effort, Number
from estimative.reports.wording import (
    DECIBANS,
    fits,
    listed,
    odds_factor,
    one_digit,
    percent,
    plural,
    rounded,
    spoken,
    with_error,
)

SPOKEN = 5
"""Quantities that a sentence names, at most."""
CERTAIN = 2.0
"""Standard errors that a share has to be away from nothing, before a sentence names it."""


def factor(share: Share) -> str:
    """What a share in the log-odds multiplies the odds by: "3.4"."""
    return odds_factor(share.share.value, error_of(share))


def error_of(share: Share) -> float:
    """Standard error of a share from both sources, in log-odds."""
    return math.hypot(share.share.se, share.sampling_error)


def difference(pair: Pair) -> str:
    """In percentage points: "+5.7 ± 0.05"."""
    return with_error(100 * pair.difference.value, 100 * pair.difference.se)


def share_of_one(number: Number) -> str:
    """A number from 0 to 1 to two decimals or the digits of its error; what would be rounded to an end, as near it."""
    if number.se <= 0.005 and 0 < number.value < 1 and min(number.value, 1 - number.value) < 0.005:
        return "below 0.01" if number.value < 0.5 else "above 0.99"
    return rounded(number.value, max(number.se, 0.005))


def distance(number: Number) -> str:
    """In percentage points."""
    return rounded(number.value, number.se, places=2)


def foresaw(number: Number | None) -> str:
    """Decibans that are decibans already."""
    return "unknown" if number is None else with_error(number.value, number.se)


def foresight(found: Mapping[str, Foresight]) -> str:
    """What the two columns mean, and which one compares."""
    first = next(iter(found))
    return (
        f"Log marginal likelihood in decibans against {first}: how well the priors foretold the evidence. Only the "
        "figures (measurements, forecasts, cases, counts and observations that all weigh alike) compare the analysts "
        "on equal terms; what counts for less than one adds that part of its score. In the other column no credit is "
        "due: an indicator or a testimony has a likelihood ratio but no probability of its own, so that stating larger "
        "ratios may raise it, and so may discounting what was not foretold."
    )


def oriented(found: Attribution) -> Attribution:
    """The same difference told from the lower analyst up."""
    if found.decomposition.gap.value >= 0:
        return found
    return replace(found, first=found.second, second=found.first, decomposition=_turned(found.decomposition))


def _turned(found: Decomposition) -> Decomposition:
    return replace(
        found,
        gap=_minus(found.gap),
        blocks=tuple(map(_opposite, found.blocks)),
        quantities=tuple(map(_opposite, found.quantities)),
    )


def _minus(number: Number) -> Number:
    return replace(number, value=-number.value)


def _opposite(share: Share) -> Share:
    return replace(share, share=_minus(share.share), first_in=_minus(share.first_in), last_in=_minus(share.last_in))


def attribution(found: Attribution) -> str:
    """Why two analysts differ, in a sentence or two; `found` is oriented."""
    gap = found.decomposition.gap
    whole = odds_factor(gap.value, gap.se)
    if not found.decomposition.quantities:
        return f"{found.first} and {found.second} agree on everything."
    lead = f"{found.first} gives the headline {whole} times the odds that {found.second} gives it."
    up, down, rest = _sorted(found.decomposition.quantities)
    if not up:
        return f"{lead} Nothing they disagree on accounts for it by itself."
    verbs = ("accounts for", *("for" for _ in up[1:]))
    told = [f"{spoken(share.name)} {verb} {factor(share)}" for verb, share in zip(verbs, up, strict=True)]
    if rest.count:
        told.append(f"what else they disagree on for {odds_factor(rest.value, rest.error)}")
    return f"{lead} Of this factor of {whole}, whose parts multiply, {listed(told)}.{_against(down)}"


def _against(shares: Sequence[Share]) -> str:
    """What works against a difference, in a sentence; nothing where nothing does."""
    verb = "works" if len(shares) == 1 else "work"
    told = listed([f"{spoken(share.name)} ({factor(share)})" for share in shares])
    return f" Against it {verb} {told}." if shares else ""


@dataclass(frozen=True, kw_only=True)
class _Rest:
    """Shares that a sentence does not name, taken together."""

    count: int
    value: float
    error: float


def _sorted(shares: Sequence[Share]) -> tuple[list[Share], list[Share], _Rest]:
    """Those that raise most, those that lower, and the rest together."""
    clear = [share for share in shares if abs(share.share.value) > CERTAIN * error_of(share)]
    up = sorted((s for s in clear if s.share.value > 0), key=lambda s: -s.share.value)[:SPOKEN]
    least = 0.1 * sum(share.share.value for share in up)
    down = sorted((s for s in clear if s.share.value < -least), key=lambda s: s.share.value)[:SPOKEN]
    rest = [share for share in shares if share not in up and share not in down]
    error = math.hypot(*(error_of(share) for share in rest)) if rest else 0.0
    return up, down, _Rest(count=len(rest), value=sum(share.share.value for share in rest), error=error)


def main_shares(found: Decomposition, count: int = 3) -> str:
    """The quantities that do most, with decibans: "the baseline of attack +3.6, ..."."""
    clear = [share for share in found.quantities if abs(share.share.value) > CERTAIN * error_of(share)]
    most = sorted(clear, key=lambda share: -abs(share.share.value))[:count]
    told = [
        f"{spoken(share.name)} {rounded(DECIBANS * share.share.value, DECIBANS * error_of(share), signed=True)}"
        for share in most
    ]
    return ", ".join(told) or "nothing by itself"


def spread(variance: Number, count: int) -> str:
    """How far analysts are apart."""
    sd = math.sqrt(max(variance.value, 0.0))
    error = variance.se / (2 * sd) if sd > 0 else 0.0
    told = rounded(DECIBANS * sd, DECIBANS * error)
    return (
        f"Between the {plural(count, 'analyst', 'analysts')} the log-odds of the headline have a standard deviation "
        f"of {told} decibans: a factor of {odds_factor(sd, error)} in the odds."
    )


def agreeing(variance: Decomposition) -> str:
    """Which quantities, if agreed on, would bring analysts together most, and which would drive them apart."""
    clear = [share for share in variance.quantities if abs(share.share.value) > CERTAIN * error_of(share)]
    most = sorted((share for share in clear if share.share.value > 0), key=lambda share: -share.share.value)[:3]
    if not most or not variance.gap.value > 0:
        return "No single quantity would bring them together if they agreed on it."
    told = [f"{spoken(share.name)} ({_part(share, variance.gap)} % of the variance)" for share in most]
    alone = max(variance.quantities, key=lambda share: share.first_in.value)
    apart = [spoken(share.name) for share in clear if share.share.value < 0 and share.first_in.value < 0]
    return (
        f"What would bring them together most, if they agreed on it: {listed(told)}. If they agreed on "
        f"{spoken(alone.name)} and on nothing else, the standard deviation would be {left(alone, variance.gap)} "
        f"decibans.{f' Agreeing on {listed(apart)} would drive them further apart.' if apart else ''}"
    )


def part_of(share: Share, whole: Number) -> str:
    """A share of a variance in per cent with its error: "24 ± 1 %"; a dash where there is no variance."""
    if not whole.value > 0:
        return "-"
    error = error_of(share) / whole.value
    return f"{_part(share, whole)} ± {one_digit(100 * error)} %" if error > 0 else f"{_part(share, whole)} %"


def _part(share: Share, whole: Number) -> str:
    """To the digit of its error: the larger shares can then be told apart though orders were sampled."""
    return rounded(share.share.value / whole.value, error_of(share) / whole.value / 10, places=2)


def together(shares: Sequence[Share], whole: Number) -> str:
    """What several shares of a variance come to, in full per cent; a dash where there is no variance."""
    part = sum(share.share.value for share in shares)
    return percent(part / whole.value, 0.005) if whole.value > 0 else "-"


def left(share: Share, whole: Number) -> str:
    """The standard deviation in decibans that would be left if only this were agreed on."""
    rest = max(whole.value - share.first_in.value, 0.0)
    sd = math.sqrt(rest)
    error = math.hypot(whole.se, share.first_in.se) / (2 * sd) if sd > 0 else 0.0
    return rounded(DECIBANS * sd, DECIBANS * error)


def effort(found: Effort, orders: int) -> str:
    """How many fits stand behind a decomposition, and how well they went."""
    how = (
        f"Blocks' shares are taken over all orders; those within a block are averages over {orders} random orders, and "
        "their errors allow for that"
        if orders
        else "Shares are taken over all orders"
    )
    return f"{how}. {fits(found)}"
