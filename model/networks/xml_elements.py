"""XML as elements with their lines. No entity is expanded, and nothing outside of the text is read."""

from __future__ import annotations

from collections.abc import Iterator
from xml.parsers import expat

from msgspec import Struct, field

from estimative.priors.errors import InvalidInput, invalid

DEEPEST = 50
"""Levels of elements inside each other."""


class Element(Struct, kw_only=True):
    """An element with what is inside it."""

    tag: str
    attributes: dict[str, str]
    line: int
    children: list[Element] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its own text, without white space around it."""
        return "".join(self.pieces).strip()

    def all(self, tag: str) -> list[Element]:
        """The elements of a tag directly inside it; capitals do not matter."""
        return [child for child in self.children if child.tag.lower() == tag.lower()]

    def first(self, tag: str) -> Element | None:
        return next(iter(self.all(tag)), None)

    def inside(self, tag: str) -> str:
        """The text of the first element of a tag; nothing where there is none."""
        found = self.first(tag)
        return found.text if found else ""

    def descendants(self) -> Iterator[Element]:
        for child in self.children:
            yield child
            yield from child.descendants()


def parse(text: str, file: str) -> Element:
    """Return the outermost element.

    Raises
    ------
    InvalidInput
        If the text is not XML, or declares entities.
    """
    parser = expat.ParserCreate()
    top = Element(tag="", attributes={}, line=1)
    open_elements = [top]

    def start(tag: str, attributes: dict[str, str]) -> None:
        element = Element(tag=tag, attributes=attributes, line=parser.CurrentLineNumber)
        if len(open_elements) > DEEPEST:
            raise _invalid("the elements are nested too deeply", element.line)
        open_elements[-1].children.append(element)
        open_elements.append(element)

    def data(piece: str) -> None:
        open_elements[-1].pieces.append(piece)

    def entity(*_: object) -> None:
        raise _invalid("the file declares an entity, which could stand for anything", parser.CurrentLineNumber)

    def _invalid(message: str, line: int) -> InvalidInput:
        return invalid(message, code="bad-syntax", file=file, line=line)

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: open_elements.pop()
    parser.CharacterDataHandler = data
    parser.EntityDeclHandler = entity
    try:
        parser.Parse(text.encode(), True)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        cut_off = "The file may be cut off." if error.code in CUT_OFF else ""
        message = "the file ends before its last element is closed" if cut_off else f"this is not XML: {reason}"
        raise invalid(message, code="bad-syntax", file=file, line=error.lineno, suggestion=cut_off) from error
    return top.children[0]


CUT_OFF = {
    expat.errors.codes[message]
    for message in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
}
"""What expat says of a file that ends too early."""


def escaped(text: str) -> str:
    """Return text that can stand in an element or in an attribute."""
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(sign, entity)
    return "".join(c for c in text if c.isprintable())
