"""Text in a picture: which characters may stand there, how wide they are, where a line breaks."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from functools import cache

from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import FT2Font, LoadFlags

from estimative.priors.toml_table import ascii_safe
from estimative.reports.figures.style import FAMILY, Lettering

WIDEST = 1.3
"""Ems that a character takes which the font has not: a reader's own font will set it."""
SPARE = range(0x2500, 0x3000)
"""Boxes, shapes, dots: a figure has hardly any of its own."""
UNKNOWN = "\u25a1"
BREAK = re.compile(r"(?<=\S) (?!%)")
"""Where a line may end: not between a number and its per cent."""


def plain(text: str) -> str:
    """Text on one line, with whatever could steer a reader's program shown as its escape."""
    return ascii_safe(" ".join(text.split()))


def minus(number: str) -> str:
    """A number with the sign that is read and drawn as one, where a keyboard's hyphen stood."""
    return number.replace("-", "\u2212")


def brief(number: str) -> str:
    """A number in words, as short as a picture needs it: "< 0.1" for less than that."""
    return number.replace("less than ", "< ")


def width_of(text: str, lettering: Lettering) -> float:
    """In units; letters are not drawn nearer to each other for what stands beside them."""
    return lettering.size * sum(_ems(character, lettering.weight) for character in text)


@cache
def _ems(character: str, weight: int) -> float:
    """How far it takes the pen."""
    if ord(character) not in _known():
        return WIDEST
    font = _font(weight)
    return float(font.load_char(ord(character), LoadFlags.NO_SCALE).horiAdvance) / font.units_per_EM


def wrapped(text: str, width: float, lettering: Lettering, *, most: int = 99) -> tuple[str, ...]:
    """Lines of at most such a width, the last of the most cut short where there is more to say."""
    lines: list[str] = []
    rest = plain(text)
    while rest and len(lines) < most - 1:
        line, rest = _broken(rest, width, lettering)
        lines.append(line)
    return (*lines, cut(rest, width, lettering)) if rest else tuple(lines)


def balanced(text: str, width: float, lettering: Lettering, *, most: int = 99) -> tuple[str, ...]:
    """As few lines as there can be, of about the same length."""
    lines, narrower = wrapped(text, width, lettering, most=most), 0.95 * width
    if 1 < len(wrapped(text, narrower, lettering, most=most + 1)) <= len(lines):
        return balanced(text, narrower, lettering, most=most)
    return lines


def cut(text: str, width: float, lettering: Lettering) -> str:
    """One line of at most such a width."""
    whole = plain(text)
    if width_of(whole, lettering) <= width:
        return whole
    return whole[: _fitting(whole, width - width_of("…", lettering), lettering)].rstrip() + "…"


def _broken(text: str, width: float, lettering: Lettering) -> tuple[str, str]:
    """The first line and the rest; a word that is too long for any line is broken."""
    end = _fitting(text, width, lettering)
    if end == len(text):
        return text, ""
    spaces = [found.start() for found in BREAK.finditer(text, 0, end + 2) if found.start() <= end]
    end = spaces[-1] if spaces else max(end, 1)
    return text[:end].rstrip(), text[end:].lstrip()


def _fitting(text: str, width: float, lettering: Lettering) -> int:
    """How many of the first characters fit."""
    lengths = range(len(text) + 1)
    return max(bisect_right(lengths, width, key=lambda end: width_of(text[:end], lettering)) - 1, 0)


def stand_ins(texts: Iterable[str]) -> dict[int, int]:
    """For each character that the font has not one that it has and that no text has, by code point.

    The drawing library would warn of each, and the reader's program may well have it: so that text is drawn with
    stand-ins, which are then put back.
    """
    used = {ord(character) for text in texts for character in text}
    missing = sorted(used - _known())
    spare = sorted((_known() & set(SPARE)) - used - {ord(UNKNOWN)})
    return {code: spare[place] if place < len(spare) else ord(UNKNOWN) for place, code in enumerate(missing)}


@cache
def _known() -> frozenset[int]:
    """The characters that the font has in both weights."""
    return frozenset(_font(400).get_charmap()) & frozenset(_font(700).get_charmap())


def _font(weight: int) -> FT2Font:
    return get_font(findfont(FontProperties(family=FAMILY, weight=weight)))
