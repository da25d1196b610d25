"""A result that a notebook shows, and that can be saved, tabulated and drawn."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from estimative.api.arguments import read_name, read_path
from estimative.priors.errors import InvalidInput, Place, unknown_name
from estimative.reports import answers
from estimative.workflows.files import write_answer

if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes


class Answer(answers.Answer, frozen=True, kw_only=True):
    """A result that a notebook shows, and that can be saved, tabulated and drawn.

    Attributes
    ----------
    result
        The numbers: a frozen type, the same that the command line prints as JSON.
    context
        Where titles and words of probability are looked up.
    """

    def __repr__(self) -> str:
        return repr(self.result)

    def _repr_html_(self) -> str:
        """The beginning of its document; of an answer that did not converge, why it is not shown."""
        from estimative.reports.formats.html import fragment

        return fragment(self.opening)

    def to_json(self) -> str:
        """The result as JSON; its schema is in `docs/schemas`."""
        from estimative.model.codec import to_json

        return to_json(self.result)

    def to_dataframe(self, table: str | None = None) -> pandas.DataFrame:
        """One of its tables, by default the first. Needs pandas.

        Raises
        ------
        InvalidInput
            If there is no such table.
        """
        import pandas

        sheets = {sheet.name: sheet for sheet in self.sheets}
        sheet = _entry("table", table, sheets) if table is not None else self.sheets[0]
        return pandas.DataFrame(list(sheet.rows), columns=list(sheet.columns))

    def plot(self, name: str | None = None, *, ax: Axes | None = None) -> Axes:
        """Draw one of its figures, by default the first, into given axes or new ones.

        Raises
        ------
        NothingToPlot
            If the result has nothing to draw.
        InvalidInput
            If there is no such figure.
        """
        from estimative.reports.figures.style import NothingToPlot

        if name is not None:
            return _entry("figure", name, self.figures)().plot(ax)
        for draw in self.figures.values():
            with suppress(NothingToPlot):
                return draw().plot(ax)
        raise NothingToPlot("This result has no figure.")

    def save(self, path: str | Path) -> None:
        """Write it to a file; the ending names the format (.html, .pdf, .docx, .xlsx, .md, .csv, .json).

        Raises
        ------
        InvalidInput
            If the ending names no format, or the file cannot be written.
        """
        write_answer(self, read_path("path", path))


def _entry[T](what: str, name: str, entries: Mapping[str, T]) -> T:
    if read_name(what, name) not in entries:
        raise InvalidInput([unknown_name(Place(), name, entries, f"a {what} of this answer")])
    return entries[name]
