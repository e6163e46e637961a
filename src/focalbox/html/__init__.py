"""The HTML and CSS that a page needs for a crop: `srcset`, `<picture>`, style and placeholders.

Nothing here fetches or writes a picture: addresses are the caller's, and so is what answers them.
"""

from __future__ import annotations

from focalbox.html.css import css, own_width, position_inside
from focalbox.html.placeholders import blurhash, dominant_colour
from focalbox.html.tags import Art, img, picture, sizes_of, srcset

__all__ = [
    "Art",
    "blurhash",
    "css",
    "dominant_colour",
    "img",
    "own_width",
    "picture",
    "position_inside",
    "sizes_of",
    "srcset",
]
