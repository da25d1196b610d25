"""From the numbers of a what-if to words: what is supposed, and what it changes."""

from __future__ import annotations

import math
from collections.abc import Iterator

from estimative.reports.summary import Number
from estimative.reports.whatif.summary import Chance, Change, Supposed, WhatIf
from estimative.reports.wording import DECIBANS, decibans, listed, percent, plain_factor, rounded, with_error

HUGE = 12 * math.log(10)
"""Log-odds beyond which a factor, of more than a trillion, is not worth its digits."""
CLEAR = 2.0
"""Standard errors that a change has to be away from nothing, before a sentence tells it."""


def supposed(one: Supposed) -> str:
    """What is supposed, and what kind of supposition it is."""
    match one.kind:
        case "intervention":
            return (
                f"Intervention: {one.about} ({one.title}) is set {one.said}. Events still to come respond; what is "
                "settled now, and what the evidence says of today, do not."
            )
        case "condition":
            return (
                f"Condition: {one.about} ({one.title}) is taken {one.said}, as if that had been seen. Everything is "
                "updated on it: what is believed of today, and what is to come."
            )
        case "evidence left out":
            return f"Left out: {one.about} ({one.title}), as if nobody had told it."
        case _:
            return f"Another prior: {one.about} ({one.title}) is {one.said}."


def nothing() -> str:
    """Where nothing is supposed but a sweep."""
    return "Nothing but what is swept."


def judged(chance: Chance) -> str:
    """A word with its number in brackets."""
    return f"{chance.term} ({percent(chance.probability, chance.se)})"


def headline(title: str, change: Change) -> str:
    """What becomes of the headline, in a sentence or two."""
    before, after = change.before, change.after
    if abs(change.difference.value) <= CLEAR * change.difference.se:
        return f"{title}: it stays {judged(before)}, as far as the draws can tell."
    lead = f"{title}: from {judged(before)} to {judged(after)}."
    if change.shift is None:
        return lead
    return f"{lead} {odds(change.shift)}"


def odds(shift: Number) -> str:
    """What a change does to the odds."""
    rises = shift.value > 0
    size = Number(value=abs(shift.value), se=shift.se)
    verb = "multiplied" if rises else "divided"
    told = rounded(DECIBANS * size.value, DECIBANS * size.se)
    if size.value > HUGE:
        return f"Its odds go {'up' if rises else 'down'} by {told} decibans."
    return f"Its odds are {verb} by {plain_factor(size)}: {'up' if rises else 'down'} by {told} decibans."


def points(change: Change) -> str:
    """The difference in percentage points with its error."""
    return with_error(100 * change.difference.value, 100 * change.difference.se)


def shift(change: Change) -> str:
    """The difference in decibans; a dash where there is none."""
    return decibans(change.shift) if change.shift else "-"


def against(found: WhatIf) -> str:
    """What moves the other way than the headline, in a sentence; empty where nothing does."""
    first = found.headline.difference
    if abs(first.value) <= CLEAR * first.se:
        return ""
    told = listed(list(_against(found, rises=first.value > 0)))
    if not told:
        return ""
    return f"Against that, {told}."


def _against(found: WhatIf, *, rises: bool) -> Iterator[str]:
    """Events that become likelier under their own condition while the headline becomes less so, or the reverse."""
    supposed = {one.about for one in found.supposed}
    for name, event in found.events.items():
        change = event.given_previous
        if name in supposed or change is None or abs(change.difference.value) <= CLEAR * change.difference.se:
            continue
        if (change.difference.value > 0) != rises:
            before, after = (percent(one.probability, one.se) for one in (change.before, change.after))
            verb = "falls" if rises else "rises"
            where = " where it can happen at all" if event.given or event.unless else ""
            yield f"{name} {verb} from {before} to {after}{where}"


def swept(found: WhatIf) -> str:
    """What the headline does along a sweep, in a sentence."""
    assert found.sweep
    name = found.scenario.headline
    first, last = found.sweep.points[0], found.sweep.points[-1]
    ends = [f"{judged(point.outcomes[name])} at {point.value:g}" for point in (first, last)]
    return f"With {found.sweep.factor} set by hand, the headline goes from {ends[0]} to {ends[1]}."
