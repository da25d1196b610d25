"""Forecasts from elsewhere as they are saved: questions, who said what when, and what was left out."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

from estimative.model.inference.info import SCHEMA_VERSION
from estimative.priors.frozen import FrozenDict

type Form = Literal["metaculus", "manifold", "polymarket", "gjp", "plain"]
"""Of a file: whose it is; "plain" has the columns question, forecaster, time, probability and outcome."""
type Unit = Literal["fraction", "percent"]
type DateOrder = Literal["iso", "mdy", "dmy"]

TITLES: Mapping[Form, str] = FrozenDict(
    {
        "metaculus": "Metaculus",
        "manifold": "Manifold",
        "polymarket": "Polymarket",
        "gjp": "Good Judgment Project",
        "plain": "",
    }
)
"""Behind the names of forecasters; a plain file has none."""


class Target(Struct, frozen=True, kw_only=True):
    """What a question of a file asks in the terms of a scenario."""

    scenario: str
    outcome: str = ""
    """Empty of an event with states."""
    event: str = ""
    states: tuple[str, ...] = ()
    """Of the event."""
    ordered: bool = False
    """Whether the states have an order."""
    until: datetime.date
    option: str = ""
    """The answer of the file's question that means that the outcome happens; empty where that is yes."""


class ImportedQuestion(Struct, frozen=True, kw_only=True):
    """A question of a file."""

    id: str
    title: str = ""
    answers: tuple[str, ...]
    """No and yes, or the options."""
    answer: str = ""
    """The one that holds; empty while that is not known."""
    void: bool = False
    """Whether the question never will be resolved, or was resolved to something between the answers."""
    closed: datetime.date | None = None
    """The day of the answer, in UTC; None where the file does not say."""
    target: Target | None = None
    """None where it is a question of its own."""


class ImportedForecast(Struct, frozen=True, kw_only=True):
    """What one forecaster said at one time."""

    question: str
    forecaster: str
    time: datetime.datetime
    """UTC."""
    probabilities: tuple[float | None, ...] | None
    """Of each answer, None of one that was not on offer; None where an earlier forecast was withdrawn."""
    crowd: bool = False
    """Whether it is an aggregate of others, which no pool takes as a forecaster."""


class ImportedForecasts(Struct, frozen=True, kw_only=True):
    """The forecasts of one file."""

    schema_version: int = SCHEMA_VERSION
    kind: Literal["imported_forecasts"] = "imported_forecasts"
    name: str
    """Of the file, without its folder."""
    source_digest: str
    """SHA-256 of the file's bytes."""
    imported: datetime.datetime
    """With the offset from UTC that the user had."""
    form: Form
    unit: Unit
    dates: DateOrder
    encoding: str
    questions: tuple[ImportedQuestion, ...]
    """By id."""
    forecasts: tuple[ImportedForecast, ...]
    """By question, forecaster and time."""
    skipped: Mapping[str, int] = field(default_factory=dict)
    """Rows that are not forecasts, by the reason."""

    @property
    def forecasters(self) -> int:
        """How many forecasters there are."""
        return len({forecast.forecaster for forecast in self.forecasts})

    def title(self, forecaster: str) -> str:
        """The name of a forecaster among analysts: "ann (Metaculus)"."""
        site = TITLES[self.form]
        return forecaster if not site or forecaster == site else f"{forecaster} ({site})"
