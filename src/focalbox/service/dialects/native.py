"""The native dialect, such as ``/v1/crop/500x200/SOURCE?fit=&zoom=``, read into an `ImageRequest`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from focalbox.core.target import Target
from focalbox.errors import InvalidRequest
from focalbox.imaging.output.fill import check_fill
from focalbox.imaging.output.formats import format_of
from focalbox.options import CropOptions
from focalbox.options.crop_options import OPTION_NAMES
from focalbox.options.kinds import SWITCH
from focalbox.options.sizes import FREE, parse_target
from focalbox.service.dialects.urls import decode_percent, fields_of, plain_number
from focalbox.service.request import AUTO, DEFAULT_QUALITY, SAME, Answer, ImageRequest

__all__ = ["MAX_ALTERNATIVES", "MAX_SIZES", "PREFIX", "UPLOADS", "parse", "parse_upload", "preset_of"]

PREFIX = b"/v1/"
_PRESET = b"/v1/p/"
MAX_SIZES = 32
"""The most sizes in one plan: more than any page lists, few enough to be planned in a tenth of a second."""

_ANSWERS: Mapping[str, Answer] = {"crop": "crop", "plan": "plan", "map": "map", "explain": "explain"}
UPLOADS = tuple(_ANSWERS)
"""The answers that an upload can ask for, as in ``POST /v1/crop``."""
"""The fields that become `CropOptions`; `focalbox.options` says how each is read."""
_OF_PICTURES = ("format", "quality")
_OF_PLANS = ("saliency", "alternatives")
_OPEN = re.compile(r"(?=.*[0-9])(?:0*[xX\u00d7][0-9]{0,9}|[0-9]{0,9}[xX\u00d7]0*)")
"""Matches a size with a side that is 0 or left out."""
MAX_ALTERNATIVES = 16
"""The most alternatives of one size: more than an editor looks at, few enough to be planned in a tenth of a second."""


def parse(path: bytes, query: bytes) -> ImageRequest:
    """Read an address.

    Parameters
    ----------
    path : bytes
        As it came: ``/v1/ANSWER/SIZE/SOURCE``, or ``/v1/map/SOURCE``; a plan may name many sizes, with commas.
    query : bytes
        As it came, without a signature.

    Raises
    ------
    InvalidRequest
        When a part is missing, unknown or makes no sense; the message names it.

    Examples
    --------
    >>> image_request = parse(b"/v1/crop/500x200/pets/cat.jpg", b"fit=tight&format=webp")
    >>> image_request.source, image_request.targets, image_request.options.fit, image_request.format
    ('pets/cat.jpg', (Size(width=500, height=200),), 'tight', 'webp')
    """
    name, _, rest = path.removeprefix(PREFIX).partition(b"/")
    answer = _answer(decode_percent(name))
    if answer == "map":
        sizes, source = [], rest
    else:
        size, _, source = rest.partition(b"/")
        sizes = decode_percent(size).split(",")
    if not source:
        message = f"an address looks like /v1/{answer}/{'' if answer == 'map' else '500x200/'}SOURCE"
        raise InvalidRequest(message)
    return _request(answer, sizes, fields_of(query), decode_percent(source))


def preset_of(path: bytes) -> tuple[str, bytes] | None:
    """Return the name of the preset and the source, for ``/v1/p/NAME/SOURCE``.

    Raises
    ------
    InvalidRequest
        When one of them is missing.

    Examples
    --------
    >>> preset_of(b"/v1/p/card/pets/cat.jpg")
    ('card', b'pets/cat.jpg')
    """
    if not path.startswith(_PRESET):
        return None
    name, _, source = path.removeprefix(_PRESET).partition(b"/")
    if not name or not source:
        message = "an address of a preset looks like /v1/p/NAME/SOURCE"
        raise InvalidRequest(message)
    return decode_percent(name), source


def parse_upload(answer: str, query: bytes) -> ImageRequest:
    """Read what is asked of an uploaded picture: ``POST /v1/crop?size=500x200&fit=tight``; fields as in `parse`.

    Examples
    --------
    >>> parse_upload("plan", b"size=1:1&size=16:9").named_sizes()
    ['1:1', '16:9']
    """
    fields = fields_of(query)
    sizes = [size for value in fields.pop("size", []) for size in value.split(",")]
    named = _answer(answer)
    if named == "map" and sizes:
        message = "a map has no size"
        raise InvalidRequest(message)
    return _request(named, sizes if named == "map" else sizes or [FREE], fields, "")


def _answer(name: str) -> Answer:
    if name not in _ANSWERS:
        message = f"an address begins with /v1/ and one of {', '.join(_ANSWERS)}, not {name[:20]!r}"
        raise InvalidRequest(message)
    return _ANSWERS[name]


def _request(answer: Answer, sizes: list[str], fields: dict[str, list[str]], source: str) -> ImageRequest:
    if answer != "plan" and len(sizes) > 1:
        message = f"{answer} takes one size; /v1/plan/ takes many"
        raise InvalidRequest(message)
    if len(sizes) > MAX_SIZES:
        message = f"a plan takes at most {MAX_SIZES} sizes, not {len(sizes)}"
        raise InvalidRequest(message)
    known = {*OPTION_NAMES, *(_OF_PLANS if answer == "plan" else _OF_PICTURES if answer == "crop" else ())}
    if answer == "map":
        known = {"trim"}
    for name, values in fields.items():
        if name not in known:
            offered = ", ".join(sorted(known)) or "none"
            message = f"there is no option {name[:40]!r} for {answer}; the options are: {offered}"
            raise InvalidRequest(message)
        if name not in OPTION_NAMES and len(values) > 1:
            message = f"{name} is given once, not {len(values)} times"
            raise InvalidRequest(message)
    options = CropOptions.from_text({name: values for name, values in fields.items() if name in OPTION_NAMES})
    check_fill(options.fill)
    return ImageRequest(
        source=source,
        targets=tuple(map(_target, sizes)) if sizes else (None,),
        answer=answer,
        options=options,
        format=_format(fields.get("format", [AUTO])[0]) if answer == "crop" else "png",
        quality=plain_number("quality", fields["quality"][0]) if "quality" in fields else DEFAULT_QUALITY,
        alternatives=_alternatives(fields["alternatives"][0]) if "alternatives" in fields else 1,
        with_saliency=SWITCH.read_text("saliency", fields["saliency"][0]) if "saliency" in fields else False,
    )


def _target(text: str) -> Target | None:
    if _OPEN.fullmatch(text):
        message = (
            f"a size behind /v1/ has two sides of at least 1 pixel, not {text!r}; one may be left open in the addresses of "
            "thumbor, imgproxy and Filestack"
        )
        raise InvalidRequest(message)
    return parse_target(text)


def _alternatives(text: str) -> int:
    count = plain_number("alternatives", text)
    if not 1 <= count <= MAX_ALTERNATIVES:
        message = f"alternatives is a number from 1 to {MAX_ALTERNATIVES}, not {count}"
        raise InvalidRequest(message)
    return count


def _format(name: str) -> str:
    return name if name in {AUTO, SAME} else format_of(name)
