"""Filestack's tasks that say how large the result is and which part it shows: smart_crop, crop_faces, resize."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from focalbox.core.choice.faces import FaceFrame
from focalbox.core.target import Size
from focalbox.errors import InvalidRequest
from focalbox.imaging.output.effects import Effect
from focalbox.options import parse_target
from focalbox.service.dialects.filestack.colours import check_colour
from focalbox.service.dialects.urls import plain_number
from focalbox.service.shape.outline import Outline

__all__ = [
    "CORNERS",
    "MAKERS",
    "SIZED",
    "Named",
    "Sized",
    "check_whole",
    "read_face_sizes",
    "read_size",
    "resize_again",
    "turns_of",
]

SIZED = ("smart_crop", "resize", "crop_faces")
"""Tasks that say how large the result is: the first of them, and a resize of what it shows."""
CORNERS = ("rounded_corners", "circle")
"""Tasks that cut corners off."""
MAKERS = frozenset((*CORNERS, "blackwhite", "border", "pixelate"))
"""Tasks that give another result after a resize or a crop than before it."""

_MODES: Mapping[str, Mapping[str, str]] = {
    "auto": {"mode": "auto"}, "face": {"mode": "face"}, "fit": {"fit": "contain"}, "object": {"fit": "tight"},
}  # fmt: skip
"""The modes of smart_crop, as options of a crop: ``fit`` shows all of the picture, ``object`` the subject closely."""
_FACE_MODES = ("thumb", "crop", "fill")
_ALIGNS = {
    "center": (0.5, 0.5), "top": (0.5, 0.0), "bottom": (0.5, 1.0), "left": (0.0, 0.5), "right": (1.0, 0.5),
}  # fmt: skip
_FITS = ("clip", "crop", "scale", "max")
_MAX_BUFFER, _MAX_FACE, _MAX_FACES = 10_000, 1_000, 64
"""The largest ``buffer`` and number of a face (the schema of filestack-js), and the most faces in one list (our choice)."""
_MAX_FACE_SIZE = 10_000
"""The largest ``minsize`` and ``maxsize`` (the schema of filestack-js)."""
_DECIMAL = re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,6})?|\.[0-9]{1,6}", re.ASCII)
_FACES = re.compile(r"\[?(\d{1,4}(?:,\d{1,4})*)\]?", re.ASCII)

Named = Mapping[str, Mapping[str, str]]
"""Options of the tasks of an address, by the tasks' names."""


@dataclass(frozen=True, slots=True)
class Sized:
    """How large the result is and what it shows.

    Parameters
    ----------
    target : Outline or Size
    options : dict
        How to crop, as fields of `CropOptions`.
    align : (float, float), optional
        Where the window lies, for sizes that do not look.
    effects : tuple of Effect
        What is done to the crop before anything else.
    faces : FaceFrame, optional
        The faces that are framed.
    task : str
        The task that says all this; empty for none.
    resize : Effect, optional
        What the task ``resize`` does when another task sets the size.
    """

    target: Outline | Size = field(default_factory=lambda: Outline(0, 0))
    options: dict[str, Any] = field(default_factory=dict)
    align: tuple[float, float] | None = None
    effects: tuple[Effect, ...] = ()
    faces: FaceFrame | None = None
    task: str = ""
    resize: Effect | None = None


def read_size(named: Named) -> Sized:
    """Read the size of the result from the tasks of an address, in its order.

    Raises
    ------
    InvalidRequest
        When they contradict each other or one makes no sense; the message names it.
    """
    sized = [name for name in named if name in SIZED]
    if sized[:1] == ["resize"] and len(sized) > 1:
        check_whole(named, sized[1])
        sized = sized[1:]
    if {"smart_crop", "crop_faces"} <= set(sized):
        message = "one of smart_crop and crop_faces says how large the result is"
        raise InvalidRequest(message)
    if "resize" not in sized:
        return _read_first(sized[0], named[sized[0]]) if sized else Sized(align=(0.5, 0.5))
    options, resize = named["resize"], _read_resize(named["resize"])
    turned = _is_turned(named)
    first = sized[0] if len(sized) > 1 else ""
    if first == "crop_faces" and not turned and not {"width", "height"} & set(named[first]):
        return replace(_resize_faces(named[first], resize, options), task="resize")
    if not first and not turned:
        return replace(resize, task="resize")
    shown = _read_first(first, named[first]) if first else Sized(align=(0.5, 0.5))
    if isinstance(shown.target, Size) and not turned and not resize.effects and "blur" not in named:
        outline = resize.target
        if isinstance(outline, Outline) and outline.inside:  # the same window with other pixels, also of films
            return replace(shown, target=outline.size(shown.target))
    return replace(shown, resize=_effect_of(options, resize, faces=first == "crop_faces"))


def turns_of(named: Named) -> frozenset[str]:
    """Return the tasks of an address that turn or mirror the picture."""
    turned = named.get("rotate", {}).get("deg", "exif") not in {"exif", "0"}
    return frozenset({"flip", "flop"} & set(named)) | frozenset({"rotate"} if turned else ())


def _is_turned(named: Named) -> bool:
    """Tell whether a resize after the given tasks differs from one before them."""
    before = list(named)[: list(named).index("resize")]
    cut = "crop" in before and not turns_of(named).isdisjoint(before[: before.index("crop")])
    still = set() if cut or "align" in named["resize"] else {"flip", "flop"}
    turns = turns_of(named) - still
    return any(name in turns or name in MAKERS for name in before)


def check_whole(named: Named, second: str) -> None:
    """Refuse a resize before another task of size, unless it would not change the result.

    Raises
    ------
    InvalidRequest
        When it would.
    """
    names, task = list(named), named["resize"]
    between = set(names[names.index("resize") : names.index(second)])
    both = "width" in task and "height" in task
    cut = both and task.get("fit", "clip") in {"crop", "scale"}
    if cut or "blur" in between or not {"width", "height"} <= set(named[second]):
        message = f"{second} comes before resize here, in the picture as it is"
        raise InvalidRequest(message)


def _read_first(name: str, task: Mapping[str, str]) -> Sized:
    """Read a task that decides what is shown; it is not ``resize``."""
    if name == "smart_crop":
        return Sized(_size("smart_crop", task), _smart(task), task=name)
    outline = _outline(task)
    if any(task.get(side, "1").strip("0") == "" for side in ("width", "height")):
        message = "crop_faces takes sides of at least 1 pixel, or leaves them open"
        raise InvalidRequest(message)
    target = Size(outline.width, outline.height) if outline.width and outline.height else outline
    return _faces(task, target, cover=task.get("mode") == "fill" and isinstance(target, Size), sized_by=name)


def _effect_of(task: Mapping[str, str], resize: Sized, *, faces: bool) -> Effect:
    """Return the effect of ``resize`` on a picture that other tasks have made."""
    outline = resize.target
    sides = float(outline.width), float(outline.height)
    if resize.effects:
        return resize.effects[0]
    if isinstance(outline, Outline) and outline.inside:
        return Effect("inside", (*sides, float(outline.enlarge)))
    if task.get("align") == "faces" and not faces:
        message = "a resize with align:faces comes before tasks that cut or turn the picture here"
        raise InvalidRequest(message)
    return Effect("cover", (*sides, *(resize.align or (0.5, 0.5))))


def resize_again(task: Mapping[str, str]) -> Effect:
    """Return the effect of a further ``resize`` on the result of the tasks before it."""
    return _effect_of(task, _read_resize(task), faces=False)


def _faces(task: Mapping[str, str], target: Outline | Size, *, cover: bool, sized_by: str = "", **more: Any) -> Sized:
    mode = task.get("mode", "thumb")
    if mode not in _FACE_MODES:
        message = f"crop_faces has the modes {', '.join(_FACE_MODES)}, not {mode[:20]!r}"
        raise InvalidRequest(message)
    buffer = plain_number("buffer", task["buffer"]) if "buffer" in task else None
    if buffer is not None and buffer > _MAX_BUFFER:
        message = f"buffer is a percentage of at most {_MAX_BUFFER}, not {buffer}"
        raise InvalidRequest(message)
    room = 0.0 if mode == "crop" else None if buffer is None else buffer / 100
    align = more.pop("align", None) or (0.5, 0.5)
    least, most = read_face_sizes(task)
    frame = FaceFrame(_numbers(task.get("faces", "1")), room, cover=cover, align=align, min_size=least, max_size=most)
    return Sized(target, {"fit": "tight", "upscale": True}, faces=frame, task=sized_by, **more)


def read_face_sizes(task: Mapping[str, str]) -> tuple[float | None, float | None]:
    """Return the least and the largest size of faces that count, as `FaceFrame` has them.

    Raises
    ------
    InvalidRequest
        When one is no number up to 10,000.
    """
    found: list[float | None] = []
    for name in ("minsize", "maxsize"):
        text = task.get(name)
        if text is not None and (not _DECIMAL.fullmatch(text) or float(text) > _MAX_FACE_SIZE):
            message = f"{name} is a number from 0 to {_MAX_FACE_SIZE}, not {text[:20]!r}"
            raise InvalidRequest(message)
        found.append(None if text is None else float(text))
    return found[0], found[1]


def _resize_faces(task: Mapping[str, str], resize: Sized, options: Mapping[str, str]) -> Sized:
    """Return the size of a crop around faces that is then resized: ``resize`` applies to what crop_faces shows."""
    outline = resize.target
    cut = isinstance(outline, Outline) and not outline.inside
    target = Size(outline.width, outline.height) if cut else outline
    align = resize.align if cut and options.get("align") != "faces" else None
    return _faces(task, target, cover=cut, align=align, effects=resize.effects)


def _numbers(text: str) -> tuple[int, ...]:
    """Return the numbers of faces, such as 1 or [1,2]; none for all."""
    if text == "all":
        return ()
    found = _FACES.fullmatch(text.replace(" ", ""))
    numbers = tuple(dict.fromkeys(map(int, found[1].split(",")))) if found else ()
    if not numbers or len(numbers) > _MAX_FACES or not all(1 <= number <= _MAX_FACE for number in numbers):
        message = (
            f"faces is all, a number from 1 to {_MAX_FACE}, or up to {_MAX_FACES} such as [1,2], not {text[:20]!r}"
        )
        raise InvalidRequest(message)
    return numbers


def _smart(task: Mapping[str, str]) -> dict[str, Any]:
    mode = task.get("mode", "auto")
    if mode not in _MODES:
        message = f"smart_crop has the modes {', '.join(_MODES)}, not {mode[:20]!r}"
        raise InvalidRequest(message)
    if "object" in task:
        message = "the option object of smart_crop is not supported: mode:object takes whatever is the subject"
        raise InvalidRequest(message)
    options: dict[str, Any] = dict(_MODES[mode])
    if "fill_color" in task:
        options["fill"] = check_colour("fill_color", task["fill_color"])
    return options


def _read_resize(task: Mapping[str, str]) -> Sized:
    fit, outline = task.get("fit", "clip"), _outline(task)
    if fit not in _FITS:
        message = f"resize has the fits {', '.join(_FITS)}, not {fit[:20]!r}"
        raise InvalidRequest(message)
    sides = outline.width, outline.height
    if not any(sides):
        message = "resize needs width or height, of at least 1 pixel"
        raise InvalidRequest(message)
    if fit == "crop" and all(sides):
        align = task.get("align", "center")
        return Sized(outline, {"mode": "face"}) if align == "faces" else Sized(outline, align=_read_align(align))
    inside = Outline(*sides, inside=True, enlarge=fit != "max")
    stretched = (Effect("resize", (float(sides[0]), float(sides[1]))),) if fit == "scale" and all(sides) else ()
    return Sized(inside, align=(0.5, 0.5), effects=stretched)


def _read_align(align: str) -> tuple[float, float]:
    """Return where the window is put: one word, or two that go together, such as ``[top,left]``."""
    words = [word.strip() for word in align.removeprefix("[").removesuffix("]").split(",")]
    across = [word for word in words if word in {"left", "right"}]
    down = [word for word in words if word in {"top", "bottom"}]
    two = len(words) == 2 and len(across) == len(down) == 1  # noqa: PLR2004 - a corner
    if two or (len(words) == 1 and words[0] in _ALIGNS):
        return _ALIGNS[(across or ["center"])[0]][0], _ALIGNS[(down or ["center"])[0]][1]
    message = f"resize has the aligns {', '.join(_ALIGNS)}, corners such as [top,left], and faces, not {align[:20]!r}"
    raise InvalidRequest(message)


def _size(name: str, task: Mapping[str, str]) -> Size:
    missing = [side for side in ("width", "height") if side not in task]
    if missing:
        message = f"{name} needs {' and '.join(missing)}"
        raise InvalidRequest(message)
    width, height = (plain_number(side, task[side]) for side in ("width", "height"))
    target = parse_target((width, height))
    if not isinstance(target, Size):
        message = f"{name} takes pixels"
        raise InvalidRequest(message)
    return target


def _outline(task: Mapping[str, str]) -> Outline:
    """Return the sides that a task gives; 0 for one that it leaves open."""
    sides = {side: plain_number(side, task[side]) for side in ("width", "height") if side in task}
    return Outline(sides.get("width", 0), sides.get("height", 0))
