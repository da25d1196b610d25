"""What is told of a pool: rows, phrases, numbers, cautions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings

from estimative.model.disagreement.pool import POOLS as WAYS
from estimative.model.disagreement.pool import Pool as Found
from estimative.model.inference.mc_estimate import MCEstimate
from estimative.model.record.proper_scores import FEW
from estimative.reports.blocks import Block, Caution, Heading, Paragraph, Table
from estimative.reports.formats.markdown import markdown
from estimative.reports.pool import wording as words
from estimative.reports.pool.document import LEARNT, document
from estimative.reports.pool.rows import csv_of
from estimative.reports.pool.summarizing import pool_of
from estimative.reports.pool.summary import Measured, Summary, Weight
from estimative.reports.summary import Number, to_json
from estimative.reports.wording import percent
from tests.comparisons import number
from tests.pools import LACKING, ONE_QUESTION, POOLED, POOLS, RECORD, SCORES, measured, pools
from tests.reports.test_comparison_documents import strange, texts
from tests.reports.test_golden import on_terminal
from tests.reports.test_numbers import ends, numbers, with_error

PLAIN, EXTREMIZED, RECORDED, NONE, WITHHELD, TOLD = POOLS.values()
OF_THE_FORM = {0.0, 90.0, 203.0, float(FEW)}
"""Nothing, the interval's mass in per cent, the directive's number, and how many questions are not few."""


def tables(found: Summary) -> dict[str, Table]:
    """The tables of a document, by their first columns' titles; of analysts by the last one's besides."""
    told = [block for block in document(found) if isinstance(block, Table)]
    return {table.header[0] if table.header[0] != "Analyst" else table.header[1]: table for table in told}


def formats(found: Summary) -> dict[str, str]:
    """Everything that can be told of a pool, by format."""
    told = document(found)
    return {
        "terminal": on_terminal(told, width=400),
        "md": markdown(told).replace("\\", ""),
        "json": to_json(found),
        "csv": csv_of(found),
    }


@settings(max_examples=25, deadline=None)
@given(found=pools())
def test_members_are_told_before_the_pools(found: Summary) -> None:
    """Each member's own numbers stand before what the members come to together."""
    told = document(found)
    members = tables(found)["Probability \u00b1 MCSE"]
    outcome = found.outcomes["closed"]
    assert list(members.rows) == [
        (
            name,
            with_error(one.probability, one.se),
            ends(one.interval),
            percent(one.prior_probability, one.prior_se),
            one.term,
        )
        for name, one in outcome.analysts.items()
    ]
    assert told.index(members) < told.index(tables(found)["Pool"])


@settings(max_examples=25, deadline=None)
@given(found=pools())
def test_every_pool_has_a_row(found: Summary) -> None:
    """Each way to pool has its number with its own word right beside it, or the word none."""
    for row, pool in zip(tables(found)["Pool"].rows, found.outcomes["closed"].pools, strict=True):
        name, probability, term, *extremized = row
        assert name == words.NAMES[pool.kind, pool.stage]
        assert term == (pool.term or "-")
        assert probability == (with_error(pool.probability.value, pool.probability.se) if pool.probability else "none")
        assert extremized == ([amount(pool.extremized)] if found.extremizing is not None else [])


def amount(one: Number | None) -> str:
    """A probability by the rule of digits."""
    return percent(one.value, one.se) if one else "none"


@settings(max_examples=25, deadline=None)
@given(found=pools())
def test_every_analyst_is_left_out_once(found: Summary) -> None:
    """What each pool would be without one analyst is told by analyst and pool."""
    ways = found.outcomes["closed"].pools
    assert list(tables(found)["Without"].rows) == [
        (name, *(amount(pool.without[name]) for pool in ways)) for name in found.weights
    ]


@settings(max_examples=25, deadline=None)
@given(found=pools())
def test_other_outcomes_are_told_with_the_reach_of_their_members(found: Summary) -> None:
    """Of each other outcome the lowest and the highest member stand beside the pools."""
    (row,) = tables(found)["Outcome"].rows
    outcome = found.outcomes["closed_if_leak"]
    ordered = sorted(outcome.analysts.values(), key=lambda one: one.probability)
    reach = [percent(one.probability, one.se) for one in (ordered[0], ordered[-1])]
    assert row == (outcome.title, " to ".join(reach), *(amount(pool.probability) for pool in outcome.pools))


@settings(max_examples=25, deadline=None)
@given(found=pools())
def test_every_number_comes_from_the_summary(found: Summary) -> None:
    """Each number in a document is one of the summary, in per cent or plain, rounded to the digits that are shown."""
    plain = [*numbers(json.loads(to_json(found))), float(len(found.analysts))]
    assert not strange(document(found), plain, OF_THE_FORM)


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_pool_says_what_it_assumes(way: tuple[str, str]) -> None:
    """Each way to pool has a name of its own and a sentence on what it assumes, with the reason if there is none."""
    (pool,) = (pool for pool in POOLED.outcomes["closed"].pools if (pool.kind, pool.stage) == way)
    told = words.assumption(pool)
    lead = {"after": "Answers after", "before": "Priors before"}[pool.stage]
    assert told.startswith(f"{lead} the evidence, {pool.kind} pool: assumes that ")
    assert told.endswith(".")
    assert "There is none here" not in told
    assert words.assumption(replace(pool, lacking=LACKING)) == f"{told} There is none here: {LACKING}."


@pytest.mark.parametrize(
    ("value", "error", "told"),
    [
        (1 / 3, None, "33.3 %"),
        (0.0, None, "0 %"),
        (1.0, None, "100 %"),
        (0.2437, 0.061, "24 \u00b1 6 %"),
        (0.2437, 0.0061, "24.4 \u00b1 0.6 %"),
        (0.2437, 0.0, "24.4 %"),
    ],
)
def test_a_weight_is_told_in_per_cent(value: float, error: float | None, told: str) -> None:
    """A weight is told in per cent, with its standard error where a record gives it one."""
    assert words.weight(Weight(weight=value, error=error, learnt=None)) == told


@pytest.mark.parametrize(
    ("score", "told"),
    [
        (measured(None), "infinite"),
        (measured(0.25), "0.250"),
        (measured(0.1234, 0.031), "0.12 \u00b1 0.03"),
        (measured(-0.0, 0.0), "0"),
        (measured(0.0, None), "0"),
        (measured(0.0000123), "0.0000123"),
    ],
)
def test_a_score_is_told_to_its_error(score: Measured, told: str) -> None:
    """A score is told to its standard error, one without error alone, an infinite one in a word."""
    assert words.score(score) == told


@pytest.mark.parametrize(
    ("resolved", "told"),
    [
        ((34, 34), ""),
        ((1, 34), "questions: engineer (1 resolved question). "),
        ((1, 2), "questions: engineer (1 resolved question) and sceptic (2 resolved questions). "),
    ],
)
def test_few_questions_are_told_by_analyst(resolved: tuple[int, int], told: str) -> None:
    """Analysts with few resolved questions are named with their number; where there are none nothing is said."""
    scores = [replace(SCORES, resolved=count, few=count < FEW) for count in resolved]
    said = words.few(replace(RECORD, analysts=dict(zip(("engineer", "sceptic"), scores, strict=True))))
    assert told in said
    assert bool(said) == bool(told)
    assert said.startswith(f"Fewer than {FEW} resolved questions: " if told else "")


def test_different_questions_are_told() -> None:
    """Where analysts were scored on different questions the document says so, and nothing where on the same."""
    assert words.different(RECORD)
    assert not words.different(replace(RECORD, same_questions=True))
    assert Paragraph(text=words.different(RECORD), strong=True) in document(RECORDED)


@pytest.mark.parametrize(
    ("certain", "told"),
    [((), ""), (("engineer",), "engineer gave "), (("engineer", "sceptic"), "engineer and sceptic gave ")],
)
def test_who_excluded_what_came_about_is_named(certain: tuple[str, ...], told: str) -> None:
    """Whoever gave probability 0 to something that came about is named; where nobody did nothing is said."""
    scores = {name: ONE_QUESTION if name in certain else SCORES for name in ("engineer", "sceptic", "mayor")}
    assert words.never(scores) == (f"{told}probability 0 to something that came about." if told else "")


def test_a_record_is_told_with_its_rule() -> None:
    """The weights' file and rule are named with the rule's source; without a record there is no such chapter."""
    assert words.record(RECORD) == (
        "Weights from record.csv, in inverse proportion to the mean Brier score (Bates and Granger 1969). "
        "Scores are penalties: less is better. Errors take the analysts' scores as independent, which makes those of "
        "weights too large on common questions."
    )
    assert Heading(text="The analysts' record") not in document(PLAIN)
    assert tables(RECORDED)["ICD 203 word"].rows[2] == ("sceptic", "below 1 %", "1", "0 %", "100 %")


def test_the_reach_of_members_is_told_with_their_names() -> None:
    """The lowest and the highest member are named with what each of them says."""
    assert words.members(POOLED.outcomes["closed"]) == (
        "The analysts reach from 1.5 % (sceptic) to 31 % (mayor): a pool is no agreement."
    )


def test_extremizing_is_told_with_its_factor() -> None:
    """What extremizing multiplies is told with its factor, and only where it was asked for."""
    assert words.extremizing(1.5).startswith("Extremized: the log-odds of each pool times 1.5. ")
    assert "Extremized" in formats(EXTREMIZED)["terminal"]
    assert "xtremized" not in formats(PLAIN)["terminal"]


def test_weights_that_learnt_nothing_are_not_told_twice() -> None:
    """The weights after the evidence have a column and a sentence only where they are known."""
    unknown = replace(PLAIN, weights={name: replace(one, learnt=None) for name, one in PLAIN.weights.items()})
    assert Paragraph(text=LEARNT) in document(PLAIN)
    assert Paragraph(text=LEARNT) not in document(unknown)
    assert tables(unknown)["Weight"].header == ("Analyst", "Weight")


@pytest.mark.parametrize(("value", "told"), [(1 + 2e-16, 1.0), (-1e-17, 0.0), (0.3, 0.3)])
def test_no_pool_leaves_the_scale_by_rounding(value: float, told: float) -> None:
    """A weighted mean that rounding puts beyond 0 or 1 is told as 0 or 1, with its word."""
    noisy = MCEstimate(value=value)
    found = pool_of(
        Found(kind="linear", stage="after", probability=noisy, extremized=None, without={"a": noisy}, lacking="")
    )
    assert found.probability == number(told)
    assert found.without["a"] == number(told)


@pytest.mark.parametrize("form", ["terminal", "md", "json", "csv"])
def test_nothing_is_pooled_where_a_fit_failed(form: str) -> None:
    """Where a fit failed no format tells a probability, not even that of a member who converged."""
    text = formats(WITHHELD)[form]
    for told in ("6.1 \u00b1 0.08", "0.0613", "very unlikely", "Each probability", "The pools", "Leaving one out"):
        assert told not in text


@pytest.mark.parametrize("found", [WITHHELD, TOLD], ids=["withheld", "told"])
@pytest.mark.parametrize("form", ["terminal", "md", "json", "csv"])
def test_the_caution_stands_before_the_first_number(found: Summary, form: str) -> None:
    """A pool with a fit that failed carries its caution in every format, before weights and probabilities."""
    text = formats(found)[form]
    assert found.caution in text
    first = {"json": '"weights"', "csv": "\nweight,", "md": "## Weights"}.get(form, "\nWeights")
    assert text.index(found.caution) < text.index(first)


def failing(blocks: tuple[Block, ...]) -> Iterator[str]:
    """What is said right after the caution."""
    place = next(index for index, block in enumerate(blocks) if isinstance(block, Caution))
    yield from texts(blocks[place + 1 : place + 4])


@pytest.mark.parametrize("found", [WITHHELD, TOLD], ids=["withheld", "told"])
def test_what_failed_stands_beside_the_caution(found: Summary) -> None:
    """Right after the caution the analyst whose fit failed is named, and how to see the numbers if there are none."""
    said = list(failing(document(found)))
    assert said[0].startswith("sceptic: NUTS: did not converge")
    assert any("--allow-unconverged" in text for text in said) == (not found.told)


@pytest.mark.parametrize("found", [PLAIN, EXTREMIZED, RECORDED, NONE], ids=["plain", "extremized", "record", "none"])
def test_where_all_converged_there_is_no_caution(found: Summary) -> None:
    """Where every fit converged there is no caution in any format."""
    assert not any("CAUTION" in text or "caution," in text for text in formats(found).values())


def test_a_pool_that_is_lacking_is_none_everywhere() -> None:
    """A pool that does not exist is none in every table, with its reason among the assumptions."""
    assert tables(NONE)["Pool"].rows[-1] == ("priors, logarithmic", "none", "-", "none")
    assert {row[-1] for row in tables(NONE)["Without"].rows} == {"none"}
    assert tables(NONE)["Outcome"].rows[0][-1] == "none"
    assert sum(LACKING in text for text in texts(document(NONE))) == 1
