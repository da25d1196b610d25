"""Words for likelihoods: scales of words, the ratios they stand for, and the files they are read from."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from estimative.priors.catalog import RATIO_SCALES as FOLDER
from estimative.priors.frozen import FrozenDict
from estimative.priors.toml_document import TomlFile
from estimative.priors.toml_table import Table
from estimative.priors.word_bands import WordBands, check_words, read_words

LIKELIHOOD, RATIO = "relative likelihood", "likelihood ratio"
"""What the words of a scale can stand for: a likelihood under one of several states, or the ratio of two."""


class RatioBand(Struct, frozen=True, kw_only=True):
    """A range of ratios and the words for it, the preferred one first."""

    words: tuple[str, ...]
    low: float
    """5% quantile of what the words mean."""
    high: float
    """95% quantile."""
    inconsistent: int = 0
    """How much it adds to the count of inconsistencies of the analysis of competing hypotheses."""

    @property
    def median(self) -> float:
        """Of the lognormal distribution with these quantiles."""
        return math.sqrt(self.low * self.high)


class RatioScale(WordBands[RatioBand], Struct, frozen=True, kw_only=True):
    """A list of words and the ratios that they mean."""

    id: str
    title: str
    source: str
    rule: str
    """How the numbers are meant, and which of them are a convention: for the reader of a report."""
    states: str
    """What its words can state: LIKELIHOOD or RATIO."""
    bands: tuple[RatioBand, ...]


def read_ratio_scale(path: Path) -> RatioScale:
    """Read the scale in a file.

    Raises
    ------
    InvalidInput
        With every error in the file.
    """
    table = Table.of(TomlFile.read(path))
    head = table.table("scale")
    head.check_name("id", name := head.text("id"))
    scale = RatioScale(
        id=name,
        title=head.text("title"),
        source=head.text("source"),
        rule=head.text("rule"),
        states=head.choice("states", (LIKELIHOOD, RATIO)),
        bands=tuple(_bands(head)),
    )
    head.no_more()
    table.no_more()
    check_words(head, scale.words)
    table.raise_issues()
    return scale


def _bands(head: Table) -> Iterator[RatioBand]:
    for index, entry in enumerate(head.tables("bands")):
        words = read_words(entry)
        low, high = (entry.number(end, low=0, open_ends=True) for end in ("low", "high"))
        counted = entry.integer("inconsistent") if "inconsistent" in entry else 0
        entry.no_more()
        if low >= high:
            message = f"the low end, {low:g}, is not below the high end, {high:g}"
            head.error("bands", index, code="out-of-range", message=message)
        yield RatioBand(words=words, low=low, high=high, inconsistent=counted)


RATIO_SCALES: Mapping[str, RatioScale] = FrozenDict(
    {scale.id: scale for scale in map(read_ratio_scale, sorted(FOLDER.glob("*.toml")))}
)
"""Every shipped scale by its id; a new one is a new file in the folder."""
ACH, ENFSI = RATIO_SCALES["ach"], RATIO_SCALES["enfsi"]


def scales_of(term: str) -> tuple[RatioScale, ...]:
    """Return the shipped scales that have a word; if it is one alone, the word needs no mention of the scale."""
    return tuple(scale for scale in RATIO_SCALES.values() if scale.band(term))
