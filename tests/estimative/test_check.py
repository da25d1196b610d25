"""The command `check`."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from estimative.model.assessment import assess
from estimative.model.spec.scenario_file import find_scenario, read_scenario, shipped_scenarios
from estimative.priors.catalog import shipped_prior_sets
from estimative.priors.prior_set_file import read_prior_set
from tests import leak
from tests.command import PRIORS, Desk
from tests.in_process import Finished

UNUSED_SOURCE = (
    '[[scenario.sources]]\nid = "almanac"\ntitle = "An almanac"\npublisher = "A printer"\ndate = 2026-01-01\n\n'
)
SHIPPED = [(scenario, name) for scenario, sets in shipped_prior_sets().items() for name in sets]


def errors(done: Finished) -> list[str]:
    """The errors on stderr, without the word for them; everything else there is a warning."""
    lines = done.err.splitlines()
    assert all(line.startswith(("Error: ", "Warning: ")) and line.endswith((".", "?")) for line in lines), lines
    return [line.removeprefix("Error: ") for line in lines if line.startswith("Error: ")]


def test_the_shipped_files_are_good(desk: Desk) -> None:
    """`check` without a file checks what is shipped, a line for each file, and exits with 0 and without a warning."""
    done = desk.run("check")
    assert (done.code, done.err) == (0, "")
    assert len(done.out.splitlines()) == len(shipped_scenarios()) + len(SHIPPED)


def test_good_files_are_told_to_be_good(desk: Desk) -> None:
    """A scenario and a prior set for it are checked against each other, whichever is named first."""
    for files in (("ferry.toml", "mate.toml"), ("mate.toml", "ferry.toml")):
        done = desk.run("check", *files)
        assert (done.code, errors(done)) == (0, [])
        assert [line.partition(":")[0] for line in done.out.splitlines()] == list(files)
        assert all(": no errors (" in line for line in done.out.splitlines())


def test_warnings_count_as_errors_only_on_request(desk: Desk) -> None:
    """Priors without reasons are a warning, with which `--strict` exits with 2; complete files have none."""
    lenient, strict = (desk.run("check", "mate.toml", "ferry.toml", *option) for option in ((), ("--strict",)))
    assert (lenient.code, strict.code) == (0, 2)
    assert "have no reason" in lenient.err
    assert desk.run("check", "ferry.toml", "--strict").code == 0


def test_a_source_that_nothing_refers_to_is_a_warning(desk: Desk) -> None:
    """A source is unused if neither the scenario nor its prior sets among the files refer to it."""
    ferry = (desk.folder / "ferry.toml").read_text(encoding="utf-8")
    desk.write("unused.toml", ferry.replace("[factors.", UNUSED_SOURCE + "[factors.", 1))
    assert 'nothing refers to the source "almanac"' in desk.run("check", "unused.toml", "mate.toml").err
    assert "almanac" not in desk.run("check", "unused.toml").err


def test_good_and_faulty_files_are_told_apart(desk: Desk) -> None:
    """Files without errors are listed on stdout, every error of the others is on stderr; the exit code is 2."""
    mate = (desk.folder / "mate.toml").read_text(encoding="utf-8")
    desk.write("late.toml", mate.replace("weather = { p05 = 0.2,", "wether = { p05 = 0.2,"))
    desk.write("broken.toml", "[scenario\n")
    desk.write("none.toml", "[else]\n")
    done = desk.run("check", "ferry.toml", "late.toml", "broken.toml", "none.toml", "mate.toml", "missing.toml")
    assert done.code == 2
    assert [line.partition(":")[0] for line in done.out.splitlines()] == ["ferry.toml", "mate.toml"]
    named = [re.split("[,:]", line)[0] for line in errors(done)]
    assert {"late.toml", "broken.toml", "none.toml", "missing.toml"} == set(named)
    assert named.count("late.toml") == 1  # a misspelt quantity is one error


def test_every_fault_of_a_file_is_told_at_once(desk: Desk) -> None:
    """Errors of one scenario in different places are reported together, each with its line."""
    scenario = (desk.folder / "ferry.toml").read_text(encoding="utf-8")
    wrong = scenario.replace("as_of = 2026-11-01", 'as_of = "soon"').replace('supports = "high"', 'supports = "hihg"')
    desk.write("wrong.toml", wrong.replace('about = "cancelled"', 'about = "canceled"'))
    done = desk.run("check", "wrong.toml")
    assert (done.code, done.out) == (2, "")
    lines = errors(done)
    numbers = [int(line.split("line ")[1].split(",")[0]) for line in lines]
    assert (numbers, len(lines)) == (sorted(numbers), 3)
    assert 'Did you mean "high"?' in done.err
    assert 'Did you mean "cancelled"?' in done.err


def test_errors_in_json(desk: Desk) -> None:
    """`check --format json` prints files and issues as JSON on stdout, and still exits with 2."""
    desk.write("broken.toml", "[scenario\n")
    done = desk.run("check", "ferry.toml", "broken.toml", "--format", "json")
    assert (done.code, done.err) == (2, "")
    answer = json.loads(done.out)
    assert [entry["file"] for entry in answer["files"]] == ["ferry.toml"]
    (issue,) = answer["issues"]
    assert issue["place"] == {"file": "broken.toml", "line": 1, "key": ""}
    assert {"message", "value", "allowed", "suggestion", "code", "severity"} <= set(issue)
    assert desk.run("check", "ferry.toml", "--format", "json").code == 0


def test_a_prior_set_is_checked_against_the_scenario_that_is_named(desk: Desk) -> None:
    """`--scenario` says which scenario a prior set is checked against; without it the set's own is looked for."""
    assert desk.run("check", "mate.toml", "--scenario", "ferry.toml").code == 0
    assert desk.run("check", "mate.toml").code == 0
    (desk.folder / "ferry.toml").rename(desk.folder / "ferry.txt")
    (desk.folder / "watch.toml").unlink()
    alone = desk.run("check", "mate.toml")
    assert (alone.code, len(errors(alone))) == (2, 1)
    other = desk.run("check", "mate.toml", "--scenario", "asia")
    assert (other.code, len(errors(other))) == (2, 1)


def test_a_shipped_scenario_reads_back_the_same(desk: Desk) -> None:
    """What `check --resolved` prints of a scenario is a scenario of the same digest."""
    for name in shipped_scenarios():
        done = desk.run("check", find_scenario(name), "--resolved")
        assert (done.code, done.err) == (0, "")
        path = desk.write(f"{name}-again.toml", done.out)
        assert read_scenario(path).digest == read_scenario(find_scenario(name)).digest
        assert desk.run("check", path, "--resolved").out == done.out


@pytest.mark.parametrize(
    ("scenario", "name"), [("asia", "uncertain"), ("coordinated-attack", "critics"), ("salad-bars", "conflict")]
)
def test_a_shipped_prior_set_reads_back_the_same(desk: Desk, scenario: str, name: str) -> None:
    """What `check --resolved` prints of a prior set is one of the very same families, which extends nothing."""
    path = shipped_prior_sets()[scenario][name]
    done = desk.run("check", path, "--resolved")
    assert (done.code, done.err) == (0, "")
    scenario_file = read_scenario(find_scenario(scenario))
    before = assess(scenario_file, read_prior_set(path))
    after = assess(scenario_file, read_prior_set(desk.write("again.toml", done.out)))
    assert {name: prior.family for name, prior in after.priors.items()} == {
        name: prior.family for name, prior in before.priors.items()
    }
    assert list(after.weight) == list(before.weight)
    assert after.prior_set.lineage == ()


def test_what_is_stated_for_each_state_reads_back_the_same(tmp_path: Path) -> None:
    """`check --resolved` prints the fitted shares of an event, and the fitted likelihood and effect of each state."""
    stated = leak.PRIORS.replace(
        "severity = { minor = { p05 = 0.3, p95 = 0.8 }, major = { p05 = 0.2, p95 = 0.7 } }",
        'severity = { minor = "likely", major = { p05 = 0.01, p95 = 0.4 } }',
    ).replace("insider = 0.1, criminals = { p05 = 0.2, p95 = 0.8 }", 'insider = 3, criminals = "i"')
    before = leak.assessed(tmp_path, priors=stated)
    desk = Desk.at(tmp_path)
    desk.write("leak.toml", leak.SCENARIO)
    done = desk.run("check", desk.write("priors.toml", stated), "--scenario", "leak.toml", "--resolved")
    assert done.code == 0, done.err
    understood = [line for line in done.out.splitlines() if not line.startswith("#")]
    assert not [line for line in understood if re.search('p05|likely|"i"', line)]
    after = leak.assessed(tmp_path, priors=done.out)
    assert {name: prior.family for name, prior in after.priors.items()} == {
        name: prior.family for name, prior in before.priors.items()
    }
    misfit = before.priors["events.severity.major"].misfit
    assert done.out.count("# misfit: ") == 1
    assert f"# misfit: {misfit:.3f} in probability\nseverity = {{ minor = 0." in done.out


def test_indicators_read_back_the_same(desk: Desk) -> None:
    """What `check --resolved` prints of indicators, and of their likelihoods, is what they were."""
    done = desk.run("check", "watch.toml", "--resolved")
    assert (done.code, done.err) == (0, "")
    before, after = (read_scenario(path) for path in (desk.folder / "watch.toml", desk.write("again.toml", done.out)))
    assert (after.digest, after.indicators) == (before.digest, before.indicators)
    assert list(after.indicators) == ["glass", "haze", "gulls", "ropes"]
    resolved = desk.run("check", "watchman.toml", "--scenario", "watch.toml", "--resolved")
    assert (resolved.code, errors(resolved)) == (0, [])
    first = assess(before, read_prior_set(desk.folder / "watchman.toml"))
    second = assess(before, read_prior_set(desk.write("watchman-again.toml", resolved.out)))
    assert {name: prior.family for name, prior in second.indicator_priors.items()} == {
        name: prior.family for name, prior in first.indicator_priors.items()
    }
    assert "they come for the waste too" in resolved.out.lower()
    assert resolved.out.count("beta = [") >= 8, "each by its family"
    assert "term =" not in resolved.out


def test_an_indicator_that_contradicts_itself_is_an_error(desk: Desk) -> None:
    """Likelihoods the wrong way round are an error of the prior set, in the line of the one that should be greater."""
    text = (desk.folder / "watchman.toml").read_text(encoding="utf-8").replace("if_yes = 0.02", "if_yes = 0.95")
    desk.write("turned.toml", text)
    done = desk.run("check", "turned.toml", "watch.toml")
    line = text.splitlines().index("if_no = 0.9") + 1
    assert done.code == 2
    [error] = errors(done)
    assert error.startswith(f"turned.toml, line {line}, indicators.ropes.if_no: the mean is 0.9")
    unasked = desk.run("check", "watchman.toml", "ferry.toml")
    assert (unasked.code, errors(unasked)) == (0, []), "of a scenario that does not look for them"
    assert unasked.err.count("is not a quantity of the scenario.") == 8


def test_what_is_resolved_is_in_the_json_too(desk: Desk) -> None:
    """`check --resolved --format json` has the text that `--resolved` prints."""
    text = desk.run("check", "ferry.toml", "--resolved").out
    answer = json.loads(desk.run("check", "ferry.toml", "--resolved", "--format", "json").out)
    assert text == answer["files"][0]["meaning"] + "\n"


STRANGE = {
    "empty.toml": (b"", "the file is empty"),
    "spaces.toml": (b" \n\t\n", "the file is empty"),
    "wide.toml": ("[scenario]\nid = x\n".encode("utf-16"), "line 2: this is not TOML: invalid value. Put the text in"),
    "latin.toml": ("[scenario]\nid = 'é'\n".encode("latin-1"), "byte 0xe9"),
    "binary.toml": (bytes(range(256)), "UTF-8"),
    "huge.toml": (b"# " + b"x" * 50_000_000, "50.0 MB"),
    "nested.toml": (b"a = " + b"[" * 100_000, ""),
    "digits.toml": (b"[scenario]\nid = " + b"9" * 10_000 + b"\n", ""),
    "nothing.toml": (b"a = 1\n", "neither a scenario nor a prior set"),
    "both.toml": (b"[scenario]\n[prior_set]\n", ""),
    "array.toml": (b"scenario = [1]\n", ""),
    "zero.toml": (b"[scenario]\nid = 'a\x00b'\n", ""),
    "cases.csv": (b"a,b\n1,2\n", ""),
    "notes.txt": (b"Dear colleague,\n", ""),
}


@pytest.mark.parametrize("name", STRANGE)
def test_a_strange_file_is_an_error(desk: Desk, name: str) -> None:
    """A file that is too large, empty, in another encoding or no TOML at all is reported in a line."""
    content, phrase = STRANGE[name]
    desk.write(name, content)
    done = desk.run("check", name)
    assert (done.code, done.out) == (2, "")
    assert phrase in done.err
    assert all(line.startswith(name) for line in errors(done))
    assert errors(done)


def test_the_extension_does_not_matter(desk: Desk) -> None:
    """A good scenario is good under any name."""
    (desk.folder / "ferry.toml").rename(desk.folder / "ferry.txt")
    done = desk.run("check", "ferry.txt", "mate.toml")
    assert (done.code, errors(done)) == (0, [])


def test_a_mark_of_byte_order_and_foreign_line_ends_are_taken(desk: Desk) -> None:
    """A UTF-8 file with a byte-order mark and the line ends of Windows is the same scenario."""
    text = (desk.folder / "ferry.toml").read_bytes()
    foreign = desk.write("foreign.toml", b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n"))
    assert desk.run("check", foreign).code == 0
    assert read_scenario(foreign).digest == read_scenario(desk.folder / "ferry.toml").digest


def test_an_empty_folder_is_an_error(desk: Desk) -> None:
    """A folder without a TOML file is an error; those of another are all checked."""
    (desk.folder / "empty").mkdir()
    done = desk.run("check", "empty")
    assert (done.code, done.out) == (2, "")
    assert "holds no TOML file" in done.err
    names = {line.partition(":")[0] for line in desk.run("check", ".").out.splitlines()}
    assert {"ferry.toml", "lamp.toml", "electrician.toml"} <= names


@pytest.mark.skipif(os.name != "posix", reason="pipes with names")
def test_a_named_pipe_does_not_block(desk: Desk) -> None:
    """A file that is no regular one is refused rather than waited for."""
    subprocess.run(["mkfifo", desk.folder / "pipe.toml"], check=True)
    done = desk.process("check", "pipe.toml", timeout=20)
    assert (done.code, len(errors(done))) == (2, 1)


def test_an_error_is_one_line_whatever_the_file_holds(desk: Desk) -> None:
    """Control characters of a file, or of its name, do not reach the terminal."""
    desk.write("odd\nname\x1b[31m.toml", "[prior_set]\n'a\x1b[31m\\nb' = 1\n".replace("\x1b", "x"))
    desk.write("keys.toml", '[scenario]\n"a\\u001b[31m\\nb\\u202e" = 1\n"\\u202e" = "\\u001b"\n')
    done = desk.run("check", "odd\nname\x1b[31m.toml", "keys.toml")
    assert done.code == 2
    assert errors(done)
    assert not {c for c in done.err if not (c.isprintable() or c == "\n")}
    good = desk.write("good\x1b[31m.toml", (desk.folder / "ferry.toml").read_text(encoding="utf-8"))
    assert "\x1b" not in desk.run("check", good).out


TEN = """\
[prior_set]
name = "b"
analyst = "x"
scenario = "coordinated-attack"
extends = "baseline"
[factors]
mistrust = "unlikley"
alignment = { p05 = 0.5 }
deterrence = { p05 = 0.9, p95 = 0.1 }
diversion_value = { mean = 0.5, sd = 0.7 }
escalation_risk = { lognormal = [1, 1] }
[confidence]
level = "hgh"
[evidence]
un_voting = "seldom"
rutte_claim = -1
[relevance]
offshore_wars = 3
[factor]
x = 1
"""


def test_ten_errors_of_all_sorts_are_all_reported(desk: Desk) -> None:
    """Errors of form and errors that only the scenario shows are reported together, in the order of the file."""
    desk.write("ten.toml", TEN)
    done = desk.run("check", "ten.toml")
    lines = [int(re.split("line |[,:] ", line)[2]) for line in errors(done)]
    assert (done.code, done.out) == (2, "")
    assert lines == [7, 8, 9, 10, 11, 13, 15, 16, 18, 19]


def test_an_error_of_a_scenario_is_not_repeated_for_its_prior_sets(desk: Desk) -> None:
    """A scenario with one mistake, or that is no TOML, is one error, however many prior sets are for it."""
    good = (desk.folder / "ferry.toml").read_text(encoding="utf-8")
    (desk.folder / "watch.toml").unlink()
    for mistake in (("form", "frm"), ("[scenario]", "[scenario")):
        desk.write("ferry.toml", good.replace(*mistake, 1) if mistake[0] in good else good + "\nfrm = 1\n")
        done = desk.run("check", "ferry.toml", "mate.toml")
        assert (done.code, len(errors(done))) == (2, 1), done.err
        assert errors(done)[0].startswith("ferry.toml")


def test_an_error_of_one_analyst_hides_none_of_another(desk: Desk) -> None:
    """A prior that one set states wrongly and another set lacks is an error in each."""
    good = (desk.folder / "mate.toml").read_text(encoding="utf-8")
    line = next(line for line in good.splitlines() if line.startswith("weather ="))
    desk.write("mate.toml", good.replace(line, "weather = { p05 = 0.9, p95 = 0.1 }", 1))
    desk.write("cook.toml", good.replace(line, "", 1).replace('"mate"', '"cook"'))
    done = desk.run("check", "ferry.toml", "mate.toml", "cook.toml")
    assert sorted({text.split(",")[0].split(":")[0] for text in errors(done)}) == ["cook.toml", "mate.toml"]
    assert len(errors(done)) == 2


@pytest.mark.parametrize(
    ("section", "misspelt"), [("[effects.cancelled]", "[effect.cancelled]"), ("[events]", "[event]")]
)
def test_a_misspelt_section_is_one_error(desk: Desk, section: str, misspelt: str) -> None:
    """What is stated in it is not reported to be missing."""
    desk.write("mate.toml", PRIORS.replace(section, misspelt))
    done = desk.run("check", "ferry.toml", "mate.toml")
    errors = [line for line in done.err.splitlines() if line.startswith("Error")]
    assert len(errors) == 1, done.err
    assert 'Did you mean "e' in errors[0]
