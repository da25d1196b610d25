"""Digests: a SHA-256 of what a file says, whatever its layout."""

from __future__ import annotations

import hashlib
import json


def digest_of(content: object, *, ascii_only: bool = False) -> str:
    """Return the SHA-256, in hexadecimal, of plain data as canonical JSON."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=ascii_only, allow_nan=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def tag_of(kind: str) -> str:
    """Return the form in which a kind enters a digest: "beta_stated" becomes "BetaStated"."""
    # The first digests were made from class names. They are stored in runs and quoted in prior sets, so that they
    # must stay as they are when a class is renamed.
    return kind.title().replace("_", "")
