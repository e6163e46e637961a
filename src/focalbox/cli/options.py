"""The options that every command about crops shares, made from the table in `focalbox.options`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click
from click.shell_completion import CompletionItem

from focalbox.imaging.output.formats import FORMATS, format_of
from focalbox.options import OPTIONS, Option
from focalbox.options.kinds import FILL, TRIM
from focalbox.options.sizes import FREE, parse_target
from focalbox.options.trim import CORNERS
from focalbox.saliency.names import MODEL_NAMES, check_model

__all__ = [
    "ADDRESS",
    "WholeNumber",
    "crop_options",
    "format_option",
    "metadata_option",
    "option_of",
    "quality_option",
    "quiet_option",
    "size_option",
]

ADDRESS = click.Path(readable=False)
"""A file or an address, which a shell completes; whether it can be read is seen when it is: then the others still are."""

_Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

_METADATA = "keep_metadata"
"""Only commands that write pictures have it."""
_WORDS = {FILL.name: ("white", "black", "edge", "blur"), TRIM.name: CORNERS}
"""The values that a shell proposes where other values are right too."""
_SIZES = ("500x200", "1080x1080", "1:1", "4:5", "9:16", "16:9", FREE)
"""The sizes that a shell proposes."""


class WholeNumber(click.IntRange):
    """A whole number from a range; click calls it "integer range" in its messages, which "abc" is not meant to be."""

    name = "whole number"


class _OptionType(click.ParamType[Any]):
    """A value as the table of options reads it, so that the command refuses it with the same sentence."""

    def __init__(self, option: Option) -> None:
        self._option = option
        self.name = option.kind.name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ARG002
        """Return a value that is right as plain numbers and text, which a batch sends to its workers."""
        if not isinstance(value, str):
            return value  # a default
        self._option.kind.read_text(self._option.name, value)
        return self._option.kind.parse(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002
        """Propose the words that begin alike."""
        words = self._option.kind.choices or _WORDS.get(self._option.kind.name, ())
        return [CompletionItem(word) for word in words if word.startswith(incomplete)]


class _Words(click.ParamType[str]):
    """Text for which a shell proposes words, and files too if they are among them."""

    def __init__(self, name: str, words: Sequence[str], check: Callable[[str], object], *, files: bool = False) -> None:
        self.name, self._words, self._check, self._files = name, words, check, files

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002
        """Return the text when it makes sense."""
        self._check(value)
        return str(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002
        """Propose the words that begin alike, or let the shell propose files."""
        words = [CompletionItem(word) for word in self._words if word.startswith(incomplete)]
        return words if words or not self._files else [CompletionItem(incomplete, type="file")]


def option_of(option: Option) -> _Decorator:
    """Return the decorator that adds one option of the table to a command."""
    if option.default is False:
        return click.option(option.flag, is_flag=True, help=option.help)
    plain = option.default is None or option.default == ()
    shown: dict[str, Any] = {} if plain else {"default": option.default, "show_default": True}
    words = f"[{'|'.join(option.kind.choices)}]" if option.kind.choices else None
    return click.option(
        option.flag,
        type=_OptionType(option),
        multiple=option.kind.repeats,
        metavar=words or option.kind.name.upper(),
        help=option.help,
        **shown,
    )


def metadata_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--keep-metadata``."""
    (option,) = (option for option in OPTIONS if option.name == _METADATA)
    return option_of(option)(command)


def size_option(*, required: bool = False, single: bool = False) -> _Decorator:
    """Return the decorator that adds ``--size`` as ``sizes``, or as ``size`` when it is a single one."""
    help_ = "500x200 for pixels, 16:9 for a ratio, free for the crop without a target"
    return click.option(
        "-s",
        "--size",
        "size" if single else "sizes",
        type=_Words("size", _SIZES, parse_target),
        multiple=not single,
        required=required,
        help=f"{help_}{'.' if single else '; repeats.'}{'' if required else f'  [default: {FREE}]'}",
    )


def format_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--format``."""
    kind = _Words("format", tuple(FORMATS), format_of)
    return click.option(
        "--format",
        "format_",
        type=kind,
        help=f"{', '.join(FORMATS)}.  [default: as the output ends, or as the picture]",
    )(command)


def quality_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--quality``."""
    return click.option(
        "--quality", type=WholeNumber(1, 100), default=80, show_default=True, help="For jpeg, webp and avif."
    )(command)


def quiet_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--quiet``."""
    return click.option("-q", "--quiet", is_flag=True, help="Print errors only, no notes and no progress.")(command)


def crop_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that every command about crops shares."""
    model = click.option(
        "--model",
        type=_Words("name|file.onnx", MODEL_NAMES, check_model, files=True),
        help="The saliency model; focalbox doctor lists them.  [default: FOCALBOX_MODEL, or network]",
    )
    yunet = click.option(
        "--yunet",
        type=ADDRESS,
        metavar="FILE.ONNX",
        help="A YuNet file that finds the faces instead of the model.",
    )
    shared = [option_of(option) for option in OPTIONS if option.name != _METADATA]
    for decorate in reversed([*shared, model, yunet]):
        command = decorate(command)
    return command
