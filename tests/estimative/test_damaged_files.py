"""Files that were damaged or edited: a clear error with the name of the file, or the right answer; never a crash."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from estimative.model.record.stored_run import StoredRun
from estimative.priors.errors import InvalidInput
from estimative.workflows.analyses import stored_analyses
from tests.command import Desk
from tests.examples import repetitions
from tests.in_process import Finished
from tests.priors.test_scales import OWN

ODD: tuple[Any, ...] = (
    None, True, -1, 0, 1e308, -1e308, 5e-324, 10**30, "", "x", "\x1b[31m", "\u00e9" * 5000, [], {}, [1], {"a": 1}, 0.5,
    "2026-01-01", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00",
)  # fmt: skip
"""Values to put in place of others."""


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value in JSON."""
    if path:
        yield path
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in entries:
        yield from places(value, (*path, key))


def edited(content: bytes, rng: random.Random) -> bytes:
    """JSON with one value removed, added or replaced."""
    data = json.loads(content)
    *above, last = rng.choice(list(places(data)))
    parent = data
    for key in above:
        parent = parent[key]
    if rng.random() < 0.2:
        del parent[last]
    elif rng.random() < 0.1 and isinstance(parent, dict):
        parent["new"] = rng.choice(ODD)
    else:
        parent[last] = rng.choice(ODD)
    return json.dumps(data).encode()


def damaged(content: bytes, rng: random.Random) -> bytes:
    """Bytes that were changed, cut short, lost, added or overwritten."""
    at, length = rng.randrange(len(content)), rng.choice([1, 4, 64, 4096])
    match rng.choice(["change", "cut", "lose", "add", "zero", "ones"]):
        case "change":
            return content[:at] + bytes([rng.randrange(256)]) + content[at + 1 :]
        case "cut":
            return content[: rng.choice([0, 1, at])]
        case "lose":
            return content[:at] + content[at + length :]
        case "add":
            return content[:at] + rng.randbytes(length) + content[at:]
        case how:
            filling = b"\0" if how == "zero" else b"\xff"
            return content[:at] + filling * len(content[at : at + length]) + content[at + length :]


@pytest.fixture(scope="module")
def store(fitted: Desk, good: str, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk with one run, its analyses and a line in the log."""
    desk = Desk(fitted.folder, tmp_path_factory.mktemp("store") / "runs")
    desk.runs.mkdir()
    shutil.copytree(fitted.runs / good, desk.runs / good)
    today = StoredRun(desk.runs / good).result().run.created.date()
    assert desk.run("resolve", good, "--result", "void", "--date", str(today), "--because", "log").code == 0
    return desk


SHOWN = (("runs",), ("runs", "show", "RUN"), ("report", "RUN", "--format", "md"))
SCORED = (("score",), ("resolve", "RUN", "--result", "void", "--date", "2026-11-01", "--because", "log", "--correct"))
FILES: dict[str, tuple[tuple[str, ...], ...]] = {
    "RUN/manifest.json": (*SHOWN[:2], ("runs", "label", "RUN", "new")),
    "RUN/result.json": (*SHOWN[1:], SCORED[1]),
    "RUN/analyses.json": SHOWN[2:],
    "RUN/draws.nc": SHOWN[2:],
    "RUN/inputs/scenario.toml": (*SHOWN[1:2], SCORED[1]),
    "RUN/inputs/priors/mate.toml": SHOWN[1:2],
    "resolutions.jsonl": SCORED,
}
"""Each file of a store, and the commands that read it."""


def assert_clear(done: Finished, name: str) -> None:
    """It has an answer, or an error that names the file and does not control a terminal."""
    assert done.code in (0, 2, 3), done.err
    if done.code == 2:
        assert done.err.strip()
        assert all(line.isprintable() for line in done.err.splitlines())
        assert "Traceback" not in done.err
        assert name in done.err, done.err


@pytest.fixture
def computed_at_once(store: Desk, good: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Analyses that are computed again take no time."""
    known = stored_analyses(StoredRun(store.runs / good))
    monkeypatch.setattr("estimative.workflows.analyses.run_analyses", lambda _: known)


@repetitions(9, 50)
@pytest.mark.parametrize("file", FILES)
@pytest.mark.usefixtures("computed_at_once")
def test_a_damaged_store_is_a_clear_error(store: Desk, good: str, tmp_path: Path, file: str, repetitions: int) -> None:
    """Whatever is in a file of a store, no command ends with anything but its answer or an error about the run."""
    desk = Desk(store.folder, tmp_path / "runs")
    for seed in range(repetitions):
        rng = random.Random(f"{file} {seed}")
        shutil.rmtree(desk.runs, ignore_errors=True)
        shutil.copytree(store.runs, desk.runs)
        path = desk.runs / file.replace("RUN", good)
        change: Callable[[bytes, random.Random], bytes] = edited if path.suffix == ".json" and seed % 4 else damaged
        path.write_bytes(change(path.read_bytes(), rng))
        for command in FILES[file]:
            done = desk.run(*(good if word == "RUN" else word for word in command))
            assert_clear(done, good if "RUN" in file else "resolutions.jsonl")


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("kind", ["a pipe", "a folder", "a loop", "a gigabyte"])
def test_what_is_no_file_of_a_store_is_not_read(store: Desk, good: str, tmp_path: Path, file: str, kind: str) -> None:
    """A pipe would block for ever, and a huge file fill the memory."""
    desk = Desk(store.folder, tmp_path / "runs")
    shutil.copytree(store.runs, desk.runs)
    path = desk.runs / file.replace("RUN", good)
    path.unlink()
    match kind:
        case "a pipe":
            os.mkfifo(path)
        case "a folder":
            path.mkdir()
        case "a loop":
            path.symlink_to(path)
        case _:
            with path.open("wb") as sparse:
                sparse.truncate((1 << 30) + 1)
    command = FILES[file][0 if "resol" in file or "draws" in file else -1]
    if "analyses" not in file:
        name = path.name if "mate" not in file or kind in ("a pipe", "a gigabyte") else "priors"
        assert_clear(desk.run(*(good if word == "RUN" else word for word in command)), name)


@pytest.mark.parametrize("seed", range(25))
def test_edited_analyses_are_computed_again(store: Desk, good: str, seed: int) -> None:
    """A number of the analyses that was edited is not shown, wherever it is."""
    path = store.runs / good / "analyses.json"
    content = path.read_bytes()
    assert stored_analyses(StoredRun(path.parent))
    try:
        path.write_bytes(content.replace(b"0", b"1", 1 + seed))
        assert stored_analyses(StoredRun(path.parent)) is None
    finally:
        path.write_bytes(content)


def test_draws_of_another_shape_are_refused(store: Desk, good: str, tmp_path: Path) -> None:
    """Types and sizes are checked before anything is read, also where the file has a seal of its own."""
    import h5py

    from estimative.model.record import draws_file

    path = tmp_path / "draws.nc"
    for shape, dtype in (((1, 10**12, 2), "f8"), ((4, 2), "f8"), ((1, 4, 2), "f4"), ((1, 4, 3), "f8")):
        with h5py.File(path, "w") as file:
            group = file.create_group("posterior")
            group.create_dataset("outcome_probability", shape=shape, dtype=dtype, chunks=shape[1] > 10**9 or None)
            group.create_dataset("outcome", data=["a", "b"], dtype=h5py.string_dtype())
        path.write_bytes(path.read_bytes() + draws_file._seal(path.read_bytes()))
        with pytest.raises(InvalidInput, match="another type or size"):
            draws_file.read_sample(path, "posterior")


FORECASTS = "analyst,question,probability,outcome,date,closed\n" + "".join(
    f"a{at % 3},q{at},0.{at},{at % 2},2026-01-0{at},2026-02-0{at}\n" for at in range(1, 9)
)


@repetitions(25, 150)
@pytest.mark.parametrize("name", ["forecasts.csv", "house.toml", "ferry.toml", "mate.toml"])
def test_a_damaged_input_is_a_clear_error(desk: Desk, name: str, repetitions: int) -> None:
    """So it is for a file of forecasts, of words, and for a scenario or a prior set."""
    texts = {"forecasts.csv": FORECASTS.encode(), "house.toml": OWN.encode()}
    for file, text in texts.items():
        desk.write(file, text)
    command = ("score", "forecasts.csv", "--scale", "house.toml")
    if name not in texts:
        command = ("check", "ferry.toml", "mate.toml")
    content = (desk.folder / name).read_bytes()
    for seed in range(repetitions):
        (desk.folder / name).write_bytes(damaged(content, random.Random(f"{name} {seed}")))
        assert_clear(desk.run(*command), name if name in texts else ".toml")
