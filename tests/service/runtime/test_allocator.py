"""The allocator of a process that serves: what is freed in the middle of large pieces goes back, small pieces stay."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import ctypes, re, sys
from focalbox.service.runtime.allocator import KEPT, MAPPED, give_memory_back

library = ctypes.CDLL(None)
library.malloc.restype = ctypes.c_void_p
library.malloc.argtypes = (ctypes.c_size_t,)
library.free.argtypes = (ctypes.c_void_p,)
library.memset.argtypes = (ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t)

def resident():
    return 1024 * int(re.search(r"VmRSS:\\s+(\\d+)", open("/proc/self/status").read())[1])

def use(size, total):
    pieces = [library.malloc(size) for _ in range(total // size)]
    for piece in pieces:
        library.memset(piece, 1, size)
    for piece in pieces:
        library.free(piece)

give_memory_back()
start = resident()
use(MAPPED, 8 * KEPT)
large = resident() - start
use(MAPPED // 8, KEPT // 2)
print(large, resident() - start - large, KEPT)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the settings are those of glibc")
def test_large_pictures_are_given_back_and_memory_of_small_ones_is_kept() -> None:
    found = subprocess.run([sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True)
    large, small, kept = map(int, found.stdout.split())
    assert large < kept // 4
    assert kept // 4 < small < kept
