"""The commands about one picture or a few: ``focalbox crop | plan | explain | doctor``."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from focalbox.cli.cropping import read_flags
from focalbox.cli.messages import FAILED_PICTURE, WRONG_CALL, print_error, print_note
from focalbox.cli.options import (
    ADDRESS,
    WholeNumber,
    crop_options,
    format_option,
    metadata_option,
    quality_option,
    quiet_option,
    size_option,
)
from focalbox.cli.outputs import check_outputs, is_there, write_output
from focalbox.cli.signals import end_on_signals, exit_code_of
from focalbox.cli.sources import source_of
from focalbox.core.choice.crop import Crop
from focalbox.errors import FocalboxError, InvalidRequest, in_a_line
from focalbox.imaging.output.encoding import encode
from focalbox.naming import PIPE, Output, outputs_of
from focalbox.options import parse_target, parse_targets
from focalbox.result import Result
from focalbox.settings import Settings
from focalbox.storage.names import as_address

__all__ = ["crop", "doctor", "explain", "plan"]

_T = TypeVar("_T")

_TEMPLATE = "{stem}-{size}{ext}"


@click.command()
@click.argument("pictures", type=ADDRESS, nargs=-1, required=True, metavar="PICTURE...")
@size_option(required=True)
@click.option(
    "-o",
    "--output",
    "--out",
    metavar="TEMPLATE",
    help=f"Where to write; - is standard output.  [default: {_TEMPLATE}; - for one crop of -]",
)
@click.option("-n", "--no-clobber", is_flag=True, help="Do not replace files that are there already.")
@format_option
@quality_option
@metadata_option
@quiet_option
@crop_options
def crop(
    pictures: tuple[str, ...],
    sizes: tuple[str, ...],
    output: str | None,
    format_: str | None,
    quality: int,
    *,
    no_clobber: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Crop pictures to sizes.

    A PICTURE is a file, an address such as https://host/photo.jpg, or - for standard input. The output may name {stem},
    {size}, {width}, {height}, {ext} and {folder} of the picture.
    """
    settings, cropper, wanted = read_flags(options)
    targets = parse_targets(sizes)
    usual = PIPE if pictures == (PIPE,) and len(sizes) == 1 else _TEMPLATE
    template = usual if output is None else output
    settings.limits.check_targets(targets)
    named = outputs_of(pictures, targets, template, format_)
    check_outputs(named)

    def work(picture: str, outputs: list[Output]) -> list[FocalboxError]:
        missing = [
            (target, out) for target, out in zip(targets, outputs, strict=True) if not (no_clobber and is_there(out))
        ]
        if not missing:
            return []
        prepared = cropper.prepare(source_of(picture, settings), [target for target, _ in missing], options=wanted)
        made: list[tuple[Output, bytes, list[str]]] = []
        failures: list[FocalboxError] = []
        for target, out in missing:
            try:
                (result,) = cropper.finish(prepared, [target], options=wanted)
                made.append((out, result.encode(out.format, quality=quality), _notes(picture, result, out)))
            except FocalboxError as error:  # the other sizes are written
                failures.append(error)
        for out, content, notes in made:
            write_output(out, content)
            for note in notes:
                print_note(note, quiet=quiet)
        return failures

    resume = "; the same command with --no-clobber does the rest"
    _for_each(list(zip(pictures, named, strict=True)), work, quiet=quiet, resume=resume)


@click.command()
@click.argument("pictures", type=ADDRESS, nargs=-1, required=True, metavar="PICTURE...")
@size_option()
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print JSON: one document for a picture, for several one line each, with the picture under source.address.",
)
@click.option(
    "--alternatives",
    type=WholeNumber(min=1),
    default=1,
    show_default=True,
    metavar="N",
    help="For each size, the N best windows that differ, the best first.",
)
@quiet_option
@crop_options
def plan(
    pictures: tuple[str, ...], sizes: tuple[str, ...], *, as_json: bool, alternatives: int, quiet: bool, **options: Any
) -> None:
    """Say where pictures would be cropped, and write nothing."""
    settings, cropper, wanted = read_flags(options)
    targets = parse_targets(sizes or [None])

    def work(picture: str, _: None) -> None:
        opened = cropper.open(source_of(picture, settings))
        analysis = cropper.analyze(opened, trim=wanted.trim, animate=wanted.animate)
        for note in opened.notes:
            print_note(f"{picture}: {note}", quiet=quiet)
        planned = analysis.plans(targets, alternatives=alternatives, options=wanted)
        if as_json and len(pictures) == 1:
            click.echo(json.dumps(planned.to_dict(), indent=2))
        elif as_json:
            found = planned.to_dict()
            click.echo(json.dumps({**found, "source": {"address": as_address(picture), **found["source"]}}))
        else:
            for decided in planned:
                click.echo(in_a_line(f"{picture}: {_describe(decided)}"))

    _for_each([(picture, None) for picture in pictures], work, quiet=quiet)


@click.command()
@click.argument("picture", type=ADDRESS)
@size_option(single=True)
@click.option(
    "-o",
    "--output",
    "--out",
    default="{stem}-explained.png",
    show_default=True,
    metavar="FILE",
    help="The file to write; - is standard output, as PNG.",
)
@crop_options
def explain(picture: str, size: str | None, output: str, **options: Any) -> None:
    """Draw how a crop was chosen, as five pictures side by side.

    They are the picture, its saliency map, the salient box, the window and the result.
    """
    settings, cropper, wanted = read_flags(options)
    target = parse_target(size)
    ((named,),) = outputs_of([picture], [target], output, "png" if output == PIPE else None)
    check_outputs([[named]])

    def work(picture: str, out: Output) -> None:
        strip = cropper.explain(source_of(picture, settings), target, options=wanted)
        write_output(out, encode(strip, out.format, quality=90))

    _for_each([(picture, named)], work, quiet=True)


@click.command()
def doctor() -> None:
    """Show versions, formats and models, and test the models.

    Each model crops a drawn picture. What FOCALBOX_ variables set is shown as it is in force.
    """
    from focalbox.cli.doctor import examine  # noqa: PLC0415 - looks up versions with modules that took every command 20 ms

    checks = examine(Settings.of(os.environ))
    for check in checks:
        mark = {None: " ", True: "+", False: "!"}[check.fine]
        click.echo(in_a_line(f"{mark} {check.name:<28} {check.found}"))
    if any(check.fine is False for check in checks):
        raise SystemExit(FAILED_PICTURE)


def _notes(picture: str, result: Result, out: Output) -> list[str]:
    """Return notes about a result that a user may not expect."""
    notes = [f"{picture}: {note}" for note in result.notes_for(out.format)]
    if result.enlarged:
        shown = result.crop.box
        notes.append(f"{picture}: {result.crop.size} is enlarged from {shown.width}x{shown.height} pixels")
    if out.misleading:
        notes.append(f"{out.path} holds {out.format}, whatever its ending")
    if picture == PIPE and out.path != PIPE:
        notes.append(f"the crop of standard input is in {out.path}")
    return notes


def _describe(crop: Crop) -> str:
    box = crop.box
    target = "free-form" if crop.target is None else str(crop.target)
    place = f"{target}: {box.width}x{box.height} at {box.left},{box.top}" + (f", {crop.css}" if crop.css else "")
    shares = f"keeps {crop.kept:.0%} of the saliency", f"confidence {crop.confidence:.0%}"
    return "; ".join((place, *map(str, crop.shown), *shares, *crop.notes))


def _report_failures(
    picture: str, job: _T, work: Callable[[str, _T], Sequence[FocalboxError] | None]
) -> Sequence[FocalboxError]:
    """Process a picture, and say on standard error what failed; return that."""
    try:
        errors = work(picture, job) or ()
    except FocalboxError as error:
        errors = (error,)
    for failure in errors:
        named = picture == "" or (picture != PIPE and picture in str(failure))
        print_error(str(failure) if named else f"{picture}: {failure}")
    return errors


def _for_each(
    jobs: list[tuple[str, _T]],
    work: Callable[[str, _T], Sequence[FocalboxError] | None],
    *,
    quiet: bool,
    resume: str = "",
) -> None:
    """Process every picture; one that fails is reported on standard error and does not stop the others.

    ``work`` returns the failures of a picture when its other results were made.
    """
    failures: list[FocalboxError] = []
    done = failed = 0
    hidden = quiet or len(jobs) == 1 or not sys.stderr.isatty()
    try:
        with (
            end_on_signals(),
            click.progressbar(jobs, label="pictures", file=sys.stderr, hidden=hidden, show_pos=True) as bar,
        ):
            for picture, job in jobs if hidden else bar:
                errors = _report_failures(picture, job, work)
                failures += errors
                failed += bool(errors)
                done += 1
    except KeyboardInterrupt as error:
        print_error(f"stopped: {done} of {len(jobs)} pictures were done{resume}")
        raise SystemExit(exit_code_of(error)) from error
    if failures and len(jobs) > 1:
        print_error(f"{failed} of {len(jobs)} pictures failed")
    if failures:
        wrong = all(isinstance(error, InvalidRequest) for error in failures)
        raise SystemExit(WRONG_CALL if wrong else FAILED_PICTURE)
