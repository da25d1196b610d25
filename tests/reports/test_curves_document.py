"""One input at a time, in words and numbers: the section, its figure and its sliders."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from estimative.model.analysis.curves import InputCurves
from estimative.model.analysis.sensitivity import SensitivityResult
from estimative.model.codec import from_json, to_json
from estimative.priors.verbal_scale import find_scale
from estimative.reports.blocks import Block, Heading, Listing, Paragraph, Table
from estimative.reports.documents import curves
from estimative.reports.figures.chart import Chart
from estimative.reports.figures.curves import curves as figure
from estimative.reports.figures.multiples import Multiples
from estimative.reports.figures.style import NothingToPlot
from estimative.reports.formats.html import fragment, html
from estimative.reports.formats.markdown import markdown
from estimative.reports.formats.pdf import pdf
from estimative.reports.number_format import percent
from estimative.reports.phrases import capital, input_name, judged
from tests.analyses import analysed, context
from tests.command import Desk
from tests.documents import drawing, sliding
from tests.figures import outside, overlapping
from tests.hostile import HOSTILE
from tests.reading import read_html, read_pdf

TITLE = Heading(text="A page", level=1)
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')
WITHOUT_SCRIPT = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


@pytest.fixture(scope="module")
def result() -> SensitivityResult:
    """Of the ferry."""
    found = analysed("sensitivity")
    assert isinstance(found, SensitivityResult)
    return found


@pytest.fixture(scope="module")
def found(result: SensitivityResult) -> InputCurves:
    assert result.curves
    return result.curves


def table(blocks: tuple[Block, ...]) -> Table:
    [only] = [block for block in blocks if isinstance(block, Table)]
    return only


def test_the_table_has_the_result_low_in_the_middle_and_high(result: SensitivityResult, found: InputCurves) -> None:
    """A row for each curve; low and high are the numbers of the tornado."""
    assert result.tornado
    rows = {row[0]: row[1:] for row in table(curves.document(found, context())).rows}
    assert list(rows) == [capital(input_name(curve.name, context().scenario)) for curve in found.curves]
    for swing, cells in zip(result.tornado.quantities, rows.values(), strict=False):
        assert cells[0].startswith(f"{percent(swing.at_low)} at ")
        assert cells[2].startswith(f"{percent(swing.at_high)} at ")


def test_the_section_says_how_to_read_it(found: InputCurves) -> None:
    """The finding first; and that the curves are of one input each."""
    finding, how = [block for block in curves.document(found, context()) if isinstance(block, Paragraph)]
    assert (finding.strong, finding.text.startswith("Farthest: ")) == (True, True)
    assert "Each curve moves one input alone, the others as assessed." in how.text


def test_what_did_not_converge_is_named(found: InputCurves) -> None:
    """A dash in the table, no stop of a slider, and a list of the values."""
    first, *rest = found.curves
    middle = next(point for point in first.points if point.quantile == 0.5)
    points = tuple(point for point in first.points if point is not middle)
    gap = replace(found, curves=(replace(first, points=points, absent=(middle.value,)), *rest))
    blocks = curves.document(gap, context())
    assert [row[2] == "-" for row in table(blocks).rows] == [True, *(False for _ in rest)]
    [absent] = [block for block in blocks if isinstance(block, Listing)]
    name = capital(input_name(first.name, context().scenario))
    assert [point.startswith(f"{name}, at ") for point in absent.points] == [True]
    headline = analysed("sensitivity").headline
    assert headline
    sliders = curves.sliders(gap, headline.posterior, context()).sliders
    assert (len(sliders[0].stops), sliders[0].start) == (len(points), min(3, len(points)))


def test_a_slider_stops_at_every_point(result: SensitivityResult, found: InputCurves) -> None:
    """With the number as the report writes it, and the word of the scale; it starts in the middle."""
    assert result.headline
    scale = find_scale("phia")
    made = curves.sliders(found, result.headline.posterior, replace(context(), scale=scale))
    assert made.unmoved == judged(result.headline.posterior, scale)
    for slider, curve in zip(made.sliders, found.curves, strict=True):
        assert [stop.answer for stop in slider.stops] == [judged(point.probability, scale) for point in curve.points]
        assert curve.points[slider.start].quantile == 0.5
        assert slider.stops[slider.start].at.endswith(", the 50% point of its prior")


def test_the_figure_is_drawn_without_a_collision(result: SensitivityResult, found: InputCurves) -> None:
    """Wide and narrow; it has every number in words."""
    picture = figure(result, context())
    for narrow in (False, True):
        svg = picture.svg(narrow=narrow)
        assert (overlapping(svg), outside(svg)) == ([], [])
    assert isinstance(picture.content, Multiples)
    numbers = [percent(point.probability) for curve in found.curves for point in curve.points]
    assert all(number in picture.description for number in numbers)
    assert picture.png().startswith(b"\x89PNG")
    assert picture.plot().get_figure()


def test_without_curves_there_is_no_figure(result: SensitivityResult) -> None:
    """It says why."""
    for lacking in (replace(result, curves=None), replace(result, headline=None)):
        with pytest.raises(NothingToPlot, match=r"\.$"):
            figure(lacking, context())


def test_curves_are_read_back_from_json(result: SensitivityResult) -> None:
    """As they were, with the errors of their points."""
    assert from_json(to_json(result), SensitivityResult).curves == result.curves


def test_a_page_without_sliders_allows_no_script() -> None:
    """And has none."""
    page = html((TITLE, Paragraph(text="a")))
    assert POLICY.findall(page) == [WITHOUT_SCRIPT]
    assert "<script" not in page


def test_a_page_with_sliders_allows_its_own_script_alone() -> None:
    """By its digest; the data beside it are no script. Two groups share the script and have names of their own."""
    page = html((TITLE, sliding("a"), sliding("b")))
    [policy] = POLICY.findall(page)
    digest = re.search(r"script-src '(sha256-[A-Za-z0-9+/]{43}=)'; ", policy)
    assert digest
    assert policy.replace(digest[0], "") == WITHOUT_SCRIPT
    scripts = [element.attributes for element in read_html(page).of("script")]
    assert scripts == [{"type": "application/json"}, {"type": "application/json"}, {}]
    names = re.findall(r' id="([^"]*)"', page)
    assert len(names) == len(set(names))
    assert page == html((TITLE, sliding("a"), sliding("b")))


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_ends_the_data_or_becomes_markup(name: str) -> None:
    """Whatever a title holds, the data are ASCII without brackets, and say the same as JSON."""
    page = html((TITLE, sliding(HOSTILE[name])))
    [data] = re.findall(r'<script type="application/json">(.*?)</script>', page, flags=re.DOTALL)
    assert data.isascii()
    assert not set("<>&") & set(data)
    read = json.loads(data)
    assert [len(stops) for stops in read["stops"]] == [3, 3]
    assert len(read_html(page).of("input")) == 2


def test_other_formats_leave_sliders_out() -> None:
    """And so does a notebook, whose page has no place for the script."""
    document = (TITLE, Paragraph(text="before"), sliding("a slider"), Paragraph(text="after"))
    assert "<script" not in fragment(document)
    assert "a slider" not in fragment(document) + markdown(document) + read_pdf(pdf(document)).text


def test_the_brief_the_static_and_the_unconverged_report_have_no_script(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The static report keeps the section with its figure; each file allows no script."""
    monkeypatch.setattr(Chart, "svg", lambda _, **look: drawing().svg(**look))
    desk = Desk.at(tmp_path)
    fit = ("fit", "--scenario", "ferry.toml", "--priors", "mate.toml", "--method", "importance")
    assert desk.run(*fit).code == 0
    for name, options in (("full", ()), ("again", ()), ("static", ("--static",)), ("brief", ("--brief",))):
        assert desk.run("report", *options, "-o", f"{name}.html").code == 0
    assert desk.run(*fit, "--draws", "100").code == 3
    assert desk.run("report", "-o", "failed.html").code == 3
    assert (
        desk.run("fit", "--scenario", "lamp.toml", "--priors", "electrician.toml", "--method", "importance").code == 0
    )
    assert desk.run("report", "-o", "certain.html").code == 0
    pages = {path.stem: path.read_text(encoding="utf-8") for path in desk.folder.glob("*.html")}
    assert pages["full"] == pages["again"]
    assert "<script" in pages["full"]
    assert [name for name, page in pages.items() if "<script" in page] == [n for n in pages if n in ("full", "again")]
    assert [name for name, page in pages.items() if POLICY.findall(page) != [WITHOUT_SCRIPT]] == [
        name for name in pages if name in ("full", "again")
    ]
    title = ">One input at a time</h2>"
    assert [pages[name].count(title) for name in ("full", "static", "brief", "failed", "certain")] == [1, 1, 0, 0, 0]
    assert pages["static"].count("<svg") == pages["full"].count("<svg")
    assert ["<input" in pages[name] for name in ("full", "static")] == [True, False]
