"""`srcset`, `<img>` and `<picture>` for crops whose URLs the caller knows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from types import MappingProxyType
from typing import Any

from focalbox.amounts import as_whole
from focalbox.core.target import Ratio, Size
from focalbox.errors import InvalidRequest, show_value
from focalbox.imaging.limits import Limits
from focalbox.options import SizeLike, parse_target
from focalbox.options.sizes import MAX_SIDE

__all__ = ["WIDTHS", "Address", "Art", "img", "picture", "sizes_of", "srcset"]

Address = str | Callable[[Size], str]
"""The URL of a crop: a template with ``{width}``, ``{height}`` or ``{size}``, or a function that takes the size."""

WIDTHS = (320, 640, 960, 1280, 1920)
"""Widths in pixels that a `srcset` offers by default: phones to desktops, each at most twice the one before."""

_MAX_PIXELS = Limits().result_pixels
_NONE: Mapping[str, str] = MappingProxyType({})
_NAME = re.compile(r"[a-z][a-z0-9-]*")
"""The name of an attribute of HTML's, in small letters."""
_FIELDS = ("{width}", "{height}", "{size}")


@dataclass(frozen=True, slots=True)
class Art:
    """One source of a `<picture>`: another shape where a media query holds (art direction).

    Parameters
    ----------
    media : str
        A media query such as ``"(max-width: 40em)"``.
    size : str or (int, int)
        The shape there, such as ``"4:5"``.
    address : str or callable, optional
        The URL of these crops, if it differs from that of the others.
    """

    media: str
    size: SizeLike
    address: Address | None = None


def sizes_of(size: SizeLike, widths: Iterable[int] = WIDTHS, *, most: int | None = None) -> list[Size]:
    """Return the sizes in pixels in which a crop is offered, narrow ones first.

    Parameters
    ----------
    size : str or (int, int)
        A ratio is offered in every width; a size in pixels is offered once as it is and once twice as large.
    widths : iterable of int
        Pixels. Those that would be beyond `Limits` in this shape are left out.
    most : int, optional
        The width of the crop in the picture, pixels. Wider sizes would be enlarged and are replaced by this width.

    Raises
    ------
    InvalidRequest
        When the size is free-form, a width is no whole number or below 1, or ``most`` is no whole number; or when the shape
        is so long that a result of no width is within `Limits`, of which the defaults count here.

    Examples
    --------
    >>> [str(size) for size in sizes_of("16:9", (320, 640, 1280), most=1000)]
    ['320x180', '640x360', '1000x562']
    >>> [str(size) for size in sizes_of("500x200", most=800)]
    ['500x200', '800x320']
    """
    target = parse_target(size)
    if target is None:
        message = "a page needs a size or a ratio such as 500x200 or 16:9, not the free-form crop"
        raise InvalidRequest(message)
    widest = as_whole(most)
    if most is not None and widest is None:
        message = f"most is a number of pixels, not {show_value(most)}"
        raise InvalidRequest(message)
    listed = _check_widths(widths)
    wanted = [target.width, 2 * target.width] if isinstance(target, Size) else sorted(set(listed))
    if widest is not None:
        narrowest = target.width if isinstance(target, Size) else 1
        wanted = sorted({max(narrowest, min(width, widest)) for width in wanted})
    sizes = [size for size in (_of_width(target, width) for width in wanted) if _can_be_made(size)]
    if not sizes:
        message = f"no result of {target} is small enough: at most {MAX_SIDE} pixels a side and {_MAX_PIXELS} in all"
        raise InvalidRequest(message)
    return sizes


def srcset(address: Address, sizes: Sequence[Size]) -> str:
    """Return the value of a `srcset` attribute, not escaped.

    Examples
    --------
    >>> srcset("/v1/crop/{size}/cat.jpg", sizes_of("16:9", (320, 640)))
    '/v1/crop/320x180/cat.jpg 320w, /v1/crop/640x360/cat.jpg 640w'
    """
    return ", ".join(f"{_escape_in_list(_address(address, size))} {size.width}w" for size in sizes)


def img(
    address: Address,
    size: SizeLike,
    *,
    alt: str,
    widths: Iterable[int] = WIDTHS,
    most: int | None = None,
    sizes: str = "100vw",
    style: str | None = None,
    loading: str = "lazy",
    attributes: Mapping[str, str] = _NONE,
) -> str:
    """Return an `<img>` that offers a crop in several widths, with the space for it reserved while it loads.

    Parameters
    ----------
    address : str or callable
        The URL of a crop, as in `srcset`.
    size, widths, most
        As in `sizes_of`.
    alt : str
        What the picture shows, in words; empty for decoration.
    sizes : str
        How wide the picture is shown, in CSS (``"(min-width: 60em) 30em, 100vw"``). Ignored for a size in pixels.
    style : str, optional
        CSS, such as that of `position_inside`.
    loading : str
        ``"lazy"``, or ``"eager"`` for the first picture of a page.
    attributes : mapping of str to str
        Further attributes of the ``<img>``, such as ``{"class": "hero", "fetchpriority": "high"}``.

    Raises
    ------
    InvalidRequest
        As in `sizes_of`, or when an attribute is one that is written already, has no name of HTML's or is no text.

    Examples
    --------
    >>> img("/{size}/cat.jpg", "500x200", alt="A cat", most=500)
    '<img src="/500x200/cat.jpg" srcset="/500x200/cat.jpg 500w" sizes="500px" width="500" height="200" alt="A cat" loading="lazy">'
    """  # noqa: E501 - what an example prints stands in one line
    offered = sizes_of(size, widths, most=most)
    target = parse_target(size)
    exact = target if isinstance(target, Size) else None
    shown = exact or offered[len(offered) // 2]
    written = {
        "src": _address(address, shown),
        "srcset": srcset(address, offered),
        "sizes": f"{exact.width}px" if exact else sizes,
        "width": str(shown.width),
        "height": str(shown.height),
        "alt": alt,
        "loading": loading,
        "style": style,
    }
    return _tag("img", {**written, **_check_attributes(attributes, written)})


def picture(
    address: Address,
    size: SizeLike,
    art: Sequence[Art],
    *,
    alt: str,
    widths: Iterable[int] = WIDTHS,
    most: int | None = None,
    sizes: str = "100vw",
    style: str | None = None,
    loading: str = "lazy",
    attributes: Mapping[str, str] = _NONE,
) -> str:
    """Return a `<picture>` that shows other shapes where media queries hold; parameters as in `img`.

    Examples
    --------
    >>> print(picture("/{size}/cat.jpg", "16:9", [Art("(max-width: 40em)", "4:5")], alt="A cat", widths=[640]))
    <picture><source media="(max-width: 40em)" srcset="/640x800/cat.jpg 640w" sizes="100vw" width="640" height="800"><img
    src="/640x360/cat.jpg" srcset="/640x360/cat.jpg 640w" sizes="100vw" width="640" height="360" alt="A cat" loading="lazy"></picture>
    """  # noqa: E501 - as above
    widths = _check_widths(widths)
    sources = []
    for source in _check_art(art):
        offered = sizes_of(source.size, widths, most=most)
        written: dict[str, str | None] = {
            "media": source.media,
            "srcset": srcset(source.address or address, offered),
            "sizes": sizes,
            "width": str(offered[-1].width),
            "height": str(offered[-1].height),
        }
        sources.append(_tag("source", written))
    last = img(
        address,
        size,
        alt=alt,
        widths=widths,
        most=most,
        sizes=sizes,
        style=style,
        loading=loading,
        attributes=attributes,
    )
    return f"<picture>{''.join(sources)}{last}</picture>"


def _check_attributes(given: Mapping[str, str], written: Mapping[str, str | None]) -> dict[str, str]:
    attributes: object = given
    wrong = not isinstance(attributes, Mapping) or next(
        (
            f"{show_value(name)}: {show_value(value)}"
            for name, value in attributes.items()
            if not isinstance(name, str) or not _NAME.fullmatch(name) or name in written or not isinstance(value, str)
        ),
        None,
    )
    if wrong:
        shown = show_value(given) if wrong is True else wrong
        message = f"attributes are further ones of an <img> with their texts, such as {{'class': 'hero'}}, not {shown}"
        raise InvalidRequest(message)
    return dict(given)


def _check_widths(widths: Iterable[int]) -> list[int]:
    try:
        listed = list(widths)
    except TypeError:
        listed = []
    whole = [width for width in map(as_whole, listed) if width is not None and width >= 1]
    if not listed or len(whole) < len(listed):
        message = f"widths are pixels of at least 1, not {show_value(listed or widths)}"
        raise InvalidRequest(message)
    return whole


def _check_art(art: Iterable[Art]) -> list[Art]:
    given: Any = art
    listed = list(given) if isinstance(given, Iterable) else []
    if not isinstance(given, Iterable) or not all(isinstance(one, Art) for one in listed):
        message = f"art is a list such as [Art('(max-width: 40em)', '4:5')], not {show_value(art)}"
        raise InvalidRequest(message)
    return listed


def _of_width(target: Size | Ratio, width: int) -> Size:
    return Size(width, max(1, round(width / target.aspect)))


def _can_be_made(size: Size) -> bool:
    return max(size.width, size.height) <= MAX_SIDE and size.pixels <= _MAX_PIXELS


def _address(address: Address, size: Size) -> str:
    if callable(address):
        answer: object = address(size)
        if not isinstance(answer, str):
            message = f"a function of addresses answers with text, not {show_value(answer)}"
            raise InvalidRequest(message)
        return answer
    if not isinstance(address, str) or not any(field in address for field in _FIELDS):
        message = f"an address of several sizes names {', '.join(_FIELDS)}, not {show_value(address)}"
        raise InvalidRequest(message)
    filled = address.replace("{width}", str(size.width)).replace("{height}", str(size.height))
    return filled.replace("{size}", str(size))


def _escape_in_list(address: str) -> str:
    """Write an address so that it is one in a list: white space and commas around it would end it (HTML, 4.8.4.2.1)."""
    encoded = "".join(f"%{ord(sign):02X}" if sign in " \t\n\f\r" else sign for sign in address)
    inner = encoded.strip(",")
    before = encoded.index(inner) if inner else 0
    return "%2C" * before + inner + "%2C" * (len(encoded) - before - len(inner))


def _tag(name: str, attributes: dict[str, str | None]) -> str:
    written = (f' {key}="{escape(value)}"' for key, value in attributes.items() if value is not None)
    return f"<{name}{''.join(written)}>"
