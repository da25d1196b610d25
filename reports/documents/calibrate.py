"""The document of simulation-based calibration: the verdict, what is off, how the evidence was simulated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from estimative.model.analysis.calibrate_result import CalibrateResult, EventTest, RankTest
from estimative.model.analysis.simulation_study import HEADLINE, LIKELIHOOD
from estimative.model.inference.simulated_evidence import How
from estimative.model.spec.scenario import Scenario
from estimative.reports.blocks import Block, Caution, Figure, Heading, Listing, Paragraph, Table, collected
from estimative.reports.context import Context
from estimative.reports.documents import common
from estimative.reports.figures import figures
from estimative.reports.number_format import plain_percent
from estimative.reports.phrases import (
    CAUTION,
    DEPARTURES,
    DEVIATIONS,
    capital,
    input_name,
    outcome_title,
    p_value,
    plain,
    plural,
    quoted,
    title_of,
)
from estimative.reports.sheets import Sheet, sheet

FIGURES = figures("ranks")
WORST = 8
"""Quantities in the table; the others are in the tables of CSV and Excel."""
MOST_FAILURES = 6
"""That a list names."""
MOST_NAMED = 3
"""Items of evidence that a sentence names."""
NAMES = {HEADLINE: "the probability of the headline, given all quantities", LIKELIHOOD: "the log-likelihood"}
SIMULATED: dict[How, str] = {
    "sampled": "drawn from what they are assumed to follow, at full weight",
    "share": "counts and cases at their weight: those of that share of the years and cases",
    "reweighted": (
        "measurements and forecasts of weight w below 1: with their error over the root of w; truths are weighted "
        "accordingly"
    ),
    "both-ways": (
        "indicators and statements: as they stand or their opposite, with chances in the ratio that is stated; where "
        "the ratio is uncertain, truths are weighted accordingly"
    ),
    "as-observed": "observed events on which clocks depend: the same in every simulated world",
    "left-out": "forecasts by quantiles: left out, because their likelihood is no distribution of quantiles",
    "not-counted": "items of weight 0: not simulated",
}
SCOPE = (
    "This checks the computation: whether the program finds the posterior that scenario and priors imply. It does not "
    "check whether the scenario and the priors are right. `estimative score` compares forecasts with what happened."
)
HOW = (
    "In each simulated world, the truth is drawn from the priors: every quantity, and which events happen. The "
    "evidence of the scenario is simulated given that truth, and fitted as `fit` does. Among draws of the posterior, "
    "the rank of the truth is uniform if the computation is right."
)


@collected
def document(result: CalibrateResult, context: Context) -> Iterator[Block]:
    """Whether the computation is calibrated, by how much it could be off unnoticed, and how that was tested."""
    scenario = context.scenario
    yield Heading(text=f"{plain(result.scenario.title)}: calibration by simulation", level=1)
    yield Paragraph(text=common.frame(result.scenario, [result.prior_set]))
    if not result.converged:
        yield Caution(text=CAUTION if result.with_unconverged else "No simulated world could be fitted.")
    yield Paragraph(text=verdict(result), strong=True)
    if text := visible(result):
        yield Paragraph(text=text)
    if text := failed(result):
        yield Paragraph(text=text)
    yield from _failures(result, scenario)
    if result.quantities:
        yield Figure(name="ranks", draw=partial(FIGURES["ranks"], result, context))
        yield from _quantities(result, scenario)
        yield from _events(result, scenario)
    yield from _evidence(result, scenario)
    yield Heading(text="What this shows")
    yield Paragraph(text=SCOPE)
    yield Paragraph(text=HOW)
    yield from common.method({}, result.scenario, result.computation)
    yield Listing(points=_points(result))


def verdict(result: CalibrateResult) -> str:
    """Whether all tests pass."""
    worlds = plural(result.used, "simulated world", "simulated worlds")
    if not result.tests:
        return f"No verdict: only {result.used} of {result.fits:,} fits can be used."
    failing = len(result.failures) + len(result.event_failures)
    if failing:
        return f"Miscalibrated: {failing} of {result.tests} tests fail in {worlds}."
    return f"Calibrated, as far as {worlds} can show: all {result.tests} tests pass."


def visible(result: CalibrateResult) -> str:
    """How large a deviation would have been noticed."""
    if result.visible_shift is None or result.visible_spread is None:
        return ""
    return (
        f"Of any quantity, a bias of {result.visible_shift:.2f} posterior standard deviations, or an error of "
        f"{100 * result.visible_spread:.0f}% in the posterior's width, would have been noticed with 80% probability. "
        "More fits reveal smaller errors."
    )


def failed(result: CalibrateResult) -> str:
    """How many fits did not pass their verdict, and what follows."""
    if not result.failed:
        return f"All {result.fits:,} fits passed their checks."
    share = plain_percent(result.failed / result.fits)
    text = f"{plural(result.failed, 'fit', 'fits')} of {result.fits:,} ({share}) did not pass their checks. "
    if result.with_unconverged:
        return f"{text}They are included, as requested."
    return (
        f"{text}The program shows no number of such a fit, and they are left out here. The tests say nothing about "
        "evidence like theirs, and are milder for it."
    )


def _failures(result: CalibrateResult, scenario: Scenario) -> Iterator[Block]:
    tests = [(name, result.quantities[name]) for name in result.failures]
    points = [
        *(f"{capital(_name(name, scenario))}: {_rank_finding(test)}, {p_value(test.p_value)}." for name, test in tests),
        *(
            f"{quoted(_title(test, scenario))}: {_event_finding(test)}, {p_value(test.p_value)}."
            for test in result.event_failures
        ),
    ]
    if points:
        rest = len(points) - MOST_FAILURES
        more = [f"{rest} more, in the tables of CSV, Excel and JSON."] if rest > 0 else []
        yield Listing(points=(*points[:MOST_FAILURES], *more))


def _rank_finding(test: RankTest) -> str:
    return DEVIATIONS[test.deviation] if test.deviation else "passes"


def _event_finding(test: EventTest) -> str:
    return DEPARTURES[test.departure] if test.departure else "passes"


def _name(name: str, scenario: Scenario) -> str:
    return NAMES.get(name) or input_name(name, scenario)


def _quantities(result: CalibrateResult, scenario: Scenario) -> Iterator[Block]:
    worst = sorted(result.quantities, key=lambda name: result.quantities[name].uniformity.p_value)
    names = list(dict.fromkeys((HEADLINE, LIKELIHOOD, *worst[:WORST])))
    yield Heading(text="Ranks of the truth")
    yield Table(
        header=("Quantity", "Position", "Width", "p", "Finding"),
        rows=tuple(_rank_row(name, result.quantities[name], scenario) for name in names),
        text_columns=frozenset({0, 4}),
        nowrap_columns=frozenset({3}),
    )
    yield Paragraph(
        text=(
            "Position: mean rank less 1/2, in standard errors; positive where posteriors are too low. Width: spread of "
            "the ranks, in standard errors; positive where posteriors are too narrow. p: of position, width and the "
            f"whole distribution of the ranks, corrected for all {result.tests} tests. The table has the headline, the "
            f"log-likelihood and the worst of {len(result.quantities)} quantities."
        )
    )


def _rank_row(name: str, test: RankTest, scenario: Scenario) -> tuple[str, ...]:
    own, title = test.uniformity, capital(_name(name, scenario))
    return title, f"{own.shift:+.1f}", f"{own.spread:+.1f}", _p(test.p_value), _rank_finding(test)


def _p(value: float) -> str:
    return p_value(value).removeprefix("p = ").removeprefix("p ")


def _events(result: CalibrateResult, scenario: Scenario) -> Iterator[Block]:
    if not result.events:
        return
    yield Heading(text="Stated probabilities and what happened")
    yield Table(
        header=("Event or outcome", "Worlds", "Expected", "Happened", "p", "Finding"),
        rows=tuple(_event_row(test, scenario) for test in result.events),
        text_columns=frozenset({0, 5}),
        nowrap_columns=frozenset({4}),
    )
    yield Paragraph(
        text=(
            "Expected: the sum of the stated probabilities over the simulated worlds. p: of the number that happened, "
            "in all worlds, in five groups by probability and in five by what the evidence supports, corrected for all "
            "tests. An outcome with a condition counts in the worlds where the condition is met."
        )
    )


def _title(test: EventTest, scenario: Scenario) -> str:
    """The title of what was tested; an event with that of an outcome is said to be one."""
    if test.kind == "outcome":
        return outcome_title(test.id, scenario)
    title = title_of(test.id, scenario)
    return f"{title} (event)" if title in {plain(each.title) for each in scenario.outcomes.values()} else title


def _event_row(test: EventTest, scenario: Scenario) -> tuple[str, ...]:
    overall = test.reliability.overall
    title, numbers = capital(_title(test, scenario)), (f"{overall.expected:.1f}", f"{overall.happened:,}")
    return title, f"{overall.count:,}", *numbers, _p(test.p_value), _event_finding(test)


def _evidence(result: CalibrateResult, scenario: Scenario) -> Iterator[Block]:
    """How each sort of item was simulated."""
    points = []
    for how, text in SIMULATED.items():
        names = [item.id for item in result.items if item.how == how]
        if names:
            points.append(f"{plural(len(names), 'item', 'items')} ({_titles(names, scenario)}): {text}.")
    yield Heading(text="How the evidence was simulated")
    yield Listing(points=tuple(points)) if points else Paragraph(text="There is no evidence.")
    if any(item.how in {"both-ways", "reweighted", "as-observed"} for item in result.items):
        yield Paragraph(
            text=(
                "The likelihood of an item at a weight below 1, or with an uncertain ratio, does not sum to a constant "
                "over what the item could have said. Truths are therefore drawn from the priors with weights in "
                "proportion to that sum: truth, evidence and posterior then belong to one joint distribution. Each "
                f"truth was chosen among effectively {result.candidates:,.0f} draws from the priors."
            )
        )


def _titles(names: Sequence[str], scenario: Scenario) -> str:
    titles = [quoted(title_of(name, scenario)) for name in names[:MOST_NAMED]]
    more = len(names) - len(titles)
    return ", ".join([*titles, *([f"{more} more"] if more else [])])


def _points(result: CalibrateResult) -> tuple[str, ...]:
    methods = ", ".join(f"{count:,} by {name}" for name, count in result.by_method.items())
    return (
        f"Fits: {methods}; the truth is ranked among {result.ranked} draws of each",
        f"Probability that a correct computation fails any test: {plain_percent(result.false_alarms)} (Bonferroni)",
        "Simulation-based calibration: Talts et al. 2018; quantities that depend on the evidence: Modrák et al. 2023",
        "Distribution of ranks: Säilynoja, Bürkner and Vehtari 2022; of events: Poisson binomial, exact",
    )


def sheets(result: CalibrateResult, context: Context) -> tuple[Sheet, ...]:
    """The tests of ranks, the tests of events, and how each item was simulated."""
    ranks = [
        {
            "quantity": name,
            "p_value": test.p_value,
            "deviation": test.deviation,
            "shift": test.uniformity.shift,
            "spread": test.uniformity.spread,
            "p_value_of_bands": test.uniformity.band_p_value,
            "counts": test.uniformity.counts,
        }
        for name, test in result.quantities.items()
    ]
    events = [
        {
            "kind": test.kind,
            "id": test.id,
            "p_value": test.p_value,
            "departure": test.departure,
            "": test.reliability.overall,
            "slope": test.reliability.slope,
        }
        for test in result.events
    ]
    items = [{"item": item.id, "weight": item.weight, "how": item.how} for item in result.items]
    return sheet("ranks", ranks), sheet("events", events), sheet("evidence", items)
