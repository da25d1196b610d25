"""What Word's format can and the library for it cannot: language, columns, page numbers, the same bytes each time."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length
from docx.text.paragraph import Paragraph
from docx.text.run import Run

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every part of the file: the same document is the same bytes."""
RULE = {"val": "single", "sz": "4", "color": "BBBBB2"}
UNDATED = ("dcterms:created", "dcterms:modified", "dc:description")
"""Properties of the library's empty document."""
AFTER_BORDERS = ("w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")
"""Properties of a table that the format wants after its borders."""


def element(name: str, values: Mapping[str, str] | None = None) -> Any:
    """An element of WordprocessingML with its attributes."""
    made = OxmlElement(f"w:{name}")
    for key, value in (values or {}).items():
        made.set(qn(f"w:{key}"), value)
    return made


def packed(file: Any) -> bytes:
    """The file as bytes, every part with the same time."""
    written, result = BytesIO(), BytesIO()
    file.save(written)
    with ZipFile(written) as source, ZipFile(result, "w") as target:
        for name in source.namelist():
            target.writestr(ZipInfo(name, EPOCH), source.read(name), ZIP_DEFLATED)
    return result.getvalue()


def set_language(file: Any, language: str) -> None:
    """Set the language of all text, as a BCP 47 tag."""
    [mark] = file.styles.element.xpath("w:docDefaults//w:lang")
    mark.set(qn("w:val"), language)


def set_properties(file: Any, *, title: str) -> None:
    """Set title and author; take away the date, the remark and the thumbnail of the library's empty document."""
    relations = file.part.package.rels
    for name in [name for name, entry in relations.items() if entry.reltype == RELATIONSHIP_TYPE.THUMBNAIL]:
        del relations[name]
    properties = file.core_properties
    properties.title, properties.author = title[:255], "estimative"
    for name in UNDATED:
        for entry in properties._element.findall(qn(name)):
            properties._element.remove(entry)


def set_font(style: Any, name: str) -> None:
    """Set a font, over the theme's."""
    style.font.name = name
    fonts = style.element.rPr.rFonts
    for key in [key for key in fonts.attrib if key.endswith(("Theme", "theme"))]:
        del fonts.attrib[key]


def join_section_break(file: Any) -> None:
    """Move the last section break into the paragraph before it: alone it would take a line of its own."""
    alone = file.element.body[-2]
    before = alone.getprevious()
    if before is not None and before.tag == qn("w:p") and not before.xpath("w:pPr/w:sectPr"):
        before.get_or_add_pPr().append(alone.pPr.sectPr)
        file.element.body.remove(alone)


def set_columns(file: Any, count: int, gutter: Length) -> None:
    """Set the last section in so many columns."""
    [columns] = file.sections[-1]._sectPr.xpath("w:cols")
    columns.set(qn("w:num"), str(count))
    columns.set(qn("w:space"), str(gutter.twips))


def first_paragraph(file: Any, place: int) -> Paragraph:
    """The paragraph at a place of the body; a new one before it if a table is there."""
    body = file.element.body
    if body[place].tag != qn("w:p"):
        body.insert(place, element("p"))
    return Paragraph(body[place], file._body)


def first_run(paragraph: Paragraph) -> Run:
    """A new run at the start of a paragraph."""
    run = element("r")
    paragraph._p.insert(1 if paragraph._p.pPr is not None else 0, run)
    return Run(run, paragraph)


def add_page_number(paragraph: Any) -> None:
    """Add the number of the page, and of how many, at the right."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for text, code in (("", "PAGE"), (" / ", "NUMPAGES")):
        paragraph.add_run(text)
        field = element("fldSimple", {"instr": code})
        run = element("r")
        run.append(OxmlElement("w:t"))
        field.append(run)
        paragraph._p.append(field)


def rule(grid: Any) -> None:
    """Draw a thin line under every row of a table."""
    borders = element("tblBorders")
    for edge in ("top", "bottom", "insideH"):
        borders.append(element(edge, RULE))
    properties = grid._tbl.tblPr
    following = [child for child in properties if child.tag in map(qn, AFTER_BORDERS)]
    properties.insert(properties.index(following[0]) if following else len(properties), borders)


def repeat_header(row: Any) -> None:
    """Repeat a row at the top of every page of its table."""
    row._tr.get_or_add_trPr().append(element("tblHeader", {"val": "true"}))


def keep_together(row: Any) -> None:
    """Keep a row on one page."""
    row._tr.get_or_add_trPr().append(element("cantSplit"))


def describe(shape: Any, text: str) -> None:
    """Set the alternative text of a picture, and no distance to its text, which some programs else take as given."""
    shape._inline.docPr.set("descr", text)
    for side in ("distT", "distB", "distL", "distR"):
        shape._inline.set(side, "0")
