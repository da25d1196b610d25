"""What is wrong with a file: each mistake a value with its place, all of them collected before anyone stops."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Issue:
    """One mistake in one place."""

    file: str
    """The file as the user named it."""
    line: int | None = None
    """Counted from 1; None where the mistake has no line (a file that is missing)."""
    key: str = ""
    """The dotted path of the entry, as it would be written in the file."""
    found: str
    expected: str
    nearest: str | None = None
    """The nearest known name, where a name is misspelt."""

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        key = f" {self.key}:" if self.key else ""
        hint = f"; did you mean {self.nearest!r}?" if self.nearest else ""
        return f"{place}:{key} found {self.found}, expected {self.expected}{hint}"


class InvalidInput(Exception):
    """Input that cannot be used, with every fault found in it."""

    def __init__(self, issues: Iterable[Issue], *, rest: object = None) -> None:
        self.issues = tuple(issues)
        self.rest = rest
        """What could be understood all the same, for further checks and nothing else; None where that is nothing."""
        super().__init__("\n".join(map(str, self.issues)))


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that a misspelt one most likely stands for, or None."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, sorted(known), n=1, cutoff=0.6)), None)


def listed(names: Sequence[str], limit: int = 8) -> str:
    """Names in prose: 'a, b or c'; a long list is cut and says so."""
    shown = [*names[:limit], f"{len(names) - limit} more"] if len(names) > limit else list(names)
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + " or " + shown[-1] if shown else "nothing"
