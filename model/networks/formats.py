"""The formats of networks: by the ending of a file, and checked against what the file begins with."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec import Struct

from estimative.model.networks import bif, hugin, uai, xdsl, xmlbif
from estimative.model.networks.network import DiscreteNetwork
from estimative.priors.errors import InvalidInput, invalid, listed
from estimative.priors.toml_document import read_text

LARGEST = 1 << 24
"""Bytes of a file that is read."""


class Format(Struct, frozen=True, kw_only=True):
    """How a format is recognized, read and written."""

    title: str
    endings: tuple[str, ...]
    begins: re.Pattern[str]
    """What a file of it begins with, after white space and comments."""
    read: Callable[[str, str], DiscreteNetwork]
    """(text, file) -> network."""
    write: Callable[[DiscreteNetwork], str]


# Groups that do not backtrack: a file of many comments would take for ever otherwise.
XML = r"(?>(?:\s|(?><\?.*?\?>)|(?><!--.*?-->)|(?><!DOCTYPE[^\[>]*(?:\[.*?\])?\s*>))*+)"
FORMATS: Mapping[str, Format] = {
    "bif": Format(
        title="BIF",
        endings=(".bif",),
        begins=re.compile(rf"(?>(?:\s|(?>{bif.COMMENTS}))*+)(?:network|variable|probability)\b", re.DOTALL),
        read=bif.read,
        write=bif.write,
    ),
    "xmlbif": Format(
        title="XMLBIF",
        endings=(".xmlbif", ".bifxml", ".xml"),
        begins=re.compile(rf"{XML}<BIF\b", re.DOTALL | re.IGNORECASE),
        read=xmlbif.read,
        write=xmlbif.write,
    ),
    "xdsl": Format(
        title="XDSL",
        endings=(".xdsl",),
        begins=re.compile(rf"{XML}<smile\b", re.DOTALL),
        read=xdsl.read,
        write=xdsl.write,
    ),
    "net": Format(
        title="NET",
        endings=(".net",),
        begins=re.compile(r"(?>(?:\s|%[^\n]*+)*+)(?:net|class|node)\b"),
        read=hugin.read,
        write=hugin.write,
    ),
    "uai": Format(
        title="UAI",
        endings=(".uai",),
        begins=re.compile(r"\s*(?:BAYES|MARKOV)\b", re.IGNORECASE),
        read=uai.read,
        write=uai.write,
    ),
}


def format_of(path: Path) -> str:
    """Return the format that the ending of a file names.

    Raises
    ------
    InvalidInput
        If it names none.
    """
    for name, entry in FORMATS.items():
        if path.suffix.lower() in entry.endings:
            return name
    endings = [ending for entry in FORMATS.values() for ending in entry.endings]
    message = f"the ending {path.suffix} is that of no format" if path.suffix else "the file has no ending"
    raise invalid(message, code="unknown-format", file=str(path), allowed=f"a network in {listed(endings)}")


def read_network(path: Path) -> DiscreteNetwork:
    """Read a network, in the format that both the ending and the beginning of the file say.

    Raises
    ------
    InvalidInput
        With every error in the file.
    """
    name = format_of(path)
    text = read_text(path, largest=LARGEST)
    if not text.strip():
        raise invalid("the file is empty", code="empty-file", file=str(path), allowed=f"a network in {name}")
    if not FORMATS[name].begins.match(text):
        raise _contradiction(path, name, text)
    return FORMATS[name].read(text, str(path))


def _contradiction(path: Path, name: str, text: str) -> InvalidInput:
    other = next((entry.title for entry in FORMATS.values() if entry.begins.match(text)), "")
    title = FORMATS[name].title
    message = f"the ending is that of {title}, but the content is {other or f'not {title}'}"
    return invalid(message, code="unknown-format", file=str(path), line=1, allowed=f"a network in {title}")
