"""The numbers of refits as they are shown: that of the fit, moved by what the refits differ by.

Refits have fewer draws than the fit that is reported. What they have in common is a control variate, whose noise
cancels (Owen 2013, Monte Carlo, ch. 8.9). So where nothing changed the number is that of the fit, and a change in
log-odds is the one between the two numbers that are shown.
"""

from __future__ import annotations

from scipy.special import expit

from estimative.model.inference.estimates import Undefined
from estimative.model.inference.mc_estimate import MCEstimate, log_odds


def moved(reported: MCEstimate, then: MCEstimate, now: MCEstimate) -> MCEstimate:
    """Move a probability by the difference in log-odds between two estimates on common draws.

    Parameters
    ----------
    reported
        From other draws, or more of them.
    then, now
        Before the change, and after it.

    Returns
    -------
    `now` itself where it shares no draws with `then`, or where one of the three is 0 or 1.
    """
    if len(then.influence) != len(now.influence) or now.own_variance > 0:
        return now
    try:
        base, before, after = (log_odds(number) for number in (reported, then, now))
    except Undefined:
        return now
    difference = after - before
    value = reported.value if difference.value == 0 else float(expit(base.value + difference.value))
    slope = value * (1 - value)
    return MCEstimate(value=value, own_variance=slope**2 * (base.se**2 + difference.se**2))
