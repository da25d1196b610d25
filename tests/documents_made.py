"""Documents made by hand: every kind of block, and the report in full."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec

from estimative.reports.blocks import (
    Block,
    Caution,
    Code,
    Document,
    Figure,
    Heading,
    IntervalPlot,
    IntervalRow,
    Listing,
    Paragraph,
    Picture,
    Table,
)
from estimative.reports.figures.gallery import gallery
from estimative.reports.figures.ledger import ledger
from estimative.reports.figures.style import NothingToPlot
from estimative.reports.figures.tornado import tornado
from estimative.reports.report.document import document
from tests.reports_made import REPORTS
from tests.sensitivities import RICH as VARIED
from tests.weighings import RICH as WEIGHED

CAUTION = "These numbers come from a fit that did not converge. Do not rely on them."
PROSE = "Nobody has measured the cracks since the last inspection, and the divers who saw them disagree on their depth."
UNBROKEN = "x" * 10_000


@cache
def of_evidence() -> Picture:
    """A picture of real size, drawn once."""
    return ledger(WEIGHED)


@cache
def of_swings() -> Picture:
    """Another."""
    return tornado(VARIED)


def nothing() -> Picture:
    """A picture that cannot be drawn."""
    raise NothingToPlot("there is no number")


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A picture of one text."""

    title: str
    description: str

    def svg(self) -> str:
        """Three marks by their number, since a text would have to be escaped."""
        return (
            '<?xml version="1.0" encoding="utf-8"?>\n'
            '<svg width="600pt" height="90pt" viewBox="0 0 600 90" role="img" aria-labelledby="title-a" '
            'xmlns="http://www.w3.org/2000/svg"><title id="title-a">marks</title>'
            '<rect x="0" y="0" width="600" height="90" style="fill: #ffffff"/>'
            '<text x="20" y="40" style="font: 15px \'DejaVu Sans\'; fill: #1a1a1a">Beside \u53f0\u6e7e</text></svg>'
        )

    def png(self) -> bytes:
        raise NotImplementedError


def wide_table(rows: int) -> Table:
    """One that has to be read across: short words, sentences, numbers."""
    return Table(
        header=("Quantity", "Stated", "Prior mean", "Because"),
        rows=tuple((f"effects.closing.rain_{row}", "5 % to 95 %: 2 to 8", "3.10", PROSE) for row in range(rows)),
        text_columns=frozenset({0, 1, 3}),
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
DOTS = IntervalPlot(
    rows=(
        IntervalRow(label="The bridge is closed", point=0.0613, low=0.012, high=0.149, before=0.031),
        IntervalRow(label="The dam leaks", point=0.117, low=0.04, high=0.23),
    ),
    key="● after the evidence, ├─┤ its 90 % interval, ○ before the evidence.",
)


def speaking(text: str) -> Document:
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
        Table(header=("Of what", text), rows=((text, "3 %"), ("b", text)), text_columns=frozenset({0, 1})),
        IntervalPlot(rows=(IntervalRow(label=text, point=0.2, low=0.1, high=0.4),), key=text),
        Figure(name="marks", draw=lambda: Drawn(title=text, description=text)),
        Code(lines=(text,)),
    )


EVERY: Document = (
    Heading(text="The bridge at Ashford", level=1),
    Paragraph(text="Will the county close the bridge to lorries?"),
    Heading(text="Key judgement"),
    Paragraph(text="The bridge is closed to lorries by 2027-12-31: very unlikely (6.1 %).", strong=True),
    Paragraph(text=PROSE),
    Heading(text="Evidence"),
    Figure(name="ledger", draw=of_evidence, instead=DOTS),
    Figure(name="nothing", draw=nothing),
    Heading(text="Every item", level=3),
    RECORDS,
    wide_table(70),
    Heading(text="What it hangs on"),
    Figure(name="tornado", draw=of_swings),
    Table(
        header=("Outcome", "Probability", "Prior"),
        rows=(("The bridge is closed", "6.1 %", "3.1 %"), ("The dam leaks", "11.7 %", "8.0 %")),
    ),
    DOTS,
    Heading(text="Sources"),
    Listing(points=("Report of a dive. https://example.org/a_b?c=d&e.", "Inspection of bridges.")),
    Code(lines=("estimative fit --scenario bridge.toml --seed 1", f"estimative report {'ab12' * 30} --format md")),
)
"""Every kind of block, one of them of every width."""
LONG: Document = tuple(
    block
    for at in range(12)
    for block in (
        Heading(text=f"Part {at}"),
        *(Paragraph(text=f"{PROSE} " * (at % 5 + 1)),) * (at % 3 + 1),
        Figure(name="ledger", draw=of_evidence if at % 2 else of_swings),
    )
)
"""Pictures at all heights of a page."""


def told(name: str) -> Document:
    """A report made by hand, with its pictures."""
    drawn = {
        kind: draw for kind, draw in gallery(REPORTS[name]).items() if find_spec(f"estimative.reports.figures.{kind}")
    }
    return document(REPORTS[name], drawn)


def texts_of(whole: Document) -> Iterator[str]:
    """What a reader has to find somewhere in it, whatever the format."""
    for block in whole:
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
        case Figure():
            pass
