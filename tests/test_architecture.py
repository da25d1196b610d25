"""What is loaded when, what prints, and who names an option of the command line."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.command import FERRY, PRIORS, Desk

ROOT = Path(__file__).parent.parent
ROOMS = ("estimative", "model", "priors", "reports")
HEAVY = {"pymc", "pytensor", "nutpie", "numba", "arviz", "arviz_stats", "scipy.stats", "xarray", "pandas", "matplotlib"}
COOK = ("--priors", "cook.toml")
STEPS = (
    ("--help",),
    ("fit", "--help"),
    ("check", "--resolved"),
    ("report", "latest", "--format", "md"),
    ("report", "latest", "--format", "csv"),
    ("fit", *FERRY, "--method", "importance"),
    ("compare", *FERRY, *COOK, "--attribute"),
    ("pool", *FERRY, *COOK),
    ("runs",),
)
WRITERS = {"typst", "docx", "xlsxwriter", "jinja2", "matplotlib"}
UNDRAWN = [f"estimative.reports.figures.{name}" for name in ("chart", "scale", "sweep", "tornado", "tree", "waterfall")]
WITHOUT_NUMPY = 2
"""So many of them do not even load NumPy."""
PROBE = f"""
import contextlib, importlib, io, sys
import estimative
from estimative.cli import app
def check(step, *more):
    if loaded := ({HEAVY!r} | set(more)) & set(sys.modules):
        sys.exit(f"{{step}} loads {{loaded}}")
check("import", "numpy", "scipy")
for number, step in enumerate({STEPS!r}):
    sys.argv = ["estimative", *step]
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            app.main()
        except SystemExit as end:
            if end.code:
                sys.exit(f"{{step}} failed with {{end.code}}")
    check(step, *(["numpy", "scipy"] if number < {WITHOUT_NUMPY} else []))
for name in ("estimative.api", "estimative.reports.formats.registry", *{UNDRAWN!r}):
    importlib.import_module(name)
check("formats and figures that nobody asked for", *{WRITERS!r})
"""


def test_what_needs_no_sampler_loads_none(tmp_path: Path) -> None:
    """Help, check, fits by importance sampling, comparisons and reports as text load no PyMC, ArviZ or Matplotlib."""
    desk = Desk.at(tmp_path)
    assert desk.run("fit", *FERRY, "--method", "importance").code == 0
    assert desk.run("report").code == 0, "so that the run has its analyses"
    desk.write("cook.toml", PRIORS.replace('name = "mate"', 'name = "cook"').replace('"unlikely"', '"likely"'))
    done = desk.python(PROBE)
    assert done.code == 0, done.err


def test_foreign_modules_in_the_folder_do_not_get_in_the_way(tmp_path: Path) -> None:
    """In a folder with modules called model, priors or reports, the package imports its own."""
    for name in ("model.py", "reports.py", "spec.py", "priors/__init__.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("raise RuntimeError('a foreign module was imported')\n", encoding="utf-8")
    code = "import estimative; estimative.load; print(estimative.__name__)"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("estimative\n", 0), done.stderr


def test_every_folder_with_code_is_installed() -> None:
    """A wheel has all of them: an editable installation works without those that the list of packages leaves out."""
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    folders = {path.parent for room in ROOMS for path in (ROOT / room).rglob("*.py")}
    names = {".".join(folder.relative_to(ROOT).parts) for folder in folders}
    assert sorted(listed) == sorted(name if name.startswith("estimative") else f"estimative.{name}" for name in names)


def test_the_package_has_no_dataclasses() -> None:
    """Its types are Structs of msgspec: each dataclass costs every command half a millisecond at import."""
    paths = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    assert not [str(path.relative_to(ROOT)) for path in paths if "dataclass" in path.read_text(encoding="utf-8")]


SUSPICIOUS = re.compile(r"print|stdout|stderr|--[a-z]")
"""What a module has in it, somewhere, that prints or names an option: no other one has to be parsed."""


@cache
def modules() -> tuple[tuple[str, ast.Module], ...]:
    """The syntax trees of what should neither print nor name an option, but might."""
    folders = ("estimative/workflows", "model", "priors", "reports")
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    texts = ((str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")) for path in paths)
    return tuple((name, ast.parse(text)) for name, text in texts if SUSPICIOUS.search(text))


def options_in(tree: ast.Module) -> Iterator[str]:
    """Texts that name an option of the command line; docstrings are not looked at."""
    documented = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented:
            yield from (word for word in node.value.split() if re.match(r"--[a-z]", word))


def prints_in(tree: ast.Module) -> Iterator[int]:
    """The lines on which a module prints."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            yield node.lineno
        if isinstance(node, ast.Attribute) and node.attr in {"stdout", "stderr"}:
            yield node.lineno


def test_only_the_command_line_prints() -> None:
    """Use cases, model, priors and reports print nothing and write to no standard stream."""
    printing = {name: list(prints_in(tree)) for name, tree in modules()}
    assert not {name: lines for name, lines in printing.items() if lines}


COMMANDS_TO_TYPE = {
    "estimative/workflows/report.py": {
        "--scenario",
        "--priors",
        "--method",
        "--seed",
        "--draws",
        "--by",
        "--allow-unconverged",
    },
    "reports/documents/common.py": {"--allow-unconverged."},
    "reports/documents/score.py": {"--result", "--date", "--because"},
}
"""Where a document says what to type: to repeat a run, to see withheld numbers, to record an outcome."""


def test_only_the_command_line_names_its_options() -> None:
    """No message of a use case, the model, the priors or the reports names an option, which other faces do not have."""
    for name, tree in modules():
        assert set(options_in(tree)) <= COMMANDS_TO_TYPE.get(name, set()), name


@pytest.mark.parametrize(
    "source",
    ["print('x')", "import sys\nsys.stderr.write('x')", "def f():\n    'Doc --a.'\n    return 'Use --seed 3.'"],
)
def test_the_scans_see_what_they_look_for(source: str) -> None:
    """A module that prints, or names an option, is noticed; a docstring is no message."""
    tree = ast.parse(source)
    assert SUSPICIOUS.search(source)
    assert len([*prints_in(tree), *options_in(tree)]) == 1
