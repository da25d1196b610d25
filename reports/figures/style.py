"""How every picture looks: sizes, greys, the two colours, and the rules that the drawing library is put under."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from matplotlib import style

WIDTH = 600.0
"""Of every picture, in its own units; a unit is a CSS pixel where the picture is shown at that width."""
MARGIN = 20.0
GAP = 6.0
"""Between things that belong together."""

INK, GREY, FAINT, PAPER = "#1a1a1a", "#595959", "#d0d0d0", "#ffffff"
BLUE, ORANGE = "#0072b2", "#e69f00"
"""Two of Okabe and Ito's colours, which every eye can tell apart; as greys, one is dark and one is light."""
PALE = "#cfe3f1"
"""The blue of areas that are seen through."""
PALETTE = (INK, GREY, FAINT, PAPER, BLUE, ORANGE, PALE)
"""Every colour of every picture; whoever shows one in the dark puts others in their place."""
FAMILY = "DejaVu Sans"
"""Comes with the drawing library; where a reader has none, the usual sans serifs are narrower and fit as well."""


class NothingToPlot(ValueError):
    """There is nothing to draw; the sentence says why."""


@dataclass(frozen=True, kw_only=True)
class Lettering:
    """How text is set."""

    size: float
    """Of an em, in units."""
    bold: bool = False
    colour: str = INK

    @property
    def leading(self) -> float:
        """From one line to the next, in units."""
        return 1.25 * self.size

    @property
    def weight(self) -> int:
        return 700 if self.bold else 400

    @property
    def drawn(self) -> dict[str, Any]:
        """In the drawing library's words."""
        return {"fontsize": self.size, "fontweight": self.weight, "color": self.colour}


TITLE = Lettering(size=15, bold=True)
CAUTION = Lettering(size=11, bold=True)
SUBTITLE = Lettering(size=10.5, colour=GREY)
STRONG = Lettering(size=10, bold=True)
LABEL = Lettering(size=9.5)
VALUE = Lettering(size=9)
NUMBER = Lettering(size=9, colour=GREY)
"""Along an axis."""
SMALL = Lettering(size=8.5, colour=GREY)
NAME = Lettering(size=8.5)


@dataclass(frozen=True, kw_only=True)
class Fill:
    """How an area is filled."""

    colour: str
    hatch: str = ""
    edge: str = INK
    width: float = 0.7
    """Of the edge, in units."""

    @property
    def drawn(self) -> dict[str, Any]:
        """In the drawing library's words."""
        return {"facecolor": self.colour, "hatch": self.hatch, "edgecolor": self.edge, "linewidth": self.width}


DARK, LIGHT = Fill(colour=BLUE), Fill(colour=ORANGE, hatch="/////")
"""The two sides of whatever has two: high and low, up and down."""
BAND = Fill(colour=PALE, edge="none")
FRAME = Fill(colour=PAPER, width=1.6)
"""Around a caution."""
FRAMED = Fill(colour=PAPER, width=1.0)
"""What several others come to."""


type Dash = str | tuple[float, tuple[float, ...]]
"""As the drawing library names or measures it."""


@dataclass(frozen=True, kw_only=True)
class Stroke:
    """How a line is drawn."""

    colour: str
    width: float
    dash: Dash = "-"
    marker: str = ""
    """At every point; empty for none."""
    size: float = 0.0
    """Of the marker, in units."""
    hollow: bool = False
    """Whether one sees the paper through the marker."""

    @property
    def drawn(self) -> dict[str, Any]:
        """In the drawing library's words."""
        look = {"color": self.colour, "linewidth": self.width, "linestyle": self.dash}
        hollow = {"markerfacecolor": PAPER} if self.hollow else {}
        return {**look, **hollow, "marker": self.marker, "markersize": self.size}


CURVE = Stroke(colour=BLUE, width=1.8, marker="o", size=4.5)
THIN = Stroke(colour=BLUE, width=1.3, marker="o", size=2.5)
ASSESSED = Stroke(colour=INK, width=1.2, dash=(0, (5, 2)))
SPAN = Stroke(colour=BLUE, width=3.2, marker="o", size=7)
"""A probability, and its interval."""
DOT = Stroke(colour=BLUE, width=0, dash="none", marker="o", size=7)
RING = Stroke(colour=INK, width=1.0, dash="none", marker="o", size=6, hollow=True)
"""A probability before the evidence."""
AFTER, BEFORE = Fill(colour=PALE, edge=BLUE, width=1.0), Stroke(colour=GREY, width=1.2, dash=(0, (3, 1.5)))
"""Where the draws lie with the evidence and without."""
LINK = Stroke(colour=GREY, width=0.8)
"""From where one bar ends to where the next one begins."""
GRID = Stroke(colour=FAINT, width=0.6)
BORDER = Stroke(colour=GREY, width=0.8, dash=":")
"""Between two words of a scale."""

CLEARED = {"facecolor": PAPER, "edgecolor": "none", "pad": 1.0}
"""Behind a number that stands on lines."""
RULES = {
    "font.family": "sans-serif",
    "font.sans-serif": [FAMILY],
    "text.parse_math": False,  # a dollar sign in a title is a dollar sign
    "svg.fonttype": "none",  # text stays text: to be searched, copied and set in any script
    "axes.unicode_minus": True,
    "axes.edgecolor": GREY,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "hatch.linewidth": 0.7,
    "lines.solid_capstyle": "butt",
    "xtick.color": GREY,
    "ytick.color": GREY,
}


def applied(kind: str) -> AbstractContextManager[None]:
    """A stretch of time in which the drawing library goes by these rules, whatever its user has set.

    Parameters
    ----------
    kind
        Of picture: its inner names differ from those of other kinds on one page.
    """
    return style.context(["default", {**RULES, "svg.hashsalt": kind}])
