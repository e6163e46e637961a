"""How large a picture may be: limits that are checked on the header, before any pixel is decoded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from focalbox.amounts import as_whole, show_bytes
from focalbox.core.target import Size, Target
from focalbox.errors import InvalidRequest, LimitExceeded, show_value

__all__ = ["Limits", "check_limits"]

_SCANS = 100
"""Most passes over one JPEG. Encoders make about 10; a file of 300 kB with 200 over 98 MP took 25 s to decode (LJT-01-003 in
libjpeg-turbo's "Two Issues with the JPEG Standard")."""
_FIRST = "; animate=first takes the first frame alone"
"""Advice at the end of a message that refuses an animation."""


_MAXIMUM = 2**63 - 1
"""The largest limit: the greatest signed 64-bit integer."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How large pictures may be; larger ones are refused before any pixel is decoded.

    Parameters
    ----------
    bytes : int
        Largest file, in bytes.
    pixels : int
        Largest picture, in pixels (width times height).
    side : int
        Longest side of a picture, in pixels.
    frames : int
        Most frames of an animated picture that stays animated. The first frame of a longer one can still be cropped.
    film_pixels : int
        Most pixels of all frames of an animated picture together.
    result_pixels : int
        Largest result, in pixels.
    memory : int
        Most memory, in bytes, that one picture may need, estimated from its header.

    Raises
    ------
    InvalidRequest
        When a limit is not a whole number from 1 to 2**63 - 1.

    Examples
    --------
    >>> Limits(pixels=1000).check_picture(Size(30, 40))
    Traceback (most recent call last):
    ...
    focalbox.errors.LimitExceeded: a picture may have at most 1,000 pixels, but this one has 1,200 (30x40)
    """

    bytes: int = 64 * 2**20
    pixels: int = 100_000_000
    side: int = 30_000
    frames: int = 3000
    film_pixels: int = 1_000_000_000
    result_pixels: int = 64_000_000
    memory: int = 512 * 2**20

    def __post_init__(self) -> None:
        for field in fields(self):
            given = getattr(self, field.name)
            value = as_whole(given)
            if value is None or not 1 <= value <= _MAXIMUM:
                message = f"the limit {field.name!r} needs a whole number from 1 to 2**63 - 1, not {show_value(given)}"
                raise InvalidRequest(message)
            object.__setattr__(self, field.name, value)

    def check_bytes(self, count: int) -> None:
        """Raise `LimitExceeded` when a file of ``count`` bytes is too large."""
        if count > self.bytes:
            message = (
                f"a picture may have at most {show_bytes(self.bytes)}, but this one has {show_bytes(count)} or more"
            )
            raise LimitExceeded(message)

    def check_picture(self, size: Size) -> None:
        """Raise `LimitExceeded` when a picture's sides or pixels are too many."""
        if max(size.width, size.height) > self.side:
            message = f"a picture's sides may have at most {self.side:,} pixels, but this one is {size}"
            raise LimitExceeded(message)
        if size.pixels > self.pixels:
            message = f"a picture may have at most {self.pixels:,} pixels, but this one has {size.pixels:,} ({size})"
            raise LimitExceeded(message)

    def check_film(self, size: Size, frames: int) -> None:
        """Raise `LimitExceeded` when a film's frames, or all their pixels, are too many."""
        if frames > self.frames:
            message = f"a film may have at most {self.frames:,} frames, but this one has {frames:,} or more{_FIRST}"
            raise LimitExceeded(message)
        if frames * size.pixels > self.film_pixels:
            pixels = frames * size.pixels
            message = (
                f"the frames of a film may have at most {self.film_pixels:,} pixels, but these have {pixels:,}{_FIRST}"
            )
            raise LimitExceeded(message)

    def check_targets(self, targets: Iterable[Target | None]) -> None:
        """Raise `InvalidRequest` when a size in pixels is too large; what a ratio comes to depends on the picture."""
        for target in targets:
            if isinstance(target, Size):
                self.check_result(target, target)

    def check_result(self, size: Size, target: Target | None) -> None:
        """Check the size of a result, which a target has come to.

        Raises
        ------
        InvalidRequest
            When that many pixels were asked for.
        LimitExceeded
            When a ratio, or the free-form crop, of a large picture has so many.
        """
        if size.pixels <= self.result_pixels:
            return
        bound = f"a result may have at most {self.result_pixels:,} pixels"
        if isinstance(target, Size):
            message = f"{bound}, but {target} was asked for"
            raise InvalidRequest(message)
        asked = "the free-form crop" if target is None else target
        message = (
            f"{bound}, but {asked} of this picture comes to {size}: ask for a size in pixels, such as 1000x500, or raise "
            "the limit result_pixels (FOCALBOX_LIMIT_RESULT_PIXELS)"
        )
        raise LimitExceeded(message)

    @staticmethod
    def check_scans(count: int) -> None:
        """Raise `LimitExceeded` when a JPEG is made of too many passes over the picture."""
        if count > _SCANS:
            message = f"a JPEG may have at most {_SCANS} scans, but this one has {count}"
            raise LimitExceeded(message)


def check_limits(given: object) -> Limits:
    """Return the limits that a caller gives, None as the usual ones.

    Raises
    ------
    InvalidRequest
        When they are none.
    """
    if given is None:
        return Limits()
    if not isinstance(given, Limits):
        message = f"limits is a focalbox.Limits, such as Limits(pixels=20_000_000), not {show_value(given)}"
        raise InvalidRequest(message)
    return given
