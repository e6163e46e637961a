"""A folder on a disk that can be made to hang, as one of a network whose server is away: a file system of our own (FUSE)."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import select
import stat
import struct
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

_LOOKUP, _FORGET, _GETATTR, _OPEN, _READ, _RELEASE, _FLUSH, _INIT = 1, 2, 3, 14, 15, 18, 25, 26
_OPENDIR, _RELEASEDIR, _INTERRUPT, _BATCH_FORGET = 27, 29, 36, 42
"""Requests, by the kernel's header uapi/linux/fuse.h."""
_SILENT = {_FORGET, _BATCH_FORGET, _INTERRUPT}
_EMPTY = {_RELEASE, _FLUSH, _RELEASEDIR}
_HEAD = struct.Struct("<IIQQIIIHH")
_VERSION = 7, 31
_MOST = 2**17
_FIRST = 2
"""The number of the first file; the folder itself is 1."""


class Disk:
    """Answers the kernel for a folder of a few files, until it is told to hang; then nobody is answered until it is freed.

    Parameters
    ----------
    folder : Path
    files : mapping of str to bytes

    Attributes
    ----------
    hung : Event
        Set when the first request has come that is not answered.
    """

    def __init__(self, folder: Path, files: Mapping[str, bytes]) -> None:
        self._names, self._contents = list(files), list(files.values())
        self._answering, self.hung = threading.Event(), threading.Event()
        self._answering.set()
        self._device = os.open("/dev/fuse", os.O_RDWR)
        options = f"fd={self._device},rootmode=40000,user_id=0,group_id=0".encode()
        library = ctypes.CDLL(None, use_errno=True)
        if library.mount(b"focalbox", os.fsencode(folder), b"fuse", 0, options):
            os.close(self._device)
            raise OSError(ctypes.get_errno(), "this user may not mount a disk")
        self._folder = folder
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def hang(self) -> None:
        self._answering.clear()

    def free(self) -> None:
        self._answering.set()

    def close(self) -> None:
        """Take it away; whoever still waits for it gets an error."""
        self.free()
        library = ctypes.CDLL(None, use_errno=True)
        library.umount2(os.fsencode(self._folder), 2)  # MNT_DETACH: also while somebody waits for it
        self._thread.join(60)
        os.close(self._device)

    def _serve(self) -> None:
        while True:
            select.select([self._device], [], [])
            if not self._answering.is_set():  # before it is read: who waits for one that was read cannot even be killed
                self.hung.set()
                self._answering.wait()
            try:
                request = os.read(self._device, _MOST + 4096)
            except OSError:  # it was taken away
                return
            _, kind, name, node, *_ = _HEAD.unpack_from(request)
            if kind in _SILENT:
                continue
            code, content = self._answer(kind, node, request[_HEAD.size :])
            with contextlib.suppress(OSError):  # who asked has gone
                os.write(self._device, struct.pack("<IiQ", 16 + len(content), -code, name) + content)

    def _answer(self, kind: int, node: int, said: bytes) -> tuple[int, bytes]:
        """Return the number of an error, and the answer."""
        if kind == _LOOKUP:
            name = os.fsdecode(said.rstrip(b"\0"))
            if name not in self._names:
                return errno.ENOENT, b""
            found = self._names.index(name) + _FIRST
            return 0, struct.pack("<QQQQII", found, 0, 0, 0, 0, 0) + self._describe(found)
        if kind == _READ:
            _, start, length = struct.unpack_from("<QQI", said)
            return 0, self._contents[node - _FIRST][start : start + length]
        fixed = {
            _INIT: struct.pack("<IIIIHHIIHHI28x", *_VERSION, _MOST, 0, 16, 12, _MOST, 1, 32, 0, 0),
            _GETATTR: struct.pack("<QII", 0, 0, 0) + self._describe(node),
            _OPEN: bytes(16),
            _OPENDIR: bytes(16),
            **dict.fromkeys(_EMPTY, b""),
        }
        return (0, fixed[kind]) if kind in fixed else (errno.ENOSYS, b"")

    def _describe(self, node: int) -> bytes:
        """Return the kernel's struct fuse_attr."""
        is_file = node >= _FIRST
        size = len(self._contents[node - _FIRST]) if is_file else 0
        mode = stat.S_IFREG | 0o644 if is_file else stat.S_IFDIR | 0o755
        times = (1_700_000_000,) * 3
        return struct.pack("<QQQQQQIIIIIIIIII", node, size, 0, *times, 0, 0, 0, mode, 1, 0, 0, 0, 4096, 0)


@contextlib.contextmanager
def hanging_disk(folder: Path, files: Mapping[str, bytes]) -> Iterator[Disk]:
    """Mount such a disk; skips the test where the machine does not allow it."""
    folder.mkdir()
    try:
        disk = Disk(folder, files)
    except OSError as error:
        pytest.skip(f"no file system of one's own: {error}")
    try:
        yield disk
    finally:
        disk.close()
