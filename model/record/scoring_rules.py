"""Proper scores of one forecast over the states of which exactly one holds; yes or no are two states."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from math import inf, log


def brier_score(probabilities: Sequence[float], answer: int) -> float:
    """Half the sum of the squared distances to what happened, in [0, 1].

    For two states that is the squared distance of one probability (Brier 1950, Monthly Weather Review 78(1), whose own
    score is twice this one).

    Parameters
    ----------
    answer
        The place of the state that held.
    """
    return sum((p - (place == answer)) ** 2 for place, p in enumerate(probabilities)) / 2


def logarithmic_score(probabilities: Sequence[float], answer: int) -> float:
    """-ln of the probability of the state that held, in nats; infinite where that was 0 (Good 1952)."""
    given = probabilities[answer]
    return -log(given) + 0.0 if given > 0 else inf  # no negative zero


def ranked_probability_score(probabilities: Sequence[float], answer: int) -> float:
    """Mean squared distance of the K - 1 cumulative probabilities to what happened, in [0, 1].

    That is the mean Brier score of the questions "is it a later state than k?" (Epstein 1969, Journal of Applied
    Meteorology 8(6), Murphy 1971, ibid. 10(1)), where others print their sum. For two states it is the Brier score.
    """
    below = list(accumulate(probabilities))[:-1]
    return sum((p - (answer <= place)) ** 2 for place, p in enumerate(below)) / len(below)
