"""Films written frame by frame: GIF, animated WebP, animated PNG and AVIF sequences.

Each frame is encoded as a still picture as soon as it comes, and only where it differs from the one before; only the
compressed data is kept. AVIF, whose frames are coded from each other, is written by its encoder.
"""

from __future__ import annotations

from itertools import chain

from focalbox.errors import DecodeError, InvalidRequest
from focalbox.imaging.animation.frames import Frames
from focalbox.imaging.colour import to_srgb
from focalbox.imaging.headers.gif import insert_gif_xmp
from focalbox.imaging.limits import Limits
from focalbox.imaging.metadata import Metadata
from focalbox.imaging.output.encoding import check_writer
from focalbox.imaging.output.formats import check_quality, film_writer_takes, format_of

__all__ = ["CAN_ANIMATE", "encode_animation"]

CAN_ANIMATE = frozenset({"gif", "webp", "png", "avif"})
"""Formats that films are written in."""


def encode_animation(
    frames: Frames,
    format: str,  # noqa: A002 - the word every imaging library uses
    *,
    plays: int = 0,
    alpha: bool = True,
    quality: int = 80,
    metadata: Metadata | None = None,
    memory: int | None = None,
) -> bytes:
    """Encode a film as the bytes of a file; the frames are taken one by one.

    Parameters
    ----------
    frames : iterable of (PIL.Image.Image, Fraction)
        At least one.
    format : str
        ``"gif"``, ``"webp"``, ``"png"`` or ``"avif"``.
    plays : int
        How often it is shown; 0 for endlessly.
    alpha : bool
        Whether a frame may have transparent parts.
    quality : int
        1 to 100, for WebP and AVIF.
    metadata : Metadata, optional
        What to keep, where the format can.
    memory : int, optional
        Most bytes that a frame and the writer may take together; that of `Limits` if not given.

    Raises
    ------
    InvalidRequest
        When the format holds no films, or cannot hold this one.
    LimitExceeded
        When it would take more memory.
    DecodeError
        When there are no frames, as in a damaged file.
    """
    name = format_of(format)
    if name not in CAN_ANIMATE:
        message = f"a film is written as one of {', '.join(sorted(CAN_ANIMATE))}, not {name}"
        raise InvalidRequest(message)
    quality = check_quality(quality)
    frames = iter(frames)
    first = next(frames, None)
    if first is None:
        message = "the film cannot be decoded: it has no frames"
        raise DecodeError(message)
    image, _ = first
    taken = film_writer_takes(name, image.width * image.height)
    check_writer(image, name, Limits().memory if memory is None else memory, taken)
    mode = "RGBA" if alpha else "RGB"
    alike = (
        (image if image.mode == mode else image.convert(mode), duration) for image, duration in chain([first], frames)
    )
    # each writer is loaded when it is needed: nearly all pictures are still
    if name == "gif":
        from focalbox.imaging.animation.gif_writer import write_gif  # noqa: PLC0415

        kept = metadata or Metadata()
        content = write_gif(((to_srgb(image, kept.profile), duration) for image, duration in alike), plays)
        return content if kept.xmp is None else insert_gif_xmp(content, kept.xmp)
    if name == "png":
        from focalbox.imaging.animation.apng_writer import write_apng  # noqa: PLC0415

        return write_apng(alike, plays, metadata)
    if name == "webp":
        from focalbox.imaging.animation.webp_writer import write_webp  # noqa: PLC0415

        return write_webp(alike, plays, quality, metadata)
    from focalbox.imaging.animation.avif_writer import write_avif  # noqa: PLC0415

    return write_avif(alike, plays, quality, metadata)
