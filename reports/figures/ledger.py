"""The ledger: how the headline's odds run, story by story, from before any evidence to after all of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from matplotlib.axes import Axes

from estimative.priors.verbal_scale import ICD203
from estimative.priors.verbal_scale import Scale as Words
from estimative.reports.document import alone
from estimative.reports.evidence import wording as words
from estimative.reports.evidence.summary import Ledger, Story, Weighing
from estimative.reports.figures.axis import PROBABILITY, Scale, across, decibans_across
from estimative.reports.figures.canvas import Canvas, FigureText, Line
from estimative.reports.figures.notes import exactness, origin
from estimative.reports.figures.style import (
    CLEARED,
    DARK,
    GAP,
    GRID,
    INK,
    LABEL,
    LIGHT,
    LINK,
    MARGIN,
    NUMBER,
    SMALL,
    STRONG,
    VALUE,
    WIDTH,
    NothingToPlot,
)
from estimative.reports.figures.text import brief, cut, minus, width_of
from estimative.reports.summary import Number
from estimative.reports.wording import plain_decibans, plural

ROW, BAR = 24.0, 11.0
"""Heights, in units."""
HEAD, FOOT = 30.0, 36.0
"""For the numbers and names of the axes above and below."""
NAMES, RUNNING = 218.0, 56.0
"""Where the names end, and how wide the column of running numbers is."""
UP, DOWN = "\u25b2", "\u25bc"
NUMBERS = (
    "Numbers at the bars: decibans, 10 of which are a factor of 10 in the odds. Items of one origin are one story."
)
ORDER = (
    "Each bar goes from where the headline stood to where it stands once the story is known too, in the order of the "
    "scenario. In another order stories that say the same would share it otherwise; the whole way is the same in any."
)


def ledger(found: Weighing, yardstick: Words = ICD203) -> Canvas:
    """The running total.

    Raises
    ------
    Nothing
        If no ledger is told, or there is no evidence.
    """
    told = _told(found)
    scale = _scale(told, yardstick)
    with Canvas.with_room("ledger", _around(found, told, scale.note), HEAD + _height(told) + FOOT) as sheet:
        _draw(sheet, told, scale)
    return sheet


def _told(found: Weighing) -> Ledger:
    if not found.ledger:
        raise NothingToPlot(f"No ledger is told. {found.caution}".strip())
    if not found.ledger.stories:
        raise NothingToPlot("There is no evidence.")
    return found.ledger


def _height(told: Ledger) -> float:
    return ROW * (len(told.stories) + 2)


@dataclass(frozen=True, kw_only=True)
class Step:
    """A story and the way that it takes the headline, in natural log-odds."""

    name: str
    story: Story
    start: Number

    @property
    def size(self) -> Number:
        return self.story.step

    @property
    def up(self) -> bool:
        return self.size.value >= 0

    @property
    def told(self) -> str:
        """The step in decibans, with a mark for its direction."""
        mark = UP if self.up else DOWN
        return f"{mark} {brief(self.decibans)}" if self.size.value else self.decibans

    @property
    def decibans(self) -> str:
        return minus(plain_decibans(self.size))

    @property
    def items(self) -> str:
        """How many items tell the story; empty for one."""
        count = len(self.story.items)
        return f" ({plural(count, 'item', 'items')})" if count > 1 else ""


def _steps(told: Ledger) -> list[Step]:
    totals = pairwise([told.before, *(story.running for story in told.stories.values())])
    return [
        Step(name=name, story=story, start=start)
        for (name, story), (start, _) in zip(told.stories.items(), totals, strict=True)
    ]


def _around(found: Weighing, told: Ledger, words_note: str) -> FigureText:
    subtitle = (f"{alone(found.headline_title)}, by {found.scenario.until}.", ORDER)
    totals = [told.before, *(story.running for story in told.stories.values())]
    return FigureText(
        title=_title(told),
        subtitle=subtitle,
        caution=found.caution,
        key=((DARK, f"{UP} raises the headline"), (LIGHT, f"{DOWN} lowers the headline")),
        notes=(
            f"{NUMBERS} {words_note}",
            exactness("where the headline stands", [total.se for total in totals]),
            origin(found.scenario, found.analyst.prior_set, found.computation),
        ),
        description=(*subtitle, *_sentences(told)),
    )


def _title(told: Ledger) -> str:
    """What is seen first."""
    before, after = words.chance(told.before), words.chance(told.after)
    if abs(told.whole.value) <= words.CLEAR * told.whole.se:
        return f"All evidence together leaves the headline near {after}"
    return (
        f"All evidence together {'raises' if told.whole.value > 0 else 'lowers'} the headline from {before} to {after}"
    )


def _sentences(told: Ledger) -> Iterator[str]:
    """Every row in words."""
    yield f"Before any evidence: {words.chance(told.before)}."
    for step in _steps(told):
        yield f"{step.name}{step.items}: {step.decibans} decibans, to {words.chance(step.story.running)}."
    yield f"After all of it: {words.chance(told.after)}."


def _scale(told: Ledger, yardstick: Words) -> Scale:
    """An axis that holds every total, with room for the steps' numbers."""
    totals = [told.before.value, *(story.running.value for story in told.stories.values()), told.after.value]
    room = max(width_of(step.told, VALUE) for step in _steps(told)) + 2 * GAP
    return Scale.over(totals, WIDTH - MARGIN - RUNNING - NAMES, side=room, yardstick=yardstick)


def _draw(sheet: Canvas, told: Ledger, scale: Scale) -> None:
    steps, top = _steps(told), sheet.top + HEAD
    axes = sheet.axes(NAMES, top, scale.length, _height(told))
    axes.set_ylim(_height(told), 0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    across(axes, scale, PROBABILITY)
    decibans_across(axes, scale, told.before.value, "Weight of the evidence so far (decibans)")
    sheet.put(Line(text="Headline then", x=WIDTH - MARGIN, y=top - HEAD + 1.5 * GAP, lettering=NUMBER, anchor="right"))
    _draw_total(sheet, axes, "Before any evidence", told.before, top, 0)
    for place, step in enumerate(steps, start=1):
        _draw_step(axes, scale, step, ROW * (place + 0.5))
        _draw_names(sheet, step, top + ROW * (place + 0.5))
    _draw_total(sheet, axes, "After all evidence", told.after, top, len(steps) + 1)


def _draw_total(sheet: Canvas, axes: Axes, name: str, total: Number, top: float, place: int) -> None:
    middle = ROW * (place + 0.5)
    axes.axhline(middle, **GRID.drawn, zorder=0)
    axes.plot([total.value], [middle], "D", color=INK, markersize=6, zorder=4)
    base = top + middle + 0.35 * STRONG.size
    sheet.put(Line(text=name, x=MARGIN, y=base, lettering=STRONG))
    sheet.put(Line(text=words.chance(total), x=WIDTH - MARGIN, y=base, lettering=STRONG, anchor="right"))


def _draw_step(axes: Axes, scale: Scale, step: Step, middle: float) -> None:
    """The bar, the way to it from the row above, and its size beside the end that it comes to."""
    start, end = step.start.value, step.story.running.value
    axes.axhline(middle, **GRID.drawn, zorder=0)
    axes.plot([start, start], [middle - ROW, middle], zorder=1, **LINK.drawn)
    axes.barh(middle, end - start, BAR, left=start, zorder=2, **(DARK if step.up else LIGHT).drawn)
    gap = scale.per_unit * GAP / 2 * (1 if step.up else -1)
    anchor = "left" if step.up else "right"
    axes.text(end + gap, middle, step.told, ha=anchor, va="center_baseline", zorder=4, bbox=CLEARED, **VALUE.drawn)


def _draw_names(sheet: Canvas, step: Step, middle: float) -> None:
    """A story's name with the number of its items, under it what it says, and where the headline then stands."""
    room, base = NAMES - MARGIN - GAP, middle + 0.35 * LABEL.size
    name = cut(step.name, room - width_of(step.items, LABEL), LABEL) + step.items
    sheet.put(Line(text=name, x=MARGIN, y=base - SMALL.leading / 2, lettering=LABEL))
    said = cut(step.story.title, room, SMALL)
    sheet.put(Line(text=said, x=MARGIN, y=base + SMALL.leading / 2, lettering=SMALL))
    running = words.chance(step.story.running)
    sheet.put(Line(text=running, x=WIDTH - MARGIN, y=base, lettering=NUMBER, anchor="right"))
