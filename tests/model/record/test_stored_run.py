"""Saved runs: typed reading, checked digests, clear errors where something is damaged, labels and deletion."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from estimative.model.record.run_store import MANIFEST, MAX_LABEL, PARTIAL, RESULT, Store
from estimative.model.record.stored_run import StoredRun
from estimative.priors.errors import InvalidInput
from estimative.workflows.fit import FitOutcome, fit, save_run
from estimative.workflows.inputs import Inputs, load
from estimative.workflows.session import Settings
from tests.command import PRIORS, SCENARIO

QUICK = Settings(seed=4, draws=2000)


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Inputs:
    """The ferry by a prior set that extends the mate's, from a folder of their own."""
    folder = tmp_path_factory.mktemp("inputs")
    (folder / "ferry.toml").write_text(SCENARIO, encoding="utf-8")
    (folder / "mate.toml").write_text(PRIORS, encoding="utf-8")
    cook = PRIORS.partition("[factors]")[0].replace('"mate"', '"cook"')
    cook += 'extends = "mate.toml"\n[events]\ncancelled = "likely"\n'
    (folder / "cook.toml").write_text(cook, encoding="utf-8")
    return load(str(folder / "ferry.toml"), str(folder / "cook.toml"))


@pytest.fixture(scope="module")
def outcome(inputs: Inputs) -> FitOutcome:
    """Its fit by importance sampling."""
    return fit(inputs.assessment, QUICK, method="importance")


@pytest.fixture
def run(inputs: Inputs, outcome: FitOutcome, tmp_path: Path) -> StoredRun:
    """That fit as a saved run."""
    return save_run(Store(tmp_path), outcome, inputs, label="  First\nversion ")


def test_a_run_is_read_as_it_was_saved(run: StoredRun, outcome: FitOutcome, inputs: Inputs) -> None:
    """A saved run gives back its result, its assessment, its texts and its manifest."""
    result = outcome.result
    assert run.result() == result
    families = {name: prior.family for name, prior in inputs.assessment.priors.items()}
    assert {name: prior.family for name, prior in run.assessment().priors.items()} == families
    assert run.assessment().scenario.digest == result.scenario.digest
    assert run.texts() == dict(inputs.texts)
    assert run.own_prior_set() == "inputs/priors/cook.toml"
    manifest = run.manifest()
    assert (manifest.id, manifest.label, manifest.created) == (result.run.id, "First version", result.run.created)
    assert (manifest.scenario, manifest.question) == ("ferry", "The ferry is cancelled")
    assert (manifest.as_of, manifest.until) == (result.scenario.as_of, result.scenario.until)
    assert (manifest.prior_set, manifest.method) == ("cook", "importance")
    assert manifest.headline == result.headline.posterior


def test_the_saved_draws_are_named(run: StoredRun, outcome: FitOutcome) -> None:
    """The draws of a run are read by outcome and by quantity, after the evidence and before it."""
    sample, prior = run.sample("posterior"), run.sample("prior")
    assert set(sample.outcomes) == set(sample.conditions) == {"cancelled", "cancelled_in_storm"}
    assert set(sample.degrees) == set(outcome.answer.assessment.structure.quantities.degrees)
    headline = outcome.result.headline
    for draws, estimate in ((sample, headline.posterior), (prior, headline.prior)):
        spread = 5 * estimate.sd / np.sqrt(2000)
        assert float(draws.outcomes["cancelled"].mean()) == pytest.approx(estimate.value, abs=spread)
    with pytest.raises(InvalidInput, match="draws of this run cannot be read"):
        run.sample("posterior_nuts")


def damage(run: StoredRun, name: str, pattern: str, replacement: str) -> None:
    """Change a file of a run in one place."""
    path = run.folder / name
    text, count = re.subn(pattern, replacement, path.read_text(encoding="utf-8"), count=1)
    assert count == 1
    path.write_text(text, encoding="utf-8")


DAMAGE = {
    "a text for a number": (r'"value": [\d.e-]+', '"value": "x"', r"\$\.outcomes\[\.\.\.\]\.prior\.value"),
    "another version": (r'"schema_version": \d+', '"schema_version": 99', "schema version 99"),
    "a missing number": (r'"seed": 4,', "", r"\$\.computation"),
    "not JSON": (r"^{", "[", "malformed|Expected"),
    "numbers of a failed fit": (r'"converged": true', '"converged": false', "did not converge"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_result_is_an_error_with_its_place(run: StoredRun, name: str) -> None:
    """Whatever is wrong with a result, the error names the file and the place in it, in one line."""
    pattern, replacement, place = DAMAGE[name]
    damage(run, RESULT, pattern, replacement)
    with pytest.raises(InvalidInput, match=place) as caught:
        run.result()
    [issue] = caught.value.issues
    assert RESULT in str(issue)
    assert "\n" not in str(issue)


def test_a_file_that_is_missing_is_an_error(run: StoredRun) -> None:
    """A run without its result or its manifest says which file is missing."""
    (run.folder / RESULT).unlink()
    (run.folder / MANIFEST).unlink()
    for read, name in ((run.result, RESULT), (run.assessment, RESULT), (run.manifest, MANIFEST)):
        with pytest.raises(InvalidInput, match=f"{name}: there is no such file"):
            read()


@pytest.mark.parametrize(("name", "old", "new"), [("scenario", "raises", "lowers"), ("priors/mate", "0.8", "0.7")])
def test_inputs_that_were_changed_are_an_error(run: StoredRun, name: str, old: str, new: str) -> None:
    """A scenario or a prior set, also one that the fitted set extends, has to be what the run was made from."""
    damage(run, f"inputs/{name}.toml", re.escape(old), new)
    with pytest.raises(InvalidInput, match="not what the run was made from"):
        run.assessment()


def test_a_run_has_a_label(run: StoredRun) -> None:
    """A label replaces the one before and nothing else; an empty text removes it."""
    store, before = Store(run.folder.parent), run.manifest()
    assert store.label("latest", "after the review").label == "after the review"
    assert [manifest.label for manifest in store.list()] == ["after the review"]
    store.label(run.id, "")
    assert run.manifest() == replace(before, label="")


@pytest.mark.parametrize("text", ["x" * (MAX_LABEL + 1), "red \x1b[31m"], ids=["long", "control"])
def test_a_label_is_short_and_printable(run: StoredRun, text: str) -> None:
    """A label that is too long, or that could control a terminal, is an error, and the old one stays."""
    with pytest.raises(InvalidInput, match="printable"):
        Store(run.folder.parent).label(run.id, text)
    assert run.manifest().label == "First version"


def test_a_deleted_run_is_gone(run: StoredRun) -> None:
    """A deleted run leaves nothing, and cannot be deleted again."""
    store = Store(run.folder.parent)
    assert store.delete(run.id) == run.folder
    assert list(store.folder.iterdir()) == []
    with pytest.raises(InvalidInput, match="not a saved run"):
        store.delete(run.id)


def test_a_run_that_is_being_deleted_is_not_listed(run: StoredRun) -> None:
    """What an interrupted deletion leaves is no run any more."""
    run.folder.rename(run.folder.with_name(f"{PARTIAL}{run.id}-abc"))
    assert Store(run.folder.parent).list() == ()


def test_a_copy_goes_by_the_name_of_its_folder(run: StoredRun, tmp_path: Path) -> None:
    """A run that is copied to another name is listed and read under that name."""
    Store(tmp_path).export(run.id, tmp_path / "copy")
    assert {manifest.id for manifest in Store(tmp_path).list()} == {run.id, "copy"}
    assert StoredRun(tmp_path / "copy").manifest().id == "copy"
    with pytest.raises(InvalidInput, match="exists already"):
        Store(tmp_path).export(run.id, tmp_path / "copy")
    shutil.rmtree(tmp_path / "copy")


def test_a_result_holds_numbers_only(run: StoredRun) -> None:
    """The JSON of a result has no words of probability: they belong to the scale with which it is shown."""
    text = (run.folder / RESULT).read_text(encoding="utf-8")
    assert "unlikely" not in text
    assert json.loads(text)["kind"] == "fit"
