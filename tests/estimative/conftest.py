"""Desks to work at."""

from __future__ import annotations

from pathlib import Path

import pytest

from estimative.model.analysis.stored_analyses import StoredAnalyses
from tests.command import FERRY, Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An empty store of runs and a folder with the small scenarios."""
    return Desk.at(tmp_path)


@pytest.fixture
def without_analyses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports have no analyses, which take longer than all the rest of them."""
    nothing = StoredAnalyses(evidence=None, sensitivity=None, refused=())
    monkeypatch.setattr("estimative.workflows.analyses.run_analyses", lambda _: nothing)


@pytest.fixture(scope="session")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk with two runs of the ferry to read from: the older converged and has its analyses, the newer did not."""
    desk = Desk.at(tmp_path_factory.mktemp("fitted"))
    assert desk.run("fit", *FERRY, "--method", "importance", "--seed", "7").code == 0
    assert desk.run("report").code == 0
    assert desk.run("fit", *FERRY, "--method", "importance", "--draws", "100").code == 3
    return desk


@pytest.fixture(scope="session")
def good(fitted: Desk) -> str:
    """The id of the run that converged."""
    return fitted.kept()[0]
