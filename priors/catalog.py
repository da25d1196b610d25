"""The shipped prior sets, and the file of a prior set by its name or path."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from estimative.priors.errors import InvalidInput, Place, unknown_name

type Locate = Callable[[str, Path], Path | None]
"""From the value of `extends` and the folder of its file to the extended file, or None."""

_HERE = Path(__file__).parent
SCALES = _HERE / "scales"
"""The folder of the shipped scales of words of probability."""
RATIO_SCALES = _HERE / "ratio_scales"
"""The folder of those of words for likelihoods."""


def shipped_prior_sets() -> dict[str, dict[str, Path]]:
    """Return the shipped prior sets by scenario id, then by name; both in alphabetical order."""
    sets: dict[str, dict[str, Path]] = {}
    for path in sorted(set(_HERE.glob("*/*.toml")) - set(SCALES.glob("*.toml")) - set(RATIO_SCALES.glob("*.toml"))):
        # Ids have hyphens; folders have underscores, like packages.
        sets.setdefault(path.parent.name.replace("_", "-"), {})[path.stem] = path
    return sets


def find_prior_set(name_or_path: str, scenario_id: str) -> Path:
    """Return the file of a prior set: a shipped name of the scenario, or a path, whether or not the file exists.

    Raises
    ------
    InvalidInput
        If it is neither, with the nearest shipped name.
    """
    known = shipped_prior_sets().get(scenario_id, {})
    if name_or_path in known:
        return known[name_or_path]
    if looks_like_path(name_or_path) or Path(name_or_path).is_file():
        return Path(name_or_path)
    what = f"a path, nor the name of a shipped prior set of {scenario_id}"
    raise InvalidInput([unknown_name(Place(), name_or_path, known, what)])


def locator(scenario_id: str) -> Locate:
    """Return the default meaning of `extends`: a path from the file's folder, a file with that name there, or a shipped
    name.
    """

    def locate(name: str, folder: Path) -> Path | None:
        if looks_like_path(name):
            return folder / name if (folder / name).exists() else None
        sibling = folder / f"{name}.toml"
        return sibling if sibling.exists() else shipped_prior_sets().get(scenario_id, {}).get(name)

    return locate


def names_near(folder: Path, scenario_id: str) -> Iterable[str]:
    """Return what `extends` may name in a file in this folder."""
    return sorted({path.stem for path in folder.glob("*.toml")} | set(shipped_prior_sets().get(scenario_id, {})))


def looks_like_path(text: str) -> bool:
    return text.endswith(".toml") or "/" in text or "\\" in text
