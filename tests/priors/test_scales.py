"""Scales of words as files."""

from __future__ import annotations

from pathlib import Path

import pytest

from estimative.priors.errors import InvalidInput
from estimative.priors.scale_file import ICD203, SCALES, find_scale, read_scale

OWN = """
[scale]
id = "three"
title = "Our three words"
source = "the team's handbook, page 4"
rule = "Whatever lies between two bands takes the nearest."
bands = [
  { low = 0.0, high = 0.2, words = ["hardly"] },
  { low = 0.3, high = 0.7, words = ["perhaps", "Could  Be"] },
  { low = 0.8, high = 1.0, words = ["surely"] },
]
"""


def written(folder: Path, text: str) -> Path:
    """A file with a scale."""
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


def faults_of(folder: Path, text: str) -> list[str]:
    """What is wrong with it, without the file's name."""
    with pytest.raises(InvalidInput) as caught:
        read_scale(written(folder, text))
    return [str(fault).partition("own.toml")[2] for fault in caught.value.issues]


def test_a_scale_of_ones_own_gives_its_words(tmp_path: Path) -> None:
    """A file like the shipped ones is a scale: its words, its gaps, its rule."""
    scale = find_scale(str(written(tmp_path, OWN)))
    assert [str(scale.word(p)) for p in (0.1, 0.24, 0.5, 0.99)] == [
        "hardly",
        "hardly (nearest band)",
        "perhaps",
        "surely",
    ]
    assert scale.band("could be") == scale.bands[1]
    assert scale.rule == "Whatever lies between two bands takes the nearest."


@pytest.mark.parametrize("scale", SCALES.values(), ids=SCALES)
def test_a_shipped_scale_is_found_by_its_id(scale: object) -> None:
    """Its id is its file's name, too."""
    assert find_scale(scale.id) is scale  # type: ignore[attr-defined]


def test_a_misspelt_scale_is_told_with_the_nearest() -> None:
    """No file, no shipped scale."""
    with pytest.raises(InvalidInput, match=r"icd230: found no such scale, .* icd203 or phia; did you mean 'icd203'"):
        find_scale("icd230")


@pytest.mark.parametrize(
    ("old", "new", "line", "fault"),
    [
        (
            "low = 0.3",
            "low = 0.1",
            9,
            "bands.1.low: found a start at 0.1, within the band before, expected at least 0.2",
        ),
        ("high = 0.7", "high = 0.3", 9, "bands.1: found 0.3 to 0.3, expected a low end below the high one"),
        ("high = 1.0", "high = 1.2", 10, "bands.2.high: found 1.2, expected a number between 0 and 1"),
        ('["surely"]', '["Perhaps"]', 7, "bands: found 'perhaps' twice, expected each word in one band"),
        ('["surely"]', "[]", 10, "bands.2.words: found [], expected a list of words, the preferred one first"),
        (
            '["surely"]',
            '["surely"], colour = 1',
            10,
            "bands.2.colour: found an unknown key, expected high, low or words",
        ),
        (
            'id = "three"',
            'id = "3"',
            3,
            "id: found '3', expected a name: a letter, then letters, digits, _ or -, at most 64",
        ),
        (
            'rule = "Whatever lies between two bands takes the nearest."',
            "",
            2,
            "rule: found nothing, expected a text",
        ),
        ("[scale]", "[words]", 0, ": found no [scale], expected [scale] with id, title, source, rule and bands"),
    ],
)
def test_each_mistake_is_one_fault(tmp_path: Path, old: str, new: str, line: int, fault: str) -> None:
    """With its place, what was found and what was expected."""
    assert faults_of(tmp_path, OWN.replace(old, new)) == [f":{line}: scale.{fault}" if line else fault]


def test_a_scale_without_bands_is_none(tmp_path: Path) -> None:
    """There is nothing to say with it."""
    assert faults_of(tmp_path, OWN.partition("bands = ")[0]) == [
        ":2: scale.bands: found no band, expected one or more, in rising order"
    ]


def test_the_shipped_scales_are_not_taken_for_prior_sets() -> None:
    """They lie in a folder beside those of the scenarios."""
    from estimative.priors.catalog import shipped_prior_sets

    assert "scales" not in shipped_prior_sets()
    assert ICD203.bands[0].low == 0.01
