"""The project file, and what a command is about where its options do not say."""

from __future__ import annotations

from pathlib import Path

import pytest

from estimative.priors.errors import InvalidInput
from estimative.workflows.project import BASELINE, FLAGSHIP, Project
from tests.command import Desk, fill_in, run

FILE = """\
[project]
scenario = "ferry.toml"
priors = ["crew", "mate.toml"]
runs = "kept"
"""


@pytest.fixture
def project(desk: Desk) -> Desk:
    """A desk whose project names the ferry, a folder with one prior set, and another prior set."""
    desk.write("estimative.toml", FILE)
    (desk.folder / "crew").mkdir()
    cook = (desk.folder / "mate.toml").read_text(encoding="utf-8").replace('name = "mate"', 'name = "cook"')
    desk.write("crew/cook.toml", cook)
    return desk


def test_paths_start_at_the_project_file(project: Desk) -> None:
    """Folders of prior sets are read as the sets in them; the file is found from any folder below."""
    below = project.folder / "crew"
    found = Project.find(below)
    assert found.scenario == str(project.folder.resolve() / "ferry.toml")
    assert [Path(name).name for name in found.priors] == ["cook.toml", "mate.toml"]
    assert found.runs == project.folder.resolve() / "kept"


def test_without_a_project_commands_are_about_the_flagship(tmp_path: Path) -> None:
    """No file above: the flagship, its baseline, all its prior sets, the store of the user."""
    nothing = Project.find(tmp_path)
    assert nothing == Project()
    assert nothing.subject(None, None) == (FLAGSHIP, BASELINE)
    assert nothing.team(None, ()) == (FLAGSHIP, ())
    assert nothing.subject("asia", None) == ("asia", BASELINE)


def test_options_override_the_project(project: Desk) -> None:
    """A named scenario or prior set stands; of the rest the project speaks."""
    found = Project.read(project.folder / "estimative.toml")
    ferry, cook = str(project.folder / "ferry.toml"), str(project.folder / "crew" / "cook.toml")
    assert found.subject(None, None) == (ferry, cook)
    assert found.subject("asia", None) == ("asia", BASELINE)
    assert found.subject("lamp.toml", "electrician.toml") == ("lamp.toml", "electrician.toml")
    assert found.team(None, ()) == (ferry, found.priors)


def test_a_prior_set_finds_its_scenario(desk: Desk) -> None:
    """Beside it by id, else a shipped one of that id, else the default, whose error then says what is wrong."""
    (desk.folder / "watch.toml").unlink()
    assert Project().subject(None, str(desk.folder / "mate.toml"))[0] == str(desk.folder / "ferry.toml")
    desk.write("clinic.toml", '[prior_set]\nname = "c"\nscenario = "asia"\n')
    assert Project().subject(None, str(desk.folder / "clinic.toml"))[0] == "asia"
    desk.write("stray.toml", '[prior_set]\nname = "s"\nscenario = "nowhere"\n')
    assert Project().subject(None, str(desk.folder / "stray.toml"))[0] == FLAGSHIP
    desk.write("broken.toml", "[prior_set\n")
    assert Project().subject(None, str(desk.folder / "broken.toml"))[0] == FLAGSHIP


def test_every_error_of_the_file_is_reported(tmp_path: Path) -> None:
    """Unknown keys and wrong types, each with its line."""
    file = tmp_path / "estimative.toml"
    file.write_text('[project]\nscenari = "x"\npriors = "y"\n', encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        Project.read(file)
    assert [(issue.place.line, issue.code) for issue in caught.value.issues] == [(2, "unknown-key"), (3, "wrong-type")]


def test_commands_work_in_a_new_project_without_options(desk: Desk) -> None:
    """`new project` makes what check, fit, runs and report need; what is there already is not overwritten."""
    assert desk.run("new", "project", "harbour").code == 0
    folder = desk.folder / "harbour"
    environment = {name: value for name, value in desk.environment.items() if name != "ESTIMATIVE_RUNS"}

    def command(*arguments: str) -> str:
        done = run(*arguments, folder=folder, environment={**environment, "ESTIMATIVE_RUNS": ""})
        assert done.code == 0, done.err
        return done.out

    fill_in(folder / "priors" / "mine.toml")
    assert command("check").count("no errors") == 2
    assert "The part is no longer delivered" in command("fit", "--method", "importance")
    assert len(list((folder / "runs").glob("2*"))) == 1
    assert "1 run in runs" in command("runs")
    assert "harbour" in (folder / "harbour.toml").read_text(encoding="utf-8")
    again = desk.run("new", "project", "harbour")
    assert (again.code, "exists already" in again.err) == (2, True)
    assert desk.run("new", "project", "../out").code == 2
    assert not (desk.folder.parent / "out").exists()


@pytest.mark.parametrize("text", ["[prior_set\n", '[priorset]\nname = "x"\n'])
def test_a_broken_prior_set_is_not_passed_over(project: Desk, text: str) -> None:
    """A file in a folder of prior sets that is none is an error of every command about them."""
    project.write("crew/broken.toml", text)
    for command in (("check",), ("compare", "--method", "importance")):
        done = project.run(*command)
        assert (done.code, "broken.toml" in done.err) == (2, True), done.err


def test_what_the_file_names_has_to_be_there(project: Desk) -> None:
    """A path that does not exist is an error at its line, with the nearest name."""
    project.write("estimative.toml", '[project]\nscenario = "fery.toml"\npriors = ["crw"]\n')
    done = project.run("check")
    assert done.code == 2
    first, second = done.err.splitlines()
    assert first.startswith("estimative.toml, line 2, project.scenario")
    assert 'Did you mean "ferry.toml"?' in first
    assert second.startswith("estimative.toml, line 3, project.priors")


def test_nothing_is_computed_for_a_file_that_cannot_be_written(desk: Desk) -> None:
    """An unknown ending and a missing folder are errors before anything starts."""
    for file in (("x.foo",), ("x.foo", "--format", "md"), ("x.md", "--format", "html"), ("nowhere/x.md",)):
        done = desk.run("sensitivity", "--priors", "mate.toml", "-o", *file)
        assert (done.code, len(done.err.splitlines())) == (2, 1), done.err
