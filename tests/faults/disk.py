"""A disk that can be full: a file system in memory that takes the place of a folder."""

import ctypes
import multiprocessing
import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

MOUNTS_OF_ITS_OWN = 0x00020000  # CLONE_NEWNS of unshare(2)
PLENTY = 1 << 30
SIZES_TRIED = 20


class NoDiskError(Exception):
    """This machine lets us have no file system of our own. The message says why."""


class Disk:
    def __init__(self, place: Path) -> None:
        self._place = place
        _do("mount", "-t", "tmpfs", "-o", f"size={PLENTY}", "tmpfs", str(place))

    def leave(self, room: int) -> None:
        """Leave room for so many bytes more.

        The kernel refuses a size below what is used, and others write while we ask: then we measure again.
        """
        for _ in range(SIZES_TRIED):
            try:
                self._resize(self._used() + room)
            except OSError as refusal:
                refused = refusal
            else:
                return
        raise refused

    def _used(self) -> int:
        found = os.statvfs(self._place)
        return (found.f_blocks - found.f_bfree) * found.f_frsize

    def grow(self) -> None:
        self._resize(PLENTY)

    def _resize(self, size: int) -> None:
        _do("mount", "-o", f"remount,size={size}", str(self._place))


@contextmanager
def instead_of(folder: Path) -> Iterator[Disk]:
    """Put a disk in the place of a folder that nobody has open, with all that is in it; then put that back.

    The mounts are this process's and its children's alone, and end with them. Raise NoDiskError.
    """
    place = folder.with_name(f"{folder.name}-disk")
    place.mkdir()
    try:
        _keep_mounts_to_ourselves()
        disk = Disk(place)
    except OSError as why:
        raise NoDiskError(str(why)) from None
    with ExitStack() as stack:
        stack.callback(_free, place)
        _copy(folder, place)
        _do("mount", "--bind", str(place), str(folder))
        stack.callback(_copy_back, place, folder)
        stack.callback(_free, folder)
        yield disk


class Limit:
    """Where nothing may be mounted: files that may not grow. Only this process and its children feel it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def leave(self, room: int) -> None:
        self._limit(max(path.stat().st_size for path in self._folder.iterdir()) + room)

    def grow(self) -> None:
        self._limit(resource.RLIM_INFINITY)

    def _limit(self, size: int) -> None:
        for pid in [os.getpid(), *(child.pid for child in multiprocessing.active_children() if child.pid)]:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def _free(place: Path) -> None:
    """At once, also where SQLite closes its last file a moment later; nobody writes any more."""
    _do("umount", "--lazy", str(place))


def _copy_back(place: Path, folder: Path) -> None:
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    _copy(place, folder)


def _copy(there: Path, here: Path) -> None:
    _do("cp", "--archive", f"{there}/.", str(here))


def _keep_mounts_to_ourselves() -> None:
    if ctypes.CDLL(None, use_errno=True).unshare(MOUNTS_OF_ITS_OWN) != 0:
        raise OSError(f"unshare: {os.strerror(ctypes.get_errno())}")
    _do("mount", "--make-rprivate", "/")


def _do(*command: str) -> None:
    ran = subprocess.run(command, capture_output=True, text=True)
    if ran.returncode != 0:
        raise OSError(f"{command[0]}: {ran.stderr.strip()}")
