"""The next edition of a scenario: its files, and those of its analysts, as of a later day; comments stay."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from estimative.model.inference.info import SCHEMA_VERSION, ScenarioInfo
from estimative.model.record.edition import AnalystFile, Edition, aged, unanswered
from estimative.model.spec.as_of import as_of
from estimative.model.spec.exposure import Lengthened, lengthened
from estimative.model.spec.scenario import Scenario
from estimative.model.spec.scenario_file import SCENARIO, SHIPPED, find_scenario, reading_of
from estimative.priors.catalog import find_prior_set, looks_like_path, shipped_prior_sets
from estimative.priors.errors import InvalidInput, Issue, Place, invalid
from estimative.priors.prior_set import PriorSet
from estimative.priors.prior_set_file import read_prior_set
from estimative.priors.toml_document import TomlFile
from estimative.workflows.clock import checked_day
from estimative.workflows.new_files import create
from estimative.workflows.project import prior_set_files
from estimative.workflows.starter_files import item_lines

if TYPE_CHECKING:
    from tomlkit import TOMLDocument


class _Analyst(Struct, frozen=True, kw_only=True):
    """A prior set of the earlier edition."""

    path: Path
    prior_set: PriorSet
    shipped: bool


def roll(scenario: str, priors: Sequence[str], day: datetime.date, folder: Path | None = None) -> Edition:
    """Write the next edition of a scenario and of its analysts' prior sets.

    `as_of` becomes the day; exposure that ran until the earlier day runs until this one; checkpoints that are over are
    dropped. Every prior set keeps its date, and is asked for the items that it says nothing about and for which the
    scenario suggests nothing.

    Parameters
    ----------
    scenario, priors
        Names of shipped ones, or paths; of prior sets, folders too. No prior sets stand for all shipped ones.
    folder
        Where to write; by default one named after the day, next to the scenario.

    Raises
    ------
    InvalidInput
        With every error of the files; if the day is not after that of the scenario, or is still to come; or if a file
        exists already. Then nothing is written.
    """
    path = find_scenario(scenario)
    checked_day(day)
    file = TomlFile.read(path)
    reading = reading_of(path, day)
    before = _day_of(path, file)
    if day <= before:
        message = f"{day} is not after the day of the scenario, {before}"
        raise invalid(message, code="date-out-of-range", key="as-of", value=str(day), allowed=f"a date after {before}")
    target = folder or _beside(path) / day.isoformat()
    analysts = tuple(_analysts(priors, reading.scenario.id))
    _check_names([path.name, *(analyst.path.name for analyst in analysts if not analyst.shipped)], target)
    earlier = as_of(reading.scenario, before)
    longer = lengthened(earlier, day)
    silent = {analyst.path: unanswered(reading.scenario, analyst.prior_set) for analyst in analysts}
    texts = {target / path.name: _scenario_text(file.text, reading.scenario, longer)}
    texts |= {target / name: text for name, text in reading.texts.items() if name != SCENARIO}
    for analyst in analysts:
        if not analyst.shipped:
            asked = [item.id for item in silent[analyst.path] if not item.suggested]
            texts[target / analyst.path.name] = _prior_set_text(analyst, analysts, asked, reading.scenario, target)
    _write(texts)
    return Edition(
        schema_version=SCHEMA_VERSION,
        scenario=_info(reading_of(target / path.name).scenario),
        before=before,
        files=tuple(map(str, texts)),
        lengthened=tuple(longer.values()),
        passed=tuple(date for date in _checkpoints(file) if before < date <= day),
        aged=aged(earlier.evidence, before, day),
        analysts=tuple(
            AnalystFile(
                name=analyst.prior_set.name,
                analyst=analyst.prior_set.analyst,
                date=analyst.prior_set.date,
                file="" if analyst.shipped else str(target / analyst.path.name),
                unanswered=silent[analyst.path],
            )
            for analyst in analysts
        ),
    )


def _check_names(names: Sequence[str], target: Path) -> None:
    """Refuse two files that would get the same name.

    Raises
    ------
    InvalidInput
        With each such name.
    """
    twice = dict.fromkeys(name for name in names if names.count(name) > 1)
    if twice:
        message = "two files of the edition would have this name"
        issues = [Issue(code="duplicate-name", message=message, place=Place(file=str(target / n))) for n in twice]
        raise InvalidInput(issues)


def _write(texts: Mapping[Path, str]) -> None:
    """Write all files or none, with the folders that they need."""
    for path in texts:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            message = f"cannot be made: {error.strerror}"
            raise invalid(message, code="cannot-write", file=str(path.parent), allowed="a folder") from error
    create(texts)


def _beside(path: Path) -> Path:
    """Where editions of a scenario are: next to it, or next to the folder of an earlier edition."""
    if path.parent.resolve() == SHIPPED.resolve():
        return Path()
    try:
        datetime.date.fromisoformat(path.absolute().parent.name)
    except ValueError:
        return path.parent
    return path.absolute().parent.parent if path.parent == Path() else path.parent.parent


def _day_of(path: Path, file: TomlFile) -> datetime.date:
    day = file.data["scenario"]["as_of"]
    assert isinstance(day, datetime.date)
    return day


def _checkpoints(file: TomlFile) -> Sequence[datetime.date]:
    dates: list[datetime.date] = file.data["scenario"].get("checkpoints", [])
    return dates


def _analysts(priors: Sequence[str], scenario: str) -> Iterator[_Analyst]:
    """Read the prior sets.

    Raises
    ------
    InvalidInput
        With every error of every file.
    """
    issues: list[Issue] = []
    names = priors or tuple(shipped_prior_sets().get(scenario, {}))
    for name in (file for given in names for file in prior_set_files(given)):
        try:
            path = find_prior_set(name, scenario)
            yield _Analyst(path=path, prior_set=read_prior_set(path), shipped=not looks_like_path(name))
        except InvalidInput as error:
            issues.extend(error.issues)
    if issues:
        raise InvalidInput(dict.fromkeys(issues))


def _scenario_text(text: str, scenario: Scenario, longer: Mapping[str, Lengthened]) -> str:
    """Return the text of the scenario as of its day, with the exposure until then."""
    document = _parsed(text)
    frame: Any = document["scenario"]
    frame["as_of"] = scenario.as_of
    if "checkpoints" in frame:
        frame["checkpoints"] = list(scenario.checkpoints)
    for name, row in longer.items():
        item: Any = document["evidence"][name]
        item["years"] = round(row.after, 3)
        if "date" in item:
            item["date"] = scenario.as_of
    return document.as_string()


def _prior_set_text(
    analyst: _Analyst, analysts: Sequence[_Analyst], asked: Sequence[str], scenario: Scenario, target: Path
) -> str:
    """Return the text of a prior set that asks for some items of evidence.

    The digest of the scenario goes: it is that of the earlier edition. A path that it extends is one from its new
    folder, unless that file is in the new edition itself.
    """
    document = _parsed(TomlFile.read(analyst.path).text)
    head: Any = document["prior_set"]
    head.pop("scenario_digest", None)
    extended = str(head.get("extends", ""))
    rolled = {other.path.resolve() for other in analysts if not other.shipped}
    if extended and (parent := _file_of(extended, analyst.path.parent)):
        inside = parent.resolve() in rolled
        head["extends"] = parent.name if inside else os.path.relpath(parent.resolve(), target.resolve())
    for section, lines in item_lines(asked, scenario).items():
        if section not in document:
            document.add(section, _parsed(f"[{section}]\n")[section])
        table: Any = document[section]
        for key, value in _parsed("\n".join(lines)).body:
            table.add(key, value) if key is not None else table.add(value)
    return f"{document.as_string().rstrip()}\n"


def _file_of(name: str, folder: Path) -> Path | None:
    """The file that a prior set extends, if it is one next to it or given by a path; None of a shipped one."""
    path = folder / (name if name.endswith(".toml") else f"{name}.toml")
    return path if path.is_file() else None


def _parsed(text: str) -> TOMLDocument:
    import tomlkit

    return tomlkit.parse(text)


def _info(scenario: Scenario) -> ScenarioInfo:
    names = ("id", "digest", "title", "question", "as_of", "until", "headline")
    return ScenarioInfo(**{name: getattr(scenario, name) for name in names})
