"""A TOML file: its text, its values, and the line of each of them."""

from __future__ import annotations

import codecs
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from estimative.priors.errors import InvalidInput, ascii_safe, invalid, nearest

if TYPE_CHECKING:
    from tree_sitter import Node

type KeyPath = tuple[str | int, ...]

UNQUOTED = re.compile(r"\s*([\w.-]+)\s*=\s*(?!(?:true|false|inf|nan)\s*(?:#|$))([^\W\d][^\"'\[\]{}#]*?)\s*(?:#.*)?")
"""A line that gives a key a text without quotation marks."""
MAX_REPAIRED = 200
"""Characters: of a longer line the pattern might take for ever."""
LARGEST = 1 << 20
"""Bytes. A file that a person wrote is a hundred times smaller; a larger one is a mistake or an attack."""


def read_text(path: Path, *, largest: int = LARGEST) -> str:
    """Return the text of a file in UTF-8, or in UTF-16 that begins with its mark.

    Raises
    ------
    InvalidInput
        If the file does not exist, cannot be read, is not a regular file, is too large, or is not UTF-8.
    """
    raw = read_bytes(path, largest=largest)
    try:
        return decoded(raw)
    except UnicodeDecodeError as failure:
        line = raw.count(b"\n", 0, failure.start) + 1
        encoding = "UTF-16" if failure.encoding.startswith("utf-16") else "UTF-8"
        byte = f"byte 0x{raw[failure.start]:02x} at offset {failure.start}"
        message, fix = f"the text is not {encoding}: {byte}", "Save it again with the encoding UTF-8."
        raise invalid(message, code="not-utf-8", file=str(path), line=line, suggestion=fix) from failure


def decoded(raw: bytes) -> str:
    """Return text in UTF-8, or in UTF-16 that begins with its mark, without the mark and with plain line ends.

    Raises
    ------
    UnicodeDecodeError
        If it is something else.
    """
    # Byte order marks and line ends of other systems must not change lines or digests.
    return raw.decode(encoding_of(raw)).removeprefix("\ufeff").replace("\r\n", "\n")


def encoding_of(raw: bytes) -> str:
    """Return the encoding of a text, which its mark decides; a decoded text begins with the mark, if there is one."""
    # Spreadsheets and older editors write UTF-16, always with its mark.
    if raw.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    return "utf-16-be" if raw.startswith(codecs.BOM_UTF16_BE) else "utf-8"


def read_bytes(path: Path, *, largest: int = LARGEST) -> bytes:
    """Return the content of a file.

    Raises
    ------
    InvalidInput
        If the file does not exist, cannot be read, is not a regular file, or is too large.
    """

    def error(code: str, message: str, allowed: str = "") -> InvalidInput:
        return invalid(message, code=code, file=str(path), allowed=allowed)

    try:
        if path.is_dir():
            raise error("not-a-file", "this is a directory, not a file")
        # Reading a pipe could block for ever.
        if not path.is_file():
            raise error("not-a-file", "this is not a regular file") if path.exists() else _no_such_file(path)
        # The size is checked first, so that a huge file is never read.
        if (size := path.stat().st_size) > largest:
            allowed = f"at most {largest / 1e6:.1f} MB"
            raise error("too-large", f"the file is too large, {size / 1e6:.1f} MB", allowed)
        return path.read_bytes()
    except OSError as failure:
        reason = failure.strerror or type(failure).__name__
        raise error("cannot-read", f"the file cannot be read: {reason}") from failure


def _no_such_file(path: Path) -> InvalidInput:
    siblings = [sibling.stem for sibling in path.parent.glob(f"*{path.suffix}") if sibling.name != path.name]
    near = nearest(path.stem, siblings)
    suggestion = ascii_safe(f"{near}{path.suffix}") if near else ""
    return invalid("there is no such file", code="no-such-file", file=str(path), suggestion=suggestion)


class TomlFile(Struct, frozen=True, eq=False, dict=True):
    """A TOML document with its name; lines are looked up when a place is made."""

    name: str
    """The path, as the user gave it."""
    text: str
    data: Mapping[str, Any]

    @classmethod
    def read(cls, path: Path) -> TomlFile:
        """Read and parse a file.

        Raises
        ------
        InvalidInput
            As `read_text`, and if the text is empty or not TOML.
        """
        return cls.parse(read_text(path), file=str(path))

    @classmethod
    def parse(cls, text: str, *, file: str) -> TomlFile:
        if not text.strip():
            raise invalid(
                "the file is empty", code="empty-file", file=file, allowed="a scenario or a prior set in TOML"
            )
        try:
            return cls(file, text, tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            line = text.count("\n", 0, _offset(error, text)) + 1
            message, suggestion = f"this is not TOML: {_reason(error)}", _repair(text.split("\n")[line - 1])
            raise invalid(message, code="not-toml", file=file, line=line, suggestion=suggestion) from error
        except (ValueError, RecursionError) as error:  # a number of 5,000 digits, a thousand nested brackets
            raise invalid(f"the TOML is too large to read: {error}", code="not-toml", file=file) from error

    def line(self, path: KeyPath) -> int | None:
        """Return the line of the entry at a path, or of the nearest table around it."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path)

    @cached_property
    def _lines(self) -> dict[KeyPath, int]:
        # tomllib gives no positions, so that a second parser has to find the lines.
        import tree_sitter_toml
        from tree_sitter import Language, Parser

        tree = Parser(Language(tree_sitter_toml.language())).parse(self.text.encode())
        lines: dict[KeyPath, int] = {}
        for path, line in _places(tree.root_node):
            lines.setdefault(path, line)
        return lines


def _repair(line: str) -> str:
    """What to do about a faulty line: put quotes around a text; empty where nothing is probable."""
    match = UNQUOTED.fullmatch(line[:MAX_REPAIRED])
    if not match or len(line) > MAX_REPAIRED:
        return ""
    return f'Put the text in quotes: {match[1]} = "{ascii_safe(match[2])}".'


def _offset(error: tomllib.TOMLDecodeError, text: str) -> int:
    """Return where a parse failed: an attribute in Python 3.14, a line named in the message before."""
    if (position := getattr(error, "pos", None)) is not None:
        return int(position)
    words = str(error).replace(",", " ").split()
    if "line" not in words:
        return len(text.rstrip())
    wanted = int(words[words.index("line") + 1]) - 1
    offset = 0
    for _ in range(wanted):
        offset = text.find("\n", offset) + 1
    return offset


def _reason(error: tomllib.TOMLDecodeError) -> str:
    reason = str(error).partition(" (at ")[0]
    return reason[:1].lower() + reason[1:]


def _places(root: Node) -> Iterator[tuple[KeyPath, int]]:
    counts: dict[KeyPath, int] = {}
    for node in root.named_children:
        match node.type:
            case "pair":
                yield from _pair(node, ())
            case "table" | "table_array_element":
                *above, last = key_parts(node.named_children[0])
                path = (*_latest(above, counts), last)
                if node.type == "table_array_element":
                    counts[path] = counts.get(path, -1) + 1
                    path = (*path, counts[path])
                for length in range(1, len(path) + 1):
                    yield path[:length], node.start_point[0] + 1
                for child in node.named_children[1:]:
                    if child.type == "pair":
                        yield from _pair(child, path)


def _latest(key: Iterable[str | int], counts: Mapping[KeyPath, int]) -> KeyPath:
    """Return a key path with the index of the latest element of each array of tables, as a TOML header means it."""
    path: KeyPath = ()
    for part in key:
        path = (*path, part)
        if path in counts:
            path = (*path, counts[path])
    return path


def _pair(node: Node, above: KeyPath) -> Iterator[tuple[KeyPath, int]]:
    key = key_parts(node.named_children[0])
    line = node.start_point[0] + 1
    for length in range(1, len(key) + 1):
        yield (*above, *key[:length]), line
    yield from _inside(node.named_children[-1], (*above, *key))


def _inside(node: Node, path: KeyPath) -> Iterator[tuple[KeyPath, int]]:
    match node.type:
        case "inline_table":
            for child in node.named_children:
                if child.type == "pair":
                    yield from _pair(child, path)
        case "array":
            values = [child for child in node.named_children if child.type != "comment"]
            for index, child in enumerate(values):
                yield (*path, index), child.start_point[0] + 1
                yield from _inside(child, (*path, index))


def key_parts(node: Node) -> tuple[str, ...]:
    """Return the parts of a key, dotted or not, without their quotation marks."""
    if node.type == "dotted_key":
        return tuple(part for child in node.named_children for part in key_parts(child))
    text = (node.text or b"").decode()
    return tuple(tomllib.loads(f"key = {text}").values()) if node.type == "quoted_key" else (text,)
