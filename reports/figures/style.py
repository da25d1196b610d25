"""The look of every figure: widths, type sizes, colours and strokes; free of the drawing library until it is used."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from msgspec import Struct

WIDE, NARROW = 680.0, 360.0
"""Widths of a drawing in units: for a page, and for a telephone. A unit is a CSS pixel at that width."""
GAP = 6.0
"""Between things that belong together, in units."""

PALETTE = {
    "ink": "#1a1a1a",
    "grey": "#595959",
    "faint": "#d0d0d0",
    "shade": "#e9ecee",
    "paper": "#ffffff",
    "blue": "#0072b2",
    "orange": "#e69f00",
    "band": "#cfe3f1",
}
"""Every colour by its role; a page in the dark puts others in their place.

Blue and orange are from Okabe and Ito's palette for colour-blind readers: in grey, one is dark and one is light.
"""
INK, GREY, FAINT, SHADE, PAPER, BLUE, ORANGE, PALE = PALETTE.values()
FAMILY = "DejaVu Sans"
"""Comes with the drawing library, and is wider than the usual sans serifs, so that these fit as well."""


class NothingToPlot(ValueError):
    """There is nothing to draw; the message says why."""


class Lettering(Struct, frozen=True, kw_only=True):
    """How text is set."""

    size: float
    """In units."""
    bold: bool = False
    colour: str = INK

    @property
    def leading(self) -> float:
        """From one line to the next, in units."""
        return 1.25 * self.size

    @property
    def weight(self) -> int:
        """As fonts count it."""
        return 700 if self.bold else 400

    @property
    def style(self) -> dict[str, Any]:
        """Arguments of the drawing library."""
        return {"fontsize": self.size, "fontweight": self.weight, "color": self.colour}


TITLE = Lettering(size=17, bold=True)
CAPTION = Lettering(size=12.5, colour=GREY)
CAUTION = Lettering(size=12.5, bold=True)
LABEL = Lettering(size=13)
STRONG = Lettering(size=13, bold=True)
VALUE = Lettering(size=12)
SMALL = Lettering(size=11.5, colour=GREY)


class Fill(Struct, frozen=True, kw_only=True):
    """How an area is filled."""

    colour: str
    hatch: str = ""
    edge: str = INK
    width: float = 0.7
    """Of the edge, in units."""

    @property
    def style(self) -> dict[str, Any]:
        """Arguments of the drawing library."""
        return {"facecolor": self.colour, "hatch": self.hatch, "edgecolor": self.edge, "linewidth": self.width}


DARK, LIGHT = Fill(colour=BLUE), Fill(colour=ORANGE, hatch="/////")
"""The two sides of whatever has two: high and low, up and down."""
OPEN = Fill(colour=PAPER, width=1.0)
"""The sum of several others, and the frame of a caution."""
BAND = Fill(colour=PALE, edge="none")
SHADED = Fill(colour=SHADE, edge="none")

type Dash = str | tuple[float, tuple[float, ...]]


class Stroke(Struct, frozen=True, kw_only=True):
    """How a line is drawn."""

    colour: str
    width: float
    dash: Dash = "-"
    marker: str = ""
    """At every point; empty for none."""
    size: float = 0.0
    """Of the marker, in units."""
    hollow: bool = False

    @property
    def style(self) -> dict[str, Any]:
        """Arguments of the drawing library."""
        hollow = {"markerfacecolor": PAPER} if self.hollow else {}
        line = {"color": self.colour, "linewidth": self.width, "linestyle": self.dash}
        return {**line, **hollow, "marker": self.marker, "markersize": self.size}


SPAN = Stroke(colour=BLUE, width=4.0, marker="o", size=9)
"""A number on its interval."""
PRIOR = Stroke(colour=INK, width=1.2, dash=(0, (2, 1.2)), marker="o", size=7, hollow=True)
"""The same before the evidence."""
OTHER = Stroke(colour=INK, width=0, dash="none", marker="D", size=6)
"""Another analyst, or the sum of several numbers."""
BASELINE = Stroke(colour=INK, width=1.2, dash=(0, (5, 2)))
LINK = Stroke(colour=GREY, width=0.8)
GRID = Stroke(colour=FAINT, width=0.6)
THRESHOLD = Stroke(colour=GREY, width=0.8, dash=":")
CURVE = Stroke(colour=BLUE, width=2.0, marker="o", size=5)

RULES = {
    "font.family": "sans-serif",
    "font.sans-serif": [FAMILY],
    "text.parse_math": False,  # a dollar sign in a title is a dollar sign
    "svg.fonttype": "none",  # text stays text: to be searched, copied and read out
    "axes.edgecolor": GREY,
    "axes.linewidth": 0.8,
    "hatch.linewidth": 0.7,
    "lines.solid_capstyle": "butt",
    "xtick.color": GREY,
    "ytick.color": GREY,
}


def applied() -> AbstractContextManager[None]:
    """A context in which the drawing library follows these rules, whatever its user has set."""
    from matplotlib import style

    return style.context(["default", {**RULES, "svg.hashsalt": "estimative"}])
