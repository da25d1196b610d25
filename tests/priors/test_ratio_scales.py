"""Words for likelihoods: the shipped scales, and files of others."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import pytest

from estimative.priors.catalog import shipped_prior_sets
from estimative.priors.distributions import LogNormal
from estimative.priors.errors import InvalidInput
from estimative.priors.quantile_fit import Support, fit
from estimative.priors.ratio_scale import ACH, RATIO_SCALES, RatioScale, read_ratio_scale, scales_of
from estimative.priors.statements import RatioWord
from estimative.priors.verbal_scale import SCALES

OWN = """
[scale]
id = "two"
title = "Our two words"
source = "the team's handbook, page 4"
rule = "90% between the two numbers."
states = "likelihood ratio"
bands = [
  { low = 1.5, high = 3, words = ["some"] },
  { low = 3, high = 9, words = ["much"] },
]
"""
WORDS = [RatioWord(term=word, scale=scale.id) for scale in RATIO_SCALES.values() for word in scale.words]


@pytest.mark.parametrize("word", WORDS, ids=lambda word: f"{word.scale}-{word.term}")
def test_a_word_is_lognormal(word: RatioWord) -> None:
    """5% lie below the low end of its band and 5% above the high one."""
    band = RATIO_SCALES[word.scale].band(word.term)
    assert band is not None
    prior = fit(word, Support.RATIO)
    assert isinstance(prior.family, LogNormal)
    assert [prior.family.quantile(p) for p in (0.05, 0.5, 0.95)] == pytest.approx([band.low, band.median, band.high])
    assert prior.misfit == 0


@pytest.mark.parametrize("word", WORDS[:1])
def test_a_word_for_a_likelihood_is_no_probability(word: RatioWord) -> None:
    """It cannot state a chance."""
    with pytest.raises(InvalidInput, match="cannot state a number strictly between 0 and 1"):
        fit(word, Support.PROBABILITY)


def test_inconsistencies_count_as_they_weigh() -> None:
    """The classic count is the logarithm of the likelihood, in steps of the square root of 10; the middle is 1."""
    steps = {band.inconsistent: -math.log(band.median) / math.log(math.sqrt(10)) for band in ACH.bands}
    assert steps[2] == pytest.approx(2)
    assert -math.log(ACH.bands[1].median) / math.log(math.sqrt(10)) == pytest.approx(1)
    assert [band.inconsistent for band in ACH.bands] == [2, 1, 0, 0, 0]
    assert ACH.bands[2].median == pytest.approx(1)


def test_published_ratios() -> None:
    """The likelihood ratios of the guideline and of the paper."""
    ends = {
        scale.id: [(band.low, band.high) for band in scale.bands] for scale in RATIO_SCALES.values() if scale != ACH
    }
    assert ends == {
        "enfsi": [(2, 10), (10, 100), (100, 1000), (1000, 1e4), (1e4, 1e6), (1e6, 1e8)],
        "kass-raftery": [(1, 3), (3, 20), (20, 150), (150, 1000)],
    }


@pytest.mark.parametrize("scale", RATIO_SCALES.values(), ids=RATIO_SCALES)
def test_medians_rise(scale: RatioScale) -> None:
    """A later word stands for more, and no word means two things."""
    assert all(lower.median < upper.median for lower, upper in pairwise(scale.bands))
    assert len(set(scale.words)) == len(scale.words)
    assert scale.source
    assert scale.rule


def test_a_word_of_one_scale_alone_needs_no_mention_of_it() -> None:
    """One of several scales does, and none is also a word of probability."""
    assert {word for word in sum((scale.words for scale in RATIO_SCALES.values()), ()) if len(scales_of(word)) > 1} == {
        "strong",
        "very strong",
    }
    assert not {word for word in SCALES["icd203"].words if scales_of(word)}


def test_scales_are_no_prior_sets() -> None:
    """The folder of the scales is not one of prior sets."""
    assert not {"ratio-scales", "scales"} & shipped_prior_sets().keys()


def test_a_scale_of_ones_own_is_read(tmp_path: Path) -> None:
    """A file like the shipped ones is a scale."""
    (tmp_path / "own.toml").write_text(OWN, encoding="utf-8")
    scale = read_ratio_scale(tmp_path / "own.toml")
    assert (scale.words, scale.spelling(" MUCH ")) == (("some", "much"), "much")


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("high = 9", "high = 3", "line 10, scale.bands.1: the low end, 3, is not below the high end, 3."),
        ("low = 1.5", "low = 0", "line 9, scale.bands.0.low: 0 is not a finite number above 0."),
        ('["much"]', '["Some"]', 'line 8, scale.bands: "some" is there twice.'),
        ('["much"]', "[]", "line 10, scale.bands.1.words: [] is not a list of words, the preferred one first."),
        ('"likelihood ratio"', '"ratio"',
         ('line 7, scale.states: "ratio" is not one of the values allowed here. '
         "Allowed: relative likelihood, likelihood ratio.")),
        ('["much"]', '["much"], inconsistent = -1',
         "line 10, scale.bands.1.inconsistent: -1 is not a whole number of at least 0."),
    ],
)  # fmt: skip
def test_each_mistake_is_one_error(tmp_path: Path, old: str, new: str, error: str) -> None:
    """A mistake in a scale is one error, with its line and key."""
    assert old in OWN
    (tmp_path / "own.toml").write_text(OWN.replace(old, new), encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        read_ratio_scale(tmp_path / "own.toml")
    assert [str(issue).partition("own.toml, ")[2] for issue in caught.value.issues] == [error]
