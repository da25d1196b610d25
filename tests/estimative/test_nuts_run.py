"""One run by both methods, through the command."""

from __future__ import annotations

import json
import math
import re

import pytest

from estimative.model.inference.fit_result import FitResult
from estimative.model.record.stored_run import StoredRun
from estimative.workflows.analyses import stored_analyses
from tests.command import FERRY, Desk
from tests.in_process import Finished

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def desk_of_both(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk of its own."""
    return Desk.at(tmp_path_factory.mktemp("both"))


@pytest.fixture(scope="module")
def both(desk_of_both: Desk) -> Finished:
    """What `fit` prints by both methods."""
    return desk_of_both.run("fit", *FERRY, "--seed", "3")


@pytest.fixture(scope="module")
def run(desk_of_both: Desk, both: Finished) -> StoredRun:
    """The run that was saved."""
    assert both.code == 0, both.err[-500:]
    (name,) = desk_of_both.kept()
    return StoredRun(desk_of_both.runs / name)


@pytest.fixture(scope="module")
def result(run: StoredRun) -> FitResult:
    return run.result()


def test_the_quick_answer_comes_first_and_on_stderr(both: Finished) -> None:
    """The importance answer is printed on stderr, marked preliminary, before NUTS starts."""
    text = " ".join(both.err.split())
    assert text.index("Preliminary") < text.index("NUTS")
    assert "Preliminary" not in both.out
    assert "\x1b" not in both.err


def test_no_warning_of_a_library_reaches_the_user(both: Finished) -> None:
    """Only this program's own messages are on stderr."""
    assert not re.search(r"\wWarning", both.err)
    assert "Traceback" not in both.err


def test_the_answer_is_that_of_every_command(desk_of_both: Desk, both: Finished, result: FitResult) -> None:
    """The numbers are those of importance sampling, which NUTS confirms: other commands show the same ones."""
    assert result.method == "importance"
    assert result.converged
    quick = desk_of_both.run("trace", "cancelled", *FERRY, "--seed", "3", "--format", "json")
    headline = result.headline.posterior
    assert json.loads(quick.out)["outcome"]["posterior"]["value"] == headline.value


def test_nuts_confirms_it(both: Finished, result: FitResult) -> None:
    """Both methods pass their checks and agree, and the versions of both are stated."""
    assert {method: info.verdict.passed for method, info in result.fits.items()} == {"importance": True, "nuts": True}
    checks = {check.name for check in result.fits["nuts"].verdict.checks}
    assert {"R-hat", "bulk ESS", "tail ESS", "divergences", "E-BFMI"} <= checks
    assert result.agreement
    assert result.agreement.agree
    assert abs(result.agreement.difference) <= 4 * result.agreement.joint_se
    assert "The two methods agree" in " ".join(both.out.split())
    assert {"pymc", "nutpie", "arviz"} <= set(result.computation.versions)
    assert result.computation.settings == {"method": "both", "chains": 4, "tune": 500, "target_accept": "0.85"}


def test_the_draws_can_be_opened(run: StoredRun, result: FitResult) -> None:
    """The file of draws opens as an xarray tree with the answer, the chains that confirm it, and the prior."""
    import xarray

    with xarray.open_datatree(run.folder / "draws.nc", engine="h5netcdf") as tree:
        assert set(tree.children) == {"posterior", "posterior_nuts", "prior"}
        chains = tree["posterior_nuts"]
        assert dict(chains.sizes)["chain"] * dict(chains.sizes)["draw"] == result.fits["nuts"].draws
        degrees = ["factors.weather", "events.storm", "events.cancelled", "motives.captain"]
        estimate = result.headline.posterior
        assert result.agreement
        for group, error in (
            ("posterior", 5 * estimate.sd / 4000**0.5),
            ("posterior_nuts", 5 * result.agreement.joint_se),
        ):
            assert list(tree[group]["degree"].values) == degrees
            headline = tree[group]["outcome_probability"].sel(outcome="cancelled")
            assert math.isclose(float(headline.mean()), estimate.value, abs_tol=error)
            assert float(tree[group]["ratios"].min()) > 0


def test_the_analyses_are_of_the_same_fit(run: StoredRun, result: FitResult) -> None:
    """Evidence and sensitivity are saved with the run, and their headline is that of the fit, to the last digit."""
    analyses = stored_analyses(run)
    assert analyses
    assert analyses.refused == ()
    assert analyses.evidence
    assert analyses.sensitivity
    assert analyses.of_same_fit(result)
    assert analyses.evidence.headline == analyses.sensitivity.headline == result.headline


def test_the_run_is_listed_and_shown_again(desk_of_both: Desk, both: Finished) -> None:
    """The run by both methods is saved like any other."""
    (run,) = json.loads(desk_of_both.run("runs", "--format", "json").out)["runs"]
    assert (run["method"], run["converged"]) == ("importance", True)
    assert desk_of_both.run("runs", "show", "latest").out == both.out
