"""Scales of words as files."""

from __future__ import annotations

from pathlib import Path

import pytest

from estimative.priors.catalog import shipped_prior_sets
from estimative.priors.errors import InvalidInput
from estimative.priors.verbal_scale import ICD203, SCALES, find_scale, read_scale

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


def errors_of(folder: Path, text: str) -> list[str]:
    """The errors of a scale, without the name of the file."""
    with pytest.raises(InvalidInput) as caught:
        read_scale(written(folder, text))
    return [str(issue).partition("own.toml")[2] for issue in caught.value.issues]


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


def test_a_misspelt_scale_is_an_error_with_the_nearest() -> None:
    """What is neither a file nor a shipped scale is an error that names the nearest shipped one."""
    with pytest.raises(InvalidInput) as caught:
        find_scale("icd230")
    [issue] = caught.value.issues
    assert (issue.code, issue.allowed, issue.suggestion) == ("unknown-name", ("icd203", "phia"), "icd203")


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("low = 0.3", "low = 0.1",
         "line 9, scale.bands.1.low: 0.1 is within the band before, which ends at 0.2. Allowed: at least 0.2."),
        ("high = 0.7", "high = 0.3", "line 9, scale.bands.1: the low end, 0.3, is not below the high end, 0.3."),
        ("high = 1.0", "high = 1.2", "line 10, scale.bands.2.high: 1.2 is not a number between 0 and 1."),
        ('["surely"]', '["Perhaps"]', 'line 7, scale.bands: "perhaps" is there twice.'),
        ('["surely"]', "[]", "line 10, scale.bands.2.words: [] is not a list of words, the preferred one first."),
        ('["surely"]', '["surely"], colour = 1',
         'line 10, scale.bands.2.colour: "colour" is not a key of this table. Allowed: high, low, words.'),
        ('id = "three"', 'id = "-3"',
         'line 3, scale.id: "-3" is not a name: a letter or digit, then letters, digits, _ or -, at most 64.'),
        ('rule = "Whatever lies between two bands takes the nearest."', "",
         'line 2, scale.rule: "rule" is missing. Allowed: a text.'),
    ],
)  # fmt: skip
def test_each_mistake_is_one_error(tmp_path: Path, old: str, new: str, error: str) -> None:
    """A mistake in a scale is one error, with its line and key."""
    assert errors_of(tmp_path, OWN.replace(old, new)) == [f", {error}"]


def test_a_file_without_a_scale(tmp_path: Path) -> None:
    """A file without the table of a scale, or without a band, is an error of its own."""
    [error] = errors_of(tmp_path, OWN.replace("[scale]", "[words]"))
    assert error.startswith(": the table [scale] is missing.")
    [error] = errors_of(tmp_path, OWN.partition("bands = ")[0])
    assert error == ', line 2, scale.bands: "bands" is missing. Allowed: one or more bands, in rising order.'


def test_the_shipped_scales_are_not_prior_sets() -> None:
    """The folder of the scales is not one of prior sets."""
    assert "scales" not in shipped_prior_sets()
    assert ICD203.bands[0].low == 0.01
