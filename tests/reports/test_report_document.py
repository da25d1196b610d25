"""The report as a document: which parts there are and in which order, its pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from estimative.reports.blocks import (
    Block,
    Caution,
    Code,
    Figure,
    Heading,
    IntervalPlot,
    Listing,
    Paragraph,
    Picture,
    Table,
)
from estimative.reports.figures.gallery import gallery
from estimative.reports.report.document import document
from estimative.reports.report.layout import below, figure, pictured
from estimative.reports.report.resting import LINCHPINS
from estimative.reports.report.summary import Report
from tests.comparisons import COMPARISONS
from tests.documents_made import DOTS, of_evidence
from tests.reports_made import REPORTS
from tests.summaries import FULL

FULL_REPORT, UNTOLD = REPORTS["report.full"], REPORTS["report.withheld"]
NAMES = [name for name in REPORTS if name != "report.hostile"]
WHOLE = (
    "Key judgement",
    "Analytic confidence",
    "What it rests on",
    "The chain of events",
    "From prior to posterior",
    "Evidence",
    "What would change the judgement",
    "Dissent",
    "Alternatives considered",
    "Method and checks",
    "How much is prior",
    "Sources",
    "Reproduction",
    "Appendix: the question in full",
    "Appendix: every quantity",
    "Appendix: shares of the posterior, by word",
    "Appendix: what accounts for the spread",
    "Appendix: Bayesian analysis reporting guidelines",
)
"""Every part that a report can have, in the order in which its readers ask."""
OF_NUMBERS = {WHOLE[place] for place in (0, 3, 4, 6, 10, 14, 15, 16)}
"""Those that are there only where a number is told."""


def parts(report: Report) -> dict[str, list[Block]]:
    """The blocks of each part, without pictures; what stands before the first one under no name."""
    found: dict[str, list[Block]] = {"": []}
    for block in document(report, {}):
        if isinstance(block, Heading) and block.level == 2:
            assert block.text not in found
            found[block.text] = []
        else:
            found[list(found)[-1]].append(block)
    return found


def said(report: Report, part: str) -> str:
    """Everything that a part of it says, on one line."""
    return " ".join(text for block in parts(report)[part] for text in _texts(block))


def _texts(block: Block) -> Iterator[str]:
    match block:
        case Heading() | Paragraph() | Caution():
            yield block.text
        case Listing():
            yield from block.points
        case Table():
            yield from block.header
            for row in block.rows:
                yield from row
        case Code():
            yield from block.lines
        case IntervalPlot():
            yield block.key
        case Figure():
            yield block.name


def headings(report: Report, part: str) -> list[str]:
    """What the parts of a part are called."""
    return [block.text for block in parts(report)[part] if isinstance(block, Heading) and block.level == 3]


@pytest.mark.parametrize("name", NAMES)
def test_parts_come_in_the_order_in_which_readers_ask(name: str) -> None:
    """The judgement first, the guidelines last; no part is there twice, and none that nobody has heard of."""
    found = list(parts(REPORTS[name]))[1:]
    assert found == [part for part in WHOLE if part in found]


@pytest.mark.parametrize("name", ["report.full", "report.team", "report.phia"])
def test_a_report_of_everything_has_every_part(name: str) -> None:
    """Nothing is left out where all was reckoned, alone or with others."""
    assert tuple(parts(REPORTS[name]))[1:] == WHOLE


def test_a_report_without_numbers_has_no_part_of_numbers() -> None:
    """What is known without a number is told all the same."""
    assert [part for part in WHOLE if part not in OF_NUMBERS] == list(parts(UNTOLD))[1:]


LACKING: dict[str, tuple[Report, set[str]]] = {
    "nothing was weighed": (replace(FULL_REPORT, weighing=None), {"What would change the judgement"}),
    "nothing was varied": (replace(FULL_REPORT, sensitivity=None), {"Appendix: what accounts for the spread"}),
    "no draws were kept": (
        replace(FULL_REPORT, shapes={}, factors={}),
        {"Appendix: shares of the posterior, by word"},
    ),
    "nobody dissents": (replace(FULL_REPORT, comparison=None), set()),
    "no files are known": (replace(FULL_REPORT, reproduction=replace(FULL_REPORT.reproduction, files=())), set()),
}


@pytest.mark.parametrize("name", LACKING)
def test_a_part_is_left_out_with_what_it_tells(name: str) -> None:
    """Where one thing was not reckoned, its part is missing and no other."""
    report, missing = LACKING[name]
    assert set(WHOLE) - set(parts(report)) == missing


def test_a_report_opens_with_title_question_and_frame() -> None:
    """Who asks what, until when, by whose priors: before anything else."""
    opening = parts(FULL_REPORT)[""]
    assert [type(block) for block in opening] == [Heading, Paragraph, Paragraph]
    assert [text for block in opening for text in _texts(block)][:2] == [
        "The bridge at Ashford",
        "Will the county close the bridge to lorries?",
    ]
    assert "engineer" in str(opening[2])


@pytest.mark.parametrize("name", ["report.withheld", "report.cautioned"])
def test_a_caution_comes_before_all_else_but_the_question(name: str) -> None:
    """The fourth block is the caution of the run; there is one of it before the first part."""
    opening = parts(REPORTS[name])[""]
    assert [at for at, block in enumerate(opening) if isinstance(block, Caution)] == [3]
    assert opening[3] == Caution(text=REPORTS[name].assessment.caution)


def test_a_caution_of_a_part_opens_the_report() -> None:
    """Of a run that converged, and a comparison that did not, the caution is told once at the top."""
    caution = COMPARISONS["comparison.withheld"].caution
    report = replace(
        FULL_REPORT, converged=False, caution=caution, comparison=COMPARISONS["comparison.withheld"]
    )  # fmt: skip
    assert parts(report)[""][-1] == Caution(text=caution)
    assert [block for block in parts(FULL_REPORT)[""] if isinstance(block, Caution)] == []


def test_the_judgement_is_told_with_its_spread_and_its_yardstick() -> None:
    """Judgement, interval, shares by word, scale; without draws no shares, and of what is exact none either."""
    assert [type(block) for block in parts(FULL_REPORT)["Key judgement"]] == [Paragraph] * 6
    assert "Of what the analyst leaves open" in said(FULL_REPORT, "Key judgement")
    for report in (replace(FULL_REPORT, shapes={}), REPORTS["report.exact"]):
        assert "Of what" not in said(report, "Key judgement")
    count = len(parts(replace(FULL_REPORT, shapes={}, comparison=None))["Key judgement"])
    assert (count, len(parts(REPORTS["report.exact"])["Key judgement"])) == (4, 3)


def test_the_judgement_says_where_it_came_from_and_who_dissents() -> None:
    """Where there is evidence, the headline before it; where other runs are named, what they say, in one line each."""
    assert "Before any evidence it stood at 3.1 %." in said(FULL_REPORT, "Key judgement")
    assert "sceptic, almost no chance (1.5 %). See 'Dissent'." in said(FULL_REPORT, "Key judgement")
    assert "See 'Dissent'" not in said(replace(FULL_REPORT, comparison=None), "Key judgement")


def test_what_it_rests_on_is_told_as_far_as_it_is_known() -> None:
    """Linchpins where they were varied, constants where numbers are told, what the model takes for granted always."""
    granted = "What the model takes for granted"
    everything = headings(FULL_REPORT, "What it rests on")
    assert everything[0] == "Linchpins, and what follows if they fail"
    assert everything[1:] == ["Held constant", "Weights of evidence that were chosen, not learnt", granted]
    assert headings(replace(FULL_REPORT, sensitivity=None), "What it rests on") == everything[1:]
    assert headings(UNTOLD, "What it rests on") == everything[2:]
    assert headings(REPORTS["report.exact"], "What it rests on")[-2:] == ["Held constant", granted]
    tables = [block for block in parts(FULL_REPORT)["What it rests on"] if isinstance(block, Table)]
    assert 0 < len(tables[0].rows) <= LINCHPINS


def test_what_could_not_be_reckoned_is_said() -> None:
    """With its reason, where one would look for it."""
    refused = replace(FULL_REPORT, weighing=None, sensitivity=None, refused=("the headline has no odds",))
    assert "could not be reckoned: the headline has no odds." in said(refused, "What it rests on")
    assert "could not be reckoned" not in said(FULL_REPORT, "What it rests on")


def test_the_evidence_is_told_with_its_weights_or_without() -> None:
    """The ledger where it was reckoned, every item in any case; that there is none is said once."""
    ledger, items = "The ledger: what each story weighs", "Every item of evidence"
    assert headings(FULL_REPORT, "Evidence") == [ledger, items]
    assert headings(UNTOLD, "Evidence") == [items]
    none = replace(FULL_REPORT, assessment=replace(FULL, evidence={}))
    for report in (none, REPORTS["report.exact"]):
        assert [type(block) for block in parts(report)["Evidence"]] == [Paragraph]


def test_dissent_is_told_or_said_not_to_be_known() -> None:
    """Of one analyst that nobody else was asked; of two what separates them; of more, what each adds to the team."""
    alone = replace(FULL_REPORT, comparison=None)
    assert said(alone, "Dissent") == "None is reported: this report is of one analyst, engineer, alone."
    assert "Why engineer and sceptic differ on the headline" in headings(FULL_REPORT, "Dissent")
    team = headings(REPORTS["report.team"], "Dissent")
    assert team[-1] == headings(FULL_REPORT, "Dissent")[-1] == "Method"
    assert "converged (" in said(FULL_REPORT, "Dissent")
    assert len(team) == 4
    assert not [one for one in team if one.startswith("Why engineer and sceptic")]
    withheld = replace(FULL_REPORT, comparison=COMPARISONS["comparison.withheld-all"])
    assert "CAUTION" not in said(withheld, "Dissent")
    assert [block for block in parts(withheld)["Dissent"] if isinstance(block, Caution)]
    assert not [block for block in parts(withheld)["Dissent"] if isinstance(block, IntervalPlot | Table)]


def test_alternatives_are_told_or_said_not_to_have_been_tried() -> None:
    """Other outcomes, then other structures; the headline is no alternative to itself."""
    assert "Other structures of the same scenario" in headings(FULL_REPORT, "Alternatives considered")
    others = next(block for block in parts(FULL_REPORT)["Alternatives considered"] if isinstance(block, Listing))
    assert others.points == ("If the dam leaks, it is closed: roughly even chance (52 %)",)
    still = replace(FULL_REPORT, sensitivity=None)
    assert said(still, "Alternatives considered").endswith("No other structure of the scenario was tried.")


def test_every_check_of_every_method_is_told() -> None:
    """With its verdict, passed or failed, and numbers or none."""
    for report in (FULL_REPORT, UNTOLD):
        table = [block for block in parts(report)["Method and checks"] if isinstance(block, Table)][-1]
        checks = [check for one in report.assessment.verdicts.values() for check in one.checks]
        assert [row[-1] == "passed" for row in table.rows] == [check.passed for check in checks]


def test_how_to_get_the_same_is_told() -> None:
    """The commands as they are typed, seed, versions and digests."""
    [code] = [block for block in parts(FULL_REPORT)["Reproduction"] if isinstance(block, Code)]
    assert code.lines == FULL_REPORT.reproduction.commands
    told = said(FULL_REPORT, "Reproduction")
    assert all(file.sha256 in told and file.name in told for file in FULL_REPORT.reproduction.files)
    assert FULL.scenario.digest in told
    assert FULL.prior_set.digest in told
    nameless = replace(FULL_REPORT, assessment=replace(FULL, run=replace(FULL.run, versions={})))
    assert "Versions: unknown" in said(nameless, "Reproduction")


@pytest.mark.parametrize("name", NAMES)
def test_every_picture_stands_once_where_it_belongs(name: str) -> None:
    """Each one of the gallery is in the document, in its own part; in its place there are dots where it is not."""
    drawn = gallery(REPORTS[name])
    whole = document(REPORTS[name], drawn)
    places = {
        block.name: [one.text for one in whole[:at] if isinstance(one, Heading) and one.level == 2][-1]
        for at, block in enumerate(whole)
        if isinstance(block, Figure)
    }
    assert [block.name for block in whole if isinstance(block, Figure)] == list(places)
    expected = {
        "tornado": "What it rests on",
        "tree": "The chain of events",
        "outcomes": "From prior to posterior",
        "factors": "From prior to posterior",
        "ledger": "Evidence",
        "analysts": "Dissent",
        "waterfall": "Dissent",
        "agreement": "Dissent",
    }
    assert places == {kind: expected[kind] for kind in places}
    empty = set() if REPORTS[name].assessment.evidence else {"ledger"}
    assert set(places) == set(drawn) - empty


@pytest.mark.parametrize("name", NAMES)
def test_without_pictures_dots_stand_in_their_place(name: str) -> None:
    """A format of characters shows what the picture would have shown, and the rest is the same."""
    report = REPORTS[name]
    drawn, plain = document(report, gallery(report)), document(report, {})
    instead = [block.instead if isinstance(block, Figure) else block for block in drawn]
    assert tuple(block for block in instead if block) == plain
    assert not [block for block in plain if isinstance(block, Figure)]


def test_a_part_of_another_document_goes_a_level_down() -> None:
    """Its headings alone are changed."""
    paragraph = Paragraph(text="a")
    assert list(below([Heading(text="b"), paragraph, Heading(text="c", level=3)])) == [
        Heading(text="b", level=3),
        paragraph,
        Heading(text="c", level=4),
    ]


def test_a_picture_takes_the_place_of_the_first_dots() -> None:
    """Of those alone; without dots it stands under the heading, and at the top where there is none."""
    head, text = Heading(text="a"), Paragraph(text="b")
    drawn = {"x": of_evidence}

    def shown(blocks: list[Block], kinds: dict[str, Any]) -> list[str]:
        return [getattr(block, "name", type(block).__name__) for block in pictured(blocks, "x", kinds)]

    assert shown([head, text, DOTS, DOTS], drawn) == ["Heading", "Paragraph", "x", "Dots"]
    assert shown([head, text], drawn) == ["Heading", "x", "Paragraph"]
    assert shown([text], drawn) == ["x", "Paragraph"]
    assert shown([], drawn) == ["x"]
    assert shown([head, DOTS, text], {}) == ["Heading", "Dots", "Paragraph"]
    assert shown([head, text], {}) == ["Heading", "Paragraph"]
    assert list(figure("y", drawn)) == []


def test_a_picture_is_drawn_by_nobody_who_only_reads() -> None:
    """A document holds how to draw its pictures; making it draws none."""

    def never() -> Picture:
        raise AssertionError("drawn")

    whole = document(FULL_REPORT, dict.fromkeys(gallery(FULL_REPORT), never))
    assert sum(isinstance(block, Figure) for block in whole) == len(gallery(FULL_REPORT))
