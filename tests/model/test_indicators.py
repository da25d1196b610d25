"""Indicators that nobody has seen yet: in a scenario, in a prior set, and where the two meet."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from estimative.model.assessment import Assessment, assess, differences
from estimative.model.inference.fit import by_importance
from estimative.model.spec.evidence import Indicator
from estimative.model.spec.quantities import Quantities, state_labels
from estimative.model.spec.scenario import Scenario, content_of
from estimative.model.spec.scenario_file import read_scenario
from estimative.priors.distributions import ScaledBeta
from estimative.priors.errors import InvalidInput
from estimative.priors.prior_set_file import read_prior_set
from estimative.priors.quantile_fit import Support
from estimative.priors.resolved_prior_set import resolved
from estimative.priors.statements import Quantiles
from tests.prior_sets import assessed
from tests.scenarios import SAID
from tests.small import HELD, weather

SCENARIO = """\
[scenario]
id = "harbour"
title = "A storm over the harbour"
question = "Is the harbour flooded?"
as_of = 2026-01-01
until = 2027-12-31
headline = "flooded"

[factors.defences]
title = "State of the sea wall"
low = "breached"
high = "new"

[events.flood]
title = "The harbour is flooded"
drivers = { defences = "lowers" }
[outcomes.flooded]
title = "The harbour is flooded"
all = ["flood"]

[indicators]
paint = { about = "defences", supports = "high", title = "Fresh paint" }
cracks = { about = "defences", supports = "low", title = "Cracks" }
gulls = { about = "flood", supports = "yes", title = "Gulls inland" }
[indicators.fair]
kind = "indicator"
about = "flood"
supports = "no"
title = "A fair is held"
origin = "mayor"
grade = "B2"
"""
PRIORS = """\
[prior_set]
name = "pilot"
analyst = "The pilot"
scenario = "harbour"
[factors]
defences = { p05 = 0.2, p95 = 0.8 }
[events]
flood = "unlikely"
[effects.flood]
defences = { p05 = 2, p95 = 20 }
[indicators.paint]
if_high = 0.6
if_low = { p05 = 0.1, p95 = 0.3 }
[indicators.cracks]
if_high = 0.1
if_low = { p05 = 0.5, p95 = 0.9 }
[indicators.gulls]
if_yes = "likely"
if_no = "unlikely"
[indicators.fair]
if_yes = 0.2
if_no = 0.7
"""


def harbour(folder: Path) -> Scenario:
    (folder / "harbour.toml").write_text(SCENARIO)
    return read_scenario(folder / "harbour.toml")


def assessment(folder: Path, priors: str = PRIORS) -> Assessment:
    (folder / "pilot.toml").write_text(priors)
    return assess(harbour(folder), read_prior_set(folder / "pilot.toml"))


# The file


def test_an_indicator_is_read_as_it_stands(tmp_path: Path) -> None:
    """What is to be looked for names what it is about and which end it supports; a source it need not name."""
    found = harbour(tmp_path).indicators
    said: dict[str, Any] = {"source": ""}
    assert list(found.values()) == [
        Indicator(id="paint", about="defences", supports=True, title="Fresh paint", **said),
        Indicator(id="cracks", about="defences", supports=False, title="Cracks", **said),
        Indicator(id="gulls", about="flood", supports=True, title="Gulls inland", **said),
        Indicator(id="fair", about="flood", supports=False, title="A fair is held", origin="mayor", grade="B2", **said),
    ]


def test_what_is_looked_for_is_no_evidence(tmp_path: Path) -> None:
    """An indicator asks for two probabilities, one at each end, and for nothing that is fitted."""
    quantities = Quantities(harbour(tmp_path))
    names = ["paint.if_high", "paint.if_low", "cracks.if_high", "cracks.if_low"]
    names += ["gulls.if_yes", "gulls.if_no", "fair.if_yes", "fair.if_no"]
    assert list(quantities.indicator_quantities) == [f"indicators.{name}" for name in names]
    assert {one.support for one in quantities.indicator_quantities.values()} == {Support.PROBABILITY}
    assert (
        quantities.indicator_quantities["indicators.paint.if_low"].title
        == "chance of seeing it if defences is low: Fresh paint"
    )
    assert not [name for name in quantities.all if "indicators" in name]
    assert harbour(tmp_path).evidence == {}
    assert harbour(tmp_path).origins == {}


def test_the_ends_of_a_subject(tmp_path: Path) -> None:
    """A factor is high or low, an event is or is not: the end that `supports` true means comes first."""
    assert state_labels("defences", harbour(tmp_path)) == ("high", "low")
    assert state_labels("flood", harbour(tmp_path)) == ("yes", "no")


def test_a_scenario_without_indicators_has_the_digest_it_had(tmp_path: Path) -> None:
    """A section of indicators that is empty, or missing, leaves no trace in the content that the digest covers."""
    (tmp_path / "plain.toml").write_text(SCENARIO.partition("[indicators]")[0])
    plain = read_scenario(tmp_path / "plain.toml")
    (tmp_path / "plain.toml").write_text(SCENARIO.partition("[indicators]")[0] + "[indicators]\n")
    assert read_scenario(tmp_path / "plain.toml").digest == plain.digest
    assert list(content_of(plain))[6:] == ["sources", "factors", "events", "outcomes", "evidence"]
    assert plain.digest == "545028043b061023fcfbf7d35df1d4d526a4d4ef5b2bcc6b51de00958b46947e"
    watched = harbour(tmp_path)
    assert watched.digest != plain.digest
    assert replace(watched, indicators={}).digest == plain.digest


def test_indicators_are_told_apart_by_the_digest(tmp_path: Path) -> None:
    """Their order, what they support and what they are about are part of what a scenario says."""
    whole = harbour(tmp_path)
    indicators = dict(whole.indicators)
    turned = {**indicators, "paint": replace(indicators["paint"], supports=False)}
    elsewhere = {**indicators, "paint": replace(indicators["paint"], about="flood")}
    fewer = {name: one for name, one in indicators.items() if name != "fair"}
    others = [turned, elsewhere, fewer, dict(reversed(indicators.items()))]
    assert len({whole.digest, *(replace(whole, indicators=other).digest for other in others)}) == 5


SEEN = Indicator(id="seen", about="rain", supports=True, origin="tale", **SAID)
WATCHED: dict[str, tuple[str, dict[str, Any], str]] = {
    "named as evidence": ("seen", {}, "indicators.seen"),
    "told already": ("w", {"origin": "tale"}, "indicators.w.origin"),
    "about an outcome": ("w", {"about": "flood_if_rain"}, "indicators.w.about"),
    "of an unknown source": ("w", {"source": "log"}, "indicators.w.source"),
    "under another name": ("w", {"id": "v"}, "indicators.w"),
}


@pytest.mark.parametrize("name", WATCHED)
def test_an_indicator_must_be_news(name: str) -> None:
    """An indicator is about a factor or an event, and neither its name nor its origin is that of evidence."""
    under, fields, place = WATCHED[name]
    indicator = Indicator(**{"id": under, "about": "damp", "supports": True, **SAID, **fields})
    with pytest.raises(InvalidInput) as caught:
        replace(weather(), evidence={"seen": SEEN}, indicators={under: indicator})
    assert [issue.place.key for issue in caught.value.issues] == [place]


def test_indicators_may_share_an_origin_with_each_other() -> None:
    """Two indicators of one origin are one thing to look for, told twice; that is no defect."""
    two = [Indicator(id=name, about="damp", supports=True, origin="mast", **SAID) for name in ("a", "b")]
    assert replace(weather(), indicators={one.id: one for one in two}).origins == {}


# The prior set


def test_likelihoods_are_fitted_as_probabilities(tmp_path: Path) -> None:
    """The two probabilities of each indicator are priors like others, beside those of what is fitted."""
    found = assessment(tmp_path)
    assert list(found.indicator_priors) == list(Quantities(found.scenario).indicator_quantities)
    assert list(found.priors) == ["factors.defences", "events.flood", "effects.flood.defences"]
    assert found.indicator_priors["indicators.paint.if_high"].family == ScaledBeta.fixed(0.6)
    family = found.indicator_priors["indicators.cracks.if_low"].family
    assert (family.quantile(0.05), family.quantile(0.95)) == pytest.approx((0.5, 0.9), abs=1e-6)


def test_no_answer_depends_on_what_is_looked_for() -> None:
    """Indicators change nothing in what is fitted: not a digit, whatever their likelihoods are."""
    look = replace(weather(), indicators={"w": Indicator(id="w", about="rain", supports=True, **SAID)})
    open_ = {**HELD, "events.rain": Quantiles(points=((0.05, 0.1), (0.95, 0.5)))}
    plain = assessed(weather(), open_)
    ones = [
        assessed(look, {**open_, "indicators.w.if_yes": yes, "indicators.w.if_no": 0.1}) for yes in (0.2, 0.9)
    ]  # fmt: skip
    fits = [by_importance(one, seed=1, draws=1000).estimates for one in (plain, *ones)]
    assert fits[0] == fits[1] == fits[2]
    assert differences(ones) == ()
    assert ones[0].constants == plain.constants


UNKNOWN = "is not a quantity of the scenario."
SUPPORTS = "though the indicator supports"
MISFITS: Mapping[str, tuple[str, str, list[str]]] = {
    "one likelihood missing": ("if_no = 0.7\n", "", [
        ('pilot.toml, indicators.fair.if_no: "indicators.fair.if_no" is missing: '
        "chance of seeing it if flood is no: A fair is held.")]),
    "both missing": ("[indicators.fair]\nif_yes = 0.2\nif_no = 0.7\n", "", [
        ('pilot.toml, indicators.fair.if_yes: "indicators.fair.if_yes" is missing: '
        "chance of seeing it if flood is yes: A fair is held."),
        ('pilot.toml, indicators.fair.if_no: "indicators.fair.if_no" is missing: '
        "chance of seeing it if flood is no: A fair is held.")]),
    "misspelt": ("[indicators.gulls]", "[indicators.gull]", [
        f'pilot.toml, line 18, indicators.gull.if_yes: "gull.if_yes" {UNKNOWN} Did you mean "gulls.if_yes"?',
        f'pilot.toml, line 19, indicators.gull.if_no: "gull.if_no" {UNKNOWN} Did you mean "gulls.if_no"?']),
    "ends of another subject": ("if_high = 0.6\n", "if_yes = 0.6\n", [
        f'pilot.toml, line 12, indicators.paint.if_yes: "paint.if_yes" {UNKNOWN} Did you mean "paint.if_high"?']),
    "turned, supporting high": ("if_high = 0.6", "if_high = 0.05", [
        (f'pilot.toml, line 12, indicators.paint.if_high: the mean is 0.05, {SUPPORTS} "high" by the scenario. '
        "Allowed: more than 0.19, the mean of indicators.paint.if_low.")]),
    "turned, supporting low": ("if_high = 0.1", "if_high = 0.95", [
        (f'pilot.toml, line 16, indicators.cracks.if_low: the mean is 0.72, {SUPPORTS} "low" by the scenario. '
        "Allowed: more than 0.95, the mean of indicators.cracks.if_high.")]),
    "turned, supporting yes": ('if_yes = "likely"', "if_yes = 0.2", [
        (f'pilot.toml, line 18, indicators.gulls.if_yes: the mean is 0.2, {SUPPORTS} "yes" by the scenario. '
        "Allowed: more than 0.32, the mean of indicators.gulls.if_no.")]),
    "turned, supporting no": ("if_yes = 0.2", "if_yes = 0.75", [
        (f'pilot.toml, line 22, indicators.fair.if_no: the mean is 0.7, {SUPPORTS} "no" by the scenario. '
        "Allowed: more than 0.75, the mean of indicators.fair.if_yes.")]),
    "no news": ("if_yes = 0.2", "if_yes = 0.7", [
        (f'pilot.toml, line 22, indicators.fair.if_no: the mean is 0.7, {SUPPORTS} "no" by the scenario. '
        "Allowed: more than 0.7, the mean of indicators.fair.if_yes.")]),
    "certain": ("if_yes = 0.2", "if_yes = 0", [
        "pilot.toml, line 21, indicators.fair.if_yes: 0 is not a number strictly between 0 and 1."]),
}  # fmt: skip
"""What is replaced by what, and the errors that result."""


@pytest.mark.parametrize("name", MISFITS)
def test_misfits(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Likelihoods that are missing, unknown, impossible or the wrong way round are errors with their place."""
    monkeypatch.chdir(tmp_path)
    old, new, expected = MISFITS[name]
    assert PRIORS.count(old) == 1
    with pytest.raises(InvalidInput) as caught:
        assessment(Path(), PRIORS.replace(old, new))
    assert [str(issue) for issue in caught.value.issues] == expected


def test_errors_of_all_sections_come_together(tmp_path: Path) -> None:
    """A missing quantity and an indicator the wrong way round are reported together."""
    with pytest.raises(InvalidInput) as caught:
        assessment(tmp_path, PRIORS.replace('flood = "unlikely"\n', "").replace("if_yes = 0.2", "if_yes = 0.9"))
    assert [issue.place.key for issue in caught.value.issues] == ["events.flood", "indicators.fair.if_no"]


def test_a_set_that_extends_takes_likelihoods_over_one_by_one(tmp_path: Path) -> None:
    """A set that states one likelihood of an indicator takes the other from the set that it extends."""
    assessment(tmp_path)
    child = '[prior_set]\nname = "mate"\nanalyst = "The mate"\nscenario = "harbour"\nextends = "pilot"\n'
    (tmp_path / "mate.toml").write_text(f"{child}[indicators.fair]\nif_no = 0.9\n")
    found = assess(harbour(tmp_path), read_prior_set(tmp_path / "mate.toml"))
    fair = [found.indicator_priors[f"indicators.fair.if_{end}"].family for end in ("yes", "no")]
    assert fair == [ScaledBeta.fixed(0.2), ScaledBeta.fixed(0.9)]


def test_resolved_likelihoods_read_back_the_same(tmp_path: Path) -> None:
    """The resolved text of a prior set states each likelihood by its family, after all else."""
    before = assessment(tmp_path)
    text = resolved(before.prior_set, {**before.priors, **before.indicator_priors})
    after = assessment(tmp_path, text)
    assert {name: prior.family for name, prior in after.indicator_priors.items()} == {
        name: prior.family for name, prior in before.indicator_priors.items()
    }
    headers = [line for line in text.splitlines() if line.startswith("[")]
    names = ["cracks", "fair", "gulls", "paint"]
    assert headers[-4:] == [f"[indicators.{name}]" for name in names]
    assert "if_yes = { beta = [" in text
