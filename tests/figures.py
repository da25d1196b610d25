"""Summaries to be drawn, made by hand, and what can be read off an SVG."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations, takewhile
from typing import Any
from xml.etree import ElementTree

from estimative.reports.evidence import summary as weighed
from estimative.reports.figures.style import Lettering
from estimative.reports.figures.text import width_of
from estimative.reports.sensitivity import summary as varied
from estimative.reports.summary import Number, Probability
from estimative.reports.whatif import summary as supposed
from estimative.reports.wording import term
from tests.comparisons import COMPUTATION, EFFORT, ENGINEER, number
from tests.summaries import FULL, interval, numbers

SVG = "{http://www.w3.org/2000/svg}"
UNCONVERGED = "Some of these numbers come from fits that did not converge. Do not rely on them."
HEADLINE = 0.04
SWINGS = {
    "factors.wear": (0.2, 0.8, 0.01, 0.09),
    "effects.closing.rain": (4.0, 1.5, 0.035, 0.05),
    "evidence.dive": (1.25, 3.0, 0.05, 0.03),
}
"""Low, high, and the headline at each."""
WEIGHTS = {"relevance.closures": (0.0, 1.0, 0.038, 0.041)}
STORIES = {"dive": (("dive",), -2.5), "closures": (("closures", "echo", "rumour"), -3.6), "toll": (("toll",), -3.2)}
"""Items, and the log-odds of the headline once they are known; -3 before."""
BEFORE = -3.0


def log_odds(p: float) -> float:
    return math.log(p / (1 - p))


def swing(title: str, low: float, high: float, at_low: float, at_high: float, *, se: float = 1e-4) -> varied.Swing:
    """A swing whose ends have one error; without a bound where one end is 0 or 1."""
    bounded = all(0 < p < 1 for p in (at_low, at_high))
    return varied.Swing(
        title=title,
        low=low,
        high=high,
        at_low=number(at_low, se),
        at_high=number(at_high, se),
        swing=number(log_odds(at_high) - log_odds(at_low), 0.01) if bounded else None,
    )


def tornado(
    quantities: Mapping[str, varied.Swing], weights: Mapping[str, varied.Swing], constants: tuple[str, ...] = ()
) -> varied.Tornado:
    """Swings at the ends of 90 % of each prior."""
    return varied.Tornado(
        low_quantile=0.05,
        high_quantile=0.95,
        quantities=quantities,
        weights=weights,
        constants=constants,
        effort=EFFORT,
    )


def sensitivity(found: varied.Tornado | None, *, caution: str = "") -> varied.Sensitivity:
    """A sensitivity analysis with a tornado and nothing else."""
    return varied.Sensitivity(
        scenario=FULL.scenario,
        analyst=ENGINEER,
        converged=not caution,
        caution=caution,
        headline_title="The bridge is closed to lorries.",
        headline=Probability(**numbers(HEADLINE, 0.0004, 0.01, 0.1, 0.02)) if found else None,
        tornado=found,
        sobol=None,
        power_scaling=None,
        structure=None,
        computation=COMPUTATION,
    )


def chance(value: float, *, se: float = 0.0, width: float = 2.0) -> supposed.Chance:
    """A probability whose odds reach to so many times themselves at either side."""
    odds = value / (1 - value) if value < 1 else math.inf
    low, high = (1 / (1 + 1 / end) if end else 0.0 for end in (odds / width, odds * width))
    return supposed.Chance(
        probability=value, se=se, interval=interval(low, high, error=se), term=term(value, se)
    )  # fmt: skip


def unchanged(value: float) -> supposed.Change:
    """A probability that stays as it is."""
    one = chance(value, se=1e-4)
    return supposed.Change(before=one, after=one, difference=number(0.0), shift=number(0.0))


def point(value: float, outcomes: Mapping[str, float], events: Mapping[str, float]) -> supposed.Point:
    """What is so at one value of the factor."""
    return supposed.Point(
        value=value,
        outcomes={name: chance(p, se=p / 50) for name, p in outcomes.items()},
        events={name: chance(p, se=p / 50) for name, p in events.items()},
    )


POINTS = (
    point(0.0, {"closed": 0.1, "if_leak": 0.4}, {"leak": 0.2, "closing": 0.5}),
    point(0.5, {"closed": 0.05, "if_leak": 0.3}, {"leak": 0.2, "closing": 0.4}),
    point(1.0, {"closed": 0.02, "if_leak": 0.2}, {"leak": 0.2, "closing": 0.3}),
)
GATE = supposed.Supposed(kind="intervention", about="gate", title="The gate", said="to 0.2")


def whatif(points: tuple[supposed.Point, ...], *besides: supposed.Supposed, caution: str = "") -> supposed.WhatIf:
    """A sweep of how well the bridge is kept."""
    titles = {"closed": "The bridge is closed to lorries.", "if_leak": "If the dam leaks, it is closed"}
    events = {"leak": ("The dam leaks", (), ()), "closing": ("The county closes the bridge", ("leak",), ("repair",))}
    return supposed.WhatIf(
        scenario=FULL.scenario,
        analyst=ENGINEER,
        after=ENGINEER.verdict,
        after_method="importance",
        converged=not caution,
        caution=caution,
        supposed=besides,
        outcomes={
            name: supposed.Outcome(title=title, given=(), change=unchanged(HEADLINE)) for name, title in titles.items()
        },
        events={
            name: supposed.Event(
                title=title, when="now", given=given, unless=unless, overall=None, given_previous=unchanged(0.3)
            )
            for name, (title, given, unless) in events.items()
        },
        factors={},
        sweep=supposed.Sweep(
            factor="upkeep",
            title="Upkeep of the piers.",
            low="left to rot",
            high="painted every spring.",
            points=points,
        ),
        computation=COMPUTATION,
    )


def weight(value: float) -> weighed.Weight:
    """The same alone and last."""
    return weighed.Weight(alone=number(value), last=number(value), pareto_k=None, own_fits=0)


def story(items: tuple[str, ...], start: float, running: float, *, se: float = 0.01) -> weighed.Story:
    """A story that takes the headline's log-odds from here to there."""
    return weighed.Story(
        title=f"What {items[0]} says",
        items=items,
        weight=weight(running - start),
        step=number(running - start, se / 5),
        running=number(running, se),
    )


def ledger(stories: Mapping[str, weighed.Story], before: Number, after: Number) -> weighed.Ledger:
    """A ledger without single items."""
    return weighed.Ledger(
        before=before,
        after=after,
        whole=number(after.value - before.value, after.se / 2),
        stories=stories,
        items={},
        opposition=None,
        conflict=None,
        effort=EFFORT,
    )


def told_ledger() -> weighed.Ledger:
    """STORIES, one after the other."""
    starts = (BEFORE, *(running for _, running in STORIES.values()))
    stories = {
        name: story(items, start, end) for (name, (items, end)), start in zip(STORIES.items(), starts, strict=False)
    }
    return ledger(stories, number(BEFORE, 0.01), number(starts[-1], 0.01))


def weighing(found: weighed.Ledger | None, *, caution: str = "") -> weighed.Weighing:
    """A weighing with a ledger and nothing else."""
    return weighed.Weighing(
        scenario=FULL.scenario,
        analyst=ENGINEER,
        converged=not caution,
        caution=caution,
        headline_title="The bridge is closed to lorries.",
        headline=Probability(**numbers(HEADLINE, 0.0004, 0.01, 0.1, 0.02)),
        ledger=found,
        tipping=None,
        indicators={},
        evidence={},
        sources={},
        computation=COMPUTATION,
    )


def summaries(*, caution: str = "") -> dict[str, Any]:
    """What each kind of figure is drawn from."""
    quantities = {name: swing(f"About {name}", *values) for name, values in SWINGS.items()}
    weights = {name: swing(f"relevance of: {name}", *values) for name, values in WEIGHTS.items()}
    return {
        "tornado": sensitivity(tornado(quantities, weights), caution=caution),
        "sweep": whatif(POINTS, GATE, caution=caution),
        "ledger": weighing(told_ledger(), caution=caution),
    }


def saying(kind: str, text: str) -> Any:
    """A summary in which a file's author has written one text wherever a title, a meaning or a name can stand."""
    found = summaries()[kind]
    scenario = replace(found.scenario, title=text, id=text)
    analyst = replace(found.analyst, prior_set=replace(found.analyst.prior_set, name=text, analyst=text))
    spoken = replace(found, scenario=scenario, analyst=analyst)
    match kind:
        case "tornado":
            told = enumerate(found.tornado.quantities.values())
            bars = {f"factors.{text}{'i' * place}": replace(one, title=text) for place, one in told}
            return replace(spoken, headline_title=text, tornado=replace(found.tornado, quantities=bars))
        case "sweep":
            outcomes = {name: replace(one, title=text) for name, one in found.outcomes.items()}
            events = {name: replace(one, title=text, given=(text,)) for name, one in found.events.items()}
            along = replace(found.sweep, factor=text, title=text, low=text, high=text)
            return replace(spoken, outcomes=outcomes, events=events, sweep=along)
        case _:
            told = enumerate(found.ledger.stories.values())
            stories = {f"{text}{'i' * place}": replace(one, title=text) for place, one in told}
            return replace(spoken, headline_title=text, ledger=replace(found.ledger, stories=stories))


@dataclass(frozen=True, kw_only=True)
class Written:
    """A line of text as it stands in an SVG, in its units."""

    text: str
    x: float
    y: float
    size: float
    bold: bool
    anchor: str
    turned: bool

    @property
    def left(self) -> float:
        share = {"start": 0.0, "middle": 0.5, "end": 1.0}[self.anchor]
        return self.x - share * self.width

    @property
    def width(self) -> float:
        return width_of(self.text, Lettering(size=self.size, bold=self.bold))

    def touches(self, other: Written) -> bool:
        """Whether the letters of two lines meet, but for a unit."""
        beside = self.left + self.width < other.left + 1 or other.left + other.width < self.left + 1
        return not beside and abs(self.y - other.y) < 0.75 * max(self.size, other.size)


def written(svg: str) -> list[Written]:
    """Every line of text, in the order of drawing."""
    return [_written(element) for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def _written(element: ElementTree.Element) -> Written:
    style = dict(part.split(": ", 1) for part in element.attrib["style"].split("; "))
    turn = re.match(r"rotate\((\S+)", element.attrib["transform"])
    return Written(
        text=element.text or "",
        x=float(element.attrib["x"]),
        y=float(element.attrib["y"]),
        size=float(style["font-size"].removesuffix("px")),
        bold=style.get("font-weight") == "700",
        anchor=style["text-anchor"],
        turned=turn is not None and float(turn[1]) != 0,
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
    level = [line for line in written(svg) if not line.turned]
    return [(one.text, other.text) for one, other in combinations(level, 2) if one.touches(other)]


def outside(svg: str) -> list[str]:
    """Lines of text that come near to the sheet's edge or beyond it."""
    _, _, width, height = map(float, ElementTree.fromstring(svg).attrib["viewBox"].split())
    across = [line for line in written(svg) if not line.turned and not 5 < line.left < width - 5 - line.width]
    return [line.text for line in (*across, *(line for line in written(svg) if not 5 < line.y < height - 5))]


def colours(svg: str) -> set[str]:
    """Every colour that is drawn with, by whatever name, in small letters."""
    found: list[tuple[str, str]] = []
    for element in ElementTree.fromstring(svg).iter():
        found += element.attrib.items()
        found += [(name, value) for name, _, value in (one.partition(": ") for one in _styles(element))]
    values = {value.lower() for name, value in found if name in PAINTED}
    return {value for value in values if value != "none" and not value.startswith("url(#")}


def _styles(element: ElementTree.Element) -> list[str]:
    return element.get("style", "").split("; ")


PAINTED = {"fill", "stroke", "color", "stop-color"}


@dataclass(frozen=True, kw_only=True)
class Area:
    """A filled path, by its outermost points."""

    fill: str
    left: float
    right: float
    top: float
    bottom: float


def areas(svg: str) -> Iterator[Area]:
    """Every filled path; a hatched one by the fill of its pattern."""
    root = ElementTree.fromstring(svg)
    patterns = {f"url(#{one.attrib['id']})": _fill(one[0]) for one in root.iter(f"{SVG}pattern")}
    hatches = {path for pattern in root.iter(f"{SVG}pattern") for path in pattern.iter(f"{SVG}path")}
    for path in root.iter(f"{SVG}path"):
        fill = _fill(path)
        if fill and path.get("d") and path not in hatches:
            points = [tuple(map(float, pair)) for pair in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path.attrib["d"])]
            across, down = ([point[i] for point in points] for i in (0, 1))
            yield Area(
                fill=patterns.get(fill, fill), left=min(across), right=max(across), top=min(down), bottom=max(down)
            )


def _fill(element: ElementTree.Element) -> str:
    style = dict(part.split(": ", 1) for part in element.get("style", "").split("; ") if ": " in part)
    return style.get("fill", element.get("fill", ""))


@dataclass(frozen=True, kw_only=True)
class Straight:
    """A straight line from log-odds to units."""

    slope: float
    start: float

    def __call__(self, place: float) -> float:
        return self.start + self.slope * place


def scale(ticks: Mapping[float, float]) -> Straight:
    """The line through the units at which probabilities are numbered, which have to lie on one."""
    places = {log_odds(p): unit for p, unit in ticks.items()}
    low, high = min(places), max(places)
    slope = (places[high] - places[low]) / (high - low)
    found = Straight(slope=slope, start=places[low] - slope * low)
    assert all(abs(found(place) - unit) < 0.01 for place, unit in places.items())
    return found


def numbered(svg: str, anchor: str) -> dict[float, float]:
    """The numbers of the first probability axis: along x where they stand in the middle, along y where at its end."""
    found = [line for line in written(svg) if line.anchor == anchor and re.fullmatch(r"[\d.]+ %", line.text)]
    along_x = anchor == "middle"
    first = takewhile(lambda line: line.y == found[0].y if along_x else line.x == found[0].x, found)
    return {float(line.text.removesuffix(" %")) / 100: line.x if along_x else line.y for line in first}
