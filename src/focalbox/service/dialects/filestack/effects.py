"""Filestack's tasks that change a finished crop: tones, blur, corners, borders, turns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from focalbox.errors import InvalidRequest
from focalbox.imaging.output.effects import Effect
from focalbox.service.dialects.filestack.colours import check_colour
from focalbox.service.dialects.urls import plain_number

__all__ = ["EFFECTS"]

_MAX_AMOUNT = 20
"""The largest ``amount:`` of ``blur`` and ``sharpen`` (Filestack's Processing API)."""
_MAX_RADIUS = 10_000
"""The largest ``rounded_corners=radius:`` (the schema of filestack-js)."""


def _read_border(options: Mapping[str, str]) -> list[Effect]:
    width = _up_to("width", options.get("width", "2"), 1000)
    colour = check_colour("color", options.get("color", "black"))
    behind = [check_colour("background", options["background"])] if "background" in options else []
    return [*(Effect("background", (), one) for one in behind), Effect("pad", (float(width),) * 4, colour)]


def _black_or_white(options: Mapping[str, str]) -> list[Effect]:
    least = 255 * _up_to("threshold", options.get("threshold", "50"), 100) / 100
    return [Effect("grayscale"), Effect("curve", tuple(255.0 * (tone >= least) for tone in range(256)) * 3)]


def _read_pixelate(options: Mapping[str, str]) -> list[Effect]:
    return [Effect("pixelate", (float(_up_to("amount", options.get("amount", "2"), 100, least=2)),))]


def _up_to(name: str, text: str, most: int, *, least: int = 0) -> int:
    """Read a whole number in the range that the schema of filestack-js gives."""
    value = plain_number(name, text)
    if not least <= value <= most:
        message = f"{name} is a number from {least} to {most}, not {value}"
        raise InvalidRequest(message)
    return value


def _read_blur(options: Mapping[str, str]) -> list[Effect]:
    return [Effect("blur", (float(_up_to("amount", options.get("amount", "2"), _MAX_AMOUNT)),))]


def _read_sharpen(options: Mapping[str, str]) -> list[Effect]:
    return [Effect("sharpen", (float(_up_to("amount", options.get("amount", "2"), _MAX_AMOUNT)), 1.0))]


def _read_sepia(options: Mapping[str, str]) -> list[Effect]:
    """Return the sepia tone of a grey, as ImageMagick computes it before it stretches the tones.

    Red is as much lighter as the tone is below 100, green a sixth of the tone darker than that, and blue a sixth darker than
    grey; neither is darker than a seventh.
    """
    tone = 255 * _up_to("tone", options.get("tone", "80"), 100) / 100
    grey, least = range(256), tone / 7
    red = [min(255.0, value + 255 - tone) for value in grey]
    green = [max(least, min(255.0, value + 255 - 7 * tone / 6)) for value in grey]
    blue = [max(least, value - tone / 6) for value in grey]
    return [Effect("grayscale"), Effect("curve", tuple(map(round, (*red, *green, *blue))))]


def _read_modulate(options: Mapping[str, str]) -> list[Effect]:
    brightness, saturation = (_up_to(name, options.get(name, "100"), 10_000) for name in ("brightness", "saturation"))
    hue = _up_to("hue", options.get("hue", "0"), 359)
    return [Effect("modulate", (brightness / 100, saturation / 100, float(hue)))]


def _read_rotate(options: Mapping[str, str]) -> list[Effect]:
    if options.get("deg", "exif") == "exif":
        return []
    turned = Effect("rotate", (-float(plain_number("deg", options["deg"])),))
    if "background" not in options:
        return [turned]
    return [turned, Effect("background", (), check_colour("background", options["background"]))]


def _read_rounded_corners(options: Mapping[str, str]) -> Effect:
    """Return the corners: ``max`` is as round as the shorter side allows."""
    radius = _MAX_RADIUS if options.get("radius") == "max" else plain_number("radius", options.get("radius", ""))
    if not 1 <= radius <= _MAX_RADIUS:
        message = f"rounded_corners has a radius from 1 to {_MAX_RADIUS}, or max, not {radius}"
        raise InvalidRequest(message)
    shown = check_colour("background", options["background"]) if "background" in options else ""
    return Effect("round", (float(radius),), shown)


EFFECTS: Mapping[str, Callable[[Mapping[str, str]], Sequence[Effect]]] = {
    "blackwhite": _black_or_white,
    "blur": _read_blur,
    "border": _read_border,
    "circle": lambda options: [Effect("square"), _read_rounded_corners({"radius": "max", **options})],
    "flip": lambda _: [Effect("flip")],
    "flop": lambda _: [Effect("flop")],
    "modulate": _read_modulate,
    "monochrome": lambda _: [Effect("grayscale")],
    "negative": lambda _: [Effect("curve", tuple(float(255 - tone) for tone in range(256)) * 3)],
    "pixelate": _read_pixelate,
    "rotate": _read_rotate,
    "rounded_corners": lambda options: [_read_rounded_corners(options)],
    "sepia": _read_sepia,
    "sharpen": _read_sharpen,
}
"""The effects of each task."""
