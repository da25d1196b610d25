"""The figures of results: what each of them says of a small scenario that was fitted."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from functools import cached_property

import pytest
from msgspec.structs import replace

from estimative.model.analysis.evidence import EvidenceResult
from estimative.model.analysis.sensitivity import SensitivityResult
from estimative.model.analysis.what_if import Grid, Supposition
from estimative.model.analysis.what_if_result import WhatIfResult
from estimative.model.assessment import Assessment
from estimative.model.disagreement.comparison import CompareResult
from estimative.model.inference.fit_result import FitResult, Run, fit_result
from estimative.model.record.score import ScoreResult, score_entries
from estimative.model.spec.scenario import Scenario
from estimative.priors.frozen import FrozenDict
from estimative.priors.statements import Quantiles
from estimative.reports.answers import Answer, kind_of
from estimative.reports.context import Context
from estimative.reports.documents.common import CAUTION
from estimative.reports.figures.agreement import agreement
from estimative.reports.figures.analysts import analysts
from estimative.reports.figures.bars import Bars
from estimative.reports.figures.calibration import calibration
from estimative.reports.figures.chart import Chart
from estimative.reports.figures.curves import curves
from estimative.reports.figures.evidence import evidence
from estimative.reports.figures.factors import factors
from estimative.reports.figures.intervals import Intervals
from estimative.reports.figures.outcomes import outcomes
from estimative.reports.figures.scale import scale
from estimative.reports.figures.strip import Strip
from estimative.reports.figures.style import NothingToPlot
from estimative.reports.figures.sweep import sweep
from estimative.reports.figures.tornado import tornado
from estimative.reports.figures.tree import tree
from estimative.reports.figures.waterfall import waterfall
from estimative.reports.number_format import percent
from estimative.workflows.analysts import open_team
from estimative.workflows.compare import compare
from estimative.workflows.evidence import evidence as weigh
from estimative.workflows.sensitivity import sensitivity
from estimative.workflows.session import Session, Settings, open_session
from estimative.workflows.whatif import whatif
from tests.examples import later
from tests.figures import outside, overlapping
from tests.prior_sets import assessed
from tests.scores_made import entries
from tests.small import HELD, weather

TITLES = {"damp": "Damp air", "rain": "It rains", "flood": "The river floods", "cloud": "Clouds", "puddle": "A puddle"}
SETTINGS = Settings(method="importance")


def titled() -> Scenario:
    """A flood that takes rain, which takes damp air; with titles."""
    scenario = weather()

    def named[T](things: FrozenDict[str, T]) -> FrozenDict[str, T]:
        return FrozenDict({name: replace(thing, title=TITLES.get(name, name)) for name, thing in things.items()})

    parts = {name: named(getattr(scenario, name)) for name in ("factors", "events", "outcomes", "evidence")}
    return replace(scenario, title="Weather", **parts)


def analyst(name: str, flood: float) -> Assessment:
    """A prior set with three uncertain inputs."""
    uncertain = {
        "factors.damp": Quantiles(points=((0.05, 0.1), (0.95, 0.9))),
        "events.flood": Quantiles(points=((0.05, flood / 3), (0.95, 2 * flood))),
        "effects.rain.damp": Quantiles(points=((0.05, 1.5), (0.95, 9))),
    }
    return assessed(titled(), {**HELD, **uncertain}, name=name)


@dataclass(frozen=True)
class Desk:
    """One analyst's results, and a comparison with others."""

    assessment: Assessment

    @cached_property
    def context(self) -> Context:
        return Context(assessments=(self.assessment,))

    @cached_property
    def session(self) -> Session:
        return open_session(self.assessment, SETTINGS)

    @cached_property
    def fit(self) -> FitResult:
        run = Run(id="run", created=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))
        return fit_result([self.session.fitted.posterior], self.session.prior, run, self.session.computation())

    @cached_property
    def sensitivity(self) -> SensitivityResult:
        return sensitivity(self.session)

    @cached_property
    def evidence(self) -> EvidenceResult:
        return weigh(self.session)

    @cached_property
    def whatif(self) -> WhatIfResult:
        grid = Grid(factor="damp", values=(0.0, 0.5, 1.0))
        return whatif(self.session, Supposition(assessment=self.assessment, grid=grid))

    def compared(self, **others: float) -> CompareResult:
        team = [self.assessment, *(analyst(name, flood) for name, flood in others.items())]
        return compare(open_team(team, SETTINGS), attribution=True, permutations=4)

    @cached_property
    def pair(self) -> CompareResult:
        return self.compared(anna=0.6)

    @cached_property
    def team(self) -> CompareResult:
        return self.compared(anna=0.6, ben=0.05)

    @cached_property
    def score(self) -> ScoreResult:
        answers = [(0.03, False), (0.1, False), (0.12, True), (0.9, True), (0.92, True)]
        return score_entries(entries(answers), log="resolutions.jsonl")


@pytest.fixture(scope="module")
def desk() -> Desk:
    """Fitted once."""
    return Desk(analyst("own", 0.2))


FIGURES = {
    "scale": (scale, "fit"),
    "outcomes": (outcomes, "fit"),
    "factors": (factors, "fit"),
    "tree": (tree, "fit"),
    "tornado": (tornado, "sensitivity"),
    "curves": (curves, "sensitivity"),
    "evidence": (evidence, "evidence"),
    "sweep": (sweep, "whatif"),
    "analysts": (analysts, "team"),
    "waterfall": (waterfall, "pair"),
    "agreement": (agreement, "team"),
    "calibration": (calibration, "score"),
}


def drawn(desk: Desk, name: str) -> Chart:
    """One of the figures."""
    draw, result = FIGURES[name]
    return draw(getattr(desk, result), desk.context)


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_registered(desk: Desk, name: str) -> None:
    """Each kind of answer lists it by its name."""
    result = getattr(desk, FIGURES[name][1])
    assert kind_of(result.kind).figures[name](result, desk.context) == drawn(desk, name)


@pytest.mark.parametrize(("narrow", "bare"), [(False, False), (True, True), later(False, True), later(True, False)])
@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_drawn_without_a_collision(desk: Desk, name: str, *, narrow: bool, bare: bool) -> None:
    """Wide and narrow, with its title and without, no text is cut off or covered."""
    svg = drawn(desk, name).svg(narrow=narrow, bare=bare)
    assert not overlapping(svg)
    assert not outside(svg)


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_speaks_in_titles_and_plain_sentences(desk: Desk, name: str) -> None:
    """A finding without a full stop, a caption of one to four sentences, no identifier of a quantity."""
    picture = drawn(desk, name)
    assert picture.title
    assert not picture.title.endswith(".")
    assert 1 <= picture.caption.count(". ") + 1 <= 4
    assert picture.caption.endswith(".")
    text = f"{picture.title} {picture.description}"
    assert not re.search(r"\b(events|effects|factors|evidence|relevance)\.\w", text)
    assert " %" not in picture.caption


def test_the_scale_has_word_number_interval_and_dissent(desk: Desk) -> None:
    """The headline leads; other analysts are small marks, the highest first, and too many are counted."""
    headline = desk.fit.headline.posterior
    dissent = {f"analyst {at}": replace(headline, value=at / 10) for at in range(1, 9)}
    picture = scale(desk.fit, desk.context, dissent)
    content = picture.content
    assert isinstance(content, Strip)
    assert (content.point, content.low, content.high) == (
        headline.value,
        headline.interval.low,
        headline.interval.high,
    )
    assert picture.title.startswith(f"{percent(headline)} is \u201c")
    assert [other.name for other in content.others] == [f"analyst {at}" for at in range(8, 2, -1)]
    assert "2 other analysts are not shown." in picture.caption
    assert all(name in picture.description for name in dissent)


def test_outcomes_begin_with_the_headline(desk: Desk) -> None:
    """Then the most probable ones, each with its interval before and after."""
    content = outcomes(desk.fit, desk.context).content
    assert isinstance(content, Intervals)
    assert content.rows[0].strong
    rest = [row.point for row in content.rows[1:]]
    assert rest == sorted(rest, reverse=True)
    assert {row.point for row in content.rows} == {row.posterior.value for row in desk.fit.outcomes.values()}
    assert {row.prior for row in content.rows} == {row.prior.value for row in desk.fit.outcomes.values()}


def test_factors_say_which_one_moved_most(desk: Desk) -> None:
    """Clouds speak for damp air."""
    number = desk.fit.quantities["factors.damp"]
    ends = f"from {number.prior.mean:.2f} to {number.posterior.mean:.2f}"
    assert factors(desk.fit, desk.context).title == f"The evidence raises \u201cDamp air\u201d most: {ends}"


def test_the_tree_names_the_longest_chain(desk: Desk) -> None:
    """Rain, then a flood: the product of the two steps."""
    picture = tree(desk.fit, desk.context)
    flood = percent(desk.fit.events["flood"].posterior)
    assert picture.title.startswith(f"From \u201cIt rains\u201d to \u201cThe river floods\u201d in 2 steps: {flood} (")


def test_the_tornado_has_the_widest_ranges(desk: Desk) -> None:
    """In the order of the result; its title is the widest; rows that cannot be seen are counted."""
    ranges = desk.sensitivity.tornado
    assert ranges
    picture = tornado(desk.sensitivity, desk.context)
    assert isinstance(picture.content, Bars)
    for row, quantity in zip(picture.content.rows, ranges.quantities, strict=False):
        assert {end.value for end in row.ends} == {quantity.at_low.value, quantity.at_high.value}
    cut = len(ranges.quantities) + len(ranges.weights) - len(picture.content.rows)
    assert ("not shown" in picture.caption) == (cut > 0)
    assert "drives the result most" in picture.title


def test_evidence_is_sorted_by_weight(desk: Desk) -> None:
    """In decibans given the rest; its title is the heaviest group."""
    picture = evidence(desk.evidence, desk.context)
    assert isinstance(picture.content, Bars)
    weights = [abs(row.ends[0].value) for row in picture.content.rows]
    assert weights == sorted(weights, reverse=True)
    assert desk.evidence.weights
    largest = max(abs(group.marginal_last.value) for group in desk.evidence.weights.groups)
    assert weights[0] == pytest.approx(largest * 10 / 2.302585093)
    assert "raises the result most" in picture.title


def test_a_sweep_shows_what_responds(desk: Desk) -> None:
    """The result rises with damp air; what does not respond has no panel."""
    picture = sweep(desk.whatif, desk.context)
    assert picture.title.startswith("The result rises from ")
    assert picture.title.endswith(" as \u201cDamp air\u201d goes from 0 to 1")
    assert "less or not at all" in picture.caption
    assert all(f"At {at:g}: " in picture.description for at in (0, 0.5, 1))


def test_analysts_are_sorted_and_ranged(desk: Desk) -> None:
    """From the highest to the lowest."""
    picture = analysts(desk.team, desk.context)
    assert isinstance(picture.content, Intervals)
    assert [row.label.split()[0] for row in picture.content.rows] == ["anna", "own", "ben"]
    assert picture.title.endswith("(anna)")


def test_a_waterfall_goes_from_the_lower_analyst_to_the_higher(desk: Desk) -> None:
    """Whoever comes first; each bar begins where the one above ends, and the last is where the higher one is."""
    turned = compare(open_team([analyst("anna", 0.6), desk.assessment], SETTINGS), attribution=True, permutations=4)
    for result in (desk.pair, turned):
        picture = waterfall(result, desk.context)
        assert isinstance(picture.content, Bars)
        first, *steps, last = picture.content.rows
        assert (first.label, last.label) == ("own", "anna")
        place = first.start
        for row in steps:
            assert row.start == pytest.approx(place)
            place = row.ends[0].value
        assert place == pytest.approx(last.start, rel=0.05)
        assert picture.title.startswith("The yearly rate of \u201cThe river floods\u201d separates own from anna most")


def test_agreement_is_a_share_of_the_variance(desk: Desk) -> None:
    """Only one input separates these analysts."""
    title = agreement(desk.team, desk.context).title
    assert title.startswith("The yearly rate of \u201cThe river floods\u201d separates the 3 analysts most: 100")


def test_calibration_has_a_row_for_each_word_in_use(desk: Desk) -> None:
    """With how many happened; few questions are a caution."""
    picture = calibration(desk.score, desk.context)
    assert isinstance(picture.content, Intervals)
    assert [row.value for row in picture.content.rows] == ["0 of 1", "1 of 2", "2 of 2"]
    assert picture.caution


@pytest.mark.parametrize("name", ["scale", "outcomes", "factors", "tree"])
def test_an_unconverged_fit_has_no_figure_or_a_caution(desk: Desk, name: str) -> None:
    """Without numbers there is nothing to draw; numbers that were asked for are drawn with a caution."""
    draw = FIGURES[name][0]
    empty = replace(desk.fit, converged=False, outcomes={}, events={}, quantities={})
    with pytest.raises(NothingToPlot):
        draw(empty, desk.context)
    allowed = replace(desk.fit, converged=False, with_unconverged=True)
    assert draw(allowed, desk.context).description.startswith(f"CAUTION: {CAUTION}")


def test_what_is_missing_has_no_figure(desk: Desk) -> None:
    """Each says why."""
    headline = desk.fit.headline
    certain = replace(headline, posterior=replace(headline.posterior, value=1.0))
    for draw, result in (
        (tornado, replace(desk.sensitivity, tornado=None)),
        (tornado, replace(desk.sensitivity, headline=certain)),
        (evidence, replace(desk.evidence, weights=None)),
        (sweep, replace(desk.whatif, sweep=None)),
        (waterfall, desk.team),
        (agreement, desk.pair),
        (calibration, score_entries([], log="resolutions.jsonl")),
    ):
        with pytest.raises(NothingToPlot, match=r"\.$"):
            draw(result, desk.context)


def test_every_figure_of_an_answer_can_be_asked_for(desk: Desk) -> None:
    """`Answer.figures` has them by name."""
    answer = Answer(result=desk.fit, context=desk.context)
    assert list(answer.figures) == ["scale", "outcomes", "tree", "numbers", "dates", "factors"]
    assert answer.figures["scale"]().title == drawn(desk, "scale").title
