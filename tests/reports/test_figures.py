"""Charts: what is drawn of plain data, wide and narrow, read out, in pixels and in a notebook."""

from __future__ import annotations

import re
from functools import cache
from itertools import combinations, pairwise
from xml.etree import ElementTree

import matplotlib as mpl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from estimative.priors.verbal_scale import ICD203, PHIA
from estimative.reports.figures import axes, style
from estimative.reports.figures.axes import NumberAxis, ProbabilityAxis, even_steps, log_odds, tick_percent
from estimative.reports.figures.bars import BarRow, End, visible
from estimative.reports.figures.chart import Chart
from estimative.reports.figures.style import Fill, Lettering
from estimative.reports.figures.text import plain, text_width, truncated, wrapped
from tests.examples import examples, later
from tests.figures import (
    BASELINE,
    PLOTS,
    POINTS,
    RANGES,
    SVG,
    bars,
    chart,
    colours,
    curve,
    described,
    intervals,
    lines,
    outside,
    overlapping,
    written,
)

CAUTION = "Some fits did not converge."
HOSTILE = {
    "markup": "<script>alert(1)</script> <img src=x onerror='a(1)'> \"&lt;b&gt;\" &#x202e; & ]]> <!-- gone --> <?x?>",
    "steering": "evil\u202egnp.exe\u2066 \u200f a\x00b\x1b[31m\tc\nd\r\x7f\ud800",
    "long": "x" * 300,
    "scripts": "\u53f0\u6e7e \u0b95\u0bcd \u05d0 \u0645\u0631 e\u0301 \U0001f468\u200d\U0001f469 \u2764 \u2588\u25a1",
    "maths": r"$x^2$ \frac{1}{2} https://evil.example url(https://evil.example) xlink:href",
    "empty": "",
}
ALLOWED = {"svg", "title", "desc", "g", "path", "text", "defs", "clipPath", "rect", "pattern", "use"}
every_plot = pytest.mark.parametrize("kind", [later(kind) if kind == "steps" else kind for kind in PLOTS])
"""Steps are bars, of which the quick suite looks at others, and at a waterfall of a result."""
TELLING = {"bars", "branches"}
"""Kinds of plot that are drawn with every hostile text, and bare, in the quick suite: one function draws letters."""
plots_and_texts = pytest.mark.parametrize(
    ("kind", "name"),
    [
        (kind, name) if kind in TELLING or (name in {"markup", "long"} and kind != "steps") else later(kind, name)
        for kind in PLOTS
        for name in HOSTILE
        if name != "empty"
    ],
)
both_widths = pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])


@cache
def drawn(kind: str, name: str = "", *, narrow: bool = False, bare: bool = False) -> str:
    """An SVG of one kind of plot; with a hostile text, it has a caution too."""
    return (cautioned(kind, name) if name else chart(kind)).svg(narrow=narrow, bare=bare)


def cautioned(kind: str, name: str) -> Chart:
    """A chart with a hostile text and a caution."""
    return chart(kind, HOSTILE[name], caution=CAUTION)


@every_plot
@both_widths
def test_a_drawing_is_as_wide_as_its_reader_s_screen(kind: str, *, narrow: bool) -> None:
    """The root has a viewBox of the width of a page or of a telephone."""
    root = ElementTree.fromstring(drawn(kind, narrow=narrow))
    assert root.tag == f"{SVG}svg"
    width = style.NARROW if narrow else style.WIDE
    assert float(root.attrib["viewBox"].split()[2]) == float(root.attrib["width"]) == width


@every_plot
def test_title_and_description_are_read_out(kind: str) -> None:
    """They come first, label the drawing, and have names that no other drawing has."""
    root = ElementTree.fromstring(drawn(kind))
    assert [child.tag for child in root[:2]] == [f"{SVG}title", f"{SVG}desc"]
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"].split() == [child.attrib["id"] for child in root[:2]]
    names = {ElementTree.fromstring(drawn(other))[0].attrib["id"] for other in PLOTS}
    assert len(names) == len(PLOTS)


@every_plot
def test_the_description_has_caption_and_every_sentence(kind: str) -> None:
    """A caution comes first, then how to read the plot, then all its numbers."""
    picture = cautioned(kind, "long")
    title, description = described(drawn(kind, "long"))
    assert title == picture.title
    assert description.startswith(f"CAUTION: {CAUTION} {picture.caption}")
    assert picture.content.sentences
    assert all(sentence in description for sentence in picture.content.sentences)


@pytest.mark.parametrize("kind", [kind if kind in TELLING else later(kind) for kind in PLOTS])
@both_widths
def test_a_bare_drawing_leaves_title_caption_and_source_to_the_page(kind: str, *, narrow: bool) -> None:
    """The complete one has them, the caution first and in bold."""
    complete = written(drawn(kind, "long", narrow=narrow))
    assert complete[0].bold
    assert complete[0].text.startswith("CAUTION")
    assert [line for line in complete if line.size == style.TITLE.size]
    bare = " ".join(lines(drawn(kind, "long", narrow=narrow, bare=True)))
    assert "CAUTION" not in bare
    assert "how to read it" not in bare
    assert "whose it is" not in bare
    assert "how to read it" in " ".join(line.text for line in complete)
    assert "whose it is" in " ".join(line.text for line in complete)


@plots_and_texts
def test_a_drawing_brings_nothing_along(kind: str, name: str) -> None:
    """There is no script, no style sheet, no date, no doctype, and no reference but to the drawing itself."""
    svg = drawn(kind, name)
    root = ElementTree.fromstring(svg)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= ALLOWED
    assert not re.search(r"<!|<\?(?!xml )", svg)
    attributes = [pair for element in root.iter() for pair in element.attrib.items()]
    assert not [name for name, _ in attributes if name.lower().startswith("on")]
    assert all(value.startswith("#") for name, value in attributes if name.endswith("href"))
    assert all(target.startswith("#") for _, value in attributes for target in re.findall(r"url\((.*?)\)", value))


@every_plot
@both_widths
def test_every_reference_is_to_something_there(kind: str, *, narrow: bool) -> None:
    """What is used is defined, once, and nothing else has a name that could meet another on one page."""
    svg = drawn(kind, narrow=narrow)
    names = re.findall(r' id="(.*?)"', svg)
    used = re.findall(r'(?:href="#|url\(#)(.*?)["\)]', svg)
    assert len(set(names)) == len(names)
    assert {*used, *ElementTree.fromstring(svg).attrib["aria-labelledby"].split()} == set(names)


@every_plot
def test_a_drawing_is_the_same_every_time(kind: str) -> None:
    """The same data give the same text, whatever the drawing library's user has set, which is left as it was."""
    with mpl.rc_context({"font.size": 30, "svg.fonttype": "path", "axes.grid": True, "xtick.direction": "in"}):
        again = chart(kind).svg()
        assert mpl.rcParams["font.size"] == 30
        assert mpl.rcParams["svg.hashsalt"] is None
    assert again == drawn(kind)


@every_plot
def test_every_colour_is_one_of_the_palette(kind: str) -> None:
    """A page in the dark puts others in their place, and forgets none."""
    assert colours(drawn(kind, "long")) <= set(style.PALETTE.values())


@plots_and_texts
def test_text_of_a_file_stays_text(kind: str, name: str) -> None:
    """It is read out in full and drawn letter by letter, with escapes for what could steer a reader's program."""
    svg, text = drawn(kind, name), plain(HOSTILE[name])
    assert {element.tag.removeprefix(SVG) for element in ElementTree.fromstring(svg).iter()} <= ALLOWED
    assert text in " ".join(described(svg))
    assert "".join(svg.split()).isprintable()
    assert [line for line in lines(svg) if line.startswith(text[:4])]


@every_plot
@pytest.mark.parametrize(
    ("name", "narrow"),
    [("long", False), ("long", True), ("scripts", False), ("scripts", True), later("empty", False), ("empty", True)],
)
def test_no_text_is_cut_off_or_covered(kind: str, name: str, *, narrow: bool) -> None:
    """Every line is inside the drawing, and none runs into another."""
    for bare in (False, True) if name == "long" else (name == "empty" or narrow,):
        svg = drawn(kind, name, narrow=narrow, bare=bare)
        assert not overlapping(svg)
        assert not outside(svg)


@every_plot
def test_letters_are_large_enough(kind: str) -> None:
    """On a telephone no letter is smaller than 11 pixels."""
    assert min(line.size for line in written(drawn(kind, narrow=True))) >= 11


@pytest.mark.parametrize("kind", [kind if kind in {"multiples", "strip"} else later(kind) for kind in PLOTS])
def test_a_drawing_in_pixels_is_three_times_as_wide(kind: str) -> None:
    """It is a PNG with nearly three pixels to the unit."""
    png = chart(kind, HOSTILE["scripts"]).png()
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(png[16:20]) == pytest.approx(style.WIDE * 200 / 72, abs=1)


@every_plot
def test_a_notebook_draws_into_its_own_axes(kind: str) -> None:
    """`plot` returns the axes that it was given, with something in them; the drawing library's settings stay."""
    ax = Figure().add_subplot()
    assert chart(kind).plot(ax) is ax
    assert ax.has_data() or ax.patches or ax.lines


def test_a_notebook_shows_the_drawing() -> None:
    """What is not drawn into axes is shown as the complete SVG."""
    assert chart("bars")._repr_svg_() == drawn("bars")


def test_without_axes_a_notebook_gets_new_ones() -> None:
    """They belong to pyplot, so that a notebook shows them."""
    with mpl.rc_context({"backend": "agg"}):
        from matplotlib import pyplot as plt

        ax = chart("bars").plot()
        assert ax.figure.number in plt.get_fignums()
        plt.close(ax.figure)


def test_a_bar_ends_at_its_number() -> None:
    """On log-odds each half goes from the baseline to the value."""
    ax = Figure().add_subplot()
    bars("x").draw_into(ax)
    ends = sorted(round(patch.get_x() + patch.get_width(), 9) for patch in ax.patches)
    assert ends == sorted(round(log_odds(end), 9) for pair in RANGES for end in pair)
    assert {round(patch.get_x(), 9) for patch in ax.patches} == {round(log_odds(BASELINE), 9)}


def test_dot_ring_and_interval_are_where_they_belong() -> None:
    """On log-odds; 0 has no place there, so that a triangle points to it from the end of the axis."""
    ax = Figure().add_subplot()
    intervals("x").draw_into(ax)
    for point, low, high in POINTS[:2]:
        spans = [line.get_xdata() for line in ax.lines if line.get_linewidth() == style.SPAN.width]
        assert any(list(ends) == pytest.approx([log_odds(low), log_odds(high)]) for ends in spans)
        for place in (point, point / 2):
            assert any(list(line.get_xdata()) == pytest.approx([log_odds(place)]) for line in ax.lines)
    assert [line.get_marker() for line in ax.lines].count("<") == 2


def test_a_curve_goes_through_its_points() -> None:
    """On log-odds, at the values of the factor."""
    ax = Figure().add_subplot()
    content = curve("x")
    content.draw_into(ax)
    drawn_curve = next(line for line in ax.lines if line.get_marker() == "o")
    assert list(drawn_curve.get_xdata()) == [point.at for point in content.points]
    assert list(drawn_curve.get_ydata()) == pytest.approx([log_odds(point.value) for point in content.points])


def test_rows_too_short_to_see_are_left_out() -> None:
    """A bar of less than a pixel has no row; the longest come first in the data and are kept."""

    def row(end: float) -> BarRow:
        return BarRow(label=f"{end}", start=0, ends=(End(value=end, look=style.DARK),), sentence="")

    rows = [row(100), row(-50), row(0.2), row(1)]
    axis = NumberAxis(label="")
    assert [r.label for r in visible(rows, axis, most=9)] == ["100", "-50", "1"]
    assert [r.label for r in visible(rows, axis, most=1)] == ["100"]
    assert visible([row(0)], axis, most=9) == visible([], axis, most=9) == ()


@pytest.mark.parametrize(("words", "narrow"), [(ICD203, False), (PHIA, True), later(ICD203, True), later(PHIA, False)])
def test_every_word_of_a_scale_can_be_read(words: axes.Words, *, narrow: bool) -> None:
    """The strip names every word, wherever the probability is."""
    from msgspec.structs import replace

    from tests.figures import strip

    for point in (0.004, 0.5, 0.97):
        content = replace(strip("x"), axis=ProbabilityAxis(words=words), point=point, low=point / 2, high=point)
        svg = replace(chart("strip"), content=content).svg(narrow=narrow, bare=True)
        text = " ".join(lines(svg))
        assert all(band.words[0] in text for band in words.bands)
        assert not overlapping(svg)
        assert not outside(svg)


@given(st.floats(-20, 20), st.floats(0, 30), st.floats(60, 500))
def test_the_numbers_of_an_axis_are_on_it_and_apart(low: float, span: float, length: float) -> None:
    """An axis has at least one number however short or far out it is, and each has room."""
    values = [axes.probability(place) for place in (low, low + span)]
    axis = ProbabilityAxis()
    stretch = axis.stretch(values, length, (16, 16))
    ticks = axis.ticks(stretch, lambda text: 5.0 * len(text))
    places = [(tick.place - stretch.low) / stretch.unit for tick in ticks]
    assert all(0 <= place <= length for place in places)
    for (first, here), (second, there) in pairwise(zip(ticks, places, strict=True)):
        assert there - here >= 5 * (len(first.text) + len(second.text)) / 2
    if -10 < low < 10 - span and length > 200:
        assert ticks


def test_thresholds_and_powers_of_ten_are_numbered_first() -> None:
    """Where there is room the thresholds of the words and the powers of ten are all there."""
    axis = ProbabilityAxis()
    ticks = axis.ticks(axis.stretch([0.0005, 0.995], 2000, (16, 16)), lambda text: 20.0)
    edges = {tick_percent(edge) for band in ICD203.bands for edge in (band.low, band.high)}
    assert edges == {tick.text for tick in ticks if tick.threshold}
    assert "0.1%" in {tick.text for tick in ticks}


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_even_steps_are_round_and_few(low: float, span: float) -> None:
    """Up to seven numbers within the stretch, at equal distances."""
    steps = even_steps(low, low + span)
    assert 1 <= len(steps) <= 7
    assert all(low - 1e-6 * span <= step <= low + span * (1 + 1e-6) for step in steps)


def test_numbers_along_an_axis_are_short() -> None:
    """Percent without digits that say nothing, and powers of ten where there would be many zeros."""
    texts = {0.2: "20%", 0.005: "0.5%", 1e-6: "0.0001%", 2e-7: "2·10⁻⁵%", 1e-12: "10⁻¹⁰%", 0.999999: "99.9999%"}
    assert {p: tick_percent(p) for p in texts} == texts


@given(st.floats(-12, 12), st.floats(0.5, 20))
def test_words_cover_an_axis_without_a_gap(low: float, span: float) -> None:
    """They follow each other from end to end, each the scale's own word for its middle."""
    stretch = axes.Stretch(low=low, high=low + span, length=300)
    words = list(ProbabilityAxis().stretches(stretch))
    assert (words[0][1], words[-1][2]) == (stretch.low, stretch.high)
    assert all(first[2] == second[1] for first, second in pairwise(words))
    for word, start, end in words:
        assert not word or word == ICD203.word(axes.probability((start + end) / 2)).text


@examples(20)
@given(st.text(max_size=120), st.floats(30, 300), st.integers(1, 4))
def test_lines_fit_and_lose_nothing(text: str, width: float, most: int) -> None:
    """No line is wider than it may be, but a single letter; what is left out is left out at the end and marked."""
    look = Lettering(size=9)
    result = wrapped(text, width, look, lines=most)
    assert len(result) <= most
    assert all(text_width(line, look) <= width or len(line.rstrip("\u2026")) <= 1 for line in result)
    full, remaining = (t.replace(" ", "") for t in (plain(text), "".join(result)))
    assert remaining == full or (remaining.endswith("\u2026") and full.startswith(remaining[:-1]))
    assert truncated(text, 1e6, look) == plain(text)


@pytest.mark.parametrize("look", [style.TITLE, style.SMALL], ids=["bold", "small"])
def test_a_width_is_that_of_the_letters(look: Lettering) -> None:
    """Text is as wide as the drawing library sets it, but for pairs of letters that it moves together."""
    text = "fixed at 0.0123 in closures_of_bridges \u2013 \u0413\u0434\u0435?"
    font = FontProperties(family=style.FAMILY, weight=look.weight, size=look.size)
    width, _, _ = text_to_path.get_text_width_height_descent(text, font, False)
    assert text_width(text, look) == pytest.approx(width, rel=0.02)
    assert text_width("\u53f0", look) >= look.size


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(first: str, second: str) -> float:
    """Contrast ratio, as WCAG defines it."""
    low, high = sorted(map(luminance, (first, second)))
    return (high + 0.05) / (low + 0.05)


@every_plot
def test_nothing_is_shown_by_colour_alone(kind: str) -> None:
    """Two samples of a key differ in shape, hatching or dashes, or one is much lighter than the other."""
    for first, second in combinations([look for look, _ in chart(kind).content.key], 2):
        shapes = [
            (type(look), look.hatch) if isinstance(look, Fill) else (type(look), look.marker, look.hollow, look.dash)
            for look in (first, second)
        ]
        assert shapes[0] != shapes[1] or contrast(first.colour, second.colour) > 2


def test_letters_stand_out_from_the_paper() -> None:
    """Also small and grey ones, on every light area; bars and dots stand out enough to be seen."""
    for paper in (style.PAPER, style.SHADE, style.PALE):
        assert all(contrast(colour, paper) > 4.5 for colour in (style.INK, style.GREY))
    assert contrast(style.BLUE, style.PAPER) > 3
