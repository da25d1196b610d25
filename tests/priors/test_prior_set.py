"""Prior sets: reading, extending, and their digests."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from estimative.priors.catalog import find_prior_set, shipped_prior_sets
from estimative.priors.errors import InvalidInput
from estimative.priors.prior_set import Confidence
from estimative.priors.prior_set_file import prior_set_reading, read_prior_set
from estimative.priors.statements import Constant, Count, Quantiles, Stated, Word

PARENT = """
[prior_set]
name = "base"
analyst = "B. Ase"
scenario = "dinner"
scenario_digest = "abc"
date = 2026-01-01
rationale = "parent's"

[factors]
hunger = { p05 = 0.2, p95 = 0.8, because = "it is late" }
thirst = "likely"

[events]
toast = 0.3

[effects.toast]
hunger = { p05 = 2, p95 = 4 }
thirst = 1.5

[tables.wine]
none = 0.1
red = 0.5
"red+white" = { count = 9, of = 10 }

[evidence]
smell = { p05 = 1.2, p95 = 6 }

[motives]
host = 0.4

[relevance]
survey = 0.4
poll = { value = 0.2, because = "few were asked" }

[independence]
rumour = 0.1

[confidence]
level = "low"
information_base = "a nose"
"""
CHILD = """
[prior_set]
name = "late"
analyst = "L. Ate"
scenario = "dinner"
extends = "base"

[factors]
hunger = 0.9

[effects.toast]
thirst = 3

[tables.wine]
red = 0.6

[relevance]
poll = 0.3

[confidence]
level = "high"
"""


@pytest.fixture
def parent(tmp_path: Path) -> Path:
    return written(tmp_path, "base", PARENT)


@pytest.fixture
def child(tmp_path: Path, parent: Path) -> Path:
    assert parent.parent == tmp_path
    return written(tmp_path, "late", CHILD)


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.toml"
    path.write_text(text)
    return path


def test_what_a_file_says(parent: Path) -> None:
    """Everything that a file says is in its prior set, by the name of the quantity."""
    base = read_prior_set(parent)
    assert (base.name, base.analyst, base.scenario, base.rationale) == ("base", "B. Ase", "dinner", "parent's")
    assert (base.scenario_digest, base.date, base.lineage) == ("abc", datetime.date(2026, 1, 1), ())
    assert base.file == str(parent)
    assert {quantity: stated.statement for quantity, stated in base.statements.items()} == {
        "factors.hunger": Quantiles(points=((0.05, 0.2), (0.95, 0.8))),
        "factors.thirst": Word(term="likely"),
        "events.toast": Constant(value=0.3),
        "effects.toast.hunger": Quantiles(points=((0.05, 2), (0.95, 4))),
        "effects.toast.thirst": Constant(value=1.5),
        "tables.wine.none": Constant(value=0.1),
        "tables.wine.red": Constant(value=0.5),
        "tables.wine.red+white": Count(count=9, of=10),
        "evidence.smell": Quantiles(points=((0.05, 1.2), (0.95, 6))),
        "motives.host": Constant(value=0.4),
    }
    assert base.statements["factors.hunger"].because == "it is late"
    assert base.relevance == {"survey": 0.4, "poll": 0.2}
    assert base.shares["relevance.poll"].because == "few were asked"
    assert base.independence == {"rumour": 0.1}
    assert base.confidence == Confidence(level="low", information_base="a nose")


def test_extending(child: Path) -> None:
    """A set takes over entry by entry what it does not say itself; its confidence replaces the other's whole."""
    late, base = read_prior_set(child), read_prior_set(child.with_name("base.toml"))
    own = {"factors.hunger": 0.9, "effects.toast.thirst": 3, "tables.wine.red": 0.6}
    assert late.statements.keys() == base.statements.keys()
    for quantity, stated in late.statements.items():
        expected = Constant(value=own[quantity]) if quantity in own else base.statements[quantity].statement
        assert stated.statement == expected
    assert late.relevance == {"survey": 0.4, "poll": 0.3}
    assert late.shares["relevance.poll"].because == ""
    assert late.independence == {"rumour": 0.1}
    assert late.confidence == Confidence(level="high")
    assert (late.name, late.analyst, late.rationale, late.date) == ("late", "L. Ate", "", None)
    assert (late.scenario_digest, late.lineage) == ("abc", ("base",))


@pytest.mark.usefixtures("parent")
def test_confidence_is_inherited(tmp_path: Path) -> None:
    """A set that declares no confidence has that of the set it extends, and says so; also after another one."""
    silent = written(tmp_path, "silent", CHILD.partition("[confidence]")[0])
    inherited = Confidence(level="low", information_base="a nose", taken_from="base")
    assert read_prior_set(silent).confidence == inherited
    again = '[prior_set]\nname = "again"\nanalyst = "x"\nscenario = "dinner"\nextends = "silent"\n'
    assert read_prior_set(written(tmp_path, "again", again)).confidence == inherited
    assert "taken_from" not in inherited.declared


@pytest.mark.usefixtures("child")
def test_a_chain(tmp_path: Path) -> None:
    """A chain may have any length; the nearest set that says something is heard."""
    text = '[prior_set]\nname = "x{0}"\nanalyst = "x"\nscenario = "dinner"\nextends = "{1}"\n'
    for index in range(20):
        written(tmp_path, f"x{index}", text.format(index, f"x{index - 1}" if index else "late"))
    last = read_prior_set(tmp_path / "x19.toml")
    assert last.lineage == (*(f"x{index}" for index in reversed(range(19))), "late", "base")
    assert last.statements["factors.hunger"].statement == Constant(value=0.9)


def test_places(child: Path) -> None:
    """Every entry has a place, in the file that states it."""
    late = read_prior_set(child)
    lines = {key: (Path(place.file).name, place.line) for key, place in late.places.items()}
    assert lines["factors.hunger"] == ("late.toml", 9)
    assert lines["factors.thirst"] == ("base.toml", 12)
    assert lines["tables.wine.red+white"] == ("base.toml", 24)
    assert lines["relevance.survey"] == ("base.toml", 33)
    assert lines["relevance.poll"] == ("late.toml", 18)
    assert lines["prior_set.scenario"] == ("late.toml", 5)
    assert lines["prior_set.scenario_digest"] == ("base.toml", 6)
    assert "prior_set.date" not in lines
    assert late.places.keys() >= late.statements.keys()


def test_nothing_can_be_changed(parent: Path) -> None:
    """The mappings of a prior set are read-only."""
    base = read_prior_set(parent)
    for mapping in (base.statements, base.relevance, base.independence, base.places, base.shares):
        with pytest.raises(TypeError):
            mapping["x"] = None  # type: ignore[index]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"base"', '"basis"'),
        ('"B. Ase"', '"C. Ase"'),
        ('"dinner"', '"lunch"'),
        ("2026-01-01", "2026-01-02"),
        ("parent's", "mine"),
        ("p05 = 0.2,", "p05 = 0.21,"),
        ('"it is late"', '"it is early"'),
        ('"it is late"', '"it is late", source = "clock"'),
        ('"likely"', '"probable"'),
        ("toast = 0.3", "toast = 0.31"),
        ("red = 0.5", "white = 0.5"),
        ("survey = 0.4", "survey = 0.5"),
        ("few were", "many were"),
        ("rumour = 0.1", "rumour = 0.2"),
        ('"low"', '"moderate"'),
        ("a nose", "two eyes"),
        ("host = 0.4", "guest = 0.4"),
        ("hunger = { p05 = 2, p95 = 4 }", "hunger = { low = 2, high = 4, mass = 0.9 }"),
    ],
)
def test_the_digest_sees(parent: Path, old: str, new: str) -> None:
    """Whatever changes a number or a word of a report changes the digest."""
    before = read_prior_set(parent).digest
    assert old in PARENT
    parent.write_text(PARENT.replace(old, new, 1))
    assert read_prior_set(parent).digest != before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("toast = 0.3", "toast = 0.30  # a remark"),
        ('"likely"', '"Likely"'),
        ('"likely"', '{ term = "likely" }'),
        ("thirst = 1.5", "thirst = { value = 1.5 }"),
        ("p05 = 2, p95 = 4", "p95 = 4.0, p05 = 2.0"),
        ("none = 0.1\nred = 0.5", "red = 0.5\nnone = 0.1"),
        ('scenario_digest = "abc"\n', ""),
    ],
)
def test_the_digest_does_not_see(parent: Path, old: str, new: str) -> None:
    """What is only written differently has the same digest."""
    before = read_prior_set(parent).digest
    assert old in PARENT
    parent.write_text(PARENT.replace(old, new, 1))
    assert read_prior_set(parent).digest == before


def test_the_digest_forgets_the_file(tmp_path: Path, parent: Path) -> None:
    """The same text in another place has the same digest, 64 hexadecimal digits."""
    digest = read_prior_set(written(tmp_path, "other", PARENT)).digest
    assert digest == read_prior_set(parent).digest
    assert len(digest) == 64
    assert int(digest, 16)


def test_the_digest_follows_the_content(parent: Path) -> None:
    """A set made from another by a change of one statement has a digest of its own."""
    base = read_prior_set(parent)
    changed = replace(base, statements={**base.statements, "motives.host": Stated(statement=Constant(value=0.5))})
    assert changed.digest != base.digest
    assert replace(base, lineage=("older",)).digest != base.digest


def test_the_digest_of_a_child_follows_its_parent(child: Path, parent: Path) -> None:
    """A change in the set it extends changes the digest of a set."""
    before = read_prior_set(child).digest
    parent.write_text(PARENT.replace('"likely"', '"unlikely"'))
    assert read_prior_set(child).digest != before


def test_extends_as_a_path(tmp_path: Path, child: Path) -> None:
    """What is extended may be named by a path from the folder of the file."""
    (tmp_path / "below").mkdir()
    low = written(tmp_path / "below", "low", CHILD.replace('"base"', '"../base.toml"'))
    assert read_prior_set(low).digest == read_prior_set(child).digest


def test_extends_a_shipped_set(tmp_path: Path) -> None:
    """A set in any folder may extend a shipped set of its scenario by name."""
    text = '[prior_set]\nname = "mine"\nanalyst = "me"\nscenario = "asia"\nextends = "textbook"\n'
    mine = read_prior_set(written(tmp_path, "mine", text))
    assert mine.lineage == ("textbook",)
    assert mine.statements.keys() == read_prior_set(shipped_prior_sets()["asia"]["textbook"]).statements.keys()


def test_extends_what_a_caller_locates(tmp_path: Path, parent: Path) -> None:
    """A caller may define what `extends` means, from its value and the folder of the file."""
    asked: list[tuple[str, Path]] = []

    def locate(name: str, folder: Path) -> Path | None:
        asked.append((name, folder))
        return parent

    late = written(tmp_path, "late", CHILD.replace('"base"', '"the usual"'))
    assert read_prior_set(late, locate=locate).lineage == ("base",)
    assert asked == [("the usual", tmp_path)]


@pytest.mark.usefixtures("parent")
def test_an_orphan(tmp_path: Path) -> None:
    """If nothing has the name that is extended, the error names what exists and what was probably meant."""
    late = written(tmp_path, "late", CHILD.replace('"base"', '"bace"'))
    with pytest.raises(InvalidInput) as caught:
        read_prior_set(late)
    assert [str(issue).replace(str(tmp_path), "") for issue in caught.value.issues] == [
        (
            '/late.toml, line 6, prior_set.extends: "bace" is not a prior set in the folder of this file, '
            'nor a shipped one for its scenario. Allowed: base. Did you mean "base"?'
        )
    ]


def test_a_circle_through_links(tmp_path: Path) -> None:
    """A file that extends itself under another name is a circle too."""
    late = written(tmp_path, "late", CHILD)
    (tmp_path / "base.toml").symlink_to(late)
    with pytest.raises(InvalidInput, match=r"extend each other: late\.toml -> base\.toml"):
        read_prior_set(late)


def test_shipped_sets_are_sound() -> None:
    """Every shipped prior set can be read, bears the name of its file, and is about the scenario of its folder."""
    for scenario, paths in shipped_prior_sets().items():
        for name, path in paths.items():
            prior_set = read_prior_set(path)
            assert (prior_set.name, prior_set.scenario) == (name, scenario)


def test_every_shipped_statement_has_a_reason() -> None:
    """No shipped prior comes without its because."""
    for paths in shipped_prior_sets().values():
        for path in paths.values():
            stated = read_prior_set(path).statements
            assert [quantity for quantity in stated if not stated[quantity].because] == []


def test_finding_by_name_or_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A prior set has a shipped name or any path; a name that is neither is an error with the nearest."""
    monkeypatch.chdir(tmp_path)
    shipped = shipped_prior_sets()["asia"]["textbook"]
    assert find_prior_set("textbook", "asia") == shipped
    for path in ("mine.toml", "./textbook", "a/b"):
        assert find_prior_set(path, "asia") == Path(path)
    (tmp_path / "mine").touch()
    assert find_prior_set("mine", "asia") == Path("mine")
    with pytest.raises(InvalidInput) as caught:
        find_prior_set("txtbook", "asia")
    assert str(caught.value) == (
        '"txtbook" is not a path, nor the name of a shipped prior set of asia. Allowed: textbook, uncertain. '
        'Did you mean "textbook"?'
    )
    with pytest.raises(InvalidInput):
        find_prior_set("baseline", "asia")
    with pytest.raises(InvalidInput):
        find_prior_set("", "nowhere")


def test_a_set_may_be_called_like_the_shipped_one_it_extends(tmp_path: Path) -> None:
    """A file named as the shipped set that it extends is no circle, and both texts are kept."""
    path = tmp_path / "baseline.toml"
    head = '[prior_set]\nname = "mine"\nanalyst = "me"\nscenario = "coordinated-attack"\nextends = "baseline"\n'
    path.write_text(head + "[factors]\nmistrust = 0.5\n")
    reading = prior_set_reading(path)
    assert reading.prior_set.lineage == ("baseline",)
    assert reading.texts["priors/baseline.toml"] == path.read_text()
    assert "Reference classes" in reading.texts["priors/extended/baseline.toml"]


def test_the_texts_of_three_files_of_one_name(tmp_path: Path) -> None:
    """A chain of three files with the same name in different folders keeps three texts."""
    head = '[prior_set]\nname = "mine"\nanalyst = "me"\nscenario = "coordinated-attack"\n'
    for folder, extends in (("a", "../b/x.toml"), ("b", "../c/x.toml"), ("c", "")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.toml").write_text(
            f'{head}rationale = "{folder}"\n' + (f'extends = "{extends}"\n' * bool(extends))
        )
    texts = prior_set_reading(tmp_path / "a" / "x.toml").texts
    assert list(texts) == ["priors/x.toml", "priors/extended/x.toml", "priors/extended/extended/x.toml"]
    assert [f'rationale = "{folder}"' in text for folder, text in zip("abc", texts.values(), strict=True)] == [True] * 3
