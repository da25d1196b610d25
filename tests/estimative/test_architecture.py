"""Who may import whom, read from the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAMPLERS = {"pymc", "pytensor", "nutpie", "numba"}
SLOW = SAMPLERS | {"arviz", "arviz_stats", "xarray"}
OUTER = {"model": {"reports", "estimative"}, "priors": {"model", "reports", "estimative"}, "reports": {"estimative"}}
UNKNOWN_TO_REPORTS = {
    "tomllib", "model.importance", "model.nuts", "model.fitting", "model.runs", "priors.toml_file", "priors.reading",
}  # fmt: skip
FILES = [path for room in ("estimative", "reports", "model", "priors") for path in sorted((ROOT / room).rglob("*.py"))]


def imports(path: Path, *, deep: bool) -> Iterator[str]:
    """The names of the modules that a file imports: all of them, or only those it imports when it is imported."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree) if deep else _at_once(tree.body):
        match node:
            case ast.Import(names=names):
                yield from (name.name for name in names)
            case ast.ImportFrom(module=str(module), names=names):
                yield module
                yield from (f"{module}.{name.name}" for name in names)


def _at_once(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run on import: not those of functions, nor those for type checkers."""
    for node in body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                continue
            case ast.If(test=ast.Name(id="TYPE_CHECKING"), orelse=otherwise):
                yield from _at_once(otherwise)
            case ast.If() | ast.With() | ast.Try() | ast.ClassDef() | ast.For():
                yield from _at_once(node.body)
            case _:
                yield node


def roots(names: Iterator[str]) -> set[str]:
    """The packages that modules belong to."""
    return {name.partition(".")[0] for name in names}


def name_of(path: Path) -> str:
    """A file as it is named in a failure."""
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_one_module_knows_the_samplers(path: Path) -> None:
    """PyMC, PyTensor and nutpie are imported by `model.nuts` and by no other module, not even late."""
    if name_of(path) != "model/nuts.py":
        assert not SAMPLERS & roots(imports(path, deep=True))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_nothing_slow_is_imported_at_once(path: Path) -> None:
    """What takes seconds to import is imported inside functions only, but for `model.nuts`, which is itself."""
    if name_of(path) != "model/nuts.py":
        found = set(imports(path, deep=False))
        assert not SLOW & roots(iter(found))
        assert not {name for name in found if name == "model.nuts" or name.startswith(("model.nuts.", "scipy.stats"))}


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_imports_run_one_way(path: Path) -> None:
    """Each room imports from those after it in estimative, reports, model, priors; never back."""
    assert not OUTER.get(path.parent.name, set()) & roots(imports(path, deep=True))


@pytest.mark.parametrize("path", [path for path in FILES if path.parent.name == "reports"], ids=name_of)
def test_reports_never_sample_and_never_read_files(path: Path) -> None:
    """No module of reports knows a way to draw, a TOML file or the run store."""
    assert not UNKNOWN_TO_REPORTS & set(imports(path, deep=True))
