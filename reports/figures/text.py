"""Text in a figure: which characters may stand there, how wide they are, where a line breaks."""

from __future__ import annotations

from bisect import bisect_right
from functools import cache
from typing import TYPE_CHECKING

from estimative.priors.errors import ascii_safe
from estimative.reports.figures.style import FAMILY, LABEL, Lettering

if TYPE_CHECKING:
    from matplotlib.ft2font import FT2Font

WIDEST = 1.3
"""Ems of a character that the font lacks: a reader's own font will set it."""


def plain(text: str) -> str:
    """Text on one line, with whatever could steer a reader's program shown as its escape."""
    return ascii_safe(" ".join(text.split()))


def minus(number: str) -> str:
    """A number with a minus sign in place of the hyphen."""
    return number.replace("-", "\u2212")


def text_width(text: str, lettering: Lettering = LABEL) -> float:
    """Width in units, without kerning."""
    return lettering.size * sum(_ems(character, lettering.weight) for character in text)


@cache
def _ems(character: str, weight: int) -> float:
    """How far a character takes the pen."""
    from matplotlib.ft2font import LoadFlags

    if ord(character) not in _known():
        return WIDEST
    font = _font(weight)
    return float(font.load_char(ord(character), LoadFlags.NO_SCALE).horiAdvance) / font.units_per_EM


def wrapped(text: str, width: float, lettering: Lettering = LABEL, *, lines: int = 99) -> tuple[str, ...]:
    """Lines of at most a width; the last is truncated where there is more text than lines."""
    done: list[str] = []
    rest = plain(text)
    while rest and len(done) < lines - 1:
        line, rest = _split(rest, width, lettering)
        done.append(line)
    return (*done, truncated(rest, width, lettering)) if rest else tuple(done)


def truncated(text: str, width: float, lettering: Lettering = LABEL) -> str:
    """One line of at most a width."""
    text = plain(text)
    if text_width(text, lettering) <= width:
        return text
    return text[: _fitting(text, width - text_width("\u2026", lettering), lettering)].rstrip() + "\u2026"


def _split(text: str, width: float, lettering: Lettering) -> tuple[str, str]:
    """The first line and the rest; a word that is too long for a line is broken."""
    end = _fitting(text, width, lettering)
    if end == len(text):
        return text, ""
    space = text.rfind(" ", 1, end + 1)
    end = space if space > 0 else max(end, 1)
    return text[:end].rstrip(), text[end:].lstrip()


def _fitting(text: str, width: float, lettering: Lettering) -> int:
    """How many of the first characters fit."""
    lengths = range(len(text) + 1)
    return max(bisect_right(lengths, width, key=lambda end: text_width(text[:end], lettering)) - 1, 0)


@cache
def _known() -> frozenset[int]:
    """The characters that the font has in both weights."""
    return frozenset(_font(400).get_charmap()) & frozenset(_font(700).get_charmap())


def _font(weight: int) -> FT2Font:
    from matplotlib.font_manager import FontProperties, findfont, get_font

    return get_font(findfont(FontProperties(family=FAMILY, weight=weight)))
