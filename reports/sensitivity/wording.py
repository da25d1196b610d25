"""From the numbers of a sensitivity analysis to words: what the answer hangs on."""

from __future__ import annotations

import math

from estimative.reports.sensitivity.summary import (
    Alternative,
    PowerScaled,
    PowerScaling,
    Sensitivity,
    Sobol,
    Structure,
    Swing,
    Tornado,
)
from estimative.reports.summary import Number
from estimative.reports.wording import DECIBANS, decibans, listed, percent, plural, rounded, spoken

SPOKEN = 3
"""Quantities that a sentence names."""
CLEAR = 2.0
"""Standard errors that a number has to be away from nothing, before a sentence tells it."""
DIAGNOSES = {"conflict": "conflict?", "weak evidence": "weak evidence?", "none": "-"}


def left_out(found: Sensitivity) -> str:
    """What rests on fits that did not converge, and is not told for that."""
    parts = [("tornado", found.tornado), ("other structures of the scenario", found.structure)]
    return f"Left out: the {' and the '.join(name for name, part in parts if part is None)}."


def held_at(swing: Swing) -> str:
    """Between which values a quantity was varied."""
    return f"{_value(swing.low)} to {_value(swing.high)}"


def _value(value: float) -> str:
    return f"{value:.3g}"


def headline_at(swing: Swing) -> str:
    """The headline at the low value and at the high one."""
    low, high = (percent(one.value, one.se) for one in (swing.at_low, swing.at_high))
    return f"{low.removesuffix(' %')} to {high}"


def swing(number: Number | None) -> str:
    """A swing in decibans; "no bound" where the headline becomes certain or impossible."""
    return decibans(number) if number else "no bound"


def tornado(found: Tornado) -> str:
    """What the headline hangs on most."""
    clear = {name: one for name, one in found.quantities.items() if is_clear(one.swing)}
    if not found.quantities:
        return "The priors leave nothing open: there is no quantity to hold low and high."
    if not clear:
        return "Nothing that was varied moves the headline by more than its error."
    name, first = next(iter(clear.items()))
    rest = list(clear)[1:SPOKEN]
    lead = (
        f"The headline hangs most on {spoken(name)}: held at {_value(first.low)} and at {_value(first.high)}, the "
        f"{100 * found.low_quantile:g} % and {100 * found.high_quantile:g} % points of its prior, it gives "
        f"{headline_at(first)}."
    )
    return f"{lead} After that come {listed([spoken(one) for one in rest])}." if rest else lead


def is_clear(number: Number | None) -> bool:
    """Whether a swing is away from nothing by more than its error; one without bound is."""
    return number is None or abs(number.value) > CLEAR * number.se


def share(number: Number) -> str:
    """A share of a variance in per cent with the digits of its error."""
    return percent(number.value, max(number.se, 0.0005))


def sobol(found: Sobol) -> str:
    """What Sobol' indices say of single quantities and of their working together."""
    sd = rounded(DECIBANS * found.sd, 0.05)
    lead = f"Over the priors the log-odds of the headline have a standard deviation of {sd} decibans. By themselves, "
    error = max(found.alone.se, 0.005)
    if 1 - found.alone.value <= CLEAR * error:
        return f"{lead}single quantities account for all of that variance, as far as the evaluations can tell."
    amount = percent(found.alone.value, error)
    return f"{lead}single quantities account for {amount} of that variance; the rest comes from their working together."


def power_scaling(found: PowerScaling) -> str:
    """What the headline answers to more, and where prior and evidence may be in conflict."""
    if not found.quantities:
        return "The priors leave nothing open that could be weighed against the evidence."
    priors, evidence = found.all_priors, found.all_evidence
    sizes = " and ".join(
        f"{rounded(one.value, one.se)} for all {name}" for name, one in (("priors", priors), ("evidence", evidence))
    )
    told = [spoken(name) for name in conflicts(found)]
    lead = f"The headline answers {_more(priors, evidence)} ({sizes})."
    if not told:
        return f"{lead} Nowhere are prior and evidence in conflict by more than the errors of these numbers."
    return f"{lead} Prior and evidence may be in conflict, by more than the errors of these numbers, on {listed(told)}."


def conflicts(found: PowerScaling) -> tuple[str, ...]:
    """The quantities on which prior and evidence may be in conflict, whatever the errors of the two sensitivities."""
    return tuple(name for name, one in found.quantities.items() if _in_conflict(one, found.threshold))


def _in_conflict(one: PowerScaled, threshold: float) -> bool:
    """Whether both sensitivities are above the threshold by more than their errors."""
    return all(number.value - CLEAR * number.se >= threshold for number in (one.prior, one.evidence))


def _more(priors: Number, evidence: Number) -> str:
    """To which of the two the headline answers more, if that can be told."""
    if abs(priors.value - evidence.value) <= CLEAR * math.hypot(priors.se, evidence.se):
        return "to its priors about as much as to the evidence"
    return "more to its priors" if priors.value > evidence.value else "more to the evidence"


def structure(found: Structure) -> str:
    """What another link makes of the headline."""
    one = found.noisy_or
    became = percent(one.probability.value, one.probability.se)
    if one.shift is None:
        return f"With causes that act by themselves (noisy-OR) in place of log-odds the headline stands at {became}."
    if abs(one.shift.value) <= CLEAR * one.shift.se:
        return f"With causes that act by themselves (noisy-OR) in place of log-odds the headline stays, at {became}."
    way = "up" if one.shift.value > 0 else "down"
    size = rounded(DECIBANS * abs(one.shift.value), DECIBANS * one.shift.se)
    return (
        "With causes that act by themselves (noisy-OR) in place of log-odds, and the same priors, the headline "
        f"becomes {became}: {way} by {size} decibans."
    )


def shift(one: Alternative) -> str:
    """In decibans; a dash where the headline becomes certain or impossible."""
    return decibans(one.shift) if one.shift else "-"


def untouched(count: int) -> str:
    """How many quantities have indices of 0; empty where none has."""
    if not count:
        return ""
    verb, which = ("has", "it") if count == 1 else ("have", "them")
    return (
        f"{plural(count, 'quantity', 'quantities')} {verb} indices of 0: the headline's chance does not depend on "
        f"{which} once all others are known."
    )
