"""Several analysts of one scenario: compared, explained, combined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from estimative.api.answer import Answer
from estimative.api.arguments import read_pairs
from estimative.api.fits import Fit
from estimative.model.assessment import Assessment
from estimative.reports.context import Context
from estimative.workflows.analysts import aligned, check_team, open_team, parse_weights, with_headline
from estimative.workflows.cluster import as_executor
from estimative.workflows.session import Settings


def compare(*analysts: Fit | Assessment, outcome: str | None = None, **settings: Any) -> Answer:
    """Put analysts of one scenario next to each other.

    Parameters
    ----------
    outcome
        The outcome to compare; by default the scenario's headline.
    settings
        As those of `fit`: method, seed, draws, executor, progress.

    Raises
    ------
    InvalidInput
        If they are of different scenarios, versions or days; or if the evidence contradicts itself.
    """
    return _compared(analysts, outcome, settings, attribution=False)


def attribute(*analysts: Fit | Assessment, outcome: str | None = None, **settings: Any) -> Answer:
    """Compare analysts, and divide their difference among the inputs that they disagree on (Shapley values).

    Parameters and errors are those of `compare`.
    """
    return _compared(analysts, outcome, settings, attribution=True)


def pool(*analysts: Fit | Assessment, weights: Mapping[str, float] | None = None, **settings: Any) -> Answer:
    """Combine analysts into one probability, in four ways.

    Parameters
    ----------
    weights
        By the name of the prior set; by default equal.

    Raises
    ------
    InvalidInput
        As `compare`.
    """
    from estimative.workflows.pool import Weighting, pool

    assessments = assessments_of(analysts)
    team = open_team(assessments, settings_of(analysts, settings))
    names = [assessment.prior_set.name for assessment in assessments]
    stated = parse_weights(
        [f"{name}={weight}" for name, weight in read_pairs("weights", weights, '{"A": 2}').items()], names
    )
    return Answer(result=pool(team, Weighting.stated(stated)), context=Context(assessments=assessments))


def _compared(
    analysts: Sequence[Fit | Assessment], outcome: str | None, settings: Mapping[str, Any], *, attribution: bool
) -> Answer:
    from estimative.workflows.compare import compare

    assessments = assessments_of(analysts)
    subject = with_headline(assessments, outcome) if outcome else assessments
    result = compare(open_team(subject, settings_of(analysts, settings)), attribution=attribution)
    return Answer(result=result, context=Context(assessments=assessments))


def assessments_of(analysts: Sequence[Fit | Assessment], *, least: int = 2) -> tuple[Assessment, ...]:
    assessments = tuple(analyst.assessment if isinstance(analyst, Fit) else analyst for analyst in analysts)
    check_team(assessments, least=least)
    return aligned(assessments)


def settings_of(analysts: Sequence[Fit | Assessment], settings: Mapping[str, Any]) -> Settings:
    """Those that are given, else those of the first fit."""
    first = next((analyst.session.settings for analyst in analysts if isinstance(analyst, Fit)), Settings())
    engine = {"executor": as_executor(settings["executor"])} if "executor" in settings else {}
    own = {name: getattr(first, name) for name in Settings.__struct_fields__}
    return Settings(**{**own, **settings, **engine})
