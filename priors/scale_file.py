"""Scales of words in files: the shipped ones, and a user's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

from estimative.priors.catalog import SCALES as FOLDER
from estimative.priors.catalog import looks_like_path
from estimative.priors.errors import InvalidInput, Place, quote, unknown_name
from estimative.priors.frozen import FrozenDict
from estimative.priors.toml_document import TomlFile
from estimative.priors.toml_table import Table
from estimative.priors.verbal_scale import Band, Scale


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
        words = tuple(" ".join(word.lower().split()) for word in entry.texts("words"))
        if not all(words) or not words:
            entry.mismatch("words", value=entry.value("words"), allowed="a list of words, the preferred one first")
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
    words = [word for band in bands for word in band.words]
    for word in dict.fromkeys(word for word in words if words.count(word) > 1):
        head.error("bands", code="duplicate-name", message=f"{quote(word)} is there twice", value=word)


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
