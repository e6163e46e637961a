"""Films: GIF, animated WebP, animated PNG and AVIF sequences, drawn frame by frame in the memory of a few."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from io import BytesIO
from itertools import islice
from typing import Generic, TypeVar

from PIL import Image

from focalbox.imaging.animation.apng import draw_apng, read_apng
from focalbox.imaging.animation.edit_list import plays_of
from focalbox.imaging.animation.gif import draw_gif, read_gif
from focalbox.imaging.animation.sample_times import durations_of
from focalbox.imaging.decoders.readers import reader_of

__all__ = ["ANIMATED", "Film", "open_film", "spread"]

ANIMATED = frozenset({"GIF", "PNG", "WEBP", "AVIF"})
"""Formats whose frames follow each other in time. Pages of a TIFF are other pictures."""
_MILLISECOND = Fraction(1, 1000)


T = TypeVar("T")


@dataclass(frozen=True)
class Film(Generic[T]):
    """A film, not drawn yet. As its frames are only drawn when they are needed, it cannot be pickled.

    Parameters
    ----------
    frames : int
        How many there are.
    plays : int
        How often it is shown; 0 for endlessly.
    alpha : bool
        Whether a frame may have transparent parts.
    begin : callable
        Starts drawing at the first frame; returns pairs of a picture and the seconds that it is shown.
    refusal : str
        Why its frames are not drawn, where they are too many or too large: then ``draw`` says so, and the first frame alone
        can be had.
    holds : bool
        Whether frames that are drawn ahead are kept, because there is memory for all of them.
    """

    frames: int
    plays: int
    alpha: bool
    begin: Callable[[], Iterator[tuple[T, Fraction]]]
    refusal: str = ""
    holds: bool = False
    _paused: deque[Iterator[tuple[T, Fraction]]] = field(default_factory=deque, init=False, repr=False, compare=False)

    def __reduce__(self) -> str:
        message = (
            "the frames of a film cannot be pickled: pickle its bytes, what Result.encode returns, or animate='first'"
        )
        raise TypeError(message)

    def draw(self) -> Iterator[tuple[T, Fraction]]:
        """Draw all frames; those drawn ahead are returned first, and drawing goes on after them."""
        try:
            return self._paused.pop()
        except IndexError:
            return self.begin()

    def draw_ahead(self, count: int) -> Iterator[tuple[T, Fraction]]:
        """Draw the first frames; they are kept for the next drawing of the film, if there is memory for all frames."""
        drawing = self.begin()
        held: deque[tuple[T, Fraction]] = deque()
        for one in islice(drawing, count):
            if self.holds:
                held.append(one)
            yield one
        if self.holds:
            self._paused.append(_go_on(held, drawing))

    def drop_held(self) -> None:
        """Drop the frames that were drawn ahead."""
        self._paused.clear()


def open_film(form: str, data: bytes, max_frames: int, profile: bytes | None = None) -> Film[Image.Image]:
    """Read the properties of a film.

    Parameters
    ----------
    form : str
        One of `ANIMATED`.
    data : bytes
        The file.
    max_frames : int
        The most frames that are read.
    profile : bytes, optional
        The profile of its colours; it is kept, except where `focalbox.imaging.colour.settles` converts the colours.
    """
    if form == "GIF":
        gif = read_gif(data, max_frames)
        durations = [one.duration for one in gif.frames]
        return Film(len(gif.frames), gif.plays, gif.alpha, lambda: zip(draw_gif(data, gif), durations, strict=True))
    if form == "PNG":
        apng = read_apng(data, max_frames)
        times = [one.duration for one in apng.frames]
        return Film(
            len(apng.frames), apng.plays, apng.alpha, lambda: zip(draw_apng(data, apng, profile), times, strict=True)
        )
    reader = reader_of(form)
    with reader(BytesIO(data)) as image:
        frames, alpha = min(max_frames, getattr(image, "n_frames", 1)), image.mode == "RGBA"
        plays = plays_of(data) if form == "AVIF" else int(image.info.get("loop", 0))
    told = durations_of(data, frames) if form == "AVIF" else None
    return Film(frames, plays, alpha, lambda: _draw(reader, data, frames, told))


def _go_on(held: deque[tuple[T, Fraction]], drawing: Iterator[tuple[T, Fraction]]) -> Iterator[tuple[T, Fraction]]:
    """Yield the kept frames, dropping each, and then draw the rest."""
    while held:
        yield held.popleft()
    yield from drawing


def _draw(
    reader: Callable[[BytesIO], Image.Image], data: bytes, frames: int, durations: list[Fraction] | None
) -> Iterator[tuple[Image.Image, Fraction]]:
    """Draw a film whose decoder draws whole frames; its durations are whole milliseconds, used where none are given."""
    with reader(BytesIO(data)) as image:
        for index in range(frames):
            image.seek(index)
            image.load()
            milliseconds = int(image.info.get("duration", 0))
            yield image.copy(), milliseconds * _MILLISECOND if durations is None else durations[index]


def spread(frames: int, wanted: int) -> tuple[int, ...]:
    """Return the numbers of frames that represent a film: the middle of each of ``wanted`` equal parts.

    Examples
    --------
    >>> spread(40, 4), spread(2, 4)
    ((5, 15, 25, 35), (0, 1))
    """
    count = min(frames, wanted)
    return tuple((2 * index + 1) * frames // (2 * count) for index in range(count))
