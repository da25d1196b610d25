"""What the page asks for, as it is read from JSON: unknown and missing fields are errors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

type Plain = str | float | bool | list[Plain] | dict[str, Plain]
"""A statement as in a prior set, as plain data."""


@dataclass(frozen=True, kw_only=True)
class Belief:
    """What is stated about an input."""

    statement: str | float | dict[str, object]
    because: str = ""
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Enter:
    """A new tab asks for its token."""

    key: str


@dataclass(frozen=True, kw_only=True)
class Look:
    """Everything as it is."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """Other beliefs of one analyst, to look at (preview) or to make (change)."""

    revision: int
    at: int
    """The place of the analyst's prior set on the desk."""
    beliefs: dict[str, Belief]


@dataclass(frozen=True, kw_only=True)
class Copy:
    """What another analyst states about an input, for one's own prior set."""

    revision: int
    at: int
    of: int
    name: str


@dataclass(frozen=True, kw_only=True)
class Revision:
    """Something about the desk as it is: undo, redo."""

    revision: int


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """Something about one analyst: settle, thorough, save."""

    revision: int
    at: int


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """A supposition about one analyst's answer."""

    revision: int
    at: int
    do: dict[str, str | float | bool] = field(default_factory=dict)
    given: dict[str, str | float | bool] = field(default_factory=dict)
    without: list[str] = field(default_factory=list)
    sweep: str = ""
    """A factor to set to every value from 0 to 1."""


@dataclass(frozen=True, kw_only=True)
class SaveAs:
    """A prior set under another name, which extends the one that it was made from."""

    revision: int
    at: int
    name: str
    analyst: str


@dataclass(frozen=True, kw_only=True)
class Recover:
    """What to do with the unsaved changes of an earlier page."""

    revision: int
    take: bool


@dataclass(frozen=True, kw_only=True)
class SaveRun:
    """A run of the saved prior set."""

    revision: int
    at: int
    label: str = ""
    method: Literal["importance", "both"] = "importance"


@dataclass(frozen=True, kw_only=True)
class Report:
    """A document about a saved run."""

    run: str
    brief: bool
    format: Literal["html", "pdf", "docx", "md"]
