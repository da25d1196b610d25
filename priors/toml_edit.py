"""Changes of single entries in a TOML text: every byte outside of a changed entry stays as it is."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from estimative.priors.errors import invalid
from estimative.priors.structs import repr_without
from estimative.priors.toml_document import key_parts
from estimative.priors.toml_writer import dotted

if TYPE_CHECKING:
    from tree_sitter import Node

type Keys = tuple[str, ...]
"""The keys that lead to an entry, from the top of the document."""


class _Pair(Struct, frozen=True, kw_only=True):
    """A key with its value; places are offsets in the UTF-8 of the text."""

    path: Keys
    above: Keys
    """The table that its key is relative to."""
    start: int
    value: int
    """Where the value starts."""
    end: int
    inside: tuple[_Pair, ...] | None
    """The pairs of an inline table; None for another value."""
    inline: bool
    """Whether the pair is itself in an inline table."""


class _Block(Struct, frozen=True, kw_only=True):
    """A header with the pairs below it; the first block has no header."""

    path: Keys
    start: int
    end: int
    """The end of the header."""
    pairs: tuple[_Pair, ...]


class TomlText(Struct, frozen=True, dict=True):
    """A TOML text whose entries can be changed, each change being a new text.

    Comments always stay. One inside a value that goes, as in an array over several lines, moves to a line above it.
    """

    text: str
    sections: Sequence[str] = ()
    """The usual order of the tables at the top; a table of another name comes before these."""

    def __repr__(self) -> str:
        return repr_without(self, "text")

    def value(self, path: Keys) -> Any:
        """Return the value at a path, None where there is none."""
        entry: Any = self._data
        for key in path:
            entry = entry.get(key) if isinstance(entry, Mapping) else None
        return entry

    def is_spread(self, path: Keys) -> bool:
        """Whether an entry is a table with a header or dotted keys of its own, so that it has no value to replace."""
        return self.value(path) is not None and self._pair(path) is None

    def with_value(self, path: Keys, value: str) -> TomlText:
        """Return the text in which an entry has a value, which is written in TOML.

        Of an entry that is a table, and stays one, only the keys that differ are written. A new entry is the last of
        its table; a new table comes after those before it in the order of `sections`.

        Raises
        ------
        InvalidInput
            If the text is not TOML 1.0.
        """
        present, wanted = self.value(path), tomllib.loads(f"x = {value}")["x"]
        if present is None:
            return self._with_new(path, value)
        if _same(present, wanted):
            return self
        if present and isinstance(present, dict) and isinstance(wanted, dict):
            return self._with_keys(path, _written_keys(value))
        if pair := self._pair(path):
            return self._spliced(pair.value, pair.end, value)
        return self.without(path)._with_new(path, value)

    def without(self, path: Keys) -> TomlText:
        """Return the text without an entry and everything below it; as it is where there is none.

        Raises
        ------
        InvalidInput
            If the text is not TOML 1.0.
        """
        text, less = self, self._with_less(path)
        while less:
            text, less = less, less._with_less(path)
        return text

    def _with_less(self, path: Keys) -> TomlText | None:
        """Remove one pair or header of an entry; None where there is no more."""
        for siblings, at in self._below(path):
            if siblings[at].inline:
                return self._without_inline(siblings, at)
            return self._without_line(siblings[at].start, siblings[at].end)
        # A header goes after its pairs, which would otherwise be those of the table before.
        headers = (block for block in self._blocks if _begins(block.path, path))
        header = next(headers, None)
        return self._without_line(header.start, header.end) if header else None

    def _with_keys(self, path: Keys, written: Mapping[str, str]) -> TomlText:
        """Give a table other keys; where some go and others come, these take the places of those."""
        text, present = self, self.value(path)
        gone, new = ([k for k in a if k not in b] for a, b in ((present, written), (written, present)))
        for old, key in zip(gone, new, strict=False):
            if pair := text._pair((*path, old)):
                renamed = dotted((*pair.path[len(pair.above) : -1], key))
                text = text._spliced(pair.start, pair.end, f"{renamed} = {written[key]}")
        for key in present:
            if key not in written:
                text = text.without((*path, key))
        before: list[Keys] = []
        for key, value in written.items():
            within = (*path, key)
            known = text.value(within) is not None
            text = text.with_value(within, value) if known else text._with_new(within, value, behind=before)
            before.append(within)
        return text

    def _with_new(self, path: Keys, value: str, *, behind: Sequence[Keys] = ()) -> TomlText:
        """Add an entry: right after all of some others of its table, or at the end of it."""
        if pairs := list(filter(None, map(self._last, behind))):
            return self._after(max(pairs, key=attrgetter("start")), path, value)
        for length in range(len(path) - 1, 0, -1):
            above = path[:length]
            if (pair := self._pair(above)) and pair.inside is not None:
                if pair.inside:
                    return self._after(pair.inside[-1], path, value)
                return self._spliced(pair.value, pair.end, f"{{ {dotted(path[length:])} = {value} }}")
            block = next((block for block in self._blocks if block.path == above), None)
            if block and (block.pairs or length == len(path) - 1):
                line = f"{dotted(path[length:])} = {value}"
                return self._with_line(self._end(block), line, like=block.pairs[-1] if block.pairs else None)
            if last := self._last(above):
                return self._after(last, path, value)
            if self.value(above) is not None:  # by headers below it alone
                break
        return self._with_block(path, value)

    def _with_block(self, path: Keys, value: str) -> TomlText:
        """Add an entry under a new header."""
        rank = self._rank(path)
        before = [block for block in self._blocks if self._rank(block.path) <= rank][-1]
        at = self._end(before)
        eol = self._eol
        open_line = eol if self._raw[:at] and not self._raw[:at].endswith(b"\n") else ""
        crowded = eol if self._raw[at:].strip() and not self._raw[at:].lstrip(b" \t").startswith((b"\n", b"\r")) else ""
        header, line = f"[{dotted(path[:-1])}]", f"{dotted(path[-1:])} = {value}"
        return self._spliced(at, at, f"{open_line}{eol if at else ''}{header}{eol}{line}{eol}{crowded}")

    def _after(self, pair: _Pair, path: Keys, value: str) -> TomlText:
        """Add an entry right after a pair of the same table."""
        line = f"{dotted(path[len(pair.above) :])} = {value}"
        if pair.inline:
            return self._spliced(pair.end, pair.end, f", {line}")
        return self._with_line(self._line_end(pair.end), line, like=pair)

    def _with_line(self, at: int, line: str, *, like: _Pair | None) -> TomlText:
        """Add a line, indented like a pair."""
        indent = self._raw[self._line_start(like.start) : like.start].decode() if like else ""
        if self._raw[:at].endswith(b"\n"):
            return self._spliced(at, at, f"{indent}{line}{self._eol}")
        return self._spliced(at, at, f"{self._eol}{indent}{line}")

    def _without_line(self, start: int, end: int) -> TomlText:
        """Remove the lines of a header or a pair."""
        return self._spliced(self._line_start(start), self._line_end(end), "")

    def _without_inline(self, siblings: Sequence[_Pair], at: int) -> TomlText:
        """Remove a pair of an inline table, with its comma."""
        if at + 1 < len(siblings):
            return self._spliced(siblings[at].start, siblings[at + 1].start, "")
        if at:
            return self._spliced(siblings[at - 1].end, siblings[at].end, "")
        around = next(pair for pair in self._pairs if pair.inside == tuple(siblings))
        return self._spliced(around.value, around.end, "{}")

    def _spliced(self, start: int, end: int, new: str) -> TomlText:
        """Replace a part of the text; comments in it move to lines above."""
        comments = self._comments if b"#" in self._raw[start:end] else ()
        inner = [self._raw[a:b].decode() for a, b in comments if start <= a and b <= end]
        raw = self._raw[:start] + new.encode() + self._raw[end:]
        if inner:
            line = max(begin for begin in map(self._line_start, self._starts) if begin <= start)
            lines = "".join(f"{comment}{self._eol}" for comment in inner)
            raw = raw[:line] + lines.encode() + raw[line:]
        return TomlText(raw.decode(), self.sections)

    def _rank(self, path: Keys) -> int:
        """The place of a table in the usual order; -1 before all of them."""
        return self.sections.index(path[0]) if path and path[0] in self.sections else -1

    def _end(self, block: _Block) -> int:
        """Where a line at the end of a block belongs: after the last pair, and comments that follow without a gap."""
        last = self._line_end(block.pairs[-1].end if block.pairs else block.end)
        at = last
        while at < len(self._raw) and self._raw[at : self._line_end(at)].lstrip().startswith(b"#"):
            at = self._line_end(at)
        # Comments right above the next header are about that one.
        return last if any(self._line_start(following.start) == at for following in self._blocks[1:]) else at

    def _pair(self, path: Keys) -> _Pair | None:
        """The pair at a path."""
        return next((pair for pair in self._pairs if pair.path == path), None)

    def _last(self, path: Keys) -> _Pair | None:
        """The last pair at or below a path whose table is above that path."""
        pairs = [pair for pair in self._pairs if _begins(pair.path, path) and len(pair.above) < len(path)]
        return pairs[-1] if pairs else None

    def _below(self, path: Keys) -> Iterator[tuple[Sequence[_Pair], int]]:
        """Yield each outermost pair at or below a path, by its table and its position there."""

        def walk(pairs: Sequence[_Pair]) -> Iterator[tuple[Sequence[_Pair], int]]:
            for at, pair in enumerate(pairs):
                if _begins(pair.path, path):
                    yield pairs, at
                elif pair.inside and _begins(path, pair.path):
                    yield from walk(pair.inside)

        for block in self._blocks:
            yield from walk(block.pairs)

    def _line_start(self, at: int) -> int:
        return self._raw.rfind(b"\n", 0, at) + 1

    def _line_end(self, at: int) -> int:
        return self._raw.find(b"\n", at) + 1 or len(self._raw)

    @cached_property
    def _raw(self) -> bytes:
        return self.text.encode()

    @cached_property
    def _data(self) -> dict[str, Any]:
        return tomllib.loads(self.text)

    @cached_property
    def _eol(self) -> str:
        """The ends of the lines of this text."""
        first = self.text.find("\n")
        return "\r\n" if first > 0 and self.text[first - 1] == "\r" else "\n"

    @cached_property
    def _blocks(self) -> tuple[_Block, ...]:
        root = _tree(self.text)
        blocks = [_Block(path=(), start=0, end=0, pairs=_pairs(root, ()))]
        for node in root.named_children:
            if node.type in ("table", "table_array_element"):
                path, end = key_parts(node.named_children[0]), node.named_children[0].end_byte
                blocks.append(_Block(path=path, start=node.start_byte, end=end, pairs=_pairs(node, path)))
        return tuple(blocks)

    @cached_property
    def _pairs(self) -> tuple[_Pair, ...]:
        """Every pair, those in inline tables too; one around others before these."""
        return tuple(pair for block in self._blocks for outer in block.pairs for pair in _with_inside(outer))

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        """Where each header and each pair outside of inline tables starts."""
        return tuple(at for block in self._blocks for at in (block.start, *(pair.start for pair in block.pairs)))

    @cached_property
    def _comments(self) -> tuple[tuple[int, int], ...]:
        return tuple(_comment_places(_tree(self.text)))


def _tree(text: str) -> Node:
    """Parse a text, so that the places of its parts are known.

    Raises
    ------
    InvalidInput
        If it is not TOML 1.0.
    """
    import tree_sitter_toml
    from tree_sitter import Language, Parser

    root = Parser(Language(tree_sitter_toml.language())).parse(text.encode()).root_node
    if root.has_error:
        raise invalid("the file cannot be changed: its TOML is not understood", code="not-toml", allowed="TOML 1.0")
    return root


def _pairs(node: Node, above: Keys, *, inline: bool = False) -> tuple[_Pair, ...]:
    """The pairs directly in a document, a table or an inline table."""
    pairs = []
    for child in node.named_children:
        if child.type == "pair":
            key, value = child.named_children[:2]  # a comment at the end of the line may follow
            path = (*above, *key_parts(key))
            inside = _pairs(value, path, inline=True) if value.type == "inline_table" else None
            places = {"start": key.start_byte, "value": value.start_byte, "end": value.end_byte}
            pairs.append(_Pair(path=path, above=above, **places, inside=inside, inline=inline))
    return tuple(pairs)


def _with_inside(pair: _Pair) -> Iterator[_Pair]:
    yield pair
    for inner in pair.inside or ():
        yield from _with_inside(inner)


def _comment_places(node: Node) -> Iterator[tuple[int, int]]:
    for child in node.named_children:
        if child.type == "comment":
            yield child.start_byte, child.end_byte
        elif child.type in _AROUND_COMMENTS:
            yield from _comment_places(child)


_AROUND_COMMENTS = ("table", "table_array_element", "pair", "array", "inline_table")


def _begins(path: Keys, beginning: Keys) -> bool:
    return path[: len(beginning)] == beginning


def _same(present: object, wanted: object) -> bool:
    """Whether a value is there already; spaces around a text do not count."""
    if isinstance(present, str) and isinstance(wanted, str):
        return present.strip() == wanted.strip()
    return present == wanted


def _written_keys(table: str) -> dict[str, str]:
    """The values of an inline table, as they are written."""
    text = TomlText(f"x = {table}")
    [around] = text._blocks[0].pairs
    return {pair.path[1]: text._raw[pair.value : pair.end].decode() for pair in around.inside or ()}
