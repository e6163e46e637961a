"""imgproxy's presets: lists of options with names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from focalbox.errors import InvalidRequest
from focalbox.service.dialects.imgproxy.options import read_option
from focalbox.service.dialects.imgproxy.processing import Processing

__all__ = ["PRESET", "read_presets"]

PRESET = frozenset(("preset", "pr"))
"""The options that name presets."""
_MAX_DEPTH = 8
"""How deep presets may be nested."""


def read_presets(
    processing: Processing, presets: Mapping[str, str], names: Sequence[str], *, inside: int = 0
) -> Processing:
    """Return the processing with the options of some presets applied, one after the other.

    Raises
    ------
    InvalidRequest
        When there is no preset of a name, or presets contain each other endlessly.

    Examples
    --------
    >>> read_presets(Processing(), {"card": "rs:fill:500:200/g:sm"}, ["card"]).width
    500
    """
    for name in names:
        if name not in presets:
            message = f"there is no preset {name[:40]!r}"
            raise InvalidRequest(message)
        if inside > _MAX_DEPTH:
            message = f"at most {_MAX_DEPTH} presets stand in each other, and {name[:40]} in more"
            raise InvalidRequest(message)
        for option in filter(None, presets[name].split("/")):
            called, _, more = option.partition(":")
            named = more.split(":") if called in PRESET else []
            processing = (
                read_presets(processing, presets, named, inside=inside + 1)
                if named
                else read_option(processing, option)
            )
    return processing
