"""Warnings: one for each probable mistake, with its place, and none where everything is as it should be."""

from __future__ import annotations

from pathlib import Path

import pytest

from estimative.model.assessment import Assessment, assess
from estimative.model.spec.scenario_file import find_scenario, read_scenario
from estimative.model.spec.warnings import unused_sources
from estimative.priors.catalog import shipped_prior_sets
from estimative.priors.errors import Issue, Place
from estimative.priors.prior_set_file import read_prior_set
from estimative.workflows.check import check
from tests.leak import PRIORS as LEAK_PRIORS
from tests.leak import SCENARIO as LEAK

SCENARIO = """\
[scenario]
id = "harbour"
title = "A storm over the harbour"
question = "Is the harbour flooded?"
as_of = 2026-01-01
until = 2027-12-31
headline = "flooded"
[[scenario.sources]]
id = "almanac"
title = "The harbour almanac"
[[scenario.sources]]
id = "diary"
title = "A diary"
[events.flood]
title = "The harbour is flooded"
[outcomes.flooded]
title = "The harbour is flooded"
all = ["flood"]
[evidence.boast]
kind = "testimony"
about = "flood"
claims = "no"
title = "A boast"
source = "almanac"
locator = "p. 3"
date = 2025-12-01
[evidence.sign]
kind = "indicator"
about = "flood"
supports = "yes"
title = "A sign"
source = "almanac"
locator = "p. 4"
date = 2025-11-01
"""
PRIORS = """\
[prior_set]
name = "pilot"
analyst = "The pilot"
scenario = "harbour"
date = 2026-01-02
[events]
flood = { p05 = 0.1, p95 = 0.4, because = "Floods of other harbours", source = "diary" }
[evidence]
boast = { value = 3, because = "He boasts" }
sign = { value = 2, because = "A rule of thumb" }
[motives]
boast = { value = 0.4, because = "He boasts" }
"""
MISSED = "{ p05 = 0.05, p50 = 0.06, p95 = 0.95,"
CASES = {
    "the same locator": ("p. 4", "p. 3", "repeated-evidence", "evidence.sign", 27),
    "the same date and title": (
        'title = "A sign"\nsource = "almanac"\nlocator = "p. 4"\ndate = 2025-11-01',
        'title = "A boast"\nsource = "almanac"\nlocator = "p. 4"\ndate = 2025-12-01',
        "repeated-evidence", "evidence.sign", 27),
    "the same date and title, typed anew": (
        'title = "A sign"\nsource = "almanac"\nlocator = "p. 4"\ndate = 2025-11-01',
        'title = "a  Boast."\nsource = "almanac"\nlocator = "p. 4"\ndate = 2025-12-01',
        "repeated-evidence", "evidence.sign", 27),
    "old priors": ("date = 2026-01-02", "date = 2025-12-31", "old-priors", "prior_set.date", 5),
    "a missed quantile": ("{ p05 = 0.1, p95 = 0.4,", MISSED, "missed-quantile", "events.flood", 7),
    "a missing reason": (', because = "A rule of thumb"', "", "missing-reason", "evidence.sign", 10),
}  # fmt: skip
"""What is replaced by what, and the code, key and line of the warning that results."""


def assessment(folder: Path, old: str = "", new: str = "") -> Assessment:
    for name, text in (("harbour.toml", SCENARIO), ("pilot.toml", PRIORS)):
        (folder / name).write_text(text.replace(old, new) if old else text)
    return assess(read_scenario(folder / "harbour.toml"), read_prior_set(folder / "pilot.toml"))


def assessed(folder: Path, scenario: str, priors: str) -> Assessment:
    for name, text in (("scenario.toml", scenario), ("priors.toml", priors)):
        (folder / name).write_text(text, encoding="utf-8")
    return assess(read_scenario(folder / "scenario.toml"), read_prior_set(folder / "priors.toml"))


def warning(folder: Path, old: str, new: str) -> Issue:
    [issue] = assessment(folder, old, new).warnings
    return issue


@pytest.mark.parametrize("name", CASES)
def test_one_mistake_is_one_warning(name: str, tmp_path: Path) -> None:
    """Each probable mistake is one warning, at its line; it does not keep an assessment from being made."""
    old, new, code, key, line = CASES[name]
    assert (old in SCENARIO) != (old in PRIORS)
    issue = warning(tmp_path, old, new)
    assert (issue.severity, issue.code, issue.place.key, issue.place.line) == ("warning", code, key, line)
    assert str(issue).isprintable()


def test_what_is_as_it_should_be_has_no_warning(tmp_path: Path) -> None:
    """The files that the others are made from have no warning: each warning comes from what was changed."""
    made = assessment(tmp_path)
    assert made.warnings == ()
    assert unused_sources(made.scenario, [made.prior_set]) == ()


def test_a_missed_quantile_is_named(tmp_path: Path) -> None:
    """The warning about a fit names the stated quantile, and what it became."""
    assert "50% quantile: 0.06 stated, 0.37" in warning(tmp_path, "{ p05 = 0.1, p95 = 0.4,", MISSED).message


def test_items_of_a_common_origin_may_repeat(tmp_path: Path) -> None:
    """Two items with the same locator and a common origin are as they should be."""
    text = SCENARIO.replace("p. 4", "p. 3").replace('locator = "p. 3"', 'locator = "p. 3"\norigin = "mayor"')
    assert assessment(tmp_path, SCENARIO, text).warnings == ()


def test_priors_about_the_present_do_not_age(tmp_path: Path) -> None:
    """Priors older than a scenario without events to come are no cause for a warning."""
    (tmp_path / "now.toml").write_text(SCENARIO.replace("[events.flood]", '[events.flood]\nwhen = "now"'))
    (tmp_path / "old.toml").write_text(PRIORS.replace("date = 2026-01-02", "date = 2025-12-31"))
    assert assess(read_scenario(tmp_path / "now.toml"), read_prior_set(tmp_path / "old.toml")).warnings == ()


def test_a_source_that_nothing_uses(tmp_path: Path) -> None:
    """A source to which neither evidence nor a prior refers is a warning at its place."""
    made = assessment(tmp_path, ', source = "diary"', "")
    [issue] = unused_sources(made.scenario, [made.prior_set])
    assert issue.place == Place(file=str(tmp_path / "harbour.toml"), line=11, key="scenario.sources.1")


@pytest.mark.parametrize("name", ["asia", "coordinated-attack", "salad-bars"])
def test_shipped_files_have_no_warning(name: str) -> None:
    """No shipped scenario or prior set has a warning."""
    scenario = read_scenario(find_scenario(name))
    prior_sets = [read_prior_set(path) for path in shipped_prior_sets()[name].values()]
    assert [assess(scenario, prior_set).warnings for prior_set in prior_sets] == [()] * len(prior_sets)
    assert unused_sources(scenario, prior_sets) == ()


STORMS = SCENARIO.replace(
    '[events.flood]\ntitle = "The harbour is flooded"\n',
    '[events.storm]\ntitle = "A storm"\nform = "rate"\n'
    '[events.flood]\ntitle = "The harbour is flooded"\ngiven = ["storm"]\n',
)  # fmt: skip
COUNTED = PRIORS.replace("flood = {", 'storm = { value = 1.5, because = "x" }\nflood = {').replace(
    "p05 = 0.1, p95 = 0.4", "count = 3, of = 20"
)


@pytest.mark.parametrize(
    ("scenario", "priors", "warned"),
    [
        (STORMS, COUNTED, True),
        (STORMS, COUNTED.replace("value = 1.5", "value = 0.05"), False),
        (STORMS, COUNTED.replace("count = 3, of = 20", "p05 = 0.1, p95 = 0.4"), False),
        (STORMS.replace('["storm"]', '["storm"]\nrepeats = true'), COUNTED, False),
        (STORMS.replace('["storm"]', '["storm"]\nrepeats = false'), COUNTED, False),
    ],
)
def test_a_chance_for_each_occurrence_is_asked_about(tmp_path: Path, scenario: str, priors: str, warned: bool) -> None:
    """Where past cases are counted, several occurrences are expected, and the event does not say what it means."""
    found = [issue.code for issue in assessed(tmp_path, scenario, priors).warnings]
    assert ("counted-once" in found) == warned


def leak_warnings(folder: Path, scenario: str = LEAK, priors: str = LEAK_PRIORS) -> list[str]:
    codes = [issue.code for issue in assessed(folder, scenario, priors).warnings]
    return [code for code in codes if code != "missing-reason"]


def test_an_outcome_that_needs_two_states_of_one_event(tmp_path: Path) -> None:
    """Only one of them can hold; two in `any` are as they should be."""
    assert leak_warnings(tmp_path) == []
    both = LEAK.replace('all = ["actor=state"]', 'all = ["actor=state", "actor=insider"]')
    assert leak_warnings(tmp_path, both) == ["impossible-outcome"]
    either = LEAK.replace('all = ["actor=state"]', 'any = ["actor=state", "actor=insider"]')
    assert leak_warnings(tmp_path, either) == []


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ('all = ["severity=major"]\nnone = ["sale"]', 'the outcome "never" can never happen'),
        ('all = ["actor=state"]\ngiven = ["actor=insider", "actor=criminals"]', "cannot both hold"),
        ('all = ["actor=state"]\ngiven = ["sale", "severity=major"]', ""),
        ('all = ["sale"]\nnone = ["actor=state", "actor=insider", "actor=criminals"]', "can never happen"),
        ('any = ["sale", "severity=major"]\nnone = ["actor=criminals"]', ""),
    ],
)
def test_an_outcome_that_can_never_happen_has_its_place(tmp_path: Path, outcome: str, said: str) -> None:
    """What the conditions of events exclude is a warning with file and line, with and without a prior set."""
    scenario = f'{LEAK}[outcomes.never]\ntitle = "Never"\n{outcome}\n'
    warnings = assessed(tmp_path, scenario, LEAK_PRIORS).warnings
    found = [issue for issue in warnings if issue.code == "impossible-outcome"]
    alone = check([tmp_path / "scenario.toml"]).issues
    assert [issue.message for issue in found if said in issue.message] == ([found[0].message] if said else [])
    for issue in found:
        line = scenario.splitlines().index("[outcomes.never]") + 1
        assert (issue.place.file, issue.place.line) == (str(tmp_path / "scenario.toml"), line)
        assert issue in alone
    assert bool(found) == bool(said)


def test_shares_that_do_not_fit_each_other(tmp_path: Path) -> None:
    """Stated one by one they may add up to too much; words that fit as well as words do are no mistake."""
    numbers = "{ insider = 0.2, criminals = 0.5, state = 0.3, worth = 10 }"
    fitting = LEAK_PRIORS.replace(numbers, '{ insider = "likely", criminals = "unlikely", state = "very unlikely" }')
    assert leak_warnings(tmp_path, priors=fitting) == []
    too_much = LEAK_PRIORS.replace(numbers, '{ insider = "likely", criminals = "unlikely", state = "unlikely" }')
    assert leak_warnings(tmp_path, priors=too_much) == ["missed-share"]
