"""Where a scenario and a prior set meet: what does not fit, and how much each item of evidence counts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from estimative.model.assessment import Assessment, assess
from estimative.model.likelihood.layout_builder import structure_of
from estimative.model.spec.evidence import Indicator
from estimative.model.spec.quantities import Quantities
from estimative.model.spec.scenario_file import find_scenario, read_scenario
from estimative.priors.catalog import find_prior_set, shipped_prior_sets
from estimative.priors.errors import InvalidInput, Place
from estimative.priors.prior_set_file import read_prior_set
from tests.prior_sets import all_at, assessed, prior_set_for

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

[factors.defences]
title = "State of the sea wall"
low = "breached"
high = "new"

[events.storm]
title = "A storm comes"
form = "rate"
[events.flood]
title = "The harbour is flooded"
given = ["storm"]
drivers = { defences = "lowers" }
[events.panic]
title = "People panic"
form = "table"
parents = ["storm", "flood"]
[outcomes.flooded]
title = "The harbour is flooded"
all = ["flood"]

[evidence]
years = { kind = "exposure", about = "storm", count = 3, years = 40, title = "Storms", source = "almanac" }
boast = { kind = "testimony", about = "flood", claims = "no", title = "A boast", source = "almanac", origin = "mayor" }
echo = { kind = "testimony", about = "flood", claims = "no", title = "An echo", source = "almanac", origin = "mayor" }
again = { kind = "indicator", about = "storm", supports = "yes", title = "x", source = "almanac", origin = "mayor" }
lone = { kind = "indicator", about = "defences", supports = "low", title = "x", source = "almanac", origin = "crew" }
"""
PRIORS = """\
[prior_set]
name = "pilot"
analyst = "The pilot"
scenario = "harbour"
[factors]
defences = { p05 = 0.2, p95 = 0.8 }
[events]
storm = { p05 = 0.02, p95 = 0.3 }
flood = "unlikely"
[effects.flood]
defences = { p05 = 2, p95 = 20 }
[tables.panic]
none = 0
storm = 0.1
flood = 0.5
"storm+flood" = 0.9
[evidence]
boast = 3
echo = 2
again = 4
lone = 2
[motives]
boast = 0.4
echo = 0.5
[relevance]
years = 0.5
[independence]
mayor = 0.25
"""


def assessment(folder: Path, priors: str = PRIORS) -> Assessment:
    (folder / "harbour.toml").write_text(SCENARIO)
    (folder / "pilot.toml").write_text(priors)
    return assess(read_scenario(folder / "harbour.toml"), read_prior_set(folder / "pilot.toml"))


def test_what_fits_has_no_error(tmp_path: Path) -> None:
    """A prior set that states every quantity of its scenario makes an assessment, in the scenario's order."""
    made = assessment(tmp_path)
    assert list(made.priors) == list(Quantities(made.scenario).all)
    assert made.constants[:2] == ("tables.panic.none", "tables.panic.flood")
    assert "factors.defences" not in made.constants


MEDIAN = "the median of the ratio is"
SIZE = "Allowed: a ratio with a median of at least 1."
UNKNOWN = "is not a quantity of the scenario."
FORMS = "a constant, quantiles, a central interval, four steps, moments or a lognormal"
MISFITS = {
    "factor missing": ("defences = { p05 = 0.2, p95 = 0.8 }\n", "", [
        'pilot.toml, factors.defences: "factors.defences" is missing: State of the sea wall.']),
    "event missing": ('flood = "unlikely"\n', "", [
        'pilot.toml, events.flood: "events.flood" is missing: The harbour is flooded.']),
    "effect missing": ("defences = { p05 = 2, p95 = 20 }\n", "", [
        'pilot.toml, effects.flood.defences: "effects.flood.defences" is missing: effect of defences on flood.']),
    "entry of a table missing": ('"storm+flood" = 0.9\n', "", [
        'pilot.toml, tables.panic.storm+flood: "tables.panic.storm+flood" is missing: People panic: storm+flood.']),
    "likelihood ratio missing": ("again = 4\n", "", [
        'pilot.toml, evidence.again: "evidence.again" is missing: x.']),
    "motive missing": ("echo = 0.5\n", "", [
        'pilot.toml, motives.echo: "motives.echo" is missing: motive behind: An echo.']),
    "factor misspelt": ("defences = { p05 = 0.2,", "defenses = { p05 = 0.2,", [
        f'pilot.toml, line 6, factors.defenses: "defenses" {UNKNOWN} Did you mean "defences"?']),
    "relevance missing": ("years = 0.5\n", "", [
        'pilot.toml, relevance.years: "relevance.years" is missing: a number between 0 and 1.']),
    "relevance misspelt": ("years = 0.5\n", "year = 0.5\n", [
        ('pilot.toml, line 26, relevance.year: "year" is not evidence of kind exposure or cases. '
        'Did you mean "years"?')]),
    "independence of an unknown origin": ("mayor = 0.25", "mayer = 0.25", [
        ('pilot.toml, line 28, independence.mayer: "mayer" is not an origin that several items share. '
        'Did you mean "mayor"?')]),
    "another scenario": ('scenario = "harbour"', 'scenario = "harbor"', [
        'pilot.toml, line 4, prior_set.scenario: these priors are for the scenario "harbor", not for "harbour".']),
    "unsuitable statement": ('flood = "unlikely"', "flood = 0", [
        "pilot.toml, line 9, events.flood: 0 is not a number strictly between 0 and 1."]),
    "word for a rate": ("storm = { p05 = 0.02, p95 = 0.3 }", 'storm = "unlikely"', [
        ('pilot.toml, line 8, events.storm: "unlikely" (ICD 203) cannot state a yearly rate, which is a number above '
        f"0. Allowed: {FORMS}.")]),
    "probability for a degree": ("boast = 0.4", "boast = 1.5", [
        "pilot.toml, line 23, motives.boast: 1.5 is not a number between 0 and 1."]),
    "several": ("storm = { p05 = 0.02, p95 = 0.3 }\nflood", "flod", [
        f'pilot.toml, line 8, events.flod: "flod" {UNKNOWN} Did you mean "flood"?',
        'pilot.toml, events.storm: "events.storm" is missing: A storm comes.']),
    "effect turned round": ("{ p05 = 2, p95 = 20 }", "{ p05 = 0.1, p95 = 0.4 }", [
        (f'pilot.toml, line 11, effects.flood.defences: {MEDIAN} 0.2, below 1, though "defences" lowers "flood" by the '
        f'scenario. {SIZE} For the opposite, write "raises" there, and the ratio turned round: 1 / 0.2 = 5.')]),
    "indicator turned round": ("lone = 2", "lone = 0.5", [
        (f'pilot.toml, line 21, evidence.lone: {MEDIAN} 0.5, below 1, though the item supports "low" by the '
        f'scenario. {SIZE} For the opposite, write supports = "high" there, and the ratio turned round: '
        '1 / 0.5 = 2.')]),
    "testimony turned round": ("boast = 3", "boast = 0.25", [
        (f'pilot.toml, line 18, evidence.boast: {MEDIAN} 0.25, below 1, though the statement claims "no" by the '
        f'scenario. {SIZE} For the opposite, make it an indicator that supports "yes", and the ratio turned round: '
        '1 / 0.25 = 4.')]),
}  # fmt: skip
"""What is replaced by what, and the errors that result."""


@pytest.mark.parametrize("name", MISFITS)
def test_misfits(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each mistake of a prior set about its scenario is one error with its place, and all are reported."""
    monkeypatch.chdir(tmp_path)
    old, new, expected = MISFITS[name]
    assert old in PRIORS
    with pytest.raises(InvalidInput) as caught:
        assessment(Path(), PRIORS.replace(old, new))
    assert [str(issue) for issue in caught.value.issues] == expected


def test_parents_in_another_order(tmp_path: Path) -> None:
    """The error of an entry with its parents in another order names them in the order of the scenario."""
    with pytest.raises(InvalidInput) as caught:
        assessment(tmp_path, PRIORS.replace('"storm+flood" =', '"flood+storm" ='))
    [issue] = caught.value.issues
    assert (issue.place.key, issue.suggestion) == ("tables.panic.flood+storm", "panic.storm+flood")


def test_a_scenario_that_has_changed(tmp_path: Path) -> None:
    """A prior set that names its scenario's digest fits that scenario only."""
    digest = assessment(tmp_path).scenario.digest
    head = 'scenario = "harbour"\n'
    named = PRIORS.replace(head, f'{head}scenario_digest = "{digest}"\n')
    assert assessment(tmp_path, named).prior_set.scenario_digest == digest
    other = named.replace(digest, "0" * 64)
    with pytest.raises(InvalidInput) as caught:
        assessment(tmp_path, other)
    [issue] = caught.value.issues
    assert (issue.code, issue.place.line, issue.place.key) == ("scenario-changed", 5, "prior_set.scenario_digest")
    assert (issue.value[:11], issue.allowed) == ('"0000000000', digest)


@pytest.mark.parametrize("name", ["asia", "coordinated-attack", "salad-bars"])
def test_shipped_prior_sets_assess(name: str) -> None:
    """Every prior set shipped for a scenario assesses it without an error, and on the structure of another."""
    scenario = read_scenario(find_scenario(name))
    names = set(shipped_prior_sets()[name])
    expected = {
        "asia": {"textbook", "uncertain"},
        "coordinated-attack": {"baseline", "rutte", "critics", "rhetoric", "moscow"},
        "salad-bars": {"baseline", "conflict"},
    }
    assert names == expected[name]
    structure = structure_of(scenario)
    for each in names:
        made = assess(scenario, read_prior_set(find_prior_set(each, name)), structure=structure)
        assert made.structure is structure
        assert list(made.priors) == list(structure.quantities.all)
        assert made.degree_parameters.shape == (4, len(structure.quantities.degrees))
        assert made.ratio_parameters.shape == (2, len(structure.quantities.ratios))


def test_items_of_one_origin_count_together(tmp_path: Path) -> None:
    """n items of one origin about one subject count together as 1 + (n - 1) k; relevance multiplies its own item."""
    weight = dict(zip(("years", "boast", "echo", "again", "lone"), assessment(tmp_path).weight, strict=True))
    together = 1 + 0.25
    assert weight == pytest.approx(
        {"years": 0.5, "boast": together / 2, "echo": together / 2, "again": 1.0, "lone": 1.0}
    )
    unsaid = assessment(tmp_path, PRIORS.replace("mayor = 0.25", ""))
    assert unsaid.weight == pytest.approx([0.5, 0.5, 0.5, 1.0, 1.0]), (
        "one report of the flood, if no independence is stated"
    )


@pytest.mark.parametrize("independence", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("relevance", [0.0, 0.4, 1.0])
def test_the_weights_formula(count: int, independence: float, relevance: float, tmp_path: Path) -> None:
    """Each of n items weighs (1 + (n - 1) k) / n, times its relevance where it has one."""
    (tmp_path / "harbour.toml").write_text(SCENARIO)
    scenario = read_scenario(tmp_path / "harbour.toml")
    years = replace(scenario.evidence["years"], origin="tale")
    tale = [
        Indicator(id=f"i{index}", about="storm", supports=True, title="", source="almanac", origin="tale")
        for index in range(count - 1)
    ]
    scenario = replace(scenario, evidence={item.id: item for item in (years, *tale)})
    shared = {"tale": independence} if count > 1 else {}
    made = assessed(scenario, all_at(scenario, 0.5), relevance={"years": relevance}, independence=shared)
    each = (1 + (count - 1) * independence) / count
    assert made.weight == pytest.approx([relevance * each, *[each] * (count - 1)])


def test_parameters_stand_in_the_structures_order(tmp_path: Path) -> None:
    """The parameters of the priors stand where the structure looks for them, a constant at both ends."""
    made = assessment(tmp_path)
    for name, index in made.structure.quantities.degrees.items():
        family = made.priors[name].family
        assert made.degree_parameters[:, index].tolist() == [family.a, family.b, family.lower, family.upper]  # type: ignore[union-attr]
    for name, index in made.structure.quantities.ratios.items():
        family = made.priors[name].family
        assert made.ratio_parameters[:, index].tolist() == [family.mu, family.sigma]  # type: ignore[union-attr]
    motive = made.structure.quantities.degrees["motives.echo"]
    assert made.degree_parameters[2:, motive].tolist() == [0.5, 0.5]
    ratio = made.structure.quantities.ratios["evidence.again"]
    assert made.ratio_parameters[:, ratio] == pytest.approx([np.log(4), 0])


def test_a_prior_set_made_in_code_has_errors_too(tmp_path: Path) -> None:
    """An error of a prior set that comes from no file names the set, and no line."""
    (tmp_path / "harbour.toml").write_text(SCENARIO)
    scenario = read_scenario(tmp_path / "harbour.toml")
    statements = all_at(scenario, 0.5)
    statements["events.flod"] = statements.pop("events.flood")
    with pytest.raises(InvalidInput) as caught:
        assess(scenario, prior_set_for(scenario, statements, relevance={"years": 1.0}))
    [issue] = caught.value.issues
    assert issue.place == Place(file="(made)", key="events.flod")
    assert (issue.code, issue.suggestion) == ("unknown-name", "flood")


def test_a_ratio_around_1_has_no_direction(tmp_path: Path) -> None:
    """A ratio whose median is 1 up to rounding contradicts nothing, however wide it is."""
    made = assessment(tmp_path, PRIORS.replace("lone = 2", "lone = { p05 = 0.1, p95 = 10 }"))
    assert made.priors["evidence.lone"].family.quantile(0.5) == pytest.approx(1)


SUPERFLUOUS = {
    "effect": ("[tables.panic]", "[effects.storm]\ndefences = 2\n[tables.panic]", 13, "effects.storm.defences",
        "flood.defences"),
    "ratio": ("lone = 2\n", "lone = 2\nlonely = 2\n", 22, "evidence.lonely", "lone"),
    "relevance": ("years = 0.5\n", "years = 0.5\nboast = 0.5\n", 27, "relevance.boast", ""),
    "independence": ("mayor = 0.25", "mayor = 0.25\ncrew = 0.5", 29, "independence.crew", ""),
    "chance of an indicator": ("[relevance]", "[indicators.gulls]\nif_yes = 0.5\n[relevance]", 26,
        "indicators.gulls.if_yes", ""),
}  # fmt: skip
"""What is replaced by what, and the line, the key and the suggestion of the warning."""


@pytest.mark.parametrize("name", SUPERFLUOUS)
def test_what_the_scenario_no_longer_has_is_a_warning(name: str, tmp_path: Path) -> None:
    """A prior on what the scenario does not have, with nothing missing, is a warning with the nearest name."""
    old, new, line, key, meant = SUPERFLUOUS[name]
    made = assessment(tmp_path, PRIORS.replace(old, new))
    [issue] = [issue for issue in made.warnings if issue.code == "unknown-name"]
    place = (issue.severity, issue.place.line, issue.place.key, issue.suggestion)
    assert place == ("warning", line, key, meant)
    families = [{name: prior.family for name, prior in each.priors.items()} for each in (made, assessment(tmp_path))]
    assert families[0] == families[1]
