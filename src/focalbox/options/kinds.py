"""The kinds of values that options take: how each is read, from Python and from text, and described."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from typing import Any

from focalbox.amounts import as_number, as_whole
from focalbox.core.geometry import WHOLE, Box
from focalbox.errors import InvalidRequest, show_value
from focalbox.options.trim import CORNERS, EQUALS, EXPECTED, parse_trim

__all__ = ["BOXES", "FILL", "POINT", "SHARE", "SWITCH", "TRIM", "Kind", "one_of"]

_NUMBER = r"(0|1|0?\.[0-9]{1,6}|0\.[0-9]{1,6}|1\.0)"
_TOLERANCE = r"([0-9]{1,2}|[1-3][0-9]{2}|4[0-3][0-9]|44[0-2])"
"""Patterns for the schema of addresses: of a number from 0 to 1, and of a tolerance from 0 to 442."""
_TRUTHS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_CHANNELS = (3, 4)
"""Red, green, blue, and alpha; 0 to 255 each."""
_PAIR, _SIDES = 2, 4
"""Numbers of a point, and of a box."""
_PIXELS = " (divide pixels by width and height)"
_TUPLE = " (in Python a tuple of numbers)"


@dataclass(frozen=True, slots=True)
class Kind:
    """The kind of values that an option takes.

    Parameters
    ----------
    name : str
        What to call such a value where there is little room.
    expected : str
        What such a value is, as messages say it after "is".
    check : callable
        From a value of Python to the one that is kept; raises TypeError or ValueError.
    parse : callable
        From text, as the command and addresses have it, to a value that `check` takes; raises ValueError.
    schema : mapping
        The JSON schema of the text in an address.
    choices : tuple of str
        The words to choose from, if the option has a fixed choice.
    repeats : bool
        Whether it may be given several times, for a list of values.
    hint : callable, optional
        From a wrong value to a hint for the message.
    write : callable
        From a value that is kept to a text that `parse` takes; where it `repeats`, from one of them.
    """

    name: str
    expected: str
    check: Callable[[Any], Any]
    parse: Callable[[str], Any]
    schema: Mapping[str, Any] = field(compare=False)
    choices: tuple[str, ...] = ()
    repeats: bool = False
    hint: Callable[[Any], str] = lambda _: ""
    write: Callable[[Any], str] = str

    def read(self, option: str, value: Any) -> Any:
        """Return a value of Python as it is kept.

        Raises
        ------
        InvalidRequest
            When it is not of this kind.
        """
        try:
            return self.check(value)
        except InvalidRequest:
            raise
        except (TypeError, ValueError, ArithmeticError) as error:
            message = f"{option} is {self.expected}, not {show_value(value)}{self.hint(value)}"
            raise InvalidRequest(message) from error

    def read_text(self, option: str, text: str) -> Any:
        """Return the value that a text stands for, as it is kept; of an option that `repeats`, one of its values.

        Raises
        ------
        InvalidRequest
            When it means nothing.
        """
        try:
            value = self.parse(text)
        except ValueError as error:
            message = f"{option} is {self.expected}, not {text[:40]!r}"
            raise InvalidRequest(message) from error
        kept = self.read(option, value)
        return kept[0] if self.repeats else kept


def one_of(words: Sequence[str], *, also: Mapping[str, str] | None = None) -> Kind:
    """Return the kind of a word out of a list; ``also`` are other spellings of them."""
    spellings = {**{word: word for word in words}, **(also or {})}

    def check(value: Any) -> str:
        if not isinstance(value, str) or value not in spellings:
            raise ValueError
        return spellings[value]

    return Kind(
        "word", f"one of {', '.join(words)}", check, str, {"type": "string", "enum": list(words)}, choices=tuple(words)
    )


def _share(value: Any) -> float:
    share = _number(value)
    if not 0 <= share <= 1:
        raise ValueError
    return share + 0.0  # -0.0 is 0.0: equal options have one fingerprint


def _point(value: Any) -> tuple[float, float] | None:
    if value is None:
        return None
    if isinstance(value, str):
        raise TypeError
    x, y = value
    return _share(x), _share(y)


def _boxes(value: Any) -> tuple[Box, ...]:
    """Read boxes; one box stands for a list of one."""
    if isinstance(value, str):
        raise TypeError
    listed = (value,) if isinstance(value, Box) else tuple(value)
    if listed and as_number(listed[0]) is not None:
        listed = (listed,)
    return tuple(_box(box) for box in listed)


def _box(value: Any) -> Box:
    if isinstance(value, str):
        raise TypeError
    left, top, width, height = (_number(side) + 0.0 for side in (astuple(value) if isinstance(value, Box) else value))
    if width < 0 or height < 0 or not WHOLE.contains(box := Box(left, top, width, height)):
        raise ValueError
    return box


def _switch(value: Any) -> bool:
    if isinstance(value, str) or value not in (True, False):
        raise ValueError
    return bool(value)


def _fill(value: Any) -> str:
    """Read a colour; numbers are kept as they are written in text, so that equal options are equal however they came."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes) or len(value) not in _CHANNELS:
        raise TypeError
    channels = [channel for channel in map(as_whole, value) if channel is not None]
    if len(channels) != len(value):
        raise TypeError
    return f"#{bytes(channels).hex()}"


def _number(value: Any) -> float:
    number = as_number(value)
    if number is None:
        raise TypeError
    return number


def _numbers(count: int) -> Callable[[str], tuple[float, ...]]:
    def parse(text: str) -> tuple[float, ...]:
        numbers = tuple(float(part) for part in text.split(","))
        if len(numbers) != count:
            raise ValueError
        return numbers

    return parse


def _truth(text: str) -> bool:
    if text.lower() not in _TRUTHS:
        raise ValueError
    return _TRUTHS[text.lower()]


def _write_truth(value: bool) -> str:  # noqa: FBT001 - the one value there is
    return "true" if value else "false"


def _write_numbers(numbers: Iterable[float]) -> str:
    return ",".join(map(str, numbers))


def _write_box(box: Box) -> str:
    return _write_numbers(astuple(box))


def _of_place(value: Any) -> str:
    """Return a hint when a place seems to be given in pixels, or as it is written in addresses."""
    if isinstance(value, str):
        return _TUPLE
    numbers = list(_flat(value))
    return _PIXELS if len(numbers) in {_PAIR, _SIDES} and max(numbers) > _PAIR else ""


def _flat(value: Any) -> Iterable[Any]:
    number = as_number(value)
    if number is not None:
        yield number
    elif isinstance(value, tuple | list):
        for part in value:
            yield from _flat(part)


SHARE = Kind("number", "a number from 0 to 1", _share, float, {"type": "number", "minimum": 0, "maximum": 1})
SWITCH = Kind("switch", "true or false", _switch, _truth, {"type": "boolean"}, write=_write_truth)
POINT = Kind(
    "x,y",
    "a point x,y in fractions from 0 to 1, such as 0.5,0.3",
    _point,
    _numbers(_PAIR),
    {"type": "string", "pattern": f"^{_NUMBER},{_NUMBER}$"},
    hint=_of_place,
    write=_write_numbers,
)
BOXES = Kind(
    "left,top,width,height",
    "a box left,top,width,height inside the picture, in fractions such as 0.1,0.2,0.3,0.4, or a list of them",
    _boxes,
    _numbers(_SIDES),
    {"type": "string", "example": "0.1,0.2,0.3,0.4"},
    repeats=True,
    hint=_of_place,
    write=_write_box,
)
FILL = Kind(
    "colour",
    "a colour such as white or #ff8800, edge or blur",
    _fill,
    str,
    {"type": "string", "example": "white"},
)
TRIM = Kind(
    "corner or colour[:tolerance[:equal]]",
    EXPECTED,
    parse_trim,
    str,
    {
        "type": "string",
        "pattern": f"^({'|'.join(CORNERS)}|#[0-9a-fA-F]{{6}})(:{_TOLERANCE}(:({'|'.join(EQUALS)}))?)?$",
        "example": "top-left:20",
    },
)
