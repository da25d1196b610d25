"""Names of evidence that would mean two things to whoever leaves evidence out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from estimative.model.spec.evidence import Evidence
from estimative.priors.errors import Issue, Place, quote

EVERYTHING = "all"
"""What a user writes for all evidence."""


def name_errors(evidence: Mapping[str, Evidence]) -> Iterator[Issue]:
    """Yield the error of each item or origin whose name stands for something else as well."""
    sizes = Counter(item.origin for item in evidence.values())
    for item in evidence.values():
        for key, name in ((f"evidence.{item.id}", item.id), (f"evidence.{item.id}.origin", item.origin)):
            if name == EVERYTHING:
                yield _error(key, name, "all evidence")
        if item.origin in evidence and sizes[item.origin] > 1:
            yield _error(f"evidence.{item.id}.origin", item.origin, "an item")


def _error(key: str, name: str, meaning: str) -> Issue:
    message = f"{quote(name)} is also the name of {meaning}, so that it would have two meanings"
    return Issue(code="reserved-name", message=message, place=Place(key=key), value=quote(name), allowed="another name")
