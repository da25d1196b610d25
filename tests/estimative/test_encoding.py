"""Terminals and pipes that are not UTF-8, and files, which always are."""

from __future__ import annotations

import codecs
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import BytesIO, TextIOWrapper
from unittest.mock import patch

import pytest

from estimative.cli import app, console
from estimative.cli.encoding import DEGRADE, degrade
from tests.command import SCENARIO, Desk
from tests.examples import later

pytestmark = pytest.mark.usefixtures("remembering")

COMMAND = ("trace", "cancelled", "-s", "ferry.toml", "-p", "mate.toml", "--draws", "2000")
ENCODINGS = ("ascii", "cp1252", "latin-1", "cp437", "gbk", "utf-8", "utf-16")


def printed(desk: Desk, encoding: str, *arguments: str, terminal: bool = False) -> bytes:
    """What a command prints to a stdout of an encoding."""
    raw = BytesIO()
    out, err = TextIOWrapper(raw, encoding=encoding), TextIOWrapper(BytesIO(), encoding=encoding)
    with (
        patch.dict("os.environ", {**desk.environment, "COLUMNS": "80"}),
        patch.object(sys, "argv", ["estimative", *arguments]),
        patch.object(out, "isatty", lambda: terminal),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        console.console.cache_clear()
        console.messages.cache_clear()
        with pytest.raises(SystemExit) as end:
            app.main()
    assert not end.value.code
    out.flush()
    return raw.getvalue()


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_gets_the_whole_text(desk: Desk, monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    """What an encoding lacks is printed as ASCII that resembles it, or as a code; nothing is lost."""
    monkeypatch.chdir(desk.folder)
    desk.write("ferry.toml", SCENARIO.replace('title = "The ferry is cancelled"', 'title = "The “ferry” 渡 → Åland"'))
    text = printed(desk, encoding, *COMMAND).decode(encoding)
    for sign, plain in (("“", '"'), ("→", "->"), ("Å", "A"), ("渡", "\\u6e21")):
        assert sign in text or plain in text
    assert encoding != "ascii" or ('"ferry" \\u6e21 -> Aland' in text and "-----" in text)


@pytest.mark.parametrize("form", ["html", "md", "csv", "json"])
@pytest.mark.parametrize("encoding", ["ascii", later("cp1252"), "utf-16"])
def test_files_are_utf_8(desk: Desk, monkeypatch: pytest.MonkeyPatch, form: str, encoding: str) -> None:
    """A file that is printed to a pipe is the file that -o writes, whatever the encoding of the pipe."""
    monkeypatch.chdir(desk.folder)
    desk.write("ferry.toml", SCENARIO.replace('title = "The ferry is cancelled"', 'title = "The “ferry” 渡"'))
    command = (*COMMAND, "--format", form)
    content = printed(desk, encoding, *command)
    assert "渡" in content.decode("utf-8")
    printed(desk, encoding, *command, "-o", f"written.{form}")
    assert (desk.folder / f"written.{form}").read_bytes() == content


def test_json_of_errors_and_checks_is_utf_8(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names from files are whole in it."""
    monkeypatch.chdir(desk.folder)
    desk.write("ferry.toml", SCENARIO.replace('title = "A storm is forecast"', 'titel = "渡"'))
    with pytest.raises(AssertionError):
        printed(desk, "cp1252", "check", "ferry.toml")
    desk.write("渡.toml", SCENARIO)
    assert json.loads(printed(desk, "cp1252", "check", "渡.toml", "--format", "json"))["files"][0]["file"] == "渡.toml"


def test_signs_become_what_resembles_them() -> None:
    """Of the width that a plot counts on, where the sign is part of a plot."""
    codecs.register_error(DEGRADE, degrade)
    assert "├──●┤ ┊ ± é ½ 中 \U0001f600".encode("ascii", DEGRADE) == rb"|--o| | +/- e \xbd \u4e2d \U0001f600"
