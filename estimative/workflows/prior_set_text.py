"""The text of a prior set file with some of its statements changed; everything else in it stays byte for byte."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from operator import itemgetter

from msgspec.structs import replace

from estimative.priors.errors import InvalidInput, Issue, Place, ascii_safe, invalid, quote
from estimative.priors.prior_set import PriorSet
from estimative.priors.prior_set_file import NESTED, PAIRS, PLAIN, SHARES, own_prior_set
from estimative.priors.statement_syntax import REMARKS, read_stated, say, written, written_inline
from estimative.priors.statements import ByState, Constant, StateCounts, Stated
from estimative.priors.toml_document import TomlFile
from estimative.priors.toml_edit import Keys, TomlText
from estimative.priors.toml_table import JOINED, LITERAL, NAME, STATE, Table
from estimative.priors.toml_writer import dotted

type Changes = Mapping[str, Stated | None]
"""New statements and weights by name, such as "events.request" or "relevance.x"; None for one to be inherited again."""

SECTIONS = (
    *("factors", "events", "effects", "tables", "evidence", "motives", "indicators"),
    *("relevance", "independence", "confidence"),
)
"""The usual order in a file."""
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
"""What a browser may send, and TOML cannot have."""
CHANCES = PAIRS[0]
"""The last part of the names of an item that is stated as two chances."""


def with_changes(text: str, changes: Changes, *, file: str = "the prior set") -> str:
    """Return the text of a prior set file in which exactly these entries are changed.

    Comments, order, blank lines, quotation marks, the spelling of numbers and the ends of lines stay as they are, and
    so do reasons and sources that are still the same. A new entry is the last of its section.

    Parameters
    ----------
    text
        With the line ends of its file, which new lines get too.
    changes
        None takes an entry out of the file. Of an item of evidence, a ratio replaces two chances, and these a ratio.
    file
        The name of the file, for errors.

    Raises
    ------
    InvalidInput
        With every error of the text, or else of the changes: names that no prior set has, weights outside of 0 to 1,
        one chance of an item without the other, an item stated in both ways.
    """
    before = own_prior_set(text, file=file)
    old, wanted = _stated(before), stated_after(before, changes, file=file)
    edited = TomlText(text, SECTIONS)
    for name, stated in changes.items():
        if not name.startswith("evidence."):
            edited = _with_entry(edited, _keys(name), old.get(name), stated and as_read(stated))
    for item in _items(changes):
        edited = _with_item(edited, item, old, wanted)
    if not _agrees(own_prior_set(edited.text, file=file), before, wanted):
        message = "the changes cannot be written into this file without changing something else"
        raise invalid(message, code="cannot-change", file=file, allowed="entries in their usual form")
    return edited.text


def check_changes(changes: Changes, *, file: str) -> None:
    """Refuse changes that no prior set can have, whatever it states.

    Raises
    ------
    InvalidInput
        With every error: names that no prior set has, weights outside of 0 to 1, an item stated in both ways.
    """
    if issues := [*_issues(changes, file)]:
        raise InvalidInput(issues)


def stated_after(before: PriorSet, changes: Changes, *, file: str) -> dict[str, Stated]:
    """Return every statement and weight that a file itself has after some changes.

    Raises
    ------
    InvalidInput
        With every error of the changes, as in `with_changes`.
    """
    check_changes(changes, file=file)
    stated = {**_stated(before), **{name: as_read(new) for name, new in changes.items() if new}}
    replaced = {other for name, new in changes.items() if new for other in _other_way(name)}
    gone = {name for name, new in changes.items() if new is None} | replaced
    after = {name: one for name, one in stated.items() if name not in gone}
    if issues := [_half(item, after, file) for item in _items(changes) if _is_half(item, after)]:
        raise InvalidInput(issues)
    return after


def read_entry(name: str, text: str, *, file: str) -> Stated:
    """Read one statement or weight, written as in a prior set.

    Parameters
    ----------
    name
        Such as "events.request".
    file
        What the text is from, for errors.

    Raises
    ------
    InvalidInput
        With every error of the text; also if it is more than one value.
    """
    if not _is_name(name):
        raise InvalidInput([_unknown_entry(name, file)])
    *section, key = _keys(name)
    document = TomlFile.parse(f"[{dotted(section)}]\n{dotted([key])} = {text}\n", file=file)
    table = Table.of(document)
    for part in section:
        table = table.table(part)
    stated = read_stated(table, key)
    if list(table.data) != [key] or len(document.data) != 1:
        table.error(key, code="wrong-type", message="this is more than one statement", allowed="one statement")
    table.raise_issues()
    assert stated is not None
    return as_read(stated)


def as_read(stated: Stated) -> Stated:
    """Return a statement whose texts are as a reader of its file has them, without spaces around them."""
    because, source = (_readable(text) for text in (stated.because, stated.source))
    return Stated(statement=stated.statement, because=because, source=source)


def in_order(stated: Stated) -> Stated:
    """Return a statement whose states are in alphabetical order, to compare it: their order in a file says nothing."""
    match stated.statement:
        case ByState(parts=parts) as by_state:
            return replace(stated, statement=replace(by_state, parts=tuple(sorted(parts, key=itemgetter(0)))))
        case StateCounts(counts=counts):
            return replace(stated, statement=StateCounts(counts=tuple(sorted(counts))))
    return stated


def _readable(text: str) -> str:
    return LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text).strip()


def _stated(prior_set: PriorSet) -> dict[str, Stated]:
    """Everything that a prior set states, weights included."""
    return {name: as_read(one) for name, one in (*prior_set.statements.items(), *prior_set.shares.items())}


def _agrees(after: PriorSet, before: PriorSet, wanted: Mapping[str, Stated]) -> bool:
    """Whether a prior set states what is wanted, and differs from the one before in nothing else."""
    same = ("name", "analyst", "scenario", "scenario_digest", "date", "review_by", "rationale", "confidence")
    said = {name: in_order(one) for name, one in _stated(after).items()}
    return said == {name: in_order(one) for name, one in wanted.items()} and all(
        getattr(after, name) == getattr(before, name) for name in same
    )


def _with_entry(text: TomlText, keys: Keys, old: Stated | None, new: Stated | None) -> TomlText:
    """Give an entry another statement, or take it out."""
    if new == old:
        return text
    if new is None:
        return text.without(keys)
    return text.with_value(keys, written_inline(new) if text.is_spread(keys) else written(new))


def _with_item(text: TomlText, item: str, old: Mapping[str, Stated], new: Mapping[str, Stated]) -> TomlText:
    """Give an item of evidence another ratio or other chances, or take it out."""
    keys, chances = _keys(item), [f"{item}.{chance}" for chance in CHANCES]
    if not any(name in new for name in (item, *chances)):
        return text.without(keys)
    if item in new:
        return _with_entry(text, keys, old.get(item), new[item])
    if not all(name in old for name in chances):
        pairs = zip(CHANCES, chances, strict=True)
        return text.with_value(keys, f"{{ {', '.join(f'{key} = {written(new[name])}' for key, name in pairs)} }}")
    values = text.value(keys)
    kept = {
        remark: shared
        for remark in REMARKS
        if (shared := values.get(remark)) and all(getattr(new[name], remark) for name in chances)
    }
    for remark in REMARKS:
        if remark not in kept:
            text = text.without((*keys, remark))
    names = next(names for names in PAIRS if names[0] in values)
    for key, name in zip(names, chances, strict=True):
        before, after = _own(old[name], values[key], values), _own(new[name], values[key], kept)
        text = _with_entry(text, (*keys, key), before, after)
    return text


def _own(stated: Stated, value: object, shared: Mapping[str, str]) -> Stated:
    """Return a chance without the reason and source that it has from its item."""
    own = value if isinstance(value, Mapping) else {}
    inherited = [
        remark
        for remark in REMARKS
        if remark in shared and remark not in own and getattr(stated, remark) == shared[remark].strip()
    ]
    because, source = ("" if remark in inherited else getattr(stated, remark) for remark in REMARKS)
    return replace(stated, because=because, source=source)


def _items(changes: Changes) -> list[str]:
    """The items of evidence that are changed, such as "evidence.x", each once."""
    items = (".".join(name.split(".")[:2]) for name in changes if name.startswith("evidence."))
    return list(dict.fromkeys(items))


def _other_way(name: str) -> tuple[str, ...]:
    """The names that an item of evidence has if it is stated in the other way."""
    section, item, *chance = name.split(".")
    if section != "evidence":
        return ()
    return (f"evidence.{item}",) if chance else tuple(f"{name}.{key}" for key in CHANCES)


def _is_half(item: str, stated: Mapping[str, Stated]) -> bool:
    return len([chance for chance in CHANCES if f"{item}.{chance}" in stated]) == 1


def _half(item: str, stated: Mapping[str, Stated], file: str) -> Issue:
    """The error of one chance without the other."""
    missing = next(chance for chance in CHANCES if f"{item}.{chance}" not in stated)
    message = f"{quote(missing)} is missing: the chance of this item in the other state"
    place = Place(file=file, key=ascii_safe(item))
    return Issue(code="missing-key", message=message, place=place, allowed=" and ".join(CHANCES))


def _issues(changes: Changes, file: str) -> Iterator[Issue]:
    """Yield what is wrong with each change by itself, and with items that would be stated in both ways."""
    for name, stated in changes.items():
        place = Place(file=file, key=ascii_safe(name))
        if not _is_name(name):
            yield _unknown_entry(name, file)
        elif stated and name.startswith(tuple(f"{section}." for section in SHARES)) and not _is_share(stated):
            message, allowed = f"{say(stated.statement)} is not a weight", "one number between 0 and 1"
            yield Issue(code="out-of-range", message=message, place=place, allowed=allowed)
        elif stated and any(changes.get(other) for other in _other_way(name)) and name.count(".") == 1:
            message, allowed = "this item is stated as a ratio and as two chances", "one of the two"
            yield Issue(code="contradiction", message=message, place=place, allowed=allowed)


def _unknown_entry(name: str, file: str) -> Issue:
    message, allowed = f"{quote(name)} is not an entry of a prior set", "a name such as factors.x or evidence.x.if_yes"
    place = Place(file=file, key=ascii_safe(name))
    return Issue(code="unknown-name", message=message, place=place, value=quote(name), allowed=allowed)


def _is_share(stated: Stated) -> bool:
    return isinstance(stated.statement, Constant) and 0 <= stated.statement.value <= 1


def _is_name(name: str) -> bool:
    """Whether a name can be that of a statement or a weight."""
    match name.split("."):
        case [section, subject]:
            return section in (*PLAIN, *SHARES) and bool(NAME.fullmatch(subject))
        case ["evidence", subject, chance]:
            return chance in CHANCES and bool(NAME.fullmatch(subject))
        case ["tables", subject, parents]:
            return bool(NAME.fullmatch(subject)) and all(LITERAL.fullmatch(part) for part in JOINED.split(parents))
        case [section, subject, key]:
            pattern = LITERAL if section == "effects" else STATE
            return section in NESTED and bool(NAME.fullmatch(subject) and pattern.fullmatch(key))
    return False


def _keys(name: str) -> Keys:
    return tuple(name.split("."))
