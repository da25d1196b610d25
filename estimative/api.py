"""The Python interface, for notebooks and programs: `import estimative as es`.

>>> import estimative as es
>>> fit = es.fit("coordinated-attack", "baseline")
>>> fit.result.headline.posterior.value
>>> fit.sensitivity().to_dataframe("tornado")
>>> es.fit("coordinated-attack", "baseline", edits={"events.request": "likely"})
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from estimative.reports.answers import Answer as Shown

if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes

type Edits = Mapping[str, str | float | Mapping[str, float]]
"""By quantity, as in a prior set: `{"events.request": "likely", "factors.alignment": 0.7}`."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Answer(Shown):
    """A result that a notebook shows, and that can be saved, tabulated and drawn.

    Attributes
    ----------
    result
        The numbers: a frozen type, the same that `--format json` prints.
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
        """One of its tables, by default the first; needs pandas.

        Raises
        ------
        KeyError
            If there is no such table.
        """
        import pandas

        sheets = {sheet.name: sheet for sheet in self.sheets}
        sheet = sheets[table] if table else self.sheets[0]
        return pandas.DataFrame(sheet.rows, columns=list(sheet.columns))

    def plot(self, name: str | None = None, *, ax: Axes | None = None) -> Axes:
        """Draw one of its figures, by default the first, into given axes or new ones.

        Raises
        ------
        NothingToPlot
            If the result has nothing to draw.
        KeyError
            If there is no such figure.
        """
        figures = self.figures
        return figures[name or next(iter(figures))]().plot(ax)

    def report(self, path: str | Path) -> None:
        """Write it to a file; the ending names the format (.html, .pdf, .docx, .xlsx, .md, .csv, .json).

        Raises
        ------
        InvalidInput
            If the ending names no format, or the file cannot be written.
        """
        from estimative.workflows.files import write_answer

        write_answer(self, Path(path))
