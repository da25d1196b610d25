"""The JSON Schema of every kind of answer, against what the commands print and what is committed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from msgspec.structs import fields

from estimative import schemas
from estimative.model.codec import DamagedJson, from_json, schema, to_json
from estimative.reports.answers import KINDS, kind_of
from estimative.schemas import TYPES
from estimative.workflows.check import CheckResult
from tests.command import Desk
from tests.estimative.test_compare import PURSER
from tests.estimative.test_pool import FORECASTS
from tests.estimative.test_resolve import COOK, DATED, UNTIL, backdate, day
from tests.in_process import one_thread
from tests.remembered import remembered

FOLDER = Path(__file__).parent.parent / "docs" / "schemas"
NAMES: dict[str, Any] = {name: TYPES[name] for name in KINDS}
WATCH = ("--scenario", "watch.toml", "--priors", "watchman.toml")
FERRY = ("--scenario", "ferry.toml", "--priors", "mate.toml")
TEAM = (*FERRY, "--priors", "cook.toml")
CASES = "scenario,priors\nferry.toml,mate.toml\nferry.toml,cook.toml\n"
COMMANDS = {
    "fit": ("fit", *WATCH, "--method", "importance"),
    "calibrate": ("calibrate", *WATCH, "--fits", "20", "--method", "importance"),
    "sensitivity": ("sensitivity", *WATCH),
    "evidence": ("evidence", *WATCH),
    "trace": ("trace", "cancelled", *WATCH),
    "whatif": ("whatif", *WATCH, "--do", "weather=0.9", "--given", "storm", "--without", "captain"),
    "whatif --sweep": ("whatif", *WATCH, "--sweep", "weather=0:1:3"),
    "compare": ("compare", *TEAM, "--attribute"),
    "compare without attribution": ("compare", *TEAM),
    "compare a team": ("compare", *TEAM, "--priors", "purser.toml", "--attribute"),
    "pool": ("pool", *TEAM),
    "pool with weights": ("pool", *TEAM, "--weight", "cook=2", "--extremize", "1.5"),
    "pool by scores": ("pool", *TEAM, "--scores", "forecasts.csv"),
    "report": ("report", "{after}"),
    "diff": ("diff", "{before}", "{after}"),
    "withdraw": ("withdraw", "{open}", "--because", "New evidence"),
    "resolve": ("resolve", "{before}", "--result", "no", "--date", UNTIL, "--because", "The log"),
    "score": ("score",),
    "runs": ("runs",),
    "history": ("history", *FERRY[:2]),
    "status": ("status",),
    "batch": ("batch", "cases.csv"),
    "roll": ("roll", "--scenario", "later.toml", *FERRY[2:], "--to", "next"),
}
"""In this order: reports and records need the runs before them."""
RECORDS = {"report", "diff", "withdraw", "resolve", "score", "runs", "history", "roll", "status"}
NOT_FITTED = {*RECORDS, "calibrate", "batch"}
FITTED = [name for name in COMMANDS if name not in NOT_FITTED]


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What every command prints as JSON, of fits that converge and, by the name "... failed", of fits that do not."""
    with one_thread(), remembered():
        return printed_at(Desk.at(tmp_path_factory.mktemp("schemas")))


def printed_at(desk: Desk) -> dict[str, Any]:
    desk.write("ferry.toml", DATED)
    for name, text in {
        "cook.toml": COOK,
        "purser.toml": PURSER,
        "forecasts.csv": FORECASTS,
        "cases.csv": CASES,
    }.items():
        desk.write(name, text)
    for priors in ("mate", "cook"):
        assert desk.run("fit", *FERRY[:3], f"{priors}.toml", "--method", "importance").code == 0
    before, after = desk.kept()
    backdate(desk)
    desk.write("later.toml", DATED.replace(UNTIL, day(-20)))
    assert desk.run("fit", "--scenario", "later.toml", *FERRY[2:], "--method", "importance").code == 0
    still_open = max(set(desk.kept()) - {before, after})
    answers = {}
    for name, command in COMMANDS.items():
        done = desk.run(
            *(part.format(before=before, after=after, open=still_open) for part in command), "--format", "json"
        )
        assert done.code in ((0, 4) if name == "status" else (0,)), done.err
        answers[name] = json.loads(done.out)
    Draft202012Validator(schema(CheckResult)).validate(json.loads(desk.run("check", ".", "--format", "json").out))
    for name in FITTED:
        failed = [part for part in COMMANDS[name] if part not in {"--method", "importance"}]
        for requested in ((), ("--allow-unconverged",)):
            done = desk.run(*failed, "--method", "importance", "--draws", "100", "--format", "json", *requested)
            assert done.code == 3, done.err
            answers[f"{name} failed{' but requested' if requested else ''}"] = json.loads(done.out)
    return answers


def nodes(data: Any, *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every object in a document, by its path."""
    if isinstance(data, dict):
        yield path, data
        for key, part in data.items():
            yield from nodes(part, *path, key)
    elif isinstance(data, list):
        for part in data[:2]:
            yield from nodes(part, *path, "[]")


def test_the_committed_schemas_are_those_of_the_types(capsys: pytest.CaptureFixture[str]) -> None:
    """`python -m estimative.schemas --check docs/schemas` finds nothing out of date."""
    assert schemas.main(["--check", str(FOLDER)]) == 0, capsys.readouterr().err


def test_a_stale_missing_or_needless_schema_is_noticed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each is named with what to do, and the exit code is 1."""
    assert schemas.main([str(tmp_path)]) == 0
    assert schemas.main([str(tmp_path), "--check"]) == 0
    (tmp_path / "fit.json").write_text("{}", encoding="utf-8")
    (tmp_path / "pool.json").unlink()
    (tmp_path / "old.json").write_text("{}", encoding="utf-8")
    assert schemas.main([str(tmp_path), "--check"]) == 1
    message = capsys.readouterr().err
    assert [name for name in ("fit.json", "old.json", "pool.json") if f"{name} is out of date" in message] == [
        "fit.json",
        "old.json",
        "pool.json",
    ]


def test_every_kind_has_a_schema() -> None:
    """Every kind of answer has one by its own name, and can be shown; so has `check`, which is shown as it is."""
    assert set(TYPES) == {"check", *KINDS}
    for name, kind in NAMES.items():
        assert {field.name: field.default for field in fields(kind)}["kind"] == name
        assert callable(kind_of(name).document)


@pytest.mark.parametrize("name", TYPES)
def test_a_schema_is_a_schema(name: str) -> None:
    """Each is valid under JSON Schema 2020-12 and has every field of its type."""
    definition = schema(TYPES[name])
    Draft202012Validator.check_schema(definition)
    own = definition["$defs"][TYPES[name].__name__]
    assert set(own["properties"]) == set(TYPES[name].__struct_fields__)


def test_what_every_command_prints_satisfies_its_schema(printed: dict[str, Any]) -> None:
    """Every kind of answer, with numbers, without, and with numbers that were requested all the same."""
    assert {answer["kind"] for answer in printed.values()} == set(NAMES)
    for name, answer in printed.items():
        errors = list(Draft202012Validator(schema(NAMES[answer["kind"]])).iter_errors(answer))
        assert not errors, f"{name}: {errors[0].json_path}: {errors[0].message}"


def test_what_every_command_prints_is_read_back_as_the_same_result(printed: dict[str, Any]) -> None:
    """No field is lost, and no number loses a bit."""
    for answer in printed.values():
        again = from_json(json.dumps(answer), NAMES[answer["kind"]])
        assert json.loads(to_json(again)) == answer


def test_failed_fits_have_no_number_in_any_kind(printed: dict[str, Any]) -> None:
    """An answer of failed fits has no estimate of a probability anywhere, unless it was requested."""
    for name in FITTED:
        withheld, requested = printed[f"{name} failed"], printed[f"{name} failed but requested"]
        assert (withheld["converged"], withheld["with_unconverged"]) == (False, False)
        assert (requested["converged"], requested["with_unconverged"]) == (False, True)
        estimates = [
            p for p, node in nodes(withheld) if {"value", "se"} <= set(node) and p[0] not in {"weights", "record"}
        ]
        assert not estimates, f"{name}: {estimates[0]}"
        assert [path for path, node in nodes(requested) if {"value", "se"} <= set(node)], name


def test_a_wrong_type_is_refused_by_schema_and_reader(printed: dict[str, Any]) -> None:
    """A text in the place of a number, and a number that is missing, are refused at their path."""
    answer = printed["fit"]
    for value in ({"value": "x"}, {}):
        estimate = {**answer["outcomes"]["cancelled"]["posterior"], **value}
        if not value:
            del estimate["value"]
        outcome = {**answer["outcomes"]["cancelled"], "posterior": estimate}
        wrong = {**answer, "outcomes": {**answer["outcomes"], "cancelled": outcome}}
        assert not Draft202012Validator(schema(NAMES["fit"])).is_valid(wrong)
        with pytest.raises(DamagedJson, match="outcomes"):
            from_json(json.dumps(wrong), NAMES["fit"])


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "1", "null", '{"schema_version": 1}', '{"schema_version": 2}', "\ud800"]
)
def test_what_is_no_result_is_refused(text: str) -> None:
    """As one kind of error, whatever is wrong."""
    with pytest.raises(DamagedJson):
        from_json(text.encode("utf-8", "surrogatepass"), NAMES["fit"])
