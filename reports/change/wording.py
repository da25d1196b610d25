"""From a change to words: what the judgement was and is, what the change is due to, and what changed."""

from __future__ import annotations

from estimative.reports.change.summary import Change, Entry, Sharing, Side
from estimative.reports.comparison.summary import Share
from estimative.reports.summary import Number
from estimative.reports.wording import (
    DECIBANS,
    decibans,
    judged,
    listed,
    plain_decibans,
    plain_factor,
    plural,
    rounded,
    spoken,
)

CLEAR = 2.0
"""Standard errors that a change has to be away from nothing, before a sentence tells a direction."""
BLOCKS = {
    "scenario": "the scenario",
    "items": "evidence",
    "factors": "priors of factors",
    "events": "priors of events",
    "effects": "priors of effects",
    "evidence": "what evidence is worth",
    "relevance": "weights of evidence",
}
REST = "settings and chance"
NOTHING = "Nothing changed between the two runs."
LONGEST = 160
"""Characters of a text that a list shows."""


def judgement(found: Change) -> str:
    """What the judgement was and what it is; empty where it is not told."""
    before, after = found.first.headline, found.second.headline
    if not before or not after:
        return ""
    if not found.same_question:
        return f"Before: {before.title}: {judged(before)}. Now: {after.title}: {judged(after)}."
    title = after.title.rstrip(".")
    dates = found.first.scenario.as_of, found.second.scenario.as_of
    if dates[0] == dates[1]:
        return f"{title}: from {judged(before)} to {judged(after)}"
    return f"{title}: from {judged(before)} as of {dates[0]} to {judged(after)} as of {dates[1]}"


def due(found: Sharing) -> str:
    """How much the log-odds changed, and what that is due to."""
    if not found.blocks:
        lead = "It stays" if stays(found.whole) else f"{odds(found.whole)} It is {REST} alone"
        return f"{lead}: nothing that the answer depends on changed."
    lead = "It stays, as far as the draws can tell." if stays(found.whole) else odds(found.whole)
    parts = sorted(found.blocks, key=lambda block: -abs(block.share.value))
    told = [f"{BLOCKS[block.name]} {plain_decibans(block.share)}" for block in parts]
    return f"{lead} In decibans: {listed([*told, f'{REST} {plain_decibans(found.rest)}'])}."


def stays(whole: Number) -> bool:
    """Whether a change cannot be told from none."""
    return abs(whole.value) <= CLEAR * whole.se


def odds(whole: Number) -> str:
    """What a change does to the odds."""
    size = Number(value=abs(whole.value), se=whole.se)
    verb, way = ("multiplied", "up") if whole.value > 0 else ("divided", "down")
    told = rounded(DECIBANS * size.value, DECIBANS * size.se)
    return f"Its odds are {verb} by {plain_factor(size)}: {way} by {told} decibans."


def player(share: Share) -> str:
    """What has a share, in prose."""
    section, _, item = share.name.partition(".")
    return item if section == "items" else spoken(share.name)


def cells(share: Share) -> tuple[str, str, str]:
    """A share with its error, alone and last, in decibans."""
    return (
        decibans(share.share, sampling_error=share.sampling_error),
        plain_decibans(share.first_in),
        plain_decibans(share.last_in),
    )


def entry(one: Entry) -> str:
    """One thing that changed."""
    about = f"{one.name} ({one.title.rstrip('.')})" if one.title else one.name
    where = f"{about}, {one.field}" if one.field else about
    idle = "" if one.counts else " (the headline does not depend on it)"
    match one.kind:
        case "new":
            return f"New: {where}{f': {_cut(one.after)}' if one.after else ''}{idle}"
        case "gone":
            return f"Gone: {where}{f'; it was: {_cut(one.before)}' if one.before else ''}{idle}"
        case _:
            return f"{where}: {_cut(one.before) or 'nothing'} -> {_cut(one.after) or 'nothing'}{idle}"


def _cut(text: str) -> str:
    """A text on one line, its end left out where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 4].rstrip()} ..."


def side(one: Side) -> str:
    """A run, by what it was asked and of whom."""
    failed = "" if one.converged else "; it did not converge"
    asked = f"as of {one.scenario.as_of}, until {one.scenario.until}"
    return f"run {one.run.id}, {asked}, prior set {one.prior_set.name}{failed}"


def orders(found: Sharing) -> str:
    """Over which orders shares were taken."""
    if found.orders:
        return (
            f"Blocks' shares are taken over all orders; those within a block are averages over "
            f"{plural(found.orders, 'random order', 'random orders')}, and their errors allow for that."
        )
    return "Shares are taken over all orders."
