"""Parts of the page that can be measured anew alone: films, and where the time goes."""

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
    f"Films of {FRAMES} frames of 640x480 to 500x200, in and out in one format: *drawn* is a disc that moves over boxes,"
    " *photographic* a slow move over a photograph with new noise in every frame. libvips decodes all frames (`n=-1`), cuts"
    " each to its middle and writes them: as it does by itself (GIF with effort 7 and dithering, WebP with effort 4, as"
    " Pillow and so focalbox writes with), and GIF with less effort. focalbox looks at four frames besides."
    " Milliseconds and ratios as above. *near*: PSNR of what was written against the same frames before they were.\n"
)
_PROFILE = (
    "Where focalbox's time goes. *look* is making the looking copy and running the network, of which *onnxruntime* is the"
    " network itself; *decode* is all until the working image is there: the decoder named takes its share alone, the rest is"
    " conversion and averaging. *of libvips* is focalbox's processor time by that of libvips attention, which finds its"
    " window on a copy of some thousand pixels without any network; *without the network* is what it would be if onnxruntime"
    " took no time: where that is above 1, the decoder decides. A JPEG of which a result needs more than is looked at is"
    " decoded twice, so that one picture has one window at every size: of a progressive one all coefficients are then read"
    " twice, which is why 1080x1350 of large ones takes longer than with libvips, which reads them once.\n"
)
_DECODERS = (
    "Both decoders alone, to what a crop to 500x200 needs; milliseconds of the processor, side by side. libvips asks libjpeg"
    " and libwebp for a smaller picture, and its PNG is unfiltered with vector instructions; *inflating* is what zlib takes"
    " for the codes of the PNG alone, which is where libspng and kornia-rs (the extra `png`) are quicker. Pillow has every"
    " WebP drawn by libwebp's decoder of films, on a canvas with transparency; imagecodecs (the extra `webp`) has it drawn"
    " without one. libwebp can also scale lossy pictures while it decodes, which saves a tenth at most (2026-11-27, 12"
    " and 24 MP at 1/4 and 1/8), and then the looking copy would be another at each scale."
    " docs/dependencies.md says which decoders were tried.\n"
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
            f"{found.near:.1f} dB",
        )
        for (kind, form), croppers in films.items()
        for name, found in croppers.items()
    ]
    slower = [
        f"{kind} {form} beside {name} ({found.timing.ratio:.2f})"
        for (kind, form), croppers in films.items()
        for name, found in croppers.items()
        if round(found.timing.ratio, 2) > 1
    ]
    held = f"Measured on {datetime.now(UTC):%Y-%m-%d}. Goal: at most 1.00 x libvips. " + (
        f"Missed: {', '.join(slower)}.\n" if slower else "Met everywhere.\n"
    )
    heads = ("film", "cropper", "ms", "focalbox by it", "MB", "near")
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
    heads = ("picture", "of libvips", "without the network", "decode", "by", "look", "onnxruntime", *list(PARTS)[2:])
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
