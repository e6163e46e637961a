"""How the room around a picture is to be filled: a colour, the edge, or a blurred copy."""

from __future__ import annotations

from focalbox.errors import InvalidRequest

__all__ = ["Fill", "check_fill", "colour_of"]

Fill = str | tuple[int, ...]
"""A colour (``"white"``, ``"#ff8800"``, ``(255, 136, 0)``, with alpha ``"#ff880080"``), ``"edge"`` or ``"blur"``."""

_OPAQUE = 255
_KNOWN = {"white", "edge", "blur"}
"""The default fill, for which no parser of colours is loaded."""


def check_fill(fill: Fill) -> None:
    """Refuse a wrong fill before any picture is read, whether or not a fill is needed.

    Raises
    ------
    InvalidRequest
        When ``fill`` is no colour.
    """
    if not isinstance(fill, str) or fill not in _KNOWN:
        colour_of(fill)


def colour_of(fill: Fill) -> tuple[int, int, int, int]:
    """Return a colour as red, green, blue and alpha, 0 to 255 each.

    Raises
    ------
    InvalidRequest
        When ``fill`` is not a colour.
    """
    from PIL import ImageColor  # noqa: PLC0415 - 0.5 MB that white does not need

    try:
        values = ImageColor.getrgb(fill) if isinstance(fill, str) else tuple(int(value) for value in fill)
        red, green, blue, alpha = values if len(values) == 4 else (*values, _OPAQUE)  # noqa: PLR2004 - with alpha
    except (ValueError, TypeError) as error:
        message = f"a fill is a colour such as white or #ff8800, 'edge' or 'blur', not {fill!r}"
        raise InvalidRequest(message) from error
    if not all(0 <= value <= _OPAQUE for value in (red, green, blue, alpha)):
        message = f"a colour has numbers from 0 to 255, not {fill!r}"
        raise InvalidRequest(message)
    return red, green, blue, alpha
