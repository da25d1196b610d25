"""CSV files of forecasts: the columns of each form.

Columns of Metaculus as its export describes them (README.md of the data download, 2026); of the Good Judgment Project
as in its files survey_fcasts.yrN.csv and ifps.csv (Harvard Dataverse, doi:10.7910/DVN/BPCDH5).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from estimative.model.outside.columns import Cell
from estimative.model.outside.imported import TITLES, Form
from estimative.model.outside.rows import Answered, Row, Table
from estimative.priors.csv_reader import CsvTable, csv_table, folded
from estimative.priors.errors import InvalidInput, Issue, Place, invalid

NO_VALUE, CONTINUOUS = "without a probability", "of numbers or dates, not of yes, no or options"
"""Why a row is no forecast that can be scored."""


class CsvForm(Struct, frozen=True, kw_only=True):
    """The columns of one form, each under all its names."""

    form: Form
    marks: tuple[str, ...]
    """Columns that no other form has."""
    columns: Mapping[str, tuple[str, ...]]
    needed: tuple[str, ...]


PLAIN = CsvForm(
    form="plain",
    marks=(),
    columns={
        "question": ("question", "question_id", "question_title", "market", "market_id", "ifp_id"),
        "forecaster": ("forecaster", "analyst", "forecaster_id", "user", "user_id", "username", "expert"),
        "time": ("time", "date", "timestamp", "created_at", "made", "forecast_date", "prediction_date"),
        "probability": ("probability", "prob", "p", "forecast", "prediction", "credence", "percent", "value"),
        "option": ("option", "state", "answer_option", "answer"),
        "outcome": ("outcome", "resolution", "result", "happened", "occurred"),
        "closed": ("closed", "resolved", "resolution_date", "close_date", "closed_at", "resolved_at", "close_time"),
        "end": ("end", "end_time", "withdrawn"),
    },
    needed=("question", "forecaster", "time", "probability"),
)
FORMS = (
    CsvForm(
        form="metaculus",
        marks=("probability_yes", "start_time"),
        columns={
            "question": ("question_id",),
            "forecaster": ("forecaster_username", "forecaster_anonymized", "forecaster_id"),
            "spare": ("forecaster_id", "forecaster_anonymized"),
            "time": ("start_time",),
            "end": ("end_time",),
            "probability": ("probability_yes",),
            "list": ("probability_yes_per_category",),
            "cdf": ("continuous_cdf",),
            "crowd": ("forecaster_count",),
        },
        needed=("question", "forecaster", "time", "probability"),
    ),
    CsvForm(
        form="gjp",
        marks=("ifp_id", "fcast_date"),
        columns={
            "question": ("ifp_id",),
            "forecaster": ("user_id",),
            "time": ("timestamp", "fcast_date"),
            "probability": ("value",),
            "option": ("answer_option",),
            "group": ("forecast_id",),
            "status": ("q_status",),
        },
        needed=("question", "forecaster", "time", "probability", "option"),
    ),
    CsvForm(
        form="manifold",
        marks=("probafter", "createdtime"),
        columns={
            "question": ("contractid", "question", "question_id", "market"),
            "option": ("answerid",),
            "time": ("createdtime",),
            "probability": ("probafter",),
            "void": ("iscancelled",),
        },
        needed=("time", "probability"),
    ),
    CsvForm(
        form="polymarket",
        marks=("price",),
        columns={
            "question": ("question", "market", "question_id", "slug"),
            "time": ("timestamp_utc", "timestamp", "t", "date_utc", "date", "time"),
            "probability": ("price", "p"),
        },
        needed=("time", "probability"),
    ),
    CsvForm(
        form="polymarket",
        marks=("t", "p"),
        columns={"question": ("question", "market"), "time": ("t",), "probability": ("p",)},
        needed=("time", "probability"),
    ),
    PLAIN,
)
"""In the order in which they are tried."""


def read_csv(text: str, *, file: str, form: Form | None) -> Table:
    """The rows of a CSV file.

    Parameters
    ----------
    form
        By default the one whose columns the file has.

    Raises
    ------
    InvalidInput
        With every error of the columns.
    """
    csv = csv_table(text, file=file, row="forecast")
    own = {folded(column) for column in csv.columns}
    known = next(each for each in FORMS if (each.form == form if form else own.issuperset(each.marks)))
    places = _places(csv, known)
    table = Table(form=known.form)
    for line, cells in _rows(csv, table):
        _add(table, _Cells(csv=csv, line=line, cells=cells, places=places))
    return table


def _places(csv: CsvTable, form: CsvForm) -> dict[str, int]:
    """Where each column is; of several names of one, the first that is there counts."""
    folded_columns = [folded(column) for column in csv.columns]
    places: dict[str, int] = {}
    for name, names in form.columns.items():
        present = [folded_columns.index(each) for each in names if each in folded_columns]
        places |= {name: present[0]} if present else {}
    missing = [csv.missing(form.columns[name][0]) for name in form.needed if name not in places]
    twice = sorted({column for column in folded_columns if folded_columns.count(column) > 1})
    read = {folded_columns[at] for at in places.values()}
    repeated = [
        csv.ambiguous(column, [at for at, each in enumerate(folded_columns) if each == column])
        for column in twice
        if column in read
    ]
    if issues := [*missing, *repeated]:
        raise InvalidInput(issues)
    return places


def _rows(csv: CsvTable, table: Table) -> Iterator[tuple[int, Sequence[str]]]:
    """The rows with a cell for each column; the others are errors."""
    try:
        for line, cells in csv.rows:
            if len(cells) == len(csv.columns):
                yield line, cells
            else:
                table.issues.append(csv.uneven(line, cells))
    except InvalidInput as error:
        table.issues.extend(error.issues)


class _Cells(Struct, frozen=True, kw_only=True):
    """The cells of a row by the names of their columns."""

    csv: CsvTable
    line: int
    cells: Sequence[str]
    places: Mapping[str, int]

    def text(self, name: str) -> str:
        """A cell; empty where there is no such column."""
        return self.cells[self.places[name]] if name in self.places else ""

    def cell(self, name: str) -> Cell:
        """A cell with its place."""
        key = self.csv.columns[self.places[name]] if name in self.places else name
        return Cell(self.text(name), self.csv.file, self.line, key)

    def given(self, name: str) -> Cell | None:
        """A cell with its place; None where it has no value."""
        cell = self.cell(name)
        return None if cell.missing else cell


def _add(table: Table, row: _Cells) -> None:
    """Add a row to those of its form, or count why it is none."""
    if row.text("void").lower() in ("true", "1"):
        table.skip("cancelled")
        return
    listed = options_of(row.text("list"))
    if row.cell("probability").missing and not any(listed):
        table.skip(CONTINUOUS if row.given("cdf") else NO_VALUE)
        return
    question, forecaster = row.text("question"), row.text("forecaster") or row.text("spare")
    stem = Path(row.csv.file).stem
    if "question" in row.places and not question:
        table.issues.append(_empty(row, "question"))
    if "forecaster" in row.places and not forecaster:
        table.issues.append(_empty(row, "forecaster"))
    table.rows.append(
        Row(
            question=question or stem,
            forecaster=forecaster or TITLES[table.form],
            time=row.cell("time"),
            probability=row.cell("list") if listed else row.cell("probability"),
            option=row.text("option"),
            listed=listed,
            end=row.given("end"),
            outcome=row.given("outcome"),
            closed=row.given("closed"),
            group=row.text("group"),
            crowd=bool(row.given("crowd")),
        )
    )


def _empty(row: _Cells, name: str) -> Issue:
    cell = row.cell(name)
    message = f"the {name} is missing"
    return Issue(code="missing-value", message=message, place=Place(file=cell.file, line=cell.line, key=cell.key))


def options_of(text: str) -> tuple[str, ...]:
    """The entries of a list such as "[0.2, None, 0.8]", as they are written; none where there is no list."""
    inner = text.strip()
    if not (inner.startswith("[") and inner.endswith("]")):
        return ()
    return tuple(part.strip().strip("'\"") for part in inner[1:-1].split(","))


QUESTION_FILES = ("question_data.csv", "ifps.csv")
"""Files of questions and answers that Metaculus and the Good Judgment Project give with their forecasts."""
QUESTION_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("question_id", "ifp_id", "id", "question"),
    "title": ("question_title", "q_text", "short_title", "title"),
    "kind": ("question_type",),
    "options": ("mc_options_all", "options"),
    "answer": ("resolution", "outcome", "answer"),
    "status": ("q_status",),
    "closed": ("actual_close_time", "resolution_known_time", "date_closed", "closed", "resolved"),
}


def read_questions(text: str, *, file: str) -> dict[str, Answered]:
    """What a file of questions says about each.

    Raises
    ------
    InvalidInput
        With every error of its columns and rows.
    """
    csv = csv_table(text, file=file, row="question")
    form = CsvForm(form="plain", marks=(), columns=QUESTION_COLUMNS, needed=("id",))
    places, table = _places(csv, form), Table(form="plain")
    parsed: dict[str, Answered] = {}
    for line, cells in _rows(csv, table):
        row = _Cells(csv=csv, line=line, cells=cells, places=places)
        voided = row.text("status").lower() in ("voided", "void")
        answer = Cell("void", file, line, "q_status") if voided else row.given("answer")
        options = options_of(row.text("options"))
        parsed[row.text("id")] = Answered(
            title=row.text("title"), options=options, answer=answer, closed=row.given("closed")
        )
    if table.issues:
        raise InvalidInput(table.issues)
    if not parsed:
        raise invalid("the file has no question", code="empty-file", file=file)
    return parsed
