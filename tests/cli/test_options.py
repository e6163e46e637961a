"""The options of the command: made from the table, refused with its sentences, completed by a shell."""

from __future__ import annotations

from typing import Any

import click
import pytest
from click.shell_completion import CompletionItem
from click.testing import CliRunner

from focalbox.cli.options import crop_options, format_option, metadata_option, quality_option, size_option
from focalbox.options import OPTIONS, CropOptions


@click.command()
@size_option(required=True)
@format_option
@quality_option
@metadata_option
@crop_options
@click.pass_context
def taken(context: click.Context, /, **options: Any) -> None:
    """Tell what was taken."""
    context.obj.update(options)


def parsed(*arguments: str) -> tuple[dict[str, Any], str]:
    found: dict[str, Any] = {}
    result = CliRunner().invoke(taken, ["-s", "1:1", *arguments], obj=found)
    return found, result.output


def test_every_option_of_the_table_is_a_flag_with_its_help() -> None:
    flags = {flag: parameter for parameter in taken.params for flag in parameter.opts}
    for option in OPTIONS:
        assert getattr(flags[option.flag], "help", "").startswith(option.help.rstrip("."))


def test_options_that_are_not_given_are_those_of_the_library() -> None:
    found, _ = parsed()
    names = {option.name for option in OPTIONS}
    assert CropOptions.of({name: value for name, value in found.items() if name in names}) == CropOptions()


@pytest.mark.parametrize(
    ("arguments", "keywords"),
    [
        (["--zoom", "0.5", "--fit", "tight"], {"zoom": 0.5, "fit": "tight"}),
        (["--focus", "0.25,0.5"], {"focus": (0.25, 0.5)}),
        (["--keep", "0,0,0.5,1", "--keep", "0.5,0,0.5,1"], {"keep": [(0, 0, 0.5, 1), (0.5, 0, 0.5, 1)]}),
        (["--on-doubt", "center"], {"on_doubt": "centre"}),
        (["--upscale", "--keep-metadata"], {"upscale": True, "keep_metadata": True}),
        (["--trim", "bottom-right:20"], {"trim": "bottom-right:20"}),
    ],
)
def test_a_flag_means_what_the_keyword_means(arguments: list[str], keywords: dict[str, Any]) -> None:
    found, _ = parsed(*arguments)
    names = {option.name for option in OPTIONS}
    assert CropOptions.of({name: value for name, value in found.items() if name in names}) == CropOptions.of(keywords)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--zoom", "2"], "zoom is a number from 0 to 1, not"),
        (["--focus", "320,200"], "divide pixels by width and height"),
        (["--fit", "squeeze"], "fit is one of cover, tight, pad, contain, not 'squeeze'"),
        (["--format", "svg"], "svg"),
        (["--model", "nobody"], "a model is one of network"),
        (["--quality", "0"], "0 is not in the range 1<=x<=100"),
        (["--quality", "abc"], "'abc' is not a valid whole number"),
    ],
)
def test_a_wrong_value_is_refused_with_the_sentence_of_the_library(arguments: list[str], sentence: str) -> None:
    found: dict[str, Any] = {}
    result = CliRunner().invoke(taken, ["-s", "1:1", *arguments], obj=found)
    assert result.exit_code != 0
    assert sentence in result.output + str(result.exception)
    assert found == {}


@pytest.mark.parametrize(
    ("flag", "incomplete", "words"),
    [
        ("--fit", "c", ["cover", "contain"]),
        ("--size", "1", ["1080x1080", "1:1", "16:9"]),
        ("--fill", "e", ["edge"]),
        ("--model", "net", ["network", "network-mit"]),
    ],
)
def test_a_shell_proposes_the_words_that_begin_alike(flag: str, incomplete: str, words: list[str]) -> None:
    (parameter,) = (parameter for parameter in taken.params if flag in parameter.opts)
    items: list[CompletionItem] = parameter.type.shell_complete(click.Context(taken), parameter, incomplete)
    assert [item.value for item in items] == words


def test_a_shell_proposes_files_where_a_model_may_be_one() -> None:
    (parameter,) = (parameter for parameter in taken.params if "--model" in parameter.opts)
    (item,) = parameter.type.shell_complete(click.Context(taken), parameter, "./my")
    assert item.type == "file"
