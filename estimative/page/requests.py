"""What the page asks for, as it is read from JSON: unknown and missing fields are errors."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

type Place = Annotated[int, Meta(ge=0)]
"""Of a prior set on the desk."""
type Name = Annotated[str, Meta(max_length=200)]
type Text = Annotated[str, Meta(max_length=20_000)]


class Request(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every request is: of known fields alone."""


class Belief(Request, frozen=True, kw_only=True):
    """What is stated about an input."""

    statement: Text | float | dict[Name, object]
    because: Text = ""
    source: Text = ""


class Enter(Request, frozen=True, kw_only=True):
    """A new tab asks for its token."""

    key: Name


class Message(Request, frozen=True, kw_only=True):
    """A view of a widget asks for an action, or needs the answer no more."""

    id: Name
    """Of the request, chosen by the view."""
    action: Name = ""
    body: dict[str, object] = {}
    abort: bool = False


class Look(Request, frozen=True, kw_only=True):
    """Everything as it is."""


class Change(Request, frozen=True, kw_only=True):
    """Other beliefs of one analyst, to look at (preview) or to make (change)."""

    revision: int
    at: Place
    beliefs: dict[Name, Belief]


class Copy(Request, frozen=True, kw_only=True):
    """What another analyst states about an input, for one's own prior set."""

    revision: int
    at: Place
    of: Place
    name: Name


class Revision(Request, frozen=True, kw_only=True):
    """Something about the desk as it is: undo, redo."""

    revision: int


class Analysis(Request, frozen=True, kw_only=True):
    """Something about one analyst: settle, thorough, save."""

    revision: int
    at: Place


class WhatIf(Request, frozen=True, kw_only=True):
    """A supposition about one analyst's answer."""

    revision: int
    at: Place
    do: dict[Name, Name | float | bool] = {}
    given: dict[Name, Name | float | bool] = {}
    without: list[Name] = []
    sweep: Name = ""
    """A factor to set to every value from 0 to 1."""


class SaveAs(Request, frozen=True, kw_only=True):
    """A prior set under another name, which extends the one that it was made from."""

    revision: int
    at: Place
    name: Name
    analyst: Name


class Recover(Request, frozen=True, kw_only=True):
    """What to do with the unsaved changes of an earlier page."""

    revision: int
    take: bool


class SaveRun(Request, frozen=True, kw_only=True):
    """A run of the saved prior set."""

    revision: int
    at: Place
    label: Name = ""
    method: Literal["importance", "both"] = "importance"


class Report(Request, frozen=True, kw_only=True):
    """A document about a saved run."""

    run: Name
    brief: bool
    format: Literal["html", "pdf", "docx", "md"]
