"""Prior set files in every spelling that TOML has for an entry, with comments, for Hypothesis to choose from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from hypothesis import strategies as st
from msgspec.structs import replace

from estimative.priors import toml_writer as toml_text
from estimative.priors.statement_syntax import form_of, written
from estimative.priors.statements import ByState, Constant, StateCounts, Stated
from estimative.workflows.prior_set_text import Changes, as_read
from tests.hostile import HOSTILE
from tests.priors.strategies import statements

HEAD = ("[prior_set]", 'name = "mine"  # ~0~', 'analyst = "A. Nalyst"', 'scenario = "dinner"')
COMMENT = re.compile(r"# ~\d+~")
"""No reason has one, so that what matches is a comment."""
TABLES: Mapping[tuple[str, ...], tuple[str, ...]] = {
    ("factors",): ("hunger", "3", "thirst-quenching"),
    ("events",): ("toast", "soup"),
    ("effects", "toast"): ("hunger", "soup=hot"),
    ("effects", "soup"): ("hunger",),
    ("tables", "dessert"): ("none", "toast+soup"),
    ("evidence",): ("smell", "noise"),
    ("motives",): ("cook",),
    ("indicators", "menu"): ("if_yes", "if_no"),
    ("relevance",): ("past",),
    ("independence",): ("kitchen",),
}
"""The entries that a file may have, by table."""
SHARES = ("relevance", "independence")


@dataclass(frozen=True, kw_only=True)
class Spelled:
    """The text of a file, and what it states."""

    text: str
    stated: Mapping[str, Stated]
    lines: Mapping[str, tuple[str, ...]]
    """The lines of each entry, and of each table that has only one, without their ends."""


reasons = st.one_of(st.just(""), st.sampled_from(sorted(HOSTILE.values())), st.text(max_size=30))
states = st.dictionaries(st.sampled_from(["insider", "criminals", "north"]), statements, min_size=2)
by_state = states.map(lambda parts: ByState(parts=tuple(parts.items())))
counts = st.builds(lambda n: StateCounts(counts=(("insider", float(n)), ("criminals", 2.0))), st.integers(0, 99))
stated = st.builds(Stated, statement=statements | by_state | counts, because=reasons, source=reasons).map(as_read)
simple = st.builds(Stated, statement=statements, because=reasons, source=reasons).map(as_read)
weights = st.builds(Stated, statement=st.builds(Constant, value=st.floats(0, 1)), because=reasons, source=reasons).map(
    as_read
)


@st.composite
def files(draw: st.DrawFn) -> Spelled:
    """A prior set file with some of the entries of `TABLES`."""
    writer = _Writer(draw=draw)
    writer.write()
    return Spelled(text=writer.text(), stated=writer.stated, lines={n: tuple(ls) for n, ls in writer.lines.items()})


@st.composite
def changes(draw: st.DrawFn, present: Mapping[str, Stated]) -> Changes:
    """Changes of a file that states these things: new statements, removed ones, and entries that it did not have."""
    made: dict[str, Stated | None] = {}
    for table, keys in TABLES.items():
        for key in keys:
            name = ".".join((*table, key))
            kind = draw(st.sampled_from(["same", "same", "new", "gone"]))
            if kind == "same":
                continue
            if table == ("evidence",):
                made |= _item(draw, name, kind, present)
            else:
                made[name] = draw(weights if table[0] in SHARES else stated) if kind == "new" else None
    return made


def _item(draw: st.DrawFn, name: str, kind: str, present: Mapping[str, Stated]) -> dict[str, Stated | None]:
    chances = [f"{name}.if_yes", f"{name}.if_no"]
    if kind == "gone":
        return dict.fromkeys([name, *chances])
    way = draw(st.sampled_from(["ratio", "chances", "half"]))
    if way == "ratio":
        return {name: draw(stated)}
    half = way == "half" and chances[0] in present
    return {chance: draw(simple) for chance in (chances[:1] if half else chances)}


def after(present: Mapping[str, Stated], made: Changes) -> dict[str, Stated]:
    """What a file states after some changes."""
    expected = dict(present)
    for name, new in made.items():
        if new is None:
            expected.pop(name, None)
        else:
            expected[name] = new
            item, _, chance = name.rpartition(".")
            for other in (f"{name}.if_yes", f"{name}.if_no", *([item] if chance in ("if_yes", "if_no") else [])):
                if name.startswith("evidence."):
                    expected.pop(other, None)
    return expected


class _Writer:
    """Writes the tables of a file one after the other, those in the first part of it without a header."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.stated: dict[str, Stated] = {}
        self.lines: dict[str, list[str]] = {}
        self.top: list[str] = []
        self.below: list[str] = []
        self.count = 0

    def text(self) -> str:
        ends = self.draw(st.sampled_from(["\n", "\r\n"]))
        text = "\n".join([*self.top, *HEAD, *self.below]) + self.draw(st.sampled_from(["", "\n", "\n\n# ~999999~\n"]))
        return text.replace("\n", ends)

    def write(self) -> None:
        for table in self.draw(st.permutations(list(TABLES))):
            keys = [key for key in TABLES[table] if self.draw(st.booleans())]
            if keys or self.draw(st.booleans()):
                self.table(table, keys)

    def table(self, table: tuple[str, ...], keys: list[str]) -> None:
        style = self.draw(st.sampled_from(["header", "header", "dotted", "inline"]))
        if style == "header":
            self.add(self.below, f"[{self.path(table)}]", [])
            headed: list[tuple[str, list[str]]] = []
            for key in keys:
                names, pairs, value = self.entry(table, key)
                spelling = self.draw(st.sampled_from(["value", "dotted", "header"] if pairs else ["value"]))
                if spelling == "header":
                    headed.append((f"[{self.path((*table, key))}]", names))
                    headed += [(f"{toml_text.key(k)} = {v}", names) for k, v in pairs]
                else:
                    self.entry_lines(self.below, (key,), pairs, value, names, spelling)
            for line, names in headed:
                self.add(self.below, line, names)
        elif style == "dotted":
            for key in keys:
                names, pairs, value = self.entry(table, key)
                spelling = self.draw(st.sampled_from(["value", "dotted"] if pairs else ["value"]))
                self.entry_lines(self.top, (*table, key), pairs, value, names, spelling)
        else:
            entries = [(key, *self.entry(table, key)) for key in keys]
            inside = ", ".join(f"{self.path((key,))} = {value}" for key, _, _, value in entries)
            self.add(
                self.top,
                f"{self.path(table)} = {{ {inside} }}",
                [".".join(table), *(name for _, names, _, _ in entries for name in names)],
            )

    def entry_lines(
        self, to: list[str], path: tuple[str, ...], pairs: list[tuple[str, str]], value: str, names: list[str], how: str
    ) -> None:
        if how == "dotted":
            for key, text in pairs:
                self.add(to, f"{self.path((*path, key))} = {text}", names)
        else:
            self.add(to, f"{self.path(path)} = {value}", names)

    def entry(self, table: tuple[str, ...], key: str) -> tuple[list[str], list[tuple[str, str]], str]:
        """What an entry states by name, its pairs where it is a table, and its value."""
        name = ".".join((*table, key))
        if table == ("evidence",) and self.draw(st.booleans()):
            return self.chances(name)
        one = self.draw(weights if table[0] in SHARES else stated)
        self.stated[name] = one
        if written(one).startswith("{") or self.draw(st.booleans()):
            pairs = [*form_of(one.statement).pairs(one.statement), *self.remarks(one)]
            return [name], pairs, self.inline(pairs)
        return [name], [], written(one)

    def chances(self, name: str) -> tuple[list[str], list[tuple[str, str]], str]:
        names = [f"{name}.if_yes", f"{name}.if_no"]
        keys = self.draw(st.sampled_from([("if_yes", "if_no"), ("if_high", "if_low")]))
        shared = self.draw(reasons).strip() if self.draw(st.booleans()) else ""
        pairs = []
        for key, chance in zip(keys, names, strict=True):
            one = self.draw(simple)
            self.stated[chance] = replace(one, because=one.because or as_read(replace(one, because=shared)).because)
            pairs.append((key, written(one)))
        if shared:
            pairs.append(("because", toml_text.text(shared)))
        return names, pairs, self.inline(pairs)

    def remarks(self, one: Stated) -> list[tuple[str, str]]:
        texts = [(key, getattr(one, key)) for key in ("because", "source")]
        return [(key, self.string(text)) for key, text in texts if text]

    def string(self, text: str) -> str:
        """A text in one of the ways that TOML has for it."""
        plain = text.isprintable() and not {"'", '"', "\\"} & {*text}
        return self.draw(st.sampled_from([f"'{text}'", f'"""\n{text}\n """'])) if plain else toml_text.text(text)

    def inline(self, pairs: list[tuple[str, str]]) -> str:
        gap = self.draw(st.sampled_from(["", " ", "  "]))
        inside = f"{gap},{gap}".join(f"{self.path((key,))}{gap}={gap}{value}" for key, value in pairs)
        return f"{{{gap}{inside}{gap}}}"

    def path(self, path: tuple[str, ...]) -> str:
        return ".".join(toml_text.text(key) if self.draw(st.booleans()) else toml_text.key(key) for key in path)

    def add(self, to: list[str], line: str, names: list[str]) -> None:
        """Add a line, with comments beside it and gaps above it."""
        if self.draw(st.booleans()):
            to.append("")
        if self.draw(st.booleans()):
            to.append(self.comment())
        spelled = f"{self.draw(st.sampled_from(['', '  ']))}{line}"
        spelled += f"   {self.comment()}" if self.draw(st.booleans()) else ""
        to.append(spelled)
        for name in names:
            self.lines.setdefault(name, []).extend(spelled.split("\n"))

    def comment(self) -> str:
        self.count += 1
        return f"# ~{self.count}~"
