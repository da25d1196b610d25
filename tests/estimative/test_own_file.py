"""The prior set file of an analyst: saved in place, or as a new one that extends it."""

from __future__ import annotations

import codecs
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from estimative.priors.catalog import shipped_prior_sets
from estimative.priors.errors import InvalidInput
from estimative.priors.prior_set_file import read_prior_set
from estimative.priors.statements import Constant, Stated
from estimative.priors.toml_edit import TomlText
from estimative.workflows import own_file
from estimative.workflows.clock import today
from estimative.workflows.own_file import OwnFile

TEXT = """\
# Mine
[prior_set]
name = "mine"
analyst = "A. Nalyst"
scenario = "dinner"

[factors]
hunger = 0.30   # much
[evidence]
smell = { if_yes = 0.6, if_no = 0.2 }
"""
HUNGRY = Stated(statement=Constant(value=0.4))
FLAGSHIP = "coordinated-attack"


def own(folder: Path, text: str = TEXT, name: str = "mine.toml") -> OwnFile:
    (folder / name).write_bytes(text.encode())
    return OwnFile.read(folder / name)


def refused(action: Callable[[], object]) -> str:
    with pytest.raises(InvalidInput) as caught:
        action()
    [issue] = caught.value.issues
    return issue.code


def test_saving_changes_the_entries_alone(tmp_path: Path) -> None:
    """A saved file differs by the changes, has no company, and can be saved again by what saving returns."""
    file = own(tmp_path)
    again = file.save({"factors.hunger": HUNGRY}).save({"factors.thirst": HUNGRY})
    assert file.path.read_text() == again.text
    assert again.text == TEXT.replace("0.30", "0.4").replace("# much\n", "# much\nthirst = 0.4\n")
    assert again == OwnFile.read(file.path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.toml"]


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE])
@pytest.mark.parametrize("eol", ["\n", "\r\n"], ids=["unix", "windows"])
def test_a_file_keeps_its_encoding(mark: bytes, eol: str, tmp_path: Path) -> None:
    """Byte order mark, encoding and ends of lines stay as they are."""
    encoding = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}.get(mark, "utf-8")
    path = tmp_path / "mine.toml"
    text = TEXT.replace("Mine", "Für mich").replace("\n", eol)
    path.write_bytes(mark + text.encode(encoding))
    saved = OwnFile.read(path).save({"factors.hunger": HUNGRY})
    assert path.read_bytes() == mark + text.replace("0.30", "0.4").encode(encoding)
    assert saved == OwnFile.read(path)


def test_a_file_that_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    """What somebody else wrote since the file was read stays, also if the file is gone."""
    file = own(tmp_path)
    theirs = TEXT.replace("0.30", "0.99")
    file.path.write_text(theirs)
    assert refused(lambda: file.save({"factors.hunger": HUNGRY})) == "changed-on-disk"
    assert file.path.read_text() == theirs
    file.path.unlink()
    assert refused(lambda: file.save({"factors.hunger": HUNGRY})) == "changed-on-disk"
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_changes_while_it_is_saved_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change at the last moment, when the new content is on the disk already, is seen as well."""
    file = own(tmp_path)
    monkeypatch.setattr(os, "fsync", lambda number: file.path.write_text("# theirs"))
    assert refused(lambda: file.save({"factors.hunger": HUNGRY})) == "changed-on-disk"
    assert file.path.read_text() == "# theirs"
    assert [path.name for path in tmp_path.iterdir()] == ["mine.toml"]


class Killed(BaseException):
    """The end of the program."""


@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_a_file_is_never_half_written(moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that ends while it writes leaves the old file."""

    def end(*_: object) -> None:
        raise Killed

    file = own(tmp_path)
    monkeypatch.setattr(os, moment, end)
    with pytest.raises(Killed):
        file.save({"factors.hunger": HUNGRY})
    assert file.path.read_text() == TEXT
    assert OwnFile.read(file.path) == file


@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_a_full_disk_is_an_error(moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the disk is full the old file stays, and nothing else."""

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    file = own(tmp_path)
    monkeypatch.setattr(os, moment, refuse)
    with pytest.raises(InvalidInput, match="cannot be written: No space left on device"):
        file.save({"factors.hunger": HUNGRY})
    assert file.path.read_text() == TEXT
    assert [path.name for path in tmp_path.iterdir()] == ["mine.toml"]


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions are those of Unix")
@pytest.mark.parametrize("locked", ["file", "folder"])
def test_what_may_not_be_written_is_an_error(locked: str, tmp_path: Path) -> None:
    """A file without permission to write stays as it is, also where its folder would allow to replace it."""
    file = own(tmp_path)
    (file.path if locked == "file" else tmp_path).chmod(0o444 if locked == "file" else 0o555)
    user = os.geteuid()
    try:
        if not user:  # root may write everywhere
            os.chown(tmp_path, 65534, 65534)
            os.chown(file.path, 65534, 65534)
            open_the_way(tmp_path)
            os.seteuid(65534)
        assert refused(lambda: file.save({"factors.hunger": HUNGRY})) == "cannot-write"
    finally:
        if not user:
            os.seteuid(user)
        tmp_path.chmod(0o755)
    assert file.path.read_text() == TEXT
    assert [path.name for path in tmp_path.iterdir()] == ["mine.toml"]


def open_the_way(folder: Path) -> None:
    """Let every user through the folders of this test."""
    for above in folder.parents:
        if "pytest-of" in str(above):
            above.chmod(0o755)


def test_permissions_stay(tmp_path: Path) -> None:
    """A file that only its owner can read stays one."""
    file = own(tmp_path)
    file.path.chmod(0o600)
    file.save({"factors.hunger": HUNGRY})
    assert file.path.stat().st_mode & 0o777 == 0o600


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """Saving through a link changes the file that it leads to."""
    (tmp_path / "elsewhere").mkdir()
    target = own(tmp_path / "elsewhere").path
    link = tmp_path / "link.toml"
    link.symlink_to(target)
    OwnFile.read(link).save({"factors.hunger": HUNGRY})
    assert link.is_symlink()
    assert target.read_text() == TEXT.replace("0.30", "0.4")


def test_a_text_that_states_something_else_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What would not be read back as it should is refused before anything is written."""
    file = own(tmp_path)
    monkeypatch.setattr(TomlText, "with_value", lambda text, *_: TomlText(text.text.replace("0.30", "0.5")))
    assert refused(lambda: file.save({"factors.hunger": HUNGRY})) == "cannot-change"
    assert file.path.read_text() == TEXT


def test_only_prior_sets_without_errors_are_read(tmp_path: Path) -> None:
    """A file with errors, or in another encoding, is refused with the line."""
    with pytest.raises(InvalidInput, match=r"line 8, factors\.hunger: "):
        own(tmp_path, TEXT.replace("0.30", '"peckish"'))
    (tmp_path / "latin.toml").write_bytes(TEXT.replace("Mine", "Für mich").encode("latin-1"))
    with pytest.raises(InvalidInput, match="line 1: the text is not UTF-8"):
        OwnFile.read(tmp_path / "latin.toml")


def test_an_inherited_entry_is_added(tmp_path: Path) -> None:
    """A file that extends another one gets an entry of its own, of one chance with the other one as it is inherited."""
    own(tmp_path)
    head = TEXT.split("\n\n", maxsplit=1)[0].replace('"mine"', '"child"')
    child = own(tmp_path, f'{head}\nextends = "mine"\n', "child.toml")
    child.save({"factors.hunger": HUNGRY, "evidence.smell.if_yes": Stated(statement=Constant(value=0.7))})
    prior_set = read_prior_set(child.path)
    values = {name: one.statement for name, one in prior_set.statements.items()}
    assert values == {
        "factors.hunger": Constant(value=0.4),
        "evidence.smell.if_yes": Constant(value=0.7),
        "evidence.smell.if_no": Constant(value=0.2),
    }
    assert {one.taken_from for one in prior_set.statements.values()} == {""}


def test_a_shipped_prior_set_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes with the program stays as it came, through a link as well."""
    path = Path(shutil.copy(shipped_prior_sets()[FLAGSHIP]["moscow"], tmp_path))
    monkeypatch.setattr(own_file, "shipped_prior_sets", lambda: {FLAGSHIP: {"moscow": path}})
    before = path.read_bytes()
    link = tmp_path / "mine.toml"
    link.symlink_to(path)
    for file in (OwnFile.read(path), OwnFile.read(link)):
        assert file.is_shipped
        assert refused(lambda file=file: file.save({"factors.hunger": HUNGRY})) == "shipped"
    assert path.read_bytes() == before


def test_changes_of_a_shipped_prior_set_become_a_file(tmp_path: Path) -> None:
    """The new file extends the shipped prior set by its name, and has its own head and the changes alone."""
    shipped = OwnFile.read(shipped_prior_sets()[FLAGSHIP]["moscow"])
    name = next(name for name in read_prior_set(shipped.path).statements if name.startswith("factors."))
    saved = shipped.save_as(tmp_path / "mine.toml", name="mine", analyst='A "Nalyst"', changes={name: HUNGRY})
    key = name.partition(".")[2]
    assert saved.text == (
        f'[prior_set]\nname = "mine"\nanalyst = "A \\"Nalyst\\""\nscenario = "{FLAGSHIP}"\nextends = "moscow"\n'
        f"date = {today()}\n\n[factors]\n{key} = 0.4\n"
    )
    prior_set = read_prior_set(saved.path)
    assert prior_set.lineage[0] == "moscow"
    assert [one for one, stated in prior_set.statements.items() if not stated.taken_from] == [name]


def test_a_new_file_can_have_the_name_of_the_shipped_one(tmp_path: Path) -> None:
    """A file with the name of the prior set that it extends extends the shipped one, not itself."""
    shipped = OwnFile.read(shipped_prior_sets()[FLAGSHIP]["moscow"])
    saved = shipped.save_as(tmp_path / "moscow.toml", name="mine", analyst="Me", changes={})
    assert read_prior_set(saved.path).lineage[0] == "moscow"


def test_a_new_file_extends_a_file_by_its_path(tmp_path: Path) -> None:
    """The path starts at the folder of the new file, and half of two chances comes from the extended file."""
    (tmp_path / "theirs").mkdir()
    file = own(tmp_path / "theirs")
    saved = file.save_as(
        tmp_path / "new.toml",
        name="new",
        analyst="Me",
        changes={"evidence.smell.if_no": HUNGRY, "factors.hunger": None},
    )
    assert 'extends = "theirs/mine.toml"' in saved.text
    assert saved.text.endswith("[evidence]\nsmell = { if_yes = 0.6, if_no = 0.4 }\n")
    beside = file.save_as(tmp_path / "theirs" / "new.toml", name="new", analyst="Me", changes={})
    assert 'extends = "mine.toml"' in beside.text
    assert read_prior_set(beside.path).lineage == ("mine",)


def test_a_new_file_never_takes_the_place_of_another(tmp_path: Path) -> None:
    """A name that is taken, a folder that is not there, and a bad name are errors; nothing is written."""
    file = own(tmp_path)

    def save(to: Path, name: str = "new", **options: str) -> object:
        return file.save_as(to, name=name, analyst="Me", changes={}, **options)

    assert refused(lambda: save(file.path)) == "cannot-write"
    assert refused(lambda: save(tmp_path / "none" / "new.toml", extends=str(file.path))) == "cannot-write"
    assert refused(lambda: save(tmp_path / "new.toml", name="a b")) == "bad-name"
    assert refused(lambda: save(tmp_path / "new.toml", extends="nobody")) == "unknown-name"
    assert [path.name for path in tmp_path.iterdir()] == ["mine.toml"]
    assert file.path.read_text() == TEXT


def test_a_new_file_never_extends_another_prior_set(tmp_path: Path) -> None:
    """Where a file beside the new one has the name of the shipped prior set, the new one would extend that file."""
    shipped = OwnFile.read(shipped_prior_sets()[FLAGSHIP]["moscow"])
    shutil.copy(shipped.path, tmp_path / "moscow.toml")
    action = lambda: shipped.save_as(tmp_path / "new.toml", name="new", analyst="Me", changes={})  # noqa: E731
    assert refused(action) == "unknown-name"
    assert not (tmp_path / "new.toml").exists()


def test_a_file_is_described_without_its_text(tmp_path: Path) -> None:
    """The text of a file stays out of its representation."""
    assert "hunger" not in repr(own(tmp_path))
    assert own_file.MARK.encode() == codecs.BOM_UTF8
