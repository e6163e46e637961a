"""Many pictures: folders and buckets, on one machine and on a Ray cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from focalbox.batch.job import Stopped
    from focalbox.batch.runner import Summary, run

__all__ = ["Stopped", "Summary", "run"]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: workers need none of these names, nor what they import."""
    if name in __all__:
        from focalbox.batch import runner  # noqa: PLC0415 - see above

        return getattr(runner, name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
