"""The parts of the page that can be measured separately: films, and where the time goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from benchmarks.speed.candidates import OURS
from benchmarks.speed.films import FRAMES, FilmResult
from benchmarks.speed.measures import Timing
from benchmarks.speed.profile import PARTS, Shares
from benchmarks.tables import table

__all__ = ["FILMS", "PROFILE", "film_section", "profile_section"]

FILMS, PROFILE = "films", "profile"
"""The names of the parts, as `benchmarks.tables.replace_between` finds them."""
_MEGA = 1e6
_FILMS = (
    f"Films of {FRAMES} frames are cropped from 640x480 to 500x200 in their own format. *Drawn* is a disc that moves over"
    " boxes; *photographic* is a slow pan over a photograph with new noise in every frame. libvips decodes all frames"
    " (`n=-1`), cuts each to its middle and encodes them with its defaults (GIF with effort 7 and dithering; WebP with"
    " effort 4, as Pillow and so focalbox do), and GIF also with less effort. focalbox also looks at four frames."
    " Milliseconds and ratios are as above. *PSNR* compares the written frames with the same frames before encoding.\n"
)
_PROFILE = (
    "Where focalbox's time goes. *look* is the time to make the looking copy and run the network; *onnxruntime* is"
    " the network alone. *decode* is everything until the working image is there: the named decoder takes the share"
    " beside its name, conversion and averaging take the rest. *ratio* is focalbox's processor time divided by that of"
    " libvips attention, which finds its window on a copy of a few thousand pixels, without a network. *without the"
    " network* is the ratio that would be left if onnxruntime took no time; where that is above 1, the decoder"
    " decides. A JPEG whose crop needs more pixels than the network looks at is decoded twice, so that one picture has"
    " one window at every size. All coefficients of a progressive JPEG are then read twice; libvips reads them once,"
    " so large progressive ones take longer here at 1080x1350.\n"
)
_DECODERS = (
    "The decoders of focalbox and of libvips alone, for what a crop to 500x200 needs: milliseconds of processor time,"
    " side by side. libvips asks libjpeg and libwebp for a smaller picture, and undoes PNG's filters with vector"
    " instructions. *inflating* is the time of zlib alone for decompressing the PNG; libspng and kornia-rs (the extra"
    " `png`) are faster at that. Pillow decodes every WebP with libwebp's decoder of animations, on a canvas with"
    " transparency; imagecodecs (the extra `webp`) decodes without one. libwebp can also scale lossy pictures while it"
    " decodes; that saves a tenth at most (2026-11-27, 12 and 24 MP at 1/4 and 1/8), and the looking copy would then"
    " differ at each scale. docs/dependencies.md says which decoders were tried.\n"
)


def film_section(films: Mapping[tuple[str, str], Mapping[str, FilmResult]]) -> str:
    """Return the part about films: a row for each cropper, and how many goals are met."""
    rows = [
        (
            f"{kind} {form}",
            name,
            f"{found.timing.wall:.0f}",
            "" if name == OURS else f"{found.timing.ratio:.2f}",
            f"{found.size / _MEGA:.2f}",
            f"{found.psnr:.1f} dB",
        )
        for (kind, form), croppers in films.items()
        for name, found in croppers.items()
    ]
    slower = [
        f"{kind} {form} against {name} ({found.timing.ratio:.2f})"
        for (kind, form), croppers in films.items()
        for name, found in croppers.items()
        if round(found.timing.ratio, 2) > 1
    ]
    held = f"Measured on {datetime.now(UTC):%Y-%m-%d}. Goal: at most 1.00 x libvips. " + (
        f"Missed: {', '.join(slower)}.\n" if slower else "Met everywhere.\n"
    )
    heads = ("film", "cropper", "ms", "ratio", "MB", "PSNR")
    return "\n".join(["## Films\n", _FILMS, held, table(heads, rows)])


def profile_section(
    profiled: Mapping[tuple[str, str], tuple[float, Shares]], decoders: Mapping[str, Mapping[str, Timing]]
) -> str:
    """Return the part about where the time goes: a row for each kind of picture and size, slowest first within a size."""
    rows = [
        (
            f"{kind} to {size}",
            f"**{ratio:.2f}**" if round(ratio, 2) > 1 else f"{ratio:.2f}",
            f"{ratio * (1 - found.network):.2f}",
            f"{found.parts['decode']:.0%}",
            f"{found.decoder} {found.coded:.0%}",
            f"{found.parts['look']:.0%}",
            f"{found.network:.0%}",
            *(f"{found.parts[name]:.0%}" for name in list(PARTS)[2:]),
        )
        for (kind, size), (ratio, found) in profiled.items()
    ]
    heads = ("picture", "ratio", "without the network", "decode", "decoder", "look", "onnxruntime", *list(PARTS)[2:])
    names: Sequence[str] = list(dict.fromkeys(name for times in decoders.values() for name in times))
    alone = [
        (kind, *(f"{times[name].cpu:.1f}" if name in times else "" for name in names))
        for kind, times in decoders.items()
    ]
    return "\n".join(
        [
            "## Where the time goes\n",
            _PROFILE,
            f"Measured on {datetime.now(UTC):%Y-%m-%d}.\n",
            table(heads, rows),
            "",
            _DECODERS,
            table(("picture", *names), alone),
        ]
    )
