"""Comparisons made by hand and at random, without a fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import strategies as st

from estimative.reports.comparison import summary as told
from estimative.reports.comparison.summary import SOME_UNCONVERGED, SOME_WITHHELD, Comparison
from estimative.reports.summary import Computation, Confidence, Number, PriorSet, Probability
from tests.summaries import CHANCES, ERRORS, FAILED, FULL, IMPORTANCE, NUTS, numbers, probabilities

SECTIONS = {"tables": "events", "motives": "evidence", "independence": "relevance"}
"""The block of a section that has another name."""


def number(value: float, se: float = 0.0) -> Number:
    """A number with its error."""
    return Number(value=value, se=se)


def share(name: str, value: float, *, se: float = 0.002, sampling_error: float = 0.0) -> told.Share:
    """A share in log-odds that is larger alone and smaller in the end."""
    section = name.partition(".")[0]
    return told.Share(
        name=name,
        block=SECTIONS.get(section, section),
        title=f"what {name} is",
        share=number(value, se),
        sampling_error=sampling_error,
        first_in=number(1.5 * value, se),
        last_in=number(0.5 * value, se),
    )


def decomposition(shares: Mapping[str, float], *, orders: int = 0) -> told.Decomposition:
    """Shares of quantities, which sum to those of their blocks, which sum to the gap."""
    quantities = tuple(share(name, value, sampling_error=0.003 if orders else 0.0) for name, value in shares.items())
    blocks = {one.block: 0.0 for one in quantities}
    for one in quantities:
        blocks[one.block] += one.share.value
    return told.Decomposition(
        gap=number(sum(shares.values()), 0.004 if shares else 0.0),
        blocks=tuple(share(block, value) for block, value in blocks.items()),
        quantities=quantities,
        orders=orders,
    )


SHARES = {
    "factors.wear": 0.62,
    "events.leak": 0.81,
    "events.closing": -0.35,
    "effects.closing.wear": 0.0,
    "effects.closing.rain": 0.0071,
    "evidence.dive": -0.03,
    "motives.diver": 0.11,
    "relevance.closures": 0.2,
    "independence.dive": 0.0004,
}
"""Some negative, one of nothing, some below a tenth of a deciban, which are 0.023 of log-odds."""
EFFORT = told.Effort(fits=412, by_method={"importance": 410, "nuts": 2}, failed=0, worst=IMPORTANCE.checks)
COMPUTATION = Computation(
    seed=1, settings={"method": "auto", "draws": 8000}, versions={"estimative": "0.1.0", "python": "3.13.0"}
)


def analyst(name: str, *, level: str = "", passed: bool = True, analyst: str = "") -> told.Analyst:
    """An analyst whose fit converged or did not."""
    confidence = Confidence(level=level, information_base="", rigour="", volatility="") if level else None
    prior_set = PriorSet(
        name=name,
        digest=f"{len(name):x}e" * 32,
        analyst=analyst,
        date="2026-11-01",
        rationale="",
        lineage=(),
        confidence=confidence,
    )
    method = "importance" if passed else "nuts"
    return told.Analyst(prior_set=prior_set, method=method, converged=passed, verdict=IMPORTANCE if passed else FAILED)


ENGINEER = analyst("engineer", level="low", analyst="A county engineer")
SCEPTIC = analyst("sceptic", level="moderate", analyst="Those who have seen worse cracks hold")
MAYOR = replace(analyst("mayor"), method="nuts", verdict=NUTS)
ANSWERS: Mapping[str, Mapping[str, Probability]] = {
    "closed": {
        "engineer": Probability(**numbers(0.0613, 0.0008, 0.012, 0.149, 0.031)),
        "sceptic": Probability(**numbers(0.0147, 0.0002, 0.003, 0.041, 0.0121)),
        "mayor": Probability(**numbers(0.31, 0.002, 0.12, 0.55, 0.4)),
    },
    "closed_if_leak": {
        "engineer": Probability(**numbers(0.52, 0.004, 0.3, 0.74, 0.4)),
        "sceptic": Probability(**numbers(0.25, 0.0, 0.25, 0.25, 0.25)),
        "mayor": Probability(**numbers(0.993, 0.0001, 0.98, 0.999, 0.97)),
    },
}
"""By outcome and analyst; one of them exact."""


def _pair(outcome: str, first: str, second: str) -> told.Pair:
    one, other = (ANSWERS[outcome][name].probability for name in (first, second))
    return told.Pair(
        first=first,
        second=second,
        difference=number(one - other, 0.0009),
        first_higher=number(0.999 if one > other else 0.012, 0.0004),
        overlap=number(0.0031, 0.0002) if first == "sceptic" else number(0.437, 0.008),
        wasserstein=number(abs(one - other), 0.0009),
    )


def outcomes(names: tuple[str, ...]) -> dict[str, told.Outcome]:
    """What these make of each outcome."""
    pairs = [(first, second) for index, first in enumerate(names) for second in names[index + 1 :]]
    return {
        outcome: told.Outcome(
            title=FULL.outcomes[outcome].title,
            given=FULL.outcomes[outcome].given,
            analysts={name: answers[name] for name in names},
            pairs=tuple(_pair(outcome, *pair) for pair in pairs),
        )
        for outcome, answers in ANSWERS.items()
    }


def comparison(*analysts: told.Analyst) -> Comparison:
    """Analysts side by side, told if their fit converged, with nothing shared out."""
    names = tuple(one.prior_set.name for one in analysts if one.converged)
    converged = len(names) == len(analysts)
    foresights = (told.Foresight(everything=number(0.0), figures=number(0.0)), *FORESIGHTS)
    return Comparison(
        scenario=FULL.scenario,
        converged=converged,
        caution="" if converged else SOME_WITHHELD,
        analysts={one.prior_set.name: one for one in analysts},
        outcomes=outcomes(names),
        foresight=dict(zip(names, foresights, strict=False)),
        attribution=None,
        team=None,
        computation=COMPUTATION,
    )


FORESIGHTS = (
    told.Foresight(everything=number(-1.24, 0.04), figures=number(-5.71, 0.09)),
    told.Foresight(everything=None, figures=number(0.02, 0.3)),
)


def pair(shares: Mapping[str, float], *, orders: int = 0) -> Comparison:
    """The engineer and the sceptic, their difference shared out."""
    attribution = told.Attribution(
        first="engineer", second="sceptic", decomposition=decomposition(shares, orders=orders), effort=EFFORT
    )
    return replace(comparison(ENGINEER, SCEPTIC), attribution=attribution)


def turned(shares: Mapping[str, float]) -> dict[str, float]:
    """The same shares with the other sign."""
    return {name: -value for name, value in shares.items()}


VARIANCE = {**{f"effects.closing.driver{number}": 0.012 for number in range(8)}, **SHARES}
"""More quantities than a table names."""
TEAM = told.Team(
    weights={"engineer": 0.3, "sceptic": 0.3, "mayor": 0.4},
    pool=number(-2.1, 0.005),
    against_pool={
        "engineer": decomposition({name: value / 4 for name, value in VARIANCE.items()}, orders=8),
        "sceptic": decomposition(turned(VARIANCE), orders=8),
        "mayor": decomposition(dict.fromkeys(VARIANCE, 0.0), orders=8),
    },
    variance=decomposition(VARIANCE, orders=8),
    effort=replace(EFFORT, by_method={"importance": 412}),
)
FAILING = analyst("sceptic", passed=False)
COMPARISONS = {
    "comparison.pair": pair(SHARES, orders=16),
    "comparison.turned": pair(turned(SHARES)),
    "comparison.agreed": pair({}),
    "comparison.plain": replace(
        comparison(ENGINEER, MAYOR),
        foresight=dict.fromkeys(("engineer", "mayor"), told.Foresight(everything=None, figures=None)),
    ),
    "comparison.team": replace(comparison(ENGINEER, SCEPTIC, MAYOR), team=TEAM),
    "comparison.withheld": comparison(ENGINEER, FAILING, MAYOR),
    "comparison.withheld-all": comparison(analyst("engineer", passed=False), FAILING),
    "comparison.told": replace(
        pair(SHARES),
        analysts={"engineer": ENGINEER, "sceptic": FAILING},
        converged=False,
        caution=SOME_UNCONVERGED,
    ),
}
"""By the name of their golden documents."""


LOG_ODDS = st.one_of(st.just(0.0), st.floats(-8, 8), st.floats(-0.05, 0.05))


def noisy(values: st.SearchStrategy[float]) -> st.SearchStrategy[Number]:
    """Numbers with their errors."""
    return st.builds(Number, value=values, se=ERRORS)


@st.composite
def _decompositions(draw: st.DrawFn, like: told.Decomposition) -> told.Decomposition:
    """Of the same quantities, their shares at random, summing up as they should."""

    def at_random(one: told.Share) -> told.Share:
        error = draw(ERRORS) if like.orders else 0.0
        noise = [draw(noisy(LOG_ODDS)) for _ in range(3)]
        return replace(one, sampling_error=error, share=noise[0], first_in=noise[1], last_in=noise[2])

    quantities = tuple(map(at_random, like.quantities))
    blocks = tuple(
        replace(one, share=number(sum(q.share.value for q in quantities if q.block == one.name), draw(ERRORS)))
        for one in like.blocks
    )
    return replace(
        like, gap=number(sum(b.share.value for b in blocks), draw(ERRORS)), blocks=blocks, quantities=quantities
    )


@st.composite
def _teams(draw: st.DrawFn) -> told.Team:
    against = {name: draw(_decompositions(one)) for name, one in TEAM.against_pool.items()}
    variance = draw(_decompositions(TEAM.variance))
    return replace(
        TEAM,
        pool=draw(noisy(LOG_ODDS)),
        against_pool=against,
        variance=replace(variance, gap=replace(variance.gap, value=abs(variance.gap.value))),
    )


@st.composite
def comparisons(draw: st.DrawFn) -> Comparison:
    """Comparisons of two or of three, their numbers at random."""
    like = COMPARISONS[draw(st.sampled_from(["comparison.pair", "comparison.turned", "comparison.team"]))]
    chances = noisy(CHANCES)

    def pair_at_random(one: told.Pair) -> told.Pair:
        first, second, third = draw(chances), draw(chances), draw(chances)
        apart = draw(noisy(st.floats(-1, 1)))
        return replace(one, difference=apart, first_higher=first, overlap=second, wasserstein=third)

    def outcome(one: told.Outcome) -> told.Outcome:
        answers = {name: draw(probabilities()) for name in one.analysts}
        return replace(one, analysts=answers, pairs=tuple(map(pair_at_random, one.pairs)))

    found = st.builds(told.Foresight, everything=perhaps(LOG_ODDS), figures=perhaps(LOG_ODDS))
    attribution = like.attribution
    if attribution:
        attribution = replace(attribution, decomposition=draw(_decompositions(attribution.decomposition)))
    return replace(
        like,
        outcomes={name: outcome(one) for name, one in like.outcomes.items()},
        foresight={name: draw(found) for name in like.foresight},
        attribution=attribution,
        team=draw(_teams()) if like.team else None,
    )


def perhaps(values: st.SearchStrategy[float]) -> st.SearchStrategy[Number | None]:
    """Numbers, or none."""
    return st.none() | noisy(values)
