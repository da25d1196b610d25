"""The result of listing saved runs."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from estimative.model.inference.info import SCHEMA_VERSION
from estimative.model.record.manifest import Manifest


class RunList(Struct, frozen=True, kw_only=True):
    """The runs of a store, the newest first."""

    schema_version: int = SCHEMA_VERSION
    kind: Literal["runs"] = "runs"
    folder: str
    runs: tuple[Manifest, ...]
    passed_over: int = 0
    """How many others there are, which a filter leaves out."""
    unreadable: tuple[str, ...] = ()
    """Ids of runs that cannot be read: damaged, or of another version of the program."""

    @property
    def converged(self) -> bool:
        """True: the list itself depends on no fit; each run says whether it converged."""
        return True
