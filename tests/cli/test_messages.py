"""What commands say goes to standard error, a line each; notes are for those who want them."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

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


def test_exit_codes_differ_and_none_is_that_of_success() -> None:
    assert len({0, FAILED_PICTURE, WRONG_CALL, INTERRUPTED}) == 4
    assert click.UsageError.exit_code == WRONG_CALL  # what click itself ends with
