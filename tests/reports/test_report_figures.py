"""The figures of a report: what each shows, and that nothing is cut, covered, or told by colour alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import combinations, pairwise
from xml.etree import ElementTree

import matplotlib as mpl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgb

from estimative.priors.verbal_scale import PHIA
from estimative.reports.blocks import Picture
from estimative.reports.comparison.summary import Comparison
from estimative.reports.figures import style, tree, waterfall
from estimative.reports.figures.agreement import agreement
from estimative.reports.figures.analysts import analysts
from estimative.reports.figures.canvas import Canvas
from estimative.reports.figures.factors import factors
from estimative.reports.figures.gallery import gallery
from estimative.reports.figures.outcomes import outcomes
from estimative.reports.figures.style import BLUE, GREY, INK, ORANGE, PALE, PALETTE, PAPER, WIDTH, Fill, NothingToPlot
from estimative.reports.figures.text import plain
from estimative.reports.report.summary import Report
from estimative.reports.summary import Event, Link, Probability, Summary
from estimative.reports.wording import decibans, kind_of, percent, span
from tests import figures
from tests.comparisons import COMPARISONS, comparisons, decomposition, number
from tests.figures import SVG, areas, colours, described, lines, log_odds, outside, overlapping, written
from tests.reports_made import CAUTIONED, EXACT, HOSTILE, REPORTS, RICH, TEAM, UNTOLD, YARDSTICK
from tests.summaries import FULL, UNCONVERGED, numbers, summaries

HREF = "{http://www.w3.org/1999/xlink}href"
EMPTY = {("report.exact", "ledger"), ("report.exact", "tornado")}
"""Where there is nothing to draw."""
EVERY = [(name, kind) for name, report in REPORTS.items() for kind in gallery(report) if (name, kind) not in EMPTY]
NUMBERED = [one for one in EVERY if one[0] != "report.hostile"]
WAYS: dict[str, Callable[[Report], Canvas]] = {
    "tree": tree.tree,
    "outcomes": outcomes,
    "factors": factors,
    "analysts": analysts,
    "waterfall": waterfall.waterfall,
    "agreement": agreement,
}


@cache
def picture(name: str, kind: str) -> Picture:
    return gallery(REPORTS[name])[kind]()


@cache
def drawn(name: str, kind: str) -> str:
    return picture(name, kind).svg()


def sheet(name: str, kind: str) -> Canvas:
    found = picture(name, kind)
    assert isinstance(found, Canvas)
    return found


def told(one: Probability) -> str:
    return percent(one.probability, one.se)


HUNG = {
    "report.full": ["tree", "outcomes", "factors", "ledger", "tornado", "analysts", "waterfall"],
    "report.exact": ["tree", "outcomes", "ledger", "tornado"],
    "report.withheld": [],
    "report.team": ["tree", "outcomes", "factors", "ledger", "tornado", "analysts", "agreement"],
    "report.cautioned": ["tree", "outcomes", "factors", "analysts", "waterfall"],
    "report.phia": ["tree", "outcomes", "factors", "ledger", "tornado"],
}


@pytest.mark.parametrize("name", HUNG)
def test_a_report_has_the_figures_of_what_it_tells(name: str) -> None:
    """In the order of the document, and none of what was not reckoned or is withheld."""
    assert list(gallery(REPORTS[name])) == HUNG[name]


@pytest.mark.parametrize(("name", "kind"), EMPTY)
def test_a_figure_of_nothing_is_a_sentence(name: str, kind: str) -> None:
    """What could have been drawn and has nothing in it says so when it is asked for."""
    with pytest.raises(NothingToPlot, match=r"^[A-Z].*\.$"):
        picture(name, kind)


@pytest.mark.parametrize(("name", "kind"), EVERY)
def test_nothing_is_cut_off_or_covered(name: str, kind: str) -> None:
    """Every line of text stands on the sheet, and none runs into another."""
    assert not overlapping(drawn(name, kind))
    assert not outside(drawn(name, kind))


@pytest.mark.parametrize(("name", "kind"), EVERY)
def test_every_mark_is_on_the_sheet(name: str, kind: str) -> None:
    """So are lines, areas and markers."""
    root = ElementTree.fromstring(drawn(name, kind))
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    places = [(float(use.attrib["x"]), float(use.attrib["y"])) for use in root.iter(f"{SVG}use")]
    filled = areas(drawn(name, kind))
    places += [(x, y) for area in filled for x, y in ((area.left, area.top), (area.right, area.bottom))]
    assert all(-1 < x < width + 1 and -1 < y < height + 1 for x, y in places)


@pytest.mark.parametrize(("name", "kind"), EVERY)
def test_the_title_in_the_picture_is_the_one_read_out(name: str, kind: str) -> None:
    """The large lines, put together, are the title; a longer one is cut in the picture alone."""
    large = " ".join(line.text for line in written(drawn(name, kind)) if line.size == style.TITLE.size)
    title, _ = described(drawn(name, kind))
    assert title == picture(name, kind).title
    assert large == title or (large.endswith("…") and title.startswith(large[:100]))
    assert not title.endswith(".") or name == "report.hostile"


@pytest.mark.parametrize(("name", "kind"), EVERY)
def test_a_figure_is_the_same_every_time(name: str, kind: str) -> None:
    """The same report gives the same text, whatever the drawing library's user has set."""
    with mpl.rc_context({"font.size": 30, "svg.fonttype": "path", "axes.grid": True, "lines.scale_dashes": False}):
        again = gallery(REPORTS[name])[kind]().svg()
    assert again == drawn(name, kind)


@pytest.mark.parametrize(("name", "kind"), EVERY)
def test_every_colour_is_one_of_the_palette(name: str, kind: str) -> None:
    """Whoever shows a picture in the dark puts others in their place, and forgets none."""
    assert colours(drawn(name, kind)) <= set(PALETTE)


@pytest.mark.parametrize(("name", "kind"), NUMBERED)
def test_every_number_at_the_right_is_read_out(name: str, kind: str) -> None:
    """The column of numbers stands in the description, to the same digits."""
    right = [line for line in written(drawn(name, kind)) if line.anchor == "end" and line.x == WIDTH - style.MARGIN]
    found = [line.text for line in right if re.search(r"\d", line.text)]
    column = [text.replace("< ", "less than ").removeprefix("from ") for text in found]
    _, description = described(drawn(name, kind))
    assert not [text for text in column if text not in description]


@pytest.mark.parametrize(("name", "kind"), EVERY)
def test_the_caution_stands_in_the_figure_itself(name: str, kind: str) -> None:
    """A report's caution is in each of its figures, before the first number; without one there is none."""
    texts = written(drawn(name, kind))
    if REPORTS[name].caution:
        first = texts[0]
        assert first.bold
        assert first.text.startswith("CAUTION: ")
        assert first.y == min(line.y for line in texts)
    else:
        assert "CAUTION" not in " ".join(lines(drawn(name, kind)))


def test_the_caution_of_a_part_is_told_beside_that_of_the_whole() -> None:
    """Each once, and whole."""
    text = " ".join(lines(drawn("report.cautioned", "waterfall")))
    assert text.count(UNCONVERGED) == 1
    assert text.count("Some of these numbers come from fits that did not converge.") == 1
    assert " ".join(lines(drawn("report.cautioned", "outcomes"))).count("CAUTION") == 1


@pytest.mark.parametrize("kind", [kind for name, kind in EVERY if name == "report.hostile"])
def test_text_of_a_file_is_shown_as_text(kind: str) -> None:
    """Whatever a file says is drawn letter by letter, with escapes for what could steer a reader's program."""
    svg = drawn("report.hostile", kind)
    drawn_with = {element.tag.removeprefix(SVG) for element in ElementTree.fromstring(svg).iter()}
    assert drawn_with <= {"svg", "title", "desc", "g", "path", "text", "defs", "clipPath", "rect", "pattern", "use"}
    assert "".join(svg.split()).isprintable()
    assert plain(HOSTILE)[:60] in " ".join(described(svg))
    assert not re.search(r"<!|<\?(?!xml )", svg)


ALIKE = 1.8
"""Ratio of contrast below which two greys are not told apart."""


def luminance(colour: str) -> float:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour)]
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("name", "kind"), EVERY)
def test_nothing_is_told_by_colour_alone(name: str, kind: str) -> None:
    """Two samples of a key differ in shape, hatching or dashes, or one is much lighter than the other."""
    looks = [look for look, _ in sheet(name, kind).around.key]
    for one, other in combinations(looks, 2):
        shapes = [
            (type(look), look.hatch) if isinstance(look, Fill) else (type(look), look.marker, look.hollow, look.dash)
            for look in (one, other)
        ]
        assert shapes[0] != shapes[1] or contrast(one.colour, other.colour) > ALIKE


def test_letters_stand_out_from_the_paper() -> None:
    """Also small and grey ones; lines stand out enough to be seen."""
    assert all(contrast(colour, PAPER) > 4.5 for colour in (INK, GREY))
    assert contrast(BLUE, PAPER) > 3


def marks(svg: str, look: str) -> list[tuple[float, float]]:
    """Where markers of a look stand, in the order of drawing."""
    uses = ElementTree.fromstring(svg).iter(f"{SVG}use")
    return [(float(use.attrib["x"]), float(use.attrib["y"])) for use in uses if look in use.get("style", "")]


def thick(svg: str, width: float, colour: str) -> list[tuple[float, float]]:
    """From where to where lines of a width and a colour go, from left to right; not those of no length."""
    found = []
    for path in ElementTree.fromstring(svg).iter(f"{SVG}path"):
        look = path.get("style", "")
        if f"stroke: {colour}" in look and f"stroke-width: {width:g}" in look and path.get("d"):
            across = [float(x) for x, _ in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path.attrib["d"])]
            found += [(min(across), max(across))] if len(set(across)) > 1 else []
    return found


@pytest.mark.parametrize(("name", "kind"), [("report.full", "outcomes"), ("report.team", "analysts")])
def test_dot_ring_and_interval_are_where_they_belong(name: str, kind: str) -> None:
    """On the numbered axis each row has its probability, its interval, and what it was before the evidence."""
    svg, report = drawn(name, kind), REPORTS[name]
    assert report.comparison
    by_analyst = report.comparison.outcomes["closed"].analysts
    shown = list(report.assessment.outcomes.values() if kind == "outcomes" else by_analyst.values())
    across = figures.scale(figures.numbered(svg, "middle"))
    _, *dots = [x for x, _ in marks(svg, f"fill: {BLUE}")]
    _, *rings = [x for x, _ in marks(svg, f"fill: {PAPER}; stroke: {INK}")]
    _, *spans = thick(svg, style.SPAN.width, BLUE)
    assert dots == pytest.approx([across(log_odds(one.probability)) for one in shown], abs=0.01)
    assert rings == pytest.approx([across(log_odds(one.prior_probability)) for one in shown], abs=0.01)
    for (low, high), one in zip(spans, shown, strict=True):
        ends = (across(log_odds(one.interval.low)), across(log_odds(one.interval.high)))
        assert (low, high) == pytest.approx(ends, abs=0.01)


def test_the_outcomes_tell_their_numbers() -> None:
    """Each with its word, its interval and what it was before; and what the interval is."""
    _, description = described(drawn("report.full", "outcomes"))
    for name, one in FULL.outcomes.items():
        assert told(one) in lines(drawn("report.full", "outcomes"))
        around = f"{kind_of(one.interval)} {span(one.interval)}"
        before = percent(one.prior_probability, one.prior_se)
        assert f"{name} ({one.title.rstrip('.')}): {one.term}, {told(one)}, {around}, {before} before" in description
    assert "probability, and its 90 % equal-tailed credible interval" in lines(drawn("report.full", "outcomes"))


def test_densities_lie_where_the_draws_do() -> None:
    """Each row has two, of one measure: the greater of the two peaks is as high as a row allows."""
    svg = drawn("report.full", "outcomes")
    across = figures.scale(figures.numbered(svg, "middle"))
    ridges = [area for area in areas(svg) if area.fill == PALE and area.right - area.left > 30]
    assert len(ridges) == len(RICH.shapes)
    for area, (name, shape) in zip(ridges, RICH.shapes.items(), strict=True):
        assert shape.density, name
        assert area.right == pytest.approx(across(shape.density.places[-1]), abs=0.05)
        assert area.bottom - area.top == pytest.approx(36, abs=0.1)


OUTCOME_TITLES = {
    "report.full": "The headline stands at 6.1 %, very unlikely; what is left open reaches from 1 to 15 %",
    "report.exact": "The headline stands at 25.0 %, unlikely, with nothing left open",
}


@pytest.mark.parametrize("name", OUTCOME_TITLES)
def test_the_title_of_the_outcomes_says_the_headline(name: str) -> None:
    """Number, word, and how far what is left open reaches."""
    assert picture(name, "outcomes").title == OUTCOME_TITLES[name]


def test_a_headline_without_a_word_has_its_number_alone() -> None:
    """Below the first word of a scale the number is not said twice."""
    scenario, low = FULL.scenario, replace(FULL.outcomes["closed"], term="below 1 %", probability=0.004)
    report = replace(RICH, assessment=replace(FULL, scenario=scenario, outcomes={"closed": low}), shapes={})
    assert outcomes(report).title.startswith("The headline stands at 0.4 %; what")


def test_the_words_are_those_of_the_report() -> None:
    """Borders, gaps and words of whatever scale the report is in stand on the axis and below the picture."""
    texts = lines(drawn("report.phia", "outcomes"))
    assert "remote chance" in texts
    note = " ".join(texts)
    assert "Dotted lines: borders of the PHIA words (remote chance 0 to 5 %, highly unlikely 10 to 20 %" in note
    assert "ICD 203" not in note
    assert "borders of the PHIA words" in " ".join(lines(drawn("report.phia", "tornado")))
    assert YARDSTICK.scale is PHIA


@pytest.mark.parametrize("sure", [0.0, 1.0])
def test_what_is_off_the_scale_stands_at_its_end(sure: float) -> None:
    """0 and 1 have no log-odds: a triangle points to where they are, and a note says so."""
    one = replace(FULL.outcomes["closed"], **numbers(sure, 0, sure, sure, sure))
    report = replace(RICH, assessment=replace(FULL, outcomes={**FULL.outcomes, "closed": one}))
    svg = outcomes(report).svg()
    assert "A triangle at an end of the axis: 0 or 1" in " ".join(lines(svg))
    assert not overlapping(svg)
    others = [x for x, _ in marks(svg, f"fill: {BLUE}")]
    assert (min if sure == 0 else max)(others[1:]) == others[1]


def test_more_than_a_sheet_holds_is_counted() -> None:
    """Sixteen outcomes, twenty factors, twenty-four events, the headline always among them."""
    many = {f"o{place}": FULL.outcomes["closed"] for place in range(30)}
    found = {**many, "closed": FULL.outcomes["closed"]}
    report = replace(
        RICH,
        assessment=replace(
            FULL,
            outcomes=found,
            events={f"e{place}": FULL.events["leak"] for place in range(25)},
            factors={f"f{place}": FULL.factors["wear"] for place in range(22)},
        ),
        shapes={},
        factors={},
    )
    assert "15 more outcomes are left out." in outcomes(report).description
    assert "closed (" in outcomes(report).description
    assert "2 more factors are left out." in factors(report).description
    assert "1 more event is left out." in tree.tree(report).description


def test_the_factors_are_where_they_belong() -> None:
    """On the axis from 0 to 1 each has its mean before and after, and what its ends mean below."""
    svg = drawn("report.full", "factors")
    ticks = {line.text: line.x for line in written(svg) if line.anchor == "middle" and line.text in {"0", "1"}}
    _, dot = [x for x, _ in marks(svg, f"fill: {BLUE}")]
    _, ring = [x for x, _ in marks(svg, f"fill: {PAPER}; stroke: {INK}")]
    wear = FULL.factors["wear"]
    for place, mean in ((dot, wear.posterior.mean), (ring, wear.prior.mean)):
        assert place == pytest.approx(ticks["0"] + mean * (ticks["1"] - ticks["0"]), abs=0.01)
    assert {"as built", "about to fall", "0.63", "from 0.50", "Degree (0 to 1)"} <= set(lines(svg))


def moved(mean: float, *, se: float = 0.002, constant: bool = False) -> Report:
    """The factor of the bridge, whose mean was 0.5."""
    wear = FULL.factors["wear"]
    one = replace(wear, constant=constant, posterior=replace(wear.posterior, mean=mean, se=se))
    return replace(RICH, assessment=replace(FULL, factors={"wear": one}))


FACTOR_TITLES = {
    (0.63, 0.002, False): "Of all factors the evidence moves wear most: up from 0.50 to 0.63",
    (0.41, 0.002, False): "Of all factors the evidence moves wear most: down from 0.50 to 0.41",
    (0.51, 0.02, False): "The evidence leaves every factor where its prior was",
    (0.5, 0.0, True): "Every factor is held constant",
}


@pytest.mark.parametrize("case", FACTOR_TITLES, ids=str)
def test_the_title_of_the_factors_says_which_moved(case: tuple[float, float, bool]) -> None:
    """The one that moved most, and which way; none where the errors do not let one say."""
    mean, se, constant = case
    assert factors(moved(mean, se=se, constant=constant)).title == FACTOR_TITLES[case]


def test_a_constant_is_a_line() -> None:
    """It has no distribution, and the key says what it has."""
    svg = factors(moved(0.5, constant=True)).svg()
    assert {"held constant", "constant", "0.5"} <= set(lines(svg))
    assert "where the draws lie" not in lines(svg)


def apart(first: float, second: float, *, se: float = 0.0005) -> Report:
    """Two analysts with these headlines."""
    found = COMPARISONS["comparison.plain"]
    headline = found.outcomes["closed"]
    answers = {
        name: Probability(**numbers(p, se, p / 2, (1 + p) / 2, 0.5))
        for name, p in (("engineer", first), ("mayor", second))
    }
    outcomes = {**found.outcomes, "closed": replace(headline, analysts=answers)}
    return replace(RICH, comparison=replace(found, outcomes=outcomes))


ANALYST_TITLES = {
    (0.1, 0.5): "mayor gives the headline 9.0 times the odds that engineer gives it",
    (0.5, 0.1): "engineer gives the headline 9.0 times the odds that mayor gives it",
    (0.1, 0.1): "The analysts agree on the headline: 10.0 % by engineer, 10.0 % by mayor",
    (0.0, 0.1): "The headline is at 0 % by engineer and at 10.0 % by mayor",
}


@pytest.mark.parametrize("case", ANALYST_TITLES, ids=str)
def test_the_title_of_the_analysts_says_how_far_they_are_apart(case: tuple[float, float]) -> None:
    """By the higher one first; by numbers alone where odds tell nothing."""
    assert analysts(apart(*case)).title == ANALYST_TITLES[case]


def test_analysts_who_are_not_told_are_named() -> None:
    """One who did not converge has no row, and two more do not hide it."""
    left = analysts(replace(RICH, comparison=COMPARISONS["comparison.withheld"]))
    assert "No number is told of sceptic, whose fit did not converge." in left.description
    assert [line for line in lines(left.svg()) if line in {"engineer", "sceptic", "mayor"}] == ["engineer", "mayor"]


def outlined(svg: str) -> list[tuple[float, float, float, str]]:
    """The bars of a waterfall from above: from where to where, and how they are filled."""
    top = next(line.y for line in written(svg) if line.text == "(decibans)")
    bars = [area for area in areas(svg) if area.fill in {BLUE, ORANGE, PAPER} and area.top > top and area.left > 220]
    return [(bar.top, bar.left, bar.right, bar.fill) for bar in sorted(bars, key=lambda area: (area.top, area.left))]


def test_the_bars_of_a_waterfall_lead_from_one_headline_to_the_other() -> None:
    """Quantities follow each other within a block, and blocks one another; what raises is dark, what lowers light."""
    svg, gap = drawn("report.full", "waterfall"), RICH.comparison
    assert gap
    assert gap.attribution
    across = figures.scale(figures.numbered(svg, "middle"))
    start = log_odds(gap.outcomes["closed"].analysts["sceptic"].probability)
    blocks = [bar for bar in outlined(svg) if bar[3] == PAPER and bar[2] - bar[1] > 0]
    for bar, block in zip(blocks, gap.attribution.decomposition.blocks, strict=True):
        ends = sorted((across(start), across(start + block.share.value)))
        assert bar[1:3] == pytest.approx(tuple(ends), abs=0.05)
        start += block.share.value
    inner = [bar for bar in outlined(svg) if bar[3] != PAPER]
    assert [fill for *_, fill in inner][:3] == [BLUE, BLUE, ORANGE]
    first, second, third = inner[:3]
    assert first[1:3] == pytest.approx(blocks[0][1:3], abs=0.05)
    assert second[1] == pytest.approx(blocks[1][1], abs=0.05)
    assert third[2] == pytest.approx(second[2], abs=0.05)
    assert third[1] == pytest.approx(blocks[1][2], abs=0.05)


def test_the_waterfall_tells_its_numbers() -> None:
    """Blocks and quantities with their errors in decibans, headlines at the ends, small ones together."""
    svg, found = drawn("report.full", "waterfall"), RICH.comparison
    assert found
    assert found.attribution
    _, description = described(svg)
    for block in found.attribution.decomposition.blocks:
        if abs(block.share.value) > 0.1:
            shown = decibans(block.share, sampling_error=block.sampling_error)
            assert f"Block {block.name}: {shown} decibans." in description
            assert shown in lines(svg)
    for analyst in ("engineer", "sceptic"):
        assert f"{analyst}: {told(found.outcomes['closed'].analysts[analyst])}." in description
    assert {"2 others, together", "the baseline of closing", "the independence of dive"} <= set(lines(svg))
    assert "Share ± error" in lines(svg)
    assert "Decibans from sceptic" in lines(svg)


def shared(shares: dict[str, float], *, gap: float | None = None, turned: bool = False) -> Report:
    """The engineer and the sceptic with these shares."""
    found = COMPARISONS["comparison.turned" if turned else "comparison.pair"]
    assert found.attribution
    whole = decomposition(shares)
    if gap is not None:
        whole = replace(whole, gap=number(gap, 0.01))
    return replace(RICH, comparison=replace(found, attribution=replace(found.attribution, decomposition=whole)))


WATERFALL_TITLES: dict[str, tuple[dict[str, float], float | None]] = {
    "What separates engineer and sceptic most is wear: +2.30 of +3.0 decibans": (
        {"factors.wear": 0.53, "events.leak": 0.161},
        None,
    ),
    "What separates sceptic and engineer most is wear: +2.30 of +3.0 decibans": (
        {"factors.wear": -0.53, "events.leak": -0.161},
        None,
    ),
    "What engineer and sceptic disagree on comes to nothing together": (
        {"factors.wear": 0.53, "events.leak": -0.53},
        0.0,
    ),
    "Nothing by itself separates engineer and sceptic": ({"factors.wear": 0.001, "events.leak": 0.001}, 0.5),
}


@pytest.mark.parametrize("title", WATERFALL_TITLES)
def test_the_title_of_a_waterfall_says_what_does_most(title: str) -> None:
    """Told from the lower analyst up; nothing is named that the errors do not let one name."""
    shares, gap = WATERFALL_TITLES[title]
    assert waterfall.waterfall(shared(shares, gap=gap)).title == title


def test_a_waterfall_shows_the_largest_of_a_block_and_the_rest_together() -> None:
    """Eight of a block by themselves, from the largest on; one that is small and alone stands by itself."""
    many = {f"effects.closing.d{place}": 0.1 + 0.01 * place for place in range(12)}
    svg = waterfall.waterfall(shared({**many, "factors.wear": 0.001})).svg()
    shown = [line for line in lines(svg) if line.startswith("the effect of")]
    assert shown == [f"the effect of d{place} on closing" for place in range(11, 3, -1)]
    assert {"4 others, together", "wear"} <= set(lines(svg))
    assert "1 other, together" not in lines(svg)


def apart_by(shares: dict[str, float]) -> Report:
    """Three analysts with these shares of the variance between them."""
    found = COMPARISONS["comparison.team"]
    assert found.team
    return replace(RICH, comparison=replace(found, team=replace(found.team, variance=decomposition(shares))))


AGREEMENT_TITLES: dict[str, dict[str, float]] = {
    "What keeps the 3 analysts apart most is wear: 75 % of the variance": {"factors.wear": 0.3, "events.leak": 0.1},
    "Nothing by itself keeps the 3 analysts apart": {"factors.wear": 0.003, "events.leak": -0.001},
}


@pytest.mark.parametrize("title", AGREEMENT_TITLES)
def test_the_title_of_an_agreement_says_what_on(title: str) -> None:
    """What does most, as a share of the whole; nothing that the errors do not let one name."""
    assert agreement(apart_by(AGREEMENT_TITLES[title])).title == title


def test_the_bars_of_an_agreement_are_as_long_as_their_shares() -> None:
    """On the axis of per cent each goes from 0 to its share, and what drives them apart to the other side."""
    svg = agreement(apart_by({"factors.wear": 0.3, "events.leak": 0.2, "events.closing": -0.1})).svg()
    ticks = {line.text: line.x for line in written(svg) if line.anchor == "middle" and line.text in {"0 %", "40 %"}}
    bars = sorted((area for area in areas(svg) if area.fill in {BLUE, ORANGE}), key=lambda area: area.top)[2:]
    assert [bar.fill for bar in bars] == [BLUE, BLUE, ORANGE]
    for bar, share in zip(bars, (75, 50, -25), strict=True):
        end = ticks["0 %"] + share / 40 * (ticks["40 %"] - ticks["0 %"])
        assert (bar.left, bar.right) == pytest.approx(tuple(sorted((ticks["0 %"], end))), abs=0.05)
    assert {"all factors", "all events", "wear", "the baseline of closing"} <= set(lines(svg))


def test_an_agreement_shows_fifteen_and_the_rest_together() -> None:
    """From the largest on; a sixteenth that would be alone stands by itself."""
    for count, others in ((16, []), (17, ["2 others, together"])):
        many = {f"effects.closing.d{place}": 0.01 * (1 + place) for place in range(count)}
        texts = lines(agreement(apart_by(many)).svg())
        shown = [line for line in texts if line.startswith("the effect of")]
        assert shown == [f"the effect of d{place} on closing" for place in reversed(range(len(others) and 2, count))]
        assert [line for line in texts if "other" in line and "together" in line and line[0].isdigit()] == others


def event(chance: float, overall: float, given: tuple[str, ...] = (), unless: tuple[str, ...] = ()) -> Event:
    link = Link(**numbers(chance, chance / 100, 0, 1, 0.5), given=given, unless=unless)
    title = "What may come about on the bridge and its approaches from either bank"
    return Event(**numbers(overall, overall / 100, 0, 1, 0.5), title=title, when="horizon", given_previous=link)


def of_events(**events: Event) -> Report:
    return replace(RICH, assessment=replace(FULL, events=events))


LONG = {
    f"event_{place}": event(0.8, 0.8 ** (place + 1), tuple(f"event_{earlier}" for earlier in range(place)))
    for place in range(12)
}
TREE_TITLES = {
    "From a to b in 2 steps of 50 % and 20 %: 10.0 % all the way": {"a": event(0.5, 0.5), "b": event(0.2, 0.1, ("a",))},
    "From a to b in 2 steps: 5.0 % all the way": {"a": event(0.5, 0.5), "b": event(0.2, 0.05, ("a",), ("x",))},
    "From event_0 to event_11 in 12 steps: 6.9 % all the way": LONG,
    "Of 2 events none waits for another to happen": {"a": event(0.5, 0.5), "b": event(0.2, 0.2)},
    "a is the only event: 50 %": {"a": event(0.5, 0.5)},
}


@pytest.mark.parametrize("title", TREE_TITLES)
def test_the_title_of_a_tree_says_the_longest_chain(title: str) -> None:
    """Its steps where they multiply to the whole and are few, and how probable it is to go all the way."""
    assert tree.tree(of_events(**TREE_TITLES[title])).title == title


def test_the_tree_tells_both_branches_of_every_event() -> None:
    """The chance of each step and of the way so far, for what happens and for what does not."""
    svg = tree.tree(of_events(a=event(0.5, 0.5), b=event(0.2, 0.1, ("a",)))).svg()
    _, description = described(svg)
    assert "a (What may" in description
    assert ": happens 50 %, the way so far 50 %; does not 50 %, the way so far 50 %." in description
    assert "under its condition (a): happens 20 %, the way so far 10.0 %; does not 80 %, the way so far 40 %." in (
        description
    )
    assert lines(svg).count("happens") == 3, "two branches, and the key"
    assert lines(svg).count("does not") == 2
    assert {"20 %", "80 %", "10.0 %", "40 %"} <= set(lines(svg))


def test_an_event_hangs_to_the_right_of_what_it_waits_for() -> None:
    """The chain goes down and to the right, with names in the order of the way."""
    names = [line for line in written(tree.tree(of_events(**LONG)).svg()) if line.bold and line.text in LONG]
    assert [line.text for line in names] == list(LONG)
    assert all(one.x < other.x and one.y < other.y for one, other in pairwise(names))


def test_the_more_probable_of_two_branches_is_the_thicker_one() -> None:
    """At one event as at another: width grows with the chance of the step."""
    report = of_events(a=event(0.9, 0.9), b=event(0.3, 0.27, ("a",)))
    svg = tree.tree(report).svg()
    found = {}
    for chance in (0.9, 0.3):
        for share, colour in ((chance, BLUE), (1 - chance, GREY)):
            width = tree.THIN + (tree.THICK - tree.THIN) * share
            found[width] = len(thick(svg, round(width, 6), colour))
    assert all(found.values())


ODD = {
    "b": event(0.1, 0.02, ("a",)),
    "a": event(0.2, 0.2),
    "c": event(0.05, 0.05),
    "d": event(0.08, 0.004, ("b", "c"), ("x",)),
    "dead": replace(event(0.0, 0.0), given_previous=None),
    "e": event(0.0, 0.0, ("a",), ("b", "c")),
    "f": event(0.02, 0.01, (), ("b",)),
    "g": replace(event(1.0, 1.0), when="now"),
    "h": event(0.3, 0.2, (), ("dead", "a", "c")),
}


WIDE = {f"e{place}": event(0.1, 0.1) for place in range(12)}


@pytest.mark.parametrize("events", [LONG, ODD, WIDE], ids=["deep", "odd", "wide"])
def test_trees_of_any_form_are_legible(events: dict[str, Event]) -> None:
    """Deep, wide, with conditions that cannot be so: nothing runs into anything, and all of it is said."""
    svg = tree.tree(of_events(**events)).svg()
    assert not overlapping(svg)
    assert not outside(svg)
    assert set(events) <= set(lines(svg))
    assert not [line for line in lines(svg) if line.endswith("…")]


def test_what_is_so_of_an_event_beside_its_branch_is_said() -> None:
    """What it needs besides, that it cannot be, that it is settled already."""
    texts = lines(tree.tree(of_events(**ODD)).svg())
    assert {"if c happens, and x does not", tree.NOWHERE, tree.SETTLED} <= set(texts)


NOTHING = {
    "no events": (tree.tree, UNTOLD, "No event is told"),
    "no outcomes": (outcomes, UNTOLD, "No outcome is told"),
    "no factors": (factors, EXACT, "No factor is told"),
    "one analyst": (analysts, EXACT, "The report is of one analyst"),
    "no analyst told": (analysts, replace(RICH, comparison=COMPARISONS["comparison.withheld-all"]), "Of no analyst"),
    "no team": (agreement, RICH, "No variance between analysts"),
    "no variance": (agreement, apart_by({"factors.wear": 0.0}), "do not differ"),
    "not shared out": (waterfall.waterfall, TEAM, "No difference between two analysts"),
    "agreed": (
        waterfall.waterfall,
        replace(RICH, comparison=COMPARISONS["comparison.agreed"]),
        "agree on everything",
    ),
}


@pytest.mark.parametrize("case", NOTHING)
def test_where_there_is_nothing_to_draw_nothing_is_drawn(case: str) -> None:
    """A figure of nothing is a sentence that says why."""
    draw, report, reason = NOTHING[case]
    with pytest.raises(NothingToPlot, match=reason):
        draw(report)


def test_a_waterfall_to_what_is_certain_has_no_end() -> None:
    """Odds of 0 and of 1 are infinitely far."""
    found = COMPARISONS["comparison.pair"]
    headline = found.outcomes["closed"]
    sure = replace(headline.analysts["engineer"], probability=1.0)
    certain = replace(headline, analysts={**headline.analysts, "engineer": sure})
    report = replace(RICH, comparison=replace(found, outcomes={**found.outcomes, "closed": certain}))
    with pytest.raises(NothingToPlot, match="certain or impossible"):
        waterfall.waterfall(report)


@settings(max_examples=25, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(summaries(), comparisons(), st.sampled_from(sorted(WAYS)))
def test_whatever_the_numbers_a_figure_can_be_drawn(assessment: Summary, comparison: Comparison, kind: str) -> None:
    """Tiny, huge, certain, exact: it is drawn with nothing over anything else, or it is said why not."""
    report = replace(RICH, assessment=assessment, comparison=comparison)
    try:
        svg = WAYS[kind](report).svg()
    except NothingToPlot as nothing:
        svg, reason = "", str(nothing)
    assert not [*overlapping(svg), *outside(svg)] if svg else re.fullmatch(r"[A-Z].*\.", reason)


@pytest.mark.parametrize("report", [RICH, CAUTIONED, TEAM], ids=["told", "cautioned", "team"])
def test_a_figure_says_whence_it_is(report: Report) -> None:
    """Scenario and prior sets stand below with the beginning of their digests, and the seed."""
    for kind in ("tree", "outcomes", "factors", "analysts"):
        text = " ".join(lines(gallery(report)[kind]().svg()))
        assert report.assessment.scenario.digest[:8] in text
        assert "seed 1." in text
        assert report.assessment.prior_set.digest[:8] in text or kind == "analysts"
        assert "Monte Carlo standard error of" in text
