"""One run by both methods, through the command."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.command import FERRY, Desk, Told

SCHEMA = json.loads((Path(__file__).parents[2] / "reports" / "summary.schema.json").read_text(encoding="utf-8"))
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def desk_of_both(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk of its own."""
    return Desk.at(tmp_path_factory.mktemp("both"))


@pytest.fixture(scope="module")
def both(desk_of_both: Desk) -> Told:
    """What `fit` says by both methods."""
    return desk_of_both.run("fit", *FERRY, "--seed", "3")


@pytest.fixture(scope="module")
def summary(desk_of_both: Desk, both: Told) -> Any:
    """The summary that was kept."""
    (run,) = desk_of_both.kept()
    return json.loads((desk_of_both.runs / run / "summary.json").read_text(encoding="utf-8"))


def test_the_quick_answer_comes_first_and_on_stderr(both: Told) -> None:
    """The importance answer is told on stderr, marked preliminary, with word, number and interval."""
    assert both.code == 0, both.err[-500:]
    told = " ".join(both.err.split())
    assert "Preliminary" in told
    assert told.index("Preliminary") < told.index("NUTS")
    assert " to " in told
    assert "Preliminary" not in both.out
    assert "\x1b" not in both.err


def test_no_warning_of_a_library_reaches_the_user(both: Told) -> None:
    """Nothing but this program's own messages stands on stderr."""
    assert "Warning" not in both.err
    assert "Traceback" not in both.err


def test_the_answer_is_that_of_nuts(both: Told, summary: Any) -> None:
    """The numbers are those of NUTS, and the report says that both methods converged and agree."""
    Draft202012Validator(SCHEMA).validate(summary)
    assert summary["run"]["method"] == "nuts"
    assert summary["converged"]
    assert {method: verdict["passed"] for method, verdict in summary["verdicts"].items()} == {
        "importance": True,
        "nuts": True,
    }
    assert {"R-hat", "bulk ESS", "tail ESS", "divergences", "E-BFMI"} <= {
        check["name"] for check in summary["verdicts"]["nuts"]["checks"]
    }
    assert summary["agreement"]["holds"]
    assert abs(summary["agreement"]["difference"]) <= 4 * summary["agreement"]["joint_mcse"]
    assert "The two methods agree" in " ".join(both.out.split())
    assert {"pymc", "nutpie", "arviz"} <= set(summary["run"]["versions"])


def test_the_draws_can_be_opened(desk_of_both: Desk, summary: Any) -> None:
    """The file of draws opens as an xarray tree, its quantities named, and gives the headline that was told."""
    import xarray

    with xarray.open_datatree(desk_of_both.runs / summary["run"]["id"] / "draws.nc", engine="h5netcdf") as tree:
        posterior = tree["posterior"]
        settings = summary["run"]["settings"]
        assert dict(posterior.sizes)["chain"] == settings["chains"]
        assert dict(posterior.sizes)["draw"] == settings["draws"]
        degrees = ["factors.weather", "events.storm", "events.cancelled", "motives.captain"]
        assert list(posterior["degree"].values) == degrees
        headline = posterior["outcome_probability"].sel(outcome="cancelled")
        outcome = summary["outcomes"]["cancelled"]
        assert math.isclose(float(headline.mean()), outcome["probability"], rel_tol=1e-9)
        assert abs(float(headline.quantile(0.05)) - outcome["interval"]["low"]) < 1e-3
        assert float(posterior["ratios"].min()) > 0
        assert "prior" in tree.children


def test_the_run_is_listed_and_told_again(desk_of_both: Desk, both: Told) -> None:
    """The run by both methods is kept like any other."""
    (run,) = json.loads(desk_of_both.run("runs", "--json").out)
    assert (run["method"], run["converged"]) == ("nuts", True)
    assert desk_of_both.run("runs", "show", "latest").out == both.out
