"""What a number was reckoned with."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.metadata import version

ALWAYS = ("numpy", "scipy")
WITH_NUTS = ("pymc", "nutpie", "pytensor", "arviz")
WITH_SCALING = ("arviz",)


def versions(*methods: str) -> Mapping[str, str]:
    """Of this package, of Python, and of the packages that these methods use."""
    used = (WITH_NUTS if "nuts" in methods else ()) + (WITH_SCALING if "power-scaling" in methods else ())
    names = dict.fromkeys((*ALWAYS, *used))
    return {"estimative": version("estimative"), "python": platform.python_version(), **{n: version(n) for n in names}}
