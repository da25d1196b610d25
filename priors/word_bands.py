"""What scales of words have in common: bands with words, however these are capitalised or spaced."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from estimative.priors.errors import quote
from estimative.priors.toml_table import Table


class WithWords(Protocol):
    """A band of a scale."""

    @property
    def words(self) -> tuple[str, ...]:
        """The preferred one first."""
        ...


class WordBands[Band: WithWords]:
    """A scale, as far as its words are concerned."""

    bands: tuple[Band, ...]

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(word for band in self.bands for word in band.words)

    def band(self, term: str) -> Band | None:
        """Return the band of a word, however it is capitalised or spaced."""
        wanted = _folded(term)
        return next((band for band in self.bands if wanted in band.words), None)

    def spelling(self, term: str) -> str | None:
        """Return the word as the scale writes it, or None if it has no such word."""
        return _folded(term) if self.band(term) else None


def read_words(entry: Table) -> tuple[str, ...]:
    """Read the words of a band."""
    words = tuple(map(_folded, entry.texts("words")))
    if not all(words) or not words:
        entry.mismatch("words", value=entry.value("words"), allowed="a list of words, the preferred one first")
    return words


def check_words(head: Table, words: Sequence[str]) -> None:
    """Add an error for each word that stands for two bands."""
    for word in dict.fromkeys(word for word in words if words.count(word) > 1):
        head.error("bands", code="duplicate-name", message=f"{quote(word)} is there twice", value=word)


def _folded(term: str) -> str:
    return " ".join(term.lower().split())
