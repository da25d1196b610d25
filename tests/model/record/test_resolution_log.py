"""The log of resolutions: lines are only added, whole or not at all, and no change goes unnoticed."""

from __future__ import annotations

import datetime
import fcntl
import hashlib
import importlib
import json
import os
import sys
from collections.abc import Sequence
from io import FileIO
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from estimative.model.record.manifest import Manifest
from estimative.model.record.resolution_log import FIRST, LOG, ResolutionLog
from estimative.model.record.resolutions import (
    Question,
    Resolution,
    contradictions,
    current_entries,
    open_runs,
    refusals,
)
from estimative.model.record.run_store import Store
from estimative.priors.errors import InvalidInput
from tests.numbers import probability
from tests.scores_made import AS_OF, MADE, UNTIL, WRITTEN, entry, forecast, resolution, run_id, state_resolution

DAY = datetime.timedelta(days=1)
TODAY = UNTIL + 30 * DAY


def written(folder: Path, *resolutions: Resolution) -> ResolutionLog:
    """A log with these lines."""
    log = ResolutionLog.in_folder(folder)
    for one in resolutions:
        log.append(one, written=WRITTEN, correct=False)
    return log


def three(folder: Path) -> ResolutionLog:
    return written(folder, *(resolution(place, scenario=f"s{place}") for place in (1, 2, 3)))


def issues(log: ResolutionLog) -> list[tuple[int | None, str]]:
    """The lines that reading finds issue with, and what it result; none where it finds nothing."""
    try:
        log.read()
    except InvalidInput as invalid:
        return [(issue.place.line, issue.message) for issue in invalid.issues]
    return []


def refused(log: ResolutionLog, one: Resolution, *, correct: bool = False) -> str:
    """Why a line is not added, in one error; the file stays as it was, or is not made."""
    log.path.parent.mkdir(exist_ok=True)
    before = log.path.read_bytes() if log.path.exists() else None
    with pytest.raises(InvalidInput) as caught:
        log.append(one, written=WRITTEN, correct=correct)
    [issue] = caught.value.issues
    assert (log.path.read_bytes() if log.path.exists() else None) == before
    return str(issue)


@pytest.mark.parametrize("happened", [True, False, None])
def test_a_line_is_read_back_as_it_was_written(tmp_path: Path, happened: bool | None) -> None:
    """What is appended is read back, to the last bit of its numbers and with any text in it."""
    hostile = "a\nb\u2028c \u202e\u0000\x1b[31m \u6f22 \\ \" '"
    one = replace(resolution(1, happened, probability=0.1 + 0.2, analyst=hostile), because=hostile)
    log = ResolutionLog.in_folder(tmp_path)
    entry = log.append(one, written=WRITTEN, correct=False)
    assert log.read() == (entry,)
    assert (entry.line, entry.resolution, entry.written, entry.corrects) == (1, one, WRITTEN, None)
    assert [path.name for path in tmp_path.iterdir()] == [LOG]


@pytest.mark.parametrize("state", ["s1", "", "otherwise"])
def test_a_line_of_states_is_read_back_as_it_was_written(tmp_path: Path, state: str) -> None:
    """The probabilities of all states, their order and which one holds are read back to the last bit."""
    one = state_resolution(1, (0.1 + 0.2, 0.0, 0.7), state, ordered=True)
    log = written(tmp_path, one)
    [entry] = log.read()
    assert entry.resolution == one
    content = json.loads(log.path.read_bytes())
    assert (content["outcome"], content["event"], content["state"], content["ordered"]) == ("", "level", state, True)
    assert [each["probability"] for each in content["states"]] == [0.1 + 0.2, 0.0, 0.7]
    assert (content["probability"], content["happened"]) == (None, True if state == "s1" else None)


def test_a_line_of_the_first_version_is_read(tmp_path: Path) -> None:
    """A line without the fields of states is that of an outcome, and the log goes on after it."""
    log = forged(tmp_path, schema_version=1, without=("event", "states", "ordered", "state"))
    [entry] = log.read()
    assert entry.resolution == resolution()
    log.append(state_resolution(2, (0.5, 0.5), "s0"), written=WRITTEN, correct=False)
    assert [each.line for each in log.read()] == [1, 2]


def test_a_state_and_an_outcome_of_one_name_are_two_questions(tmp_path: Path) -> None:
    """Each is resolved once; another state of the same event is a contradiction, whoever made the run."""
    log = written(tmp_path, resolution(outcome="level"), state_resolution(1, (0.5, 0.5), "s0"))
    again = refused(log, state_resolution(1, (0.5, 0.5), "s1"))
    assert "the state of level of this run is resolved already: s0 on 2026-04-02" in again
    other = refused(log, state_resolution(2, (0.4, 0.6), "s1", prior_set="mayor"))
    assert "the answer is s1, but line 2 answers the same question with s0" in other
    log.append(state_resolution(1, (0.5, 0.5), "s1"), written=WRITTEN, correct=True)
    assert [entry.resolution.word for entry in current_entries(log.read())] == ["yes", "s1"]


def test_there_is_nothing_where_there_is_no_file(tmp_path: Path) -> None:
    """A folder without a log, or none at all, has no resolutions; reading makes no file."""
    assert ResolutionLog.in_folder(tmp_path).read() == ()
    assert ResolutionLog.in_folder(tmp_path / "nowhere").read() == ()
    assert list(tmp_path.iterdir()) == []


def test_a_line_is_one_object_in_ascii(tmp_path: Path) -> None:
    """Each line is a JSON object that no terminal can be steered by, with the fields that the format promises."""
    log = written(tmp_path, replace(resolution(), because="\u202eevil \x1b[2J"))
    raw = log.path.read_bytes()
    assert raw.isascii()
    assert raw.count(b"\n") == 1
    assert all(byte >= 32 for byte in raw[:-1])
    content = json.loads(raw)
    assert list(content) == [
        "schema_version", "previous", "written", "corrects", "run", "created", "scenario", "scenario_digest",
        "prior_set", "prior_set_digest", "analyst", "outcome", "probability", "mcse", "event", "states", "ordered",
        "as_of", "until", "happened", "state", "on", "because", "digest",
    ]  # fmt: skip
    assert (content["happened"], content["on"], content["probability"]) == (True, "2026-04-02", 0.3)
    assert content["written"] == "2026-07-01T08:00:00Z"


def test_each_line_is_tied_to_the_one_before(tmp_path: Path) -> None:
    """`previous` is the SHA-256 of the line before it with its end, as `sha256sum` finds it; 64 zeros at first."""
    log = three(tmp_path)
    lines = log.path.read_bytes().splitlines(keepends=True)
    digests = [hashlib.sha256(line).hexdigest() for line in lines]
    assert [json.loads(line)["previous"] for line in lines] == [FIRST, *digests[:-1]]
    assert [entry.digest for entry in log.read()] == digests


def test_lines_are_never_rewritten(tmp_path: Path) -> None:
    """A later line leaves the bytes of the earlier ones as they were, a correction too."""
    log = three(tmp_path)
    before = log.path.read_bytes()
    log.append(resolution(2, False, scenario="s2"), written=WRITTEN, correct=True)
    assert log.path.read_bytes().startswith(before)


CHANGED, ENDLESS = "the line was changed", "the line was cut short while it was written"
FOLLOWS = "the line does not follow from the one before: a line was inserted, removed or moved"
DAMAGE = {
    "first changed": (lambda a, b, c: [a.replace(b"0.3", b"0.9"), b, c], [(1, CHANGED)]),
    "middle changed": (lambda a, b, c: [a, b.replace(b"true", b"null"), c], [(2, CHANGED)]),
    "last changed": (lambda a, b, c: [a, b, c.replace(b"log.", b"dog.")], [(3, CHANGED)]),
    "two changed": (lambda a, b, c: [a.replace(b"0.3", b"0.9"), b, c + b" "], [(1, CHANGED), (4, ENDLESS)]),
    "first missing": (lambda a, b, c: [b, c], [(1, FOLLOWS)]),
    "middle missing": (lambda a, b, c: [a, c], [(2, FOLLOWS)]),
    "put in twice": (lambda a, b, c: [a, b, b, c], [(3, FOLLOWS)]),
    "exchanged": (lambda a, b, c: [a, c, b], [(2, FOLLOWS), (3, FOLLOWS)]),
    "empty line": (lambda a, b, c: [a, b"\n", b, c], [(2, CHANGED)]),
    "foreign line": (lambda a, b, c: [a, b'{"happened": true}\n', b, c], [(2, CHANGED)]),
    "cut short": (lambda a, b, c: [a, b, c[:-40]], [(3, ENDLESS)]),
    "cut at the end": (lambda a, b, c: [a, b, c[:-1]], [(3, ENDLESS)]),
    "other line ends": (lambda a, b, c: [a[:-1] + b"\r\n", b, c], [(1, CHANGED)]),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_names_its_line(tmp_path: Path, name: str) -> None:
    """A line that was changed, taken out, inserted, moved or cut short is an error that names it, and no other one."""
    damage, expected = DAMAGE[name]
    log = three(tmp_path)
    log.path.write_bytes(b"".join(damage(*log.path.read_bytes().splitlines(keepends=True))))
    assert issues(log) == expected
    refused_whole = log.path.read_bytes()
    with pytest.raises(InvalidInput):
        log.append(resolution(4, scenario="s4"), written=WRITTEN, correct=False)
    assert log.path.read_bytes() == refused_whole, "nothing is added to what cannot be trusted"


@settings(max_examples=60)
@given(place=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_no_bit_can_change_unnoticed(tmp_path: Path, place: int, bit: int) -> None:
    """Any flipped bit is an error in its line."""
    folder = tmp_path / "bits"
    folder.mkdir(exist_ok=True)
    log = ResolutionLog.in_folder(folder)
    if not log.path.exists():
        three(folder)
        (folder / "good").write_bytes(log.path.read_bytes())
    good = (folder / "good").read_bytes()
    spot = place % len(good)
    log.path.write_bytes(good[:spot] + bytes([good[spot] ^ 1 << bit]) + good[spot + 1 :])
    line = good[:spot].count(b"\n") + 1
    assert line in [result for result, _ in issues(log)]


def test_what_a_chain_cannot_notice(tmp_path: Path) -> None:
    """Last lines that are removed leave a log without error: only a digest noted elsewhere shows it."""
    log = three(tmp_path)
    *_, last = (entry.digest for entry in log.read())
    log.path.write_bytes(b"".join(log.path.read_bytes().splitlines(keepends=True)[:2]))
    assert issues(log) == []
    assert last not in [entry.digest for entry in log.read()]


def forged(folder: Path, without: Sequence[str] = (), **changed: object) -> ResolutionLog:
    """A log of one line whose content was changed and sealed again."""
    log = written(folder, resolution())
    content = json.loads(log.path.read_bytes())
    del content["digest"]
    content = {name: value for name, value in content.items() if name not in without}
    plain = json.dumps({**content, **changed}).encode()
    seal = hashlib.sha256(plain).hexdigest()
    log.path.write_bytes(plain[:-1] + b', "digest": "' + seal.encode() + b'"}\n')
    return log


FOREIGN = "the line is not a resolution that this program wrote"
FORGED = [
    ({"schema_version": 9}, "the schema version is 9 instead of 2"),
    ({"probability": 1.5}, FOREIGN),
    ({"probability": float("nan")}, FOREIGN),
    ({"probability": True}, FOREIGN),
    ({"mcse": None}, FOREIGN),
    ({"probability": None}, FOREIGN),
    ({"probability": None, "mcse": None}, FOREIGN),
    ({"state": "s1"}, FOREIGN),
    ({"event": "level"}, FOREIGN),
    ({"states": [{"state": "s1", "probability": 2, "mcse": 0}]}, FOREIGN),
    ({"happened": "yes"}, FOREIGN),
    ({"on": "yesterday"}, FOREIGN),
    ({"until": None}, FOREIGN),
    ({"written": 3}, FOREIGN),
    ({"run": ["a"]}, FOREIGN),
    ({"because": "\ud800"}, FOREIGN),
    ({"corrects": "1"}, FOREIGN),
    ({"corrects": 7}, "the line resolves a run and outcome again without naming the line that it corrects"),
    ({"previous": "1" * 64}, FOLLOWS),
]


@pytest.mark.parametrize(("changed", "wrong"), FORGED, ids=str)
def test_a_sealed_line_that_is_no_resolution_is_an_error(
    tmp_path: Path, changed: dict[str, object], wrong: str
) -> None:
    """A line with a valid digest that is not a resolution is an error, never a traceback."""
    assert issues(forged(tmp_path, **changed)) == [(1, wrong)]


def test_a_time_without_a_zone_is_taken_for_one_somewhere(tmp_path: Path) -> None:
    """Times can be compared whatever they were written with."""
    [entry] = forged(tmp_path, created="2026-02-01T09:30:00").read()
    assert entry.resolution.forecast.created.tzinfo is datetime.UTC


@pytest.mark.parametrize("failing", ["write", "fsync", "short"])
def test_a_line_is_appended_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str) -> None:
    """Where writing fails, at once, halfway or at the end, the file is as it was and the issue says why."""
    log = three(tmp_path)
    before = log.path.read_bytes()

    class Full(FileIO):
        def write(self, data: bytes) -> int:  # type: ignore[override]
            super().write(data[: len(data) // 2])
            if failing == "write":
                raise OSError(28, "No space left on device")
            return len(data) // 2

    def refuse(number: int) -> None:
        raise OSError(5, "Input/output error")

    if failing == "fsync":
        monkeypatch.setattr(os, "fsync", refuse)
    else:
        monkeypatch.setattr("estimative.model.record.resolution_log.FileIO", Full)
    with pytest.raises(InvalidInput) as caught:
        log.append(resolution(4, scenario="s4"), written=WRITTEN, correct=False)
    monkeypatch.undo()
    [issue] = caught.value.issues
    assert issue.code == "unwritable"
    assert log.path.read_bytes() == before
    assert len(log.read()) == 3


def test_a_log_that_cannot_be_opened_is_an_error(tmp_path: Path) -> None:
    """A folder in the log's place, or a folder of runs that is not there, is an error with its reason."""
    (tmp_path / LOG).mkdir()
    assert issues(ResolutionLog.in_folder(tmp_path)) == [
        (None, "the log of resolutions cannot be read (Is a directory)")
    ]
    with pytest.raises(InvalidInput, match="No such file or directory"):
        ResolutionLog.in_folder(tmp_path / "nowhere").append(resolution(), written=WRITTEN, correct=False)


def test_writers_wait_for_each_other(tmp_path: Path) -> None:
    """Several programs that append at once lose no line and break no chain."""
    writers, each = 4, 10
    children = []
    for writer in range(writers):
        if (child := os.fork()) == 0:
            try:
                for place in range(each):
                    number = writer * each + place
                    ResolutionLog.in_folder(tmp_path).append(
                        resolution(number, scenario=f"s{number}"), written=WRITTEN, correct=False
                    )
                os._exit(0)
            finally:
                os._exit(1)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * writers
    runs = [entry.resolution.forecast.run for entry in ResolutionLog.in_folder(tmp_path).read()]
    assert sorted(runs) == sorted(run_id(number) for number in range(writers * each))


def test_a_run_is_resolved_once(tmp_path: Path) -> None:
    """A second resolution of one run and outcome is an error that names the line of the first."""
    text = refused(three(tmp_path), resolution(2, True, scenario="s2"))
    assert f", line 2, {run_id(2)}: closed of this run is resolved already: yes on 2026-04-02" in text
    assert "Record a correction" in text
    log = ResolutionLog.in_folder(tmp_path)
    log.append(resolution(2, False, scenario="s2", outcome="other"), written=WRITTEN, correct=False)
    assert len(log.read()) == 4, "another outcome of the run is another question"


def test_a_correction_says_what_it_corrects(tmp_path: Path) -> None:
    """A correction names the line that it replaces, and a correction of it names the correction."""
    log = three(tmp_path)
    first = log.append(resolution(2, False, scenario="s2"), written=WRITTEN, correct=True)
    second = log.append(resolution(2, None, scenario="s2"), written=WRITTEN, correct=True)
    assert (first.corrects, second.corrects) == (2, 4)
    assert [entry.line for entry in current_entries(log.read())] == [1, 3, 5]
    assert [entry.resolution.word for entry in current_entries(log.read())] == ["yes", "yes", "void"]


def test_there_is_nothing_to_correct(tmp_path: Path) -> None:
    """To correct what was never resolved is an error, and makes no file: another run may be meant."""
    assert "closed of this run is not resolved, so there is nothing to correct" in refused(
        ResolutionLog.in_folder(tmp_path / "new"), resolution(9), correct=True
    )
    assert "closed of this run is not resolved, so there is nothing to correct" in refused(
        three(tmp_path), resolution(9, scenario="s9"), correct=True
    )


@pytest.mark.parametrize("other", [False, None])
def test_a_question_has_one_answer(tmp_path: Path, other: bool | None) -> None:
    """Another run's resolution of the same question with another answer is an error, unless it corrects its own."""
    log = written(tmp_path, resolution(1), resolution(2, prior_set="mayor"))
    word = {False: "no", None: "void"}[other]
    assert f"the answer is {word}, but line 1 answers the same question with yes" in refused(
        log, resolution(3, other, prior_set="child")
    )
    assert list(contradictions(current_entries(log.read()), "f")) == []
    log.append(resolution(1, other), written=WRITTEN, correct=True)
    [issue] = contradictions(current_entries(log.read()), "f")
    assert (issue.place.line, issue.place.key, issue.code) == (3, run_id(1), "contradiction")
    log.append(resolution(2, other, prior_set="mayor"), written=WRITTEN, correct=True)
    assert list(contradictions(current_entries(log.read()), "f")) == []


@pytest.mark.parametrize("changed", [{"scenario": "dam"}, {"outcome": "open"}, {"until": UNTIL + DAY}])
def test_another_question_may_have_another_answer(tmp_path: Path, changed: dict[str, object]) -> None:
    """Another scenario, another outcome and another horizon are other questions."""
    log = written(tmp_path, resolution(1), resolution(2, False, **changed))
    assert len(log.read()) == 2
    assert list(contradictions(current_entries(log.read()), "f")) == []


def test_a_question_fits_on_a_line() -> None:
    """A question has the name of its scenario, its outcome and its horizon."""
    assert str(forecast().question) == "bridge: closed by 2026-06-30"
    assert forecast().question == Question(scenario="bridge", outcome="closed", until=UNTIL)


RULES = {
    "happened in time": (True, UNTIL, TODAY, False, MADE, []),
    "happened today": (True, AS_OF + 60 * DAY, AS_OF + 60 * DAY, False, MADE, []),
    "happened too late": (True, UNTIL + DAY, TODAY, False, MADE, ["after the horizon, so the result is no"]),
    "before the question": (True, AS_OF - DAY, TODAY, False, MADE, ["before the question was asked"]),
    "to come": (True, TODAY + DAY, TODAY, True, MADE, ["in the future"]),
    "never, and the time is over": (False, UNTIL, UNTIL + DAY, False, MADE, []),
    "never, result out later": (False, UNTIL + 9 * DAY, TODAY, False, MADE, []),
    "never, on the last day": (False, UNTIL, UNTIL, False, MADE, ["it can still happen until 2026-06-30"]),
    "never, too early": (False, UNTIL - DAY, TODAY, False, MADE, ["it can still happen until 2026-06-30"]),
    "settled, and known early": (False, AS_OF + 60 * DAY, TODAY, True, MADE, []),
    "settled, and known late": (True, UNTIL + 9 * DAY, TODAY, True, MADE, []),
    "void at any time": (None, AS_OF + 40 * DAY, TODAY, False, MADE, []),
    "void before the question": (None, AS_OF - DAY, TODAY, False, MADE, ["before the question was asked"]),
    "made on the day": (True, MADE.date(), TODAY, False, MADE, []),
    "made afterwards": (True, MADE.date() - DAY, TODAY, False, MADE, ["known since 2026-01-31"]),
    "made when time was over": (False, TODAY, TODAY, False, MADE + 160 * DAY, ["known since 2026-06-30"]),
    "made on the last day": (False, TODAY, TODAY, False, MADE + 149 * DAY, []),
    "settled, and made afterwards": (False, MADE.date() - DAY, TODAY, True, MADE, ["the answer was known since"]),
    "void, whenever it was made": (None, AS_OF, TODAY, False, MADE, []),
}  # fmt: skip


@pytest.mark.parametrize("name", RULES)
def test_dates_have_to_fit(name: str) -> None:
    """A yes is in time, a no waits for the horizon, and no run knew the answer."""
    happened, on, today, settled, created, expected = RULES[name]
    one = replace(resolution(1, happened, created=created), date=on)
    result = [issue.message for issue in refusals(one, today=today, settled=settled)]
    assert len(result) == len(expected), result
    assert all(part in text for part, text in zip(expected, result, strict=True)), result


STATE_RULES = {
    "certain before the horizon": (UNTIL - 9 * DAY, False, MADE, []),
    "certain after it": (UNTIL + 9 * DAY, False, MADE, []),
    "before the question": (AS_OF - DAY, False, MADE, ["is before the question was asked"]),
    "to come": (TODAY + DAY, False, MADE, ["is in the future"]),
    "run after the answer": (UNTIL - 9 * DAY, False, MADE.replace(month=6, day=25), ["the answer was known since"]),
    "run after the horizon": (UNTIL + 9 * DAY, False, MADE.replace(month=7), ["the answer was known since 2026-06-30"]),
    "settled, run after the horizon": (UNTIL + 9 * DAY, True, MADE.replace(month=7), []),
}


@pytest.mark.parametrize("name", STATE_RULES)
def test_a_state_is_certain_on_a_day(name: str) -> None:
    """A state may become certain before the horizon or after it, but not before the run, or the horizon was over."""
    on, settled, created, expected = STATE_RULES[name]
    one = replace(state_resolution(1, (0.5, 0.5), "s0", created=created), date=on)
    result = [issue.message for issue in refusals(one, today=TODAY, settled=settled)]
    assert len(result) == len(expected), result
    assert all(part in text for part, text in zip(expected, result, strict=True)), result


@pytest.mark.parametrize(
    ("happened", "on", "lead"),
    [(True, MADE.date() + 60 * DAY, 60), (False, UNTIL, 149), (False, UNTIL + 9 * DAY, 149)],
    ids=["came", "never", "result out later"],
)
def test_the_lead_ends_with_the_answer(happened: bool, on: datetime.date, lead: int) -> None:
    """Days ahead are counted to the day on which it happened, or to the horizon where it did not."""
    assert replace(resolution(1, happened), date=on).lead == lead


def manifest(place: int, **changed: object) -> Manifest:
    plain = Manifest(
        id=run_id(place),
        created=MADE,
        scenario="bridge",
        question="The bridge is closed",
        as_of=AS_OF,
        until=UNTIL,
        prior_set="engineer",
        method="nuts",
        converged=True,
        headline=probability(0.3),
    )
    return replace(plain, **changed)  # type: ignore[arg-type]


def test_runs_that_could_be_resolved_are_found() -> None:
    """A converged run of a resolved scenario by a resolved prior set is open as long as no line is about it."""
    runs = [
        manifest(1),
        manifest(2),
        manifest(3, converged=False),
        manifest(4, scenario="dam"),
        manifest(5, prior_set="mayor"),
        manifest(6, created=datetime.datetime(2026, 4, 2, 23, 59, 59, tzinfo=datetime.UTC)),
        manifest(7, created=datetime.datetime(2026, 4, 3, tzinfo=datetime.UTC)),
    ]
    assert open_runs([entry(1, resolution(1))], runs) == (run_id(2), run_id(6)), "the answer came on 2 April"
    assert open_runs([entry(1, resolution(1)), entry(2, resolution(8, False))], runs)[-1] == run_id(7)
    assert open_runs([], runs) == ()


def test_the_log_is_no_run(tmp_path: Path) -> None:
    """The store passes over the log among its folders."""
    three(tmp_path)
    assert Store(tmp_path).list() == ()


OLD = (
    b'{"schema_version": 1, "previous": "0000000000000000000000000000000000000000000000000000000000000000", '
    b'"written": "2026-07-01T08:00:00+00:00", "corrects": null, "run": "20260201T093000001Z-000001", '
    b'"created": "2026-02-01T09:30:00+00:00", "scenario": "bridge", "scenario_digest": "5", "prior_set": "engineer", '
    b'"prior_set_digest": "e", "analyst": "The engineer", "outcome": "closed", "probability": 0.3, "mcse": 0.002, '
    b'"as_of": "2026-01-01", "until": "2026-06-30", "happened": true, "on": "2026-04-02", "because": "The log."'
)


def test_a_log_of_an_earlier_version_is_read_and_continued(tmp_path: Path) -> None:
    """Lines whose times are written with an offset are read, and new lines follow them in the chain."""
    log = ResolutionLog.in_folder(tmp_path)
    digest = hashlib.sha256(OLD + b"}").hexdigest()
    log.path.write_bytes(OLD + b', "digest": "' + digest.encode() + b'"}\n')
    [entry] = log.read()
    assert (entry.written, entry.forecast.created) == (WRITTEN, MADE)
    assert (entry.resolution.occurred, entry.resolution.date) == (True, datetime.date(2026, 4, 2))
    log.append(resolution(2, scenario="dam"), written=WRITTEN, correct=False)
    assert len(log.read()) == 2


class Msvcrt(ModuleType):
    """The lock of Windows, by that of this system: the byte at the file's position, for whoever may write."""

    LK_LOCK = 1

    def locking(self, number: int, mode: int, count: int) -> None:
        assert mode == self.LK_LOCK
        if fcntl.fcntl(number, fcntl.F_GETFL) & os.O_RDWR:
            fcntl.lockf(number, fcntl.LOCK_EX, count, os.lseek(number, 0, os.SEEK_CUR))


def test_the_lock_of_windows_leaves_the_file_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the lock of Windows, on a byte beyond the end, lines are read from the start and added at the end."""
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setitem(sys.modules, "msvcrt", Msvcrt("msvcrt"))
    log = three(tmp_path)
    before = log.path.read_bytes()
    log.append(resolution(4, scenario="s4"), written=WRITTEN, correct=False)
    assert log.path.read_bytes().startswith(before)
    assert len(log.read()) == 4


def test_no_lock_is_imported_before_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The log can be imported where a system has no fcntl."""
    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.delitem(sys.modules, "estimative.model.record.file_lock")
    importlib.import_module("estimative.model.record.file_lock")
