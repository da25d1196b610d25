"""The values that everything else is made from: they reach other processes, and print in one short line."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from functools import cache
from typing import get_args

import numpy as np
import pytest

from estimative.model.assessment import Assessment, assess
from estimative.model.likelihood.layout import Numbers
from estimative.model.spec.events import Event, Factor, Outcome, Source
from estimative.model.spec.evidence import Evidence
from estimative.model.spec.quantities import QuantityName
from estimative.model.spec.scenario_file import find_scenario, read_scenario
from estimative.priors.catalog import shipped_prior_sets
from estimative.priors.digest import tag_of
from estimative.priors.frozen import FrozenDict
from estimative.priors.prior_set_file import read_prior_set
from estimative.priors.statements import Statement

PAIRS = [(scenario, name) for scenario, names in shipped_prior_sets().items() for name in names]
PARTS: dict[str, Callable[[Assessment], object]] = {
    "scenario": lambda assessment: assessment.scenario,
    "prior set": lambda assessment: assessment.prior_set,
    "assessment": lambda assessment: assessment,
    "structure": lambda assessment: assessment.structure,
    "quantities": lambda assessment: assessment.structure.quantities,
    "prior": lambda assessment: max(assessment.priors.values(), key=lambda prior: len(repr(prior))),
    "statement": lambda assessment: max(assessment.prior_set.statements.values(), key=lambda item: len(repr(item))),
    "evidence": lambda assessment: max(assessment.scenario.evidence.values(), key=lambda item: len(repr(item))),
    "event": lambda assessment: max(assessment.scenario.events.values(), key=lambda event: len(repr(event))),
}


@cache
def shipped(scenario: str, name: str) -> Assessment:
    prior_set = read_prior_set(shipped_prior_sets()[scenario][name])
    return assess(read_scenario(find_scenario(scenario)), prior_set)


def numbers_of(assessment: Assessment) -> Numbers:
    """Everything that a fit takes from an assessment, in one row."""
    parts = (assessment.degree_parameters, assessment.ratio_parameters, assessment.weight)
    return np.concatenate([part.ravel() for part in parts])


@pytest.mark.parametrize(("scenario", "name"), PAIRS)
def test_an_assessment_survives_pickling(scenario: str, name: str) -> None:
    """What comes back from pickling equals what was pickled: scenario, prior set, priors, digests, numbers."""
    before = shipped(scenario, name)
    after = pickle.loads(pickle.dumps(before))
    for part in ("scenario", "prior_set", "priors", "indicator_priors"):
        assert getattr(after, part) == getattr(before, part)
    assert (after.scenario.digest, after.prior_set.digest) == (before.scenario.digest, before.prior_set.digest)
    assert np.array_equal(numbers_of(after), numbers_of(before))


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(("scenario", "name"), PAIRS)
def test_a_value_prints_in_one_short_line(scenario: str, name: str, part: str) -> None:
    """No value of a shipped assessment takes 500 characters or a second line to print."""
    text = repr(PARTS[part](shipped(scenario, name)))
    assert len(text) < 500
    assert text.isprintable()


def test_a_frozen_dictionary_cannot_be_changed() -> None:
    """Every way to change a dictionary is refused, and a copy of one is equal and as frozen."""
    frozen = FrozenDict({"a": 1})
    changes: list[Callable[[FrozenDict[str, int]], object]] = [
        lambda d: d.__setitem__("a", 2),
        lambda d: d.__delitem__("a"),
        lambda d: d.__ior__({"b": 2}),
        lambda d: d.update(b=2),
        lambda d: d.setdefault("b", 2),
        lambda d: d.pop("a"),
        lambda d: d.popitem(),
        lambda d: d.clear(),
    ]
    for change in changes:
        for each in (frozen, pickle.loads(pickle.dumps(frozen))):
            with pytest.raises(TypeError):
                change(each)
            assert each == {"a": 1}


SCENARIO_DIGESTS = {
    "asia": "cfacbb77de46e4858f6fa1014eedc7cc1ba52d03c75f1fec4513b36d781d2ca5",
    "coordinated-attack": "b26fdad1b90a43e08941166776407b89f7a71f9bab4af6dc907345135acb57da",
    "salad-bars": "cb637448d92913721a614e009b1f4b66bfd1d13efc2cfe6e3e841c451d0aa1bf",
}
PRIOR_SET_DIGESTS = {
    "asia/textbook": "b490d8ca016ca06ac17dc6bd128b3091f7c2e6a84e4c301731b286052ca74548",
    "asia/uncertain": "53a837d3b47d1032b244221ca2d127cc94fa64a6d2023f62a18926a26147716f",
    "coordinated-attack/baseline": "ef947b290912ce56b229f8d47a1ba0ea6484752ceed78e324fa547b8784d30ce",
    "coordinated-attack/critics": "43a176c92cb6cd0d2c2925cb8e665d2a721966d8794209ad97cd606857d77ed6",
    "coordinated-attack/moscow": "6fd777f7dc4da03ea024cd73c07db24f12e8bf27c00e85b70b42a249177f8b09",
    "coordinated-attack/rhetoric": "159fe2b10a9017b90e9110680248ca7cf5fabd5e77639b82a7993fca89b0480d",
    "coordinated-attack/rutte": "324a9dc809e8f4943967ceaea760f15de8696500b9a765384893c3b5c928b0a9",
    "salad-bars/baseline": "10e6a6042e5cae5dfb24aee31f123580029d2a09da76434ee60fb612d129ab75",
    "salad-bars/conflict": "55bab4623017d90d9361a8913dc0a3e38256af977283aa9e05a4aef380fff4f6",
}


@pytest.mark.parametrize(("scenario", "name"), PAIRS)
def test_the_digests_of_shipped_files_have_not_changed(scenario: str, name: str) -> None:
    """Saved runs name the shipped files by these digests; only a change of their content may change them."""
    assert shipped(scenario, name).scenario.digest == SCENARIO_DIGESTS[scenario]
    assert shipped(scenario, name).prior_set.digest == PRIOR_SET_DIGESTS[f"{scenario}/{name}"]


def test_every_kind_has_its_own_tag() -> None:
    """The kinds of statements and of evidence enter a digest under the names that the first digests used."""
    statements, evidence = get_args(Statement.__value__), get_args(Evidence.__value__)
    for kind in (*statements, *evidence, Source, Factor, Event, Outcome):
        assert tag_of(kind.kind) == kind.__name__


NAMES = {
    "factors.wear": QuantityName(section="factors", subject="wear"),
    "effects.attack.plan": QuantityName(section="effects", subject="attack", key="plan"),
    "tables.x.bronchitis+either": QuantityName(section="tables", subject="x", key="bronchitis+either"),
    "indicators.x.if_yes": QuantityName(section="indicators", subject="x", key="if_yes"),
    "independence.Reuters, 3. May": QuantityName(section="independence", subject="Reuters, 3. May"),
}


@pytest.mark.parametrize("text", NAMES)
def test_a_name_is_taken_apart_and_put_together(text: str) -> None:
    """The name of a quantity or weight has a section, a subject and a key, and reads as in a prior set."""
    assert QuantityName.parse(text) == NAMES[text]
    assert str(NAMES[text]) == text


@pytest.mark.parametrize(("scenario", "name"), PAIRS)
def test_every_name_of_an_assessment_reads_back(scenario: str, name: str) -> None:
    """Each name of a shipped assessment is that of its parts."""
    assessment = shipped(scenario, name)
    for text in (*assessment.priors, *assessment.indicator_priors, *assessment.weights):
        assert str(QuantityName.parse(text)) == text
