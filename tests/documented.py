"""The commands that the documents show: run them, compare the output, or write it anew.

A document shows a command in a block `console`. A comment before the block says what of the output follows:

    <!-- shows: Key judgement; Outcomes/6 -->

names passages by the beginning of their first line. A passage ends before a blank line, or after as many lines as the
number says; `all` is the whole output. A block without a comment shows commands alone. `<!-- day: 2026-12-01 -->` sets
the clock for the commands that follow, and `<!-- file: NAME -->` or `<!-- edit: NAME -->` before a block `toml`
(or `csv`) makes or changes a file of the reader's folder.
`make docs` writes the output of every command into the documents.
"""

from __future__ import annotations

import datetime
import re
import shlex
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from unittest.mock import patch

from tests.documents import drawing
from tests.in_process import Finished, one_thread, run
from tests.output_match import CUT, same
from tests.remembered import remembered

ROOT = Path(__file__).parents[1]
DOCUMENTS = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
FILES = ROOT / "docs" / "tutorial"
"""What a reader of a document has in the folder where the commands run; of the tutorial itself, nothing."""
STEP = re.compile(
    r"<!-- day: (?P<day>\S+) -->\n"
    r"|<!-- (?P<action>file|edit): (?P<name>\S+) -->\n```(?:toml|csv)\n(?P<toml>.*?)```"
    r"|(?:<!-- shows: (?P<shows>.*?) -->\n)?```console\n(?P<console>.*?)```",
    re.DOTALL,
)
HOME = "~/port"
"""How the documents call the reader's folder."""
DRAW = patch("estimative.reports.figures.chart.Chart.svg", lambda _, **look: drawing().svg(**look))
"""In the place of a figure there is one that takes no time: what it shows is in no output."""


@dataclass(frozen=True, kw_only=True)
class Session:
    """A block of commands in a document, with what their last one printed."""

    document: str
    commands: tuple[str, ...]
    shows: str
    """Which passages are shown; empty for none."""
    expected: str
    """The output in the document."""
    printed: str
    code: int
    span: tuple[int, int]
    """Where the block's text is in the document."""

    @property
    def text(self) -> str:
        """The block as it should be."""
        lines = [f"$ {command}" for command in self.commands]
        output = selection(self.printed, self.shows) if self.shows else ""
        shown = self.expected if same(self.expected, output) else output
        return "\n".join(filter(None, [*lines, shown])) + "\n"


@dataclass(kw_only=True)
class Reader:
    """Somebody who follows a document in a folder of their own, on the day that it says."""

    folder: Path
    day: datetime.date | None = None
    minutes: int = 0
    """Since nine o'clock; each command takes one."""
    sessions: list[Session] = field(default_factory=list)

    def follow(self, document: Path) -> list[Session]:
        """Run every command of a document, in order."""
        text = document.read_text(encoding="utf-8")
        for step in STEP.finditer(text):
            if step["day"]:
                self.day = datetime.date.fromisoformat(step["day"])
            elif step["action"]:
                self._write(self.folder / step["name"], step["toml"], edit=step["action"] == "edit")
            elif session := self._session(document.name, step):
                self.sessions.append(session)
        return self.sessions

    def _session(self, document: str, step: re.Match[str]) -> Session | None:
        lines = step["console"].splitlines()
        commands = tuple(line[2:] for line in lines if line.startswith("$ "))
        finished = [self.run(command) for command in commands if command.startswith("estimative ")]
        if not finished:
            return None
        last = finished[-1]
        return Session(
            document=document,
            commands=commands,
            shows=step["shows"] or "",
            expected="\n".join(line for line in lines if not line.startswith("$ ")),
            printed=last.out if last.code == 0 else last.err,
            code=max(one.code for one in finished),
            span=step.span("console"),
        )

    def run(self, command: str) -> Finished:
        """Run one command line; fits stop after importance sampling, whose numbers they report in any case."""
        words = shlex.split(command, comments=True)[1:]
        fast = ["--method", "importance"] if words[0] == "fit" and "--method" not in words else []
        self.minutes += 1
        with clock(self.day, self.minutes):
            finished = run(
                *words, *fast, folder=self.folder, environment={"ESTIMATIVE_RUNS": str(self.folder / "runs")}
            )
        return replace(finished, out=finished.out.replace(str(self.folder), HOME))

    def _write(self, path: Path, text: str, *, edit: bool) -> None:
        """Make a file, append sections to it, or edit its lines."""
        before = path.read_text(encoding="utf-8") if edit else ""
        if edit and not text.startswith("["):
            path.write_text(with_lines(before, text), encoding="utf-8")
        else:
            path.write_text(f"{before}\n{text}" if edit else text, encoding="utf-8")


def with_lines(text: str, edits: str) -> str:
    """A file with other values for some keys (the first of each name); new keys follow the one before them."""
    lines, at = text.splitlines(), 0
    for edit in edits.splitlines():
        key = edit.partition("=")[0]
        known = next((i for i, line in enumerate(lines) if line.startswith(f"{key}=")), None)
        at = at + 1 if known is None else known
        lines[at : at + (known is not None)] = [edit]
    return "\n".join(lines) + "\n"


@contextmanager
def reader(document: Path) -> Iterator[Reader]:
    """A reader of one document, with the files that it takes for granted, who waits for no answer twice."""
    with TemporaryDirectory() as folder, remembered(), one_thread(), DRAW:
        if document.name != "tutorial.md":
            for file in FILES.iterdir():
                shutil.copy(file, folder)
        yield Reader(folder=Path(folder))


@contextmanager
def clock(day: datetime.date | None, minutes: int) -> Iterator[None]:
    """Let the program believe that it is some minutes past nine on a day."""

    class Clock(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:
            assert day
            return datetime.datetime(day.year, day.month, day.day, 9, tzinfo=tz) + datetime.timedelta(minutes=minutes)

    with ExitStack() as stack:
        if day:
            stand_in = SimpleNamespace(**{**vars(datetime), "datetime": Clock})
            stack.enter_context(patch("estimative.workflows.clock.datetime", stand_in))
        yield


def selection(printed: str, shows: str) -> str:
    """The lines that a document shows, with dots for what lies between."""
    lines = printed.rstrip("\n").split("\n")
    if shows == "all":
        return "\n".join(lines)
    parts: list[str] = []
    end = 0
    for name in shows.split("; "):
        beginning, _, limit = name.partition("/")
        start = next((at for at in range(end, len(lines)) if lines[at].startswith(beginning)), None)
        if start is None:
            raise ValueError(f"no line begins with {beginning!r} after line {end} of:\n{printed}")
        parts += [CUT] if any(lines[end:start]) else lines[end:start]
        end = start + int(limit) if limit else lines.index("", start) if "" in lines[start:] else len(lines)
        parts += lines[start:end]
    return "\n".join([*parts, *([CUT] if any(lines[end:]) else [])])


def write(document: Path) -> None:
    """Write the output of every command into a document."""
    text = document.read_text(encoding="utf-8")
    with reader(document) as follower:
        for session in reversed(follower.follow(document)):
            start, end = session.span
            text = text[:start] + session.text + text[end:]
    document.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    for path in DOCUMENTS:
        write(path)
