"""Placeholders that are shown until a picture has loaded: a colour, or a BlurHash."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from focalbox.amounts import as_whole
from focalbox.core.target import Size
from focalbox.errors import InvalidRequest, show_value
from focalbox.imaging.limits import Limits
from focalbox.sources import Source, open_source

__all__ = ["blurhash", "dominant_colour"]

_SIDE = 32
"""Pixels of the longer side of the copy from which colours are read: a BlurHash holds at most 9 waves a side."""
_COLOURS = 8
"""Colours to which a picture is reduced before the most frequent one is taken; fewer would be mixtures."""
_SIDES = 2
"""Numbers of components: across and down."""
_COMPONENTS = frozenset(range(1, 10))
"""Waves along a side that a BlurHash can hold (its format has one digit for both sides)."""


def dominant_colour(source: Source, *, limits: Limits | None = None) -> str:
    """Return the most frequent colour of a picture, as CSS writes it: ``"#335577"``.

    Parameters
    ----------
    source : path, bytes, binary file, PIL.Image.Image or ndarray of uint8
        The picture, or a crop of it.
    limits : Limits, optional

    Raises
    ------
    SourceError
        When the picture cannot be read or is larger than the limits.

    Examples
    --------
    >>> dominant_colour(np.full((30, 40, 3), (51, 85, 119), dtype=np.uint8))
    '#335577'
    """
    few = Image.fromarray(_small(source, limits)).quantize(_COLOURS, method=Image.Quantize.MEDIANCUT)
    counted: list[tuple[int, int]] = few.getcolors()  # type: ignore[assignment] # a palette's colours are numbers
    _, most = max(counted)
    palette = few.getpalette() or []
    red, green, blue = palette[3 * most : 3 * most + 3]
    return f"#{red:02x}{green:02x}{blue:02x}"


def blurhash(source: Source, *, components: tuple[int, int] = (4, 3), limits: Limits | None = None) -> str:
    """Return the BlurHash (Wolt 2019) of a picture: about 30 characters that a page draws as a blurred picture.

    Needs the package `blurhash` (``pip install 'focalbox[html]'``).

    Parameters
    ----------
    source, limits
        As in `dominant_colour`.
    components : (int, int)
        Waves across and down, 1 to 9 each.

    Raises
    ------
    InvalidRequest
        When there are fewer than 1 or more than 9 components, or the package is not installed.
    """
    pair: object = components
    counts = [as_whole(count) for count in pair] if isinstance(pair, tuple | list) else []
    if len(counts) != _SIDES or not {*counts} <= _COMPONENTS:
        message = f"a BlurHash has 1 to {max(_COMPONENTS)} components a side, such as (4, 3), not {show_value(pair)}"
        raise InvalidRequest(message)
    across, down = counts
    try:
        import blurhash as library  # noqa: PLC0415 - an extra: crops do without
    except ImportError as error:
        message = "a BlurHash needs an extra: pip install 'focalbox[html]'"
        raise InvalidRequest(message) from error
    encoded: str = library.encode(_small(source, limits), components_x=across, components_y=down)
    return encoded


def _small(source: Source, limits: Limits | None) -> NDArray[np.uint8]:
    picture = open_source(source, limits)
    shrunk = _SIDE / max(picture.size.width, picture.size.height)
    small = Size(max(1, round(picture.size.width * shrunk)), max(1, round(picture.size.height * shrunk)))
    return np.asarray(picture.decode(small, look=False).small_copy(small))
