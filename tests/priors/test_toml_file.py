"""TOML files, and the lines on which their entries stand."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimative.priors import toml_writer as toml_text
from estimative.priors.errors import InvalidInput
from estimative.priors.toml_document import KeyPath, TomlFile, read_text

TEXT = """\
top = 1
a.b = 2
"quoted key" = 3
[table]
x = { p05 = 0.1, "p 95" = 0.6 }
long = [
  1,  # a comment
  { y = 2 },
]
[[list]]
x = 1
[list.inner]
y = 2
[[list.more]]
z = 3
[[list]]
x = 4
[[list.more]]
z = 5
[[list.more]]
z = 6
"""
LINES: list[tuple[KeyPath, int | None]] = [
    (("top",), 1),
    (("a",), 2),
    (("a", "b"), 2),
    (("quoted key",), 3),
    (("table",), 4),
    (("table", "x"), 5),
    (("table", "x", "p 95"), 5),
    (("table", "long", 0), 7),
    (("table", "long", 1, "y"), 8),
    (("table", "absent"), 4),
    (("list", 0), 10),
    (("list", 0, "inner", "y"), 13),
    (("list", 0, "more", 0, "z"), 15),
    (("list", 1, "x"), 17),
    (("list", 1, "more", 1), 20),
    (("list", 1, "more", 1, "z"), 21),
    (("absent",), None),
    ((), None),
]


@pytest.mark.parametrize(("path", "line"), LINES)
def test_lines(path: KeyPath, line: int | None) -> None:
    """Every entry has its line; one that is absent has that of the table around it."""
    assert TomlFile.parse(TEXT, file="x.toml").line(path) == line


def error_of(path: Path) -> str:
    with pytest.raises(InvalidInput) as caught:
        TomlFile.read(path)
    return str(caught.value).replace(str(path), "FILE")


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"", "FILE: the file is empty. Allowed: a scenario or a prior set in TOML."),
        (b" \n", "FILE: the file is empty. Allowed: a scenario or a prior set in TOML."),
        ("a = = 1".encode("utf-16"), "FILE, line 1: this is not TOML: invalid value."),
        (
            b'a = "\xe9"',
            "FILE, line 1: the text is not UTF-8: byte 0xe9 at offset 5. Save it again with the encoding UTF-8.",
        ),
        (b"a = 1\nb = = 2\n", "FILE, line 2: this is not TOML: invalid value."),
        (b"a = The port\n", 'FILE, line 1: this is not TOML: invalid value. Put the text in quotes: a = "The port".'),
        (b"a = true\na = true\n", "FILE, line 2: this is not TOML: cannot overwrite a value."),
        (b"a = b" + b" " * 100_000 + b'"\n', "FILE, line 1: this is not TOML: invalid value."),
        (b"a = 1\n\nb = [1,\n", "FILE, line 3: this is not TOML: invalid value."),
        (b"a = 1\n" * (1 << 18), "FILE: the file is too large, 1.6 MB. Allowed: at most 1.0 MB."),
    ],
)
def test_files_that_are_not_toml(tmp_path: Path, raw: bytes, error: str) -> None:
    """A file that cannot be read as TOML says why, and on which line."""
    path = tmp_path / "x.toml"
    path.write_bytes(raw)
    assert error_of(path) == error


def test_paths_that_are_no_file(tmp_path: Path) -> None:
    """A directory and a missing file say what they are."""
    assert error_of(tmp_path) == "FILE: this is a directory, not a file."
    assert error_of(tmp_path / "x.toml") == "FILE: there is no such file."


@pytest.mark.parametrize("text", ["a = " + "9" * 5000, "a = " + "[" * 50_000])
def test_attacks(tmp_path: Path, text: str) -> None:
    """A number of five thousand digits or endless brackets are errors like others."""
    (tmp_path / "x.toml").write_text(text)
    assert error_of(tmp_path / "x.toml").startswith("FILE")


def test_line_ends_and_marks(tmp_path: Path) -> None:
    """A byte-order mark and the line ends of Windows do not matter."""
    path = tmp_path / "x.toml"
    path.write_bytes(b"\xef\xbb\xbfa = 1\r\nb = 2\r\n")
    assert read_text(path) == "a = 1\nb = 2\n"
    assert TomlFile.read(path).line(("b",)) == 2


@given(text=st.text(), name=st.text())
def test_written_texts_and_keys_read_back(text: str, name: str) -> None:
    """Any text, as a value or as a key, is written on one printable line and reads back equal."""
    written = f"{toml_text.key(name)} = {toml_text.text(text)}"
    assert written.isprintable()
    assert tomllib.loads(written) == {name: text}


@given(number=st.floats(allow_nan=False, allow_infinity=False))
def test_written_numbers_read_back(number: float) -> None:
    """Any number is written so that it reads back as the same float."""
    written = toml_text.number(number)
    assert tomllib.loads(f"x = {written}")["x"] == number
    assert len(written) < 25
