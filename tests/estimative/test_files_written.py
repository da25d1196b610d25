"""Where answers are written to: files whole and with their permissions, links at their end, and pipes as pipes."""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path

import pytest

from estimative.priors.errors import InvalidInput
from estimative.workflows.files import write_whole
from tests.command import Desk

posix = pytest.mark.skipif(sys.platform == "win32", reason="pipes and permissions are those of POSIX")


def test_a_link_stays_and_its_file_is_written(tmp_path: Path) -> None:
    """The link may be where a reader looks for the newest report."""
    (tmp_path / "march.md").write_text("old", encoding="utf-8")
    link = tmp_path / "newest.md"
    link.symlink_to("march.md")
    write_whole(link, "new")
    assert link.is_symlink()
    assert (tmp_path / "march.md").read_text(encoding="utf-8") == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["march.md", "newest.md"]


@posix
def test_a_file_keeps_its_permissions(tmp_path: Path) -> None:
    """What only its owner may read stays so."""
    path = tmp_path / "secret.md"
    path.write_text("old", encoding="utf-8")
    path.chmod(0o600)
    write_whole(path, "new")
    assert (path.read_text(encoding="utf-8"), path.stat().st_mode & 0o777) == ("new", 0o600)


@posix
def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    """A device likewise: neither may become a file."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    arrived: list[bytes] = []
    reader = threading.Thread(target=lambda: arrived.append(pipe.read_bytes()))
    reader.start()
    write_whole(pipe, b"content")
    reader.join()
    assert arrived == [b"content"]
    assert pipe.is_fifo()


@posix
@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="only Linux has a device that is always full")
def test_a_full_device_is_an_error(tmp_path: Path) -> None:
    """And it is still a device."""
    (tmp_path / "full").symlink_to("/dev/full")
    with pytest.raises(InvalidInput, match="a file that can be written to"):
        write_whole(tmp_path / "full", "content")
    assert Path("/dev/full").is_char_device()


def test_a_minus_is_stdout(desk: Desk) -> None:
    """For every format, binary ones too; without one it is an error."""
    options = ("evidence", "-s", "ferry.toml", "-p", "mate.toml", "-o", "-")
    assert json.loads(desk.run(*options, "-f", "json").out)["kind"] == "evidence"
    assert "Strongest" in desk.run(*options, "-f", "terminal").out
    refused = desk.run(*options)
    assert (refused.code, refused.out) == (2, "")
    assert "no format is named for stdout" in refused.err
    assert not (desk.folder / "-").exists()
