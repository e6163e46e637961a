"""Turns the tasks of a Filestack address into an `ImageRequest`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from focalbox.core.choice.faces import FaceFrame
from focalbox.core.geometry import PixelBox
from focalbox.errors import InvalidRequest
from focalbox.imaging.output.effects import Effect
from focalbox.imaging.output.formats import format_of
from focalbox.options import CropOptions
from focalbox.service.dialects.filestack.address import Request, known_options
from focalbox.service.dialects.filestack.colours import check_colour
from focalbox.service.dialects.filestack.effects import EFFECTS
from focalbox.service.dialects.filestack.sizes import (
    CORNERS,
    MAKERS,
    SIZED,
    Named,
    Sized,
    check_whole,
    read_face_sizes,
    read_size,
    resize_again,
    turns_of,
)
from focalbox.service.dialects.filestack.tasks import SUPPORTED
from focalbox.service.dialects.urls import plain_number
from focalbox.service.request import AUTO, DEFAULT_QUALITY, SAME, Answer, ImageRequest

__all__ = ["parse"]

_BOX = re.compile(r"\[(\d{1,6}),(\d{1,6}),(\d{1,6}),(\d{1,6})\]", re.ASCII)
_YEAR = 31_536_000
"""Seconds that ``cache=expiry:max`` stands for (Filestack's Processing API, Cache)."""
_TRUTHS = {"true": True, "false": False}
_RADIUS = {"blur", "sharpen"}
"""Effects whose amounts are in pixels of the picture that they change."""
_FRAMING = {"smart_crop", "crop_faces"}
"""Tasks that choose the window by looking."""
_TOLD: Mapping[str, tuple[str, frozenset[str]]] = {
    "imagesize": ("imagesize", frozenset()),
    "faces": ("detect_faces", frozenset()),
    "coordinates": ("smart_crop", frozenset({"crop"})),
}
"""For each JSON answer: the task that asks for it, and the tasks that the answer reflects."""
_UNSEEN = frozenset(
    {"auto_image", "cache", "compress", "fallback", "no_metadata", "output", "pjpg", "quality", "security"}
)
"""Tasks that change neither the size of a picture nor what it shows."""


def parse(request: Request) -> ImageRequest:
    """Return what an address asks for.

    Raises
    ------
    InvalidRequest
        When a task or an option is unknown, not supported or makes no sense; the message names it.

    Examples
    --------
    >>> from focalbox.service.dialects.filestack.address import read
    >>> image_request = parse(read(b"/smart_crop=w:500,h:200,mode:face/output=f:webp/cat.jpg"))
    >>> image_request.targets[0].width, image_request.options.mode, image_request.format
    (500, 'face', 'webp')
    """
    named: dict[str, dict[str, str]] = {}
    for task in request.tasks:
        if task.name not in SUPPORTED:
            message = f"the task {task.name} is not supported in Filestack's addresses; {', '.join(SUPPORTED)} are"
            raise InvalidRequest(message)
        options, given = known_options(task), task.name in named
        if given and task.name not in EFFECTS and task.name not in {"resize", "crop"}:
            message = f"the task {task.name} is given once"
            raise InvalidRequest(message)
        if not given or (task.name == "rotate" and "rotate" not in turns_of(named)):
            named[task.name] = options  # the first of several, or the first that turns the picture
    sized = read_size(named)
    _check_order(request, named)
    _check_told(named)
    return ImageRequest(
        source=request.source,
        targets=(sized.target,),
        answer=_answer(named),
        options=CropOptions.of({**sized.options, "keep_metadata": _keeps_metadata(named)}),
        format=_format(named),
        quality=_quality(named),
        max_age=_max_age(named["cache"]) if "cache" in named else None,
        align=sized.align,
        faces=_faces(named) if "detect_faces" in named else sized.faces,
        window=_first_window(request, named),
        effects=tuple(_effects(request, named, sized)),
        progressive="pjpg" in named or named.get("output", {}).get("format") == "pjpg",
        compress="compress" in named or _truth("compress", named.get("output", {}).get("compress", "false")),
        **(_fallback(named["fallback"]) if "fallback" in named else {}),
    )


def _check_order(request: Request, named: Named) -> None:
    """Refuse an order of tasks that Filestack would answer with another picture: tasks that look have to come first.

    Filestack performs tasks in the order of the address.
    """
    names, turns = [task.name for task in request.tasks], turns_of(named)
    for at, name in enumerate(names):
        if name == "resize" and at == names.index("resize") and names[:at].count("crop") > 1:
            message = "the task crop is given once before resize"
            raise InvalidRequest(message)
        late = [other for other in names[:at] if other in MAKERS or (other == "rotate" and other in turns)]
        late += ["crop"] if "crop" in names[:at] and not _is_first(request, named, names.index("crop")) else []
        late += ["crop"] if names[:at].count("crop") > 1 else []
        if name in _FRAMING and late:
            message = f"{late[0]} comes after {name} here: before it, it would be another picture"
            raise InvalidRequest(message)


def _check_told(named: Named) -> None:
    """Refuse tasks whose effect the JSON answer of another task would not show."""
    told = _answer(named)
    if told != "crop":
        task, allowed = _TOLD[told]
        other = next((name for name in named if name not in {task, *allowed, *_UNSEEN}), None)
        if other in turns_of(named) or other not in {None, "rotate"}:
            message = f"{other} beside {task} is not supported here: the answer is about the picture without it"
            raise InvalidRequest(message)


def _is_first(request: Request, named: Named, at: int) -> bool:
    """Tell whether a crop applies to the unchanged picture: no earlier task changes it."""
    turns = turns_of(named)
    return not any(task.name in {*turns, *SIZED, *MAKERS, "crop"} for task in request.tasks[:at])


def _keeps_metadata(named: Named) -> bool:
    """Tell whether copyright and profile are kept: a task asks for it, and none forbids it."""
    kept = [_truth("metadata", named.get(task, {}).get("metadata", "false")) for task in ("compress", "pjpg")]
    stripped = _truth("strip", named.get("output", {}).get("strip", "false"))
    return any(kept) and not stripped and "no_metadata" not in named


def _fallback(task: Mapping[str, str]) -> dict[str, Any]:
    if not task.get("file"):
        message = "fallback needs file, another source"
        raise InvalidRequest(message)
    return {
        "fallback": task["file"],
        "fallback_seconds": plain_number("cache", task["cache"]) if "cache" in task else None,
    }


def _faces(named: Named) -> FaceFrame:
    least, most = read_face_sizes(named["detect_faces"])
    return FaceFrame(min_size=least, max_size=most)


def _answer(named: Named) -> Answer:
    if "imagesize" in named:
        return "imagesize"
    if "detect_faces" in named:
        if not _truth("export", named["detect_faces"].get("export", "false")):
            message = "detect_faces is supported with export:true, which answers where the faces are"
            raise InvalidRequest(message)
        return "faces"
    return "coordinates" if _truth("coords", named.get("smart_crop", {}).get("coords", "false")) else "crop"


def _format(named: Named) -> str:
    output = named.get("output", {})
    if output.get("page", "1") != "1" or output.get("colorspace", "rgb") not in {"rgb", "input"}:
        message = (
            "output has page:1 and the colorspaces rgb and input here: pictures have one page, and answers are in sRGB"
        )
        raise InvalidRequest(message)
    if "pjpg" in named and output.get("format", "pjpg") not in {"pjpg", "jpg", "jpeg"}:
        message = f"pjpg beside output=format:{output['format'][:20]} asks for two formats"
        raise InvalidRequest(message)
    if "format" in output:
        return "jpeg" if output["format"] == "pjpg" else format_of(output["format"])
    clear = any(name in named and "background" not in named[name] for name in CORNERS)
    return "jpeg" if "pjpg" in named else AUTO if "auto_image" in named else "png" if clear else SAME


def _quality(named: Named) -> int:
    for task, option in (("output", "quality"), ("pjpg", "quality"), ("quality", "value")):
        text = named.get(task, {}).get(option)
        if text is not None:
            return plain_number("quality", text)
    return DEFAULT_QUALITY


def _effects(request: Request, named: Named, sized: Sized) -> list[Effect]:
    """Return what is done to the crop, in the order of the address."""
    found: list[Effect] = []
    before = bool(sized.task)  # effects before the task of size are in pixels of the source
    framed = max((at for at, task in enumerate(request.tasks) if task.name in _FRAMING), default=-1)
    resized = False
    for at, task in enumerate(request.tasks):
        options = known_options(task)
        if task.name == "resize" and resized:
            if at < framed:  # a task that frames follows: the result must show nothing of this resize
                check_whole({**named, "resize": options}, request.tasks[framed].name)
            else:
                found.append(resize_again(options))
        elif task.name == sized.task:
            found += sized.effects
            before = False
        elif task.name == "resize" and sized.resize is not None:
            found.append(sized.resize)
        elif task.name == "crop" and not _is_first(request, named, at):
            box = _window(options)
            found.append(Effect("part", (float(box.left), float(box.top), float(box.width), float(box.height))))
        elif task.name in EFFECTS:
            made = EFFECTS[task.name](options)
            found += [replace(effect, of_source=before and effect.name in _RADIUS) for effect in made]
        resized = resized or task.name == "resize"
    if "background" in named.get("output", {}):
        found.append(Effect("background", (), check_colour("background", named["output"]["background"])))
    return found


def _first_window(request: Request, named: Named) -> PixelBox | None:
    """Return the part that stands for the whole picture; later crops apply to what earlier tasks have made."""
    at = next((at for at, task in enumerate(request.tasks) if task.name == "crop"), None)
    return _window(named["crop"]) if at is not None and _is_first(request, named, at) else None


def _window(task: Mapping[str, str]) -> PixelBox:
    found = _BOX.fullmatch(task.get("dim", "").replace(" ", ""))
    left, top, width, height = map(int, found.groups()) if found else (0, 0, 0, 0)
    if not width or not height:
        message = f"crop takes dim:[LEFT,TOP,WIDTH,HEIGHT], not {task.get('dim', '')[:40]!r}"
        raise InvalidRequest(message)
    return PixelBox(left, top, width, height)


def _truth(name: str, text: str) -> bool:
    if text not in _TRUTHS:
        message = f"{name} is true or false, not {text[:20]!r}"
        raise InvalidRequest(message)
    return _TRUTHS[text]


def _max_age(cache: Mapping[str, str]) -> int:
    if len(cache) != 1:
        message = "cache takes expiry:SECONDS, expiry:max or false"
        raise InvalidRequest(message)
    if "false" in cache:
        return 0
    return _YEAR if cache["expiry"] == "max" else plain_number("expiry", cache["expiry"])
