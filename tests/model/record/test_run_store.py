"""The run store: whole runs or none, result again, never overwritten."""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import h5py
import numpy as np
import pytest
import xarray
from msgspec.structs import replace

from estimative.model.assessment import assess
from estimative.model.inference.fit import by_importance
from estimative.model.inference.posterior import Posterior
from estimative.model.inference.prior_predictive import PriorPredictive, prior_predictive
from estimative.model.record.draws_file import MAX_DRAWS, DrawGroup, draw_groups
from estimative.model.record.run_store import (
    DRAWS,
    ENVIRONMENT,
    INPUTS,
    MANIFEST,
    PARTIAL,
    RESULT,
    Manifest,
    Store,
    new_id,
)
from estimative.model.record.stored_run import StoredRun
from estimative.model.spec.scenario_file import find_scenario, read_scenario
from estimative.priors.catalog import find_prior_set
from estimative.priors.errors import InvalidInput
from estimative.priors.prior_set_file import read_prior_set
from tests.examples import later
from tests.leak import assessed
from tests.numbers import probability

ROOT = Path(__file__).parents[3]
TEXTS = {"scenario.toml": "[scenario]\nü\n", "data/cases.csv": "a,b\n1,2\n"}
LITTLE: Mapping[str, DrawGroup] = {
    "posterior": DrawGroup(
        variables={"degrees": (("chain", "draw", "degree"), np.zeros((1, 3, 1)))},
        labels={"degree": ("factors.a",)},
        attributes={"note": "n"},
    )
}
RATES = """
[scenario]
id = "rates"
title = "Faults"
question = "Is there a fault?"
as_of = 2026-11-01
until = 2027-11-01
headline = "any"
[events.fault]
title = "Fault"
form = "rate"
[outcomes.any]
title = "A fault"
all = ["fault"]
"""
OF_RATES = """
[prior_set]
name = "a"
analyst = "A"
scenario = "rates"
[events]
fault = { p05 = 0.1, p95 = 0.6 }
"""


def manifest(id_: str = "20260101T000000Z-000001", **fields: object) -> Manifest:
    plain = Manifest(
        id=id_,
        created=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
        scenario="harbour",
        question="A ship runs aground",
        as_of=datetime.date(2026, 1, 1),
        until=datetime.date(2026, 12, 31),
        prior_set="pilot",
        method="importance",
        converged=True,
        headline=probability(0.125),
    )
    return replace(plain, **fields)  # type: ignore[arg-type]


def write(store: Store, of: Manifest, summary: str = "{}") -> Path:
    return store.write(of, summary, TEXTS, LITTLE)


def test_a_run_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    """A run's manifest, summary and inputs are read back as they were written, and nothing else is left behind."""
    store = Store(tmp_path / "deep" / "runs")
    text = manifest(headline=None, converged=False)
    folder = write(store, text, '{"a": 1}')
    assert folder == store.folder / text.id
    assert store.list() == (text,)
    assert json.loads((folder / RESULT).read_text()) == {"a": 1}
    assert StoredRun(folder).texts() == TEXTS
    assert {path.name for path in folder.iterdir()} == {MANIFEST, RESULT, DRAWS, INPUTS}
    assert [path.name for path in store.folder.iterdir()] == [text.id]


def test_runs_are_listed_from_the_newest(tmp_path: Path) -> None:
    """Runs are listed from the newest to the oldest, in whatever order they were written."""
    store = Store(tmp_path)
    ids = ["20260101T000000Z-aaaaaa", "20270101T000000Z-000000", "20260101T000001Z-000000"]
    for id_ in ids:
        write(store, manifest(id_))
    assert [run.id for run in store.list()] == [ids[1], ids[2], ids[0]]
    assert Store(tmp_path / "nowhere").list() == ()


def test_runs_are_found(tmp_path: Path) -> None:
    """A run is result by its id, by a beginning that no other shares, and as the latest."""
    store = Store(tmp_path)
    for id_ in ("20260101T000000Z-aaaaaa", "20260101T000000Z-aaabbb", "20260101T000000Z-aaa"):
        write(store, manifest(id_))
    assert store.find("20260101T000000Z-aaab").name == "20260101T000000Z-aaabbb"
    assert store.find("20260101T000000Z-aaa").name == "20260101T000000Z-aaa", "an id is no mere beginning"
    assert store.find("latest").name == "20260101T000000Z-aaabbb"
    assert (store.find("latest") / MANIFEST).is_file()


@pytest.mark.parametrize(
    ("name", "code", "wrong", "near"),
    [
        ("20260101T", "ambiguous-run", "2 runs", None),
        ("", "unknown-run", '""', None),
        ("20260101T000000Z-aaaaab", "unknown-run", "not a saved run", "20260101T000000Z-aaaaaa"),
        ("../20260101T000000Z-aaaaaa", "unknown-run", "not a saved run", "20260101T000000Z-aaaaaa"),
    ],
)
def test_runs_that_are_not_found(name: str, code: str, wrong: str, near: str | None, tmp_path: Path) -> None:
    """A name that is no run's, or the beginning of several, is an error with the nearest id."""
    store = Store(tmp_path)
    for id_ in ("20260101T000000Z-aaaaaa", "20260101T000000Z-ccc"):
        write(store, manifest(id_))
    with pytest.raises(InvalidInput) as caught:
        store.find(name)
    [issue] = caught.value.issues
    assert (issue.code, wrong in issue.message) == (code, True)
    assert near is None or issue.suggestion == near


def test_an_empty_store_says_how_to_begin(tmp_path: Path) -> None:
    """In a store without runs the latest is an error that says how to make one."""
    with pytest.raises(InvalidInput, match="Save a run first: estimative fit"):
        Store(tmp_path).find("latest")


def test_a_run_is_never_overwritten(tmp_path: Path) -> None:
    """A second run of the same id is refused, the first one is left as it was, and nothing of the second is left."""
    store = Store(tmp_path)
    folder = write(store, manifest(), '{"first": 1}')
    with pytest.raises(InvalidInput) as caught:
        write(store, manifest(headline=probability(0.9)), '{"second": 2}')
    assert caught.value.issues[0].code == "unwritable"
    assert json.loads((folder / RESULT).read_text()) == {"first": 1}
    assert store.list() == (manifest(),)
    assert [path.name for path in tmp_path.iterdir()] == [manifest().id]


class Interrupting(dict[str, str]):
    """Inputs during whose writing somebody presses Ctrl-C."""

    def items(self) -> object:  # type: ignore[override]
        yield "scenario.toml", "text"
        raise KeyboardInterrupt


def test_an_interrupted_run_leaves_nothing(tmp_path: Path) -> None:
    """Ctrl-C while a run is written leaves nothing."""
    store = Store(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        store.write(manifest(), "{}", Interrupting(), LITTLE)
    assert store.list() == ()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    """Where runs cannot be written the error names the folder."""
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInput) as caught:
        write(Store(tmp_path / "file"), manifest())
    [issue] = caught.value.issues
    assert issue.place.file == str(tmp_path / "file")


def test_what_is_no_run_is_not_listed(tmp_path: Path) -> None:
    """Folders without a manifest, with a broken one, or with one of another shape are no runs."""
    store = Store(tmp_path)
    write(store, manifest())
    (tmp_path / "notes.txt").write_text("mine")
    for name, text in {"empty": None, "broken": "{", "other": '{"id": "x"}', "list": "[]", "latin": "\xe9"}.items():
        (tmp_path / name).mkdir()
        if text is not None:
            (tmp_path / name / MANIFEST).write_bytes(text.encode("latin-1"))
    (tmp_path / f"{PARTIAL}x").mkdir()
    (tmp_path / f"{PARTIAL}x" / MANIFEST).write_bytes((tmp_path / manifest().id / MANIFEST).read_bytes())
    assert store.list() == (manifest(),)


def test_old_halves_are_swept_away(tmp_path: Path) -> None:
    """Writing a run removes the halves that were left an hour ago, and leaves those that may still be in the making."""
    store = Store(tmp_path)
    for name, age in {"old": 3700, "young": 3500}.items():
        (tmp_path / f"{PARTIAL}{name}" / INPUTS).mkdir(parents=True)
        os.utime(tmp_path / f"{PARTIAL}{name}", (time.time() - age, time.time() - age))
    write(store, manifest())
    assert {path.name for path in tmp_path.iterdir()} == {manifest().id, f"{PARTIAL}young"}


def test_a_half_that_vanishes_stops_nobody(tmp_path: Path) -> None:
    """A run is written though another program's half disappears meanwhile (here: a link to nothing)."""
    (tmp_path / f"{PARTIAL}gone").symlink_to(tmp_path / "nowhere")
    assert write(Store(tmp_path), manifest()).is_dir()


@pytest.mark.parametrize("step", ["6", later("1")])
def test_killed_writers_leave_only_whole_runs(tmp_path: Path, step: str) -> None:
    """Wherever a writer is killed, every run that is listed is complete, and there is one only where it came so far."""
    program = [sys.executable, str(Path(__file__).with_name("killed_writer.py")), str(tmp_path), step]
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    subprocess.run(
        program, check=True, timeout=300, env={**os.environ, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"}
    )
    halves, runs = 0, 0
    for store in map(Store, tmp_path.iterdir()):
        left = [path for path in store.folder.iterdir() if path.name.startswith(PARTIAL)]
        assert {path.name for path in store.folder.iterdir()} == {
            *(run.id for run in store.list()),
            *(p.name for p in left),
        }
        halves, runs = halves + len(left), runs + len(store.list())
        for run in store.list():
            folder = store.find(run.id)
            assert json.loads((folder / RESULT).read_text()) == {"run": run.id}
            assert StoredRun(folder).texts() == {"scenario.toml": "s" * 20_000, "data/cases.csv": "c" * 20_000}
            with xarray.open_datatree(folder / DRAWS, engine="h5netcdf") as tree:
                for group in ("posterior", "prior"):
                    assert int(tree[group]["degrees"].sum()) == sum(range(4 * 2000 * 3))
    assert halves >= 10, "writers were killed in the act"
    assert runs >= 1, "the last one came to its end"


def test_the_store_is_where_it_is_put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store is the folder given, else that of the environment, else one of the user's own."""
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "environment"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Store.at(tmp_path / "given").folder == tmp_path / "given"
    assert Store.at(None).folder == tmp_path / "environment"
    monkeypatch.delenv(ENVIRONMENT)
    assert tmp_path in Store.at(None).folder.parents
    assert Store.at(None).folder.parts[-2:] == ("estimative", "runs")


def test_ids_sort_by_time_and_differ() -> None:
    """An id begins with the time in UTC, whatever the zone of the clock, and two of one second differ."""
    tokyo = datetime.timezone(datetime.timedelta(hours=9))
    now = datetime.datetime(2026, 11, 1, 3, 4, 5, tzinfo=tokyo)
    ids = {new_id(now) for _ in range(50)}
    assert len(ids) == 50
    assert all(id_.startswith("20261031T180405000Z-") for id_ in ids)
    assert new_id(now + datetime.timedelta(milliseconds=1)) > max(ids)


@cache
def fitted(scenario_id: str, priors: str) -> tuple[Posterior, PriorPredictive]:
    scenario = read_scenario(find_scenario(scenario_id))
    assessment = assess(scenario, read_prior_set(find_prior_set(priors, scenario_id)))
    return by_importance(assessment, seed=1), prior_predictive(assessment, seed=1, count=2000)


SHIPPED = [
    ("coordinated-attack", "baseline"),
    ("asia", "uncertain"),
    ("asia", "textbook"),
    later("salad-bars", "baseline"),
]


@pytest.mark.parametrize(("scenario_id", "priors"), SHIPPED)
def test_draws_open_as_a_tree(scenario_id: str, priors: str, tmp_path: Path) -> None:
    """The draws open as a DataTree with the groups posterior and prior, their dims named and labelled."""
    posterior, before = fitted(scenario_id, priors)
    folder = Store(tmp_path).write(manifest(), "{}", {}, draw_groups(posterior, [posterior], before))
    quantities = posterior.assessment.structure.quantities
    scenario = posterior.assessment.scenario
    with xarray.open_datatree(folder / DRAWS, engine="h5netcdf") as tree:
        assert set(tree.children) == {"posterior", "prior"}
        for name, count in {"posterior": MAX_DRAWS, "prior": 2000}.items():
            group = tree[name].to_dataset()
            assert group.degrees.dims == ("chain", "draw", "degree")
            assert group.degrees.shape == (1, count, len(group.degree))
            assert [name for name in group.degree.to_numpy() if name in quantities.degrees] == [*quantities.degrees]
            assert group.outcome.to_numpy().tolist() == list(scenario.outcomes)
            assert group.outcome_probability.dims == ("chain", "draw", "outcome")
            assert group.event_probability.dims == ("chain", "draw", "event")
            assert group.event.to_numpy().tolist() == list(scenario.literals)
            assert group.draw.to_numpy().tolist() == list(range(count))
            assert ("ratios" in group) == bool(quantities.ratios)
            if quantities.ratios:
                assert group.ratio.to_numpy().tolist() == list(quantities.ratios)
                assert float(group.ratios.min()) > 0, "ratios as ratios, not as logarithms"
        assert "importance" in tree["posterior"].attrs["note"]


def test_dims_are_attached_not_guessed(tmp_path: Path) -> None:
    """In the file itself every axis of a variable names its dim, so that no reader has to guess it from the length."""
    folder = write(Store(tmp_path), manifest())
    with h5py.File(folder / DRAWS) as file:
        assert [axis.keys() for axis in file["posterior/degrees"].dims] == [["chain"], ["draw"], ["degree"]]


def saved_means(posterior: Posterior, before: PriorPredictive) -> dict[str, float]:
    """The mean of each outcome's probability over the saved draws."""
    _, values = draw_groups(posterior, [posterior], before)["posterior"].variables["outcome_probability"]
    return dict(zip(posterior.assessment.scenario.outcomes, values.mean(axis=(0, 1)), strict=True))


def test_saved_draws_have_the_answers() -> None:
    """The plain mean over the saved draws is the probability shown, but for what resampling adds."""
    posterior, before = fitted("coordinated-attack", "baseline")
    result = saved_means(posterior, before)
    for name, outcome in posterior.assessment.scenario.outcomes.items():
        if not outcome.conditional:
            estimate = posterior.estimates["outcome", name]
            # Independent resampling would add sd / sqrt(4000); systematic resampling adds less.
            assert result[name] == pytest.approx(estimate.value, abs=4 * estimate.sd / MAX_DRAWS**0.5), name
    draws = posterior.draws
    means = draws.theta.degree @ draws.weights
    deviations = np.sqrt(np.square(draws.theta.degree - means[:, None]) @ draws.weights)
    _, degrees = draw_groups(posterior, [posterior], before)["posterior"].variables["degrees"]
    assert np.all(np.abs(degrees.mean(axis=(0, 1)) - means) <= 4 * deviations / MAX_DRAWS**0.5 + 1e-12)
    unweighted = np.abs(draws.theta.degree.mean(axis=1) - means)
    assert np.any(unweighted > 8 * deviations / MAX_DRAWS**0.5), "without the weights they would not have them"


def test_saved_shares_are_those_of_every_state(tmp_path: Path) -> None:
    """Of an event with states the share of every state is saved, not its stick: they add up to 1 at each draw."""
    posterior = by_importance(assessed(tmp_path), seed=1, draws=4000)
    before = prior_predictive(posterior.assessment, seed=1, count=500)
    groups = draw_groups(posterior, [posterior], before)
    quantities = posterior.assessment.structure.quantities
    shares = [f"events.actor.{state}" for state in ("insider", "criminals", "state")]
    rows = [f"tables.reaction.actor=state.{state}" for state in ("silence", "note")]
    for group in groups.values():
        assert {*shares, *rows} <= {*group.labels["degree"]}
        saved = dict(zip(group.labels["degree"], group.variables["degrees"][1][0].T, strict=True))
        for names in (shares, rows):
            assert sum(saved[name] for name in names) == pytest.approx(1, abs=1e-12)
    _, values = groups["posterior"].variables["degrees"]
    means = dict(zip(groups["posterior"].labels["degree"], values.mean(axis=(0, 1)), strict=True))
    for name in quantities.degrees:
        summary = posterior.summarize_quantity(name)
        assert means[name] == pytest.approx(summary.mean, abs=5 * summary.sd / MAX_DRAWS**0.5 + 1e-12), name


def test_degrees_may_be_absent(tmp_path: Path) -> None:
    """A scenario in which every quantity is a ratio has draws all the same."""
    posterior = by_importance(assessed(tmp_path, RATES, OF_RATES), seed=1, draws=500)
    groups = draw_groups(posterior, [posterior], prior_predictive(posterior.assessment, seed=1, count=500))
    assert groups["posterior"].labels["degree"] == ()
    assert groups["posterior"].variables["degrees"][1].size == 0


def test_the_prior_group_is_before_the_evidence() -> None:
    """The draws of the group `prior` are those from before the evidence, in their order."""
    posterior, before = fitted("coordinated-attack", "baseline")
    _, degrees = draw_groups(posterior, [posterior], before)["prior"].variables["degrees"]
    assert degrees[0].T.tolist() == before.draws.theta.degree.tolist()
