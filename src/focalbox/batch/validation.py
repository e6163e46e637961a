"""Checks of a call before any work starts: its addresses, sizes and options."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from focalbox.amounts import as_whole
from focalbox.batch.job import TEMPLATE, Job
from focalbox.batch.listing import root_of
from focalbox.core.target import Ratio, Size
from focalbox.errors import InvalidRequest, show_value
from focalbox.options.sizes import are_whole
from focalbox.saliency.names import is_file
from focalbox.storage.base import below, is_remote, local_path, within
from focalbox.storage.names import as_name

__all__ = [
    "ENGINES",
    "absolute_address",
    "as_address_list",
    "as_size_list",
    "check_call",
    "check_models",
    "manifest_address",
    "split_output",
]

ENGINES = ("local", "ray")
"""Where the work may be done."""
_CACHED, _CLASSED = {"s3", "s3a", "gs", "gcs"}, {"s3", "s3a"}
"""Schemes whose objects are told how long to be cached, and what they are to cost."""


def check_call(
    sources: Sequence[str],
    job: Job,
    *,
    from_manifest: str | None,
    plan_only: bool,
    workers: int | None,
    limit: int | None,
    sample: int | None,
    engine: str,
    address: str | None,
) -> None:
    """Refuse a call that makes no sense, all its mistakes at once.

    Raises
    ------
    InvalidRequest
        When there are any.
    """
    scheme = job.out.partition("://")[0] if job.out is not None and is_remote(job.out) else ""
    rules = [
        (not sources and from_manifest is None, "a batch needs at least one source, or a manifest (--from)"),
        (
            bool(sources) and from_manifest is not None,
            "a batch takes its pictures from sources or from a manifest, not both",
        ),
        (
            job.out is None and not plan_only,
            "a batch needs a place for its results (--output), or only plans (--plan-only)",
        ),
        (
            any(not source.strip() for source in sources),
            "a source is a folder, a picture, a list or an address, and an empty one is none of them",
        ),
        (
            any(map(_is_memory, [*sources, job.out or ""])),
            "memory:// is seen by one process alone, and workers are others: name a folder or a store",
        ),
        (not _is_count(workers), f"a batch needs at least one worker, not {show_value(workers)}"),
        (not _is_count(limit), f"a limit is at least one picture, not {show_value(limit)}"),
        (not _is_count(sample), f"a sample is at least one picture, not {show_value(sample)}"),
        (engine not in ENGINES, f"an engine is one of {', '.join(ENGINES)}, not {engine}"),
        (address is not None and engine != "ray", "an address belongs to the engine ray"),
        (bool(job.cache_control) and scheme not in _CACHED, "cache control is told to objects at s3:// and gs:// only"),
        (bool(job.storage_class) and scheme not in _CLASSED, "a storage class is told to objects at s3:// only"),
    ]
    mistakes = [sentence for wrong, sentence in rules if wrong]
    covering = (
        source for source in sources if source and job.out and within(job.out, absolute_address(root_of(source)))
    )
    mistakes += [
        f"{job.out} lies in {source}: the next run would crop the crops; choose a place outside" for source in covering
    ]
    if mistakes:
        raise InvalidRequest("; ".join(mistakes))


def check_models(job: Job) -> None:
    """Load the caller's own models once, before any work: with a broken one every picture would fail.

    Raises
    ------
    ModelError
        When one cannot be loaded.
    """
    if is_file(job.model) or job.yunet:
        from focalbox.cropper import Cropper  # noqa: PLC0415 - decoders and more, which only workers need
        from focalbox.saliency.yunet import YuNet  # noqa: PLC0415 - as above

        Cropper(model=job.model, detectors=[YuNet(job.yunet)] if job.yunet else None).load()


def _is_memory(address: str) -> bool:
    """Tell whether an address lies in the memory of this process, also a chained one: ``simplecache::memory://x``."""
    return is_remote(address) and address.removeprefix("@").partition("://")[0].rpartition("::")[2] == "memory"


def _is_count(value: int | None) -> bool:
    """Tell whether a number of things, if it is given, is a whole number of at least 1."""
    return value is None or (as_whole(value) or 0) >= 1


def as_size_list(sizes: Any) -> list[Any]:
    """Return one size as a list of one: ``(500, 200)`` is a size, ``["500x200"]`` a list, None the free-form crop."""
    if sizes is None or isinstance(sizes, str | Size | Ratio):
        return [sizes]
    try:
        several = list(sizes)
    except TypeError as error:
        message = f"sizes is a size or a list of them, such as ['500x200', '1:1'], not {show_value(sizes)}"
        raise InvalidRequest(message) from error
    if several and are_whole(several):
        several = [tuple(several)]
    return several


def as_address_list(sources: Any) -> list[str]:
    """Return one source as a list of one.

    Raises
    ------
    InvalidRequest
        When one is neither text nor a path.
    """
    try:
        several = [sources] if isinstance(sources, str | bytes | os.PathLike) else list(sources)
    except TypeError:
        several = [sources]
    return [_text_of(source) for source in several]


def _text_of(address: Any) -> str:
    try:
        text = os.fspath(address)
    except TypeError:
        text = None
    if not isinstance(text, str) or "\0" in text:
        message = f"an address is text without a null character or a path, not {show_value(address)}"
        raise InvalidRequest(message)
    return text


def absolute_address(address: str | os.PathLike[str]) -> str:
    """Return an address that means the same to every worker, wherever it runs.

    Raises
    ------
    InvalidRequest
        When it is neither text nor a path.
    """
    given = _text_of(address)
    mark = "@" if given.startswith("@") else ""
    text = local_path(given.removeprefix("@"))
    if is_remote(text) or text == "-":
        return mark + text
    return mark + os.path.abspath(text)  # noqa: PTH100 - links stay what they are called


def split_output(out: str | os.PathLike[str]) -> tuple[str, str]:
    """Split a destination from the template of names below it, which begins at the first part that has a field.

    Raises
    ------
    InvalidRequest
        When it is empty, as a variable of a shell may be, or standard output, which takes no folders.

    Examples
    --------
    >>> split_output("crops/{folder}/{stem}-{size}{ext}"), split_output("{stem}{ext}"), split_output("s3://bucket/crops")
    (('crops', '{folder}/{stem}-{size}{ext}'), ('.', '{stem}{ext}'), ('s3://bucket/crops', '{folder}/{stem}-{size}{ext}'))
    """
    text = local_path(_text_of(out))
    if text.strip() in ("", "-"):
        message = f"a batch writes to a folder or an address, not to {text!r}"
        raise InvalidRequest(message)
    head = text.partition("{")[0].rpartition("/")
    if "{" not in text:
        return text, TEMPLATE
    return head[0] or head[1] or ".", as_name(text[len(head[0]) + len(head[1]) :])


def manifest_address(
    manifest: str | os.PathLike[str] | None, out: str | None, from_manifest: str | None, job: Job
) -> str | None:
    """Return where to write the manifest; None when the call gives no place for it.

    Examples
    --------
    >>> manifest_address(None, None, "s3://bucket/manifest.parquet", Job(("4:5",)))
    's3://bucket/manifest-4-5.parquet'
    """
    if manifest is not None:
        return absolute_address(manifest)
    if out is not None:
        return absolute_address(below(absolute_address(out), "manifest.parquet"))
    if from_manifest is not None:
        stem, dot, ending = from_manifest.rpartition(".")
        return f"{stem}-{'-'.join(job.size_names).replace(':', '-')}{dot}{ending}"
    return None
