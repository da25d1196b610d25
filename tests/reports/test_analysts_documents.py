"""The documents about several analysts and about two runs: what they lead with, and what they leave out."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from estimative.model.assessment import Assessment
from estimative.model.codec import from_json, to_json
from estimative.model.disagreement.attribution import Attribution, Decomposition, Share
from estimative.model.disagreement.comparison import CompareResult
from estimative.model.disagreement.diff_result import DiffResult
from estimative.model.disagreement.hybrid_assessment import HybridAssessment
from estimative.model.inference.fit_result import FitResult, Run
from estimative.model.inference.mc_estimate import MCEstimate
from estimative.model.spec.events import Event
from estimative.model.spec.evidence import Cases, Trials
from estimative.priors.frozen import FrozenDict
from estimative.priors.statements import BetaStated, ByState, Constant
from estimative.priors.verbal_scale import ICD203
from estimative.reports.context import Context
from estimative.reports.documents import attribution, compare, diff, pool
from estimative.reports.documents.analysts import by_probability, extremes
from estimative.reports.formats.markdown import markdown
from estimative.reports.number_format import multiple
from estimative.workflows.analysts import TeamSession, open_team, with_headline
from estimative.workflows.compare import compare as compare_analysts
from estimative.workflows.diff import RunInputs
from estimative.workflows.diff import diff as diff_runs
from estimative.workflows.fit import fit
from estimative.workflows.pool import pool as pool_analysts
from estimative.workflows.session import Settings
from tests.prior_sets import assessed
from tests.rolling import rolling
from tests.scenarios import SAID, scenario_of

DRAWS = 2000
CASES = Cases(id="cases", about="e", trials=(Trials(at={}, successes=7.0, of=12.0),), **SAID)
SCENARIO = scenario_of(Event(id="e", title="The dam breaks"), evidence=(CASES,))


def analyst(name: str, a: float, b: float, *, low: float = 0.0, high: float = 1.0) -> Assessment:
    return assessed(
        SCENARIO, {"events.e": BetaStated(a=a, b=b, low=low, high=high)}, relevance={"cases": 0.4}, name=name
    )


def session(*analysts: Assessment, draws: int = DRAWS, with_unconverged: bool = False) -> TeamSession:
    return open_team(analysts, Settings(method="importance", draws=draws, with_unconverged=with_unconverged))


def context(team: TeamSession) -> Context:
    return Context(assessments=team.assessments)


@pytest.fixture(scope="module")
def team() -> TeamSession:
    """Two analysts, the first of whom gives the lower probability."""
    return session(analyst("low", 1, 6), analyst("high", 6, 3))


@pytest.fixture(scope="module")
def comparison(team: TeamSession) -> CompareResult:
    return compare_analysts(team, attribution=True)


def text_of(result: CompareResult, team: TeamSession) -> str:
    return markdown(compare.document(result, context(team))).replace("\\", "")


def test_a_comparison_leads_with_the_highest_and_the_lowest(comparison: CompareResult, team: TeamSession) -> None:
    """Who is highest, who lowest, and the factor between their odds, which is stated only once in numbers."""
    text = text_of(comparison, team)
    assert text.index("Highest: high") < text.index("Lowest: low") < text.index("| Analyst |")
    assert comparison.attribution
    times = multiple(comparison.attribution.decomposition.total)
    assert text.count(f"The odds of high are {times} times the odds of low.") == 2


def test_a_difference_is_shown_from_the_lower_analyst_up(comparison: CompareResult) -> None:
    """Whoever was given first, and so that all shares change their signs together."""
    assert comparison.attribution
    turned = attribution.upward(comparison.attribution)
    assert (turned.first, turned.second) == ("high", "low")
    assert turned.decomposition.total.value > 0
    for share, other in zip(turned.decomposition.inputs, comparison.attribution.decomposition.inputs, strict=True):
        assert share.share.value == -other.share.value
        assert share.share.se == pytest.approx(other.share.se)
    assert attribution.upward(turned) is turned


def test_each_input_shows_what_the_two_analysts_state(comparison: CompareResult, team: TeamSession) -> None:
    """By title, with the medians of both priors and the factor on the odds."""
    values = [f"{100 * a.priors['events.e'].family.quantile(0.5):.2g}%" for a in reversed(team.assessments)]
    line = f"The chance of \u201cThe dam breaks\u201d (high {values[0]}, low {values[1]}): multiplies the odds by"
    assert line in text_of(comparison, team)


def test_an_input_with_states_shows_the_state_that_differs_most() -> None:
    """By title, with the mean share of both analysts; where the shares agree, what they state."""
    who = Event(id="e", title="Who it was", states=("a", "b", "c"), state_titles=FrozenDict({"c": "Nobody"}))
    scenario = scenario_of(who, all=("e=a",))

    def of(name: str, worth: float, *shares: float) -> Assessment:
        parts = tuple(zip("abc", (Constant(value=share) for share in shares), strict=True))
        return assessed(scenario, {"events.e": ByState(parts=parts, worth=worth)}, name=name)

    low, high, sure = of("low", 20, 0.1, 0.6, 0.3), of("high", 20, 0.6, 0.39, 0.01), of("sure", 90, 0.1, 0.6, 0.3)
    team = session(low, high)
    text = text_of(compare_analysts(team, attribution=True), team)
    assert "The shares of \u201cWho it was\u201d (high 1% for \u201cNobody\u201d, low 30%): multiplies" in text
    team = session(low, sure)
    assert "c 0.3, worth 90 cases" in text_of(compare_analysts(team, attribution=True), team)


def test_analysts_who_agree_have_nothing_to_explain() -> None:
    """Equal priors: a sentence, and no table of inputs."""
    team = session(analyst("one", 2, 5), analyst("two", 2, 5))
    text = text_of(compare_analysts(team, attribution=True), team)
    assert "one and two state the same priors and weights." in text
    assert "| Input |" not in text


def share(name: str, value: float, se: float = 0.001) -> Share:
    number = MCEstimate(value=value, own_variance=se**2)
    return Share(name=name, block="events", share=number, sampling_se=0.0, marginal_first=number, marginal_last=number)


def test_an_input_that_works_against_a_difference_divides_the_odds(
    comparison: CompareResult, team: TeamSession
) -> None:
    """A negative share is a division, and a negative part of the difference."""
    total, blocks, inputs = MCEstimate(value=1.0), (share("events", -0.5),), (share("events.e", -0.5),)
    parts = Decomposition(total=total, blocks=blocks, inputs=inputs, permutations=0)
    assert comparison.attribution
    turned = Attribution(first="high", second="low", decomposition=parts, effort=comparison.attribution.effort)
    text = text_of(replace(comparison, attribution=turned), team)
    assert "divides the odds by 1.65, -50% of the difference" in text


def test_certain_analysts_have_no_factor_between_their_odds() -> None:
    """Of a probability of 0 there are no odds to divide by: the sentence stops before."""
    team = session(analyst("low", 1, 6), analyst("high", 6, 3))
    rows = by_probability(team.results, "o")
    low = rows["low"]
    never = replace(low, posterior=replace(low.posterior, value=0.0))
    assert "odds" in extremes(rows, ICD203)
    assert "odds" not in extremes({**rows, "low": never}, ICD203)


def test_no_number_of_a_failed_fit_is_shown() -> None:
    """Neither by the document nor by the result, which cannot be made; on request with a caution."""
    poor = (analyst("low", 0.01, 80), analyst("high", 6, 3))
    team, allowed = session(*poor, draws=100), session(*poor, draws=100, with_unconverged=True)
    assert not team.converged
    withheld, shown = compare_analysts(team, attribution=True), compare_analysts(allowed)
    assert withheld.attribution is None
    assert "low" not in withheld.reported
    with pytest.raises(ValueError, match="did not converge"):
        replace(withheld, analysts=shown.analysts)
    assert "Do not rely on them" in text_of(shown, allowed)
    pooled = pool_analysts(team)
    assert (pooled.pools, pooled.withheld) == ({}, True)
    assert "Linear pool" not in markdown(pool.document(pooled, context(team)))
    with pytest.raises(ValueError, match="did not converge"):
        replace(pooled, pools=pool_analysts(allowed).pools)


def test_a_pool_leads_with_a_probability_and_the_ranges(team: TeamSession) -> None:
    """The linear pool of the results, the range of the four pools, the range of the analysts."""
    text = markdown(pool.document(pool_analysts(team), context(team))).replace("\\", "")
    for part in ("by the linear pool of the results", "The four pools give", "The analysts range from"):
        assert part in text
    assert text.index("by the linear pool") < text.index("| Pool |") < text.index("The analysts\n")


def test_an_undefined_pool_says_why() -> None:
    """By the title of the input on which the priors exclude each other."""
    team = session(analyst("low", 2, 2, high=0.3), analyst("high", 2, 2, low=0.6))
    text = markdown(pool.document(pool_analysts(team), context(team))).replace("\\", "")
    assert "the analysts' priors exclude each other on the chance of \u201cThe dam breaks\u201d" in text
    assert "undefined" in text


@pytest.fixture(scope="module")
def runs() -> tuple[RunInputs, RunInputs]:
    """An assessment, and that of a month later."""
    settings = Settings(method="importance", draws=DRAWS)
    first, second = (
        RunInputs(result=fit(assessment, settings, method="importance").result, assessment=assessment)
        for assessment in rolling()
    )
    return first, replace(second, result=_renamed(second.result))


def _renamed(result: FitResult) -> FitResult:
    return replace(result, run=Run(id="later", created=result.run.created))


def test_every_kind_of_change_has_a_name(runs: tuple[RunInputs, RunInputs]) -> None:
    """Each block that a change or a difference can have is named in words, and no two alike."""
    blocks = HybridAssessment(first=runs[0].assessment, second=runs[1].assessment).blocks
    assert set(blocks) == set(attribution.BLOCKS)
    assert len(set(attribution.BLOCKS.values())) == len(attribution.BLOCKS)


def test_a_change_leads_with_both_judgements(runs: tuple[RunInputs, RunInputs]) -> None:
    """Each with its date, then the factor on the odds; the JSON is read back as the same result."""
    result = diff_runs(*runs, Settings())
    text = markdown(diff.document(result, Context(assessments=tuple(run.assessment for run in runs))))
    assert "as of 1 January 2026 to" in text
    assert text.index("Its odds are multiplied by") < text.index("Why the result changed")
    assert from_json(to_json(result), DiffResult).changes == result.changes


@pytest.mark.parametrize(("headline", "reason"), [("rain", "different-questions"), ("flood", None)])
def test_runs_with_different_headlines_are_not_attributed(
    runs: tuple[RunInputs, RunInputs], headline: str, reason: str | None
) -> None:
    """The result has either an attribution or the reason why there is none."""
    first, second = runs
    (moved,) = with_headline([second.assessment], headline)
    result = diff_runs(first, replace(second, assessment=moved), Settings())
    assert result.not_attributed_because == reason
    assert (result.attribution is None) == (reason is not None)
    with pytest.raises(ValueError, match="reason"):
        replace(result, attribution=None, not_attributed_because=None)
