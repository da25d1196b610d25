"""Scenario and prior sets by name or path, as an assessment."""

from __future__ import annotations

import datetime
from pathlib import Path

from msgspec import Struct

from estimative.model.assessment import Assessment, assess
from estimative.model.spec.scenario_file import Reading, find_scenario, reading_of
from estimative.priors.catalog import find_prior_set
from estimative.priors.prior_set_file import prior_set_reading
from estimative.workflows.clock import checked_day, refuse_future


class Inputs(Struct, frozen=True, kw_only=True):
    """An assessment and the files that it was read from."""

    assessment: Assessment
    scenario: Path
    texts: dict[str, str]
    """By the name that each file has in a saved run."""


def load(scenario: str, priors: str, day: datetime.date | None = None) -> Inputs:
    """Read a scenario and one prior set for it.

    Parameters
    ----------
    scenario, priors
        The name of a shipped one, or a path.
    day
        In place of the scenario's `as_of`; evidence dated after it is left out.

    Raises
    ------
    InvalidInput
        With every error of the files; or if the day is still to come, or not before the horizon.
    """
    path = find_scenario(scenario)
    reading: Reading = reading_of(path, checked_day(day))
    subject = reading.scenario
    refuse_future(subject)
    stated = prior_set_reading(find_prior_set(priors, subject.id))
    texts = {**reading.texts, **stated.texts}
    return Inputs(assessment=assess(subject, stated.prior_set), scenario=path, texts=texts)
