"""Summaries of what the evidence does, made by hand and at random, without a fit."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from estimative.reports.evidence import summary as told
from estimative.reports.evidence.summary import UNCONVERGED, WITHHELD, Weighing
from estimative.reports.summary import Probability
from tests.comparisons import COMPUTATION, EFFORT, ENGINEER, FAILING, LOG_ODDS, noisy, number, perhaps
from tests.sensitivities import FAILED_FITS, NOTHING, log_odds
from tests.summaries import CHANCES, CLOSURES, FULL, ITEM, SOURCES, numbers, probabilities

WORDS = (
    "below 1%",
    "almost no chance",
    "very unlikely",
    "unlikely",
    "roughly even chance",
    "likely",
    "very likely",
    "almost certain",
    "above 99%",
)
BORDERS = (0.01, 0.05, 0.2, 0.45, 0.55, 0.8, 0.95, 0.99)


def weight(alone: float, last: float, *, pareto_k: float | None = 0.31, own_fits: int = 0) -> told.Weight:
    """A weight, surer alone than last."""
    return told.Weight(alone=number(alone, 0.004), last=number(last, 0.011), pareto_k=pareto_k, own_fits=own_fits)


def story(running: float, of: told.Weight, *items: str) -> told.Story:
    """A story with the headline's chance after it."""
    return told.Story(
        title=EVIDENCE[items[0]].title,
        items=items,
        weight=of,
        step=of.alone,
        running=number(log_odds(running), 0.012),
    )


EVIDENCE = {
    "dive": ITEM,
    "second_dive_of_the_same_week": replace(ITEM, title="The diver's colleague saw them too", grade="", weight=0.4),
    "closures": CLOSURES,
    "repair_of_last_summer": replace(ITEM, title="The second pier was repaired", origin="", grade="A1", weight=1.0),
    "gauge": replace(ITEM, title="The gauge stood where it stands", origin="", grade="E5", weight=1.0),
}
ITEMS = {
    "dive": weight(0.81, 0.31),
    "second_dive_of_the_same_week": weight(0.73, 0.07, own_fits=2, pareto_k=0.684),
}
LEDGER = told.Ledger(
    before=number(log_odds(0.031), 0.011),
    after=number(log_odds(0.0613), 0.013),
    whole=number(log_odds(0.0613) - log_odds(0.031), 0.006),
    stories={
        "dive on 2 May": story(0.061, weight(1.13, 0.42, own_fits=1), "dive", "second_dive_of_the_same_week"),
        "closures": story(0.094, weight(0.466, 0.481, pareto_k=None), "closures"),
        "repair_of_last_summer": story(0.0614, weight(-0.52, -0.5), "repair_of_last_summer"),
        "gauge": story(0.0613, weight(0.0003, -0.0008), "gauge"),
    },
    items=ITEMS,
    opposition=told.Opposition(up="closures", down="repair_of_last_summer"),
    conflict=told.Conflict(first="dive on 2 May", second="repair_of_last_summer", measure=number(0.73, 0.02)),
    effort=EFFORT,
)


def edges(headline: float, *, se: float = 0.013) -> tuple[told.Edge, ...]:
    """What it takes to come from a probability to each border."""
    words = zip(BORDERS, WORDS[:-1], WORDS[1:], strict=True)
    return tuple(
        told.Edge(
            probability=border, below=below, above=above, log_ratio=number(log_odds(border) - log_odds(headline), se)
        )
        for border, below, above in words
    )


def moves(*means: float | None, held: int = 0) -> tuple[told.Move, ...]:
    """The borders that a factor's prior reaches at these means, then some it reaches only if it is held at an end."""
    first, rest = BORDERS[: len(means)], BORDERS[len(means) :]
    reached = [
        told.Move(edge=edge, mean=number(mean, 0.002) if mean else None, held=mean is not None)
        for edge, mean in zip(first, means, strict=True)
    ]
    only = [told.Move(edge=edge, mean=None, held=index < held) for index, edge in enumerate(rest)]
    return (*reached, *only)


REACHES = {
    "wear_of_the_second_pier": told.Reach(
        title="Wear of the second pier",
        mean=0.5,
        at_low=number(0.0041, 0.0002),
        at_high=number(0.231, 0.004),
        moves=moves(0.0412, 0.463, held=1),
    ),
    "rain": told.Reach(
        title="Rain", mean=0.333, at_low=number(0.052, 0.0007), at_high=number(0.0721, 0.0008), moves=moves()
    ),
}
TIPPING = told.Tipping(edges=edges(0.0613), factors=REACHES, effort=replace(EFFORT, by_method={"importance": 412}))


def likelihoods(ends: tuple[str, str], *means: float) -> tuple[told.Likelihood, ...]:
    """What is seen at either end, the second without a reason."""
    reasons = ("Cracks show\nin low water.", "")
    return tuple(
        told.Likelihood(end=end, mean=mean, statement=f"beta {mean:g}", because=because)
        for end, mean, because in zip(ends, means, reasons, strict=True)
    )


CRACKS = told.Sight(
    title="Cracks at the water line.",
    about="wear_of_the_second_pier",
    supports="high",
    source="diver",
    locator="the second pier, at low water",
    likelihoods=likelihoods(("high", "low"), 0.682, 0.12),
    seen=number(0.3123, 0.002),
    if_seen=number(0.1234, 0.0011),
    if_not=number(0.0312, 0.0004),
    information=number(0.0712, 0.0009),
    variance=number(0.031, 0.0008),
    ceiling=number(0.1934, 0.003),
)
NOTICE = told.Sight(
    title="A notice in the county's gazette",
    about="closing",
    supports="no",
    source="",
    locator="",
    likelihoods=likelihoods(("yes", "no"), 0.004, 0.31),
    seen=number(0.288, 0.002),
    if_seen=number(0.00081, 0.00002),
    if_not=number(0.0857, 0.0011),
    information=number(0.00312, 0.00006),
    variance=number(0.000041, 0.0000007),
    ceiling=number(1.0),
)
RICH = Weighing(
    scenario=FULL.scenario,
    analyst=ENGINEER,
    converged=True,
    caution="",
    headline_title="The bridge is closed to lorries.",
    headline=Probability(**numbers(0.0613, 0.0008, 0.012, 0.149, 0.031)),
    ledger=LEDGER,
    tipping=TIPPING,
    indicators={"cracks_at_the_water_line": CRACKS, "notice": NOTICE},
    evidence=EVIDENCE,
    sources=SOURCES,
    computation=COMPUTATION,
)
BARE = replace(
    RICH,
    headline=Probability(**numbers(0.2, 0.0, 0.2, 0.2, 0.2)),
    ledger=replace(
        LEDGER,
        before=number(log_odds(0.2)),
        after=number(log_odds(0.2)),
        whole=number(0.0),
        stories={},
        items={},
        opposition=None,
        conflict=None,
        effort=replace(EFFORT, fits=1, by_method={"importance": 1}),
    ),
    tipping=told.Tipping(edges=edges(0.2, se=0.0), factors={}, effort=NOTHING),
    indicators={},
    evidence={},
    sources={},
)
"""No evidence, no factors, no indicators; the headline stands on a border."""
UNSEEN = replace(
    NOTICE,
    seen=number(0.0),
    if_seen=None,
    if_not=number(0.0613, 0.0008),
    information=number(0.0),
    variance=number(0.0),
    ceiling=number(0.0),
)
ODD = replace(
    RICH,
    ledger=replace(
        LEDGER,
        before=number(log_odds(0.0612), 0.011),
        whole=number(log_odds(0.0613) - log_odds(0.0612), 0.006),
        stories={"gauge": story(0.0613, weight(0.0003, -0.0008, pareto_k=None, own_fits=1), "gauge")},
        items={},
        opposition=None,
        conflict=None,
    ),
    tipping=replace(
        TIPPING,
        factors={
            name: replace(one, moves=moves(None, 0.5 + index / 8)) for index, (name, one) in enumerate(REACHES.items())
        },
    ),
    indicators={"notice": UNSEEN, "cracks": replace(CRACKS, seen=number(1.0), if_not=None)},
    evidence={"gauge": EVIDENCE["gauge"]},
)
"""Evidence that does nothing, factors that all cross a border, indicators that cannot be seen, or cannot be missed."""
PARTLY = replace(BARE, converged=False, caution=WITHHELD, ledger=None, tipping=None)
"""The fit converged; fits that others rest on did not."""
NONE = replace(RICH, analyst=FAILING, converged=False, caution=WITHHELD, headline=None, ledger=None, tipping=None)
ALLOWED = replace(
    ODD,
    analyst=FAILING,
    converged=False,
    caution=UNCONVERGED,
    ledger=replace(LEDGER, stories=ODD.ledger.stories, items={}, opposition=None, conflict=None, effort=FAILED_FITS)
    if ODD.ledger
    else None,
    tipping=replace(TIPPING, factors={}, effort=FAILED_FITS),
)
WEIGHINGS = {
    "evidence.full": RICH,
    "evidence.odd": ODD,
    "evidence.bare": BARE,
    "evidence.partly": PARTLY,
    "evidence.withheld": replace(NONE, indicators={}),
    "evidence.told": ALLOWED,
}
"""By the name of their golden documents."""

SHARES = st.one_of(st.just(0.0), st.floats(0, 1), st.floats(-9, 0).map(lambda power: 10.0**power))


@st.composite
def weighings(draw: st.DrawFn) -> Weighing:
    """What the evidence does, for summaries of several shapes, their numbers at random."""
    like = WEIGHINGS[draw(st.sampled_from(["evidence.full", "evidence.odd", "evidence.bare"]))]
    assert like.ledger
    assert like.tipping
    odds, chances = noisy(LOG_ODDS), noisy(CHANCES)

    def weighing(one: told.Weight) -> told.Weight:
        return replace(one, alone=draw(odds), last=draw(odds), pareto_k=draw(st.none() | st.floats(-1, 3)))

    def telling(one: told.Story) -> told.Story:
        return replace(one, weight=weighing(one.weight), step=draw(odds), running=draw(odds))

    def border(one: told.Edge) -> told.Edge:
        return replace(one, log_ratio=draw(noisy(st.floats(-30, 30) | LOG_ODDS)))

    def move(one: told.Move) -> told.Move:
        mean = draw(perhaps(CHANCES))
        return replace(one, mean=mean, held=mean is not None or draw(st.booleans()))

    def reach(one: told.Reach) -> told.Reach:
        ends = {"at_low": draw(chances), "at_high": draw(chances)}
        return replace(one, mean=draw(CHANCES), moves=tuple(map(move, one.moves)), **ends)

    def sight(one: told.Sight) -> told.Sight:
        means = (replace(likelihood, mean=draw(CHANCES)) for likelihood in one.likelihoods)
        shares = {name: draw(noisy(SHARES)) for name in ("information", "variance", "ceiling")}
        return replace(
            one,
            likelihoods=tuple(means),
            seen=draw(chances),
            if_seen=draw(perhaps(CHANCES)),
            if_not=draw(chances),
            **shares,
        )

    return replace(
        like,
        headline=draw(probabilities()),
        ledger=replace(
            like.ledger,
            before=draw(odds),
            after=draw(odds),
            whole=draw(odds),
            stories={name: telling(one) for name, one in like.ledger.stories.items()},
            items={name: weighing(one) for name, one in like.ledger.items.items()},
            conflict=replace(like.ledger.conflict, measure=draw(noisy(st.floats(0.001, 9))))
            if like.ledger.conflict
            else None,
        ),
        tipping=replace(
            like.tipping,
            edges=tuple(map(border, like.tipping.edges)),
            factors={name: reach(one) for name, one in like.tipping.factors.items()},
        ),
        indicators={name: sight(one) for name, one in like.indicators.items()},
    )
