"""What is wrong with an input: each issue is a value with its place, and all are collected before reading stops."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from estimative.priors import toml_writer

type Severity = Literal["error", "warning"]

LONGEST_VALUE = 60
"""Characters of a value in a message."""
MOST_LISTED = 12
"""Alternatives in a message."""
SHORT = 4
"""Letters of a word in which one slip is a large part."""
NEGATION = re.compile(r"\b(?:not|no|non|never|hardly|without)\b|n't\b|\b(?:un|im|in|de|dis)(?=\w{3})")
"""What turns the meaning of a word round, or may."""


class Place(Struct, frozen=True, kw_only=True):
    """Where an entry is: a file, a line and a key."""

    file: str = ""
    """The path, as the user gave it; empty for what comes from no file."""
    line: int | None = None
    """Counted from 1; None for an entry that no line of the file holds."""
    key: str = ""
    """The dotted path of the entry; nothing in it can steer a terminal."""

    def __str__(self) -> str:
        line = "" if self.line is None else f"line {self.line}"
        return ", ".join(filter(None, (self.file, line, self.key)))


class Issue(Struct, frozen=True, kw_only=True):
    """One mistake in one place."""

    message: str
    """What is wrong: one sentence without its full stop."""
    place: Place
    value: str = ""
    """The value there, quoted as in the file, short and escaped; empty where nothing is there."""
    allowed: str | tuple[str, ...] = ""
    """What is allowed: a phrase, or every alternative."""
    suggestion: str = ""
    """The value that was probably meant, or a sentence that says what to do."""
    code: str
    """A stable name of this kind of mistake, such as "unknown-name"."""
    severity: Severity = "error"

    def __str__(self) -> str:
        allowed = self.allowed if isinstance(self.allowed, str) else enumerated(self.allowed)
        parts = [f"{self.message}."]
        # A phrase is often part of the message already: "3 is not a text".
        if allowed and not (isinstance(self.allowed, str) and allowed in self.message):
            parts.append(f"Allowed: {allowed}.")
        if self.suggestion:
            parts.append(self.suggestion if self.suggestion.endswith(".") else f'Did you mean "{self.suggestion}"?')
        place = str(self.place)
        return f"{place}: {' '.join(parts)}" if place else " ".join(parts)

    @property
    def meant(self) -> str:
        """The key that was probably meant by one that is not known; empty for other errors."""
        known = self.code == "unknown-key" and self.suggestion
        return ".".join([*self.place.key.split(".")[:-1], self.suggestion]) if known else ""

    def moved(self, place: Place) -> Issue:
        """Return the same issue at another place."""
        return replace(self, place=place)


class InvalidInput(ValueError):
    """Input that cannot be used, with every error in it."""

    def __init__(self, issues: Iterable[Issue], *, partial: object = None) -> None:
        self.issues = tuple(issues)
        self.partial = partial
        """What could be read in spite of the errors, for further checks only; None where that is nothing."""
        super().__init__("\n".join(map(str, self.issues)))

    def __reduce__(self) -> tuple[type[InvalidInput], tuple[tuple[Issue, ...]]]:
        # By default an exception is unpickled from its message, which is not what __init__ takes.
        return type(self), (self.issues,)


def invalid(
    message: str,
    *,
    code: str,
    file: str = "",
    line: int | None = None,
    key: str = "",
    value: str = "",
    allowed: str | tuple[str, ...] = "",
    suggestion: str = "",
) -> InvalidInput:
    """Return the exception for a single error."""
    place = Place(file=file, line=line, key=key)
    return InvalidInput(
        [Issue(message=message, place=place, value=value, allowed=allowed, suggestion=suggestion, code=code)]
    )


def unknown_name(place: Place, name: str, known: Iterable[str], what: str) -> Issue:
    """Return the error of a name that is not one of the known names; `what` says what they name."""
    names = tuple(known)
    return Issue(
        code="unknown-name",
        message=f"{quote(name)} is not {what}",
        place=place,
        value=quote(name),
        allowed=tuple(map(ascii_safe, names)),
        suggestion=ascii_safe(nearest(name, names) or ""),
    )


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that a misspelt one most likely stands for, or None."""
    # Imported here because most runs need no suggestion, and every start would pay for it.
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, sorted(known), n=1, cutoff=0.6)), None)


def nearest_word(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that a misspelt one stands for, or None; never one that could mean the opposite."""
    from difflib import get_close_matches

    # Each word has a meaning of its own: only a slip of the keyboard is corrected.
    cutoff = 0.8 if len(word) > SHORT else 0.6
    near = next(iter(get_close_matches(" ".join(word.lower().split()), sorted(known), n=1, cutoff=cutoff)), None)
    return near if near and _negations(near) == _negations(word) else None


def _negations(text: str) -> int:
    return len(NEGATION.findall(text.lower()))


def listed(names: Sequence[str], limit: int = 8) -> str:
    """Return names in prose, "a, b or c"; a long list is cut, and says so."""
    names = [*names[:limit], f"{len(names) - limit} more"] if len(names) > limit else list(names)
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " or " + names[-1] if names else "nothing"


def enumerated(names: Sequence[str]) -> str:
    """Return names as a list, "a, b, c"; a long list is cut, and says so."""
    more = [f"{len(names) - MOST_LISTED} more"] if len(names) > MOST_LISTED else []
    return ", ".join([*names[:MOST_LISTED], *more])


def quote(value: object) -> str:
    """Return a value as it is written in TOML, short enough for a message; control characters are escapes."""
    text = _toml(value)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 3] + "..."


def _toml(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case str():
            return toml_writer.text(value)
        case list():
            return f"[{', '.join(map(_toml, value))}]"
        case dict():
            return toml_writer.inline((name, _toml(entry)) for name, entry in value.items())
        case datetime.datetime():
            return value.isoformat()
        case _:
            return str(value)


def ascii_safe(text: str) -> str:
    """Return text in which every character that could steer a terminal (controls, direction marks) is an escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
