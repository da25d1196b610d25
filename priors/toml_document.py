"""A TOML file as it was read: its text, its values, and the line on which each of them stands."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from estimative.priors.errors import InvalidInput, Issue

if TYPE_CHECKING:
    from tree_sitter import Node

type KeyPath = tuple[str | int, ...]

LARGEST = 1 << 20
"""Bytes. A file written by hand is a hundred times smaller; a larger one is a mistake or an attack."""


def read_text(path: Path, *, largest: int = LARGEST) -> str:
    """The text of a UTF-8 file.

    Raises
    ------
    Faulty
        If the file is missing, unreadable, no file, too large, or not UTF-8.
    """

    def fault(found: str, expected: str) -> InvalidInput:
        return InvalidInput([Issue(file=str(path), found=found, expected=expected)])

    try:
        if path.is_dir():
            raise fault("a directory", "a file")
        if not path.is_file():
            raise fault("no such file" if not path.exists() else "no regular file", "a file that can be read")
        if (size := path.stat().st_size) > largest:
            raise fault(f"{size / 1e6:.1f} MB", f"at most {largest / 1e6:.1f} MB")
        raw = path.read_bytes()
    except OSError as error:
        raise fault(error.strerror or type(error).__name__, "a file that can be read") from error
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise fault("UTF-16 text", "UTF-8 text")
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise fault(f"byte 0x{raw[error.start]:02x} at offset {error.start}", "UTF-8 text") from error


@dataclass(frozen=True, eq=False)
class TomlFile:
    """A TOML document with its name; lines are looked up only when a fault has to name one."""

    name: str
    """The path, as the user gave it."""
    text: str
    data: Mapping[str, Any]

    @classmethod
    def read(cls, path: Path) -> TomlFile:
        """Read and parse a file.

        Raises
        ------
        Faulty
            As `read_text`, and where the text is empty or not TOML.
        """
        return cls.parse(read_text(path), file=str(path))

    @classmethod
    def parse(cls, text: str, *, file: str) -> TomlFile:
        if not text.strip():
            raise InvalidInput([Issue(file=file, found="an empty file", expected="a scenario or a prior set in TOML")])
        try:
            return cls(file, text, tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            line = text.count("\n", 0, _offset(error, text)) + 1
            raise InvalidInput([Issue(file=file, line=line, found=_without_place(error), expected="TOML")]) from error
        except (ValueError, RecursionError) as error:  # a number of 5,000 digits, a thousand nested brackets
            raise InvalidInput([Issue(file=file, found=str(error), expected="TOML of a sane size")]) from error

    def line(self, path: KeyPath) -> int | None:
        """The line of the entry at a path, or of the nearest table around it."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path)

    @cached_property
    def _lines(self) -> dict[KeyPath, int]:
        import tree_sitter_toml
        from tree_sitter import Language, Parser

        tree = Parser(Language(tree_sitter_toml.language())).parse(self.text.encode())
        found: dict[KeyPath, int] = {}
        for path, line in _places(tree.root_node):
            found.setdefault(path, line)
        return found


def _offset(error: tomllib.TOMLDecodeError, text: str) -> int:
    """Where a parse failed; Python 3.14 carries it, older ones name the line in the message."""
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


def _without_place(error: tomllib.TOMLDecodeError) -> str:
    return str(error).partition(" (at ")[0]


def _places(root: Node) -> Iterator[tuple[KeyPath, int]]:
    counts: dict[KeyPath, int] = {}
    for node in root.named_children:
        match node.type:
            case "pair":
                yield from _pair(node, ())
            case "table" | "table_array_element":
                *above, last = _key(node.named_children[0])
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
    """A key path in which an array of tables stands for its latest element, as TOML has it in a header."""
    path: KeyPath = ()
    for part in key:
        path = (*path, part)
        if path in counts:
            path = (*path, counts[path])
    return path


def _pair(node: Node, above: KeyPath) -> Iterator[tuple[KeyPath, int]]:
    key = _key(node.named_children[0])
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


def _key(node: Node) -> tuple[str, ...]:
    if node.type == "dotted_key":
        return tuple(part for child in node.named_children for part in _key(child))
    text = (node.text or b"").decode()
    return tuple(tomllib.loads(f"key = {text}").values()) if node.type == "quoted_key" else (text,)
