"""Summaries made by hand and at random, without a fit."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from estimative.reports import summary as told
from estimative.reports.comparison.summary import Comparison
from estimative.reports.evidence.summary import Weighing
from estimative.reports.pool.summary import Summary as Pooled
from estimative.reports.sensitivity.summary import Sensitivity
from estimative.reports.summary import Summary
from estimative.reports.trace.summary import Trace
from estimative.reports.whatif.summary import WhatIf
from estimative.reports.wording import term

UNCONVERGED = "These numbers come from a fit that did not converge. Do not rely on them."
WITHHELD = "The fit did not converge: no number is told."


def interval(low: float, high: float, *, error: float = 0.0) -> told.Interval:
    """A 90 % interval with the same error at both ends."""
    return told.Interval(kind="eti", mass=0.9, low=low, high=high, low_se=error, high_se=error)


def numbers(value: float, se: float, low: float, high: float, prior: float) -> dict[str, Any]:
    """The fields of a probability, the word looked up."""
    return {
        "probability": value,
        "mcse": se,
        "interval": interval(low, high, error=2 * se),
        "term": term(value, se),
        "prior_probability": prior,
        "prior_mcse": se,
    }


def probability(value: float, se: float = 0.0) -> told.Probability:
    """A probability whose interval is twice as wide as itself, within [0, 1]."""
    return told.Probability(**numbers(value, se, value / 2, min(2 * value, 1.0), value))


def spread(mean: float, sd: float, *, se: float = 0.0) -> told.Spread:
    """A spread with quantiles at 1.64 standard deviations."""
    return told.Spread(mean=mean, sd=sd, p05=mean - 1.64 * sd, p50=mean, p95=mean + 1.64 * sd, se=se)


FIRST = told.Outcome(**numbers(0.0613, 0.0008, 0.012, 0.149, 0.031), title="The bridge is closed to lorries", given=())
SECOND = told.Outcome(**numbers(0.52, 0.004, 0.3, 0.74, 0.4), title="If the dam leaks, it is closed", given=("leak",))
LINK = told.Link(**numbers(0.117, 0.001, 0.04, 0.23, 0.08), given=(), unless=())
CLOSING = told.Link(**numbers(0.52, 0.004, 0.3, 0.74, 0.4), given=("leak",), unless=("repair",))
LEAK = numbers(0.117, 0.001, 0.04, 0.23, 0.08)
EVENTS = {
    "leak": told.Event(**LEAK, title="The dam leaks", when="now", given_previous=LINK),
    "closing": told.Event(
        **numbers(0.0613, 0.0008, 0.012, 0.149, 0.031),
        title="The county closes the bridge",
        when="horizon",
        given_previous=CLOSING,
    ),
}
FACTOR = told.Factor(
    title="Wear of the piers",
    statement="90 % between 0.2 and 0.8",
    because="The last inspection found cracks, and nobody has measured them since.",
    source="inspection",
    misfit=0.0,
    missed=(),
    constant=False,
    prior=spread(0.5, 0.18),
    posterior=spread(0.63, 0.14, se=0.002),
    low="as built",
    high="about to fall",
)
FREE = told.Quantity(
    title="The county closes the bridge, at the middle of every driver",
    statement="5 %: 0.1, 50 %: 0.2, 95 %: 0.6",
    because="",
    source="",
    misfit=0.031,
    missed=("95 %: 0.6 said, 0.41 taken",),
    constant=False,
    prior=spread(0.26, 0.11),
    posterior=spread(0.31, 0.1, se=0.0013),
)
FIXED = told.Quantity(
    title="Likelihood ratio of the diver's report",
    statement="3",
    because="Divers are seldom wrong.",
    source="diver",
    misfit=0.0,
    missed=(),
    constant=True,
    prior=spread(3.0, 0.0),
    posterior=spread(3.0, 0.0),
)
ITEM = told.Item(
    kind="indicator",
    about="wear",
    title="A diver saw loose stones at the second pier",
    reading="supports high",
    source="diver",
    locator="page 4",
    date="2026-05-02",
    origin="dive",
    grade="B2",
    standing="checked",
    weight=0.5,
    weight_because="Two reports of one dive.",
)
CLOSURES = told.Item(
    kind="cases",
    about="closing",
    title="Of twelve bridges with such cracks five were closed",
    reading="5 of 12",
    source="inspection",
    locator="",
    date="",
    origin="",
    grade="",
    standing="",
    weight=0.4,
    weight_because="Other rivers, other stone.",
)
SOURCES = {
    "diver": told.Source(title="Report of a dive", publisher="County Engineers", date="2026-05-02", url=""),
    "inspection": told.Source(title="Inspection of bridges", publisher="", date="", url="https://example.org/a_b"),
}
IMPORTANCE = told.Verdict(
    passed=True,
    checks=(
        told.Check(name="Pareto k", value=0.31, limit=0.7, direction="below", passed=True, where=""),
        told.Check(name="ESS", value=5214.8, limit=400, direction="at least", passed=True, where=""),
    ),
    advice=(),
    draws=10_000,
    effective=5214.8,
)
NUTS = told.Verdict(
    passed=True,
    checks=(
        told.Check(name="R-hat", value=1.004, limit=1.01, direction="at most", passed=True, where="factors.wear"),
        told.Check(name="divergences", value=0.0, limit=0, direction="at most", passed=True, where=""),
    ),
    advice=(),
    draws=4000,
    effective=2950.2,
)
FAILED = told.Verdict(
    passed=False,
    checks=(
        told.Check(name="R-hat", value=1.083, limit=1.01, direction="at most", passed=False, where="factors.wear"),
        told.Check(name="bulk ESS", value=57.2, limit=400, direction="at least", passed=False, where="factors.wear"),
        told.Check(name="Pareto k", value=None, limit=0.7, direction="below", passed=False, where=""),
        told.Check(name="divergences", value=0.0, limit=0, direction="at most", passed=True, where=""),
    ),
    advice=("Take more draws (--draws).", "Use --method nuts."),
    draws=400,
    effective=57.2,
)
FULL = Summary(
    scenario=told.Scenario(
        id="bridge",
        digest="ab12" * 16,
        title="The bridge at Ashford",
        question="Will the county close the bridge\nto lorries?\n\nCLOSED. A sign says so.",
        as_of="2026-11-01",
        until="2027-12-31",
        headline="closed",
    ),
    prior_set=told.PriorSet(
        name="engineer",
        digest="cd34" * 16,
        analyst="A county engineer",
        date="2026-11-01",
        rationale="What the files say,\nand little else.",
        lineage=("baseline",),
        confidence=told.Confidence(
            level="low", information_base="one dive", rigour="Nobody has measured the cracks.", volatility=""
        ),
    ),
    converged=True,
    caution="",
    outcomes={"closed": FIRST, "closed_if_leak": SECOND},
    events=EVENTS,
    factors={"wear": FACTOR},
    quantities={"events.closing": FREE, "evidence.dive": FIXED},
    evidence={"dive": ITEM, "closures": CLOSURES},
    sources=SOURCES,
    dependence=told.Dependence(
        prior_share=0.43, sd_before=1.1, sd_after=0.72, shift_decibans=3.08, free=2, untouched=1
    ),
    log_marginal_likelihood=-4.25,
    verdicts={"importance": IMPORTANCE, "nuts": NUTS},
    agreement=told.Agreement(holds=True, outcome="closed", difference=0.0011, joint_se=0.0013),
    run=told.Run(
        id="20261101T120000000Z-abc123",
        created="2026-11-01T12:00:00+00:00",
        method="nuts",
        seed=1,
        settings={"chains": 4, "draws": 1000, "tune": 500},
        versions={"estimative": "0.1.0", "python": "3.13.0", "numpy": "2.1.0"},
    ),
)
"""Everything a summary can hold, from a fit by both methods."""


def bare() -> Summary:
    """The least a summary can hold: one exact outcome, no factor, no evidence, no reasons."""
    outcome = told.Outcome(**numbers(0.25, 0.0, 0.25, 0.25, 0.25), title="Heads twice", given=())
    link = told.Link(**numbers(0.25, 0.0, 0.25, 0.25, 0.25), given=(), unless=())
    event = told.Event(**numbers(0.25, 0.0, 0.25, 0.25, 0.25), title="Heads twice", when="now", given_previous=link)
    return replace(
        FULL,
        scenario=replace(FULL.scenario, title="Two coins", question="Do both show heads?", headline="heads"),
        prior_set=replace(FULL.prior_set, analyst="", rationale="", lineage=(), confidence=None),
        outcomes={"heads": outcome},
        events={"heads": event},
        factors={},
        quantities={"tables.heads.none": replace(FIXED, statement="0.25", because="", prior=spread(0.25, 0.0))},
        evidence={},
        sources={},
        dependence=told.Dependence(prior_share=None, sd_before=0, sd_after=0, shift_decibans=0, free=0, untouched=0),
        verdicts={"importance": replace(IMPORTANCE, draws=1, effective=1.0)},
        agreement=None,
        run=replace(FULL.run, method="importance", settings={"draws": 1, "rounds": 3}),
    )


def unconverged(*, allowed: bool) -> Summary:
    """A fit by NUTS that failed; its numbers told on demand, or withheld."""
    alone = replace(FULL, verdicts={"nuts": FAILED}, agreement=None, log_marginal_likelihood=None)
    failed = replace(alone, converged=False, caution=UNCONVERGED)
    return failed if allowed else withheld(failed)


def disagreeing(*, allowed: bool) -> Summary:
    """Two methods that passed, each with its own answer."""
    met = told.Agreement(holds=False, outcome="closed", difference=0.011, joint_se=0.0013)
    failed = replace(FULL, converged=False, caution=UNCONVERGED, agreement=met)
    return failed if allowed else withheld(failed)


def withheld(summary: Summary) -> Summary:
    """The same without a number."""
    return replace(
        summary,
        caution=WITHHELD,
        outcomes={},
        events={},
        factors={},
        quantities={},
        dependence=None,
        log_marginal_likelihood=None,
    )


CASES = {
    "full": FULL,
    "bare": bare(),
    "withheld": unconverged(allowed=False),
    "unconverged": unconverged(allowed=True),
    "disagreeing": disagreeing(allowed=False),
    "disagreeing-told": disagreeing(allowed=True),
}
"""By the name of their golden documents."""

FIXED_FIELDS = {"kind", "stage", "schema_version", "form", "sort", "diagnosis"}
"""Texts that the code tells apart and no file supplies."""


def saying[Told: Summary | Comparison | Pooled | WhatIf | Sensitivity | Weighing | Trace](
    summary: Told, text: str
) -> Told:
    """The summary with one text in every text field, and in every name that a mapping goes by."""
    spoken: Told = _saying(summary, text)
    headline = next(iter(getattr(spoken, "outcomes", {})), text)
    return replace(spoken, scenario=replace(spoken.scenario, headline=headline))


def _saying(value: Any, text: str) -> Any:
    if isinstance(value, str):
        return text
    if isinstance(value, tuple):
        return tuple(_saying(entry, text) for entry in value)
    if isinstance(value, Mapping):
        return {f"{text}{'i' * index}": _saying(entry, text) for index, entry in enumerate(value.values())}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        changed = {name: _saying(entry, text) for name, entry in fields.items() if name not in FIXED_FIELDS}
        return replace(value, **changed)
    return value


CHANCES = st.one_of(st.floats(0, 1), st.floats(-12, 0).map(lambda power: 10.0**power))
"""Probabilities, tiny ones as often as others."""
WEIGHTS = st.just(0.0) | st.floats(0.001, 1)
ERRORS = st.one_of(st.just(0.0), st.floats(-7, -1).map(lambda power: 10.0**power))


@st.composite
def _numbers(draw: st.DrawFn) -> dict[str, Any]:
    value, se, prior = draw(CHANCES), draw(ERRORS), draw(CHANCES)
    low, high = sorted((draw(CHANCES), draw(CHANCES)))
    return {
        "probability": value,
        "mcse": se,
        "interval": told.Interval(kind="eti", mass=0.9, low=low, high=high, low_se=draw(ERRORS), high_se=draw(ERRORS)),
        "term": term(value, se),
        "prior_probability": prior,
        "prior_mcse": draw(ERRORS),
    }


def probabilities() -> st.SearchStrategy[told.Probability]:
    """Probabilities with intervals, at random."""
    return _numbers().map(lambda fields: told.Probability(**fields))


@st.composite
def _spreads(draw: st.DrawFn) -> told.Spread:
    mean, sd = draw(st.floats(0, 1)), draw(st.floats(0, 0.5))
    return replace(spread(mean, sd), se=draw(ERRORS))


@st.composite
def summaries(draw: st.DrawFn) -> Summary:
    """Summaries of the shape of FULL, their numbers at random."""

    def outcome(like: told.Outcome) -> told.Outcome:
        return replace(like, **draw(_numbers()))

    def event(like: told.Event) -> told.Event:
        return replace(like, **draw(_numbers()), given_previous=replace(like.given_previous, **draw(_numbers())))

    def quantity[Sort: told.Quantity](like: Sort) -> Sort:
        return replace(like, prior=draw(_spreads()), posterior=draw(_spreads()), misfit=draw(st.floats(0, 1)))

    return replace(
        FULL,
        outcomes={name: outcome(entry) for name, entry in FULL.outcomes.items()},
        events={name: event(entry) for name, entry in FULL.events.items()},
        factors={name: quantity(entry) for name, entry in FULL.factors.items()},
        quantities={name: quantity(entry) for name, entry in FULL.quantities.items()},
        evidence={name: replace(item, weight=draw(WEIGHTS)) for name, item in FULL.evidence.items()},
        dependence=told.Dependence(
            prior_share=draw(st.none() | st.floats(0, 3)),
            sd_before=draw(st.floats(0, 5)),
            sd_after=draw(st.floats(0, 5)),
            shift_decibans=draw(st.floats(-60, 60)),
            free=draw(st.integers(0, 99)),
            untouched=draw(st.integers(0, 99)),
        ),
        agreement=told.Agreement(
            holds=draw(st.booleans()), outcome="closed", difference=draw(st.floats(-1, 1)), joint_se=draw(ERRORS)
        ),
        log_marginal_likelihood=draw(st.none() | st.floats(-1e4, 1e4)),
    )
