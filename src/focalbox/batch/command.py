"""The command ``focalbox batch``."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from focalbox.batch.job import Stopped
from focalbox.batch.progress import described
from focalbox.batch.runner import EngineName, Summary, run
from focalbox.batch.validation import ENGINES
from focalbox.cli.messages import FAILED_PICTURE, print_error
from focalbox.cli.options import crop_options
from focalbox.errors import InvalidRequest
from focalbox.settings import Settings

__all__ = ["batch"]

_OWN = "FOCALBOX_BATCH_"
"""How a batch's own settings would begin: there are none, its options say everything."""


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("-s", "--size", "sizes", multiple=True, required=True, help="500x200 or 16:9; repeats.")
@click.option("-o", "--out", metavar="DEST", help="LocalFolder or address for the results.")
@click.option("--manifest", metavar="FILE", help=".parquet or .jsonl; else manifest.parquet under DEST.")
@click.option("--engine", type=click.Choice(ENGINES), default="local", show_default=True, help="Where to work.")
@click.option("--address", help="The Ray cluster, host:port or auto; else one is started here.")
@click.option("--workers", type=click.IntRange(min=1), help="Processes; else as many as there are cores.")
@click.option("--resume", is_flag=True, help="Go on with what an earlier run has left.")
@click.option("--plan-only", is_flag=True, help="Write the manifest, and no pictures.")
@click.option("--format", "format_", help="jpeg, png, webp, avif, gif, tiff or bmp; else as names end.")
@click.option("--quality", type=click.IntRange(1, 100), default=80, show_default=True, help="For jpeg, webp and avif.")
@click.option("--keep-metadata", is_flag=True, help="Keep copyright and colour profile.")
@click.option("--report", metavar="FILE.html", help="One page to check the batch by eye.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Do at most N pictures.")
@click.option("--fail-fast", is_flag=True, help="Stop at the first picture that fails.")
@crop_options
def batch(
    sources: tuple[str, ...],
    sizes: tuple[str, ...],
    engine: EngineName,
    format_: str | None,
    model: str | None,
    **options: Any,
) -> None:
    """Crop many pictures, and write down what became of each.

    A SOURCE is a folder, a glob, a list file (.txt, @FILE or - for standard input), a picture, or an address such as
    s3://bucket/prefix.
    """
    settings, mistakes = Settings.read(os.environ)
    mistakes += [f"{name} is not a setting" for name in sorted(os.environ) if name.startswith(_OWN)]
    if mistakes:
        raise InvalidRequest("; ".join(mistakes))
    try:
        summary = run(
            sources,
            list(sizes),
            engine=engine,
            format=format_,
            model=model or settings.model,
            limits=settings.limits,
            progress=sys.stderr,
            **options,
        )
    except InvalidRequest:
        raise
    except Stopped as error:
        print_error(str(error))
        raise SystemExit(FAILED_PICTURE) from error
    print_error(_told(summary))
    if summary.failed:
        raise SystemExit(FAILED_PICTURE)


def _told(summary: Summary) -> str:
    pace = summary.done / summary.seconds if summary.done and summary.seconds > 0 else 0.0
    before = f", {summary.skipped} were done before" if summary.skipped else ""
    failed = (
        f"{summary.failed} of {summary.done} pictures failed" if summary.failed else f"{summary.done} pictures done"
    )
    report = f", report {summary.report}" if summary.report else ""
    return f"{failed} in {described(summary.seconds)} ({pace:.1f}/s){before}; manifest {summary.manifest}{report}"
