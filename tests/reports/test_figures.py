"""Pictures of what a summary tells."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from estimative.priors.verbal_scale import ICD203
from estimative.reports.blocks import Picture
from estimative.reports.evidence import wording as evidence_wording
from estimative.reports.figures import axis, style
from estimative.reports.figures.axis import Scale
from estimative.reports.figures.ledger import ledger
from estimative.reports.figures.style import BLUE, ORANGE, WIDTH, Lettering, NothingToPlot
from estimative.reports.figures.sweep import sweep
from estimative.reports.figures.text import plain, width_of, wrapped
from estimative.reports.figures.tornado import tornado
from estimative.reports.sensitivity.wording import headline_at, held_at
from estimative.reports.whatif.summary import WITHHELD
from estimative.reports.wording import percent, plain_decibans
from tests import figures
from tests.estimative.test_architecture import FILES, imports
from tests.figures import (
    BEFORE,
    HEADLINE,
    STORIES,
    SVG,
    SWINGS,
    UNCONVERGED,
    WEIGHTS,
    areas,
    colours,
    described,
    lines,
    log_odds,
    outside,
    overlapping,
    written,
)
from tests.sensitivities import SENSITIVITIES
from tests.told_whatifs import WHATIFS
from tests.weighings import WEIGHINGS

DRAWN: dict[str, Callable[[Any], Picture]] = {"tornado": tornado, "sweep": sweep, "ledger": ledger}
KINDS = list(DRAWN)
HOSTILE = {
    "markup": "<script>alert(1)</script> <img src=x onerror='a(1)'> \"&lt;b&gt;\" &#x202e; & ]]> <!-- gone --> <?x?>",
    "steering": "evil\u202egnp.exe\u2066 \u200f a\x00b\x1b[31m\tc\nd\r\x7f\ud800",
    "long id": "x" * 300,
    "scripts": "\u53f0\u6e7e \u0b95\u0bcd \u05d0 \u0645\u0631 e\u0301 \U0001f468\u200d\U0001f469 \u2764 \u2588\u25a1",
    "maths and links": r"$x^2$ \frac{1}{2} https://evil.example url(https://evil.example) xlink:href",
}
OWN = {"\u2026", "\u2212", "\u25b2", "\u25bc"}
"""What is drawn beside the letters of a keyboard and those of files."""
ALLOWED = {"svg", "title", "desc", "g", "path", "text", "defs", "clipPath", "rect", "pattern", "use"}


@cache
def drawn(kind: str) -> str:
    return DRAWN[kind](figures.summaries()[kind]).svg()


@cache
def warned(kind: str) -> str:
    return DRAWN[kind](figures.summaries(caution=UNCONVERGED)[kind]).svg()


@cache
def hostile(kind: str, name: str) -> str:
    return DRAWN[kind](figures.saying(kind, HOSTILE[name])).svg()


@pytest.mark.parametrize("kind", KINDS)
def test_a_figure_is_an_svg_that_scales(kind: str) -> None:
    """The text is well-formed XML whose root has a viewBox of the common width."""
    root = ElementTree.fromstring(drawn(kind))
    assert root.tag == f"{SVG}svg"
    assert root.attrib["viewBox"].split()[:3] == ["0", "0", f"{WIDTH:g}"]
    assert float(root.attrib["viewBox"].split()[3]) > 100


@pytest.mark.parametrize("kind", KINDS)
def test_title_and_description_are_read_out(kind: str) -> None:
    """Title and description come first and are what the picture is labelled by, with names no other picture has."""
    root = ElementTree.fromstring(drawn(kind))
    assert [child.tag for child in root[:2]] == [f"{SVG}title", f"{SVG}desc"]
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"].split() == [child.attrib["id"] for child in root[:2]]
    names = {ElementTree.fromstring(drawn(other))[0].attrib["id"] for other in KINDS}
    assert len(names) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_title_in_the_picture_is_the_one_read_out(kind: str) -> None:
    """The first lines of the picture, put together, are its title."""
    title, _ = described(drawn(kind))
    large = [line.text for line in written(drawn(kind)) if line.size == style.TITLE.size]
    assert " ".join(large) == title


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["", "markup", "maths and links"])
def test_a_figure_brings_nothing_along(kind: str, name: str) -> None:
    """There is no script, no style sheet, no date, no doctype, and no reference but to the picture itself."""
    svg = hostile(kind, name) if name else drawn(kind)
    root = ElementTree.fromstring(svg)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= ALLOWED
    assert not re.search(r"<!|<\?(?!xml )", svg)
    attributes = [pair for element in root.iter() for pair in element.attrib.items()]
    assert not [name for name, _ in attributes if name.lower().startswith("on")]
    assert all(value.startswith("#") for name, value in attributes if name.endswith("href"))
    assert all(target.startswith("#") for _, value in attributes for target in re.findall(r"url\((.*?)\)", value))


@pytest.mark.parametrize("kind", KINDS)
def test_every_reference_is_to_something_there(kind: str) -> None:
    """What is used is defined, once, and nothing else has a name that could meet another on one page."""
    names = re.findall(r' id="(.*?)"', drawn(kind))
    assert len(set(names)) == len(names)
    used = re.findall(r'(?:href="#|url\(#)(.*?)["\)]', drawn(kind))
    labels = ElementTree.fromstring(drawn(kind)).attrib["aria-labelledby"].split()
    assert used
    assert {*used, *labels} == set(names)


@pytest.mark.parametrize("kind", KINDS)
def test_a_figure_is_the_same_every_time(kind: str) -> None:
    """The same summary gives the same text, whatever the drawing library's user has set, which is left as it was."""
    with mpl.rc_context({"font.size": 30, "svg.fonttype": "path", "axes.grid": True, "xtick.direction": "in"}):
        again = DRAWN[kind](figures.summaries()[kind]).svg()
        assert mpl.rcParams["font.size"] == 30
        assert mpl.rcParams["svg.hashsalt"] is None
    assert again == drawn(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_every_colour_is_one_of_the_palette(kind: str) -> None:
    """Whoever shows a picture in the dark puts others in their place, and forgets none."""
    assert colours(warned(kind)) <= set(style.PALETTE)


def test_the_tornado_tells_its_numbers() -> None:
    """Each value held stands in the picture, and the headline there is read out, to the digits of the tables."""
    summary, texts = figures.summaries()["tornado"], lines(drawn("tornado"))
    _, description = described(drawn("tornado"))
    bars = {**summary.tornado.quantities, **summary.tornado.weights}
    for name, one in bars.items():
        low, high = held_at(one).split(" to ")
        at_low, at_high = headline_at(one).split(" to ")
        assert {low, high} <= set(texts)
        assert f"{name} held at {low}: {at_low} %, at {high}: {at_high}." in description
    assert f"as assessed: {percent(HEADLINE, 0.0004)}" in texts


def test_the_bars_of_a_tornado_reach_what_they_tell() -> None:
    """On the numbered axis each half goes from the headline to the headline where the quantity is held."""
    across = figures.scale(figures.numbered(drawn("tornado"), "middle"))
    middle = across(log_odds(HEADLINE))
    halves = [area for area in areas(drawn("tornado")) if area.fill in {BLUE, ORANGE} and area.left > 200]
    found = sorted((area.top, area.fill, area.left, area.right) for area in halves)
    tops = sorted({top for top, *_ in found})
    for top, (_, _, at_low, at_high) in zip(tops, [*SWINGS.values(), *WEIGHTS.values()], strict=True):
        for fill, end in ((ORANGE, across(log_odds(at_low))), (BLUE, across(log_odds(at_high)))):
            bar = next((left, right) for one, colour, left, right in found if (one, colour) == (top, fill))
            assert bar == pytest.approx(sorted((middle, end)), abs=0.01)


def test_the_tornado_says_what_was_varied() -> None:
    """Title and subtitle say what moves the headline most, by how much, and what was held where."""
    title, description = described(drawn("tornado"))
    assert title == "The headline hangs most on wear: 1.00 to 9.00 %"
    varied = "Each quantity held at the 5 % and the 95 % point of its prior, all else as assessed and fitted anew."
    assert varied in description
    assert varied[:60] in " ".join(lines(drawn("tornado")))
    assert {"held low (at 5 %, or 0)", "held high (at 95 %, or 1)"} <= set(lines(drawn("tornado")))


def test_a_tornado_shows_the_widest_and_counts_the_rest() -> None:
    """Fifteen quantities and eight weights are drawn; how many more there are is told, and the constants too."""
    one = figures.swing("", 0, 1, 0.03, 0.05)
    many = figures.tornado(
        {f"factors.f{i}": one for i in range(20)}, {f"relevance.w{i}": one for i in range(9)}, ("a",)
    )
    svg = tornado(figures.sensitivity(many)).svg()
    assert [line for line in lines(svg) if re.fullmatch(r"f\d+", line)] == [f"f{i}" for i in range(15)]
    assert len([line for line in lines(svg) if re.fullmatch(r"the relevance of w\d+", line)]) == 8
    _, description = described(svg)
    assert "The 15 quantities of the widest swings; 5 others, of less, left out." in description
    assert "The 8 weights of the widest swings; 1 other, of less, left out." in description
    assert "1 constant was not varied." in description


def test_a_bar_without_an_end_says_where_it_goes() -> None:
    """A headline that becomes impossible is off any scale of log-odds: it stands in words, past all other bars."""
    swings = {"tables.a": figures.swing("", 0, 0.5, 0.0, 0.05, se=0), "tables.b": figures.swing("", 0, 1, 0.01, 0.05)}
    svg = tornado(figures.sensitivity(figures.tornado(swings, {}))).svg()
    assert "0 (0 %)" in lines(svg)
    low = sorted(area.left for area in areas(svg) if area.fill == ORANGE and area.left > 200)
    assert len(low) == 2
    assert low[1] - low[0] > 10
    assert "In brackets" in " ".join(lines(svg))


def test_ends_on_one_side_are_told_apart() -> None:
    """Where both values put the headline on one side, the lower value's number stands left and neither is covered."""
    swung = {"factors.a": figures.swing("", 3, 7, 0.06, 0.09)}
    svg = tornado(figures.sensitivity(figures.tornado(swung, {}))).svg()
    low, high = (next(line for line in written(svg) if line.text == text) for text in ("3", "7"))
    bars = [area for area in areas(svg) if area.fill in {BLUE, ORANGE} and area.left > 200]
    assert [bar.fill for bar in bars] == [BLUE, ORANGE], "the longer one is drawn first"
    assert low.left + low.width < min(bar.left for bar in bars)
    assert high.left > max(bar.right for bar in bars)


def test_the_sweep_tells_its_numbers() -> None:
    """The ends of every curve stand beside it, and every point of the headline is read out."""
    summary, texts = figures.summaries()["sweep"], lines(drawn("sweep"))
    _, description = described(drawn("sweep"))
    for point in (summary.sweep.points[0], summary.sweep.points[-1]):
        for one in (*point.outcomes.values(), *point.events.values()):
            assert percent(one.probability, one.se) in texts
    for point in summary.sweep.points:
        headline = point.outcomes["closed"]
        assert f"At {point.value:g} the headline is {percent(headline.probability, headline.se)}" in description
    assert "closing: 50 % at 0 and 30 % at 1." in description


def test_the_points_of_a_sweep_are_where_they_belong() -> None:
    """On the numbered axis the headline's points are as far apart as their log-odds."""
    up = figures.scale(figures.numbered(drawn("sweep"), "end"))
    root = ElementTree.fromstring(drawn("sweep"))
    uses = [use for use in root.iter(f"{SVG}use") if BLUE in use.get("style", "")]
    _, *points = [(float(use.attrib["x"]), float(use.attrib["y"])) for use in uses]
    first, second, third = points[:3]
    assert second[0] - first[0] == pytest.approx(third[0] - second[0])
    for one, other, p, q in ((first, second, 0.1, 0.05), (second, third, 0.05, 0.02)):
        assert other[1] - one[1] == pytest.approx(up(log_odds(q)) - up(log_odds(p)), abs=0.01)


def test_the_sweep_says_that_it_is_an_intervention() -> None:
    """The picture says what kind of supposition it is, what else is supposed, and what 0 and 1 mean."""
    text = " ".join(lines(drawn("sweep")))
    assert "An intervention at every value" in text
    assert "Supposed besides: gate set to 0.2." in text
    assert "0: left to rot" in text
    assert "1: painted every spring" in text
    assert "if leak, no repair" in text
    assert "its 90 % equal-tailed credible interval" in text
    assert {"almost no chance", "very unlikely"} <= set(lines(drawn("sweep")))


TITLES = {
    (0.1, 0.05, 0.02): "The headline falls from 10 % to 2.0 % as upkeep is set from 0 to 1",
    (0.02, 0.05, 0.1): "The headline rises from 2.0 % to 10 % as upkeep is set from 0 to 1",
    (0.1, 0.02, 0.05): "The headline goes, up and down, from 10 % to 5.0 % as upkeep is set from 0 to 1",
    (0.1, 0.1, 0.1001): "The headline stays near 10 % as upkeep is set from 0 to 1",
    (0.1,): "With upkeep set to 0 the headline is at 10 %",
}


@pytest.mark.parametrize("course", TITLES, ids=str)
def test_the_title_of_a_sweep_says_which_way_the_headline_goes(course: tuple[float, ...]) -> None:
    """Falling, rising, both, or neither as far as the errors let one say; in the order of the factor's degrees."""
    points = [figures.point(place / 2, {"closed": p}, {}) for place, p in enumerate(course)]
    assert sweep(figures.whatif(tuple(reversed(points)))).title == TITLES[course]


def test_what_cannot_be_so_is_no_gap_without_a_word() -> None:
    """A curve whose condition is excluded everywhere says so; one excluded somewhere is drawn where it is not."""
    points = (
        figures.point(0, {"closed": 0.1}, {"leak": 0.0, "closing": 1.0}),
        figures.point(1, {"closed": 0.2}, {"leak": 0.0}),
    )
    svg = sweep(figures.whatif(points)).svg()
    assert lines(svg).count("cannot be so") == 1
    assert {"0 %", "100 %"} <= set(lines(svg))
    assert "if_leak: cannot be so." in described(svg)[1]
    assert not overlapping(svg)


def test_the_ledger_tells_its_numbers() -> None:
    """Every step stands in decibans with its direction, and beside it where the headline then is."""
    summary, texts = figures.summaries()["ledger"], lines(drawn("ledger"))
    _, description = described(drawn("ledger"))
    for name, one in summary.ledger.stories.items():
        told = plain_decibans(one.step).replace("-", "\u2212")
        assert f"{'\u25b2' if one.step.value > 0 else '\u25bc'} {told}" in texts
        assert evidence_wording.chance(one.running) in texts
        assert re.search(rf"{name}( \(\d items\))?: {re.escape(told)} decibans, to", description)
    assert texts.count(evidence_wording.chance(summary.ledger.after)) >= 2
    assert {"Before any evidence", "After all evidence", "closures (3 items)", "dive"} <= set(texts)


def test_the_bars_of_a_ledger_lead_from_one_to_the_next() -> None:
    """On the numbered axis each bar goes from where the last one ended to its own end; upward ones are dark."""
    across = figures.scale(figures.numbered(drawn("ledger"), "middle"))
    bars = [area for area in areas(drawn("ledger")) if area.fill in {BLUE, ORANGE} and area.left > 200]
    start = BEFORE
    for bar, (_, end) in zip(sorted(bars, key=lambda area: area.top), STORIES.values(), strict=True):
        assert (bar.left, bar.right) == pytest.approx(sorted((across(start), across(end))), abs=0.01)
        assert bar.fill == (BLUE if end > start else ORANGE)
        start = end


def test_the_decibans_of_a_ledger_begin_at_no_evidence() -> None:
    """The upper axis counts decibans from where the headline stood before any evidence."""
    across = figures.scale(figures.numbered(drawn("ledger"), "middle"))
    ticks = {line.text: line.x for line in written(drawn("ledger")) if re.fullmatch(r"[+\u2212]\d|0", line.text)}
    assert ticks["0"] == pytest.approx(across(BEFORE), abs=0.01)
    for text, x in ticks.items():
        decibans = float(text.replace("\u2212", "-"))
        assert x == pytest.approx(across(BEFORE + decibans / 4.342944819), abs=0.01)
    assert len(ticks) >= 3


def test_the_title_of_a_ledger_says_what_the_evidence_does() -> None:
    """It raises the headline, lowers it, or leaves it as far as the errors let one say."""
    told = figures.told_ledger()
    assert described(drawn("ledger"))[0] == "All evidence together lowers the headline from 4.7 % to 3.9 %"
    raised = figures.ledger(told.stories, figures.number(-5.0, 0.01), told.after)
    assert ledger(figures.weighing(raised)).title.startswith("All evidence together raises the headline from")
    same = figures.ledger(told.stories, told.after, told.after)
    assert ledger(figures.weighing(same)).title.startswith("All evidence together leaves the headline near")


NAMED = {
    "tornado": ["Probability (%, on a scale of log-odds)"],
    "sweep": ["Probability (%, on a scale of log-odds)", "Upkeep of the piers: degree (0 to 1), set by hand"],
    "ledger": ["Probability (%, on a scale of log-odds)", "Weight of the evidence so far (decibans)"],
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_axis_is_named_with_its_unit(kind: str) -> None:
    """Each axis says what it counts and in which unit."""
    texts = lines(drawn(kind))
    assert set(NAMED[kind]) <= set(texts)
    if kind == "sweep":
        assert texts.count("Probability (%)") == 2
        assert texts.count(NAMED["sweep"][1]) == 3


@pytest.mark.parametrize("kind", KINDS)
def test_a_figure_says_whence_it_is(kind: str) -> None:
    """Scenario and prior set stand below with the beginning of their digests, and the seed."""
    text = " ".join(lines(drawn(kind)))
    summary = figures.summaries()[kind]
    for named in (summary.scenario, summary.analyst.prior_set):
        assert named.digest[:8] in text
    assert "seed 1." in text
    assert "Monte Carlo standard error of" in text


@pytest.mark.parametrize("kind", KINDS)
def test_the_caution_stands_above_all_else(kind: str) -> None:
    """A fit that did not converge has its caution in the figure itself, before the first number, and in bold."""
    texts = written(warned(kind))
    count = next(end for end in range(1, 9) if " ".join(line.text for line in texts[:end]).endswith("rely on them."))
    assert " ".join(line.text for line in texts[:count]) == f"CAUTION: {UNCONVERGED}"
    assert all(line.bold for line in texts[:count])
    assert max(line.y for line in texts[:count]) < min(line.y for line in texts[count:])
    assert "CAUTION" not in " ".join(lines(drawn(kind)))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", HOSTILE)
def test_text_of_a_file_is_shown_as_text(kind: str, name: str) -> None:
    """Whatever a file says is read out whole and drawn letter by letter, with escapes for what could steer a reader."""
    svg, said = hostile(kind, name), plain(HOSTILE[name])
    assert {element.tag.removeprefix(SVG) for element in ElementTree.fromstring(svg).iter()} <= ALLOWED
    assert said in " ".join(described(svg))
    assert "".join(svg.split()).isprintable()
    assert [line for line in lines(svg) if line.startswith(said[:8])]
    unusual = {character for line in lines(svg) for character in line if not character.isascii()}
    assert unusual <= {*said, *OWN}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["", "caution", "long id", "markup", "scripts"])
def test_no_text_is_cut_off_or_covered(kind: str, name: str) -> None:
    """Every line stands on the sheet, and none runs into another."""
    svg = warned(kind) if name == "caution" else hostile(kind, name) if name else drawn(kind)
    assert not overlapping(svg)
    assert not outside(svg)


CASES = {**SENSITIVITIES, **WHATIFS, **WEIGHINGS}
"""Summaries made for documents, with all that is odd in them."""


@pytest.mark.parametrize("name", CASES)
def test_whatever_has_a_document_has_a_figure_or_a_reason(name: str) -> None:
    """What the documents are tested on is drawn without a collision, or it is said why there is nothing to draw."""
    draw = DRAWN[{"sensitivity": "tornado", "whatif": "sweep", "evidence": "ledger"}[name.partition(".")[0]]]
    try:
        svg = draw(CASES[name]).svg()
    except NothingToPlot as nothing:
        svg, reason = "", str(nothing)
    assert not overlapping(svg) if svg else re.fullmatch(r"[A-Z].*\.", reason)


NOTHING = {
    "tornado withheld": (tornado, figures.sensitivity(None, caution=WITHHELD), WITHHELD),
    "nothing varied": (tornado, figures.sensitivity(figures.tornado({}, {})), "Nothing was varied"),
    "no sweep": (sweep, replace(figures.whatif(figures.POINTS), sweep=None), "No sweep is told."),
    "sweep withheld": (sweep, replace(figures.whatif(figures.POINTS), outcomes={}, caution=WITHHELD), WITHHELD),
    "nowhere": (sweep, figures.whatif((figures.point(0, {}, {}),)), "can nowhere be so"),
    "ledger withheld": (ledger, figures.weighing(None, caution=WITHHELD), WITHHELD),
    "no evidence": (
        ledger,
        figures.weighing(figures.ledger({}, figures.number(BEFORE), figures.number(BEFORE))),
        "no evidence",
    ),
}


@pytest.mark.parametrize("name", NOTHING)
def test_where_there_is_nothing_to_draw_nothing_is_drawn(name: str) -> None:
    """Numbers that are withheld, or not there, make no picture but a sentence."""
    draw, summary, reason = NOTHING[name]
    with pytest.raises(NothingToPlot, match=re.escape(reason)):
        draw(summary)


@pytest.mark.parametrize("sure", [0.0, 1.0])
def test_nothing_moves_a_headline_that_is_certain(sure: float) -> None:
    """A headline of 0 or 1 has no log-odds for bars to start from."""
    summary = figures.summaries()["tornado"]
    with pytest.raises(NothingToPlot, match="certain or impossible"):
        tornado(replace(summary, headline=replace(summary.headline, probability=sure)))


@given(st.floats(-20, 20), st.floats(0, 30), st.floats(60, 500))
def test_the_numbers_of_an_axis_are_on_it_and_apart(low: float, span: float, length: float) -> None:
    """An axis has at least one number however short or far out it is, each has room, and borders come first."""
    scale = Scale.over([low, low + span], length, side=16)

    def extent(text: str) -> float:
        return 5.0 * len(text)

    ticks = scale.ticks(extent)
    assert ticks == tuple(sorted(set(ticks)))
    places = [(axis.log_odds(tick) - scale.low) / (scale.high - scale.low) * length for tick in ticks]
    assert all(0 <= place <= length for place in places)
    for (one, here), (other, there) in pairwise(zip(ticks, places, strict=True)):
        assert there - here >= (extent(axis.percent(one)) + extent(axis.percent(other))) / 2
    if abs(low) < 10 and length > 200:
        assert ticks


def test_borders_and_powers_of_ten_are_numbered_first() -> None:
    """Where there is room the borders of the words and the powers of ten are all there."""
    scale = Scale.over([axis.log_odds(0.0005), axis.log_odds(0.995)], 2000, side=16)
    edges = {edge for band in ICD203.bands for edge in (band.low, band.high)}
    assert edges | {0.001} <= set(scale.ticks(lambda text: 20.0))


def test_numbers_along_an_axis_are_short() -> None:
    """Per cent without digits that say nothing, and powers of ten where there would be many zeros."""
    told = {0.2: "20 %", 0.005: "0.5 %", 1e-6: "0.0001 %", 2e-7: "2·10⁻⁵ %", 1e-12: "10⁻¹⁰ %", 0.999999: "99.9999 %"}
    assert {p: axis.percent(p) for p in told} == told


@given(st.floats(-12, 12), st.floats(0.5, 20))
def test_words_cover_an_axis_without_a_gap(low: float, span: float) -> None:
    """The words beside an axis follow each other from end to end, each the scale's own word for its middle."""
    scale = Scale.over([low, low + span], 300, side=16)
    words = list(scale.words())
    assert words[0].low == scale.low
    assert words[-1].high == scale.high
    assert all(one.high == other.low for one, other in pairwise(words))
    for word in words:
        middle = 1 / (1 + math.e ** -((word.low + word.high) / 2))
        assert str(ICD203.word(middle)) in word.text


@given(st.text(max_size=120), st.floats(30, 300), st.integers(1, 4))
def test_lines_fit_and_lose_nothing(text: str, width: float, most: int) -> None:
    """No line is wider than it may be, but one letter; what is left out is left out at the end and marked."""
    look = Lettering(size=9)
    found = wrapped(text, width, look, most=most)
    assert len(found) <= most
    assert all(width_of(line, look) <= width or len(line.rstrip("\u2026")) <= 1 for line in found)
    whole, shown = (one.replace(" ", "") for one in (plain(text), "".join(found)))
    assert shown == whole or (shown.endswith("\u2026") and whole.startswith(shown[:-1]))


@pytest.mark.parametrize("look", [style.TITLE, style.SMALL], ids=["bold", "small"])
def test_a_width_is_that_of_the_letters(look: Lettering) -> None:
    """Text is as wide as the drawing library sets it, but for pairs of letters that it draws nearer to each other."""
    text = "held at 0.0123 in closures_of_bridges \u2013 \u0413\u0434\u0435?"
    font = FontProperties(family=style.FAMILY, weight=look.weight, size=look.size)
    width, _, _ = text_to_path.get_text_width_height_descent(text, font, False)
    assert width_of(text, look) == pytest.approx(width, rel=0.02)
    assert width_of("\u53f0", look) >= look.size


def test_a_number_keeps_its_per_cent() -> None:
    """No line ends between a number and its sign."""
    text = "from 0.14 % to 0.41 %"
    for width in range(40, 130):
        assert not [line for line in wrapped(text, width, Lettering(size=9)) if line.startswith("%")]


def test_the_two_sides_differ_in_lightness_and_in_hatching() -> None:
    """Whoever sees no colour tells high from low, and up from down."""

    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    dark, light = luminance(style.DARK.colour), luminance(style.LIGHT.colour)
    assert (light + 0.05) / (dark + 0.05) > 2
    assert bool(style.DARK.hatch) != bool(style.LIGHT.hatch)


def test_the_drawing_library_is_loaded_for_figures_alone() -> None:
    """No module but those of figures imports matplotlib or figures at once, and none at all knows pyplot."""
    for path in FILES:
        names = set(imports(path, deep=False))
        if path.parent.name != "figures":
            drawing = {name for name in names if name.startswith(("matplotlib", "estimative.reports.figures"))}
            assert not [name for name in drawing if not name.startswith("estimative.reports.figures.gallery")], path
        assert not [name for name in imports(path, deep=True) if "pyplot" in name], path
