"""Secrets from files: what the variable would hold, or one sentence that shows nothing of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from focalbox.errors import InvalidRequest
from focalbox.service.settings.secret_file import read_secret

SECRET = "2026a:correct horse battery stäple"


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n\n"])
@pytest.mark.parametrize("begin", ["", "\ufeff"])
def test_a_secret_is_the_line_without_what_editors_add(tmp_path: Path, begin: str, end: str) -> None:
    (tmp_path / "keys").write_bytes(f"{begin}{SECRET}{end}".encode())
    assert read_secret(str(tmp_path / "keys")) == SECRET


def test_blanks_belong_to_a_secret(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(" a\tb \n", "utf-8")
    assert read_secret(str(tmp_path / "keys")) == " a\tb "


def test_the_largest_file_is_read_and_a_larger_one_refused(tmp_path: Path) -> None:
    (tmp_path / "keys").write_bytes(b"k" * 2**16)
    assert len(read_secret(str(tmp_path / "keys"))) == 2**16
    (tmp_path / "keys").write_bytes(b"k" * (2**16 + 1))
    with pytest.raises(InvalidRequest, match=r"^the path of a file of at most 64 kB, not of a larger one$"):
        read_secret(str(tmp_path / "keys"))


def test_a_device_without_an_end_is_not_read_to_it() -> None:
    with pytest.raises(InvalidRequest, match=r"not of a larger one$"):
        read_secret("/dev/zero")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "an empty one"),
        (b"\n", "an empty one"),
        (b"a:first secret here\nb:second secret\n", "one with several lines"),
        (b"a:secret\0here", "one with several lines"),
        (b"k:a long secret \xff", "not of other bytes"),
        ("k:a long secret".encode("utf-16"), "not of other bytes"),
    ],
)
def test_a_file_that_holds_no_line_of_text_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "keys").write_bytes(content)
    with pytest.raises(InvalidRequest, match=f"{reason}$") as refused:
        read_secret(str(tmp_path / "keys"))
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("", "No such file or directory"),
        ("missing", "No such file or directory"),
        (".", "Is a directory"),
        ("letter/keys", "Not a directory"),
        ("k:" + "s" * 5000, "File name too long"),
        ("keys\0", "embedded null byte"),
    ],
)
def test_what_cannot_be_read_is_refused_without_its_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, reason: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "letter").write_text("Dear Sir or Madam")
    with pytest.raises(InvalidRequest) as refused:
        read_secret(path)
    assert str(refused.value) == f"the path of a file that can be read, not of one that cannot ({reason})"


def test_a_pipe_is_read_as_shells_pass_a_command_in_place_of_a_file() -> None:
    read, write = os.pipe()
    try:
        os.write(write, SECRET.encode() + b"\n")
        os.close(write)
        assert read_secret(f"/dev/fd/{read}") == SECRET
    finally:
        os.close(read)
