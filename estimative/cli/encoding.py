"""Text for terminals and pipes of any encoding: what they cannot show becomes plain, and files are UTF-8."""

from __future__ import annotations

import codecs
import errno
import os
import sys
import unicodedata
from io import TextIOBase, TextIOWrapper
from pathlib import Path

PLAIN = str.maketrans(
    {
        **dict.fromkeys("\u2500\u2501\u2504\u2508\u2550", "-"),
        **dict.fromkeys("\u2502\u2503\u2506\u250a\u2551\u251c\u2524\u252c\u2534\u253c", "|"),
        **dict.fromkeys("\u2022\u25a0\u25aa\u25c6\u25cb\u25cf", "o"),
        **dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2018\u2019\u201a", "'"),
        **dict.fromkeys("\u2010\u2011\u2013\u2014\u2212", "-"),
        "\u2026": "...",
        "\u2192": "->",
        "\u00d7": "x",
        "\u00b1": "+/-",
        "\u2264": "<=",
        "\u2265": ">=",
    }
)
"""Lines, dots, quotes, dashes and signs, and what resembles each in ASCII; parts of a plot keep their width."""
DEGRADE = "estimative-plain"
"""The name of the error handler."""


def degrade(error: UnicodeError) -> tuple[str, int]:
    """Replace what an encoding lacks: by a sign or letter that resembles it, else by its code."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(map(_plain, lacking)), error.end


def _plain(character: str) -> str:
    # Letters without their accents; not NFKD, which takes a superscript or a fraction for its digits.
    letters = unicodedata.normalize("NFD", character.translate(PLAIN))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return plain if plain.isascii() else character.encode("unicode_escape").decode()


class ClosedStream(TextIOBase):
    """Stands for a stdout that was closed before the program started: to write to it is an error of the system."""

    def write(self, _: str) -> int:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF), "stdout")


def prepare_streams() -> None:
    """Let neither a character that stdout or stderr cannot show nor a closed stream end the program with a defect."""
    codecs.register_error(DEGRADE, degrade)
    if sys.stdout is None:
        sys.stdout = ClosedStream()
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open until the end
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=DEGRADE)


def write_to_stdout(content: str | bytes) -> None:
    """Print the content of a file: text to a pipe or a file as UTF-8, whatever is printed otherwise."""
    if isinstance(content, str) and (not isinstance(sys.stdout, TextIOWrapper) or sys.stdout.isatty()):
        sys.stdout.write(content)
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(content.encode("utf-8") if isinstance(content, str) else content)
