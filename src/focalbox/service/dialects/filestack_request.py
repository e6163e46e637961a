"""What Filestack's tasks mean: an address that is split into its parts becomes an `ImageRequest`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from focalbox.core.geometry import PixelBox
from focalbox.core.target import Size
from focalbox.errors import InvalidRequest
from focalbox.imaging.output.effects import Effect
from focalbox.imaging.output.fill import check_fill
from focalbox.imaging.output.formats import format_of
from focalbox.options import CropOptions, parse_target
from focalbox.service.dialects.filestack import Request, known_options
from focalbox.service.dialects.filestack_tasks import SUPPORTED
from focalbox.service.dialects.urls import plain_number
from focalbox.service.request import AUTO, DEFAULT_QUALITY, SAME, Answer, ImageRequest, Outline

__all__ = ["parse"]

_COLOUR = re.compile(r"(?:[0-9A-Fa-f]{3,4}|[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})")
_BOX = re.compile(r"\[(\d{1,6}),(\d{1,6}),(\d{1,6}),(\d{1,6})\]", re.ASCII)
_NO_COLOURS = {"edge", "blur"}
"""Fills of focalbox that Filestack's addresses do not have."""
_YEAR = 31_536_000
"""Seconds that ``cache=expiry:max`` stands for (Filestack's Processing API, Cache)."""
_TRUTHS = {"true": True, "false": False}
_SIZED = ("smart_crop", "resize", "crop_faces")
"""Tasks that say how large the result is: one of them."""
_MODES: Mapping[str, Mapping[str, str]] = {
    "auto": {"mode": "auto"}, "face": {"mode": "face"}, "fit": {"fit": "contain"}, "object": {"fit": "tight"},
}  # fmt: skip
"""The modes of smart_crop, as options of a crop: ``fit`` shows all of the picture, ``object`` the subject closely."""
_ALIGNS = {
    "center": (0.5, 0.5), "top": (0.5, 0.0), "bottom": (0.5, 1.0), "left": (0.0, 0.5), "right": (1.0, 0.5),
}  # fmt: skip
_FITS = ("clip", "crop", "scale", "max")
_MAX_BLUR = 20
"""What ``blur=amount:`` goes up to (Filestack's Processing API, Blur)."""

Named = Mapping[str, Mapping[str, str]]
_Sized = tuple[Outline | Size, dict[str, Any], tuple[float, float] | None, tuple[Effect, ...]]


def parse(request: Request) -> ImageRequest:
    """Return what an address asks for.

    Raises
    ------
    InvalidRequest
        When a task or an option is unknown, not supported or makes no sense; the message names it.

    Examples
    --------
    >>> from focalbox.service.dialects.filestack import read
    >>> image_request = parse(read(b"/smart_crop=w:500,h:200,mode:face/output=f:webp/cat.jpg"))
    >>> image_request.targets[0].width, image_request.options.mode, image_request.format
    (500, 'face', 'webp')
    """
    named: dict[str, dict[str, str]] = {}
    for task in request.tasks:
        if task.name not in SUPPORTED:
            message = f"the task {task.name} is not supported in Filestack's addresses; {', '.join(SUPPORTED)} are"
            raise InvalidRequest(message)
        if task.name in named:
            message = f"the task {task.name} is given once"
            raise InvalidRequest(message)
        named[task.name] = known_options(task)
    sized = [name for name in _SIZED if name in named]
    if len(sized) > 1:
        message = f"one of {' and '.join(sized)} says how large the result is"
        raise InvalidRequest(message)
    _check_order(request, named)
    outline, options, align, first = _read_size(sized[0] if sized else "", named)
    return ImageRequest(
        source=request.source,
        targets=(outline,),
        answer=_answer(named),
        options=CropOptions.of({**options, "keep_metadata": _keeps_metadata(named)}),
        format=_format(named),
        quality=_quality(named),
        max_age=_max_age(named["cache"]) if "cache" in named else None,
        align=align,
        window=_window(named["crop"]) if "crop" in named else None,
        effects=(*first, *_effects(request, named)),
        progressive="pjpg" in named or named.get("output", {}).get("format") == "pjpg",
        compress="compress" in named or _truth("compress", named.get("output", {}).get("compress", "false")),
        **(_fallback(named["fallback"]) if "fallback" in named else {}),
    )


def _check_order(request: Request, named: Named) -> None:
    """Refuse tasks in an order in which they would make another picture than they do here: part, size, then turns.

    Filestack does its tasks in the order of the address.
    """
    names = [task.name for task in request.tasks]
    turns = {"flip", "flop"} | (
        {"rotate"} if named.get("rotate", {}).get("deg", "exif") not in {"exif", "0"} else set()
    )
    for at, name in enumerate(names):
        before = [other for other in names[:at] if other in turns or other in _SIZED]
        if name == "crop" and before:
            message = f"crop comes before {before[0]} here, as coordinates in the picture as it is"
            raise InvalidRequest(message)
        if name in _SIZED and "rotate" in set(before) & turns:
            message = f"rotate comes after {name} here: before it, it would be another picture"
            raise InvalidRequest(message)
        if name == "resize" and set(before) & turns and "align" in named["resize"]:
            message = f"{before[0]} comes after a resize that is aligned here: before it, it would be another picture"
            raise InvalidRequest(message)


def _keeps_metadata(named: Named) -> bool:
    """Tell whether copyright and profile stay: a task asks for it, and none forbids it."""
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


def _read_size(name: str, named: Named) -> _Sized:
    """Return the size, the options, where the window is put without looking, and what is done first."""
    task = named.get(name, {})
    if name == "smart_crop":
        return _size(name, task), _smart(task), None, ()
    if name == "crop_faces":
        if task.get("mode", "thumb") not in {"thumb", "crop", "fill"}:
            message = f"crop_faces has the modes thumb, crop and fill, not {task['mode'][:20]!r}"
            raise InvalidRequest(message)
        if "buffer" in task or task.get("faces", "all") != "all":
            wrong = "buffer" if "buffer" in task else f"faces:{task['faces'][:20]}"
            message = f"crop_faces frames all faces with room around them: {wrong} is not supported"
            raise InvalidRequest(message)
        return _size(name, task), {"mode": "face", "fit": "tight"}, None, ()
    if name == "resize":
        return _read_resize(task)
    return Outline(0, 0), {}, (0.5, 0.5), ()


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
        options["fill"] = _colour("fill_color", task["fill_color"])
    return options


def _read_resize(task: Mapping[str, str]) -> _Sized:
    fit, outline = task.get("fit", "clip"), _outline(task)
    if fit not in _FITS:
        message = f"resize has the fits {', '.join(_FITS)}, not {fit[:20]!r}"
        raise InvalidRequest(message)
    sides = outline.width, outline.height
    if fit == "crop" and all(sides):
        align = task.get("align", "center")
        if align == "faces":
            return outline, {"mode": "face"}, None, ()
        return outline, {}, _read_align(align), ()
    inside = Outline(*sides, inside=True, enlarge=fit != "max")
    stretched = (Effect("resize", (float(sides[0]), float(sides[1]))),) if fit == "scale" and all(sides) else ()
    return inside, {}, (0.5, 0.5), stretched


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
    width, height = (plain_number(side, task.get(side, "0")) for side in ("width", "height"))
    if not width and not height:
        message = "resize needs width or height, of at least 1 pixel"
        raise InvalidRequest(message)
    return Outline(width, height)


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
    if "format" in output:
        return "jpeg" if output["format"] == "pjpg" else format_of(output["format"])
    return "jpeg" if "pjpg" in named else AUTO if "auto_image" in named else SAME


def _quality(named: Named) -> int:
    for task, option in (("output", "quality"), ("pjpg", "quality"), ("quality", "value")):
        text = named.get(task, {}).get(option)
        if text is not None:
            return plain_number("quality", text)
    return DEFAULT_QUALITY


def _effects(request: Request, named: Named) -> list[Effect]:
    """Return what is done to the crop, in the order of the address."""
    found: list[Effect] = []
    for task in request.tasks:
        options = named[task.name]
        if task.name in {"flip", "flop"}:
            found.append(Effect(task.name))
        elif task.name == "monochrome":
            found.append(Effect("grayscale"))
        elif task.name == "blur":
            amount = plain_number("amount", options.get("amount", "2"))
            if amount > _MAX_BLUR:
                message = f"blur has amounts of at most {_MAX_BLUR}, not {amount}"
                raise InvalidRequest(message)
            found.append(Effect("blur", (float(amount),)))
        elif task.name == "rotate" and options.get("deg", "exif") != "exif":
            found.append(Effect("rotate", (-float(plain_number("deg", options["deg"])),)))
            if "background" in options:
                found.append(Effect("background", (), _colour("background", options["background"])))
    return found


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


def _colour(name: str, text: str) -> str:
    colour = f"#{text}" if _COLOUR.fullmatch(text) else text
    message = f"{name} is a colour such as white or FF8800, not {text[:20]!r}"
    if colour in _NO_COLOURS:
        raise InvalidRequest(message)
    try:
        check_fill(colour)
    except InvalidRequest as error:
        raise InvalidRequest(message) from error
    return colour


def _max_age(cache: Mapping[str, str]) -> int:
    if len(cache) != 1:
        message = "cache takes expiry:SECONDS, expiry:max or false"
        raise InvalidRequest(message)
    if "false" in cache:
        return 0
    return _YEAR if cache["expiry"] == "max" else plain_number("expiry", cache["expiry"])
