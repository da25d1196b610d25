"""Numbers in ranges: names, the spread within a range, quantiles, and the mistakes one can make."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import estimative as es
from estimative.model.spec.range_names import range_names, range_title
from estimative.model.spec.ranges import share_below, shares_below, slope_at, value_at
from estimative.model.spec.resolved_scenario import resolved
from estimative.model.spec.scenario_file import read_scenario
from estimative.priors.errors import InvalidInput
from estimative.reports.figures.style import NothingToPlot
from tests.examples import repetitions
from tests.in_process import run

SCENARIO = """\
[scenario]
id = "breach"
title = "The breach"
question = "What does the breach cost?"
as_of = 2026-01-01
until = 2027-01-01
headline = "large"
[[scenario.sources]]
id = "x"
title = "X"
[events.breach]
title = "A breach"
when = "now"
[events.losses]
title = "Losses"
unit = "million euros"
edges = [0, 1, 10, 100]
given = ["breach"]
[outcomes.large]
title = "It is large"
all = ["losses=100+"]
[evidence.study]
kind = "forecast"
about = "losses"
quantiles = { p05 = 0.5, p50 = 8, p95 = 150 }
title = "A study"
source = "x"
"""
PRIORS = """\
[prior_set]
name = "p"
analyst = "P"
scenario = "breach"
[events]
breach = 0.4
losses = { "0-1" = 0.3, "1-10" = 0.4, "10-100" = 0.26, "100+" = 0.04 }
[evidence]
study = 0.5
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, scenario: str = SCENARIO, priors: str = PRIORS) -> None:
    (folder / "s.toml").write_text(scenario, encoding="utf-8")
    (folder / "p.toml").write_text(priors, encoding="utf-8")


def test_ranges_are_named_by_their_ends() -> None:
    """Names have neither points nor signs; titles have both."""
    assert range_names((-2, 0, 0.5, 1e6)) == ("minus2-0", "0-0_5", "0_5-1000000", "1000000+")
    assert range_title(2, (-2, 0, 0.5, 1e6), "euros") == "0.5 to 1,000,000 euros"
    assert range_title(3, (-2, 0, 0.5, 1e6), "") == "over 1,000,000"


@given(
    low=st.floats(-1e3, 1e3),
    width=st.floats(1e-2, 1e4),
    share=st.floats(0, 1),
    ratio=st.sampled_from([None, 2.0, 50.0]),
)
def test_the_value_at_a_share_has_it_below(low: float, width: float, share: float, ratio: float | None) -> None:
    """Evenly, or evenly by orders of magnitude."""
    low, high = (abs(low) + 0.1, (abs(low) + 0.1) * ratio) if ratio else (low, low + width)
    value = value_at(share, low, high)
    assert share_below(value, low, high) == pytest.approx(share, abs=1e-6)
    later = value_at(min(share + 1e-5, 1), low, high)
    if share < 1 - 1e-4:
        assert later - value == pytest.approx(slope_at(value, low, high) * 1e-5, rel=1e-3)


def test_small_numbers_are_spread_by_orders_of_magnitude() -> None:
    """Between 1 and 100, half is below 10; between 0 and 100 or 50 and 100, half is below the middle."""
    assert value_at(0.5, 1, 100) == pytest.approx(10)
    assert (value_at(0.5, 0, 100), value_at(0.5, 50, 100)) == (50, 75)
    assert shares_below(10, (0, 1, 100)) == pytest.approx((1, 0.5, 0))


def test_quantiles_follow_from_the_ranges(folder: Path) -> None:
    """Before the evidence in closed form; a quantile above the last edge has no value."""
    fit = es.fit(folder / "s.toml", folder / "p.toml")
    number = fit.result.numbers["losses"]
    assert [chance.value for chance in number.prior.at_most if chance] == pytest.approx([0.3, 0.7, 0.96])
    expected = [0.05 / 0.3, 10 ** (0.2 / 0.4), 10 ** (1 + 0.25 / 0.26)]
    values = [quantile.value.value for quantile in number.prior.quantiles if quantile.value]
    assert values == pytest.approx(expected)
    states = [fit.result.events[f"losses={name}"].conditional for name in range_names((0, 1, 10, 100))]
    after = np.cumsum([state.posterior.value for state in states if state])[:-1]
    assert [chance.value for chance in number.posterior.at_most if chance] == pytest.approx(after.tolist())
    write(folder, priors=PRIORS.replace('"10-100" = 0.26, "100+" = 0.04', '"10-100" = 0.2, "100+" = 0.1'))
    assert es.fit(folder / "s.toml", folder / "p.toml").result.numbers["losses"].prior.quantiles[2].value is None


@repetitions(6, 30)
def test_uncertain_shares_give_a_quantile_its_error(folder: Path, repetitions: int) -> None:
    """The standard error of the median is that of repeated fits."""
    uncertain = PRIORS.replace('"100+" = 0.04 }', '"100+" = 0.04, worth = 6 }')
    write(folder, SCENARIO.partition("[evidence.study]")[0], uncertain.partition("[evidence]")[0])
    seeds = range(1, 1 + repetitions)
    found = [es.fit(folder / "s.toml", folder / "p.toml", seed=seed, draws=1000) for seed in seeds]
    medians = [fit.result.numbers["losses"].posterior.quantiles[1].value for fit in found]
    spread = float(np.std([median.value for median in medians if median], ddof=1))
    told = float(np.mean([median.se for median in medians if median and median.se]))
    assert 0.7 < told / spread < 1.4


def test_a_forecast_moves_the_number_towards_its_quantiles(folder: Path) -> None:
    """Shares that agree with them are more probable the smaller the error."""
    agreeing = (
        PRIORS.replace("0.3,", "0.11,")
        .replace('0.4, "10-100" = 0.26', '0.43, "10-100" = 0.40')
        .replace('"100+" = 0.04', '"100+" = 0.06')
    )
    evidence = {}
    for name, priors in (("far", PRIORS), ("near", agreeing)):
        write(folder, priors=priors)
        evidence[name] = es.fit(folder / "s.toml", folder / "p.toml").result.log_marginal_likelihood
    assert evidence["near"] is not None
    assert evidence["far"] is not None
    assert evidence["near"] - evidence["far"] > 1


def test_the_document_has_the_median_and_the_range(folder: Path) -> None:
    """With the unit, and the rule by which numbers are spread."""
    text = " ".join(run("fit", "-s", "s.toml", "-p", "p.toml", "--method", "importance").out.split())
    assert "Before the evidence: 3.16 million euros, 0.167 to 91" in text
    assert "Most probable: “1 to 10 million euros”" in text
    trace = " ".join(run("trace", "losses", "-s", "s.toml", "-p", "p.toml").out.split())
    assert "5% below 0.5, 50% below 8, 95% below 150 million euros" in trace


def test_ranges_are_written_as_they_were_understood(folder: Path) -> None:
    """The resolved scenario has the same digest."""
    scenario = read_scenario(folder / "s.toml")
    (folder / "again.toml").write_text(resolved(scenario), encoding="utf-8")
    again = read_scenario(folder / "again.toml")
    assert (again.digest, again.events) == (scenario.digest, scenario.events)
    write(folder, SCENARIO.replace("p50 = 8", "p50 = 9"))
    assert read_scenario(folder / "s.toml").digest != scenario.digest


@pytest.mark.parametrize(
    ("old", "new", "key", "code"),
    [
        ("[0, 1, 10, 100]", "[0]", "events.losses.edges", "too-few"),
        ("[0, 1, 10, 100]", "[0, 10, 1, 100]", "events.losses.edges", "invalid-value"),
        ("[0, 1, 10, 100]", '[0, "1"]', "events.losses.edges", "not-a-number"),
        ("[0, 1, 10, 100]", str(list(range(40))), "events.losses.edges", "too-many"),
        ("[0, 1, 10, 100]", '[0, 1, 10, 100]\nstates = ["a", "b"]', "events.losses.states", "contradiction"),
        ("[0, 1, 10, 100]", "[0, 1, 10, 100]\nordered = false", "events.losses.ordered", "invalid-value"),
        ('title = "A breach"', 'title = "A breach"\nunit = "euros"', "events.breach.unit", "invalid-value"),
        ("p50 = 8", "p50 = 0.2", "evidence.study.quantiles", "invalid-value"),
        ("p05 = 0.5", "p05 = -1", "evidence.study.quantiles", "invalid-value"),
        ("{ p05 = 0.5, p50 = 8, p95 = 150 }", "{ median = 8 }", "evidence.study.quantiles.median", "unknown-key"),
        ("{ p05 = 0.5, p50 = 8, p95 = 150 }", "{}", "evidence.study.quantiles", "wrong-type"),
        ('about = "losses"', 'about = "breach"', "evidence.study.about", "unknown-name"),
    ],
)
def test_errors(folder: Path, old: str, new: str, key: str, code: str) -> None:
    """One for each mistake, with its place."""
    write(folder, SCENARIO.replace(old, new, 1))
    with pytest.raises(InvalidInput) as caught:
        read_scenario(folder / "s.toml")
    assert (key, code) in [(issue.place.key, issue.code) for issue in caught.value.issues]
    assert len({issue.place.line for issue in caught.value.issues}) == 1


def test_the_cumulative_curve_is_drawn_at_the_edges(folder: Path) -> None:
    """With the median in its title; where there is no number, nothing is drawn."""
    fit = es.fit(folder / "s.toml", folder / "p.toml")
    chart = fit.figures["numbers"]()
    assert chart.title.startswith("“Losses”: the median is ")
    assert "At most 10: " in chart.description
    states = SCENARIO.replace("edges = [0, 1, 10, 100]", 'states = ["a", "b"]').replace('unit = "million euros"\n', "")
    shares = PRIORS.replace('{ "0-1" = 0.3, "1-10" = 0.4, "10-100" = 0.26, "100+" = 0.04 }', "{ a = 0.3, b = 0.7 }")
    scenario = states.replace('"losses=100+"', '"losses=b"').partition("[evidence.study]")[0]
    write(folder, scenario, shares.partition("[evidence]")[0])
    with pytest.raises(NothingToPlot):
        es.fit(folder / "s.toml", folder / "p.toml").figures["numbers"]()


def test_what_to_look_for_may_be_about_a_number(folder: Path) -> None:
    """With a chance of seeing it for each range, also for that without an upper end."""
    look = '[indicators.sale]\nabout = "losses"\ntitle = "Data are offered"\n'
    chances = '[indicators.sale]\n"0-1" = 0.1\n"1-10" = 0.2\n"10-100" = 0.4\n"100+" = 0.5\notherwise = 0.02\n'
    write(folder, SCENARIO + look, PRIORS + chances)
    shown = run("evidence", "-s", "s.toml", "-p", "p.toml")
    assert shown.code == 0, shown.err
    assert "50% if “over 100 million euros” and 2% if its condition is not met" in " ".join(shown.out.split())
