"""The text of a file in one of the encodings that spreadsheets and forecasting sites write."""

from __future__ import annotations

import codecs
from pathlib import Path

from msgspec import Struct

from estimative.priors.errors import invalid
from estimative.priors.toml_document import read_bytes

LARGEST = 200 << 20
"""Bytes: some two million forecasts."""
MARKED = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
"""Encodings by the mark at the beginning of a file."""
PROBE = 4096
"""Bytes; in text in Latin letters every second one is 0 where the encoding is UTF-16."""


class SourceText(Struct, frozen=True, kw_only=True):
    """A file's text with its bytes."""

    raw: bytes
    text: str
    """With plain line ends, without a mark."""
    encoding: str


def read_source(path: Path) -> SourceText:
    """Read a file in UTF-8, UTF-16 or Windows-1252.

    Raises
    ------
    InvalidInput
        If it does not exist, cannot be read, is too large, or is text in none of these encodings.
    """
    raw = read_bytes(path, largest=LARGEST)
    for encoding in _candidates(raw):
        try:
            text = raw.decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            plain = text.replace("\r\n", "\n").replace("\r", "\n")
            return SourceText(raw=raw, text=plain, encoding=encoding)
    message, allowed = "the file is no text", "text in UTF-8, UTF-16 or Windows-1252"
    raise invalid(message, code="not-text", file=str(path), allowed=allowed)


def _candidates(raw: bytes) -> tuple[str, ...]:
    for mark, encoding in MARKED.items():
        if raw.startswith(mark):
            return (encoding,)
    start = raw[:PROBE]
    if start[1::2].count(0) > len(start) // 4:
        return ("utf-16-le",)
    if start[::2].count(0) > len(start) // 4:
        return ("utf-16-be",)
    return ("utf-8", "cp1252")
