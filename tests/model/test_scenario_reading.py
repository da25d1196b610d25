"""Errors in scenario files: each file in `invalid/` with the exact errors expected of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from estimative.model.spec.evidence import Cases, Trials
from estimative.model.spec.scenario import Scenario
from estimative.model.spec.scenario_file import find_scenario, read_scenario, reading_of, shipped_scenarios
from estimative.priors.errors import InvalidInput, Issue

FOLDER = Path(__file__).parent / "invalid"

SOUND = """
[scenario]
id = "harbour"
title = "A storm over the harbour"
question = "Is the harbour flooded?"
as_of = 2026-01-01
until = 2027-12-31
headline = "flooded"
[[scenario.sources]]
id = "almanac"
title = "The harbour almanac"
[factors.defences]
title = "State of the sea wall"
low = "breached"
high = "new"
[events.flood]
title = "The harbour is flooded"
drivers = { defences = "lowers" }
[outcomes.flooded]
title = "The harbour is flooded"
all = ["flood"]
"""
CASES = """
[evidence.others]
kind = "cases"
about = "flood"
title = "Other harbours"
source = "almanac"
file = "cases.csv"
where = { status = ["checked"] }
outcome = "flooded"
counts = { yes = 1, partly = 0.5, no = 0 }
at = { defences = { column = "wall", values = { old = 0, new = 1 } } }
"""


def issues_of(path: Path) -> tuple[Issue, ...]:
    with pytest.raises(InvalidInput) as caught:
        read_scenario(path)
    return caught.value.issues


def state_of(folder: Path) -> dict[Path, tuple[int, bytes]]:
    """Every file below a folder, with when it was written and what it holds."""
    return {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("stem", sorted(path.stem for path in FOLDER.glob("*.toml")))
def test_errors(stem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every error of a file is reported, each in one line with its place, and reading writes nothing."""
    monkeypatch.chdir(FOLDER)
    before = state_of(FOLDER)
    errors = [str(issue) for issue in issues_of(Path(f"{stem}.toml"))]
    assert errors == Path(f"{stem}.errors").read_text().splitlines()
    assert all(text.isprintable() for text in errors), "one line, and nothing that steers a terminal"
    assert state_of(FOLDER) == before


def test_every_file_of_the_folder_is_read() -> None:
    """No file of the folder is forgotten: errors and data belong to a scenario."""
    stems = {path.stem for path in FOLDER.glob("*.toml")}
    assert {path.stem for path in FOLDER.iterdir()} == stems == {path.stem for path in FOLDER.glob("*.errors")}
    assert len(stems) >= 40


def test_the_sound_scenario_has_no_error(tmp_path: Path) -> None:
    """The scenario that the invalid ones are made from can be read: their errors are what was put in."""
    assert written(tmp_path, SOUND).digest


def written(folder: Path, text: str, rows: str | None = None) -> Scenario:
    (folder / "scenario.toml").write_text(text)
    if rows is not None:
        (folder / "cases.csv").write_text(rows)
    return read_scenario(folder / "scenario.toml")


def test_cases_are_counted(tmp_path: Path) -> None:
    """Rows that pass and that are alike in every mapped driver are counted together, by what their outcome counts."""
    rows = (
        "status,wall,flooded\nchecked,new,no\nchecked,old,yes\nrumoured,old,yes\nchecked,old,partly\nchecked,old,no\n"
    )
    item = written(tmp_path, SOUND + CASES, rows).evidence["others"]
    assert isinstance(item, Cases)
    old, new = Trials(at={"defences": 0.0}, successes=1.5, of=3.0), Trials(at={"defences": 1.0}, successes=0.0, of=1.0)
    assert item.trials == (old, new)


def test_the_texts_are_kept(tmp_path: Path) -> None:
    """A reading holds the texts that it was made from, byte order marks and Windows line ends taken off."""
    rows = "status,wall,flooded\nchecked,new,no\n"
    (tmp_path / "scenario.toml").write_bytes(b"\xef\xbb\xbf" + (SOUND + CASES).replace("\n", "\r\n").encode())
    (tmp_path / "cases.csv").write_bytes(b"\xef\xbb\xbf" + rows.replace("\n", "\r\n").encode())
    assert reading_of(tmp_path / "scenario.toml").texts == {"scenario.toml": SOUND + CASES, "cases.csv": rows}


UNREADABLE: dict[str, tuple[str, str, Callable[[Path], object]]] = {
    "half of a UTF-16 letter": (
        "not-utf-8",
        f"the text is not UTF-16: byte 0x00 at offset {2 * len(SOUND) + 2}",
        lambda path: path.write_bytes(SOUND.encode("utf-16") + b"\0"),
    ),
    "invalid UTF-8": (
        "not-utf-8",
        "the text is not UTF-8: byte 0xe9 at offset 3",
        lambda path: path.write_bytes(b"# d\xe9sol\xe9"),
    ),
    "a directory": ("not-a-file", "this is a directory, not a file", lambda path: path.mkdir()),
    "nothing": ("no-such-file", "there is no such file", lambda path: None),
    "a dangling link": (
        "no-such-file", "there is no such file", lambda path: path.symlink_to(path.parent / "gone")),
    "a pipe": ("not-a-file", "this is not a regular file", os.mkfifo),
}  # fmt: skip


@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_scenario_that_is_not_a_text_file(kind: str, tmp_path: Path) -> None:
    """A scenario that cannot be read as UTF-8 text is one error that names the file and says why."""
    code, message, make = UNREADABLE[kind]
    make(path := tmp_path / "scenario.toml")
    [issue] = issues_of(path)
    assert (issue.code, issue.message, issue.place.file) == (code, message, str(path))


@pytest.mark.parametrize("kind", UNREADABLE)
def test_data_that_are_not_a_text_file(kind: str, tmp_path: Path) -> None:
    """A data file that cannot be read as UTF-8 text is one error at the key that names the file."""
    code, message, make = UNREADABLE[kind]
    make(tmp_path / "cases.csv")
    (tmp_path / "scenario.toml").write_text(SOUND + CASES)
    [issue] = issues_of(tmp_path / "scenario.toml")
    assert (issue.place.key, issue.place.line) == ("evidence.others.file", 28)
    assert (issue.code, issue.message) == (code, f'"cases.csv": {message}')


@pytest.mark.parametrize(
    ("name", "size", "limit"), [("scenario.toml", 50_000_000, "at most 1.0 MB"), ("cases.csv", 50_000_000, "10.5 MB")]
)
def test_files_of_fifty_megabytes(name: str, size: int, limit: str, tmp_path: Path) -> None:
    """A file of 50 MB is rejected for its size, without being read."""
    (tmp_path / "scenario.toml").write_text(SOUND + CASES)
    with (tmp_path / name).open("wb") as file:
        file.truncate(size)
    [issue] = issues_of(tmp_path / "scenario.toml")
    assert issue.message.endswith("the file is too large, 50.0 MB")
    assert isinstance(issue.allowed, str)
    assert issue.allowed.endswith(limit)


def test_a_number_too_long_to_read(tmp_path: Path) -> None:
    """A number of ten thousand digits is an error, not a crash."""
    (path := tmp_path / "scenario.toml").write_text(f"x = {'9' * 10_000}")
    [issue] = issues_of(path)
    assert issue.message.startswith("the TOML is too large to read")


def test_shipped_scenarios_are_found_by_name() -> None:
    """A shipped scenario is found by its id, with - or _; its file has that id."""
    assert set(shipped_scenarios()) == {"asia", "coordinated-attack", "salad-bars"}
    for name, path in shipped_scenarios().items():
        assert find_scenario(name) == find_scenario(name.replace("-", "_")) == path
        assert read_scenario(path).id == name


def test_a_misspelt_scenario_is_no_path() -> None:
    """A name that is neither a shipped scenario nor a path is an error with the nearest name."""
    with pytest.raises(InvalidInput) as caught:
        find_scenario("cordinated-attack")
    [issue] = caught.value.issues
    assert issue.suggestion == "coordinated-attack"


def test_a_path_is_taken_as_it_is(tmp_path: Path) -> None:
    """A path is handed on as it was given, whether or not there is a file."""
    assert find_scenario("nowhere.toml") == Path("nowhere.toml")
    assert find_scenario(f"{tmp_path}/mine") == tmp_path / "mine"


def test_broken_quotes_have_their_line(tmp_path: Path) -> None:
    """A cell with broken quotes is an error on its line."""
    (tmp_path / "scenario.toml").write_text(SOUND + CASES)
    (tmp_path / "cases.csv").write_text('status,wall,flooded\nchecked,new,no\n"checked" so,old,yes\n')
    [issue] = issues_of(tmp_path / "scenario.toml")
    assert issue.place.line == 3


def test_an_error_of_many_rows_is_said_once(tmp_path: Path) -> None:
    """For a data file that is wrong throughout, each kind of error is one, with the first lines and their number."""
    (tmp_path / "scenario.toml").write_text(SOUND + CASES)
    (tmp_path / "cases.csv").write_text("status,wall,flooded\n" + "checked,gone,maybe\n" * 24)
    issues = issues_of(tmp_path / "scenario.toml")
    assert [(issue.place.line, issue.place.key) for issue in issues] == [(2, "flooded"), (2, "wall")]
    assert all("23 more rows have such errors (lines 3, 4, 5, 6, 7, ...)" in issue.message for issue in issues)


@pytest.mark.parametrize(
    "text",
    [
        "Status;Wall;Flooded\nchecked;new;no\nchecked;old;yes\n",
        "# from the almanac\nstatus, wall, flooded, wall height\nchecked, new, no, 3\nchecked, old, yes, 4\n,,,\n",
    ],
)
def test_data_files_are_read_as_people_have_them(tmp_path: Path, text: str) -> None:
    """Other separators, capitals in the first line, comments above it and blanks around cells change nothing."""
    plain = "status,wall,flooded\nchecked,new,no\nchecked,old,yes\n"
    assert written(tmp_path, SOUND + CASES, text) == written(tmp_path, SOUND + CASES, plain)


def test_a_column_that_is_there_twice_is_an_error(tmp_path: Path) -> None:
    """Neither of two columns of one name wins, also where they differ in capitals."""
    for header in ("status,wall,flooded,flooded", "status,wall,Flooded,FLOODED"):
        (tmp_path / "scenario.toml").write_text(SOUND + CASES)
        (tmp_path / "cases.csv").write_text(f"{header}\nchecked,new,no,yes\n")
        [issue] = issues_of(tmp_path / "scenario.toml")
        assert (issue.code, issue.place.line) == ("duplicate-column", 1)


def test_a_reference_class_without_cases(tmp_path: Path) -> None:
    """A reference class listed without a single case is an error, as one is whose file has no row that passes."""
    text = CASES.partition("file =")[0] + "trials = []\n"
    with pytest.raises(InvalidInput):
        written(tmp_path, SOUND + text)


CASCADES = {
    "form": """
[events.storm]
title = "A storm comes"
form = 1
[evidence.years]
kind = "exposure"
about = "storm"
count = 1
years = 2
title = "What the almanac says"
source = "almanac"
""",
    "all": """
[outcomes.again]
title = "The harbour is flooded again"
all = "flood"
""",
    "factor": """
[factors]
wind = "strong"
""",
    "kind": """
[indicators.boast]
kind = "testimony"
about = "flood"
claims = "no"
title = "A boast"
""",
}
"""One mistake each."""


@pytest.mark.parametrize("name", CASCADES)
def test_one_mistake_is_one_error(name: str, tmp_path: Path) -> None:
    """A mistake is reported once, not again wherever something else refers to it."""
    (tmp_path / "scenario.toml").write_text(SOUND + CASCADES[name])
    assert len(issues_of(tmp_path / "scenario.toml")) == 1


def test_a_seen_indicator_is_an_error_of_one_line(tmp_path: Path) -> None:
    """The error of an indicator that has been seen is one line that does not steer a terminal."""
    seen = 'seen = "two\\nlines \\u001b[31m"\n'
    text = f'[indicators.gulls]\nabout = "flood"\nsupports = "yes"\ntitle = "Gulls"\n{seen}'
    (tmp_path / "scenario.toml").write_text(SOUND + text)
    [issue] = issues_of(tmp_path / "scenario.toml")
    assert issue.place.key == "indicators.gulls.seen"
    assert str(issue).isprintable()


def test_errors_of_two_files_are_not_mixed(tmp_path: Path) -> None:
    """The errors of the scenario come together, and so do those of its data."""
    (tmp_path / "scenario.toml").write_text(SOUND.replace('low = "breached"', "") + CASES + "colour = 'red'\n")
    (tmp_path / "cases.csv").write_text("status,wall,flooded\n" + "rumoured,new,no\n" * 15 + "checked,new,maybe\n")
    files = [issue.place.file for issue in issues_of(tmp_path / "scenario.toml")]
    assert sorted(files) == files or sorted(files, reverse=True) == files


@pytest.mark.parametrize("link", ["a file", "a folder", "a chain"])
def test_a_link_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path, link: str) -> None:
    """Whatever a scenario from somebody else names, nothing of a file elsewhere is read or shown."""
    (tmp_path / "private.csv").write_text("secret;token\nstatus,wall,flooded\n")
    (folder := tmp_path / "scenario").mkdir()
    name = "below/private.csv" if link == "a folder" else "cases.csv"
    if link == "a folder":
        (folder / "below").symlink_to(tmp_path)
    elif link == "a chain":
        (folder / "first.csv").symlink_to(tmp_path / "private.csv")
        (folder / "cases.csv").symlink_to("first.csv")
    else:
        (folder / "cases.csv").symlink_to(Path("..", "private.csv"))
    (folder / "scenario.toml").write_text(SOUND + CASES.replace("cases.csv", name))
    [issue] = issues_of(folder / "scenario.toml")
    assert issue.code == "outside-folder"
    assert "secret" not in str(issue)


def test_a_link_within_the_folder_is_followed(tmp_path: Path) -> None:
    """Also where the folder of the scenario is itself behind a link."""
    rows = "status,wall,flooded\nchecked,new,no\n"
    (folder := tmp_path / "scenario").mkdir()
    (folder / "real.csv").write_text(rows)
    (folder / "cases.csv").symlink_to("real.csv")
    (tmp_path / "here").symlink_to(folder)
    assert written(tmp_path / "here", SOUND + CASES).evidence["others"]
