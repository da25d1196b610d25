"""The tree: every event under the scenario's own conditions, the chance of each step and of the way so far."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from estimative.reports.document import alone
from estimative.reports.figures.canvas import Canvas, FigureText, Line, Track
from estimative.reports.figures.chain import Chain, Place, below, chain_of, longest, worded
from estimative.reports.figures.notes import cautions, error_of, exactness, origin
from estimative.reports.figures.style import (
    BLUE,
    GAP,
    GREY,
    GRID,
    INK,
    LABEL,
    MARGIN,
    NUMBER,
    SMALL,
    STRONG,
    VALUE,
    WIDTH,
    Lettering,
    NothingToPlot,
    Stroke,
)
from estimative.reports.figures.text import brief, cut, width_of, wrapped
from estimative.reports.report.summary import Report
from estimative.reports.summary import Number
from estimative.reports.wording import condition, listed, percent, plural

MOST = 24
"""Events that are shown."""
MOST_STEPS = 4
"""Of a chain, whose chances a title names one by one."""
HEAD, ROW, BETWEEN = 12.0, 15.0, 9.0
"""Heights, in units: of the columns' names, of a branch, and between an event and what stands above it."""
LEVEL, LEVELS = 28.0, 210.0
"""How far an event is moved to the right of the one that it hangs on, and how far all may be together, in units."""
STEP, WAY = WIDTH - MARGIN - 104.0, WIDTH - MARGIN
"""Where the columns of numbers end."""
COLUMN = 84.0
"""How wide they are."""
NODE = Stroke(colour=INK, width=0, dash="none", marker="s", size=5.5)
THIN, THICK = 0.8, 4.5
"""Widths, in units, of a branch that cannot be and of one that is sure."""
DASHES = (2.0, 1.2)
"""Of the branch on which an event does not happen, in units: drawn, and left out."""
MEANT = (
    "Every event stands once, on the branch that makes it possible. At this step: the chance of a branch once its "
    "event is possible. Way so far: the chance of coming to the end of the branch, from the start."
)
NOWHERE, SETTLED = "its condition cannot be so", "settled already, though unknown"


def tree(report: Report) -> Canvas:
    """The chain of events as a tree of probabilities.

    Raises
    ------
    Nothing
        If no event is told.
    """
    if not report.assessment.events:
        raise NothingToPlot(f"No event is told. {report.caution}".strip())
    chain = dict(islice(chain_of(report.assessment.events).items(), MOST))
    level = min(LEVEL, LEVELS / max(1, *(place.depth for place in chain.values())))
    room = HEAD + sum(_height(place, level) for place in chain.values())
    with Canvas.with_room("tree", _around(report, chain), room) as sheet:
        _Drawing(sheet=sheet, chain=chain, level=level).draw()
    return sheet


def _around(report: Report, chain: Chain) -> FigureText:
    summary = report.assessment
    subtitle = (f"All by {summary.scenario.until}. {MEANT}", *_left_out(len(summary.events) - len(chain)))
    steps = [link for place in chain.values() if (link := place.event.given_previous)]
    numbers = [*steps, *(place.event for place in chain.values())]
    return FigureText(
        title=_title(chain),
        subtitle=subtitle,
        caution=cautions(report),
        key=_key() if steps else (),
        notes=(
            exactness("the probabilities", [error_of(one.probability, one.se) for one in numbers]),
            origin(summary.scenario, summary.prior_set, summary.run),
        ),
        description=(*subtitle, *_sentences(chain)),
    )


def _key() -> tuple[tuple[Stroke, str], ...]:
    likely = Number(value=0.6, se=0.0)
    return (
        (_look(likely, happens=True), "happens"),
        (_look(likely, happens=False), "does not: both the thicker, the more probable at this step"),
    )


def _left_out(count: int) -> Iterator[str]:
    if count:
        yield f"{plural(count, 'more event is', 'more events are')} left out."


def _title(chain: Chain) -> str:
    """What is seen first: the longest chain, each event of which waits for the one before."""
    places = longest(chain)
    first, last = places[0], places[-1]
    end = _told(last.reached(happens=True))
    if len(chain) == 1:
        return f"{first.name} is the only event: {end}"
    if len(places) == 1:
        return f"Of {len(chain)} events none waits for another to happen"
    steps = [_told(place.step(happens=True)) for place in places]
    whole = not any(place.besides for place in places)
    told = f" of {listed(steps)}" if whole and len(steps) <= MOST_STEPS else ""
    return f"From {first.name} to {last.name} in {len(places)} steps{told}: {end} all the way"


def _told(number: Number | None) -> str:
    return percent(number.value, number.se) if number else "unknown"


def _sentences(chain: Chain) -> Iterator[str]:
    """Every event in words."""
    for place in chain.values():
        name, link = f"{place.name} ({alone(place.event.title)})", place.event.given_previous
        if not link:
            yield f"{name}: {NOWHERE}."
            continue
        settled = f", {SETTLED}" if place.event.when == "now" else ""
        given = f", under its condition ({condition(link.given, link.unless)})" if link.given or link.unless else ""
        branches = (
            f"{'happens' if happens else 'does not'} {_told(place.step(happens=happens))}, "
            f"the way so far {_told(place.reached(happens=happens))}"
            for happens in (True, False)
        )
        yield f"{name}{settled}{given}: {'; '.join(branches)}."


@dataclass(frozen=True, kw_only=True)
class _Text:
    """What stands beside a node, in lines."""

    lines: tuple[tuple[str, Lettering], ...]

    @property
    def height(self) -> float:
        return sum(lettering.leading for _, lettering in self.lines)


def _text(place: Place, level: float) -> _Text:
    room = STEP - COLUMN - GAP - _left(place.depth, level)
    said = [alone(place.event.title), *_said(place)]
    small = [(line, SMALL) for text in said for line in wrapped(text, room, SMALL, most=3)]
    return _Text(lines=((cut(place.name, room, STRONG), STRONG), *small))


def _said(place: Place) -> Iterator[str]:
    """What is so of an event beside the branch that it hangs on."""
    if place.event.when == "now":
        yield SETTLED
    if place.besides:
        yield worded(place.besides)
    if not place.event.given_previous:
        yield NOWHERE


def _left(depth: int, level: float) -> float:
    """Where the text beside a node begins."""
    return MARGIN + GAP / 2 + level * depth + 1.5 * GAP


def _height(place: Place, level: float) -> float:
    """Of an event with its two branches, without what hangs on them."""
    branches = 2 if place.event.given_previous else 0
    return BETWEEN + _text(place, level).height + GAP / 2 + branches * ROW


@dataclass(frozen=True, kw_only=True)
class _Drawing:
    """A sheet on which events are drawn one under the other."""

    sheet: Canvas
    chain: Chain
    level: float
    """How far an event is moved to the right of the one that it hangs on, in units."""

    def draw(self) -> None:
        base = self.sheet.top + GAP
        for text, x in (("At this step", STEP), ("Way so far", WAY)):
            self.sheet.put(Line(text=text, x=x, y=base, lettering=NUMBER, anchor="right"))
        top = self.sheet.top + HEAD
        for place in below(self.chain, ()):
            top = self._event(place, top)

    def _event(self, place: Place, top: float) -> float:
        """An event, its branches and what hangs on them; where the next one may begin."""
        x, middle = MARGIN + GAP / 2 + self.level * place.depth, top + BETWEEN + STRONG.leading / 2
        text = _text(place, self.level)
        base = top + BETWEEN
        for line, lettering in text.lines:
            base += lettering.leading
            left = _left(place.depth, self.level)
            self.sheet.put(Line(text=line, x=left, y=base - 0.3 * lettering.size, lettering=lettering))
        bottom = top + BETWEEN + text.height + GAP / 2
        if place.event.given_previous:
            for happens in self._order(place):
                self._trunk(x, middle, bottom + ROW / 2)
                bottom = self._branch(place, happens, x, bottom)
        self.sheet.put(Track(look=NODE, points=((x, middle),)))
        return bottom

    def _order(self, place: Place) -> tuple[bool, ...]:
        """To happen and not to happen; but first that on which nothing hangs, so that it stands beside its event."""
        hanging = {happens: any(below(self.chain, place.on(happens=happens))) for happens in (True, False)}
        return (False, True) if hanging[True] and not hanging[False] else (True, False)

    def _trunk(self, x: float, top: float, bottom: float) -> None:
        self.sheet.put(Track(look=Stroke(colour=GREY, width=THIN), points=((x, top), (x, bottom))))

    def _branch(self, place: Place, happens: bool, x: float, top: float) -> float:
        """A branch with its numbers and the events at its end."""
        middle, end = top + ROW / 2, x + self.level / 2
        way = place.on(happens=happens)
        look = _look(place.step(happens=happens), happens=happens)
        bottom = top + ROW
        for following in below(self.chain, way):
            node = bottom + BETWEEN + STRONG.leading / 2
            points = ((x, middle), (end, middle), (end, node), (x + self.level, node))
            self.sheet.put(Track(look=look, points=points))
            bottom = self._event(following, bottom)
        self.sheet.put(Track(look=look, points=((x, middle), (end, middle))))
        self._numbers(place, happens, end, middle)
        return bottom

    def _numbers(self, place: Place, happens: bool, x: float, middle: float) -> None:
        """What a branch is called, and how probable it is."""
        base = middle + 0.35 * VALUE.size
        label, link = "happens" if happens else "does not", place.event.given_previous
        assert link
        left = x + GAP
        self.sheet.put(Line(text=label, x=left, y=base, lettering=LABEL))
        left += width_of(label, LABEL) + GAP
        room = STEP - COLUMN - left
        if happens and not link.term.endswith("%") and room > width_of("…", SMALL):
            term = cut(link.term, room, SMALL)
            self.sheet.put(Line(text=term, x=left, y=base, lettering=SMALL))
            left += width_of(term, SMALL) + GAP
        self.sheet.put(Track(look=GRID, points=((left, middle), (STEP - COLUMN + GAP, middle))))
        step, reached = (_short(one(happens=happens)) for one in (place.step, place.reached))
        self.sheet.put(Line(text=step, x=STEP, y=base, lettering=VALUE, anchor="right"))
        strong = STRONG if happens else VALUE
        self.sheet.put(Line(text=reached, x=WAY, y=base, lettering=strong, anchor="right"))


def _short(number: Number | None) -> str:
    return brief(percent(number.value, number.se)) if number else "unknown"


def _look(step: Number | None, *, happens: bool) -> Stroke:
    """The thicker, the more probable."""
    width = THIN + (THICK - THIN) * (step.value if step else 0.0)
    if happens:
        return Stroke(colour=BLUE, width=width)
    drawn, left_out = DASHES
    return Stroke(colour=GREY, width=width, dash=(0, (drawn / width, left_out / width)))
