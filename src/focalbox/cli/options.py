"""The options that every command about crops shares, as click reads them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from focalbox.core.framing import FITS, MODES, ON_DOUBT
from focalbox.saliency.names import MODEL_NAMES

__all__ = ["crop_options"]

_F = TypeVar("_F", bound=Callable[..., Any])


class _Numbers(click.ParamType[tuple[float, ...]]):
    """So many numbers with commas between them."""

    def __init__(self, names: str) -> None:
        self.name = names
        self._count = names.count(",") + 1

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, ...]:
        try:
            numbers = tuple(float(part) for part in str(value).split(","))
        except ValueError:
            numbers = ()
        if len(numbers) != self._count:
            self.fail(f"expected {self.name} as fractions of the picture, not {value!r}", param, ctx)
        return numbers


def crop_options(command: _F) -> _F:
    """Add the options that every command about crops shares."""
    box = _Numbers("left,top,width,height")
    for option in reversed(
        [
            click.option("--fit", type=click.Choice(FITS), default="cover", show_default=True, help="How to choose."),
            click.option("--zoom", type=float, default=0.0, help="0 (cover) to 1 (tight)."),
            click.option("--retain", type=float, default=0.85, show_default=True, help="Share that pad keeps."),
            click.option("--focus", type=_Numbers("x,y"), help="A point to centre on."),
            click.option("--keep", type=box, multiple=True, help="A box to keep whole; repeats."),
            click.option("--avoid", type=box, multiple=True, help="A box to keep out; repeats."),
            click.option("--upscale", is_flag=True, help="Let tight windows be smaller than the target."),
            click.option("--mode", type=click.Choice(MODES), default="auto", help="face frames the faces."),
            click.option("--on-doubt", type=click.Choice(ON_DOUBT), default="crop", help="When confidence is low."),
            click.option("--doubt", type=float, default=0.6, show_default=True, help="Confidence that is low."),
            click.option("--fill", default="white", show_default=True, help="Colour, edge or blur around the picture."),
            click.option(
                "--trim",
                metavar="CORNER[:TOLERANCE]",
                help="Cut off the border of the colour at top-left or bottom-right.",
            ),
            click.option("--model", help=f"The model that looks: {', '.join(MODEL_NAMES)} or an .onnx file."),
            click.option("--yunet", help="A YuNet .onnx file that finds the faces."),
        ]
    ):
        command = option(command)
    return command
