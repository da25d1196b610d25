"""Points and intervals drawn in characters."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from estimative.reports.blocks import IntervalPlot, IntervalRow
from estimative.reports.formats.plot import BEFORE, GUIDE, HIGH_END, LINE, LOW_END, POINT, plot_lines

CHANCES = st.one_of(st.floats(0, 1), st.floats(-12, 0).map(lambda power: 10.0**power))
"""Probabilities, tiny ones as often as others."""
WIDTHS = st.integers(40, 200)
LABELS = st.text(alphabet="ab-\u6f22\u0301 \n\x1b`", max_size=30)


@st.composite
def dots(draw: st.DrawFn) -> IntervalRow:
    """A probability within its interval, and one before that may lie anywhere."""
    low, point, high = sorted(draw(CHANCES) for _ in range(3))
    return IntervalRow(label=draw(LABELS), point=point, low=low, high=high, before=draw(CHANCES))


PLOTS = st.lists(dots(), min_size=1, max_size=5).map(lambda rows: IntervalPlot(rows=tuple(rows), key=""))


def dot(point: float, *, low: float | None = None, high: float | None = None, label: str = "a") -> IntervalRow:
    """A probability that the evidence has not moved."""
    return IntervalRow(
        label=label, point=point, low=point if low is None else low, high=point if high is None else high, before=point
    )


def lines(*rows: IntervalRow, width: int = 80) -> list[str]:
    """The rows of a plot, and the numbers of its axis."""
    return list(plot_lines(IntervalPlot(rows=rows, key=""), width))[: len(rows) + 1]


@given(plot=PLOTS, width=WIDTHS)
def test_a_plot_keeps_its_width(plot: IntervalPlot, width: int) -> None:
    """Whatever labels and probabilities are, no line is wider than the plot, and words are below the numbers."""
    printed = plot_lines(plot, width)
    assert len(plot.rows) + 1 <= len(printed) <= len(plot.rows) + 2
    assert max(map(cell_len, printed)) <= width
    assert not [c for line in printed for c in line if not c.isprintable()]


@given(chances=st.lists(CHANCES, min_size=2, max_size=6, unique=True), width=WIDTHS)
def test_columns_rise_with_probability(chances: list[float], width: int) -> None:
    """Of two dots the one with the higher probability is never further left; the ends of the axis are far apart."""
    columns = [line.index(POINT) for line in lines(*map(dot, sorted(chances)), width=width)[:-1]]
    assert columns == sorted(columns)
    if min(chances) < 0.3 and max(chances) > 0.6:
        assert columns[-1] - columns[0] > width / 2


@given(chances=st.lists(CHANCES, min_size=3, max_size=3), beside=CHANCES, width=WIDTHS)
def test_an_interval_contains_its_point(chances: list[float], beside: float, width: int) -> None:
    """The point lies on the unbroken line from the low end to the high end, ends included."""
    low, point, high = sorted(chances)
    line = lines(dot(point, low=low, high=high), dot(beside), width=width)[0]
    drawing = line.removeprefix("a").replace(GUIDE, " ").strip()
    assert re.fullmatch(f"{LOW_END}?{LINE}*{POINT}{LINE}*{HIGH_END}?", drawing)


@pytest.mark.parametrize("chance", [0.0, 1.0, 1e-300, 1 - 1e-16])
def test_a_certain_dot_stands_on_the_axis(chance: float) -> None:
    """A probability of 0 or 1 is drawn at an end of the axis, beside others as well as alone."""
    assert lines(dot(chance))[0].count(POINT) == 1
    beside, middle, _ = lines(dot(chance), dot(0.5))
    assert (beside.index(POINT) < middle.index(POINT)) == (chance < 0.5)


def test_two_certain_dots_span_the_axis() -> None:
    """Between 0 and 1 the axis is symmetric: its middle is one half."""
    none, half, all_, _ = (line.find(POINT) for line in lines(dot(0.0), dot(0.5), dot(1.0)))
    assert abs((none + all_) / 2 - half) <= 0.5


@given(plot=PLOTS, width=WIDTHS)
def test_numbers_of_the_axis_do_not_touch(plot: IntervalPlot, width: int) -> None:
    """The numbers under the axis are in rising order, whole, and two blanks or more apart."""
    axis = plot_lines(plot, width)[len(plot.rows)]
    numbers = re.split(r" {2,}", axis.strip()) if axis.strip() else []
    assert all(re.fullmatch(r"\d{1,2}(\.\d+)?%", text) for text in numbers)
    assert all(float(a.removesuffix("%")) < float(b.removesuffix("%")) for a, b in pairwise(numbers))


def test_a_number_stands_under_its_guide() -> None:
    """Each number is centred under a guide, which marks a threshold of a word or a power of ten."""
    first, _, axis = lines(dot(0.004), dot(0.7))
    guides = [place for place, character in enumerate(first) if character == GUIDE]
    numbers = list(re.finditer(r"[\d.]+%", axis))
    assert [number[0] for number in numbers] == ["1%", "5%", "20%", "45%", "55%"]
    for number, guide in zip(numbers, guides, strict=True):
        assert abs((number.start() + number.end() - 1) / 2 - guide) <= 0.5


@pytest.mark.parametrize("label", ["x", "x" * 19, "x" * 20, "\u6f22" * 10, "x\u0301" * 20])
def test_a_short_label_is_not_cut(label: str) -> None:
    """Up to twenty columns, which may be fewer or more characters; it is left of the drawing."""
    line = lines(dot(0.3, label=label))[0]
    assert line.startswith(f"{label} ")
    assert "\u2026" not in line


@pytest.mark.parametrize("label", ["x" * 21, "\u6f22" * 30, "x\u0301" * 40, "\U0001f600" * 15, "\x1b[31m" * 9])
def test_a_long_label_is_cut_and_says_so(label: str) -> None:
    """A longer label is cut to twenty columns, ends in an ellipsis and leaves the axis where it is."""
    long, short, _ = lines(dot(0.3, label=label), dot(0.3, label="b"))
    cut, _, _ = long.partition("\u2026")
    assert cell_len(cut) <= 19
    assert cell_len(long[: long.index(POINT)]) == cell_len(short[: short.index(POINT)])


def test_labels_are_fitted_to_the_longest() -> None:
    """The drawing starts right of the longest label, whichever row that is in."""
    short, long, _ = lines(dot(0.2, label="ab"), dot(0.2, label="abcdef"))
    assert short.startswith("ab     ")
    assert short.index(POINT) == long.index(POINT)


def test_the_prior_is_marked_next_to_the_result() -> None:
    """The ring stands where the probability was before the evidence; where nothing moved the point covers it."""
    moved = lines(IntervalRow(label="a", point=0.4, low=0.2, high=0.6, before=0.1))[0]
    assert moved.index(BEFORE) < moved.index(LOW_END) < moved.index(POINT) < moved.index(HIGH_END)
    assert BEFORE not in lines(dot(0.3))[0]


def test_words_stand_between_their_thresholds() -> None:
    """A word is under its own part of the axis; one that does not fit is left out."""
    _, numbers, words = plot_lines(IntervalPlot(rows=(dot(0.3, low=0.05, high=0.9, label=""),), key=""), 120)
    ends = {float(match[1]): match.start() for match in re.finditer(r"(\d+)%", numbers)}
    places = {match[0]: match.span() for match in re.finditer(r"\S+( \S+)?", words)}
    assert list(places) == ["very unlikely", "unlikely", "likely", "very likely"]
    for word, (low, high) in {"very unlikely": (5, 20), "unlikely": (20, 45), "likely": (55, 80)}.items():
        start, end = places[word]
        assert ends[low] <= start < end <= ends[high] + 2
