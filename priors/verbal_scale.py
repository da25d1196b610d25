"""Words of estimative probability, and both ways between a word and a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Band:
    """A stretch of probability and the words that stand for it, the preferred one first."""

    words: tuple[str, ...]
    low: float
    high: float

    def distance(self, probability: float) -> float:
        """How far a probability lies outside the band; rounded, since in floats 0.075 - 0.05 is not 0.1 - 0.075."""
        return round(max(self.low - probability, probability - self.high, 0.0), 12)


@dataclass(frozen=True, kw_only=True)
class Phrase:
    """What a scale has to say of one probability."""

    text: str
    """A word of the scale, or "below 1 %" and the like where the scale has none."""
    fit: Literal["in", "nearest", "outside"]
    """Whether the probability lies in the word's band, in a gap beside it, or beyond the whole scale."""

    def __str__(self) -> str:
        return f"{self.text} (nearest band)" if self.fit == "nearest" else self.text


@dataclass(frozen=True, kw_only=True)
class Scale:
    """A published list of words with the probabilities they stand for."""

    id: str
    title: str
    source: str
    bands: tuple[Band, ...]
    """In rising order, without overlap; they may touch or leave gaps."""
    rule: str
    """How a probability at the edge of a band, or in none, is worded: one sentence for the reader of a report."""

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(word for band in self.bands for word in band.words)

    def band(self, term: str) -> Band | None:
        """The band that a word stands for, however it is capitalised or spaced."""
        wanted = _folded(term)
        return next((band for band in self.bands if wanted in band.words), None)

    def spelling(self, term: str) -> str | None:
        """The word as the scale itself writes it, or None where it has no such word."""
        return _folded(term) if self.band(term) else None

    def word(self, probability: float) -> Phrase:
        """The word for a probability.

        Bands are half-open, the lower end included; an upper end that no other band starts at belongs to its band too.
        A rounding error outside [0, 1] is forgiven; anything further out is a ValueError.
        """
        if not -1e-9 <= probability <= 1 + 1e-9:
            raise ValueError(f"{probability} is no probability")
        clamped = min(max(probability, 0.0), 1.0)
        if clamped < self.bands[0].low:
            return Phrase(text=f"below {100 * self.bands[0].low:g} %", fit="outside")
        if clamped > self.bands[-1].high:
            return Phrase(text=f"above {100 * self.bands[-1].high:g} %", fit="outside")
        # Where two bands touch, the one that starts there; in mid-gap the lower (`min` keeps the first of equals).
        band = min(self.bands, key=lambda band: (band.distance(clamped), band.high == clamped))
        return Phrase(text=band.words[0], fit="nearest" if band.distance(clamped) else "in")


def _folded(term: str) -> str:
    return " ".join(term.lower().split())
