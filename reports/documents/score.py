"""The document of a track record: the scores of resolved forecasts."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import asdict

from estimative.model.inference.estimates import Estimate
from estimative.model.record.calibration import BaseRate, Bin, Decomposition, Verification
from estimative.model.record.proper_scores import FEW
from estimative.model.record.resolutions import WORDS
from estimative.model.record.score import ImportSummary, Period, ScoreResult
from estimative.model.record.scored_forecast import ScoredForecast
from estimative.priors.forecast_rows import COLUMNS
from estimative.reports.blocks import Block, Heading, Listing, Paragraph, Table, collected
from estimative.reports.context import Context
from estimative.reports.documents.daily_scores import (
    MOST_ANALYSTS,
    OVER_TIME,
    POOLS,
    TOGETHER,
    daily_document,
    daily_rows,
    number,
)
from estimative.reports.figures import figures
from estimative.reports.number_format import SIGNIFICANT_SE, beside_error, plain_percent, rounded
from estimative.reports.phrases import listed, plural
from estimative.reports.sheets import Cell, Sheet, sheet

UNIT = {"log": "scenario", "file": "question"}
"""What counts as one independent draw."""
MAX_FORECASTS = 20
"""Forecasts that are listed, the last ones."""
EVERYBODY = 10
"""Analysts whose calibration is shown one by one."""
HOW_TO = (
    "Nothing is resolved yet. Once it is known what happened, record it: estimative resolve RUN --result yes "
    "--date DATE --because SOURCE."
)
FILL_IN = "Nothing in this file is resolved yet. Once it is known what happened, write yes or no under outcome."
COUNTED = (
    "Each analyst's forecast of a question counts once: that of the last resolved run from before the answer was "
    "known. A question is an outcome of a scenario by its horizon."
)
SCORES = (
    "Scores are penalties: 0 is perfect. Brier score: the mean squared distance between probability and outcome; "
    "always saying 50% scores 0.25. Logarithmic score: the mean surprise at what happened, in nats; always saying 50% "
    "scores 0.69. Skill compares with the base rate of these questions, which nobody knew beforehand: 1 is perfect, "
    "0 no better than that rate, below 0 worse."
)
STATES = (
    "Several states: the Brier score is half the sum of the squared distances over all states, the logarithmic score "
    "that of the state which held. Where states have an order, the ranked probability score is the mean Brier score of "
    "the questions whether the state is a later one than each. What happened, the mean forecast, bias, skill and the "
    "parts of the Brier score are of the yes/no forecasts alone, since different states have no common base rate. For "
    "calibration each state counts as a yes/no forecast."
)
DIGEST = 12
"""Characters of a digest that name a file."""
REFERENCE = {
    False: "always saying 50% scores 0.25",
    True: "equal probabilities score 0.25 for two answers, 0.33 for three, up to 0.5 for many",
}
"""By whether there are forecasts of several states: what scores are to be compared with."""
LAST_IN_FILE = (
    "Each analyst's forecast of a question counts once: the last one that was made before the question closed, as far "
    "as the file says when that was."
)
ERRORS = "Standard errors (\u00b1) treat all forecasts on one {} as one independent draw."
PARTS = (
    "Brier score = reliability - resolution + uncertainty + within bins (Murphy 1973). Reliability: how far forecasts "
    "are from the frequencies; less is better. Resolution: how much the frequencies differ between bins; more is "
    "better. Uncertainty depends on the questions alone. Few forecasts make the first two too large."
)


@collected
def document(result: ScoreResult, context: Context) -> Iterator[Block]:
    """The scores first, then calibration, then the forecasts, then how they were counted."""
    yield Heading(text=heading(result), level=1)
    how_to = FILL_IN if result.source == "file" else HOW_TO
    yield Paragraph(text=summary(result) or how_to, strong=bool(result.overall))
    for text in filter(None, (counts(result), *warnings(result))):
        yield Paragraph(text=text)
    if result.overall:
        rows = _shown(_rows(result))
        yield from _scores(rows, result)
        if (left_out := len(result.analysts) - MOST_ANALYSTS) > 0:
            others = plural(left_out, "analyst", "analysts")
            yield Paragraph(text=f"{others} with fewer forecasts not listed; JSON and Excel have all.")
        yield from daily_document(result.daily)
        yield from _states(rows)
        yield from _calibration(rows, result)
        yield from _decomposition(rows)
        yield from _over_time(result.periods)
    if result.forecasts:
        yield from _forecasts(result)
    yield Heading(text="Method")
    counted = LAST_IN_FILE if result.source == "file" else COUNTED
    errors = ERRORS.format("question" if result.source == "file" else "scenario")
    states = (STATES,) if result.overall and result.overall.of_states else ()
    over_time = (OVER_TIME, *((POOLS,) if result.daily.pools else ())) if result.daily.overall else ()
    points = (counted, SCORES, *over_time, *states, errors) if result.overall else ()
    yield Listing(points=(*points, source(result), *map(imported, result.imports)))


def imported(summary: ImportSummary) -> str:
    """A file of forecasts from elsewhere, and what was in it."""
    forecasts = plural(summary.forecasts, "forecast", "forecasts")
    people = plural(summary.forecasters, "forecaster", "forecasters")
    questions = plural(summary.questions, "question", "questions")
    left_out = f", {plural(summary.skipped, 'row', 'rows')} left out" if summary.skipped else ""
    digest = summary.source_digest[:DIGEST]
    return f"Imported: {summary.name} ({digest}), {forecasts} by {people} on {questions}{left_out}."


def heading(result: ScoreResult) -> str:
    """How many analysts and forecasts there are."""
    if not result.overall:
        return "Track record: no forecasts scored yet"
    analysts = plural(len(result.analysts), "analyst", "analysts")
    return f"Track record: {analysts}, {plural(result.overall.count, 'forecast', 'forecasts')} scored"


def summary(result: ScoreResult) -> str:
    """The Brier score, and whether forecasts were too high or too low; nothing where nothing is scored."""
    if not (row := result.overall):
        return ""
    score = f"Brier score {number(row.brier)} (0 is perfect, {REFERENCE[row.of_states > 0]})."
    return f"{score} {bias(row.yes_no, UNIT[result.source])}." if row.yes_no else score


def counts(result: ScoreResult) -> str:
    """How many forecasts there are of each sort; nothing where there are none."""
    others = [
        plural(count, one, many)
        for count, one, many in (
            (result.superseded, "superseded forecast", "superseded forecasts"),
            (result.withdrawn, "withdrawn forecast", "withdrawn forecasts"),
            (result.late, "forecast made after its question closed", "forecasts made after their questions closed"),
            (result.void, "void forecast", "void forecasts"),
            (result.unresolved, "forecast that is not resolved", "forecasts that are not resolved"),
        )
        if count
    ]
    left_out = f"Not scored: {listed(others)}." if others else ""
    row = result.overall
    if not row:
        return left_out
    questions = plural(row.questions, "question", "questions")
    scenarios = f" from {plural(row.scenarios, 'scenario', 'scenarios')}" if result.source == "log" else ""
    return f"{plural(row.count, 'forecast', 'forecasts')} of {questions}{scenarios}. {left_out}".strip()


def warnings(result: ScoreResult) -> Iterator[str]:
    """What limits these scores: few questions, different ones, infinite scores, runs that were left out."""
    few = [f"{name} ({row.questions})" for name, row in result.analysts.items() if row.few]
    if few:
        yield f"Fewer than {FEW} resolved questions: {cut(few)}. So few say little about the analyst."
    if not result.same_questions:
        yield "The analysts were scored on different questions, so their scores cannot be compared directly."
    if names := [name for name, row in result.analysts.items() if row.log is None]:
        yield f"{cut(names)} gave probability 0 to something that happened, so the logarithmic score is infinite."
    if result.open_runs:
        runs = plural(result.open_runs, "saved run", "saved runs")
        verb = "is" if result.open_runs == 1 else "are"
        yield f"{runs} of the same scenarios and prior sets {verb} not resolved. Selected runs make a biased record."


def cut(names: Sequence[str]) -> str:
    """Names in a sentence; of many, the first and how many others there are."""
    rest = len(names) - EVERYBODY
    return listed([*names[:EVERYBODY], f"{rest:,} more"] if rest > 0 else names)


def source(result: ScoreResult) -> str:
    """The file, or the log and the digest by which its content can be recognised."""
    if result.source == "file":
        return f"File: {result.file}, {plural(result.lines, 'forecast', 'forecasts')}."
    if not result.lines:
        return f"The log is empty: {result.file}."
    corrected = f", {result.corrected:,} of them corrected by later ones" if result.corrected else ""
    return (
        f"Log: {result.file}, {plural(result.lines, 'line', 'lines')}{corrected}. Digest of the last: {result.digest}."
    )


def _shown(rows: Mapping[str, Verification]) -> dict[str, Verification]:
    """Of many analysts those with the most forecasts; all together stays below them."""
    own = [name for name in rows if name != TOGETHER]
    chosen = set(sorted(own, key=lambda name: (-rows[name].count, name))[:MOST_ANALYSTS])
    return {name: row for name, row in rows.items() if name == TOGETHER or name in chosen}


def _rows(result: ScoreResult) -> dict[str, Verification]:
    """The analysts, and below them all together where there are several."""
    together = {TOGETHER: result.overall} if result.overall and len(result.analysts) > 1 else {}
    # In a file from elsewhere anybody may have that name.
    own = {f"{name} (an analyst)" if name in together else name: row for name, row in result.analysts.items()}
    return {**own, **together}


def _scores(rows: Mapping[str, Verification], result: ScoreResult) -> Iterator[Block]:
    yield Heading(text="Scores")
    yield Table(
        header=("Analyst", "Happened", "Mean forecast", "Brier score", "Logarithmic score"),
        rows=tuple(
            (name, *_frequency(row.yes_no), number(row.brier), number(row.log) if row.log else "infinite")
            for name, row in rows.items()
        ),
    )
    yield Table(
        header=("Analyst", f"{UNIT[result.source].capitalize()}s", "Brier skill", "Logarithmic skill"),
        rows=tuple(
            (name, f"{row.scenarios:,}", *(skill(each) for each in _skills(row.yes_no))) for name, row in rows.items()
        ),
    )


def _frequency(row: BaseRate | None) -> tuple[str, str]:
    """How often the answer was yes and the mean forecast; dashes where no answer is yes or no."""
    return (occurred(row), mean(row)) if row else ("-", "-")


def _skills(row: BaseRate | None) -> tuple[Estimate | None, Estimate | None]:
    return (row.brier_skill, row.log_skill) if row else (None, None)


def _states(rows: Mapping[str, Verification]) -> Iterator[Block]:
    """The forecasts of several states, where there are any."""
    if any(row.of_states for row in rows.values()):
        yield Table(
            header=("Analyst", "Forecasts of states", "Of ordered ones", "Ranked probability score"),
            rows=tuple((name, f"{row.of_states:,}", *_ranked(row)) for name, row in rows.items()),
        )


def _ranked(row: Verification) -> tuple[str, str]:
    return (f"{row.ranked.count:,}", number(row.ranked.score)) if row.ranked else ("0", "-")


def _calibration(rows: Mapping[str, Verification], result: ScoreResult) -> Iterator[Block]:
    mass = plain_percent(result.interval_mass)
    yield Heading(text="Calibration: forecasts against what happened")
    if len(result.analysts) > EVERYBODY:
        yield Paragraph(text="All analysts together; JSON and Excel have the calibration of each.")
        rows = {TOGETHER: rows[TOGETHER]}
    yield Table(
        header=("Analyst", "ICD 203 word", "Mean forecast", "Happened", f"{mass} interval"),
        rows=tuple(
            (name, group.term, mean(group), occurred(group), interval(group))
            for name, row in rows.items()
            for group in row.bins
        ),
        text_columns=frozenset({0, 1}),
    )
    yield Listing(
        points=tuple(f"{name}: {_bias(row, UNIT[result.source])}{outside(row, mass)}" for name, row in rows.items())
    )
    yield Paragraph(text=f"Intervals: {mass} credible intervals of the frequency (Jeffreys prior).")


def _decomposition(rows: Mapping[str, Verification]) -> Iterator[Block]:
    known = ((name, row.yes_no) for name, row in rows.items() if row.yes_no)
    parts = [_parts(name, row, row.decomposition) for name, row in known if row.decomposition]
    if parts:
        yield Heading(text="Parts of the Brier score", level=3)
        header = ("Analyst", "Reliability", "Resolution", "Uncertainty", "Within bins")
        yield Table(header=header, rows=tuple(parts))
        yield Paragraph(text=PARTS)


def _over_time(periods: Sequence[Period]) -> Iterator[Block]:
    if periods:
        yield Heading(text="Over time: by when forecasts were made")
        yield Table(
            header=("Period", "Happened", "Mean forecast", "Brier score"),
            rows=tuple(
                (period.name, *_frequency(period.scores.yes_no), number(period.scores.brier)) for period in periods
            ),
        )


def _parts(name: str, row: BaseRate, parts: Decomposition) -> tuple[str, ...]:
    """The parts to the digits of the whole."""
    values = (parts.reliability, parts.resolution, parts.uncertainty, parts.within_bin)
    return (name, *(beside_error(value, row.brier.se or 0.0) for value in values))


def _forecasts(result: ScoreResult) -> Iterator[Block]:
    last = result.forecasts[-MAX_FORECASTS:]
    yield Heading(text="Forecasts")
    from_log = result.source == "log"
    header = ("Question", "Analyst", "Forecast", "Result", *(("Date", "Days ahead") if from_log else ("Made",)))
    yield Table(
        header=header,
        rows=tuple(
            (row.question, row.analyst, percent(row), answer(row))
            + ((day(row.date), days_ahead(row)) if from_log else (day(row.made),))
            for row in last
        ),
        text_columns=frozenset({0, 1, 3, 4}),
        nowrap_columns=frozenset({4}),
    )
    if left_out := len(result.forecasts) - len(last):
        yield Paragraph(text=f"{plural(left_out, 'earlier forecast', 'earlier forecasts')} not listed; JSON has all.")


def percent(row: ScoredForecast) -> str:
    """The probability to the digits of its error: that of yes, or of the state that held; a dash if none is known."""
    known = next((each for each in row.states if each.state == row.state), None)
    probability, se = (known.probability, known.se) if known else (row.probability, row.se)
    return "-" if probability is None else f"{rounded(probability, se or 0.0, places=2)}%"


def answer(row: ScoredForecast) -> str:
    """What happened, and why the forecast does not count if it does not."""
    word = row.state or WORDS[row.occurred]
    if row.withdrawn:
        return f"{word}, withdrawn"
    return word if row.scored or row.occurred is None else f"{word}, superseded"


def days_ahead(row: ScoredForecast) -> str:
    """How many days before the answer it was made."""
    return "-" if row.occurred is None or row.lead is None else f"{row.lead:,}"


def day(date: datetime.date | None) -> str:
    """A date in a table; a dash where it is unknown."""
    return date.isoformat() if date else "-"


def skill(estimate: Estimate | None) -> str:
    """A skill with its standard error; a dash where it is not defined."""
    return number(estimate, signed=True) if estimate else "-"


def occurred(row: BaseRate | Bin) -> str:
    """How often it happened: "12 of 34 (35%)"."""
    return f"{row.occurred:,} of {row.count:,} ({rounded(row.occurred / row.count, 0.01, places=2)}%)"


def interval(group: Bin) -> str:
    """The interval of a frequency, in whole percent."""
    low, high = (rounded(end, 0.01, places=2) for end in (group.low, group.high))
    return f"{low}% to {high}%"


def mean(row: BaseRate | Bin) -> str:
    """The mean forecast in percent."""
    return f"{rounded(row.mean_forecast.value, row.mean_forecast.se or 0.0, places=2)}%"


def _bias(row: Verification, unit: str) -> str:
    return f"{bias(row.yes_no, unit)}. " if row.yes_no else ""


def bias(row: BaseRate, unit: str = "scenario") -> str:
    """Whether forecasts were too high or too low, as far as that can be known; no full stop."""
    numbers = f"mean forecast {mean(row)}, {occurred(row)} happened"
    if row.bias.se is None:
        return f"One {unit} is not enough to judge the bias: {numbers}"
    if abs(row.bias.value) <= SIGNIFICANT_SE * row.bias.se:
        return f"No bias beyond chance: {numbers}"
    return f"Forecasts were too {'high' if row.bias.value > 0 else 'low'}: {numbers}"


def outside(row: Verification, mass: str) -> str:
    """In which bins frequencies and forecasts do not fit together."""
    off = [group.term for group in row.bins if not group.low <= group.mean_forecast.value <= group.high]
    count = plural(len(row.bins), "bin", "bins")
    if not off:
        return f"The mean forecast is within the interval in {f'all {count}' if len(row.bins) > 1 else 'the only bin'}."
    where = f"in {len(off)} of {count} ({listed(off)})"
    return f"The mean forecast is outside the interval {where}; {mass} should be inside."


def sheets(result: ScoreResult, context: Context) -> tuple[Sheet, ...]:
    """The scored forecasts as a record for a pool, then scores, calibration bins and all forecasts."""
    rows = _rows(result)
    scores = [{"analyst": name, "": _columns(row), "decomposition": _parts_of(row)} for name, row in rows.items()]
    bins = [{"analyst": name, "": group} for name, row in rows.items() for group in row.bins]
    return (
        record(result),
        sheet("scores", scores),
        sheet("calibration", bins),
        sheet("forecasts", [{"": forecast_cells(row)} for row in result.forecasts]),
        sheet("day by day", [{"": each} for each in result.daily.questions]),
        sheet("pools day by day", [{"": each} for each in result.daily.pool_questions]),
        sheet("daily means", [{"analyst": name, "": row} for name, row in daily_rows(result.daily).items()]),
        sheet("over time", [{"period": p.name, "": _columns(p.scores)} for p in result.periods]),
    )


def record(result: ScoreResult) -> Sheet:
    """The scored forecasts as a pool reads them: a row for each, or where it has several states one for each state.

    Of a log those of its analysts alone, since a pool knows no others; with the scores over days, which it ignores.
    """
    rows = [row for row in result.scored if result.source == "file" or row.run]
    columns = (*COLUMNS, "state") if any(row.states for row in rows) else COLUMNS
    over_days = {(each.analyst, each.question): each for each in result.daily.questions}
    daily = DAILY_COLUMNS if over_days else ()
    cells = (
        (*own[: len(columns)], *(getattr(over_days.get((row.analyst, row.question)), name, None) for name in daily))
        for row in rows
        for own in _record_rows(row)
    )
    return Sheet(name="record", columns=(*columns, *(f"daily_{name}" for name in daily)), rows=tuple(cells))


DAILY_COLUMNS = ("brier", "log", "days", "withdrawn_days")
"""Of the scores of a question over its days."""


def _record_rows(row: ScoredForecast) -> Iterator[tuple[Cell, ...]]:
    if not row.states:
        yield row.analyst, row.question, row.probability, "yes" if row.occurred else "no", ""
    for each in row.states:
        yield row.analyst, row.question, each.probability, "yes" if each.state == row.state else "no", each.state


def forecast_cells(row: ScoredForecast) -> dict[str, object]:
    """A forecast in one row: its states as "insider=0.2; criminals=0.8"."""
    return {**asdict(row), "states": tuple(f"{each.state}={each.probability!r}" for each in row.states)}


def _columns(row: Verification) -> dict[str, object]:
    base = {key: getattr(row.yes_no, key) for key in BASE_RATE_COLUMNS} if row.yes_no else {}
    ranked = {"ranked": row.ranked} if row.ranked else {}
    return {**{key: getattr(row, key) for key in SCORE_COLUMNS}, **ranked, **base}


def _parts_of(row: Verification) -> Decomposition | None:
    return row.yes_no.decomposition if row.yes_no else None


SCORE_COLUMNS = ("count", "questions", "scenarios", "of_states", "brier", "log")
BASE_RATE_COLUMNS = ("occurred", "mean_forecast", "bias", "brier_skill", "log_skill")


FIGURES = figures("calibration")
