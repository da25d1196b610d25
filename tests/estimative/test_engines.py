"""Where the fits of a command are computed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from estimative.cli.option_groups import MANY, TWO, Fitting
from estimative.model.inference.processes import ProcessExecutor


@pytest.mark.parametrize(
    ("analysts", "attribute", "jobs", "apart"),
    [
        (TWO, True, None, False),
        (TWO + 1, True, None, True),
        (TWO + 1, True, 1, False),
        (MANY, False, 2, False),
        (MANY + 1, False, 2, True),
        (MANY + 1, False, 1, False),
    ],
)
def test_processes_are_for_those_with_much_to_do(analysts: int, attribute: bool, jobs: int | None, apart: bool) -> None:
    """Never for one fit after the other: a new process takes a second, and computes again what this one has."""
    fitting = Fitting(jobs=jobs)
    assert fitting.worth_processes(analysts, attribute=attribute) == apart
    with fitting.settings(independent=apart) as settings:
        assert isinstance(settings.executor, ProcessExecutor if apart else ThreadPoolExecutor)
