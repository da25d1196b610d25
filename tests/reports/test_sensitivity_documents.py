"""What is told of a sensitivity analysis: rows, numbers, what is left out."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings

from estimative.reports.blocks import Heading, IntervalPlot, Paragraph, Table
from estimative.reports.sensitivity.document import MOST_BARS, MOST_ROWS, document
from estimative.reports.sensitivity.summary import Alternative, Sensitivity
from estimative.reports.summary import Number, to_json
from estimative.reports.wording import percent, rounded
from tests.comparisons import number
from tests.reports.test_comparison_documents import DECIBANS, headed, share_and_error, strange, tables, texts
from tests.reports.test_golden import on_terminal
from tests.reports.test_numbers import NUMBER, numbers
from tests.sensitivities import SENSITIVITIES, alternative, sensitivities

RICH, BARE, STILL, PARTLY, NONE, ALLOWED = SENSITIVITIES.values()
OF_THE_FORM = {0.0, 0.09, 203.0, 2024.0}
"""Nothing, what a normal prior scores, the number of the directive that words come from, and a year."""


def decibans(one: Number | None, otherwise: str) -> str:
    """Log-odds in decibans with their error."""
    return share_and_error(DECIBANS * one.value, DECIBANS * one.se) if one else otherwise


def table(found: Sensitivity, first: str, last: str) -> Table:
    """The first table between these columns."""
    return next(one for one in headed(document(found), first) if one.header[-1] == last)


def others(count: int) -> str:
    """What stands in place of the rows that are not told."""
    return "1 other, of less" if count == 1 else f"{count} others, of less"


@settings(max_examples=25, deadline=None)
@given(found=sensitivities())
def test_every_swing_has_its_row(found: Sensitivity) -> None:
    """The widest swings are told with both values, the headline at each and the swing; the rest is counted."""
    assert found.tornado
    swings = found.tornado.quantities
    if not swings:
        return
    told = table(found, "Quantity", "Swing").rows
    for row, (name, one) in zip(told[:MOST_ROWS], swings.items(), strict=False):
        low, high = (percent(end.value, end.se) for end in (one.at_low, one.at_high))
        assert row[0] == name
        assert row[2] == f"{low.removesuffix(' %')} to {high}"
        assert row[3] == decibans(one.swing, "no bound")
    assert [row[0] for row in told[MOST_ROWS:]] == (
        [others(len(swings) - MOST_ROWS)] if len(swings) > MOST_ROWS else []
    )


@settings(max_examples=25, deadline=None)
@given(found=sensitivities())
def test_every_bar_reaches_from_end_to_end(found: Sensitivity) -> None:
    """The plot shows the widest swings that have bounds, from the lower to the higher headline."""
    assert found.tornado
    assert found.headline
    bounded = [(name, one) for name, one in found.tornado.quantities.items() if one.swing][:MOST_BARS]
    plots = [block for block in document(found) if isinstance(block, IntervalPlot)]
    assert len(plots) == bool(bounded)
    for plot in plots:
        assert [(row.label, row.low, row.high) for row in plot.rows] == [
            (name, *sorted((one.at_low.value, one.at_high.value))) for name, one in bounded
        ]
        assert {row.point for row in plot.rows} == {found.headline.probability}


@settings(max_examples=25, deadline=None)
@given(found=sensitivities())
def test_every_index_and_every_distance_has_its_row(found: Sensitivity) -> None:
    """Sobol' indices are told in per cent, power-scaling plain, each to its error, in the order of the summary."""
    assert found.power_scaling
    if found.sobol:
        told = table(found, "Quantity", "With all it does").rows
        for row, (name, one) in zip(told[:MOST_ROWS], found.sobol.quantities.items(), strict=False):
            shares = (percent(index.value, max(index.se, 0.0005)) for index in (one.first, one.total))
            assert row == (name, *shares)
    if found.power_scaling.quantities:
        told = table(found, "Quantity", "Diagnosis").rows
        for row, (name, scaled) in zip(told[:MOST_ROWS], found.power_scaling.quantities.items(), strict=False):
            distances = (scaled.headline, scaled.prior, scaled.evidence)
            assert row[:4] == (name, *(rounded(one.value, one.se) for one in distances))
            assert row[4] == {"conflict": "conflict?", "weak evidence": "weak evidence?", "none": "-"}[scaled.diagnosis]


@settings(max_examples=25, deadline=None)
@given(found=sensitivities())
def test_every_effect_that_is_removed_has_its_row(found: Sensitivity) -> None:
    """What the headline becomes without an effect is told with its shift; a dash where it has no odds."""
    assert found.structure
    if not found.structure.without_effect:
        return
    told = table(found, "Without", "Decibans").rows
    for row, one in zip(told[:MOST_ROWS], found.structure.without_effect.values(), strict=False):
        assert row[1:] == (percent(one.probability.value, one.probability.se), decibans(one.shift, "-"))


def test_what_has_no_row_is_counted() -> None:
    """Of each table that is cut, the last row says how many others there are."""
    assert [one.rows[-1] for one in tables(document(RICH)) if len(one.rows) > MOST_ROWS] == [
        ("4 others, of less", "", "", ""),
        ("1 other, of less", "", ""),
        ("2 others, of less", "", "", "", ""),
        ("1 other, of less", "", ""),
    ]


def test_where_nothing_is_open_there_is_no_table() -> None:
    """Where every quantity is a constant, sentences say so, and no table stands empty."""
    told = document(BARE)
    assert tables(told) == []
    assert (
        Paragraph(text="The priors leave nothing open: there is no quantity to hold low and high.", strong=True) in told
    )
    assert Paragraph(text="The priors leave nothing open that could be weighed against the evidence.") in told
    assert Paragraph(text="Nothing had to be fitted anew.") in told
    assert not any("answers" in text or "Swing" in text for text in texts(told))


@pytest.mark.parametrize("name", SENSITIVITIES)
def test_no_table_stands_empty(name: str) -> None:
    """Every table has a row."""
    assert all(one.rows for one in tables(document(SENSITIVITIES[name])))


def sentence(found: Sensitivity, start: str) -> str:
    """The one sentence or paragraph that starts like this."""
    (told,) = (text for text in texts(document(found)) if text.startswith(start))
    return told


@pytest.mark.parametrize(
    ("alone", "told"),
    [
        (number(0.87, 0.001), "account for 87 % of that variance; the rest comes from their working together."),
        (number(0.992, 0.006), "account for all of that variance, as far as the evaluations can tell."),
        (number(1.2, 0.01), "account for all of that variance, as far as the evaluations can tell."),
    ],
)
def test_what_is_left_to_working_together_is_told_if_it_is_there(alone: Number, told: str) -> None:
    """A remainder is spoken of only where the sum of first-order indices is clearly below 1."""
    assert RICH.sobol
    assert sentence(replace(RICH, sobol=replace(RICH.sobol, alone=alone)), "Over the priors").endswith(told)


@pytest.mark.parametrize(
    ("untouched", "told"),
    [
        ((), "included."),
        (("events.leak",), "on it once all others are known."),
        (("events.leak", "events.silt"), "on them once all others are known."),
    ],
)
def test_untouched_quantities_are_counted_in_good_grammar(untouched: tuple[str, ...], told: str) -> None:
    """None, one or several quantities that the headline's chance does not depend on are told as such."""
    assert RICH.sobol
    assert sentence(replace(RICH, sobol=replace(RICH.sobol, untouched=untouched)), "First-order").endswith(told)


@pytest.mark.parametrize(
    ("priors", "told"),
    [
        (
            number(0.3, 0.01),
            "answers more to its priors (0.30 for all priors and 0.12 for all evidence).",
        ),
        (
            number(0.03, 0.01),
            "answers more to the evidence (0.03 for all priors and 0.12 for all evidence).",
        ),
        (
            number(0.13, 0.01),
            "answers to its priors about as much as to the evidence (0.13 for all ",
        ),
    ],
)
def test_the_headline_answers_more_to_what_is_clearly_more(priors: Number, told: str) -> None:
    """Priors or evidence are said to matter more only where their difference is beyond its error."""
    assert RICH.power_scaling
    found = replace(RICH, power_scaling=replace(RICH.power_scaling, all_priors=priors))
    assert sentence(found, "The headline answers").startswith(f"The headline {told}")


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (alternative(0.0298), ", and the same priors, the headline becomes 3.0 %: down by 3.3 decibans."),
        (alternative(0.12), ", and the same priors, the headline becomes 12.0 %: up by 3.2 decibans."),
        (Alternative(probability=number(0.0614, 0.001), shift=number(0.001, 0.004)), " the headline stays, at 6.1 %."),
        (Alternative(probability=number(0.0), shift=None), " the headline stands at 0 %."),
    ],
)
def test_another_link_is_told_with_what_it_does(other: Alternative, told: str) -> None:
    """The headline becomes another or stays; where it has no odds only where it stands is told."""
    assert RICH.structure
    found = replace(RICH, structure=replace(RICH.structure, noisy_or=other))
    assert sentence(found, "With causes that act by themselves").endswith(f"in place of log-odds{told}")


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ({"tornado": None, "structure": None}, "Left out: the tornado and the other structures of the scenario."),
        ({"tornado": None, "structure": RICH.structure}, "Left out: the tornado."),
        ({"tornado": RICH.tornado, "structure": None}, "Left out: the other structures of the scenario."),
    ],
)
def test_what_is_left_out_is_named(missing: dict[str, object], told: str) -> None:
    """Where the fit converged and others did not, the parts that rest on those are named."""
    blocks = document(replace(PARTLY, **missing))  # type: ignore[arg-type]
    assert Paragraph(text=told) in blocks
    headings = [block.text.partition(":")[0] for block in blocks if isinstance(block, Heading)]
    assert ("Tornado" in headings) == (missing["tornado"] is not None)
    assert ("Other structures of the same scenario" in headings) == (missing["structure"] is not None)


def derived(found: Sensitivity) -> Iterator[float]:
    """What a document reckons from the numbers of an analysis."""
    assert found.tornado
    assert found.structure
    swings = [one.swing for one in (*found.tornado.quantities.values(), *found.tornado.weights.values())]
    shifts = [one.shift for one in (found.structure.noisy_or, *found.structure.without_effect.values())]
    for odds in (*swings, *shifts):
        if odds:
            yield from (DECIBANS * odds.value, DECIBANS * odds.se)
    for part in (found.tornado.quantities, found.structure.without_effect):
        yield float(len(part) - MOST_ROWS)
    for analysed in (found.sobol, found.power_scaling):
        yield float(len(analysed.quantities) - MOST_ROWS) if analysed else 0.0
    if found.sobol:
        yield from (DECIBANS * found.sobol.sd, float(len(found.sobol.untouched)))


@settings(max_examples=25, deadline=None)
@given(found=sensitivities())
def test_every_number_comes_from_the_summary(found: Sensitivity) -> None:
    """Each number in a document is one of the summary or follows from it, rounded to the digits that are shown."""
    plain = [*numbers(json.loads(to_json(found))), *derived(found)]
    assert not strange(document(found), plain, OF_THE_FORM)


def test_long_names_leave_room_for_numbers() -> None:
    """However long the names of quantities are, no number is cut or folded on a terminal of 80 columns."""
    name = "effects.closing." + "n" * 64
    assert RICH.power_scaling
    scaled = replace(RICH.power_scaling, quantities={name: RICH.power_scaling.quantities["events.closing"]})
    assert {"0.16", "0.29", "0.13", "conflict?"} <= shown(replace(RICH, power_scaling=scaled))


def test_a_name_that_is_not_shown_takes_no_room() -> None:
    """Names stay in one piece if those that are shown are short, whatever stands beyond the rows of the table."""
    assert RICH.power_scaling
    quantities = dict(RICH.power_scaling.quantities)
    quantities = {name: replace(one, diagnosis="none", evidence=number(0.0, 0.0)) for name, one in quantities.items()}
    long = {"effects.closing." + "n" * 64: quantities["factors.wear"]}
    for together, whole in (({**quantities, **long}, True), ({**long, **quantities}, False)):
        found = replace(RICH, power_scaling=replace(RICH.power_scaling, quantities=together))
        assert (0 in table(found, "Quantity", "Diagnosis").nowrap_columns) == whole


def shown(found: Sensitivity) -> set[str]:
    """The words that a terminal of 80 columns shows."""
    return set(re.split(r"\s+", on_terminal(document(found))))


@pytest.mark.parametrize("name", SENSITIVITIES)
def test_no_digit_is_finer_than_its_error(name: str) -> None:
    """Where an error stands beside a number, the number's last digit counts at least that error."""
    for cell in (cell for one in tables(document(SENSITIVITIES[name])) for row in one.rows for cell in row):
        if "\u00b1" in cell:
            value, error = NUMBER.findall(cell)
            assert 10.0 ** -len(value.partition(".")[2]) >= float(error) * 0.95
            assert math.isfinite(float(error))
