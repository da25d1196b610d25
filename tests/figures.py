"""Charts of plain data, one of each kind of plot, and what an SVG of one shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from xml.etree import ElementTree

from estimative.reports.figures import style
from estimative.reports.figures.axes import NumberAxis, ProbabilityAxis
from estimative.reports.figures.bars import BarRow, Bars, End
from estimative.reports.figures.branches import Branches, Node, Way
from estimative.reports.figures.chart import Chart, Plot
from estimative.reports.figures.curve import Curve, Point
from estimative.reports.figures.intervals import IntervalRow, Intervals
from estimative.reports.figures.multiples import LINE, Multiple, Multiples
from estimative.reports.figures.strip import NamedProbability, Strip
from estimative.reports.figures.style import Lettering
from estimative.reports.figures.text import text_width

SVG = "{http://www.w3.org/2000/svg}"
POINTS = ((0.004, 0.0005, 0.02), (0.12, 0.05, 0.3), (0.0, 0.0, 0.0))
RANGES = ((0.0008, 0.0056), (0.007, 0.002), (0.005, 0.006))
BASELINE = 0.0041


def intervals(text: str) -> Intervals:
    """Three probabilities; the last one is 0."""
    rows = [
        IntervalRow(
            label=f"{text} {at}",
            detail=text,
            value="0.4%",
            value_detail="0.05% to 2%",
            strong=at == 0,
            point=point,
            low=low,
            high=high,
            prior=point / 2,
            prior_low=low / 2,
            prior_high=high / 2,
            sentence=f"{text} {at}: {point:g}.",
        )
        for at, (point, low, high) in enumerate(POINTS)
    ]
    key = ((style.SPAN, "probability"), (style.PRIOR, "before"))
    return Intervals(rows=tuple(rows), axis=ProbabilityAxis(), legend=key)


def bars(text: str) -> Bars:
    """Two halves around a baseline, in both orders, and both on one side."""
    rows = [
        BarRow(
            label=text,
            detail="fixed at 1 and 2",
            heading=text[:20] if at == 2 else "",
            start=BASELINE,
            ends=(End(value=low, look=style.LIGHT, text="0.1%"), End(value=high, look=style.DARK, text="0.6%")),
            sentence=f"{text}: {low:g} and {high:g}.",
        )
        for at, (low, high) in enumerate(RANGES)
    ]
    key = ((style.LIGHT, "low"), (style.DARK, "high"), (style.BASELINE, "result"))
    return Bars(rows=tuple(rows), axis=ProbabilityAxis(), legend=key, baseline=BASELINE)


def steps(text: str) -> Bars:
    """Bars from a total to a total, each from the end of the one above, in decibans."""
    ends = (5.0, 3.0)
    rows = [
        BarRow(
            label=text,
            start=start,
            ends=(End(value=end, look=style.DARK if end > start else style.LIGHT, text=f"{end - start:+g}"),),
            sentence=f"{text}: {end - start:+g} decibans.",
        )
        for start, end in zip((0.0, *ends), ends, strict=False)
    ]
    first, last = (BarRow(label=text, value=text[:9], start=at, ends=(), sentence=f"{text}: {at:g}.") for at in (0, 3))
    return Bars(rows=(first, *rows, last), axis=NumberAxis(label="Decibans", signed=True), linked=True)


def branches(text: str) -> Branches:
    """A tree of three levels."""

    def node(depth: int) -> Node:
        following = (node(depth - 1),) if depth else ()
        no = Way(happens=False, step=0.8, step_text="80%", path_text="70%")
        yes = Way(happens=True, step=0.2, step_text="20%", path_text="< 0.001%", following=following)
        return Node(title=text, note=text, ways=(no, yes))

    return Branches(
        roots=(node(2), Node(title=text, note="Its condition is impossible.")), sentences=(f"{text}: 20%.",)
    )


def curve(text: str) -> Curve:
    """A rising curve with its interval; a bar for what else rises, and one for what falls."""
    points = [(0.0, 0.001), (0.5, 0.01), (1.0, 0.05)]
    ends = ((0.1, 0.4, style.DARK), (0.3, 0.2, style.LIGHT))
    rows = [
        BarRow(label=text, start=low, ends=(End(value=high, look=look, text="10% to 40%"),), sentence=text)
        for low, high, look in ends
    ]
    return Curve(
        points=tuple(Point(at=at, value=p, text=f"{100 * p:g}%", low=p / 3, high=2 * p) for at, p in points),
        baseline=BASELINE,
        axis=ProbabilityAxis(),
        label="Degree (0 to 1)",
        others=Bars(rows=tuple(rows), axis=ProbabilityAxis(), legend=((style.DARK, "rises"), (style.LIGHT, "falls"))),
        heading=text[:30],
        key=((style.CURVE, "result"), (style.BAND, "interval"), (style.BASELINE, "as assessed")),
        sentences=(f"{text}: 0.1% at 0.",),
    )


def multiples(text: str) -> Multiples:
    """Five curves: more than a row has; the last one reaches 0 and 1."""
    rising, certain = ((0.1, 0.001), (0.5, 0.01), (2.0, 0.05)), ((0.0, 0.0), (1.0, 1.0))
    curves = [
        Multiple(title=text, points=points, ends=(text, text), sentence=f"{text} {at}: 0.1% at 0.1.")
        for at, points in enumerate((rising, rising, rising, rising, certain))
    ]
    key = ((LINE, "result"), (style.BASELINE, "as assessed"))
    return Multiples(curves=tuple(curves), baseline=BASELINE, axis=ProbabilityAxis(), key=key)


def strip(text: str) -> Strip:
    """A probability over the words of ICD 203, with two other analysts."""
    others = (NamedProbability(name=text, value=0.08, text="8%"), NamedProbability(name=text, value=0.97, text="97%"))
    return Strip(
        axis=ProbabilityAxis(),
        point=0.004,
        low=0.0005,
        high=0.012,
        prior=0.0,
        text="0.4%",
        range_text="0.05% to 1.2%",
        others=others,
        key=((style.SPAN, "probability"), (style.PRIOR, "before"), (style.OTHER, "others")),
        sentences=(f"{text}: 0.4%.",),
    )


PLOTS: dict[str, Callable[[str], Plot]] = {
    "intervals": intervals,
    "bars": bars,
    "steps": steps,
    "branches": branches,
    "curve": curve,
    "multiples": multiples,
    "strip": strip,
}


def chart(kind: str, text: str = "A ferry stays in port", *, caution: str = "") -> Chart:
    """A chart of one kind of plot in which one text is wherever a file's author can write one."""
    content = PLOTS[kind](text)
    caption, source = f"{text}: how to read it.", f"{text}: whose it is."
    return Chart(content=content, title=text, caption=caption, caution=caution, source=source)


@dataclass(frozen=True, kw_only=True)
class Written:
    """A line of text in an SVG, in its units."""

    text: str
    x: float
    y: float
    size: float
    bold: bool
    anchor: str

    @cached_property
    def left(self) -> float:
        """Its left end."""
        return self.x - {"start": 0.0, "middle": 0.5, "end": 1.0}[self.anchor] * self.width

    @cached_property
    def width(self) -> float:
        """As the font sets it."""
        return text_width(self.text, Lettering(size=self.size, bold=self.bold))

    def touches(self, other: Written) -> bool:
        """Whether the letters of two lines meet, but for a unit."""
        apart = self.left + self.width < other.left + 1 or other.left + other.width < self.left + 1
        return not apart and abs(self.y - other.y) < 0.75 * max(self.size, other.size)


def written(svg: str) -> list[Written]:
    """Every line of text, in the order of drawing."""
    return [_written(element) for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def _written(element: ElementTree.Element) -> Written:
    look = dict(part.split(": ", 1) for part in element.attrib["style"].split("; "))
    return Written(
        text=element.text or "",
        x=float(element.attrib["x"]),
        y=float(element.attrib["y"]),
        size=float(look["font-size"].removesuffix("px")),
        bold=look.get("font-weight") == "700",
        anchor=look["text-anchor"],
    )


def lines(svg: str) -> list[str]:
    """The texts alone."""
    return [line.text for line in written(svg)]


def described(svg: str) -> tuple[str, str]:
    """The title and the description that are read out."""
    title, description = ElementTree.fromstring(svg)[:2]
    return title.text or "", description.text or ""


def overlapping(svg: str) -> list[tuple[str, str]]:
    """Lines of text that run into each other."""
    return [(line.text, other.text) for line, other in combinations(written(svg), 2) if line.touches(other)]


def outside(svg: str) -> list[str]:
    """Lines of text beyond the edge of the drawing."""
    _, _, width, height = map(float, ElementTree.fromstring(svg).attrib["viewBox"].split())
    return [line.text for line in written(svg) if not _inside(line, width, height)]


def _inside(line: Written, width: float, height: float) -> bool:
    return line.left >= -0.5 and line.left + line.width <= width + 0.5 and 0.7 * line.size <= line.y <= height


def colours(svg: str) -> set[str]:
    """Every colour that is drawn with, by whatever name, in small letters."""
    return {value.lower() for value in _paints(svg) if value != "none" and not value.startswith("url(#")}


def _paints(svg: str) -> Iterator[str]:
    names = {"fill", "stroke", "color", "stop-color"}
    for element in ElementTree.fromstring(svg).iter():
        looks = re.findall(r"([\w-]+): ([^;]+)", element.get("style", ""))
        yield from (value for name, value in (*element.attrib.items(), *looks) if name in names)
