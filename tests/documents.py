"""Documents made by hand: every kind of block, every kind of text."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape

from estimative.reports.blocks import (
    Block,
    Caution,
    Code,
    Columns,
    Document,
    Figure,
    Heading,
    IntervalPlot,
    IntervalRow,
    Listing,
    Paragraph,
    Picture,
    Slider,
    Sliders,
    Stop,
    Table,
)
from estimative.reports.figures.style import NothingToPlot
from estimative.reports.sheets import Sheet

CAUTION = "These numbers come from a fit that did not converge. Do not rely on them."
PROSE = "Nobody has measured the cracks since the last inspection, and the divers who saw them disagree on their depth."


def png(width: int, height: int) -> bytes:
    """A grey picture in pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = (b"\x00" + b"\xc0" * width) * height
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """A picture of one text."""

    title: str
    description: str
    caption: str = "The line is the interval, the point the probability."
    caution: str = ""
    lettering: str = "Beside"
    """What is written in it."""

    def svg(self, *, narrow: bool = False, bare: bool = False) -> str:
        """A band with a text, in colours of the palette and with names that other pictures have, too."""
        width, height = (360, 120) if narrow else (600, 90)
        return (
            '<?xml version="1.0" encoding="utf-8"?>\n'
            f'<svg width="{width}pt" height="{height}pt" viewBox="0 0 {width} {height}" role="img" '
            'aria-labelledby="title-a desc-a" xmlns="http://www.w3.org/2000/svg">'
            f'<title id="title-a">A drawing</title><desc id="desc-a">{"bare" if bare else "complete"}</desc>'
            '<clipPath id="clip-a"><rect x="0" y="0" width="300" height="90"/></clipPath>'
            f'<rect x="0" y="0" width="{width}" height="{height}" style="fill: #ffffff"/>'
            '<g clip-path="url(#clip-a)"><text x="20" y="40" style="font: 15px \'DejaVu Sans\'; fill: #1a1a1a">'
            f"{escape(self.lettering)}</text></g></svg>"
        )

    def png(self, *, bare: bool = False) -> bytes:
        """Wider than high."""
        return png(600, 140 if bare else 200)


def drawing() -> Picture:
    """A picture."""
    return Drawing(
        title="The dam is more likely to leak than the bridge to close",
        description="The bridge is closed: 6.1%, from 1.2% to 14.9%. The dam leaks: 11.7%, from 4% to 23%.",
    )


def nothing() -> Picture:
    """A picture that cannot be drawn."""
    raise NothingToPlot("There is no number.")


PLOT = IntervalPlot(
    rows=(
        IntervalRow(label="The bridge is closed", point=0.0613, low=0.012, high=0.149, before=0.031),
        IntervalRow(label="The dam leaks", point=0.117, low=0.04, high=0.23),
    ),
    key="● after the evidence, ├─┤ its 90% credible interval, ○ before the evidence.",
)
RECORDS = Table(
    header=("Item", "Kind", "About", "What it says", "Source", "Origin", "Grade", "Weight"),
    rows=tuple(
        (f"inspection_report_{row}", "measurement", "domestic_constraints", PROSE, PROSE, "open-markets", "B2", "0.4")
        for row in range(3)
    ),
    text_columns=frozenset(range(8)),
)
"""More columns than a page is wide."""
OUTCOMES = Table(
    header=("Outcome", "Probability", "Prior"),
    rows=(("The bridge is closed", "6.1%", "3.1%"), ("The dam leaks", "11.7%", "8.0%")),
)


def wide_table(rows: int) -> Table:
    """One that has to be read across: short words, sentences, numbers."""
    return Table(
        header=("Quantity", "Stated", "Prior mean", "Because"),
        rows=tuple((f"effects.closing.rain_{row}", "5% to 95%: 2 to 8", "3.10", PROSE) for row in range(rows)),
        text_columns=frozenset({0, 1, 3}),
    )


def points(noun: str) -> Listing:
    """Three short points."""
    return Listing(points=tuple(f"{noun} {at}: 0.08% to 0.56%. The more, the more likely." for at in (1, 2, 3)))


SIDES = Columns(
    parts=(
        (Heading(text="What it depends on most", level=3), points("Depth of the cracks")),
        (Heading(text="What would change the judgement", level=3), points("A new inspection"), Paragraph(text=PROSE)),
    )
)
JUDGEMENT = "The bridge is closed to lorries by 31 December 2027: very unlikely (6.1%)."
EVERY: Document = (
    Heading(text="The bridge at Ashford", level=1),
    Paragraph(text="Will the county close the bridge to lorries?"),
    Heading(text="Key judgement"),
    Paragraph(text=JUDGEMENT, strong=True),
    Paragraph(text=PROSE),
    SIDES,
    Heading(text="Evidence"),
    Figure(name="outcomes", draw=drawing, instead=PLOT),
    Figure(name="nothing", draw=nothing),
    Heading(text="Every item", level=3),
    RECORDS,
    wide_table(40),
    Heading(text="Outcomes"),
    Figure(name="again", draw=drawing),
    OUTCOMES,
    Heading(text="Events and factors"),
    PLOT,
    Heading(text="Sources"),
    Listing(points=("Report of a dive. https://example.org/a_b?c=d&e.", "Inspection of bridges.")),
    Code(lines=("estimative fit --scenario bridge.toml --seed 1", f"estimative report {'ab12' * 30} --format md")),
)
"""Every kind of block; the tables of every width, on several pages."""
SHORT: Document = (
    Heading(text="The bridge at Ashford", level=1),
    Paragraph(text="Will the county close the bridge to lorries?"),
    Heading(text="Key judgement"),
    Paragraph(text=JUDGEMENT, strong=True),
    SIDES,
    Figure(name="outcomes", draw=drawing, instead=PLOT),
    Heading(text="Outcomes"),
    OUTCOMES,
    PLOT,
    Listing(points=("Report of a dive. https://example.org/a_b?c=d&e.", "Inspection_of *bridges*.")),
    Code(lines=("estimative fit --scenario bridge.toml --seed 1",)),
)
"""Every kind of block on a page or two, for reading."""
BRIEF: Document = (
    Heading(text="Will the county close the bridge at Ashford to lorries before the end of the year 2027?", level=1),
    Paragraph(text=f"{PROSE} As of 1 November 2026, until 31 December 2027. Prior set: engineer (A. Example)."),
    Heading(text="Key judgement"),
    Paragraph(text=JUDGEMENT, strong=True),
    Paragraph(text=f"90% credible interval, given the uncertainty in the inputs: 1.2% to 14.9%. {PROSE}"),
    Figure(name="scale", draw=drawing, instead=PLOT),
    Paragraph(text=f"Analytic confidence: moderate. {PROSE}"),
    Columns(
        parts=tuple(
            (
                Heading(text=f"{title} most", level=3),
                Listing(points=(f"{PROSE}", f"The {title}: 0.08% to 0.56%. {PROSE}", PROSE)),
                Heading(text=f"{title} next", level=3),
                Listing(points=(PROSE, f"{PROSE} {PROSE}", PROSE)),
            )
            for title in ("What matters", "What would change it")
        )
    ),
    Heading(text="Who disagrees"),
    Listing(points=tuple(f"Analyst {at}: 8.0%, very unlikely. {PROSE}" for at in range(3))),
    Paragraph(text=f"Change: the assessment of 1 May 2026 gave 4.2%. {PROSE}"),
)
"""As much as a page holds in the compact look."""
SHEET = Sheet(
    name="outcomes",
    columns=("outcome", "title", "probability", "certain", "conditional"),
    rows=(("closed", "The bridge is closed", 0.0613, False, None), ("leak", "=The dam leaks", -1.5e-07, True, 3)),
)


def sliding(text: str) -> Sliders:
    """Two sliders, with one text wherever a file can supply one."""
    stops = tuple(Stop(at=f"{at}% {text}", answer=f"{text} ({at}.5%)") for at in range(3))
    sliders = tuple(Slider(label=f"{text} {number}", stops=stops, start=1) for number in (1, 2))
    return Sliders(title="Move one input", lead=text, unmoved=f"{text} (7%)", sliders=sliders)


def saying(text: str) -> Document:
    """Every kind of block, with one text wherever a file can supply one."""
    return (
        Heading(text=text, level=1),
        Paragraph(text=text),
        Caution(text=text),
        Heading(text="Key judgement"),
        Paragraph(text=text, strong=True),
        Heading(text=text),
        Listing(points=(text, text)),
        Heading(text=text, level=3),
        Table(header=("Of what", text), rows=((text, "3%"), ("b", text)), text_columns=frozenset({0, 1})),
        Table(header=(text,) * 8, rows=((text,) * 8,), text_columns=frozenset(range(8))),
        Columns(parts=((Heading(text=text, level=3), Paragraph(text=text)), (Listing(points=(text,)),))),
        IntervalPlot(rows=(IntervalRow(label=text, point=0.2, low=0.1, high=0.4),), key=text),
        Figure(name="drawing", draw=lambda: Drawing(title=text, description=text, caption=text, caution=text)),
        Code(lines=(text.replace("\n", " ").replace("\r", " "),)),
    )


def texts_of(document: Document) -> Iterator[str]:
    """What a reader has to find somewhere in a document, whatever its format."""
    for block in document:
        yield from _texts(block)


def _texts(block: Block) -> Iterator[str]:
    match block:
        case Heading() | Paragraph() | Caution():
            yield block.text
        case Listing():
            yield from block.points
        case Table():
            yield from block.header
            for row in block.rows:
                yield from row
        case IntervalPlot():
            yield block.key
        case Code():
            yield from block.lines
        case Columns():
            for part in block.parts:
                yield from texts_of(part)
        case Figure() | Sliders():
            pass
