"""Files of every format read back, as the programs of their readers would."""

from __future__ import annotations

import re
import shutil
import subprocess
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from io import BytesIO, StringIO
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

from markdown_it import MarkdownIt
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject
from rich.console import Console

from estimative.reports.blocks import Document
from estimative.reports.formats import terminal

VOID = {"meta", "col", "wbr", "path", "use", "rect", "hr", "br", "input"}
"""HTML elements without an end tag; of a picture, those that close themselves."""
UNSEEN = re.compile(r"[\s\u200b\u00ad]")
"""Blanks, and the places where a line may end."""
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def squeezed(text: str) -> str:
    """A text without what the breaking of lines adds, and with two letters where one sign stands for them."""
    return UNSEEN.sub("", unicodedata.normalize("NFKC", text))


def on_terminal(document: Document, *, width: int = 80, colour: bool = False) -> str:
    """What a terminal is sent."""
    console = Console(
        file=StringIO(),
        width=width,
        force_terminal=colour,
        color_system="truecolor" if colour else None,
        highlight=False,
        markup=False,
        emoji=False,
    )
    terminal.show(document, console)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


@dataclass
class Element:
    """A start tag, and the text until its end."""

    tag: str
    attributes: dict[str, str]
    text: str = ""


@dataclass
class Page(HTMLParser):
    """The elements of an HTML page in order; each is closed where it should be."""

    elements: list[Element] = field(default_factory=list)
    open: list[Element] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        assert len(element.attributes) == len(attrs), "an attribute is given twice"
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data
        if not {"style", "head"} & {element.tag for element in self.open}:
            self.shown.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    @property
    def text(self) -> str:
        """What a reader sees."""
        return "".join(self.shown)

    def of(self, tag: str, **attributes: str) -> list[Element]:
        """Elements by tag and attributes; `class_` is the attribute `class`, `aria_label` is `aria-label`."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [e for e in self.elements if e.tag == tag and wanted.items() <= e.attributes.items()]

    @property
    def skeleton(self) -> list[tuple[str, tuple[str, ...]]]:
        """Elements with the names of their attributes, but for links and for what makes room for long words."""
        kept = [element for element in self.elements if element.tag not in {"a", "colgroup", "col", "wbr"}]
        return [(element.tag, tuple(sorted({*element.attributes} - {"class"}))) for element in kept]


def read_html(written: str) -> Page:
    """A page as a browser would take it apart."""
    page = Page()
    page.feed(written)
    page.close()
    assert not page.open
    return page


MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
PLAIN = {"text", "text_special", "softbreak", "strong_open", "strong_close"}


def markdown_skeleton(text: str) -> list[tuple[str, str, int]]:
    """The blocks of a Markdown text, and the markup inside them, without the words."""
    tokens = []
    for token in MARKDOWN.parse(text):
        tokens.append((token.type, token.tag, token.level))
        tokens += [(child.type, child.tag, child.level) for child in token.children or () if child.type not in PLAIN]
    return tokens


def markdown_texts(text: str) -> list[str]:
    """What a reader sees of each paragraph, heading, cell and block of code."""
    texts = []
    for token in MARKDOWN.parse(text):
        if token.type == "inline":
            texts.append("".join(child.content for child in token.children or () if child.type != "softbreak"))
        elif token.type in {"fence", "code_block"}:
            texts.append(token.content)
    return texts


@dataclass(frozen=True)
class Pdf:
    """A PDF read back."""

    written: bytes

    @cached_property
    def reader(self) -> PdfReader:
        """Its objects."""
        return PdfReader(BytesIO(self.written))

    @property
    def pages(self) -> list[str]:
        """The text of each page, squeezed."""
        return [squeezed(page.extract_text()) for page in self.reader.pages]

    @cached_property
    def text(self) -> str:
        """The text of all pages, squeezed; by Poppler where this machine has it, in a twentieth of the time."""
        if not shutil.which("pdftotext"):
            return "".join(self.pages)
        command = ["pdftotext", "-enc", "UTF-8", "-", "-"]
        read = subprocess.run(command, input=self.written, capture_output=True, check=True)
        return squeezed(read.stdout.decode())

    @property
    def objects(self) -> Iterator[DictionaryObject]:
        """Every dictionary of the file, once."""
        return _dictionaries(self.reader.trailer["/Root"], set())

    @property
    def tags(self) -> list[DictionaryObject]:
        """The structure that a screen reader goes by."""
        root = self.reader.trailer["/Root"]["/StructTreeRoot"]["/K"]
        return [entry for entry in _dictionaries(root, set()) if "/S" in entry]

    @property
    def kinds(self) -> Counter[str]:
        """How many elements of each kind the structure has."""
        return Counter(str(tag["/S"]) for tag in self.tags)


def read_pdf(written: bytes) -> Pdf:
    """A PDF, to be read."""
    return Pdf(written)


def _dictionaries(start: Any, seen: set[int]) -> Iterator[DictionaryObject]:
    if isinstance(start, IndirectObject):
        if start.idnum in seen:
            return
        seen.add(start.idnum)
    thing = start.get_object()
    if isinstance(thing, DictionaryObject):
        yield thing
    for below in thing.values() if isinstance(thing, dict) else thing if isinstance(thing, list) else ():
        yield from _dictionaries(below, seen)


@dataclass(frozen=True)
class Workbook:
    """An Excel file, read without a library for it."""

    parts: dict[str, bytes]

    @property
    def names(self) -> list[str]:
        """The names of its sheets."""
        book = ElementTree.fromstring(self.parts["xl/workbook.xml"])
        return [sheet.attrib["name"] for sheet in book.iter(f"{MAIN}sheet")]

    def sheet(self, number: int) -> ElementTree.Element:
        """The XML of a sheet, counted from 1."""
        return ElementTree.fromstring(self.parts[f"xl/worksheets/sheet{number}.xml"])

    def cells(self, number: int) -> dict[str, tuple[str, str]]:
        """By place ("B2"): the type of a cell ("s" text, "n" number, "b" truth, "f" formula) and its value."""
        return {cell.attrib["r"]: self._cell(cell) for cell in self.sheet(number).iter(f"{MAIN}c")}

    def _cell(self, cell: ElementTree.Element) -> tuple[str, str]:
        if cell.find(f"{MAIN}f") is not None:
            return "f", ""
        kind, value = cell.attrib.get("t", "n"), cell.findtext(f"{MAIN}v") or ""
        return (kind, self._texts[int(value)]) if kind == "s" else (kind, value)

    @property
    def _texts(self) -> list[str]:
        shared = ElementTree.fromstring(self.parts["xl/sharedStrings.xml"])
        return ["".join(text.text or "" for text in entry.iter(f"{MAIN}t")) for entry in shared.iter(f"{MAIN}si")]


def read_xlsx(written: bytes) -> Workbook:
    """An Excel file, unpacked."""
    with ZipFile(BytesIO(written)) as file:
        return Workbook({name: file.read(name) for name in file.namelist()})
