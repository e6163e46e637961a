"""The options of a crop: one table, from which the command, the addresses, OpenAPI and the documentation are made."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Unpack

from focalbox.core.framing import FITS, MODES, ON_DOUBT, Fit, Framing, Mode, OnDoubt
from focalbox.core.geometry import Box
from focalbox.errors import InvalidRequest, show_value
from focalbox.options.kinds import BOXES, FILL, POINT, SHARE, SWITCH, TRIM, Kind, one_of
from focalbox.options.trim import Trim, TrimLike

__all__ = ["ANIMATE", "OPTIONS", "Animate", "BoxLike", "CropKeywords", "CropOptions", "Option"]

Animate = Literal["keep", "first"]
ANIMATE: tuple[Animate, ...] = ("keep", "first")

BoxLike = Box | tuple[float, float, float, float]


class CropKeywords(TypedDict, total=False):
    """The options as keywords, for type checkers and editors; `CropOptions` explains them."""

    fit: Fit
    zoom: float
    retain: float
    focus: tuple[float, float] | None
    keep: BoxLike | Iterable[BoxLike]
    avoid: BoxLike | Iterable[BoxLike]
    upscale: bool
    mode: Mode
    on_doubt: OnDoubt | Literal["center"]
    doubt: float
    fill: str | tuple[int, ...]
    keep_metadata: bool
    trim: TrimLike | None
    animate: Animate


def _option(default: Any, kind: Kind, help_: str, example: str, **names: str) -> Any:
    """Make a field; ``names`` is how other dialects write something that corresponds to the option, in an address."""
    return dataclasses.field(
        default=default, metadata={"kind": kind, "help": help_, "example": example, "names": names}
    )


@dataclass(frozen=True, slots=True)
class CropOptions:
    """How a picture is to be cropped: all options in one value.

    Parameters
    ----------
    fit, zoom, retain, focus, keep, avoid, upscale, mode, on_doubt, doubt
        As in `focalbox.core.framing.Framing`. A box may be given as (left, top, width, height) in fractions, and a single
        box instead of a list. ``"center"`` is accepted for ``"centre"``.
    fill : str
        What ``pad`` and ``contain`` put around the picture: a colour (``"white"``, ``"#ff8800"``, ``"#ff880080"``; numbers
        such as ``(255, 136, 0)`` are kept as ``"#ff8800"``), ``"edge"`` for the picture's own edge, or ``"blur"`` for a
        blurred enlargement of it.
    keep_metadata : bool
        Keep copyright, artist and rights (of EXIF, XMP and IPTC), the focal point (as XMP) and the colour profile;
        everything else (such as GPS) is always dropped.
    trim : Trim, optional
        Cut off the border first, if there is one: it is not looked at, and no crop shows it. It may be written as in
        `parse_trim`. All boxes and points, given or returned, still refer to the upright picture with its border; a
        ``focus`` in the border counts as the nearest point inside.
    animate : {"keep", "first"}
        Whether all frames of an animated picture are cropped to the same window, if the format that is written can hold
        them, or only the first frame.

    Raises
    ------
    InvalidRequest
        When a value is out of its range, each in one sentence.

    Examples
    --------
    >>> CropOptions(zoom=0.5, focus=(0.5, 0.3)).focus
    (0.5, 0.3)
    >>> CropOptions(zoom=2)
    Traceback (most recent call last):
    ...
    focalbox.errors.InvalidRequest: zoom is a number from 0 to 1, not 2
    """

    fit: Fit = _option(  # noqa: RUF009 - makes a field
        "cover",
        one_of(FITS),
        "cover takes the largest window, tight the smallest around the subject, pad may add room, contain shows all.",
        "tight",
    )
    zoom: float = _option(0.0, SHARE, "How close to crop, from cover (0) to tight (1).", "0.5")
    retain: float = _option(0.85, SHARE, "The share of the saliency that pad keeps at least.", "0.95")
    focus: tuple[float, float] | None = _option(
        None,
        POINT,
        "A point to centre on, in fractions of the picture.",
        "0.5,0.3",
        thumbor="filters:focal(10x10:90x60)",
    )
    keep: tuple[Box, ...] = _option(
        (), BOXES, "A box to keep whole, in fractions of the picture; repeats.", "0.1,0.2,0.3,0.4"
    )
    avoid: tuple[Box, ...] = _option(
        (), BOXES, "A box to keep out of the crop, in fractions of the picture; repeats.", "0,0,0.1,0.1"
    )
    upscale: bool = _option(
        default=False,
        kind=SWITCH,
        help_="Allow tight windows that are smaller than the result, which is then enlarged.",
        example="true",
        thumbor="fit-in/300x200/filters:fill(blue):upscale()",
    )
    mode: Mode = _option(  # noqa: RUF009 - makes a field
        "auto",
        one_of(MODES),
        "auto looks for everything that matters, face frames the faces with headroom.",
        "face",
        filestack="smart_crop=w:300,h:200,mode:face",
    )
    on_doubt: OnDoubt = _option(  # noqa: RUF009 - makes a field
        "crop",
        one_of(ON_DOUBT, also={"center": "centre"}),
        "What to do when the confidence is below doubt: crop all the same, take the middle, or pad.",
        "centre",
    )
    doubt: float = _option(0.6, SHARE, "The confidence below which on-doubt acts.", "0.7")
    fill: str = _option(
        "white",
        FILL,
        "What fills the room around a padded picture: a colour, its own edge, or a blurred copy of it.",
        "blur",
        filestack="smart_crop=w:300,h:200,fill_color:blue",
        thumbor="fit-in/300x200/filters:fill(blue)",
    )
    keep_metadata: bool = _option(
        default=False, kind=SWITCH, help_="Keep the copyright notice and the colour profile.", example="true"
    )
    trim: Trim | None = _option(  # noqa: RUF009 - makes a field
        None,
        TRIM,
        "First cut off a border that has this colour, or that of this corner, up to a tolerance of 0 to 442.",
        "top-left:20",
        thumbor="trim:top-left:20",
    )
    animate: Animate = _option(  # noqa: RUF009 - makes a field
        "keep", one_of(ANIMATE), "Crop all frames of an animated picture, or only the first.", "first"
    )

    if TYPE_CHECKING:  # callers may give more types than are kept: "top-left" for a Trim, one box for a list of one

        def __init__(self, **keywords: Unpack[CropKeywords]) -> None: ...

    def __post_init__(self) -> None:
        for option in OPTIONS:
            given = getattr(self, option.name)
            if given is not option.default:
                object.__setattr__(self, option.name, option.kind.read(option.name, given))
        self.framing  # noqa: B018 - a wrong value is refused when it is given, not when it is used

    @classmethod
    def of(cls, keywords: Mapping[str, Any], options: CropOptions | None = None) -> CropOptions:
        """Read options given as keywords, which overrule those in ``options``.

        Raises
        ------
        InvalidRequest
            When a name is unknown or a value is not of its kind.
        """
        unknown = sorted(keywords.keys() - OPTION_NAMES)
        if unknown:
            message = f"options are {', '.join(sorted(OPTION_NAMES))}, not {', '.join(unknown)}"
            raise InvalidRequest(message)
        base: Any = options
        if base is None:
            return cls(**keywords)
        if not isinstance(base, cls):
            message = f"options is a CropOptions, not {show_value(base)}"
            raise InvalidRequest(message)
        return dataclasses.replace(base, **keywords) if keywords else base

    @classmethod
    def from_text(cls, fields: Mapping[str, Sequence[str]]) -> CropOptions:
        """Read options as they are written in an address: every value of every name, in order.

        Raises
        ------
        InvalidRequest
            When a name is unknown, is given twice and does not repeat, or a value is not of its kind.

        Examples
        --------
        >>> CropOptions.from_text({"zoom": ["0.5"], "upscale": ["yes"]}).upscale
        True
        """
        values: dict[str, Any] = {}
        for name, texts in fields.items():
            kind = next((option.kind for option in OPTIONS if option.name == name), None)
            if kind is None or kind.repeats:
                values[name] = kind and [kind.read_text(name, text) for text in texts]
            elif len(texts) > 1:
                message = f"{name} is given once, not {len(texts)} times"
                raise InvalidRequest(message)
            else:
                values[name] = kind.read_text(name, texts[0])
        return cls.of(values)

    def to_text(self) -> dict[str, list[str]]:
        """Return what differs from the defaults as it is written in an address; `from_text` reads it back.

        Examples
        --------
        >>> CropOptions(fit="contain", focus=(0.9, 0.8), fill=(255, 0, 0)).to_text()
        {'fit': ['contain'], 'focus': ['0.9,0.8'], 'fill': ['#ff0000']}
        """
        written = {}
        for option in OPTIONS:
            value, kind = getattr(self, option.name), option.kind
            if value != option.default:
                written[option.name] = [kind.write(one) for one in (value if kind.repeats else [value])]
        return written

    def to_dict(self) -> dict[str, Any]:
        """Return the options as JSON has them; `of` reads them back.

        Examples
        --------
        >>> options = CropOptions(keep=(0.1, 0.2, 0.3, 0.4), trim="top-left")
        >>> options.to_dict()["keep"], options.to_dict()["trim"]
        ([[0.1, 0.2, 0.3, 0.4]], 'top-left:0')
        >>> CropOptions.of(options.to_dict()) == options
        True
        """
        return {option.name: _plain(getattr(self, option.name)) for option in OPTIONS}

    @property
    def framing(self) -> Framing:
        """The part that decides where the window goes."""
        return Framing(*_FRAMING(self))


def _plain(value: Any) -> Any:
    if isinstance(value, Box):
        return list(dataclasses.astuple(value))
    if isinstance(value, Trim):
        return str(value)
    return [_plain(part) for part in value] if isinstance(value, tuple) else value


@dataclass(frozen=True, slots=True)
class Option:
    """One option, as tables, commands and documents are made from.

    Parameters
    ----------
    name : str
        Its keyword in Python, and its name in native addresses.
    default : object
    kind : Kind
        What values it takes.
    help : str
        What it does, in a sentence.
    example : str
        A value as it is written in text.
    names : mapping
        What corresponds to it in the addresses of other dialects.
    """

    name: str
    default: Any
    kind: Kind
    help: str
    example: str
    names: Mapping[str, str]

    @property
    def flag(self) -> str:
        """Its name on a command line."""
        return f"--{self.name.replace('_', '-')}"


OPTIONS = tuple(Option(field.name, field.default, **field.metadata) for field in dataclasses.fields(CropOptions))
"""All of them, in the order of `CropOptions`."""
OPTION_NAMES = frozenset(option.name for option in OPTIONS)
_FRAMING = attrgetter(*(field.name for field in dataclasses.fields(Framing)))
