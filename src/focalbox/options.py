"""What a caller wants: the size grammar and the options of a crop, checked once."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from numbers import Integral
from operator import attrgetter
from typing import Any, Literal

from focalbox.core.framing import Fit, Framing, Mode, OnDoubt
from focalbox.core.geometry import Box, Ratio, Size, Target
from focalbox.errors import InvalidRequest

__all__ = [
    "CORNERS",
    "MAX_SIDE",
    "MOST_TOLERANCE",
    "BoxLike",
    "CropOptions",
    "SizeLike",
    "Trim",
    "TrimLike",
    "parse_target",
    "parse_trim",
]

MAX_SIDE = 30_000
"""The longest side, in pixels, that can be asked for: what `Limits` let in by default."""

Corner = Literal["top-left", "bottom-right"]
CORNERS: tuple[Corner, ...] = ("top-left", "bottom-right")

MOST_TOLERANCE = 442
"""The largest distance of two colours in 8-bit RGB, sqrt(3) * 255, rounded up: what thumbor's addresses go up to."""

SizeLike = str | tuple[int, int] | Size | Ratio
BoxLike = Box | tuple[float, float, float, float]

_SIZE = re.compile(r"(\d{1,9})x(\d{1,9})", re.ASCII)
_RATIO = re.compile(r"(\d{1,6}(?:\.\d{1,6})?):(\d{1,6}(?:\.\d{1,6})?)", re.ASCII)
_TRIM = re.compile(r"(top-left|bottom-right)(?::(\d{1,3}))?", re.ASCII)
_PAIR = 2


def parse_target(size: SizeLike | None) -> Target | None:
    """Read a size as it is written in a request.

    Parameters
    ----------
    size : str, (int, int), Size, Ratio or None
        ``"500x200"`` or ``(500, 200)`` for exact pixels, ``"16:9"`` for a ratio without resizing, None for the salient
        box itself.

    Returns
    -------
    Size, Ratio or None

    Raises
    ------
    InvalidRequest
        When it is none of these, or a side is 0 or above `MAX_SIDE`.

    Examples
    --------
    >>> parse_target("500x200")
    Size(width=500, height=200)
    >>> parse_target("16:9").aspect
    1.7777777777777777
    """
    if size is None or isinstance(size, Ratio):
        return size
    if isinstance(size, str):
        ratio, sides = _RATIO.fullmatch(size.strip()), _SIZE.fullmatch(size.strip())
        if ratio:
            return Ratio(float(ratio[1]), float(ratio[2]))
        if not sides:
            message = f"a size looks like 500x200 or 16:9, not {size[:40]!r}"
            raise InvalidRequest(message)
        target = Size(int(sides[1]), int(sides[2]))
    elif isinstance(size, Size):
        target = size
    elif isinstance(size, tuple) and len(size) == _PAIR and all(map(_is_whole, size)):
        target = Size(int(size[0]), int(size[1]))
    else:
        message = f"a size is '500x200', (500, 200), '16:9' or None, not {size!r:.60}"
        raise InvalidRequest(message)
    if max(target.width, target.height) > MAX_SIDE:
        message = f"a size has sides of at most {MAX_SIDE} pixels, not {target}"
        raise InvalidRequest(message)
    return target


def _is_whole(side: object) -> bool:
    """Tell whether a side is a whole number of any kind, such as one of NumPy's; True and False are none."""
    return isinstance(side, Integral) and not isinstance(side, bool)


@dataclass(frozen=True, slots=True)
class Trim:
    """That the border around a picture is cut off before anybody looks: all that is of the colour of a corner.

    Parameters
    ----------
    corner : {"top-left", "bottom-right"}
        The pixel of the upright picture whose colour is the border's.
    tolerance : int
        0 to `MOST_TOLERANCE`: how far, as the Euclidean distance in 8-bit sRGB, a colour may be from that one to be the
        border's too. JPEG and WebP need some, because they blur a border's edge.

    Raises
    ------
    InvalidRequest
        When a value is out of its range.
    """

    corner: Corner = "top-left"
    tolerance: int = 0

    def __post_init__(self) -> None:
        if self.corner not in CORNERS or self.tolerance not in range(MOST_TOLERANCE + 1):
            raise _no_trim(str(self))

    def __str__(self) -> str:
        """Return it as it is written in a request: ``top-left:20``."""
        return f"{self.corner}:{self.tolerance}"


TrimLike = str | Trim


def parse_trim(trim: TrimLike | None) -> Trim | None:
    """Read the wish to have a border trimmed as it is written in a request.

    Parameters
    ----------
    trim : str, Trim or None
        ``"top-left"`` or ``"bottom-right"``, whose tolerance is 0, or with a tolerance ``"top-left:20"``; None for no wish.

    Raises
    ------
    InvalidRequest
        When it is none of these.

    Examples
    --------
    >>> parse_trim("bottom-right:20")
    Trim(corner='bottom-right', tolerance=20)
    """
    if trim is None or isinstance(trim, Trim):
        return trim
    found = _TRIM.fullmatch(trim) if isinstance(trim, str) else None
    if found is None:
        raise _no_trim(trim)
    return Trim("bottom-right" if found[1] == "bottom-right" else "top-left", int(found[2] or 0))


def _no_trim(given: object) -> InvalidRequest:
    expected = f"{' or '.join(CORNERS)}, perhaps with a tolerance from 0 to {MOST_TOLERANCE} as in top-left:20"
    return InvalidRequest(f"trim is {expected}, not {given!r:.60}")


@dataclass(frozen=True, slots=True)
class CropOptions:
    """How a picture is to be cropped; every entrance of focalbox ends in one of these.

    Parameters
    ----------
    fit, zoom, retain, focus, keep, avoid, upscale, mode, on_doubt, doubt
        As in `focalbox.core.choose.Framing`. Boxes may be given as (left, top, width, height) in fractions.
    fill : str
        What `pad` and `contain` put around the picture: a colour (``"white"``, ``"#ff8800"``, ``"#ff880080"``),
        ``"edge"`` for the picture's own edge, or ``"blur"`` for a blurred enlargement of it.
    keep_metadata : bool
        Keep copyright, artist and colour profile; everything else (such as GPS) is always dropped.
    trim : Trim, optional
        Cut the border off first, if there is one: nobody looks at it and no crop shows it. It may be written as in
        `parse_trim`. All places, those given here and those that come back, stay places in the upright picture as it came,
        border included; a `focus` in the border is the nearest point inside.

    Raises
    ------
    InvalidRequest
        When a value is out of its range, each in one sentence.
    """

    fit: Fit = "cover"
    zoom: float = 0.0
    retain: float = 0.85
    focus: tuple[float, float] | None = None
    keep: tuple[Box, ...] = ()
    avoid: tuple[Box, ...] = ()
    upscale: bool = False
    mode: Mode = "auto"
    on_doubt: OnDoubt = "crop"
    doubt: float = 0.6
    fill: str = "white"
    keep_metadata: bool = False
    trim: Trim | None = None

    def __post_init__(self) -> None:
        self.framing  # noqa: B018 - a wrong wish is refused when it is made, not when it is used

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> CropOptions:
        """Read options as keywords.

        Raises
        ------
        InvalidRequest
            When a name is unknown or a value is not of its kind.
        """
        unknown = sorted(options.keys() - _OPTIONS)
        if unknown:
            message = f"options are {', '.join(sorted(_OPTIONS))}, not {', '.join(unknown)}"
            raise InvalidRequest(message)
        values = dict(options)
        if values.get("trim") is not None:
            values["trim"] = parse_trim(values["trim"])
        try:
            for name in ("keep", "avoid"):
                values[name] = tuple(_box(name, box) for box in _listed(values.get(name, ())))
            for name in ("zoom", "retain", "doubt"):
                if name in values:
                    values[name] = float(values[name])
            if values.get("focus") is not None:
                x, y = values["focus"]
                values["focus"] = float(x), float(y)
        except (TypeError, ValueError) as error:
            if isinstance(error, InvalidRequest):
                raise
            message = f"zoom, retain and doubt are numbers, focus is two, keep and avoid are boxes of four: {error}"
            raise InvalidRequest(message) from error
        return cls(**values)

    @property
    def framing(self) -> Framing:
        """The part that decides where the window goes."""
        return Framing(*_FRAMING(self))


_OPTIONS = frozenset(field.name for field in dataclasses.fields(CropOptions))
_FRAMING = attrgetter(*(field.name for field in dataclasses.fields(Framing)))


def _listed(boxes: Any) -> Iterable[Any]:
    """Let one box stand for a list of one."""
    if isinstance(boxes, Box) or (isinstance(boxes, tuple | list) and boxes and isinstance(boxes[0], int | float)):
        return (boxes,)
    listed: Iterable[Any] = boxes
    return listed


def _box(name: str, box: BoxLike) -> Box:
    if isinstance(box, Box):
        return box
    try:
        left, top, width, height = map(float, box)
    except (TypeError, ValueError) as error:
        message = f"{name} takes boxes of left, top, width and height in fractions, not {box!r:.60}"
        raise InvalidRequest(message) from error
    return Box(left, top, width, height)
