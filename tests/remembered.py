"""Answers that follow from their inputs alone, computed once for all who ask for the same in this process."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from hashlib import sha256
from importlib import import_module
from typing import Any
from unittest.mock import patch

MOST = 64
"""Answers that are kept; a fit holds some megabytes."""
FUNCTIONS = (
    "estimative.model.inference.fit.fit_by_importance",
    "estimative.model.inference.refit.fit_by_importance",
    "estimative.workflows.evidence.evidence_weights",
    "estimative.workflows.evidence.tipping_points",
    "estimative.workflows.sensitivity.tornado",
    "estimative.workflows.sensitivity.input_curves",
    "estimative.workflows.sensitivity.sobol",
    "estimative.workflows.sensitivity.structural_alternatives",
    "estimative.workflows.compare.attribute",
    "estimative.workflows.compare.attribute_team",
)
"""By where they are called from."""
KNOWN: dict[bytes, Any] = {}


def digest(value: Any) -> bytes:
    """The digest of a value: the same bytes for equal inputs of a function."""
    return sha256(pickle.dumps(value)).digest()


def remembering[**Inputs, Answer](function: Callable[Inputs, Answer]) -> Callable[Inputs, Answer]:
    """A function without effects that computes every answer once; how far it is does not count as an input."""

    @wraps(function)
    def recall(*arguments: Inputs.args, **options: Inputs.kwargs) -> Answer:
        inputs = arguments, {name: value for name, value in options.items() if name != "progress"}
        key = digest((function.__module__, function.__qualname__, inputs))
        answer = KNOWN.pop(key) if key in KNOWN else function(*arguments, **options)
        KNOWN[key] = answer
        while len(KNOWN) > MOST:
            del KNOWN[next(iter(KNOWN))]
        return answer

    return recall


def forget() -> None:
    """Compute everything again: of what is remembered, nobody can see whether it would be the same."""
    KNOWN.clear()


@contextmanager
def remembered() -> Iterator[None]:
    """Let fits and the costliest analyses be computed once for each input."""
    with ExitStack() as stack:
        for name in FUNCTIONS:
            module, _, function = name.rpartition(".")
            stack.enter_context(patch(name, remembering(getattr(import_module(module), function))))
        yield
