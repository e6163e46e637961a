"""Values of settings from text: what is read, and what each reader says of anything else."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.errors import InvalidRequest
from focalbox.service.settings import values

number = values.whole_number(1, 4 * 2**30)
amount = values.amount(1, 4 * 2**30)
hosts = values.each(values.is_host, "host names")
origins = values.each(values.is_origin, "origins")
cache = values.matching(values.CACHE, "memory, none or redis://HOST")


@pytest.mark.parametrize(
    ("reader", "text", "value"),
    [
        (number, "64", 64),
        (amount, "64k", 65_536),
        (amount, "4 GB", 4 * 2**30),
        (values.truth, "Yes", True),
        (values.truth, "0", False),
        (hosts, "A.example.com,*.b.example:8080,[::1]:80", ("a.example.com", "*.b.example:8080", "[::1]:80")),
        (hosts, "", ()),
        (origins, "https://a.example,http://a.example:443,*", ("https://a.example", "http://a.example:443", "*")),
        (cache, "rediss://user:secret@host:1/0", "rediss://user:secret@host:1/0"),
        (cache, "redis://host?db=3", "redis://host?db=3"),
        (cache, "unix:///run/redis.sock", "unix:///run/redis.sock"),
        (values.sizes, "500x200,16:9,free", ("500x200", "16:9", "free")),
        (values.sizes, "500x0,x300, 00x5,origxORIG", ("500x0", "0x300", "0x5", "origxorig")),
        (values.hexadecimal, "00ff", (b"\x00\xff",)),
        (values.hexadecimal, "00ff,AA", (b"\x00\xff", b"\xaa")),
        (values.one_of("one", "two"), "TWO", "two"),
        (values.each(values.is_proxy, "networks"), "10.0.0.0/8,::1,UNIX", ("10.0.0.0/8", "::1", "unix")),
        (values.socket_path, "é" * 51, Path("é" * 51)),
        (values.permissions, "0660", "660"),
        (values.presets, "card=500x200?fit=tight; hero=16:9", (("card", "500x200?fit=tight"), ("hero", "16:9"))),
        (values.secret, " ", " "),
    ],
)
def test_a_text_is_read(reader: Callable[[str], Any], text: str, value: object) -> None:
    assert reader(text) == value


@pytest.mark.parametrize(
    ("reader", "text", "sentence"),
    [
        (number, "0", "a whole number from 1 to 4294967296, not '0'"),
        (number, "5G", "a whole number"),
        (amount, "5G", "a number of bytes .* 1 byte to 4 GB, not '5G'"),
        (number, "1 k", "a whole number"),
        (number, "٣", "a whole number"),
        (values.truth, "on", "not 'on'"),
        (values.folder, "/no/such/place", "a folder that exists, not '/no/such/place'"),
        (hosts, "a.example.com,-b", "host names, with commas between them, not '-b'"),
        (hosts, "a.example.com:65536", "not 'a.example.com:65536'"),
        (hosts, "[::1]:0", r"not '\[::1\]:0'"),
        (hosts, "[::1::2]", r"not '\[::1::2\]'"),
        (cache, "redis://host/abc", "memory, none or redis"),
        (cache, "redis://host/0#1", "memory, none or redis"),
        (origins, "https://a.example:443", "not 'https://a.example:443'"),
        (origins, "https://a.example/", "not 'https://a.example/'"),
        (origins, "http://a.example:99999", "not 'http://a.example:99999'"),
        (values.each(values.is_proxy, "networks"), "10.0.0.0/8,10.0.0.1/8", "networks, .*not '10.0.0.1/8'"),
        (values.each(values.is_proxy, "networks"), "abc", "not 'abc'"),
        (values.folder, "", "a folder that exists, not ''"),
        (values.filled("a source"), "", "a source, not empty"),
        (values.sizes, "x", "not 'x'"),
        (values.sizes, "500x200,0x0", "a size leaves one side open, as 500x0 does, not '0x0'; origxorig is that of"),
        (values.sizes, "0x", "a size leaves one side open"),
        (values.sizes, "500", "a size looks like 500x200"),
        (values.sizes, "30001x", "at most 30000"),
        (values.sizes, "origsx5", "origsx5"),
        (values.keys, "a:" + "0" * 32 + ",a:" + "1" * 32, "keys with an id each"),
        (values.hexadecimal, "", "bytes in hexadecimal"),
        (values.hexadecimal, "xyz", "bytes in hexadecimal"),
        (values.presets, "card", "presets such as .*, not 'card'"),
        (values.presets, "card=1:1;card=2:1", "presets such as"),
        (values.presets, "a/b=1:1", "presets such as"),
        (values.presets, "card=1:1/cat.jpg", "presets such as"),
        (values.presets, "card=500x", "card is not: a size"),
        (values.presets, "card=1:1?fitt=tight", "card is not: there is no option 'fitt'"),
        (values.presets, "card=1:1?format=heic", "card is not: .*heic"),
        (values.secret, "", "a secret of at least one character"),
        (values.one_of("one", "two"), "", "one or two, not ''"),
        (values.socket_path, "é" * 54, "a path of 1 to 10[37] bytes, not one of 108"),
        (values.socket_path, "", "not one of 0"),
        (values.socket_path, "a\0b", "not one of 3"),
        (values.permissions, "rw-rw----", "three octal digits such as 660, not 'rw-rw----'"),
        (values.permissions, "680", "not '680'"),
    ],
)
def test_anything_else_is_refused(reader: Callable[[str], Any], text: str, sentence: str) -> None:
    with pytest.raises(InvalidRequest, match=sentence):
        reader(text)


@pytest.mark.parametrize("wrong", ["redis:/user:secret@host", "memory://secret"])
def test_what_may_hold_a_password_is_not_repeated(wrong: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        cache(wrong)
    assert "secret" not in str(caught.value)


def test_a_folder_that_exists_is_one(tmp_path: Path) -> None:
    assert values.folder(str(tmp_path)) == tmp_path


@given(value=st.integers(1, 4 * 2**30))
def test_a_number_survives_being_written(value: int) -> None:
    assert number(str(value)) == value


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads and writes everything")
def test_a_folder_that_may_not_be_used_is_refused(tmp_path: Path) -> None:
    inner = tmp_path / "closed" / "inner"
    inner.mkdir(parents=True)
    for mode, reader, sentence in (
        (0o555, values.open_folder, "a folder that this user may write to"),
        (0o333, values.folder, "a folder that this user may read"),
        (0o444, values.folder, "a folder that this user may read"),
    ):
        inner.chmod(mode)
        with pytest.raises(InvalidRequest, match=sentence):
            reader(str(inner))
    inner.chmod(0o755)
    assert values.open_folder(str(inner)) == inner
    inner.parent.chmod(0)
    with pytest.raises(InvalidRequest, match="a folder that exists"):
        values.folder(str(inner))
    inner.parent.chmod(0o755)
