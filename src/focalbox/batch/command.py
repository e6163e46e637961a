"""The command ``focalbox batch``."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from focalbox.batch.job import Stopped
from focalbox.batch.progress import duration_text
from focalbox.batch.runner import EngineName, Summary, run
from focalbox.batch.validation import ENGINES
from focalbox.cli.messages import FAILED_PICTURE, print_error
from focalbox.cli.options import (
    WholeNumber,
    crop_options,
    format_option,
    metadata_option,
    quality_option,
    quiet_option,
    size_option,
)
from focalbox.cli.signals import end_on_signals, exit_code_of
from focalbox.errors import InvalidRequest, OutputError
from focalbox.settings import Settings

__all__ = ["batch"]

_OWN = "FOCALBOX_BATCH_"
"""The prefix that settings of batches would have. There are none: a batch has only options."""


@click.command(short_help="Crop folders and buckets, with a record of every picture.")
@click.argument("sources", nargs=-1, metavar="SOURCE...")
@size_option(required=True)
@click.option(
    "-o",
    "--output",
    "--out",
    metavar="DEST[/TEMPLATE]",
    help="The folder or address to write results to, perhaps with a template of their names.",
)
@click.option(
    "--from",
    "from_manifest",
    metavar="MANIFEST",
    help="Take the pictures of an earlier manifest, and crop by the analyses in it without looking again.",
)
@click.option(
    "--manifest",
    metavar="FILE",
    help="Where to write what was done, as .parquet or .jsonl.  [default: manifest.parquet under DEST, or beside the "
    "manifest of --from]",
)
@click.option("--resume", is_flag=True, help="Go on where an earlier run ended: skip what is done already.")
@click.option("--plan-only", is_flag=True, help="Decide where to crop and write the manifest, but no pictures.")
@click.option(
    "--sample",
    type=WholeNumber(min=1),
    metavar="N",
    help="Crop only N pictures, drawn at random; the same ones each time.",
)
@click.option("--limit", type=WholeNumber(min=1), metavar="N", help="Crop at most N pictures, the first ones.")
@click.option("--report", metavar="FILE.html", help="Write an HTML page to check the batch by eye.")
@click.option("--fail-fast", is_flag=True, help="Stop at the first picture that fails.")
@click.option("--log", metavar="FILE", help="Append progress and errors to a file, with the time.")
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default="local",
    show_default=True,
    help="Processes of this machine, or a Ray cluster.",
)
@click.option(
    "--address",
    metavar="HOST:PORT",
    help="The Ray cluster, as host:port or auto.  [default: one is started on this machine]",
)
@click.option("--workers", type=WholeNumber(min=1), help="How many worker processes.  [default: one for each core]")
@format_option
@quality_option
@metadata_option
@quiet_option
@click.option(
    "--cache-control",
    default="",
    metavar="TEXT",
    help="Cache-Control of results in a store, such as 'public, max-age=31536000'.",
)
@click.option(
    "--storage-class", default="", metavar="NAME", help="Storage class of results on S3, such as STANDARD_IA."
)
@click.option(
    "--analyses/--no-analyses",
    default=True,
    show_default=True,
    help="Whether to keep in the manifest what --from needs.",
)
@click.option(
    "--alternatives",
    type=WholeNumber(min=1),
    default=1,
    show_default=True,
    metavar="N",
    help="For each size, keep the N best windows that differ in the manifest, the best first.",
)
@crop_options
def batch(
    sources: tuple[str, ...],
    sizes: tuple[str, ...],
    *,
    output: str | None,
    engine: EngineName,
    format_: str | None,
    model: str | None,
    quiet: bool,
    **options: Any,
) -> None:
    """Crop many pictures, and write down what was done with each.

    A SOURCE is a folder, a glob, a list of pictures (a .txt file, @FILE, or - for standard input), a picture, or an address
    such as s3://bucket/prefix. DEST may end in a template for the names of results, such as
    crops/{folder}/{stem}-{size}{ext}, where {folder} is the picture's folder below its SOURCE.
    """
    settings, mistakes = Settings.read(os.environ)
    mistakes += [f"{name} is not a setting" for name in sorted(os.environ) if name.startswith(_OWN)]
    if mistakes:
        raise InvalidRequest("; ".join(mistakes))
    try:
        with end_on_signals():
            summary = run(
                sources,
                list(sizes),
                output,
                engine=engine,
                format=format_,
                model=model or settings.model,
                limits=settings.limits,
                progress=sys.stderr,
                quiet=quiet,
                **options,
            )
    except (Stopped, OutputError) as error:
        print_error(str(error))
        raise SystemExit(FAILED_PICTURE) from error
    except KeyboardInterrupt as error:  # what is done was told by the run
        raise SystemExit(exit_code_of(error)) from error
    if summary.failed or summary.unlisted or not quiet:
        print_error(_summary_text(summary, sampled=options["sample"] is not None))
    if summary.failed or summary.unlisted:
        raise SystemExit(FAILED_PICTURE)


def _summary_text(summary: Summary, *, sampled: bool) -> str:
    """Say in one line what a run has done.

    Examples
    --------
    >>> _summary_text(Summary(2, 1, 1, 1, 1, 7, 0.5, "m.jsonl", None), sampled=False)
    '1 of 2 pictures failed in 1 s (2.0/s), 1 was done before; manifest m.jsonl'
    """
    pace = summary.done / summary.seconds if summary.done and summary.seconds > 0 else 0.0
    before = f", {summary.skipped} {'was' if summary.skipped == 1 else 'were'} done before" if summary.skipped else ""
    count = summary.done + summary.skipped
    done = f"{summary.failed} of {count} {_pictures(count)} failed"
    if not summary.failed:
        done = f"{summary.done} {_pictures(summary.done)} done"
    places = [
        f"{name} {place}" for name, place in (("manifest", summary.manifest), ("report", summary.report)) if place
    ]
    if summary.unlisted:
        done += f", {summary.unlisted} {'folder' if summary.unlisted == 1 else 'folders'} could not be listed"
    sentence = f"{done} in {duration_text(summary.seconds)} ({pace:.1f}/s){before}; {', '.join(places)}"
    if sampled and pace:
        sentence += f"; all {summary.listed} would take about {duration_text(summary.listed / pace)}"
    return sentence


def _pictures(count: int) -> str:
    return "picture" if count == 1 else "pictures"
