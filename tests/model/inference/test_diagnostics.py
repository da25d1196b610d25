"""Verdicts on made-up draws: each failure is named, with the place where it is worst."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pytest

from estimative.model.inference.diagnostics import (
    ADVICE,
    Check,
    Verdict,
    chain_ess,
    judge_importance,
    judge_nuts,
    judge_probability,
)
from estimative.model.inference.draws import Draws, Method
from estimative.model.likelihood.layout import Numbers
from estimative.model.likelihood.theta import Theta

CHAINS, LENGTH = 4, 1000
BEYOND = "weight beyond the prior's reach"


def draws_of(
    method: Method,
    result: Mapping[str, float] | None = None,
    *,
    count: int = CHAINS * LENGTH,
    weights: Numbers | None = None,
) -> Draws:
    """Draws of no quantity at all, with diagnostics that are in order where nothing else is stated."""
    nuts = {"divergences": 0.0, "ebfmi": 1.0, "beyond": 0.0}
    importance = {"pareto_k": 0.2, "pareto_k_headline": 0.3, "beyond": 0.0}
    importance |= {"pilot_memory": 0.1, "pilot_difference": 0.1, "unreached": 0.0}
    return Draws(
        method=method,
        theta=Theta(degree=np.empty((0, count)), log_ratio=np.empty((0, count)), weight=np.empty(0)),
        weights=np.full(count, 1 / count) if weights is None else weights,
        chains=CHAINS if method == "nuts" else 1,
        diagnostics={**(nuts if method == "nuts" else importance), **(result or {})},
    )


def good(seed: int) -> Numbers:
    """Independent draws, chains one after the other; dims (draw)."""
    return np.random.default_rng(seed).standard_normal(CHAINS * LENGTH)


def importance_verdict(draws: Draws, relative: float = 0.01) -> Verdict:
    """Of weighted draws."""
    return judge_importance(draws.diagnostics, draws.ess, "flood", relative)


def failed(verdict: Verdict) -> dict[str, str]:
    """Each failed check, and where."""
    return {check.name: check.where for check in verdict.failed}


def judged(series: Mapping[str, Numbers], *, relative_se: float = 0.01, **result: float) -> Verdict:
    return judge_nuts(draws_of("nuts", result), series, "flood", relative_se)


def test_independent_chains_pass() -> None:
    """Chains of independent draws pass every check, and need no advice."""
    verdict = judged({"a": good(1), "b": good(2)})
    assert verdict.passed
    assert verdict.failed == ()
    assert verdict.advice == ()
    assert [check.name for check in verdict.checks] == [
        "R-hat",
        "bulk ESS",
        "tail ESS",
        "divergences",
        "E-BFMI",
        BEYOND,
        "relative error of the headline",
    ]


def test_a_chain_elsewhere_fails_rhat_at_its_series() -> None:
    """One chain of four that has settled elsewhere fails R-hat, at the series where it did."""
    series = good(3)
    series[:LENGTH] += 3
    result = failed(judged({"a": good(1), "torn": series, "b": good(2)}))
    assert result["R-hat"] == "torn"
    assert result["bulk ESS"] == "torn"


def test_a_stuck_chain_fails_at_its_series() -> None:
    """A chain that never moves is detected, at the series where it is stuck."""
    series = good(4)
    series[LENGTH : 2 * LENGTH] = 0.0
    assert failed(judged({"a": good(1), "stuck": series}))["R-hat"] == "stuck"


def test_chains_that_all_stand_elsewhere_fail() -> None:
    """Chains that all stand still, each in a place of its own, have no R-hat that passes and no draws that count."""
    series = np.repeat([0.0, 1.0, 2.0, 3.0], LENGTH)
    result = failed(judged({"a": good(1), "frozen": series}))
    assert result["R-hat"] == "frozen"
    assert result["bulk ESS"] == "frozen"


def test_slow_chains_lack_effective_draws() -> None:
    """A series whose neighbours are nearly alike has too few effective draws, though there are thousands."""
    noise = good(5).reshape(CHAINS, LENGTH)
    slow = np.empty_like(noise)
    slow[:, 0] = noise[:, 0]
    for step in range(1, LENGTH):
        slow[:, step] = 0.95 * slow[:, step - 1] + math.sqrt(1 - 0.95**2) * noise[:, step]
    assert failed(judged({"a": good(1), "slow": slow.ravel()}))["bulk ESS"] == "slow"


def test_constants_are_not_checked() -> None:
    """A constant has no R-hat and spoils none; where all is constant, no chain is checked at all."""
    constant = np.full(CHAINS * LENGTH, 0.3)
    assert judged({"held": constant, "a": good(1)}).passed
    verdict = judged({"held": constant})
    assert verdict.passed
    assert verdict.checks[0].name == "divergences"


def test_what_cannot_be_computed_fails() -> None:
    """A series with a draw that is no number fails, at that series, and is not taken for a constant."""
    series = good(6)
    series[17] = math.nan
    verdict = judged({"a": good(1), "broken": series})
    assert failed(verdict)["R-hat"] == "broken"
    assert failed(verdict)["bulk ESS"] == "broken"
    assert next(check.value for check in verdict.failed if check.name == "bulk ESS") == 0


@pytest.mark.parametrize(
    ("check", "result"),
    [
        ("divergences", {"divergences": 1.0}),
        ("E-BFMI", {"ebfmi": 0.29}),
        ("E-BFMI", {"ebfmi": math.nan}),
        (BEYOND, {"beyond": 2e-4}),
    ],
)
def test_each_diagnostic_of_the_sampler_counts(check: str, result: dict[str, float]) -> None:
    """A single divergence, an energy that moves too slowly, or draws beyond the prior's reach fail by themselves."""
    assert failed(judged({"a": good(1)}, **result)) == {check: ""}


@pytest.mark.parametrize(
    ("check", "where", "result"),
    [
        ("Pareto k", "", {"pareto_k": 0.7}),
        ("Pareto k of the headline", "flood", {"pareto_k_headline": math.inf}),
        ("pilot draws out of reach", "", {"unreached": 0.03}),
        ("memory of the pilot", "", {"pilot_memory": 0.71}),
        ("difference from the pilot", "", {"pilot_difference": 2.1}),
        (BEYOND, "", {"beyond": 2e-4}),
    ],
)
def test_each_diagnostic_of_the_weights_counts(check: str, where: str, result: dict[str, float]) -> None:
    """Weights with too heavy a tail fail by themselves, for the posterior and for the headline; so do a missed mode
    and weight beyond the prior's reach."""
    assert failed(importance_verdict(draws_of("importance", result))) == {check: where}


@pytest.mark.parametrize(("effective", "passes"), [(399, False), (401, True)])
def test_effective_draws_are_counted_by_the_weights(effective: int, passes: bool) -> None:
    """So many equal weights among zeros are so many effective draws, and 400 are enough."""
    weights = np.zeros(1000)
    weights[:effective] = 1 / effective
    draws = draws_of("importance", count=1000, weights=weights)
    assert draws.ess == pytest.approx(effective, rel=1e-12)
    assert failed(importance_verdict(draws)) == ({} if passes else {"ESS": ""})


@pytest.mark.parametrize(("relative", "passes"), [(0.049, True), (0.05, False), (math.nan, False)])
@pytest.mark.parametrize("method", ["nuts", "importance"])
def test_the_headline_needs_two_digits(method: Method, relative: float, passes: bool) -> None:
    """A headline whose error is a twentieth of it or more fails by either method, in its own name."""
    draws = draws_of(method)
    if method == "nuts":
        verdict = judge_nuts(draws, {"a": good(1)}, "flood", relative)
    else:
        verdict = importance_verdict(draws, relative)
    assert failed(verdict) == ({} if passes else {"relative error of the headline": "flood"})


@pytest.mark.parametrize("name", ["at most", "at least", "below"])
def test_a_check_of_no_number_fails(name: str) -> None:
    """What is no number meets no limit."""
    assert not Check.of("x", math.nan, 1.0, name).passed  # type: ignore[arg-type]


def test_limits_are_inclusive_but_for_below() -> None:
    """A value at its limit passes "at most" and "at least", but not "below"."""
    met = {way: Check.of("x", 1.0, 1.0, way).passed for way in ("at most", "at least", "below")}
    assert met == {"at most": True, "at least": True, "below": False}


def test_every_check_has_its_advice() -> None:
    """For each check that can fail there is a sentence on what to try, and for no other."""
    checks = {
        *(check.name for check in judged({"a": good(1)}).checks),
        *(check.name for check in importance_verdict(draws_of("importance")).checks),
        *(check.name for check in judge_probability(0.2, 1000, 1000, 0.01).checks),
    }
    assert checks == ADVICE.keys()


def test_advice_is_given_once_for_each_failure() -> None:
    """The advice is that of the failed checks, a sentence each."""
    verdict = judged({"a": good(1)}, divergences=3.0, ebfmi=0.1)
    assert verdict.advice == (ADVICE["divergences"], ADVICE["E-BFMI"])


def test_effective_size_of_chains() -> None:
    """Independent draws all count, a constant counts for ever, and draws repeated in pairs count by half."""
    draws = draws_of("nuts")
    assert chain_ess(good(7), draws) == pytest.approx(CHAINS * LENGTH, rel=0.1)
    assert chain_ess(np.full(CHAINS * LENGTH, 2.0), draws) == math.inf
    pairs = np.repeat(good(8)[::2], 2)
    assert chain_ess(pairs, draws) == pytest.approx(CHAINS * LENGTH / 2, rel=0.1)
