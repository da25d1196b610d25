"""Several analysts of one scenario: compared, explained, combined."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from estimative.api.answer import Answer
from estimative.api.arguments import read_name, read_pairs, read_settings, refused
from estimative.api.fits import Analyst, Fit, load
from estimative.model.assessment import Assessment, assess
from estimative.model.spec.scenario import Scenario
from estimative.priors.catalog import find_prior_set
from estimative.priors.prior_set_file import read_prior_set
from estimative.reports.context import Context
from estimative.workflows.analysts import aligned, check_team, open_team, parse_weights, with_headline
from estimative.workflows.session import Settings


def compare(*analysts: Analyst, outcome: str | None = None, **settings: Any) -> Answer:
    """Put analysts of one scenario next to each other.

    Parameters
    ----------
    analysts
        Fits, assessments that were loaded, and names or paths of prior sets for the scenario of the first of these.
    outcome
        The outcome to compare; by default the scenario's headline.
    settings
        As those of `fit`: method, seed, draws, allow_unconverged, executor, progress.

    Raises
    ------
    InvalidInput
        If they are of different scenarios, versions or days; or if the evidence contradicts itself.
    """
    return _compared(analysts, outcome, settings_of(analysts, compare, settings), attribution=False)


def attribute(*analysts: Analyst, outcome: str | None = None, **settings: Any) -> Answer:
    """Compare analysts, and divide their difference among the inputs that they disagree on (Shapley values).

    Parameters and errors are those of `compare`.
    """
    return _compared(analysts, outcome, settings_of(analysts, attribute, settings), attribution=True)


def pool(*analysts: Analyst, weights: Mapping[str, float] | None = None, **settings: Any) -> Answer:
    """Combine analysts into one probability, in four ways.

    Parameters
    ----------
    analysts
        As of `compare`.
    weights
        By the name of the prior set; by default equal.

    Raises
    ------
    InvalidInput
        As `compare`.
    """
    from estimative.workflows.pool import Weighting
    from estimative.workflows.pool import pool as pooled

    own, assessments = settings_of(analysts, pool, settings), assessments_of(analysts)
    team = open_team(assessments, own)
    names = [assessment.prior_set.name for assessment in assessments]
    stated = parse_weights(
        [f"{name}={weight}" for name, weight in read_pairs("weights", weights, '{"A": 2}').items()], names
    )
    return Answer(result=pooled(team, Weighting.stated(stated)), context=Context(assessments=assessments))


def _compared(analysts: Sequence[Analyst], outcome: str | None, settings: Settings, *, attribution: bool) -> Answer:
    from estimative.workflows.compare import compare

    assessments = assessments_of(analysts)
    subject = with_headline(assessments, read_name("outcome", outcome)) if outcome else assessments
    result = compare(open_team(subject, settings), attribution=attribution)
    return Answer(result=result, context=Context(assessments=assessments))


def assessments_of(analysts: Sequence[Analyst], *, least: int = 2) -> tuple[Assessment, ...]:
    given = [analyst.assessment if isinstance(analyst, Fit) else analyst for analyst in analysts]
    scenario = next((each.scenario for each in given if isinstance(each, Assessment)), None)
    assessments = [each if isinstance(each, Assessment) else _read(each, scenario) for each in given]
    check_team(assessments, least=least)
    return aligned(assessments)


def _read(priors: str | Path, scenario: Scenario | None) -> Assessment:
    """The prior set of that name or path, for the scenario of the others; where all are names, for its own."""
    if not isinstance(priors, str | Path):
        raise refused("analysts", priors, "an analyst", "fits, what load returns, and names or paths of prior sets")
    if scenario is None:
        return load(priors=priors)
    return assess(scenario, read_prior_set(find_prior_set(str(priors), scenario.id)))


def settings_of(analysts: Sequence[Analyst], function: Callable[..., object], settings: Mapping[str, Any]) -> Settings:
    """Those that are given to a function, else those of the first fit."""
    own = read_settings(function, settings)
    first = next((analyst.session.settings for analyst in analysts if isinstance(analyst, Fit)), Settings())
    return Settings(**{**{name: getattr(first, name) for name in Settings.__struct_fields__}, **own})
