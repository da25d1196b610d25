"""What is told of a comparison: rows, numbers, cautions."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt

from estimative.reports.blocks import Block, Caution, Document, Heading, Listing, Paragraph, Table
from estimative.reports.comparison.document import document
from estimative.reports.comparison.rows import csv_of
from estimative.reports.comparison.summary import SOME_WITHHELD, Comparison, Decomposition, Share
from estimative.reports.formats.markdown import markdown
from estimative.reports.summary import Number, to_json
from estimative.reports.wording import percent, rounded
from tests.comparisons import COMPARISONS, FAILING, comparisons, pair
from tests.reports.test_golden import on_terminal
from tests.reports.test_numbers import NUMBER, ends, is_rounded, numbers, with_error
from tests.summaries import saying

PAIR, TEAM, TOLD, WITHHELD = (COMPARISONS[f"comparison.{name}"] for name in ("pair", "team", "told", "withheld"))
DECIBANS = 10 / math.log(10)
OF_THE_FORM = {0.0, 0.01, 0.1, 0.99, 1.0, 10.0, 90.0, 203.0}
"""Ends of scales, bounds of what is told in a word, the factor that ten decibans are, and the directive's number."""


def tables(told: Document) -> list[Table]:
    """The tables of a document, in order."""
    return [block for block in told if isinstance(block, Table)]


def headed(told: Document, first: str) -> list[Table]:
    """The tables whose first column has this title."""
    return [table for table in tables(told) if table.header[0] == first]


def formats(found: Comparison) -> dict[str, str]:
    """Everything that can be told of a comparison, by format."""
    told = document(found)
    return {
        "terminal": on_terminal(told, width=400),
        "md": markdown(told).replace("\\", ""),
        "json": to_json(found),
        "csv": csv_of(found),
    }


def share_and_error(value: float, error: float) -> str:
    """A signed number and its error by the rule of digits."""
    told = rounded(value, error, signed=True)
    return told if not error or told.startswith("less") else f"{told} \u00b1 {digit(error)}"


def digit(error: float) -> str:
    """An error to one digit, without the exponents of computers."""
    return f"{float(f'{error:.1g}'):.{max(0, -math.floor(math.log10(float(f'{error:.1g}'))))}f}"


@settings(max_examples=25, deadline=None)
@given(found=comparisons())
def test_every_analyst_has_a_row(found: Comparison) -> None:
    """Of each outcome each analyst's own numbers and word are told, in the order of the summary."""
    rows = [row for table in headed(document(found), "Analyst")[: len(found.outcomes)] for row in table.rows]
    assert rows == [
        (
            name,
            with_error(one.probability, one.se),
            ends(one.interval),
            percent(one.prior_probability, one.prior_se),
            one.term,
        )
        for outcome in found.outcomes.values()
        for name, one in outcome.analysts.items()
    ]


@settings(max_examples=25, deadline=None)
@given(found=comparisons())
def test_every_pair_has_a_row(found: Comparison) -> None:
    """Of the headline each pair is told with its difference in percentage points and with its distance."""
    (table,) = headed(document(found), "First")
    for row, one in zip(table.rows, found.outcomes["closed"].pairs, strict=True):
        assert row[:2] == (one.first, one.second)
        assert row[2] == share_and_error(100 * one.difference.value, 100 * one.difference.se)
        assert row[5] == rounded(100 * one.wasserstein.value, 100 * one.wasserstein.se)


def test_outcomes_in_full_are_those_asked_for() -> None:
    """Pairs are told of the outcomes that are asked for, of the headline where none is."""
    assert len(headed(document(PAIR, in_full=["closed", "closed_if_leak"]), "First")) == 2
    told = document(PAIR, in_full=["closed_if_leak"])
    place = next(index for index, block in enumerate(told) if block == Heading(text="Two by two", level=3))
    before = [block.text for block in told[:place] if isinstance(block, Heading)]
    assert before[-1] == PAIR.outcomes["closed_if_leak"].title


@pytest.mark.parametrize("name", ["pair", "team"])
def test_long_names_leave_room_for_numbers(name: str) -> None:
    """However long the names of analysts are, no number is cut or folded on a terminal of 80 columns."""
    told = document(saying(COMPARISONS[f"comparison.{name}"], "n" * 62))
    shown = set(re.split(r"[\s\ue000]+", on_terminal(told)))
    cells = [cell for table in tables(told) for row in table.rows for cell in row if NUMBER.search(cell)]
    assert len(cells) > 50
    assert not [cell for cell in cells if not {part for part in cell.split() if NUMBER.fullmatch(part)} <= shown]


def test_the_first_analyst_is_the_measure_of_foresight() -> None:
    """How well priors foresaw the evidence is told of two analysts or more, with dashes for the first."""
    rows = headed(document(TEAM), "Analyst")[2].rows
    assert rows == (
        ("engineer", "-", "-"),
        ("sceptic", "-5.7 \u00b1 0.09", "-1.2 \u00b1 0.04"),
        ("mayor", "less than 1", "unknown"),
    )
    alone = replace(PAIR, foresight={"engineer": PAIR.foresight["engineer"]})
    assert Heading(text="How well the priors foresaw the evidence") not in document(alone)


@settings(max_examples=25, deadline=None)
@given(found=comparisons())
def test_every_share_is_told(found: Comparison) -> None:
    """Each block has a row, each quantity of a tenth of a deciban, from the largest on; the others together."""
    if not found.attribution:
        return
    shared = found.attribution.decomposition
    sign = -1 if shared.gap.value < 0 else 1
    (table,) = headed(document(found), "What they disagree on")
    assert [row[:2] for row in table.rows] == [
        *expected_rows(shared, sign),
        ("Everything", told_share(shared.gap, sign)),
    ]


def told_share(one: Number, sign: int, sampling: float = 0.0) -> str:
    """A share in decibans, told from the lower analyst up."""
    return share_and_error(DECIBANS * one.value * sign, DECIBANS * math.hypot(one.se, sampling))


def expected_rows(shared: Decomposition, sign: int) -> Iterator[tuple[str, str]]:
    """Name and share of each row but the last."""
    for block in shared.blocks:
        yield block.name, told_share(block.share, sign)
        own = [one for one in shared.quantities if one.block == block.name]
        large = sorted((one for one in own if is_large(one)), key=lambda one: -abs(one.share.value))
        for one in large:
            yield f"\u00b7 {short(one.name)}", told_share(one.share, sign, one.sampling_error)
        if small := [one for one in own if not is_large(one)]:
            others = "1 other" if len(small) == 1 else f"{len(small)} others"
            total = DECIBANS * sign * sum(one.share.value for one in small)
            yield f"\u00b7 {others}, under 0.1 each", rounded(total, 0.05, signed=True)


def is_large(one: Share) -> bool:
    """Whether a share has a row of its own."""
    return abs(DECIBANS * one.share.value) >= 0.1


def short(name: str) -> str:
    """A quantity under its block."""
    section, *rest = name.split(".")
    if section == "effects":
        return f"{rest[1]} on {rest[0]}"
    return f"{rest[0]} ({section})" if section in ("motives", "independence") else rest[0]


def test_the_variance_is_told_by_block_and_by_the_twelve_that_matter() -> None:
    """Blocks come first, then the twelve quantities that do most either way, then all others together."""
    (table,) = headed(document(TEAM), "Agreeing on")
    names = [row[0] for row in table.rows]
    assert names[:5] == ["all effects", "all factors", "all events", "all evidence", "all relevance"]
    assert names[5:9] == ["events.leak", "factors.wear", "events.closing", "relevance.closures"]
    assert names[17:] == ["5 others together"]
    assert TEAM.team
    rest = sum(sorted(abs(one.share.value) for one in TEAM.team.variance.quantities)[:5])
    assert table.rows[-1][1] == percent(rest / TEAM.team.variance.gap.value, 0.005)


def test_analysts_who_come_to_the_same_have_no_variance_to_share() -> None:
    """Where priors differ and headlines do not, shares of the variance are dashes rather than a failure."""
    assert TEAM.team
    variance = TEAM.team.variance
    nothing = replace(variance.gap, value=0.0)
    same = replace(TEAM, team=replace(TEAM.team, variance=replace(variance, gap=nothing)))
    (table,) = headed(document(same), "Agreeing on")
    assert {row[1] for row in table.rows} == {"-"}


def test_analysts_who_agree_have_no_table_of_shares() -> None:
    """Where two analysts agree on everything a sentence says so, without a table."""
    told = document(pair({}))
    assert not headed(told, "What they disagree on")
    assert Paragraph(text="engineer and sceptic agree on everything.", strong=True) in told


def derived(found: Comparison) -> Iterator[float]:
    """What a document reckons from the numbers of a comparison."""
    team = found.team
    yield len(found.analysts)
    for shared in decompositions(found):
        shares = [*shared.blocks, *shared.quantities]
        for odds in (shared.gap, *(n for s in shares for n in (s.share, s.first_in, s.last_in))):
            yield from (DECIBANS * odds.value, DECIBANS * odds.se, math.exp(odds.value), math.exp(-odds.value))
        for one in shares:
            yield DECIBANS * math.hypot(one.share.se, one.sampling_error)
        yield from together(shared)
    if team:
        whole = team.variance.gap.value
        yield from (math.exp(math.sqrt(whole)), DECIBANS * math.sqrt(whole))
        for one in (*team.variance.blocks, *team.variance.quantities):
            yield DECIBANS * math.sqrt(max(whole - one.first_in.value, 0.0))
            yield one.share.value / whole if whole else 0.0
        values = sorted((one.share.value for one in team.variance.quantities), key=abs)
        yield from (5, sum(values[:5]) / whole if whole else 0.0)


def decompositions(found: Comparison) -> list[Decomposition]:
    """Everything in a comparison that is shared out."""
    pair_ = [found.attribution.decomposition] if found.attribution else []
    return pair_ + ([*found.team.against_pool.values(), found.team.variance] if found.team else [])


def together(shared: Decomposition) -> Iterator[float]:
    """What is told together: the small ones of each block, and the ones that a sentence does not name."""
    for block in shared.blocks:
        small = [one.share.value for one in shared.quantities if one.block == block.name and not is_large(one)]
        yield from (len(small), DECIBANS * sum(small))
    values = sorted(one.share.value for one in shared.quantities)
    for high, low in product(range(6), range(6)):
        rest = sum(values) - sum(values[len(values) - high :]) - sum(values[:low])
        yield from (math.exp(rest), math.exp(-rest))


@settings(max_examples=25, deadline=None)
@given(found=comparisons())
def test_every_number_comes_from_the_summary(found: Comparison) -> None:
    """Each number in a document is one of the summary or follows from it, rounded to the digits that are shown."""
    plain = [*numbers(json.loads(to_json(found))), *derived(found)]
    assert not strange(document(found), plain, OF_THE_FORM)


TINY = "0.000000"
"""How errors of what is exact but for rounding begin: they follow from several numbers, each of which is as small."""


def strange(told: Document, plain: Collection[float], of_the_form: Collection[float]) -> list[str]:
    """The numbers in a document that are none of these, nor any of them in per cent, as they would be rounded."""
    values = [*plain, *(100 * value for value in plain)]
    found = []
    for text in read(told):
        bounds = {bound.replace(",", "") for bound in re.findall(r"less than ([\d.,]*\d)", text)}
        found += [
            shown
            for shown in NUMBER.findall(text)
            if float(shown.replace(",", "")) not in of_the_form
            and shown.replace(",", "") not in bounds
            and not any(is_rounded(shown, value) for value in values)
            and not shown.startswith(TINY)
        ]
    return found


def read(told: Document) -> list[str]:
    """A document as Markdown shows it but for its plot, and the cells and sentences that a terminal is given."""
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown(told))
    parts = ["".join(child.content for child in token.children or ()) for token in tokens if token.type == "inline"]
    return ["\n".join(parts), "\n".join(texts(told))]


def texts(told: Sequence[Block]) -> Iterator[str]:
    """Every text of every block but plots."""
    for block in told:
        match block:
            case Heading() | Paragraph() | Caution():
                yield block.text
            case Listing():
                yield from block.points
            case Table():
                yield from (cell for row in (block.header, *block.rows) for cell in row)
            case _:
                yield block.key


@pytest.mark.parametrize("form", ["terminal", "md", "json", "csv"])
def test_no_format_tells_what_is_withheld(form: str) -> None:
    """Of an analyst whose fit failed no number, word or pair is told in any format."""
    text = formats(WITHHELD)[form]
    for told in ("1.5 \u00b1 0.02", "0.0147", "almost no chance", "+4.7", "-29.5", "none: exact"):
        assert told not in text
    assert "sceptic" in text or form == "csv"


@pytest.mark.parametrize("name", ["withheld", "withheld-all", "told"])
@pytest.mark.parametrize("form", ["terminal", "md", "json", "csv"])
def test_the_caution_stands_before_the_first_number(name: str, form: str) -> None:
    """A comparison with a fit that failed carries its caution in every format, before any probability."""
    found = COMPARISONS[f"comparison.{name}"]
    text = formats(found)[form]
    assert found.caution
    assert found.caution in text
    first = {"json": '"probability"', "csv": "\nprobability,"}.get(form, "\u00b1")
    assert first not in text[: text.index(found.caution)]


@pytest.mark.parametrize("name", ["withheld", "withheld-all", "told"])
def test_what_failed_stands_beside_the_caution(name: str) -> None:
    """Right after the caution each analyst whose fit failed is named, with what failed and what can be tried."""
    found = COMPARISONS[f"comparison.{name}"]
    told = document(found)
    place = next(index for index, block in enumerate(told) if isinstance(block, Caution))
    failing = [analyst for analyst, one in found.analysts.items() if not one.converged]
    for analyst, said, advice in zip(failing, told[place + 1 :: 2], told[place + 2 :: 2], strict=False):
        assert isinstance(said, Paragraph)
        assert said.text.startswith(f"{analyst}: NUTS: did not converge")
        assert advice == Listing(points=FAILING.verdict.advice)
    assert any("--allow-unconverged" in text for text in texts(told)) == (found.caution == SOME_WITHHELD)


@pytest.mark.parametrize("name", ["pair", "turned", "agreed", "plain", "team"])
def test_where_all_converged_there_is_no_caution(name: str) -> None:
    """Where every fit converged there is no caution in any format."""
    told = formats(COMPARISONS[f"comparison.{name}"])
    assert not any("CAUTION" in text or "caution," in text for text in told.values())


def test_without_numbers_nothing_is_said_of_them() -> None:
    """Where every fit failed, the document explains no probability."""
    told = "\n".join(texts(document(COMPARISONS["comparison.withheld-all"])))
    assert "Each probability" not in told
    assert "%" not in told


def cells(found: Comparison) -> list[str]:
    """The first column of the shares."""
    return [row[0] for row in headed(document(found), "What they disagree on")[0].rows]


def test_one_small_share_is_told_in_the_singular() -> None:
    """What is too small for a row is counted: one other, two others; without any there is no such row."""
    assert "\u00b7 1 other, under 0.1 each" in cells(pair({"factors.wear": 1.0, "factors.rain": 0.001}))
    assert "\u00b7 2 others, under 0.1 each" in cells(pair(dict.fromkeys(("factors.wear", "factors.rain"), 0.001)))
    assert not [name for name in cells(pair({"factors.wear": 1.0})) if "other" in name]
