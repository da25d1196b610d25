"""The rows of a file, whoever wrote it, before their numbers and dates are read."""

from __future__ import annotations

from msgspec import Struct, field

from estimative.model.outside.columns import Cell
from estimative.model.outside.imported import Form
from estimative.priors.errors import Issue


class Row(Struct, frozen=True):
    """One statement: of one probability, of one option's, or of a list for all options."""

    question: str
    forecaster: str
    time: Cell
    probability: Cell
    option: str = ""
    """The answer that the probability is of; empty where that is yes."""
    listed: tuple[str, ...] = ()
    """The cells of a list; then `probability` is the whole list."""
    end: Cell | None = None
    """When the forecast ends, if no other one follows."""
    outcome: Cell | None = None
    closed: Cell | None = None
    group: str = ""
    """Rows of options with the same one are one forecast; by default those of the same time."""
    crowd: bool = False


class Answered(Struct, frozen=True, kw_only=True):
    """What a file says about a question."""

    title: str = ""
    options: tuple[str, ...] = ()
    """Empty of a question of yes or no, or where they are not known."""
    answer: Cell | None = None
    closed: Cell | None = None


class Table(Struct, kw_only=True):
    """Everything in a file, as it is collected."""

    form: Form
    rows: list[Row] = field(default_factory=list)
    questions: dict[str, Answered] = field(default_factory=dict)
    """By id; questions that are in no row count as well."""
    skipped: dict[str, int] = field(default_factory=dict)
    """Rows that are no forecasts, by reason."""
    issues: list[Issue] = field(default_factory=list)

    def skip(self, reason: str, count: int = 1) -> None:
        """Count a row that is no forecast."""
        self.skipped[reason] = self.skipped.get(reason, 0) + count
