"""Where the command writes: files, standard output, and stores behind addresses such as ``s3://``."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from focalbox.cli.streams import ClosedOutput
from focalbox.errors import InvalidRequest
from focalbox.naming import PIPE, Output
from focalbox.storage.base import is_remote
from focalbox.storage.local import write_file

__all__ = ["check_outputs", "is_there", "write_output"]


def check_outputs(named: Sequence[Sequence[Output]]) -> None:
    """Refuse places that nothing is written to, before any picture is read.

    Raises
    ------
    InvalidRequest
        For standard output when it is closed or a screen, and for addresses on the web.
    """
    for out in (out for outputs in named for out in outputs):
        if out.path == PIPE and isinstance(sys.stdout, ClosedOutput):
            message = "standard output is closed: name a file with --output"
            raise InvalidRequest(message)
        if out.path == PIPE and sys.stdout.isatty():
            message = "standard output is a terminal: name a file with --output, or send it on with > or |"
            raise InvalidRequest(message)
        if out.path.lower().startswith(("http://", "https://")):
            message = f"results are written to files and stores such as s3://, not to {out.path}"
            raise InvalidRequest(message)


def is_there(out: Output) -> bool:
    """Tell whether there is something already that an output would replace."""
    if out.path == PIPE:
        return False
    if is_remote(out.path):
        from focalbox.storage.open import storage_of  # noqa: PLC0415 - fsspec, that files do not need

        return storage_of(out.path).find(out.path) is not None
    return os.path.lexists(out.path)


def write_output(out: Output, content: bytes) -> None:
    """Write a result, whole or not at all.

    Raises
    ------
    OutputError
        When nothing can be written there.
    """
    if out.path == PIPE:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    elif is_remote(out.path):
        from focalbox.storage.open import storage_of  # noqa: PLC0415 - as above

        storage_of(out.path).write(out.path, content, out.path.rpartition("/")[0])
    else:
        write_file(out.path, content)
