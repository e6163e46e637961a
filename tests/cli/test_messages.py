"""What commands say goes to standard error, a line each; notes are for those who want them."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cli.calls import focalbox
from focalbox.cli.messages import FAILED_PICTURE, INTERRUPTED, WRONG_CALL, print_error, print_note
from laws import cases


def test_notes_are_for_those_who_want_them(capsys: pytest.CaptureFixture[str]) -> None:
    print_note("it moves", quiet=False)
    print_note("it moves", quiet=True)
    print_error("it is broken")
    assert capsys.readouterr().err == "focalbox: note: it moves\nfocalbox: it is broken\n"


@settings(max_examples=cases(20))
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"])))
def test_a_sentence_is_said_as_it_is(sentence: str) -> None:
    @click.command()
    def says() -> None:
        print_error(sentence)
        print_note(sentence, quiet=False)

    said = CliRunner().invoke(says)
    assert said.stdout == ""
    assert said.stderr == f"focalbox: {sentence}\nfocalbox: note: {sentence}\n"


@pytest.mark.skipif(os.name == "nt", reason="names of files hold no control characters there")
def test_a_name_of_a_file_neither_breaks_a_line_nor_steers_a_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names = ["two\nlines.png", "\x1b[31mred.png", "\x9b31mred.png"]
    for name in names:
        Image.new("RGB", (40, 30)).save(name)
    assert focalbox("plan", *names, "gone\r.png", "-s", "1:1") == FAILED_PICTURE
    said = capsys.readouterr()
    assert [line.partition(":")[0] for line in said.out.splitlines()] == [
        "two?lines.png",
        "?[31mred.png",
        "?31mred.png",
    ]
    assert "there is no file gone?.png\n" in said.err
    assert not [one for one in said.out + said.err if unicodedata.category(one) == "Cc" and one != "\n"]


def test_exit_codes_differ_and_none_is_that_of_success() -> None:
    assert len({0, FAILED_PICTURE, WRONG_CALL, INTERRUPTED}) == 4
    assert click.UsageError.exit_code == WRONG_CALL  # what click itself ends with
