"""Finding a prior set by its name or its path; the prior sets that come with the package."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from estimative.priors.errors import InvalidInput, Issue, listed, nearest

type Locate = Callable[[str, Path], Path | None]
"""From what stands after `extends` and the folder of its file to the file meant, or None."""

_HERE = Path(__file__).parent
SCALES = _HERE / "scales"
"""Of the scales of words."""


def shipped_prior_sets() -> dict[str, dict[str, Path]]:
    """The shipped prior sets: by scenario id, then by name; both in alphabetical order."""
    found: dict[str, dict[str, Path]] = {}
    for path in sorted(set(_HERE.glob("*/*.toml")) - set(SCALES.glob("*.toml"))):
        found.setdefault(path.parent.name.replace("_", "-"), {})[path.stem] = path
    return found


def find_prior_set(name_or_path: str, scenario_id: str) -> Path:
    """The file of a prior set: a shipped name of the scenario, or a path (whether or not there is a file).

    Raises
    ------
    Faulty
        If it is neither, with the shipped name that comes nearest.
    """
    known = shipped_prior_sets().get(scenario_id, {})
    if name_or_path in known:
        return known[name_or_path]
    if looks_like_path(name_or_path) or Path(name_or_path).is_file():
        return Path(name_or_path)
    expected = f"a path, or a shipped prior set of {scenario_id}: {listed(list(known), 16)}"
    near = nearest(name_or_path, known)
    raise InvalidInput([Issue(file=name_or_path, found="no such prior set", expected=expected, nearest=near)])


def locator(scenario_id: str) -> Locate:
    """What `extends` means by default: a path from the file's folder, a file of that name there, or a shipped name."""

    def locate(name: str, folder: Path) -> Path | None:
        if looks_like_path(name):
            return folder / name if (folder / name).exists() else None
        beside = folder / f"{name}.toml"
        return beside if beside.exists() else shipped_prior_sets().get(scenario_id, {}).get(name)

    return locate


def names_near(folder: Path, scenario_id: str) -> Iterable[str]:
    """What `extends` may name in a file in this folder."""
    return sorted({path.stem for path in folder.glob("*.toml")} | set(shipped_prior_sets().get(scenario_id, {})))


def looks_like_path(text: str) -> bool:
    return text.endswith(".toml") or "/" in text or "\\" in text
