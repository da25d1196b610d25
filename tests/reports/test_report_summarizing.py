"""From a run, its draws and its analyses to the numbers of a report."""

from __future__ import annotations

import dataclasses
import hashlib
import math
import shlex
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from estimative.model.inference.draws import resample
from estimative.model.record.stored_run import Sample
from estimative.priors.verbal_scale import ICD203, PHIA, Band, Scale
from estimative.reports.evidence.summary import Weighing
from estimative.reports.report import summary as told
from estimative.reports.report.analyses import Analyses
from estimative.reports.report.summarizing import EXPORTED, in_words_of, reproduction_of, summarize, weighed_in_words_of
from estimative.reports.report.summary import Report
from estimative.reports.summary import Number, Probability, Summary
from estimative.reports.wording import term
from tests.comparisons import COMPARISONS, comparisons
from tests.reports_made import REPRODUCTION
from tests.sensitivities import RICH as VARIED
from tests.sensitivities import sensitivities
from tests.summaries import CASES, FULL, summaries
from tests.weighings import RICH as WEIGHED
from tests.weighings import weighings

type Numbers = NDArray[np.float64]

OWN = Scale(
    id="own",
    title="Our own",
    source="",
    rule="",
    bands=(
        Band(words=("hardly",), low=0.1, high=0.4),
        Band(words=("evenly",), low=0.5, high=0.6),
        Band(words=("surely",), low=0.6, high=0.9),
    ),
)
"""With a gap, two bands that touch, and none at either end; no word of it is one of another scale."""
SCALES = {scale.id: scale for scale in (ICD203, PHIA, OWN)}
each_scale = pytest.mark.parametrize("scale", SCALES.values(), ids=SCALES)


def sample(
    chance: ArrayLike, given: ArrayLike | None = None, *, degrees: Mapping[str, Numbers] | None = None
) -> Sample:
    """Draws of one outcome, with how probable its condition is at each."""
    values = np.asarray(chance, dtype=float)
    conditions = np.ones(len(values)) if given is None else np.asarray(given, dtype=float)
    return Sample(outcomes={"closed": values}, conditions={"closed": conditions}, degrees=degrees or {})


def report(
    after: Sample | None,
    *,
    before: Sample | None = None,
    scale: Scale = ICD203,
    summary: Summary = FULL,
    se: float = 0.001,
    **parts: Any,
) -> Report:
    """The report of a run with these draws, its outcome's probability having that error."""
    if summary.outcomes:
        outcomes = {**summary.outcomes, "closed": replace(summary.outcomes["closed"], se=se)}
        summary = replace(summary, outcomes=outcomes)
    nothing: dict[str, Any] = {"analyses": None, "comparison": None, "reproduction": REPRODUCTION}
    return summarize(summary, scale=scale, before=before or after, after=after, **{**nothing, **parts})


def bands(after: Sample, scale: Scale = ICD203, *, se: float = 0.001) -> tuple[told.Mass, ...]:
    """How much of the draws lies in each stretch of a scale."""
    return report(after, scale=scale, se=se).shapes["closed"].bands


def stretch(probability: float, scale: Scale) -> str:
    """Where a single probability lies, by asking the scale for its word and, in a gap, looking for its neighbours."""
    phrase = scale.word(probability)
    if phrase.fit != "nearest":
        return phrase.text
    below = [band for band in scale.bands if band.high < probability][-1]
    above = next(band for band in scale.bands if band.low > probability)
    return f"between '{below.words[0]}' and '{above.words[0]}'"


ENDS = sorted({end for scale in SCALES.values() for band in scale.bands for end in (band.low, band.high)} | {0.0, 1.0})
PLACES = st.sampled_from(ENDS) | st.sampled_from([(a + b) / 2 for a, b in pairwise(ENDS)]) | st.floats(0, 1)
DRAWS = st.lists(st.tuples(PLACES, st.floats(0.01, 1)), min_size=1, max_size=30)


@each_scale
@settings(deadline=None, max_examples=80)
@given(draws=DRAWS)
def test_every_draw_is_counted_where_its_word_is(scale: Scale, draws: list[tuple[float, float]]) -> None:
    """The shares are those of the draws by their words, ends of bands, gaps and what has no word included."""
    counted: Counter[str] = Counter()
    for chance, weight in draws:
        counted[stretch(chance, scale)] += weight / sum(weight for _, weight in draws)
    found = bands(sample(*zip(*draws, strict=True)), scale)
    assert {mass.text: mass.share.value for mass in found} == pytest.approx(dict(counted))
    assert sum(mass.share.value for mass in found) == pytest.approx(1)
    assert all(one.high <= other.low for one, other in pairwise(found))


@each_scale
@settings(deadline=None, max_examples=30)
@given(draws=DRAWS)
def test_a_word_is_told_only_where_the_scale_has_it(scale: Scale, draws: list[tuple[float, float]]) -> None:
    """A stretch counts as worded where its text is a word of the scale, and its ends are then those of the band."""
    for mass in bands(sample(*zip(*draws, strict=True)), scale):
        band = scale.band(mass.text)
        assert mass.worded == (band is not None)
        if band:
            assert (mass.low, mass.high) == (band.low, band.high)
        else:
            assert mass.text.startswith(("below ", "above ", "between "))


@pytest.mark.parametrize(
    ("chance", "scale", "text"),
    [
        (0.05, ICD203, "very unlikely"),
        (0.99, ICD203, "almost certain"),
        (0.01, ICD203, "almost no chance"),
        (0.05, PHIA, "remote chance"),
        (0.1, PHIA, "highly unlikely"),
        (0.07, PHIA, "between 'remote chance' and 'highly unlikely'"),
        (1.0, PHIA, "almost certain"),
        (0.0, ICD203, "below 1 %"),
        (1.0, ICD203, "above 99 %"),
        (0.3 - 0.1, ICD203, "unlikely"),
    ],
)
def test_word_and_share_agree_about_an_end(chance: float, scale: Scale, text: str) -> None:
    """All of an outcome that is the same at every draw lies where its own word says, rounding or not."""
    [mass] = bands(sample([chance] * 10), scale, se=0.0)
    assert (mass.text, mass.share) == (text, Number(value=pytest.approx(1), se=0.0))


@settings(deadline=None, max_examples=40)
@given(
    draws=st.lists(st.tuples(PLACES, st.integers(0, 3)), min_size=1, max_size=20).filter(lambda d: any(g for _, g in d))
)
def test_a_conditional_outcome_counts_where_its_condition_is(draws: list[tuple[float, int]]) -> None:
    """A draw counts as much as the condition is probable there; where it cannot be, the outcome is no number."""
    chances, conditions = zip(*draws, strict=True)
    given_ = np.array(conditions) / 3
    found = bands(sample(np.where(given_ > 0, chances, np.nan), given_))
    repeated = [chance for chance, times in draws for _ in range(times)]
    counted = Counter(stretch(chance, ICD203) for chance in repeated)
    assert {mass.text: len(repeated) * mass.share.value for mass in found} == pytest.approx(dict(counted))


REPLICATIONS = 300
SD_SLACK = 4 / math.sqrt(2 * REPLICATIONS)
"""Four relative standard errors of a standard deviation from so many replications: 0.16."""
TRUE = 0.0
"""Log-odds about which the draws lie, so that a third or so are in 'likely'."""


def simulated(draws: list[Sample], se: float) -> tuple[float, float]:
    """Of the band 'likely': how its share varies between replications, and the error that it is told with."""
    found = [next(mass for mass in bands(one, se=se) if mass.text == "likely") for one in draws]
    return float(np.std([one.share.value for one in found])), float(np.mean([one.share.se for one in found]))


def test_the_error_of_a_share_is_that_of_independent_draws() -> None:
    """It is how much the share varies from run to run; half of it would not do."""
    rng, count = np.random.default_rng(21), 400
    draws = [expit(rng.normal(TRUE, 0.4, count)) for _ in range(REPLICATIONS)]
    varied, error = simulated([sample(one) for one in draws], float(np.std(draws) / count**0.5))
    assert error == pytest.approx(varied, rel=SD_SLACK)
    assert error / 2 != pytest.approx(varied, rel=SD_SLACK)


def test_the_error_of_a_share_grows_with_correlation() -> None:
    """Of draws that are correlated along the chain it is of the right order, and not that of independent ones."""
    rng, count, rho = np.random.default_rng(22), 400, 0.8
    noise = rng.normal(size=(REPLICATIONS, count + 50)) * math.sqrt(1 - rho**2)
    for place in range(1, noise.shape[1]):
        noise[:, place] += rho * noise[:, place - 1]
    draws = expit(TRUE + 0.4 * noise[:, 50:])
    se = float(np.std(draws) * math.sqrt((1 + rho) / (1 - rho) / count))
    varied, error = simulated([sample(one) for one in draws], se)
    assert 0.8 < error / varied < 2
    assert simulated([sample(one) for one in draws], float(np.std(draws) / count**0.5))[1] < 0.6 * varied


def test_the_error_of_a_share_is_not_that_of_a_sharper_mean() -> None:
    """Of weighted draws, resampled to equal weights, it is of the right order even if the mean is known far better."""
    rng, count = np.random.default_rng(23), 500
    draws = []
    for seed in range(REPLICATIONS):
        x = rng.normal(0.0, 2.0, count)
        weights = np.exp(-(x**2) / 2 + (x / 2) ** 2 / 2)
        draws.append(sample(expit(TRUE + 0.4 * x[resample(weights / weights.sum(), 400, seed)])))
    varied, error = simulated(draws, 1e-6)
    assert 0.8 < error / varied < 2


def test_a_share_of_nearly_everything_has_an_error() -> None:
    """Where all draws but rounding lie in one band, another one might not have; where all are the same, it cannot."""
    [mass] = bands(sample(np.linspace(0.06, 0.19, 100)), se=0.004)
    assert mass.share.value == pytest.approx(1)
    assert 0.001 < mass.share.se < 0.02
    assert bands(sample([0.1] * 100), se=1e-19)[0].share.se == 0
    assert bands(sample([0.0, 1e-200]), se=1e-201)[0].share.se > 0


def test_an_outcome_has_a_density_where_it_has_a_spread() -> None:
    """Before and after on one grid; none where it is exact, though its band is told."""
    rng = np.random.default_rng(5)
    before, after = (sample(expit(rng.normal(mean, 1, 500))) for mean in (-1, -2))
    shape = report(after, before=before).shapes["closed"]
    assert shape.density
    assert len(shape.density.places) == len(shape.density.before) == len(shape.density.after)
    peaks = [np.average(shape.density.places, weights=w) for w in (shape.density.before, shape.density.after)]
    assert peaks == pytest.approx([-1, -2], abs=0.3)
    assert report(sample([0.1] * 9)).shapes["closed"].density is None


def test_an_outcome_without_draws_has_no_shape() -> None:
    """What is not among the draws is not made up; nor is anything of a run that tells no number."""
    spread = sample(np.linspace(0.1, 0.2, 9))
    assert set(report(spread).shapes) == {"closed"}
    assert not report(None).shapes
    untold = report(spread, summary=CASES["withheld"])
    assert (untold.shapes, untold.factors) == ({}, {})


def test_a_factor_has_a_density_unless_it_is_held() -> None:
    """Factors by their names; one that is constant has none."""
    rng = np.random.default_rng(6)
    drawn = sample(
        np.linspace(0.1, 0.2, 500), degrees={"factors.wear": rng.beta(2, 2, 500), "events.closing": rng.random(500)}
    )
    assert set(report(drawn).factors) == {"wear"}
    assert np.trapezoid(report(drawn).factors["wear"].after, report(drawn).factors["wear"].places) == pytest.approx(
        1, abs=0.01
    )
    held = replace(FULL, factors={"wear": replace(FULL.factors["wear"], constant=True)})
    assert not report(drawn, summary=held).factors
    point = replace(drawn, degrees={"factors.wear": np.full(500, 0.3)})
    assert not report(point).factors


def test_a_report_has_converged_if_all_of_it_has() -> None:
    """The caution is that of the run, else of the first part that has one."""
    good = Analyses(weighing=WEIGHED, sensitivity=VARIED, refused=("no odds",))
    whole = report(None, analyses=good, comparison=COMPARISONS["comparison.pair"])
    assert (whole.converged, whole.caution, whole.refused) == (True, "", ("no odds",))
    failed = replace(VARIED, converged=False, caution="Some of it failed.")
    partly = report(None, analyses=replace(good, sensitivity=failed), comparison=COMPARISONS["comparison.withheld"])
    assert (partly.converged, partly.caution) == (False, "Some of it failed.")
    run = report(None, summary=CASES["unconverged"], analyses=replace(good, sensitivity=failed))
    assert (run.converged, run.caution) == (False, CASES["unconverged"].caution)
    dissent = report(None, analyses=good, comparison=COMPARISONS["comparison.withheld"])
    assert (dissent.converged, dissent.caution) == (False, COMPARISONS["comparison.withheld"].caution)


def leaves(found: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """Everything that stands in a summary, by its place."""
    match found:
        case Mapping():
            for name, entry in found.items():
                yield from leaves(entry, f"{at}/{name}")
        case tuple():
            for place, entry in enumerate(found):
                yield from leaves(entry, f"{at}/{place}")
        case _ if dataclasses.is_dataclass(found):
            for field in dataclasses.fields(found):
                yield from leaves(getattr(found, field.name), f"{at}/{field.name}")
        case _:
            yield at, found


def probabilities(found: Any) -> Iterator[Probability]:
    """Every probability with a word, wherever it stands."""
    if isinstance(found, Probability):
        yield found
    match found:
        case Mapping():
            for entry in found.values():
                yield from probabilities(entry)
        case tuple():
            for entry in found:
                yield from probabilities(entry)
        case _ if dataclasses.is_dataclass(found):
            for field in dataclasses.fields(found):
                yield from probabilities(getattr(found, field.name))


PARTS = summaries() | weighings() | sensitivities() | comparisons()
OTHERS = {word for scale in (ICD203, PHIA) for word in scale.words}


@settings(deadline=None, max_examples=40)
@given(found=PARTS)
def test_every_probability_is_worded_anew(found: Any) -> None:
    """In another scale each word is that of its number, none of the first scale is left, and nothing else changes."""
    worded = in_words_of(OWN, found)
    assert type(worded) is type(found)
    each = list(probabilities(worded))
    assert each or isinstance(found, Weighing)
    assert all(one.term == term(one.probability, one.se, OWN) for one in each)
    assert not [one for one in each if one.term.removesuffix(" (nearest band)") in OTHERS]
    before, after = list(leaves(found)), list(leaves(worded))
    assert [place for place, _ in before] == [place for place, _ in after]
    assert not [
        at for (at, one), (_, other) in zip(before, after, strict=True) if one != other and not at.endswith("/term")
    ]


@settings(deadline=None, max_examples=20)
@given(found=PARTS)
def test_the_words_of_a_run_are_found_again(found: Any) -> None:
    """What was in the words of ICD 203 is so again, by whatever scale it went; what is not there stays away."""
    assert list(leaves(in_words_of(ICD203, in_words_of(PHIA, found)))) == list(leaves(found))
    assert in_words_of(PHIA, None) is None
    [again] = in_words_of(PHIA, (replace(FULL.outcomes["closed"], term="gone"),))
    assert again.term == term(again.probability, again.se, PHIA)


@each_scale
def test_every_part_of_a_report_is_in_the_same_words(scale: Scale) -> None:
    """Of the run, of its analyses and of the comparison alike; the number beside a word allows it."""
    analyses = Analyses(weighing=WEIGHED, sensitivity=VARIED, refused=())
    found = report(None, scale=scale, analyses=analyses, comparison=COMPARISONS["comparison.pair"])
    each = list(probabilities(found))
    assert len(each) > 8
    assert all(one.term == term(one.probability, one.se, scale) for one in each)


BORDERS = {
    "phia": [
        (0.075, "remote chance", "highly unlikely"),
        (0.225, "highly unlikely", "unlikely"),
        (0.375, "unlikely", "realistic possibility"),
        (0.525, "realistic possibility", "likely"),
        (0.775, "likely", "highly likely"),
        (0.925, "highly likely", "almost certain"),
    ],
    "own": [
        (0.1, "below 10 %", "hardly"),
        (0.45, "hardly", "evenly"),
        (0.6, "evenly", "surely"),
        (0.9, "surely", "above 90 %"),
    ],
}


def weighing(chance: float, se: float) -> Weighing:
    """What the evidence does, the headline being so probable."""
    assert WEIGHED.headline
    return replace(WEIGHED, headline=replace(WEIGHED.headline, probability=chance, se=se))


@pytest.mark.parametrize("name", BORDERS)
@pytest.mark.parametrize("chance", [1e-9, 0.0613, 0.5, 0.9999])
def test_borders_are_those_of_the_scale(name: str, chance: float) -> None:
    """Each lies in the middle of a gap, between the words of either side; its evidence brings the headline there."""
    found = weighed_in_words_of(SCALES[name], weighing(chance, chance / 100))
    assert found
    assert found.tipping
    edges = found.tipping.edges
    assert [(pytest.approx(edge.probability), edge.below, edge.above) for edge in edges] == BORDERS[name]
    for edge in edges:
        assert expit(math.log(chance / (1 - chance)) + edge.log_ratio.value) == pytest.approx(edge.probability)
        assert edge.log_ratio.se == pytest.approx(0.01 / (1 - chance))
    assert found.tipping.factors == {}
    assert found.tipping.effort == (WEIGHED.tipping and WEIGHED.tipping.effort)


@each_scale
def test_on_either_side_of_a_border_stands_its_word(scale: Scale) -> None:
    """A little below it and a little above, the scale has the words that the border tells."""
    found = weighed_in_words_of(scale, WEIGHED)
    assert found
    assert found.tipping
    for edge in found.tipping.edges:
        words = (scale.word(edge.probability - 1e-4).text, scale.word(edge.probability + 1e-4).text)
        assert (edge.below, edge.above) == words


def test_in_icd_203_the_borders_are_those_that_were_reckoned() -> None:
    """There, what factors would do is told; without borders, or a headline, there is nothing to word anew."""
    assert weighed_in_words_of(ICD203, WEIGHED) == WEIGHED
    namesake = weighed_in_words_of(replace(OWN, id=ICD203.id), WEIGHED)
    assert namesake
    assert namesake.tipping
    assert len(namesake.tipping.edges) < len(WEIGHED.tipping.edges if WEIGHED.tipping else ())
    assert weighed_in_words_of(PHIA, None) is None
    for part in ({"tipping": None}, {"headline": None}):
        found = weighed_in_words_of(PHIA, replace(WEIGHED, **part))
        assert found
        assert found.tipping == replace(WEIGHED, **part).tipping


def command(summary: Summary, prior_set: str = "inputs/priors/engineer.toml") -> list[str]:
    """What makes a run again, as a shell takes it apart."""
    return shlex.split(reproduction_of(summary, {}, prior_set).commands[1])


def options(summary: Summary) -> str:
    """Of that command, what is neither scenario nor priors."""
    return " ".join(command(summary)[6:])


BOTH = FULL.verdicts
ALONE = {method: {method: verdict} for method, verdict in BOTH.items()}
SETTINGS: dict[str, tuple[Summary, str]] = {
    "both, each with its own draws": (FULL, "--method both --seed 1"),
    "both, of as many draws": (
        replace(FULL, verdicts={**BOTH, "importance": replace(BOTH["importance"], draws=1000)}),
        "--method both --seed 1 --draws 1000",
    ),
    "NUTS alone": (replace(FULL, verdicts=ALONE["nuts"]), "--method nuts --seed 1 --draws 1000"),
    "importance alone": (
        replace(
            FULL,
            verdicts=ALONE["importance"],
            run=replace(FULL.run, method="importance", seed=7, settings={"draws": 8000, "rounds": 2}),
        ),
        "--method importance --seed 7 --draws 8000",
    ),
    "unconverged and told": (CASES["unconverged"], "--method nuts --seed 1 --draws 1000 --allow-unconverged"),
    "unconverged and withheld": (CASES["withheld"], "--method nuts --seed 1 --draws 1000"),
    "disagreeing and told": (CASES["disagreeing-told"], "--method both --seed 1 --allow-unconverged"),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_the_command_has_the_settings_of_the_run(name: str) -> None:
    """Its method, its seed, its draws where they were not left to the methods, and leave to tell what failed."""
    summary, expected = SETTINGS[name]
    assert options(summary) == expected


NAMES = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1, max_size=20
) | st.sampled_from(["a b.toml", "$(rm -r x).toml", "'; x", '"', "-rf", "~", "*", "`x`", "a\nb"])


@given(NAMES, NAMES)
def test_a_file_of_any_name_is_one_word_of_the_command(prior_set: str, run: str) -> None:
    """A shell hands over the very name, whatever is in it."""
    summary = replace(FULL, run=replace(FULL.run, id=run))
    found = command(summary, f"inputs/priors/{prior_set}")
    assert found[:6] == [
        *("estimative", "fit", "--scenario", f"{EXPORTED}/inputs/scenario.toml"),
        *("--priors", f"{EXPORTED}/inputs/priors/{prior_set}"),
    ]
    exported = reproduction_of(summary, {}, prior_set).commands[0]
    assert shlex.split(exported) == ["estimative", "runs", "export", run, EXPORTED]


def test_every_file_is_told_with_its_digest() -> None:
    """The digest is that of its bytes in UTF-8, as a tool would print it."""
    texts = {"scenario.toml": "id = 1\n", "priors/été.toml": "\u53f0\n"}
    files = reproduction_of(FULL, texts, "x").files
    assert [file.name for file in files] == list(texts)
    assert [file.sha256 for file in files] == [hashlib.sha256(text.encode()).hexdigest() for text in texts.values()]
