"""Whether a folder lies on a disk of this machine."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.service.sources.mounts import is_local, mounts

TABLE = r"""22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
25 22 0:21 / /proc rw - proc proc rw
30 22 0:40 / /srv/far rw master:7 - nfs4 files:/far rw,vers=4.2
31 22 8:17 / /srv/my\040disk rw - xfs /dev/sdb1 rw
32 22 0:41 / /srv/dog rw - fuse.sshfs me@there: rw
33 22 8:18 / /srv/twice rw - ext4 /dev/sdc1 rw
34 22 0:42 / /srv/twice rw - cifs //there/x rw
35 30 8:19 / /srv/far/near rw - ext4 /dev/sdd1 rw
"""


@pytest.mark.parametrize(
    ("folder", "local"),
    [
        ("/home/pictures", True),
        ("/srv/my disk/pictures", True),
        ("/srv/farther", True),
        ("/srv/far", False),
        ("/srv/far/pictures", False),
        ("/srv/far/near/pictures", True),
        ("/srv/dog", False),
        ("/srv/twice/pictures", False),
        ("/srv", False),
        ("/", False),
        ("/proc/1", False),
    ],
)
def test_a_folder_is_local_when_its_disk_is_and_nothing_is_mounted_below(folder: str, local: bool) -> None:  # noqa: FBT001 - a case
    assert is_local(Path(folder), TABLE) is local


def test_where_nothing_is_known_nothing_is_local() -> None:
    assert not is_local(Path("/home"), "")


@given(st.text(st.characters(blacklist_categories=["Cs"]), max_size=200))
def test_any_table_is_read(table: str) -> None:
    assert is_local(Path("/a"), table) in {True, False}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux alone has the table")
def test_the_table_of_this_machine_is_read() -> None:
    assert " / " in mounts()
    assert not is_local(Path("/proc/self"), mounts())
