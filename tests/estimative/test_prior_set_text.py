"""Changes of statements in the text of a prior set file."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from estimative.priors.errors import InvalidInput
from estimative.priors.prior_set_file import own_prior_set
from estimative.priors.statements import ByState, Constant, Count, Moments, Quantiles, Stated, Statement, Word
from estimative.priors.toml_edit import TomlText
from estimative.workflows.prior_set_text import as_read, in_order, read_entry, with_changes
from tests.examples import examples
from tests.hostile import HOSTILE
from tests.spelled_prior_sets import COMMENT, Spelled, after, changes, files, reasons, stated

HEAD = '[prior_set]\nname = "mine"\nanalyst = "A. Nalyst"\nscenario = "dinner"\n'


def states(text: str) -> dict[str, Stated]:
    prior_set = own_prior_set(text, file="mine.toml")
    return compared({**prior_set.statements, **prior_set.shares})


def compared(stated: Mapping[str, Stated]) -> dict[str, Stated]:
    """Statements without their places, and without the order of states, which says nothing."""
    return {name: in_order(as_read(one)) for name, one in stated.items()}


def between(low: float, high: float, because: str = "") -> Stated:
    return Stated(statement=Quantiles(points=((0.05, low), (0.95, high))), because=because)


def bare(statement: Statement | float) -> Stated:
    return Stated(statement=Constant(value=statement) if isinstance(statement, int | float) else statement)


def entry(name: str) -> str:
    """The entry of a file that has a statement: the chances of an item are one."""
    return ".".join(name.split(".")[:2]) if name.startswith("evidence.") else name


def untouched(before: Spelled, changed: set[str]) -> list[str]:
    """The lines of a file that belong to no entry with one of these names."""
    lines = before.text.replace("\r\n", "\n").split("\n")
    for line in {line for name in changed & before.lines.keys() for line in before.lines[name]}:
        lines = [other for other in lines if other != line]
    return [line for line in lines if line]


def is_within(part: list[str], whole: list[str]) -> bool:
    """Whether lines are among others, in their order."""
    rest = iter(whole)
    return all(line in rest for line in part)


thorough = settings(examples(9), suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@thorough
@given(file=files(), data=st.data())
def test_a_changed_file_states_what_it_stated_with_the_changes(file: Spelled, data: st.DataObject) -> None:
    """However a file is spelled, it then states the same with the changes; all else, comments too, is as it was."""
    made = data.draw(changes(file.stated))
    new = with_changes(file.text, made)
    assert states(file.text) == compared(file.stated)
    assert states(new) == compared(after(file.stated, made))
    assert COMMENT.findall(new) == COMMENT.findall(file.text)
    changed = {entry(name) for name in made}
    tables = {name.rpartition(".")[0] for name in changed}  # one in a single line
    touched = {name for name in file.lines if name in tables or entry(name) in changed}
    eol = "\r\n" if "\r\n" in file.text else "\n"
    assert is_within(untouched(file, touched), new.split(eol))
    assert new.count("\n") == new.count(eol)


@thorough
@given(file=files(), data=st.data())
def test_changes_in_turn_are_changes_at_once(file: Spelled, data: st.DataObject) -> None:
    """A file that is changed again states what it would after both changes; the same changes again do nothing."""
    first = data.draw(changes(file.stated))
    second = data.draw(changes(after(file.stated, first)))
    once = with_changes(file.text, first)
    twice = with_changes(once, second)
    assert states(twice) == compared(after(after(file.stated, first), second))
    assert with_changes(once, first) == once
    assert with_changes(file.text, {}) == file.text


@thorough
@given(file=files(), data=st.data())
def test_a_statement_that_stays_keeps_its_spelling(file: Spelled, data: st.DataObject) -> None:
    """Changes to what is stated already leave the text as it is, and those to another reason keep the other texts."""
    assert with_changes(file.text, file.stated) == file.text


EXAMPLES: dict[str, tuple[str, dict[str, Stated | None], str]] = {
    "a number, with its comment": (
        "[factors]\nhunger = 0.30 # why\n",
        {"factors.hunger": bare(0.4)},
        "[factors]\nhunger = 0.4 # why\n",
    ),
    "one quantile": (
        '[factors]\nhunger = { p05 = 0.10, p95 = 0.9, because = """\nlong\n reason""" }\n',
        {"factors.hunger": between(0.1, 0.8, "long\n reason")},
        '[factors]\nhunger = { p05 = 0.10, p95 = 0.8, because = """\nlong\n reason""" }\n',
    ),
    "another form": (
        "[factors]\nhunger = {p05 = 0.1, p95 = 0.9, because = 'as it is'}\n",
        {"factors.hunger": Stated(statement=Moments(mean=0.5, sd=0.1), because="as it is", source="a book")},
        "[factors]\nhunger = {mean = 0.5, sd = 0.1, because = 'as it is', source = \"a book\"}\n",
    ),
    "a table": (
        "[factors.hunger]\np05 = 0.1 # low\np95 = 0.9\n\n[events]\n",
        {"factors.hunger": bare(Word(term="likely"))},
        '[factors.hunger]\nterm = "likely" # low\nscale = "icd203"\n\n[events]\n',
    ),
    "dotted keys": (
        "[factors]\nhunger.p05 = 0.1\nhunger.p95 = 0.9\n",
        {"factors.hunger": bare(Count(count=1, of=3))},
        "[factors]\nhunger.count = 1\nhunger.of = 3\n",
    ),
    "a comment within a value": (
        "[factors]\n  hunger = { beta = [1, # one\n  2] } # two\n",
        {"factors.hunger": bare(0.5)},
        "[factors]\n# one\n  hunger = 0.5 # two\n",
    ),
    "a table that goes": (
        "[factors.hunger] # a\np05 = 0.1 # b\n# c\np95 = 0.9\n\n[events]\ntoast = 0.5\n",
        {"factors.hunger": None, "events.toast": None},
        "# a\n# b\n# c\n\n[events]\n",
    ),
    "a new entry before what is commented out": (
        "[factors]\n# hunger = 0.1\n\n# Events\n[events]\ntoast = 0.5\n# soup\n",
        {"factors.hunger": bare(0.5), "events.soup": bare(0.1)},
        "[factors]\n# hunger = 0.1\nhunger = 0.5\n\n# Events\n[events]\ntoast = 0.5\n# soup\nsoup = 0.1\n",
    ),
    "a comment right above the next section": (
        "[factors]\nhunger = 1\n# Events\n[events]\n",
        {"factors.thirst": bare(0.5)},
        "[factors]\nhunger = 1\nthirst = 0.5\n# Events\n[events]\n",
    ),
    "new sections in the usual order": (
        "\n[relevance]\npast = 1",
        {"effects.a.b": bare(2), "factors.hunger": bare(0.5), "independence.c": bare(0)},
        "\n[factors]\nhunger = 0.5\n\n[effects.a]\nb = 2\n\n[relevance]\npast = 1\n\n[independence]\nc = 0\n",
    ),
    "a section in one line": (
        "[factors]\n[events]\n[effects]\ntoast = { hunger = 2 }\n",
        {"effects.toast.soup": bare(3), "effects.toast.hunger": None},
        "[factors]\n[events]\n[effects]\ntoast = { soup = 3 }\n",
    ),
    "a ratio becomes two chances": (
        "[evidence]\nsmell = 3 # a\n",
        {"evidence.smell.if_yes": bare(0.6), "evidence.smell.if_no": bare(0.2)},
        "[evidence]\nsmell = { if_yes = 0.6, if_no = 0.2 } # a\n",
    ),
    "two chances become a ratio": (
        "[evidence]\nsmell = { if_high = 0.6, if_low = 0.2 } # a\n",
        {"evidence.smell": bare(4)},
        "[evidence]\nsmell = 4 # a\n",
    ),
    "one of two chances, with the reason of both": (
        "[evidence]\nsmell = { if_high = 0.60, if_low = 0.2, because = 'both' }\n",
        {"evidence.smell.if_no": Stated(statement=Constant(value=0.3), because="both")},
        "[evidence]\nsmell = { if_high = 0.60, if_low = 0.3, because = 'both' }\n",
    ),
    "one of two chances, no longer with the reason of both": (
        "[evidence]\nsmell = { if_high = 0.60, if_low = 0.2, because = 'both' }\n",
        {"evidence.smell.if_no": bare(0.2)},
        '[evidence]\nsmell = { if_high = { value = 0.6, because = "both" }, if_low = 0.2 }\n',
    ),
    "a weight with a reason": (
        "[relevance]\n",
        {"relevance.past": Stated(statement=Constant(value=0.5), because="alike")},
        '[relevance]\npast = { value = 0.5, because = "alike" }\n',
    ),
    "states in another order": (
        "[events]\ntoast = { burnt = 0.2, fine = 0.80 }\n",
        {"events.toast": bare(ByState(parts=(("fine", Constant(value=0.8)), ("burnt", Constant(value=0.2)))))},
        "[events]\ntoast = { burnt = 0.2, fine = 0.80 }\n",
    ),
    "a share of each state": (
        "[events]\ntoast = { burnt = 0.2, fine = 0.80 }\n",
        {"events.toast": bare(ByState(parts=(("fine", Constant(value=0.8)), ("raw", Constant(value=0.2))), worth=9))},
        "[events]\ntoast = { raw = 0.2, fine = 0.80, worth = 9 }\n",
    ),
    "a reason over several lines": (
        '[factors]\nhunger = { value = 0.3, because = """\n  long\n  reason\n""" }\n',
        {"factors.hunger": Stated(statement=Constant(value=0.4), because="long\n  reason")},
        '[factors]\nhunger = { value = 0.4, because = """\n  long\n  reason\n""" }\n',
    ),
    "a new table where others have an empty one above them": (
        "[effects]\n",
        {"effects.toast.hunger": bare(2)},
        "[effects]\n\n[effects.toast]\nhunger = 2\n",
    ),
    "a new section between two without a gap": (
        "[factors]\nhunger = 1\n[evidence]\nsmell = 2\n",
        {"events.toast": bare(0.5)},
        "[factors]\nhunger = 1\n\n[events]\ntoast = 0.5\n\n[evidence]\nsmell = 2\n",
    ),
    "beside a table with a header of its own": (
        "[effects]\nsoup = { hunger = 2 }\n[effects.toast.hunger]\nvalue = 2\n",
        {"effects.toast.thirst": bare(3)},
        "[effects]\nsoup = { hunger = 2 }\n[effects.toast.hunger]\nvalue = 2\n\n[effects.toast]\nthirst = 3\n",
    ),
    "the last line, with a margin": (
        "[factors]\n  hunger = 1",
        {"factors.thirst": bare(0.5)},
        "[factors]\n  hunger = 1\n  thirst = 0.5",
    ),
    "what is not there goes": ("[factors]\n", {"factors.hunger": None, "evidence.smell": None}, "[factors]\n"),
}


@pytest.mark.parametrize(("before", "made", "expected"), EXAMPLES.values(), ids=EXAMPLES)
def test_examples(before: str, made: dict[str, Stated | None], expected: str) -> None:
    """What differs is written where a person would write it; the rest keeps every byte."""
    assert with_changes(HEAD + before, made) == HEAD + expected
    text = (HEAD + before).replace("\n", "\r\n")
    assert with_changes(text, made) == (HEAD + expected).replace("\n", "\r\n")


@pytest.mark.parametrize("reason", [*HOSTILE.values(), '"""', "'''", "a\n[factors]\nthirst = 1", "\\", "x" * 10_000])
def test_hostile_reasons_are_only_reasons(reason: str) -> None:
    """Whatever a reason contains, it is read back as the reason, and states nothing else."""
    made = {"factors.hunger": Stated(statement=Constant(value=0.5), because=reason, source=reason)}
    new = with_changes(HEAD, made)
    assert states(new) == compared(made)
    assert all(c.isprintable() or c == "\n" for c in new)


@given(because=reasons, source=reasons, one=stated)
def test_a_statement_by_itself_reads_back(because: str, source: str, one: Stated) -> None:
    """A statement that is written for an entry is read for that entry."""
    new = with_changes(HEAD, {"factors.hunger": one})
    value = TomlText(new).value(("factors", "hunger"))
    assert value is not None
    assert read_entry("factors.hunger", new.partition("hunger = ")[2].rstrip("\n"), file="mine.toml") == one


@pytest.mark.parametrize(
    ("text", "code"),
    [("0.3\n[factors]", "not-toml"), ("0.3\nthirst = 1", "wrong-type"), ("0.3\n[events]\nx = 1", "wrong-type"),
     ("{ p05 = 0.1 }", "too-few-quantiles"), ("", "not-toml")],
)  # fmt: skip
def test_one_statement_is_no_more_than_that(text: str, code: str) -> None:
    """A text with more than one statement, or none, is an error."""
    with pytest.raises(InvalidInput) as caught:
        read_entry("factors.hunger", text, file="mine.toml")
    assert [issue.code for issue in caught.value.issues] == [code]


@pytest.mark.parametrize(
    ("made", "codes"),
    [
        ({"factors": bare(1)}, ["unknown-name"]),
        ({"factors.a.b": bare(1), "prior_set.name": bare(1), "factors.\n": None}, ["unknown-name"] * 3),
        ({"confidence.level": bare(1), "evidence.smell.motive": bare(1)}, ["unknown-name"] * 2),
        ({"relevance.past": between(0.1, 0.2), "independence.kitchen": bare(1.5)}, ["out-of-range"] * 2),
        ({"evidence.smell.if_yes": bare(0.5)}, ["missing-key"]),
        ({"evidence.noise.if_yes": None}, ["missing-key"]),
        ({"evidence.smell": bare(2), "evidence.smell.if_yes": bare(1), "evidence.smell.if_no": bare(1)},
         ["contradiction"]),
    ],
)  # fmt: skip
def test_changes_that_no_file_can_have(made: dict[str, Stated | None], codes: list[str]) -> None:
    """Each impossible change is an error, and all are named at once."""
    with pytest.raises(InvalidInput) as caught:
        with_changes(f"{HEAD}[evidence]\nsmell = 2\nnoise = {{ if_yes = 0.5, if_no = 0.1 }}\n", made)
    assert [issue.code for issue in caught.value.issues] == codes


@pytest.mark.parametrize("spoilt", [("0.5", "0.6"), ("thirst = 1", "thirst = 0"), ("A. Nalyst", "B. Nalyst")])
def test_nothing_else_is_ever_changed(spoilt: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A text that would not state exactly what it should is refused, whatever the reason."""
    writing = TomlText.with_value
    monkeypatch.setattr(TomlText, "with_value", lambda *args: TomlText(writing(*args).text.replace(*spoilt)))
    with pytest.raises(InvalidInput) as caught:
        with_changes(f"{HEAD}[factors]\nthirst = 1\n", {"factors.hunger": bare(0.5)})
    assert [issue.code for issue in caught.value.issues] == ["cannot-change"]


def test_a_file_with_errors_is_not_changed() -> None:
    """The errors of a file come before any change of it."""
    with pytest.raises(InvalidInput, match=r"mine\.toml, line 6, factors\.hunger"):
        with_changes(f'{HEAD}[factors]\nhunger = "peckish"\n', {"factors.thirst": bare(1)}, file="mine.toml")
