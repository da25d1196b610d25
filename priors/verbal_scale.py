"""Words of estimative probability: scales of words, the numbers they stand for, and the files they are read from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Literal

from msgspec import Struct

from estimative.priors.catalog import SCALES as FOLDER
from estimative.priors.catalog import looks_like_path
from estimative.priors.errors import InvalidInput, Place, unknown_name
from estimative.priors.frozen import FrozenDict
from estimative.priors.toml_document import TomlFile
from estimative.priors.toml_table import Table
from estimative.priors.word_bands import WordBands, check_words, read_words


class Band(Struct, frozen=True, kw_only=True):
    """A range of probability and the words for it, the preferred one first."""

    words: tuple[str, ...]
    low: float
    high: float

    def distance(self, probability: float) -> float:
        """Return how far a probability is outside the band, 0 inside it."""
        # Rounded, because in floats 0.075 - 0.05 is not 0.1 - 0.075.
        return round(max(self.low - probability, probability - self.high, 0.0), 12)


class Phrase(Struct, frozen=True, kw_only=True):
    """The words of a scale for one probability."""

    text: str
    """A word of the scale, or "below 1%" and the like where the scale has none."""
    fit: Literal["in", "nearest", "outside"]
    """Whether the probability is in the word's band, in a gap next to it, or beyond the scale."""

    def __str__(self) -> str:
        return f"{self.text} (nearest band)" if self.fit == "nearest" else self.text


class Scale(WordBands[Band], Struct, frozen=True, kw_only=True):
    """A published list of words and the probabilities that they mean."""

    id: str
    title: str
    source: str
    bands: tuple[Band, ...]
    """In rising order, without overlap; there may be gaps."""
    rule: str
    """The word of a probability at the threshold of a band, or in none: one sentence for the reader of a report."""

    def word(self, probability: float) -> Phrase:
        """Return the word for a probability.

        Bands are half-open, the lower end included; an upper end that no other band starts at belongs to its band too.
        A rounding error outside [0, 1] is accepted; anything further out is a ValueError.
        """
        if not -1e-9 <= probability <= 1 + 1e-9:
            raise ValueError(f"{probability} is not a probability")
        # Sums of probabilities can exceed 1 by rounding errors.
        clamped = min(max(probability, 0.0), 1.0)
        if clamped < self.bands[0].low:
            return Phrase(text=f"below {100 * self.bands[0].low:g}%", fit="outside")
        if clamped > self.bands[-1].high:
            return Phrase(text=f"above {100 * self.bands[-1].high:g}%", fit="outside")
        # At a threshold of two bands the upper one; in the middle of a gap the lower (`min` keeps the first of equals).
        band = min(self.bands, key=lambda band: (band.distance(clamped), band.high == clamped))
        return Phrase(text=band.words[0], fit="nearest" if band.distance(clamped) else "in")


def read_scale(path: Path) -> Scale:
    """Read the scale in a file.

    Raises
    ------
    InvalidInput
        With every error in the file.
    """
    table = Table.of(TomlFile.read(path))
    head = table.table("scale")
    if "scale" not in table:
        allowed = "a table [scale] with id, title, source, rule and bands"
        table.error(code="missing-table", message="the table [scale] is missing", allowed=allowed)
        table.raise_issues()
    head.check_name("id", name := head.text("id"))
    scale = Scale(
        id=name,
        title=head.text("title"),
        source=head.text("source"),
        bands=tuple(_bands(head)),
        rule=head.text("rule"),
    )
    head.no_more()
    table.no_more()
    _check_order(head, scale.bands)
    table.raise_issues()
    return scale


def _bands(head: Table) -> Iterator[Band]:
    for entry in head.tables("bands"):
        words = read_words(entry)
        low, high = (entry.number(end, low=0, high=1) for end in ("low", "high"))
        entry.no_more()
        yield Band(words=words, low=low, high=high)


def _check_order(head: Table, bands: tuple[Band, ...]) -> None:
    """Add the errors that would give a probability two words, or a word two bands."""
    if not bands and not head.issues:
        head.mismatch("bands", value=None, allowed="one or more bands, in rising order")
    for index, band in enumerate(bands):
        if band.low >= band.high:
            message = f"the low end, {band.low:g}, is not below the high end, {band.high:g}"
            head.error("bands", index, code="out-of-range", message=message)
    for index, (lower, upper) in enumerate(pairwise(bands), start=1):
        if upper.low < lower.high:
            message = f"{upper.low:g} is within the band before, which ends at {lower.high:g}"
            head.error("bands", index, "low", code="out-of-range", message=message, allowed=f"at least {lower.high:g}")
    check_words(head, [word for band in bands for word in band.words])


def find_scale(name_or_path: str) -> Scale:
    """Return a shipped scale by its id, or the one in a file.

    Raises
    ------
    InvalidInput
        If it is neither, or with the errors in the file.
    """
    if name_or_path in SCALES:
        return SCALES[name_or_path]
    if looks_like_path(name_or_path) or Path(name_or_path).is_file():
        return read_scale(Path(name_or_path))
    what = "a path, nor the name of a shipped scale of words"
    raise InvalidInput([unknown_name(Place(), name_or_path, SCALES, what)])


SCALES: Mapping[str, Scale] = FrozenDict({scale.id: scale for scale in map(read_scale, sorted(FOLDER.glob("*.toml")))})
"""Every shipped scale by its id; a new one is a new file in the folder."""
ICD203, PHIA = SCALES["icd203"], SCALES["phia"]
