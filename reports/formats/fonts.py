"""The fonts of a PDF: its own, and for letters that they lack those of the machine."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from unicodedata import category

from msgspec import Struct

from estimative.priors.errors import invalid, quote

FACES = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
"""Of the drawing library; where the other fonts of a page lack a character, these stand in."""


class Fonts(Struct, frozen=True, kw_only=True):
    """What a document is printed with."""

    glyphs: frozenset[int]
    """Code points that can be printed, in every weight where they are in a font of the program's own."""
    families: tuple[str, ...] = ()
    """Of the machine's fonts, in the order in which they stand in."""
    folders: tuple[Path, ...] = ()
    """Where these are."""

    def replaced(self, text: str, substitute: str = "") -> str:
        """Text with the escape of every character that the fonts lack, or with a substitute for it."""
        if text.isascii():
            return text
        return "".join(c if c.isascii() or ord(c) in self.glyphs else substitute or _escape(c) for c in text)

    def for_typesetter(self) -> Any:
        """The typesetter's own fonts, those of the drawing library, and the chosen ones."""
        return _loaded(tuple(map(str, (_own_folder(), *self.folders))))


def fonts_for(text: str) -> Fonts:
    """The fonts for a document with these characters; the machine's are asked for letters that the others lack.

    Raises
    ------
    InvalidInput
        If no font has a letter of it. Other signs are printed as escapes.
    """
    own = _own_glyphs()
    lacking = {ord(c) for c in set(text) if ord(c) not in own and category(c).startswith("L")}
    found: list[_Family] = []
    while lacking and (best := max(_families(), key=lambda family: len(lacking & family.glyphs), default=None)):
        if not lacking & best.glyphs:
            break
        found.append(best)
        lacking -= best.glyphs
    if lacking:
        letters = "".join(map(chr, sorted(lacking)))
        message = f"no font on this computer has all letters of the document: {quote(letters)}"
        fix = "Install one that has them, such as Noto Sans CJK, or write the document as .html or .docx."
        raise invalid(message, code="missing-font", suggestion=fix)
    return Fonts(
        glyphs=own.union(*(family.glyphs for family in found)),
        families=tuple(family.name for family in found),
        folders=tuple(folder for family in found for folder in family.folders),
    )


class _Family(Struct, frozen=True, kw_only=True):
    """Fonts of the machine that belong together."""

    name: str
    folders: tuple[Path, ...]
    glyphs: frozenset[int]
    """Code points that they have in every weight: the typesetter takes the nearest weight, and looks no further."""


@cache
def _families() -> tuple[_Family, ...]:
    from typst import Fonts as Loaded

    files: dict[str, set[Path]] = defaultdict(set)
    for font in Loaded(include_system_fonts=True, include_embedded_fonts=False).fonts():
        # A font of last resort has a box for every character.
        if font.path and font.style == "normal" and not re.match("Last ?Resort|\\.", font.family):
            files[font.family].add(Path(font.path))
    return tuple(_family(name, sorted(paths)) for name, paths in sorted(files.items()))


def _family(name: str, paths: Sequence[Path]) -> _Family:
    folders = tuple(dict.fromkeys(path.parent for path in paths))
    return _Family(name=name, folders=folders, glyphs=frozenset.intersection(*map(_glyphs, paths)))


def _glyphs(path: Path) -> frozenset[int]:
    """The code points of a font file; none of one that cannot be read."""
    from matplotlib.ft2font import FT2Font

    try:
        return frozenset(FT2Font(str(path)).get_charmap())
    except (OSError, RuntimeError):
        return frozenset()


@cache
def _own_glyphs() -> frozenset[int]:
    """Code points that the fonts have in every weight."""
    return frozenset.intersection(*(_glyphs(_own_folder() / face) for face in FACES))


@cache
def _loaded(folders: tuple[str, ...]) -> Any:
    """None of the machine's fonts but those in these folders: the same text is the same page elsewhere."""
    from typst import Fonts as Loaded

    return Loaded(include_system_fonts=False, font_paths=list(folders))


def _own_folder() -> Path:
    """The folder of the drawing library's fonts, located without loading it."""
    library = find_spec("matplotlib")
    assert library
    assert library.origin
    return Path(library.origin).parent / "mpl-data" / "fonts" / "ttf"


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode()
