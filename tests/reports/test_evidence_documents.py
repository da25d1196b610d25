"""What is told of what the evidence does: rows, numbers, what is left out."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings

from estimative.reports.blocks import Document, Heading, Paragraph
from estimative.reports.evidence.document import INDENT, document
from estimative.reports.evidence.summary import Weighing
from estimative.reports.evidence.wording import HUGE, chance, needed
from estimative.reports.summary import Number, to_json
from estimative.reports.wording import percent, rounded
from tests.comparisons import number
from tests.reports.test_comparison_documents import DECIBANS, headed, share_and_error, strange, tables, texts
from tests.reports.test_golden import on_terminal
from tests.reports.test_numbers import NUMBER, numbers
from tests.weighings import BORDERS, LEDGER, REACHES, TIPPING, WEIGHINGS, edges, moves, weighings

RICH, ODD, BARE, PARTLY, NONE, ALLOWED = WEIGHINGS.values()
OF_THE_FORM = {0.0, 10.0, 203.0, 1995.0, float(HUGE)}
"""Nothing, the factor that ten decibans are, the directive's number, a year, and the largest factor told."""


def rows(found: Document, first: str) -> list[tuple[str, ...]]:
    """The rows of the table whose first column has this title."""
    (table,) = headed(found, first)
    return list(table.rows)


def decibans(one: Number) -> str:
    """Log-odds in decibans with their error."""
    return share_and_error(DECIBANS * one.value, DECIBANS * one.se)


@settings(max_examples=25, deadline=None)
@given(found=weighings())
def test_every_story_and_every_item_has_its_row(found: Weighing) -> None:
    """Each story is told with its weights and the headline after it, its items under it if it has several."""
    assert found.ledger
    if not found.ledger.stories:
        return
    expected: list[tuple[str, ...]] = []
    for name, story in found.ledger.stories.items():
        expected.append((name, decibans(story.weight.alone), decibans(story.weight.last), probability(story.running)))
        for item in story.items if len(story.items) > 1 else ():
            weight = found.ledger.items[item]
            expected.append((f"{INDENT}{item}", decibans(weight.alone), decibans(weight.last), ""))
    assert [(row[0], *row[2:]) for row in rows(document(found), "Story")] == expected


def probability(log_odds: Number) -> str:
    """In per cent, to the error that log-odds have there."""
    p = 1 / (1 + math.exp(-log_odds.value))
    return percent(p, p * (1 - p) * log_odds.se)


def test_an_item_has_its_grade_and_a_story_of_several_none() -> None:
    """The grade of an item stands in its own row."""
    assert [row[1] for row in rows(document(RICH), "Story")] == ["", "B2", "-", "-", "A1", "E5"]


@settings(max_examples=25, deadline=None)
@given(found=weighings())
def test_every_border_has_its_row(found: Weighing) -> None:
    """Each border is told with the words on either side and the evidence that it takes."""
    assert found.tipping
    for row, edge in zip(rows(document(found), "Border"), found.tipping.edges, strict=True):
        ratio = edge.log_ratio
        assert row[:4] == (
            f"{100 * edge.probability:g} %",
            edge.below,
            edge.above,
            rounded(DECIBANS * ratio.value, DECIBANS * ratio.se, signed=True),
        )
        assert row[4].endswith("for" if ratio.value > 0 else "against")


@settings(max_examples=25, deadline=None)
@given(found=weighings())
def test_every_factor_has_its_row(found: Weighing) -> None:
    """Each factor is told with the headline at its ends and every border that it reaches."""
    assert found.tipping
    if not found.tipping.factors:
        return
    for row, (name, one) in zip(rows(document(found), "Factor"), found.tipping.factors.items(), strict=True):
        low, high = (percent(end.value, end.se) for end in (one.at_low, one.at_high))
        assert row[:3] == (name, f"{one.mean:.2f}", f"{low.removesuffix(' %')} to {high}")
        reached = [f"{100 * move.edge:g} %" for move in one.moves if move.held]
        assert re.findall(r"[\d.]+ %", row[3]) == reached


@settings(max_examples=25, deadline=None)
@given(found=weighings())
def test_every_indicator_has_its_row(found: Weighing) -> None:
    """Each indicator is told with what the headline would become, a dash where that cannot be, and with its worth."""
    if not found.indicators:
        return
    assert rows(document(found), "Indicator") == [
        (
            name,
            *(percent(one.value, one.se) if one else "-" for one in (sight.seen, sight.if_seen, sight.if_not)),
            *(percent(one.value, one.se) for one in (sight.information, sight.variance, sight.ceiling)),
        )
        for name, sight in found.indicators.items()
    ]


def test_where_to_look_and_why_is_told_in_full_only() -> None:
    """Source, place and reasons of an indicator stand in the full document, each once."""
    full = list(texts(document(RICH, full=True)))
    for text in (
        "cracks_at_the_water_line, where to look: Report of a dive; the second pier, at low water",
        "cracks_at_the_water_line, beta 0.682 if high: Cracks show\nin low water.",
    ):
        assert full.count(text) == 1
        assert text not in texts(document(RICH))
    assert not any(text.startswith("notice, where to look") for text in full)


def test_without_evidence_there_is_no_ledger() -> None:
    """Without evidence a sentence says so, and nothing is said of before and after."""
    blocks = document(BARE)
    assert Paragraph(text="There is no evidence.") in blocks
    assert not headed(blocks, "Story")
    assert not any("Before any evidence" in text for text in texts(blocks))
    assert Paragraph(text="The scenario names no indicators to watch.") in blocks
    assert not headed(blocks, "Factor")


@pytest.mark.parametrize("name", WEIGHINGS)
def test_no_table_stands_empty(name: str) -> None:
    """Every table has a row."""
    assert all(one.rows for one in tables(document(WEIGHINGS[name])))


def sentence(found: Weighing, start: str) -> str:
    """The one sentence or paragraph that starts like this."""
    (text,) = (text for text in texts(document(found)) if text.startswith(start))
    return text


@pytest.mark.parametrize("headline", BORDERS)
@pytest.mark.parametrize("error", [0.0, 0.01])
def test_a_headline_on_a_border_is_told_to_stand_there(headline: float, error: float) -> None:
    """A headline that stands on a border needs no evidence to reach it, and dividing by none breaks nothing."""
    found = replace(RICH, tipping=replace(TIPPING, edges=edges(headline, se=error)))
    assert sentence(found, "The headline stands at the border") == (
        f"The headline stands at the border of {100 * headline:g} %, as far as the draws can tell."
    )


def test_the_nearest_border_is_measured_by_the_heaviest_story() -> None:
    """The evidence that the nearest border takes is told with its ratio and the heaviest story at hand."""
    assert sentence(RICH, "The nearest border is") == (
        "The nearest border is 5 %: new evidence about the headline of 0.9 decibans (a likelihood ratio of 1.2 "
        "against) would bring it down to 'almost no chance'. That is 0.4 times what repair_of_last_summer weighs, the "
        "heaviest story at hand."
    )
    assert "times what" not in sentence(replace(RICH, ledger=None), "The nearest border is")


@pytest.mark.parametrize(
    ("reaching", "said"),
    [
        ((), "No factor, wherever it were known to stand, would by itself bring the headline over a border."),
        (
            ("rain",),
            "Known to stand elsewhere, rain would by itself bring the headline over a border; no other would, at ",
        ),
        (
            ("rain", "wear"),
            "Known to stand elsewhere, rain and wear would each by itself bring the headline over a border; no ",
        ),
        (
            ("rain", "wear", "silt"),
            "Known to stand elsewhere, rain, wear and silt would each by itself bring the headline over a border.",
        ),
    ],
)
def test_factors_that_could_change_the_word_are_named(reaching: tuple[str, ...], said: str) -> None:
    """Factors that reach a border are named in good grammar, and nothing is said of others where there are none."""
    one = REACHES["rain"]
    factors = {name: replace(one, moves=moves(held=int(name in reaching))) for name in ("rain", "wear", "silt")}
    found = replace(RICH, tipping=replace(TIPPING, factors=factors))
    start = said.split(" ", maxsplit=1)[0]
    assert sentence(found, f"{start} ").startswith(said)
    alone = {name: factors[name] for name in reaching}
    if len(reaching) == 1:
        one_factor = replace(RICH, tipping=replace(TIPPING, factors=alone))
        assert (
            sentence(one_factor, "Known")
            == "Known to stand elsewhere, rain would by itself bring the headline over a border."
        )


def test_an_indicator_that_cannot_be_seen_is_told_in_whole_sentences() -> None:
    """Where the first indicator cannot be seen, or cannot be missed, what is left is still a sentence."""
    no_progress, sure = ODD.indicators.values()
    lead = "Look first for notice: A notice in the county's gazette; "
    assert sentence(ODD, "Look first") == f"{lead}if it is looked for and not seen, the headline goes to 6.1 %."
    certain = replace(ODD, indicators={"notice": replace(sure, title=no_progress.title)})
    assert sentence(certain, "Look first") == f"{lead}if it is seen (a chance of 100 %) the headline goes to 12 %."


@pytest.mark.parametrize(
    ("own_fits", "said"),
    [
        (0, "Every weight comes from reweighted draws."),
        (1, "1 fit needed draws of its own."),
        (2, "2 fits needed draws of their own."),
    ],
)
def test_fits_of_their_own_are_counted_in_good_grammar(own_fits: int, said: str) -> None:
    """How many fits needed draws of their own is told, none, one or several."""
    assert ODD.ledger
    (story,) = ODD.ledger.stories.values()
    weight = replace(story.weight, own_fits=own_fits)
    found = replace(ODD, ledger=replace(ODD.ledger, stories={"gauge": replace(story, weight=weight)}))
    assert said in texts(document(found))


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ({"ledger": None, "tipping": None}, "Left out: the ledger and the borders between words."),
        ({"ledger": None, "tipping": BARE.tipping}, "Left out: the ledger."),
        ({"ledger": BARE.ledger, "tipping": None}, "Left out: the borders between words."),
    ],
)
def test_what_is_left_out_is_named(missing: dict[str, object], said: str) -> None:
    """Where the fit converged and others did not, the parts that rest on those are named."""
    blocks = document(replace(PARTLY, **missing))  # type: ignore[arg-type]
    assert Paragraph(text=said) in blocks
    headings = [block.text.partition(":")[0] for block in blocks if isinstance(block, Heading)]
    assert ("The ledger" in headings) == (missing["ledger"] is not None)
    assert ("What would change the word" in headings) == (missing["tipping"] is not None)


@pytest.mark.parametrize(
    ("log_ratio", "said"),
    [
        (math.log(2.5), "2.5 for"),
        (-math.log(2.5), "2.5 against"),
        (800.0, "over 1,000,000,000,000 for"),
        (-800.0, "over 1,000,000,000,000 against"),
    ],
)
def test_a_ratio_beyond_reading_is_told_as_that(log_ratio: float, said: str) -> None:
    """A likelihood ratio beyond a trillion, or beyond what a float holds, is told without its digits."""
    edge = replace(TIPPING.edges[0], log_ratio=number(log_ratio, 0.03))
    assert needed(edge) == said


@pytest.mark.parametrize(("log_odds", "said"), [(-800.0, "less than 0.000000001 %"), (0.0, "50.0 %"), (800.0, "100 %")])
def test_no_log_odds_are_too_large(log_odds: float, said: str) -> None:
    """A probability follows from any log-odds that a float holds."""
    assert chance(number(log_odds)) == said


def derived(found: Weighing) -> Iterator[float]:
    """What a document reckons from the numbers of a weighing."""
    assert found.ledger
    assert found.tipping
    ledger, edges_ = found.ledger, found.tipping.edges
    weights = [*(one.weight for one in ledger.stories.values()), *ledger.items.values()]
    yield float(sum(weight.own_fits for weight in weights))
    for odds in (n for weight in weights for n in (weight.alone, weight.last)):
        yield from (DECIBANS * odds.value, DECIBANS * odds.se)
    yield DECIBANS * ledger.whole.value
    for odds in (ledger.before, ledger.after, *(one.running for one in ledger.stories.values())):
        yield 1 / (1 + math.exp(-odds.value))
    for edge in edges_:
        yield from (DECIBANS * edge.log_ratio.value, math.exp(abs(edge.log_ratio.value)))
    nearest = min(abs(edge.log_ratio.value) for edge in edges_)
    yield from (nearest / abs(one.weight.last.value) for one in ledger.stories.values() if one.weight.last.value)
    if ledger.conflict:
        yield math.exp(ledger.conflict.measure.value)


@settings(max_examples=25, deadline=None)
@given(found=weighings())
def test_every_number_comes_from_the_summary(found: Weighing) -> None:
    """Each number in a document is one of the summary or follows from it, rounded to the digits that are shown."""
    plain = [*numbers(json.loads(to_json(found))), *derived(found)]
    assert not strange(document(found, full=True), plain, OF_THE_FORM)


@pytest.mark.parametrize(
    "name",
    ["n" * 64, "\u6f22\u5b57" * 20, "\u202e" * 20],
    ids=["long", "wide", "escaped"],
)
def test_long_names_leave_room_for_numbers(name: str) -> None:
    """However much room the name of a story takes, no number is cut or folded on a terminal of 80 columns."""
    stories = {name: LEDGER.stories["dive on 2 May"], "gauge": LEDGER.stories["gauge"]}
    ledger = replace(LEDGER, stories=stories, opposition=None, conflict=None)
    found = replace(
        RICH,
        ledger=ledger,
        tipping=replace(TIPPING, factors={name: REACHES["wear_of_the_second_pier"]}),
        indicators={name: RICH.indicators["notice"]},
    )
    cells = [cell for table in tables(document(found)) for row in table.rows for cell in row[1:] if NUMBER.search(cell)]
    words = set(re.split(r"\s+", on_terminal(document(found))))
    assert len(cells) > 30
    assert not [cell for cell in cells if not {part for part in cell.split() if NUMBER.fullmatch(part)} <= words]


@pytest.mark.parametrize("name", WEIGHINGS)
def test_no_digit_is_finer_than_its_error(name: str) -> None:
    """Where an error stands beside a number, the number's last digit counts at least that error."""
    for cell in (cell for one in tables(document(WEIGHINGS[name])) for row in one.rows for cell in row):
        if "\u00b1" in cell:
            value, error = NUMBER.findall(cell)
            assert 10.0 ** -len(value.partition(".")[2]) >= float(error) * 0.95
