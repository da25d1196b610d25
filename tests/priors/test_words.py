"""Words of estimative probability."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimative.priors.errors import nearest_word
from estimative.priors.verbal_scale import ICD203, PHIA, SCALES, Scale

ICD203_CASES = [
    (0.0, "below 1%"),
    (0.0099, "below 1%"),
    (0.01, "almost no chance"),
    (0.05, "very unlikely"),
    (0.2, "unlikely"),
    (0.4499, "unlikely"),
    (0.45, "roughly even chance"),
    (0.5, "roughly even chance"),
    (0.55, "likely"),
    (0.7999, "likely"),
    (0.8, "very likely"),
    (0.95, "almost certain"),
    (0.99, "almost certain"),
    (0.9901, "above 99%"),
    (1.0, "above 99%"),
]
PHIA_CASES = [
    (0.0, "remote chance"),
    (0.05, "remote chance"),
    (0.07, "remote chance (nearest band)"),
    (0.075, "remote chance (nearest band)"),
    (0.08, "highly unlikely (nearest band)"),
    (0.1, "highly unlikely"),
    (0.225, "highly unlikely (nearest band)"),
    (0.525, "realistic possibility (nearest band)"),
    (0.53, "likely (nearest band)"),
    (0.925, "highly likely (nearest band)"),
    (0.94, "almost certain (nearest band)"),
    (1.0, "almost certain"),
]


@pytest.mark.parametrize(("probability", "phrase"), ICD203_CASES)
def test_icd203(probability: float, phrase: str) -> None:
    """ICD 203 gives a border to the upper of two bands, and has no word below 1% or above 99%."""
    assert str(ICD203.word(probability)) == phrase


@pytest.mark.parametrize(("probability", "phrase"), PHIA_CASES)
def test_phia(probability: float, phrase: str) -> None:
    """PHIA words a probability in a gap by the nearest band, the lower of two as near, and marks it."""
    assert str(PHIA.word(probability)) == phrase


def test_published_bands() -> None:
    """The bands are the published ones, in percent."""
    ends = {
        scale.id: [(round(100 * band.low), round(100 * band.high)) for band in scale.bands] for scale in SCALES.values()
    }
    assert ends == {
        "icd203": [(1, 5), (5, 20), (20, 45), (45, 55), (55, 80), (80, 95), (95, 99)],
        "phia": [(0, 5), (10, 20), (25, 35), (40, 50), (55, 75), (80, 90), (95, 100)],
    }


@pytest.mark.parametrize("scale", SCALES.values(), ids=SCALES)
def test_bands_rise(scale: Scale) -> None:
    """The bands of every scale rise without overlap, and no word means two of them."""
    edges = [edge for band in scale.bands for edge in (band.low, band.high)]
    assert edges == sorted(edges)
    assert len(set(scale.words)) == len(scale.words)


@pytest.mark.parametrize("scale", SCALES.values(), ids=SCALES)
@given(probability=st.floats(0, 1))
def test_a_word_is_where_its_band_is(scale: Scale, probability: float) -> None:
    """A word that a scale chooses without a mark names a band with the probability in it."""
    phrase = scale.word(probability)
    band = scale.band(phrase.text)
    assert (phrase.fit == "outside") == (band is None)
    if band is not None:
        assert (phrase.fit == "in") == (band.distance(probability) == 0)
        assert band.distance(probability) == min(other.distance(probability) for other in scale.bands)


@pytest.mark.parametrize("scale", SCALES.values(), ids=SCALES)
def test_every_word_finds_its_band(scale: Scale) -> None:
    """A band is found by any of its words, in capitals and with odd spaces too."""
    for band in scale.bands:
        for word in band.words:
            assert scale.band(f"  {word.upper().replace(' ', '   ')} ") == band
            assert scale.spelling(word.title()) == word


def test_rounding_errors_are_forgiven() -> None:
    """A sum of probabilities that is 1 but for rounding has a word; 1.1 and NaN have none."""
    assert ICD203.word(1 + 1e-12).text == "above 99%"
    assert PHIA.word(-1e-12).fit == "in"
    for wrong in (1.1, -0.1, float("nan")):
        with pytest.raises(ValueError, match="not a probability"):
            ICD203.word(wrong)


@pytest.mark.parametrize(
    ("typed", "suggested"),
    [
        ("unlikly", "unlikely"), ("likley", "likely"), ("Very  Unlikley", "very unlikely"),
        ("improbabel", "improbable"),
        ("nlikely", None), ("probably not", None), ("almost certainly not", None), ("likely not", None),
        ("very likely not", None), ("not probable", None), ("not unlikely", None), ("impossible", None),
        ("very unprobable", None), ("unprobable", None), ("almost no certainty", None), ("uncertain", None),
    ],
)  # fmt: skip
def test_a_suggestion_never_turns_the_meaning_round(typed: str, suggested: str | None) -> None:
    """A slip of the keyboard gets a suggestion; a negation, or another word, gets none."""
    assert nearest_word(typed, ICD203.words) == suggested


@pytest.mark.parametrize("typed", ["decreases", "reduces", "not raises", "increases"])
def test_other_verbs_get_no_suggestion(typed: str) -> None:
    """What lowers a chance is not taken for what raises it."""
    assert nearest_word(typed, ("raises", "lowers")) is None
