"""What the author of a scenario suggests: used where a prior set is silent, and named as the author's."""

from __future__ import annotations

from pathlib import Path

import pytest

from estimative.model.assessment import Assessment, assess
from estimative.model.spec.resolved_scenario import resolved
from estimative.model.spec.scenario import Scenario
from estimative.model.spec.scenario_file import read_scenario
from estimative.priors.errors import InvalidInput
from estimative.priors.prior_set import SCENARIO
from estimative.priors.prior_set_file import read_prior_set

FILE = """\
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
[factors.wall]
title = "State of the sea wall"
low = "breached"
high = "new"
[events.flood]
title = "The harbour is flooded"
form = "rate"
drivers = { wall = "lowers" }
[outcomes.flooded]
title = "The harbour is flooded"
all = ["flood"]
[evidence.sign]
kind = "indicator"
about = "flood"
supports = "yes"
title = "a"
source = "almanac"
suggests = 3
[evidence.boast]
kind = "testimony"
about = "flood"
claims = "no"
title = "b"
source = "almanac"
suggests = { ratio = 2, motive = { p05 = 0.2, p95 = 0.7, because = "He boasts." } }
[evidence.echo]
kind = "testimony"
about = "flood"
claims = "no"
motive = "wall"
title = "c"
source = "almanac"
suggests = { p05 = 1.5, p95 = 4, because = "Hearsay.", source = "almanac" }
[evidence.odds]
kind = "forecast"
about = "flood"
probability = 0.2
title = "d"
source = "almanac"
suggests = { p05 = 0.3, p95 = 0.9 }
[evidence.gauge]
kind = "measurement"
about = "wall"
value = 2
unit = "m"
at_low = 0
at_high = 4
title = "e"
source = "almanac"
suggests = 0.5
[evidence.years]
kind = "exposure"
about = "flood"
count = 2
years = 30
title = "f"
source = "almanac"
suggests = 0.4
[indicators]
gulls = { about = "flood", supports = "yes", title = "g", suggests = { if_yes = "likely", if_no = 0.1 } }
cracks = { about = "wall", supports = "low", title = "h", suggests = { if_low = 0.8, if_high = 0.1 } }
"""
SILENT = """\
[prior_set]
name = "pilot"
analyst = "The pilot"
scenario = "harbour"
[factors]
wall = 0.5
[events]
flood = { p05 = 0.02, p95 = 0.3 }
[effects.flood]
wall = 4
"""
OWN = "[evidence]\nsign = 8\n[relevance]\nyears = 0.9\n"


def scenario(folder: Path, text: str = FILE) -> Scenario:
    (folder / "harbour.toml").write_text(text)
    return read_scenario(folder / "harbour.toml")


def made(folder: Path, priors: str, text: str = FILE) -> Assessment:
    (folder / "pilot.toml").write_text(priors)
    return assess(scenario(folder, text), read_prior_set(folder / "pilot.toml"))


def test_a_silent_prior_set_takes_what_the_scenario_suggests(tmp_path: Path) -> None:
    """Ratio, motive, error, relevance and chances are those of the scenario, and known to be its author's."""
    found = made(tmp_path, SILENT)
    said = {name: prior.stated for name, prior in {**found.priors, **found.indicator_priors}.items()}
    suggested = {name for name, stated in said.items() if stated.taken_from == SCENARIO}
    assert suggested == {
        *(f"evidence.{name}" for name in ("sign", "boast", "echo", "odds", "gauge")),
        "motives.boast",
        *("indicators.gulls.if_yes", "indicators.gulls.if_no", "indicators.cracks.if_low", "indicators.cracks.if_high"),
    }
    assert found.prior_set.relevance == {"years": 0.4}
    assert (said["evidence.echo"].because, said["evidence.echo"].source) == ("Hearsay.", "almanac")
    assert found.priors["evidence.sign"].family.quantile(0.5) == pytest.approx(3)


def test_what_an_analyst_states_stands(tmp_path: Path) -> None:
    """A prior set's own number takes the place of what is suggested, and the rest is still the scenario's."""
    found = made(tmp_path, SILENT + OWN)
    assert found.priors["evidence.sign"].family.quantile(0.5) == pytest.approx(8)
    assert found.priors["evidence.sign"].stated.taken_from == ""
    assert found.prior_set.relevance == {"years": 0.9}
    assert found.priors["evidence.gauge"].stated.taken_from == SCENARIO


def test_the_set_that_is_extended_comes_before_the_scenario(tmp_path: Path) -> None:
    """What a prior set inherits is known to be of the other set, and is not replaced by what is suggested."""
    (tmp_path / "harbour.toml").write_text(FILE)
    (tmp_path / "base.toml").write_text((SILENT + OWN).replace('"pilot"', '"base"'))
    head = SILENT.partition("[factors]")[0]
    found = made(tmp_path, f'{head}extends = "base"\n[factors]\nwall = 0.6\n')
    owners = {name: found.priors[name].stated.taken_from for name in ("factors.wall", "evidence.sign", "evidence.echo")}
    assert owners == {"factors.wall": "", "evidence.sign": "base", "evidence.echo": SCENARIO}


def test_where_neither_speaks_there_is_an_error(tmp_path: Path) -> None:
    """A quantity that neither the prior set nor the scenario states is missing."""
    with pytest.raises(InvalidInput) as invalid:
        made(tmp_path, SILENT, FILE.replace("suggests = 3\n", ""))
    assert [(issue.code, issue.place.key) for issue in invalid.value.issues] == [("missing-prior", "evidence.sign")]


def test_a_suggestion_does_not_change_whose_prior_set_it_is(tmp_path: Path) -> None:
    """The digest of a prior set covers what it states itself; that of a scenario covers what it suggests."""
    found = made(tmp_path, SILENT)
    assert found.prior_set.digest == read_prior_set(tmp_path / "pilot.toml").digest
    assert scenario(tmp_path).digest != scenario(tmp_path, FILE.replace("suggests = 3", "suggests = 4")).digest
    assert made(tmp_path, SILENT + OWN).prior_set.digest != found.prior_set.digest


def test_suggestions_read_back(tmp_path: Path) -> None:
    """The resolved text of a scenario has its suggestions, with their reasons."""
    first = scenario(tmp_path)
    assert scenario(tmp_path, resolved(first)).digest == first.digest


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("suggests = 3", "suggests = 0", "0 is not a number above 0"),
        ("suggests = 0.4", "suggests = 1.5", "1.5 is not a number between 0 and 1"),
        ("suggests = 0.4", 'suggests = "likely"', "is not a number between 0 and 1"),
        ("suggests = { if_yes", "suggests = { if_high", '"if_high" is not'),
        ("suggests = 3", 'suggests = "seldom"', "seldom"),
    ],
)
def test_a_wrong_suggestion_is_an_error_of_the_scenario(old: str, new: str, message: str, tmp_path: Path) -> None:
    """A suggestion that does not suit its quantity is an error at its line, whatever any prior set says."""
    with pytest.raises(InvalidInput) as invalid:
        scenario(tmp_path, FILE.replace(old, new))
    [issue] = invalid.value.issues
    assert (message in issue.message, bool(issue.place.line)) == (True, True), str(issue)
