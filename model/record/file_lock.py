"""A lock on an open file by the operating system: it ends with the program that holds it, however that ends."""

from __future__ import annotations

import errno
import os
import sys
from io import FileIO

BEYOND_END = 2**31 - 2
"""The byte that is locked on Windows, where nobody else can read what is locked."""


def lock(file: FileIO, *, shared: bool) -> None:
    """Wait for a lock, which closing the file ends; a shared one keeps writers away, another one everybody.

    Raises
    ------
    OSError
        If the lock cannot be had; on Windows also after ten seconds of waiting.
    """
    if sys.platform == "win32":
        import msvcrt

        file.seek(BEYOND_END)
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        file.seek(0)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)


def lock_at_once(file: FileIO) -> bool:
    """Take a lock that keeps everybody away, which closing the file ends; False where another program has one."""
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(BEYOND_END)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES, errno.EDEADLK):
            return False
        raise
    return True


def sync_folder(folder: os.PathLike[str]) -> None:
    """Wait until the names of new files are on the disk as well; Windows does that by itself."""
    if sys.platform != "win32":
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
