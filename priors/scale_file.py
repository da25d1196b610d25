"""Scales of words as files: those that come with the package, and a user's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

from estimative.priors.catalog import SCALES as FOLDER
from estimative.priors.catalog import looks_like_path
from estimative.priors.errors import InvalidInput, Issue, listed, nearest
from estimative.priors.frozen import FrozenDict
from estimative.priors.toml_document import TomlFile
from estimative.priors.toml_table import A_NAME, NAME, Table, shown
from estimative.priors.verbal_scale import Band, Scale


def read_scale(path: Path) -> Scale:
    """The scale in a file.

    Raises
    ------
    Faulty
        With every fault found.
    """
    table = Table.of(TomlFile.read(path))
    head = table.table("scale")
    if "scale" not in table:
        table.fault(found="no [scale]", expected="[scale] with id, title, source, rule and bands")
        table.stop_if_faulty()
    scale = Scale(
        id=_id(head),
        title=head.text("title"),
        source=head.text("source"),
        bands=tuple(_bands(head)),
        rule=head.text("rule"),
    )
    head.no_more()
    table.no_more()
    _check_order(head, scale.bands)
    table.stop_if_faulty()
    return scale


def _id(head: Table) -> str:
    name = head.text("id")
    if name and not NAME.fullmatch(name):
        head.fault("id", found=shown(name), expected=A_NAME)
    return name


def _bands(head: Table) -> Iterator[Band]:
    for entry in head.tables("bands"):
        words = tuple(" ".join(word.lower().split()) for word in entry.texts("words"))
        if not all(words) or not words:
            entry.fault("words", found=shown(entry.value("words")), expected="a list of words, the preferred one first")
        low, high = (entry.number(end, low=0, high=1) for end in ("low", "high"))
        entry.no_more()
        yield Band(words=words, low=low, high=high)


def _check_order(head: Table, bands: tuple[Band, ...]) -> None:
    """Note what would leave a probability with two words, or a word with two bands."""
    if not bands and not head.issues:
        head.fault("bands", found="no band", expected="one or more, in rising order")
    for index, band in enumerate(bands):
        if band.low >= band.high:
            head.fault("bands", index, found=f"{band.low:g} to {band.high:g}", expected="a low end below the high one")
    for index, (lower, upper) in enumerate(pairwise(bands), start=1):
        if upper.low < lower.high:
            found = f"a start at {upper.low:g}, within the band before"
            head.fault("bands", index, "low", found=found, expected=f"at least {lower.high:g}")
    words = [word for band in bands for word in band.words]
    for word in dict.fromkeys(word for word in words if words.count(word) > 1):
        head.fault("bands", found=f"{shown(word)} twice", expected="each word in one band")


def find_scale(name_or_path: str) -> Scale:
    """A shipped scale by its id, or the one in a file.

    Raises
    ------
    Faulty
        If it is neither, or with the faults of the file.
    """
    if name_or_path in SCALES:
        return SCALES[name_or_path]
    if looks_like_path(name_or_path) or Path(name_or_path).is_file():
        return read_scale(Path(name_or_path))
    expected = f"a path, or a shipped scale of words: {listed(tuple(SCALES))}"
    near = nearest(name_or_path, SCALES)
    raise InvalidInput([Issue(file=name_or_path, found="no such scale", expected=expected, nearest=near)])


SCALES: Mapping[str, Scale] = FrozenDict({scale.id: scale for scale in map(read_scale, sorted(FOLDER.glob("*.toml")))})
"""Every shipped scale by its id; to add one is to add a file."""
ICD203, PHIA = SCALES["icd203"], SCALES["phia"]
