"""Where results are written: the output template, and the refusal of names that would collide."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from focalbox.core.target import Size, Target
from focalbox.errors import InvalidRequest
from focalbox.imaging.output.formats import FORMATS, format_of
from focalbox.storage.base import is_remote, local_path
from focalbox.storage.local import folds_case

__all__ = ["PIPE", "Output", "check_template", "output_of", "outputs_of"]

PIPE = "-"
"""Stands for standard input as a picture, and for standard output as a result."""

_FIELD = re.compile(r"\{([^{}]*)\}")
_FIELDS = ("stem", "size", "width", "height", "ext", "folder")
_FALLBACK = "jpeg"
"""The format of results whose source format cannot be written, such as HEIC: every browser shows it."""


@dataclass(frozen=True, slots=True)
class Output:
    """The path and the format of one result."""

    path: str
    format: str

    @property
    def misleading(self) -> bool:
        """Whether its ending is that of another format."""
        ending = Path(self.path).suffix
        return self.path != PIPE and _can_write(ending) and format_of(ending) != self.format


def outputs_of(
    pictures: Sequence[str],
    targets: Sequence[Target | None],
    template: str,
    format: str | None = None,  # noqa: A002
) -> list[list[Output]]:
    """Name the results of all pictures before any work starts.

    Parameters
    ----------
    pictures : sequence of str
        Paths, or ``"-"``.
    targets : sequence of Target or None
        What each is cropped to.
    template : str
        A path with the fields ``{stem}``, ``{size}``, ``{width}``, ``{height}``, ``{ext}`` and ``{folder}``, or ``"-"``.
    format : str, optional
        The format to write; by default that of the template's ending, else that of the picture.

    Returns
    -------
    list of list of Output
        For each picture, for each target.

    Raises
    ------
    InvalidRequest
        When a field is unknown, two results have one name, or a result would replace a picture.

    Examples
    --------
    >>> outputs_of(["in/cat.png"], [Size(500, 200)], "out/{stem}-{size}{ext}")
    [[Output(path='out/cat-500x200.png', format='png')]]
    """
    check_template(template)
    named = [[output_of(picture, target, template, format) for target in targets] for picture in pictures]
    one_in = cache(folds_case)
    sources = {_place_of(picture, one_in) for picture in pictures if picture != PIPE}
    taken: dict[str, str] = {}
    for picture, outputs in zip(pictures, named, strict=True):
        for output in outputs:
            place = PIPE if output.path == PIPE else _place_of(output.path, one_in)
            if place in sources:
                message = f"{output.path} would replace a picture; choose an output with another name"
                raise InvalidRequest(message)
            if place in taken:
                raise _collision(output, taken[place], picture, sum(map(len, named)))
            taken[place] = picture
    return named


def _place_of(path: str, folds: Callable[[str], bool]) -> str:
    """Return what is equal for two paths of one file, whether or not it is there."""
    if is_remote(path):
        return path
    real = os.path.realpath(local_path(path))
    return unicodedata.normalize("NFC", real.casefold()) if folds(os.path.dirname(real)) else real  # noqa: PTH120 - text


def _collision(output: Output, first: str, second: str, results: int) -> InvalidRequest:
    """Say that two results would have one name."""
    if output.path == PIPE:
        return InvalidRequest(f"{PIPE} takes one result, but {results} were asked for")
    if first == second:
        return InvalidRequest(
            f"{output.path} would hold two results of {first}; name {{size}} in the output, and each picture and size once"
        )
    return InvalidRequest(
        f"{output.path} would hold both a result of {first} and one of {second}; "
        "name {stem}, {size} or {folder} in the output"
    )


def check_template(template: str) -> None:
    """Refuse a template that names unknown fields, or nothing.

    Raises
    ------
    InvalidRequest
        When it does, or is empty.
    """
    if not template.strip():
        message = "an output has a name, such as {stem}-{size}{ext}; this one is empty"
        raise InvalidRequest(message)
    unknown = sorted(set(_FIELD.findall(template)) - set(_FIELDS))
    if unknown:
        message = f"an output may name {', '.join(_FIELDS)}, not {', '.join(unknown) or '{}'}"
        raise InvalidRequest(message)


def output_of(picture: str, target: Target | None, template: str, format_name: str | None) -> Output:
    """Name one result; see `outputs_of`, which also holds the names against each other."""
    path = Path("standard-input" if picture == PIPE else _last_part(picture))
    ending = path.suffix.lower()
    if format_name is not None:
        ending = FORMATS[format_of(format_name)].ending
    elif not _can_write(ending):
        ending = FORMATS[_FALLBACK].ending
    width, height = (target.width, target.height) if isinstance(target, Size) else ("", "")
    fields = {
        "stem": path.stem,
        "size": "free" if target is None else str(target).replace(":", "-"),
        "width": width,
        "height": height,
        "ext": ending,
        "folder": str(path.parent),
    }
    place = _FIELD.sub(lambda field: str(fields[field[1]]), local_path(template))
    written = format_name or (ending if place == PIPE else Path(place).suffix)
    if not written:
        message = f"an output ends in {{ext}} or the ending of a format, such as .jpg, and {template!r} has none"
        raise InvalidRequest(message)
    return Output(place, format_of(written))


def _last_part(picture: str) -> str:
    """Return the name of a picture in the working folder for an address, and the path of a file of this machine.

    Examples
    --------
    >>> _last_part("https://host/cats/tom.jpg?v=2"), _last_part("cats/tom.jpg"), _last_part("file:///cats/tom%20cat.jpg")
    ('tom.jpg', 'cats/tom.jpg', '/cats/tom cat.jpg')
    """
    if not is_remote(picture):
        return local_path(picture)
    return unquote(urlsplit(picture).path).rstrip("/").rpartition("/")[2] or "picture"


def _can_write(ending: str) -> bool:
    try:
        format_of(ending)
    except InvalidRequest:
        return False
    return True
