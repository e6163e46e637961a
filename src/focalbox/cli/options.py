"""The options that every command about crops shares, made from the table in `focalbox.options`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
from click.shell_completion import CompletionItem

from focalbox.kinds import FILL, TRIM
from focalbox.options import OPTIONS, Option
from focalbox.saliency.names import MODEL_NAMES
from focalbox.trim import CORNERS

__all__ = ["OptionType", "crop_options", "metadata_option", "option_of"]

_Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

_METADATA = "keep_metadata"
"""Only commands that write pictures have it."""
_WORDS = {FILL.name: ("white", "black", "edge", "blur"), TRIM.name: CORNERS}
"""What a shell proposes where other values are right too."""


class OptionType(click.ParamType[Any]):
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


class _Model(click.ParamType[str]):
    """The name of a model, or a file."""

    name = "name|file.onnx"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002
        """Take it as it is; the cropper knows the models."""
        return str(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002
        """Propose names, and let the shell propose files."""
        names = [CompletionItem(name) for name in MODEL_NAMES if name.startswith(incomplete)]
        return names or [CompletionItem(incomplete, type="file")]


def option_of(option: Option) -> _Decorator:
    """Return the decorator that adds one option of the table to a command."""
    if option.default is False:
        return click.option(option.flag, is_flag=True, help=option.help)
    plain = option.default is None or option.default == ()
    shown: dict[str, Any] = {} if plain else {"default": option.default, "show_default": f"{option.default:}"}
    words = f"[{'|'.join(option.kind.choices)}]" if option.kind.choices else None
    return click.option(
        option.flag,
        type=OptionType(option),
        multiple=option.kind.repeats,
        metavar=words or option.kind.name.upper(),
        help=option.help,
        **shown,
    )


def metadata_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--keep-metadata``."""
    (option,) = (option for option in OPTIONS if option.name == _METADATA)
    return option_of(option)(command)


def crop_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that every command about crops shares."""
    yunet = click.option(
        "--yunet",
        type=click.Path(),
        metavar="FILE.ONNX",
        help="A YuNet file that finds the faces, in place of the model.",
    )
    model = click.option(
        "--model", type=_Model(), help="The model that looks; focalbox doctor lists them.  [default: network]"
    )
    shared = [option_of(option) for option in OPTIONS if option.name != _METADATA]
    for decorate in reversed([*shared, model, yunet]):
        command = decorate(command)
    return command
