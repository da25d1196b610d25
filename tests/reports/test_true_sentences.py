"""Sentences that are there only where they are so."""

from __future__ import annotations

from pathlib import Path

import pytest

from estimative.model.analysis.power_scaling import PowerSensitivity
from estimative.model.inference.estimates import Interval, ProbabilityEstimate
from estimative.model.inference.mc_estimate import MCEstimate
from estimative.priors.verbal_scale import ICD203
from estimative.reports.documents.interval_plot import interval_plot, interval_row
from estimative.reports.documents.sensitivity import _diagnosis
from tests.in_process import run

SCENARIO = """\
[scenario]
id = "dam"
title = "The dam"
question = "Does the dam break?"
as_of = 2026-01-01
until = 2028-01-01
checkpoints = [2027-01-01]
headline = "break"
[[scenario.sources]]
id = "archive"
title = "The archive"
date = 2025-12-01
[factors.age]
title = "The age of the dam"
low = "new"
high = "old"
[events.crack]
title = "There is a crack"
when = "now"
drivers = { age = "raises" }
[events.talks]
title = "There are talks"
timing = "anytime"
[events.leader]
title = "Who leads"
states = ["army", "court", "guild"]
drivers = { age = { raises = ["army"], lowers = ["court"] } }
[events.break]
title = "The wall gives way"
unless = ["talks"]
drivers = { crack = "raises", "leader=army" = "raises" }
[events.repair]
title = "It is repaired"
drivers = { age = "raises" }
[outcomes.break]
title = "The dam breaks"
all = ["break"]
[evidence.photo]
kind = "observation"
about = "crack"
happened = true
title = "A photo of the crack"
source = "archive"
[evidence.level]
kind = "measurement"
about = "age"
value = 40
at_low = 0
at_high = 100
unit = "years"
title = "The plaque on the dam"
source = "archive"
[evidence.bid]
kind = "indicator"
about = "repair"
supports = "yes"
title = "A bid for repairs"
source = "archive"
"""
PRIORS = """\
[prior_set]
name = "p"
analyst = "P"
scenario = "dam"
date = 2026-01-01
[factors]
age = { p05 = 0.1, p95 = 0.9, because = "x" }
[events]
crack = { p05 = 0.1, p95 = 0.5, because = "x" }
talks = { p05 = 0.1, p95 = 0.5, because = "x" }
leader = { army = 0.3, court = 0.3, guild = 0.4, worth = 10, because = "x" }
break = { p05 = 0.1, p95 = 0.5, because = "x" }
repair = { p05 = 0.1, p95 = 0.5, because = "x" }
[effects.crack]
age = { p05 = 1, p95 = 4, because = "x" }
[effects.leader]
age = { p05 = 1, p95 = 4, because = "x" }
[effects.break]
crack = { p05 = 1, p95 = 4, because = "x" }
"leader=army" = { p05 = 1, p95 = 4, because = "x" }
[effects.repair]
age = { p05 = 1, p95 = 4, because = "x" }
[evidence]
level = { p05 = 5, p95 = 20, because = "x" }
bid = { p05 = 1, p95 = 4, because = "x" }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "s.toml").write_text(SCENARIO, encoding="utf-8")
    (tmp_path / "p.toml").write_text(PRIORS, encoding="utf-8")
    return tmp_path


def printed(folder: Path, *command: str, code: int = 0) -> str:
    """What a command prints, on one line."""
    shown = run(*command, "-s", "s.toml", "-p", "p.toml", "--method", "importance", folder=folder)
    assert shown.code == code, shown.err
    return " ".join((shown.out + shown.err).split())


def test_an_observed_event_is_said_to_be_certain(folder: Path) -> None:
    """In its trace, where the terms do not add up to 100%, and in the chain of events."""
    trace = printed(folder, "trace", "crack")
    assert "Observed: “A photo of the crack”. That settles it, whatever the terms add up to." in trace
    assert "Observed: " not in printed(folder, "trace", "repair")
    assert printed(folder, "fit", "--runs", "runs").startswith("The dam")
    assert run("report", "latest", "--runs", "runs", "-o", "r.html", folder=folder).code == 0
    page = (folder / "r.html").read_text(encoding="utf-8")
    assert "Already settled, but unknown." not in page
    assert "Observed." in page


def test_a_trace_counts_the_evidence_that_it_does_not_list(folder: Path) -> None:
    """The bid for repairs says something about the age of the dam, and so about the crack."""
    assert "Not listed: 1 item of evidence about something else" in printed(folder, "trace", "break")
    assert "Not listed: 2 items of evidence about something else" in printed(folder, "trace", "age")


def test_what_is_excluded_later_has_not_happened_before(folder: Path) -> None:
    """The sentence under the dates stands where something that takes time excludes or drives an event."""
    sentence = "an event that another one excludes later has not happened before either"
    assert sentence in printed(folder, "fit", "--runs", "runs")
    (folder / "s.toml").write_text(SCENARIO.replace('unless = ["talks"]\n', ""), encoding="utf-8")
    assert sentence not in printed(folder, "fit", "--runs", "runs")


def test_states_are_not_in_the_opposite_direction(folder: Path) -> None:
    """Of exclusive states one always falls where another rises."""
    assert "In the opposite direction" not in printed(folder, "whatif", "--given", "leader=army=yes")


def test_what_cannot_all_be_so(folder: Path) -> None:
    """An impossible condition is not called evidence that contradicts itself."""
    text = printed(folder, "whatif", "--given", "break=yes", "--given", "talks=yes", code=2)
    assert "What is supposed has probability 0: it cannot all be so, or the evidence excludes it" in text


def test_the_error_of_a_measurement_is_no_weight(folder: Path) -> None:
    """The larger it is, the less the item weighs."""
    text = printed(folder, "sensitivity")
    assert "error of “The plaque on the dam”" in text
    assert "weight of “The plaque on the dam”" not in text


def test_the_template_says_what_an_effect_on_several_states_does(folder: Path) -> None:
    """One number both raises one state and lowers another."""
    assert run("new", "priors", "t", "-s", "s.toml", folder=folder).code == 0
    text = (folder / "t.toml").read_text(encoding="utf-8")
    assert "# effect of age on leader: raises army, lowers court (odds ratio; one for all of these" in text


def test_the_same_title_twice_is_a_warning(folder: Path) -> None:
    """A reader could not tell them apart."""
    again = '[outcomes.other]\ntitle = "The dam breaks"\nall = ["repair"]\n'
    (folder / "s.toml").write_text(SCENARIO + again, encoding="utf-8")
    shown = run("check", "s.toml", "p.toml", folder=folder)
    assert '"break" and "other" have the same title' in shown.err


def test_without_evidence_and_constants_nothing_is_said_of_the_priors(folder: Path) -> None:
    """No heading without a text."""
    scenario = SCENARIO[: SCENARIO.index("[evidence.photo]")]
    priors = PRIORS[: PRIORS.index("[evidence]")]
    (folder / "s.toml").write_text(scenario, encoding="utf-8")
    (folder / "p.toml").write_text(priors, encoding="utf-8")
    assert "How much comes from the priors" not in printed(folder, "fit", "--runs", "runs")


def test_a_plot_explains_the_marks_that_it_has() -> None:
    """Without a prior there is no ring."""
    interval = Interval(mass=0.9, low=0.1, high=0.6, low_se=0.0, high_se=0.0, ess=100.0)
    number = ProbabilityEstimate(value=0.3, se=0.01, sd=0.1, interval=interval, ess=100.0)
    assert "○" in interval_plot([interval_row("a", number, number)], 0.9, ICD203).key
    assert "○" not in interval_plot([interval_row("a", number)], 0.9, ICD203).key


@pytest.mark.parametrize(("se", "text"), [(0.001, "possible conflict"), (0.05, "within the error")])
def test_a_conflict_within_the_error_is_none(se: float, text: str) -> None:
    """The table and the sentence above it name the same inputs."""
    number = MCEstimate(value=0.1, own_variance=se**2)
    row = PowerSensitivity(name="x", prior=number, evidence=number, headline=number, diagnosis="conflict")
    assert _diagnosis(row, 0.05) == text
