"""The documents show what a reader gets: every command, its output, every option and every link are checked."""

from __future__ import annotations

import doctest
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer

import estimative
from estimative.cli.app import app
from estimative.model.spec.evidence_file import FIELDS
from estimative.priors.statement_syntax import FORMS
from tests.documented import CUT, DOCUMENTS, FILES, ROOT, Session, reader
from tests.examples import later
from tests.output_match import missing_passage

README = ROOT / "README.md"
TUTORIAL, COMMANDS, FORMATS, PYTHON = (
    ROOT / "docs" / f"{name}.md" for name in ("tutorial", "commands", "formats", "python")
)
LONGEST_README = 165
LONG = ("commands.md", "hypotheses.md", "over-time.md")
"""Documents whose sessions take longer than all others together; what they show is tested command by command."""
SESSIONS = [later(path) if path.name in LONG else path for path in DOCUMENTS]


def check_session(session: Session) -> None:
    assert session.code == 0 or session.shows, (session.commands, session.printed)
    assert bool(session.expected) == bool(session.shows), session.commands
    assert missing_passage(session.expected, session.printed) == "", session.commands


@pytest.mark.parametrize("document", SESSIONS, ids=lambda path: path.name)
def test_commands_print_what_the_documents_show(document: Path) -> None:
    """Every command in a document works, and prints what stands below it."""
    with reader(document) as follower:
        for session in follower.follow(document):
            check_session(session)


@pytest.mark.parametrize("document", [d for d in DOCUMENTS if d.name != "numbers.md"], ids=lambda path: path.name)
def test_sentences_have_the_numbers_that_are_shown(document: Path) -> None:
    """A percentage with decimals in a sentence is one of a block of the same document."""
    text = document.read_text(encoding="utf-8")
    shown = re.findall(r"\d+\.\d+", " ".join(re.findall(r"```.*?```", text, flags=re.DOTALL)))
    lines = re.sub(r"```.*?```", "", text, flags=re.DOTALL).splitlines()
    said = [number for line in lines if not line.startswith("|") for number in re.findall(r"(\d+\.\d+)%", line)]
    assert set(said) <= set(shown)


def test_wrong_output_is_noticed() -> None:
    """A number that is off by more than last digits, a missing word and a wrong order are noticed."""
    printed = "rutte 6.1% 1.6% to 14% very unlikely"
    assert missing_passage("rutte 6.2% 1.6% to 14%\n[...]", printed) == ""
    assert missing_passage("rutte 6.9% 1.6% to 14%", printed) == "rutte 6.9% 1.6% to 14%"
    assert missing_passage("6.1% to 14%", printed) != ""
    assert missing_passage("very unlikely\n[...]\nrutte", printed) == "rutte"


class Checker(doctest.OutputChecker):
    """Compares numbers up to their last digits."""

    def check_output(self, want: str, got: str, optionflags: int) -> bool:  # noqa: ARG002
        return missing_passage(want.replace("...", CUT), got) == ""


def test_python_snippets_run() -> None:
    """Every Python snippet works, and prints what stands below it."""
    text = "\n".join(re.findall(r"```python\n(.*?)```", PYTHON.read_text(encoding="utf-8"), flags=re.DOTALL))
    examples = doctest.DocTestParser().get_doctest(text, {}, PYTHON.name, str(PYTHON), 0)
    assert len(examples.examples) > 10
    with reader(PYTHON) as follower, pytest.MonkeyPatch.context() as patch:
        patch.chdir(follower.folder)
        patch.setenv("ESTIMATIVE_RUNS", str(follower.folder / "runs"))
        report: list[str] = []
        failed, _ = doctest.DocTestRunner(Checker(), verbose=False).run(examples, out=report.append)
    assert not failed, "".join(report)


def test_every_part_of_the_python_interface_is_documented() -> None:
    """docs/python.md names every function, and every method of what they return."""
    text = PYTHON.read_text(encoding="utf-8")
    functions = [name for name in estimative.__all__ if name.islower()]
    public = (name for cls in (estimative.Answer, estimative.Fit) for name in vars(cls) if not name.startswith("_"))
    methods = [name for name in public if name not in estimative.Fit.__struct_fields__]
    assert [name for name in functions if f"es.{name}" not in text] == []
    assert [name for name in methods if not re.search(rf"\b{name}\b", text)] == []


def test_the_tutorial_shows_the_files_that_come_with_it() -> None:
    """Every file of docs/tutorial is in the tutorial, word by word."""
    text = TUTORIAL.read_text(encoding="utf-8")
    for path in FILES.iterdir():
        assert f"<!-- file: {path.name} -->\n```toml\n{path.read_text(encoding='utf-8')}```" in text, path.name


def test_the_page_on_hypotheses_shows_the_matrix_that_comes_with_it() -> None:
    """The matrix in docs/hypotheses is in the page, word by word."""
    text = (ROOT / "docs" / "hypotheses.md").read_text(encoding="utf-8")
    for path in (ROOT / "docs" / "hypotheses").iterdir():
        assert f"<!-- file: {path.name} -->\n```csv\n{path.read_text(encoding='utf-8')}```" in text, path.name


def test_toml_in_the_documents_can_be_read() -> None:
    """Every fragment of a file in the documents is TOML."""
    for document in DOCUMENTS:
        for block in re.findall(r"```toml\n(.*?)```", document.read_text(encoding="utf-8"), flags=re.DOTALL):
            tomllib.loads(block)


def commands(group: Any, path: str = "") -> dict[str, Any]:
    """Every command by its full name."""
    result = {}
    for name, command in group.commands.items():
        full = f"{path} {name}".strip()
        result[full] = command
        if hasattr(command, "commands"):
            result |= commands(command, full)
    return result


def sections(text: str) -> dict[str, str]:
    """The parts of a document by their headings of the second level."""
    return {part.partition("\n")[0].strip("`"): part for part in text.split("\n## ")[1:]}


def test_every_command_and_option_is_documented() -> None:
    """docs/commands.md has a section for each command; its options are there, or among those that commands share."""
    parts = sections(COMMANDS.read_text(encoding="utf-8"))
    shared = parts["Options that commands share"]
    for name, command in commands(typer.main.get_command(app)).items():
        section = parts[name.split()[0]]
        assert f"estimative {name}" in section
        for option in (parameter for parameter in command.params if parameter.param_type_name == "option"):
            long = next(name for name in option.opts if name.startswith("--"))
            assert f"`{long}" in section + shared, f"{name} {long}"


def test_every_kind_of_evidence_and_form_of_statement_is_documented() -> None:
    """docs/formats.md names all of them, with their keys."""
    text = FORMATS.read_text(encoding="utf-8")
    assert [cls.kind for cls in FIELDS if f"| `{cls.kind}` |" not in text] == []
    for form in FORMS:
        keys = [key.replace("pNN", "p05") for key in (*form.keys, *form.optional)]
        line = next((line for line in text.splitlines() if line.startswith(f"| {form.name} |")), "")
        assert [key for key in keys if key not in line] == [], form.name


def test_links_lead_somewhere() -> None:
    """Every file and every heading that a document links to exists."""
    for document in (*DOCUMENTS, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"):
        for link in re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8")):
            if "://" not in link:
                name, _, anchor = link.partition("#")
                target = document.parent / name if name else document
                assert target.exists(), f"{document.name}: {link}"
                assert not anchor or anchor in anchors(target), f"{document.name}: {link}"


def anchors(document: Path) -> set[str]:
    """The anchors of the headings of a document."""
    headings = re.findall(r"^#+ (.*)$", document.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def test_make_targets_exist() -> None:
    """Every `make` command in the documents is a target."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for document in (*DOCUMENTS, ROOT / "CONTRIBUTING.md"):
        for target in re.findall(r"(?:^\$ |`)make (\w+)", document.read_text(encoding="utf-8"), flags=re.MULTILINE):
            assert f"\n{target}:" in makefile, f"{document.name}: {target}"


def test_the_readme_is_short() -> None:
    """A stranger reads it in five minutes."""
    assert len(README.read_text(encoding="utf-8").splitlines()) <= LONGEST_README
