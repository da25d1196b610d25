"""The calibration plot: every dot where it belongs, with its count, and nothing over anything else."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations
from math import sqrt
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from matplotlib.colors import to_rgb

from estimative.priors.toml_table import ascii_safe
from estimative.reports.figures.calibration import BEYOND, LARGEST, MEANT, SMALLEST, calibration
from estimative.reports.figures.style import BLUE, GREY, INK, PAPER, TITLE, WIDTH, NothingToPlot
from estimative.reports.score import wording as words
from estimative.reports.score.summary import Record
from tests.figures import SVG, lines, written
from tests.scores_made import ENGINEER, RECORDS, entries, record, records

FULL, SEVERAL, ONE = (RECORDS[f"score.{name}"] for name in ("full", "several", "one"))
HREF = "{http://www.w3.org/1999/xlink}href"
DRAWN = {name: calibration(found).svg() for name, found in RECORDS.items() if found.overall}
WHOLE = DRAWN["score.full"]


def described(svg: str) -> tuple[str, str]:
    """The title and the description that are read out."""
    title, description = ElementTree.fromstring(svg)[:2]
    return title.text or "", description.text or ""


def ticks(svg: str, anchor: str) -> dict[float, float]:
    """Where an axis is numbered: shares, and the units of its marks; numbers stand in the middle below, or end left."""
    texts = [line.text for line in written(svg) if line.anchor == anchor and re.fullmatch(r"\d+ %", line.text)]
    shares = [float(text.removesuffix(" %")) / 100 for text in texts]
    marks = [(x, y) for x, y, _ in marked(svg, f"stroke: {GREY}")]
    left, bottom = min(x for x, _ in marks), max(y for _, y in marks)
    found = [x for x, y in marks if y == bottom] if anchor == "middle" else [y for x, y in marks if x == left]
    return dict(zip(shares, found, strict=True))


def placed(found: dict[float, float], share: float) -> float:
    """Where a share lies on an axis, in units."""
    return found[0.0] + share * (found[1.0] - found[0.0])


def marked(svg: str, look: str) -> list[tuple[float, float, float]]:
    """The middle of every mark of a look and how wide it is, in the order of drawing."""
    root = ElementTree.fromstring(svg)
    widths = {}
    for path in (path for defs in root.iter(f"{SVG}defs") for path in defs.iter(f"{SVG}path")):
        across = [float(x) for x, _ in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path.attrib["d"])]
        widths[f"#{path.get('id')}"] = max(across) - min(across) if across else 0.0
    return [
        (float(use.attrib["x"]), float(use.attrib["y"]), widths[use.attrib[HREF]])
        for use in root.iter(f"{SVG}use")
        if look in use.get("style", "")
    ]


def dots(svg: str) -> list[tuple[float, float, float]]:
    """The middle of every dot in the plot and how wide it is, without that of the key."""
    return marked(svg, f"fill: {BLUE}")[1:]


def test_every_dot_is_where_it_belongs() -> None:
    """On both numbered axes each dot lies at what was said on average and at the share that came about."""
    across, up = ticks(WHOLE, "middle"), ticks(WHOLE, "end")
    assert len(across) == len(up) == 6
    assert FULL.overall
    for band, (x, y, _) in zip(FULL.overall.bands, dots(WHOLE), strict=True):
        assert x == pytest.approx(placed(across, band.said.value), abs=0.01)
        assert y == pytest.approx(placed(up, band.came_about / band.count), abs=0.01)


def strokes(svg: str, colour: str) -> list[list[tuple[float, float]]]:
    """The points of every line in a colour."""
    found = []
    for path in ElementTree.fromstring(svg).iter(f"{SVG}path"):
        if f"stroke: {colour}" in path.get("style", "") and "fill: none" in path.get("style", ""):
            points = re.findall(r"(-?[\d.]+) (-?[\d.]+)", path.attrib["d"])
            found.append([(float(x), float(y)) for x, y in points])
    return found


def test_every_interval_reaches_from_its_low_end_to_its_high_one() -> None:
    """The line through a dot is the interval of the frequency."""
    up = ticks(WHOLE, "end")
    found = [line for line in strokes(WHOLE, BLUE) if len({x for x, _ in line}) == 1 and len({y for _, y in line}) > 1]
    assert FULL.overall
    for band, line in zip(FULL.overall.bands, found, strict=True):
        assert line[0][1] == pytest.approx(placed(up, band.low), abs=0.01)
        assert line[-1][1] == pytest.approx(placed(up, band.high), abs=0.01)


def test_the_diagonal_is_where_both_axes_say_the_same() -> None:
    """From 0 said and 0 come about to 100 per cent of both."""
    across, up = ticks(WHOLE, "middle"), ticks(WHOLE, "end")
    ends = [(placed(across, share), placed(up, share)) for share in (0.0, 1.0)]
    assert any(
        [(pytest.approx(x, abs=0.01), pytest.approx(y, abs=0.01)) for x, y in ends] == [line[0], line[-1]]
        for line in strokes(WHOLE, INK)
        if line
    )


def test_the_area_of_a_dot_grows_with_its_count() -> None:
    """Twice the judgements are twice the area, as long as a dot can be seen at all."""
    assert FULL.overall
    most = max(band.count for band in FULL.overall.bands)
    for band, (_, _, width) in zip(FULL.overall.bands, dots(WHOLE), strict=True):
        assert width == pytest.approx(max(LARGEST * sqrt(band.count / most), SMALLEST), rel=0.02)
    [(_, _, alone)] = dots(DRAWN["score.one"])
    assert alone < LARGEST / 3, "one judgement is no large dot"


@pytest.mark.parametrize("name", DRAWN)
def test_every_count_stands_by_its_dot(name: str) -> None:
    """The number of judgements of each band stands in bold beside its dot, nearer to it than to any other."""
    svg, overall = DRAWN[name], RECORDS[name].overall
    assert overall
    numbers = [line for line in written(svg) if line.bold and re.fullmatch(r"[\d,]+", line.text)]
    assert [line.text for line in numbers] == [f"{band.count:,}" for band in overall.bands]
    places = dots(svg)
    for line, own in zip(numbers, places, strict=True):
        gaps = [abs(line.x - x) + abs(line.y - line.size / 3 - y) - width / 2 for x, y, width in places]
        assert gaps[places.index(own)] < 30
        assert gaps[places.index(own)] <= min(gaps) + 12


@pytest.mark.parametrize("name", DRAWN)
def test_the_title_in_the_picture_is_the_one_read_out(name: str) -> None:
    """The first lines, put together, are the title: what is seen, and before that whether it is too little to see."""
    svg, overall = DRAWN[name], RECORDS[name].overall
    assert overall
    title, _ = described(svg)
    assert " ".join(line.text for line in written(svg) if line.size == TITLE.size) == title == words.seen(overall)
    assert title.startswith("Too few to tell") == overall.few
    assert not title.endswith(".")


@pytest.mark.parametrize("name", DRAWN)
def test_every_number_is_read_out(name: str) -> None:
    """Of each band the mean, the counts and the interval stand in the description."""
    overall = RECORDS[name].overall
    _, description = described(DRAWN[name])
    assert overall
    for band in overall.bands:
        told = f"{words.mean(band)} said, {words.came_about(band)} came about, {words.reach(band)}."
        assert f"{band.term}: {told}" in description
    assert MEANT in description
    assert words.counted(RECORDS[name]) in description


def test_the_picture_says_what_it_counts_and_whence() -> None:
    """Both axes have their unit, the intervals their kind, the ledger its digest, different questions their warning."""
    text = " ".join(lines(DRAWN["score.several"]))
    assert "Probability that was said (%, mean of a band)" in text
    assert "Came about (% of the judgements in a band)" in text
    assert "Intervals: 90 %, of the frequency of such things (Jeffreys)" in text
    assert SEVERAL.digest in text
    assert words.different(SEVERAL) in text
    assert words.different(SEVERAL) not in " ".join(lines(WHOLE))
    assert {"very unlikely", "unlikely", "likely", "very likely"} <= set(lines(WHOLE))


def test_it_is_legible_in_grey() -> None:
    """Dots differ from the paper and from the lines behind them by their lightness as well."""

    def lightness(colour: str) -> float:
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), to_rgb(colour), strict=True))

    assert lightness(PAPER) - lightness(BLUE) > 0.5
    assert lightness(BLUE) - lightness(INK) > 0.15


def collisions(svg: str) -> list[tuple[str, str]]:
    """Lines of text that run into each other."""
    level = [line for line in written(svg) if not line.turned]
    return [(one.text, other.text) for one, other in combinations(level, 2) if one.touches(other)]


def check(svg: str) -> None:
    """Nothing is covered and nothing is cut off."""
    height = float(ElementTree.fromstring(svg).attrib["viewBox"].split()[3])
    assert not collisions(svg)
    for line in written(svg):
        if not line.turned:
            assert line.left > 5
            assert line.left + line.width < WIDTH - 5
        assert 5 < line.y < height - 5


@pytest.mark.parametrize("name", DRAWN)
def test_no_text_is_cut_off_or_covered(name: str) -> None:
    """Every line stands on the sheet, and none runs into another."""
    check(DRAWN[name])


@settings(max_examples=15, deadline=None)
@given(found=records())
def test_whatever_was_said_can_be_drawn(found: Record) -> None:
    """Any record has a picture without collisions, or the word that there is nothing to draw."""
    if found.overall:
        check(calibration(found).svg())
    else:
        with pytest.raises(NothingToPlot, match=r"No judgement is scored yet\."):
            calibration(found)


def test_large_counts_have_room() -> None:
    """Thousands of judgements in neighbouring bands do not cover each other's numbers."""
    some = FULL.overall
    assert some
    bands = tuple(replace(band, count=band.count * 12_345, came_about=band.came_about * 12_345) for band in some.bands)
    check(calibration(replace(FULL, overall=replace(some, bands=bands))).svg())


HOSTILE = "<script>alert(1)</script> $x^2$ \u202egnp.exe\x1b[31m & ]]> " + "x" * 300


def test_text_of_a_file_is_shown_as_text() -> None:
    """Whatever an analyst and a ledger are called is read out letter by letter, and drawn without markup."""
    found = replace(record(entries(ENGINEER, analyst=HOSTILE)), ledger=HOSTILE)
    svg = calibration(found).svg()
    root = ElementTree.fromstring(svg)
    allowed = {"svg", "title", "desc", "g", "path", "text", "defs", "clipPath", "rect", "use"}
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= allowed
    assert ascii_safe(HOSTILE) in described(svg)[1]
    assert "".join(svg.split()).isprintable()
    check(svg)


def test_a_picture_is_the_same_every_time() -> None:
    """The same record gives the same bytes."""
    assert calibration(FULL).svg() == WHOLE
    assert calibration(FULL).png().startswith(b"\x89PNG")


def test_the_ends_of_the_scale_have_room() -> None:
    """Dots at 0 and at 100 per cent lie within the plot."""
    across = ticks(WHOLE, "middle")
    unit = across[1.0] - across[0.0]
    assert BEYOND * unit > LARGEST / 2
