"""The command ``focalbox html``, which writes the HTML and CSS for a crop."""

from __future__ import annotations

import os
import posixpath
from typing import Any

import click

from focalbox.cli.cropping import read_flags
from focalbox.cli.messages import FAILED_PICTURE, print_error
from focalbox.cli.options import ADDRESS, crop_options, size_option
from focalbox.cli.sources import source_of
from focalbox.core.choice.crop import Crop
from focalbox.errors import FocalboxError, InvalidRequest
from focalbox.html import Art, blurhash, css, dominant_colour, img, own_width, picture, position_inside
from focalbox.html.addresses import address_of
from focalbox.html.tags import WIDTHS
from focalbox.naming import PIPE
from focalbox.options import CropOptions, parse_target
from focalbox.settings import Settings
from focalbox.storage.base import is_remote

__all__ = ["html"]

_ADDRESS = "/v1/crop/{size}/PICTURE"
"""How an address of the service is shown in the help."""


class _Widths(click.ParamType[tuple[int, ...]]):
    """Numbers with commas between them."""

    name = "widths"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        """Return the numbers."""
        if not isinstance(value, str):
            return tuple(value)
        try:
            return tuple(int(width) for width in value.split(","))
        except ValueError:
            self.fail(f"widths are pixels with commas between them, such as 320,640, not {value!r}", param, ctx)


@click.command()
@click.argument("source", type=ADDRESS, metavar="PICTURE")
@size_option(required=True, single=True)
@click.option(
    "--address",
    metavar="TEMPLATE",
    help=f"Where a crop is, with {{size}}, {{width}} or {{height}}.  [default: {_ADDRESS} and the options, as the service "
    "has it]",
)
@click.option("--alt", default="", metavar="TEXT", help="What the picture shows, in words; empty for decoration.")
@click.option(
    "--widths", type=_Widths(), help=f"Pixels that are offered for a ratio.  [default: {','.join(map(str, WIDTHS))}]"
)
@click.option("--sizes", default="100vw", show_default=True, metavar="CSS", help="How wide it is shown.")
@click.option(
    "--art",
    multiple=True,
    metavar="'QUERY SIZE'",
    help="Another shape where a media query holds, as in '(max-width: 40em) 4:5'; repeats.",
)
@click.option("--css", "only_css", is_flag=True, help="Only the style that shows the crop of the whole picture.")
@click.option("--colour", "--color", "colour", is_flag=True, help="Only the colour that most of the crop has.")
@click.option("--blurhash", "hashed", is_flag=True, help="Only the crop's BlurHash; needs the extra html.")
@crop_options
def html(
    source: str,
    *,
    size: str,
    address: str | None,
    alt: str,
    widths: tuple[int, ...] | None,
    sizes: str,
    art: tuple[str, ...],
    only_css: bool,
    colour: bool,
    hashed: bool,
    **options: Any,
) -> None:
    """Write the HTML or CSS that shows a crop.

    It makes no picture: the address is where crops are, in the service or in files that focalbox crop writes; one that is
    given stays as it is, and what answers it has to know the options. Widths that the picture does not have are left out.
    """
    if only_css + colour + hashed > 1:
        message = "--css, --colour and --blurhash are one line each: ask for one of them"
        raise InvalidRequest(message)
    own = address is None and not (only_css or colour or hashed)
    if own:
        _check_address(source, options, Settings.of(os.environ))
    settings, cropper, wanted = read_flags(options)
    where = _own_address(source, wanted) if own else address or ""
    shapes = [_art(one) for one in art]
    try:
        if colour or hashed:
            image = cropper.crop(source_of(source, settings), size, options=wanted)
            click.echo(blurhash(image) if hashed else dominant_colour(image))
            return
        analysis = cropper.analyze(source_of(source, settings), trim=wanted.trim, animate=wanted.animate)
        first, *others = analysis.plans([size, *(shape.size for shape in shapes)], options=wanted)
    except InvalidRequest:
        raise
    except FocalboxError as error:
        print_error(str(error) if source in str(error) else f"{source}: {error}")
        raise SystemExit(FAILED_PICTURE) from error
    if only_css:
        click.echo(_css(first))
        return
    written: dict[str, Any] = {
        "alt": alt,
        "widths": widths or WIDTHS,
        "sizes": sizes,
        "most": min(map(own_width, (first, *others))),
        "style": position_inside(first, wanted.focus),
    }
    click.echo(picture(where, size, shapes, **written) if shapes else img(where, size, **written))


def _check_address(source: str, flags: dict[str, Any], settings: Settings) -> None:
    """Refuse options that no address of the service has; the service looks with the model of its own settings."""
    if source == PIPE:
        message = "standard input has no address: say with --address where its crops are"
        raise InvalidRequest(message)
    if ".." in _name_of(source).split("/"):
        message = (
            f"no address of the service leads to {source}, above its folder: say with --address where its crops are"
        )
        raise InvalidRequest(message)
    for flag, said in (("--model", flags["model"] not in {None, settings.model}), ("--yunet", flags["yunet"])):
        if said:
            message = f"an address of the service cannot say {flag}: say with --address where its crops are"
            raise InvalidRequest(message)


def _own_address(source: str, options: CropOptions) -> str:
    try:
        return address_of(_name_of(source), options)
    except InvalidRequest as error:
        message = f"{error}: say with --address where its crops are"
        raise InvalidRequest(message) from error


def _name_of(source: str) -> str:
    """Return the name of a picture in addresses of the service: browsers remove ``.`` and ``..`` from addresses."""
    return source if is_remote(source) else posixpath.normpath(source).lstrip("/")


def _art(line: str) -> Art:
    """Read a media query with a size behind it."""
    media, _, size = line.strip().rpartition(" ")
    if not media:
        message = f"--art is a media query with a size behind it, as in '(max-width: 40em) 4:5', not {line!r}"
        raise InvalidRequest(message)
    parse_target(size)
    return Art(media.strip(), size)


def _css(crop: Crop) -> str:
    found = css(crop)
    if found is None:
        message = "no CSS shows a padded crop of the whole picture: make the crop, or leave --fit pad and contain"
        raise InvalidRequest(message)
    return found
