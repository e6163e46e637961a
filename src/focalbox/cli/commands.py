"""The commands about one picture or a few: ``focalbox crop | plan | explain | doctor``."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from typing import Any, BinaryIO, TypeVar

import click

from focalbox.cli.messages import FAILED_PICTURE, WRONG_CALL, print_error
from focalbox.cli.options import crop_options
from focalbox.core.choose import choose_crop
from focalbox.core.crop import Crop, document
from focalbox.cropper import Cropper
from focalbox.errors import FocalboxError, InvalidRequest
from focalbox.imaging.encoding import encode
from focalbox.imaging.fill import check_fill
from focalbox.naming import PIPE, Output, outputs_of
from focalbox.options import CropOptions, parse_target
from focalbox.saliency.yunet import YuNet
from focalbox.settings import Settings
from focalbox.storage.local import write_file

__all__ = ["crop", "doctor", "explain", "plan"]

_T = TypeVar("_T")


@click.command()
@click.argument("pictures", nargs=-1, required=True)
@click.option("-s", "--size", "sizes", multiple=True, required=True, help="500x200 or 16:9; repeats.")
@click.option("-o", "--output", default="{stem}-{size}{ext}", show_default=True, help="Where to write; - is a pipe.")
@click.option("--format", "format_", help="jpeg, png, webp, avif, gif, tiff or bmp; else by the output's name.")
@click.option("--quality", type=click.IntRange(1, 100), default=80, show_default=True, help="For jpeg, webp and avif.")
@click.option("--keep-metadata", is_flag=True, help="Keep copyright and colour profile.")
@crop_options
def crop(
    pictures: tuple[str, ...], sizes: tuple[str, ...], output: str, format_: str | None, quality: int, **options: Any
) -> None:
    """Crop pictures to sizes.

    The output may name {stem}, {size}, {width}, {height}, {ext} and {folder} of the picture.
    """
    cropper = _cropper(options)
    CropOptions.of(options)
    named = outputs_of(pictures, [parse_target(size) for size in sizes], output, format_)

    def work(picture: str, outputs: list[Output]) -> None:
        results = cropper.results(_source(picture), sizes, **options)
        encoded = [result.encode(out.format, quality=quality) for result, out in zip(results, outputs, strict=True)]
        for content, out in zip(encoded, outputs, strict=True):
            _write(content, out.path)

    _for_each(list(zip(pictures, named, strict=True)), work)


@click.command()
@click.argument("pictures", nargs=-1, required=True)
@click.option("-s", "--size", "sizes", multiple=True, help="500x200 or 16:9; repeats; without one, the free-form crop.")
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="One JSON document a picture; of many, each on a line that names its picture as the source's address.",
)
@crop_options
def plan(pictures: tuple[str, ...], sizes: tuple[str, ...], *, as_json: bool, **options: Any) -> None:
    """Say where pictures would be cropped, and write nothing."""
    cropper = _cropper(options)
    wanted = CropOptions.of(options)
    targets = [parse_target(size) for size in sizes] or [None]

    def work(picture: str, _: None) -> None:
        analysis = cropper.analyze(_source(picture), trim=wanted.trim)
        crops = tuple(choose_crop(analysis, target, wanted.framing) for target in targets)
        if as_json and len(pictures) == 1:
            click.echo(json.dumps(document(analysis, crops), indent=2))
        elif as_json:
            found = document(analysis, crops)
            click.echo(json.dumps({**found, "source": {"address": picture, **found["source"]}}))
        else:
            for decided in crops:
                click.echo(f"{picture}: {_described(decided)}")

    _for_each([(picture, None) for picture in pictures], work)


@click.command()
@click.argument("picture")
@click.option("-s", "--size", help="500x200 or 16:9; without one, the free-form crop.")
@click.option("-o", "--output", default="{stem}-explained.png", show_default=True, help="A .png or .webp file.")
@crop_options
def explain(picture: str, size: str | None, output: str, **options: Any) -> None:
    """Draw input, saliency map, salient box, window and result side by side."""
    cropper = _cropper(options)
    CropOptions.of(options)
    ((named,),) = outputs_of([picture], [parse_target(size)], output)

    def work(picture: str, out: Output) -> None:
        strip = cropper.explain(_source(picture), size, **options)
        _write(encode(strip, out.format, quality=90), out.path)

    _for_each([(picture, named)], work)


@click.command()
def doctor() -> None:
    """Show versions, formats and models, and try the path on a drawn picture."""
    from focalbox.cli.doctor import examine  # noqa: PLC0415 - looks up versions with modules that took every command 20 ms

    Settings.of(os.environ)
    checks = examine()
    for check in checks:
        mark = {None: " ", True: "+", False: "!"}[check.fine]
        click.echo(f"{mark} {check.name:<28} {check.found}")
    if any(check.fine is False for check in checks):
        raise SystemExit(FAILED_PICTURE)


def _cropper(options: dict[str, Any]) -> Cropper:
    check_fill(options["fill"])
    settings = Settings.of(os.environ)
    yunet = options.pop("yunet")
    detectors = [YuNet(yunet)] if yunet else None
    return Cropper(model=options.pop("model") or settings.model, detectors=detectors, limits=settings.limits)


def _source(picture: str) -> str | BinaryIO:
    return sys.stdin.buffer if picture == PIPE else picture


def _write(content: bytes, path: str) -> None:
    if path == PIPE:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        write_file(path, content)


def _described(crop: Crop) -> str:
    box = crop.box
    target = "free-form" if crop.target is None else str(crop.target)
    place = f"{target}: {box.width}x{box.height} at {box.left},{box.top}, keeps {crop.kept:.0%}, {crop.css}"
    cut = (f"cuts a {subject.kind}" for subject in crop.cut)
    return "; ".join((place, f"confidence {crop.confidence:.0%}", *crop.notes, *cut))


def _for_each(jobs: list[tuple[str, _T]], work: Callable[[str, _T], None]) -> None:
    """Do every picture; one that fails is named on standard error and does not stop the rest."""
    failures: list[FocalboxError] = []
    hidden = len(jobs) == 1 or not sys.stderr.isatty()
    with click.progressbar(jobs, label="pictures", file=sys.stderr, hidden=hidden, show_pos=True) as bar:
        for picture, job in jobs if hidden else bar:
            try:
                work(picture, job)
            except FocalboxError as error:
                failures.append(error)
                print_error(str(error) if picture in str(error) else f"{picture}: {error}")
    if failures and len(jobs) > 1:
        print_error(f"{len(failures)} of {len(jobs)} pictures failed")
    if failures:
        wrong = all(isinstance(error, InvalidRequest) for error in failures)
        raise SystemExit(WRONG_CALL if wrong else FAILED_PICTURE)
