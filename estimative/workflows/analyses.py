"""The analyses that a report shows in addition to a fit: computed once, on the same fit, and saved with the run."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress

from msgspec.structs import replace

from estimative.model.analysis.stored_analyses import StoredAnalyses
from estimative.model.assessment import Assessment
from estimative.model.codec import to_json
from estimative.model.inference.fit_result import FitResult
from estimative.model.record.run_store import ANALYSES, LARGEST_JSON, add_file
from estimative.model.record.stored_run import StoredRun
from estimative.priors.digest import digest_of
from estimative.priors.errors import InvalidInput
from estimative.priors.toml_document import read_text
from estimative.workflows.evidence import evidence
from estimative.workflows.sensitivity import sensitivity
from estimative.workflows.session import Session, Settings, open_session

SEAL = '"seal": ""'
"""Where the digest of saved analyses is."""


def run_analyses(session: Session) -> StoredAnalyses:
    """Both analyses; one that this assessment does not allow is left out, with the reason."""
    refused: list[str] = []

    def attempt[Part](analysis: Callable[[Session], Part]) -> Part | None:
        try:
            return analysis(session)
        except InvalidInput as invalid:
            refused.extend(issue.message for issue in invalid.issues)
            return None

    weights, ranges = attempt(evidence), attempt(sensitivity)
    return StoredAnalyses(evidence=weights, sensitivity=ranges, refused=tuple(dict.fromkeys(refused)))


def analyses_of(run: StoredRun, settings: Settings) -> StoredAnalyses:
    """The analyses of a run: those saved with it, else computed now, with its seed and method, and saved.

    Parameters
    ----------
    settings
        Give the progress and the executor.

    Raises
    ------
    InvalidInput
        If the run is damaged, or its files are no longer what it was made from.
    """
    result = run.result()
    if (stored := stored_analyses(run)) and stored.of_same_fit(result):
        return stored
    own = settings_of(result, settings)
    analyses = run_analyses(open_session(run.assessment(), own))
    with suppress(InvalidInput):  # a run in a folder that cannot be written to has its report all the same
        save_analyses(run, analyses)
    return analyses


def stored_analyses(run: StoredRun) -> StoredAnalyses | None:
    """The analyses that were saved with a run; None where there are none, or they were changed."""
    try:
        text = read_text(run.folder / ANALYSES, largest=LARGEST_JSON)
        stored = run.read(ANALYSES, StoredAnalyses)
    except InvalidInput:
        return None
    unchanged = stored.seal and text == _sealed(text.replace(stored.seal, ""))
    return replace(stored, seal="") if unchanged else None


def _sealed(text: str) -> str:
    """The text of analyses with its digest in it; any change of either can be seen."""
    return text.replace(SEAL, f'{SEAL[:-1]}{digest_of(text)}"')


def settings_of(result: FitResult, settings: Settings) -> Settings:
    """The settings by which a session repeats the fit of a run, to the last digit."""
    requested = result.computation.settings
    draws = requested.get("draws")
    # With both methods and a number of draws for NUTS, "auto" would fall back on NUTS with another number of them.
    by_auto = result.method == "importance" or (requested["method"] == "both" and draws is None)
    return replace(
        settings,
        method="auto" if by_auto else "nuts",
        seed=result.computation.seed,
        draws=None if draws is None else int(draws),
        with_unconverged=result.with_unconverged,
    )


def save_analyses(run: StoredRun, analyses: StoredAnalyses) -> None:
    """Save analyses with their run.

    Raises
    ------
    InvalidInput
        If they cannot be written.
    """
    add_file(run.folder, ANALYSES, _sealed(to_json(replace(analyses, seal=""))))


def start_analyses(executor: Executor, assessment: Assessment, settings: Settings) -> Future[StoredAnalyses | None]:
    """Analyse an assessment in another process while NUTS runs in this one.

    Parameters
    ----------
    executor
        Of processes; what it runs shows no progress.

    Returns
    -------
    The analyses to come: None where importance sampling does not converge, as they would not be of the same fit.
    """
    return executor.submit(_analyse, assessment, replace(settings, method="importance"))


def _analyse(assessment: Assessment, settings: Settings) -> StoredAnalyses | None:
    session = open_session(assessment, settings)
    if not session.fitted.posterior.verdict.passed:
        return None
    # The fit passed; refits that do not may still fall back on NUTS.
    auto = replace(settings, method="auto")
    return run_analyses(replace(session, settings=auto, fitter=auto.fitter(assessment)))
