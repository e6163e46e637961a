"""Writes films as AVIF sequences: frames are coded from each other, so the AVIF encoder itself writes the file."""

from __future__ import annotations

from fractions import Fraction
from io import BytesIO
from typing import Any

from PIL import Image

from focalbox.errors import InvalidRequest
from focalbox.imaging.animation.edit_list import set_plays
from focalbox.imaging.animation.frames import Frames
from focalbox.imaging.metadata import Metadata
from focalbox.imaging.output.formats import QUICK_FRAME

__all__ = ["write_avif"]

_QUICK = 7
"""The lowest speed of the encoder (0 to 10) at which it works in real time, frame by frame."""
_MIN_DURATION = 1
"""Milliseconds that a frame is shown at least: in a track no two frames may begin at the same time (ISO 14496-12, section
8.6.1.2), and libavif makes 1 of 0. The frames behind it are shown as much less, so that times do not drift."""


class _Sequence(Image.Image):
    """A film in the form of Pillow's writers: pictures that are fetched when they are sought."""

    is_animated = True

    def __init__(self, frames: Frames) -> None:
        super().__init__()
        self._frames, self._index = iter(frames), -1
        self.durations: list[int] = []
        self._shown, self._written = Fraction(0), 0
        self.seek(0)

    def seek(self, frame: int) -> None:
        """Go to the next picture; any other place leaves the current one."""
        if frame != self._index + 1:
            return
        try:
            image, duration = next(self._frames)
        except StopIteration as error:
            raise EOFError from error
        self.im, self._mode, self._size = image.im, image.mode, image.size
        self._shown += duration * 1000
        lasting = max(_MIN_DURATION, round(self._shown) - self._written)
        self.durations.append(lasting)
        self._written, self._index = self._written + lasting, frame

    def tell(self) -> int:
        """Return the number of the current picture."""
        return self._index


def write_avif(frames: Frames, plays: int, quality: int, metadata: Metadata | None) -> bytes:
    """Write an AVIF sequence. Pillow 13.0 makes it play endlessly, so the number of plays is set afterwards."""
    from PIL import AvifImagePlugin  # noqa: F401, PLC0415 - registers the writer

    film, file = _Sequence(frames), BytesIO()
    options: dict[str, Any] = {} if metadata is None else dict(metadata.info())
    if film.width * film.height > QUICK_FRAME:
        options["speed"] = _QUICK
    try:
        film.save(file, "AVIF", save_all=True, duration=film.durations, quality=quality, **options)
    except (OSError, ValueError, RuntimeError) as error:
        message = f"a film of {film.width}x{film.height} cannot be written as avif: {error}"
        raise InvalidRequest(message) from error
    return set_plays(file.getvalue(), plays)
