"""`estimative calibrate`: ranks of simulated truths, frequencies of simulated events, and controls that must fail."""

from __future__ import annotations

import json
import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

import estimative as es
from estimative.model.analysis.calibrate_result import CalibrateResult
from estimative.model.analysis.simulation_study import HEADLINE, Study
from estimative.model.assessment import Assessment
from estimative.model.codec import from_json, to_json
from estimative.model.inference.posterior import Posterior, posterior_of
from estimative.priors.frozen import FrozenDict
from estimative.reports.answers import Answer
from estimative.reports.context import Context
from estimative.reports.formats.markdown import markdown
from estimative.workflows.calibrate import calibrate, calibrated
from estimative.workflows.session import Settings
from tests.in_process import run

SCENARIO = """\
[scenario]
id = "ship"
title = "A late ship"
question = "Is the ship late?"
as_of = 2026-01-01
until = 2027-01-01
headline = "late"
[[scenario.sources]]
id = "log"
title = "The log"
[events.late]
title = "The ship is late"
[outcomes.late]
title = "The ship is late"
all = ["late"]
[evidence.voyages]
kind = "cases"
about = "late"
title = "Earlier voyages"
source = "log"
trials = [{ successes = 3, of = 10 }]
[evidence.radio]
kind = "indicator"
about = "late"
supports = "yes"
title = "No radio contact"
source = "log"
"""
PRIORS = """\
[prior_set]
name = "mate"
analyst = "The mate"
scenario = "ship"
[events]
late = { beta = [2, 3], because = "x" }
[evidence]
radio = { value = 6, because = "x" }
[relevance]
voyages = 1
"""
RIGHT, WRONG = 40, 60
"""Fits of a right computation, and of one that is wrong on purpose."""
FEW = 30
"""Enough for the wrong one that is noticed first."""
QUICK = Settings(method="importance", seed=3, draws=2000)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ship")
    (folder / "ship.toml").write_text(SCENARIO, encoding="utf-8")
    (folder / "mate.toml").write_text(PRIORS, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def ship(folder: Path) -> Assessment:
    return es.load(folder / "ship.toml", folder / "mate.toml")


def of_quantity(result: CalibrateResult) -> str | None:
    return result.quantities["events.late"].deviation


@pytest.fixture(scope="module")
def right(ship: Assessment) -> CalibrateResult:
    """The answer of a right computation."""
    return calibrate(ship, QUICK, fits=RIGHT)


def test_a_right_computation_passes(right: CalibrateResult) -> None:
    """Ranks of the quantity, of the headline and of the log-likelihood are uniform, and frequencies are right."""
    assert right.calibrated
    assert right.converged
    assert set(right.quantities) == {"events.late", HEADLINE, "log-likelihood"}
    assert [(test.kind, test.id) for test in right.events] == [("outcome", "late"), ("event", "late")]
    assert (right.fits, right.failed, right.used) == (RIGHT, 0, RIGHT)
    assert all(sum(test.uniformity.counts) == right.used for test in right.quantities.values())


class Narrow(Study):
    """Fits whose posteriors have a third of their spread, on the scale of log-odds."""

    scale = 1 / 3

    def fitted(self, assessment: Assessment, index: int) -> Posterior:
        posterior = super().fitted(assessment, index)
        draws = posterior.draws
        odds = np.log(draws.theta.degree) - np.log1p(-draws.theta.degree)
        middle = odds @ draws.weights
        degree = 1 / (1 + np.exp(-(middle[:, None] + self.scale * (odds - middle[:, None]))))
        theta = replace(draws.theta, degree=degree)
        return posterior_of(assessment, replace(draws, theta=theta), seed=posterior.seed)


class Wide(Narrow):
    """Fits whose posteriors have three times their spread."""

    scale = 3.0


class Overrated(Study):
    """Fits that take the indicator for far stronger than it is."""

    def fitted(self, assessment: Assessment, index: int) -> Posterior:
        return super().fitted(assessment.with_fixed("evidence.radio", 300.0), index)


class Doubled(Study):
    """Fits in which the earlier voyages count eight times."""

    def fitted(self, assessment: Assessment, index: int) -> Posterior:
        prior_set = replace(assessment.prior_set, relevance=FrozenDict({"voyages": 8.0}))
        return super().fitted(replace(assessment, prior_set=prior_set), index)


class Deaf(Study):
    """Fits that ignore the radio."""

    def fitted(self, assessment: Assessment, index: int) -> Posterior:
        return super().fitted(assessment.without_evidence(["radio"]), index)


class Pessimist(Study):
    """Fits by a prior that takes a late ship for rare."""

    def fitted(self, assessment: Assessment, index: int) -> Posterior:
        prior = assessment.priors["events.late"]
        rare = replace(prior, family=replace(prior.family, b=14))
        return super().fitted(replace(assessment, priors={**assessment.priors, "events.late": rare}), index)


def flagged(kind: type[Study], ship: Assessment, fits: int = WRONG) -> CalibrateResult:
    """The answer of a computation that is wrong on purpose."""
    return calibrated(kind.of(ship, seed=3, method="importance", draws=QUICK.draws), QUICK, fits=fits)


@pytest.fixture(scope="module")
def narrow(ship: Assessment) -> CalibrateResult:
    return flagged(Narrow, ship, FEW)


def test_posteriors_with_too_little_spread_are_noticed(narrow: CalibrateResult) -> None:
    """The control: they are too narrow."""
    assert of_quantity(narrow) == "too-narrow"


@pytest.mark.calibration
def test_posteriors_with_too_much_spread_are_noticed(ship: Assessment) -> None:
    """The control: they are too wide."""
    assert of_quantity(flagged(Wide, ship)) == "too-wide"


@pytest.mark.calibration
def test_another_likelihood_ratio_is_noticed(ship: Assessment) -> None:
    """The control: the probabilities are too extreme, although the quantity is right."""
    result = flagged(Overrated, ship)
    assert not result.calibrated
    assert {test.departure for test in result.event_failures} == {"too-extreme"}


@pytest.mark.calibration
def test_evidence_that_counts_too_much_is_noticed(ship: Assessment) -> None:
    """The control: posteriors are too narrow."""
    assert of_quantity(flagged(Doubled, ship)) == "too-narrow"


@pytest.mark.calibration
def test_evidence_that_is_ignored_is_noticed(ship: Assessment) -> None:
    """The control: quantities are right, and so are probabilities on average, but they do not follow the evidence."""
    result = flagged(Deaf, ship, 2 * WRONG)
    assert not result.failures
    assert {test.departure for test in result.event_failures} == {"wrong-evidence"}


@pytest.mark.calibration
def test_a_wrong_prior_is_noticed(ship: Assessment) -> None:
    """The control: posteriors are too low."""
    assert of_quantity(flagged(Pessimist, ship)) == "too-low"


def test_threads_and_processes_give_the_same_digits(ship: Assessment) -> None:
    """Each world has random numbers of its own, whoever fits it."""
    alone = calibrate(ship, QUICK, fits=20)
    context = multiprocessing.get_context("spawn")
    for executor in (ThreadPoolExecutor(2), ProcessPoolExecutor(1, mp_context=context)):
        with executor:
            assert calibrate(ship, replace(QUICK, executor=executor), fits=20) == alone
    first, other = (Study.of(ship, seed=seed, method="importance", draws=QUICK.draws).trial(0) for seed in (3, 4))
    assert first != other


def test_an_interrupt_leaves_the_other_fits_undone(ship: Assessment) -> None:
    """Ctrl-C during the first fits cancels all that have not begun."""
    begun = []

    class Counting(Study):
        def trial(self, index: int) -> object:  # type: ignore[override]
            begun.append(index)
            return super().trial(index)

    def interrupted(stage: str, done: int = 0, total: int | None = None, /) -> None:
        if done:
            raise KeyboardInterrupt

    study = Counting.of(ship, seed=3, method="importance")
    with pytest.raises(KeyboardInterrupt), ThreadPoolExecutor(1) as executor:
        calibrated(study, replace(QUICK, executor=executor, progress=interrupted), fits=500)
    assert len(begun) < 20


def test_fits_that_fail_are_counted_and_left_out(ship: Assessment) -> None:
    """Nothing is concluded from them, unless that was requested."""
    settings = replace(QUICK, draws=100)
    result = calibrate(ship, settings, fits=20)
    assert (result.failed, result.used, result.tests, result.converged) == (20, 0, 0, False)
    requested = calibrate(ship, replace(settings, with_unconverged=True), fits=20)
    assert (requested.failed, requested.used, requested.converged) == (20, 20, False)
    assert requested.tests
    assert "20 fits of 20 (100%) did not pass" in text_of(result, ship)


def text_of(result: CalibrateResult, ship: Assessment) -> str:
    return " ".join(markdown(Answer(result=result, context=Context(assessments=(ship,))).document).split())


def test_the_document_leads_with_the_verdict(right: CalibrateResult, ship: Assessment) -> None:
    """Then come how much could be off unnoticed, and how the evidence was simulated."""
    text = text_of(right, ship)
    assert "**Calibrated, as far as 40 simulated worlds can show: all 5 tests pass.**" in text
    assert "would have been noticed with 80% probability" in text
    assert "1 item (\u201cNo radio contact\u201d): indicators and statements: as they stand or their opposite" in text


def test_the_document_names_what_is_off(ship: Assessment, narrow: CalibrateResult) -> None:
    """With the direction, and the p-value."""
    text = text_of(narrow, ship)
    assert "**Miscalibrated: " in text
    assert "- The chance of \u201cThe ship is late\u201d: posteriors are too narrow (over-confident), p" in text


def test_the_figure_has_a_panel_for_each_of_the_worst(right: CalibrateResult, ship: Assessment) -> None:
    """Its sentences say what each panel shows; it is drawn wide, narrow and into given axes."""
    picture = Answer(result=right, context=Context(assessments=(ship,))).figures["ranks"]()
    assert picture.title == "The truth ranks as it should in 40 simulated worlds"
    for title in ("Headline", "Log-likelihood", "The ship is late"):
        assert f"{title}: uniform within chance" in picture.description
    assert picture.svg().count("rank of the truth") == picture.svg(narrow=True).count("rank of the truth") == 3


def test_the_result_is_read_back_as_it_was(right: CalibrateResult) -> None:
    """As JSON, without loss."""
    assert from_json(to_json(right), CalibrateResult) == right


def test_the_command_prints_tables_and_refuses_too_few_fits(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As CSV one row a quantity; fewer than 20 fits are an error."""
    monkeypatch.setattr("estimative.model.inference.processes.ProcessExecutor", ThreadPoolExecutor)
    names = ("calibrate", "-s", "ship.toml", "-p", "mate.toml", "--method", "importance")
    done = run(*names, "--fits", "20", "--seed", "3", "--format", "json", folder=folder)
    assert done.code == 0, done.err
    assert json.loads(done.out)["fits"] == 20
    assert "Fitting simulated worlds" in done.err
    assert run(*names, "--fits", "19", folder=folder).code == 2
    with pytest.raises(es.InvalidInput, match="at least 20"):
        es.fit(folder / "ship.toml", folder / "mate.toml", method="importance").calibrate(fits=19)
