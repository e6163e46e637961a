"""A finished crop: the decision, its pixels, and how to write them to a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from os import PathLike
from pathlib import PurePath
from typing import Self

from PIL import Image

from focalbox.core.choice.crop import Crop
from focalbox.imaging.animation.encoding import CAN_ANIMATE, encode_animation
from focalbox.imaging.animation.film import Film
from focalbox.imaging.metadata import Metadata
from focalbox.imaging.output.encoding import encode
from focalbox.imaging.output.formats import format_of
from focalbox.imaging.output.render import render
from focalbox.imaging.output.xmp import write_xmp
from focalbox.imaging.working import WorkingImage
from focalbox.options import CropOptions
from focalbox.prepared import View
from focalbox.storage.local import check_path, write_file

__all__ = ["Result", "place_in_result"]


@dataclass(frozen=True, slots=True)
class Result:
    """A finished crop: what was decided, and the pixels.

    It may be pickled, unless it has a ``film``: then pickle what `encode` returns, or ask for ``animate="first"``.

    Parameters
    ----------
    crop : Crop
        What was decided.
    image : PIL.Image.Image
        Exactly ``crop.size`` pixels, mode RGB or RGBA, sRGB unless its ``info`` holds an ``icc_profile``.
    metadata : Metadata or None
        Copyright and colour profile when ``keep_metadata`` asked for them.
    film : Film of PIL.Image.Image, optional
        All frames, cropped alike, when the picture is animated and its frames are kept; ``image`` is the first.
    palette : bool
        Whether the picture's colours come from a palette. A PNG of it then gets a palette too, if that is smaller and looks
        the same.
    memory : int, optional
        The most memory, in bytes, that writing it may take; by default that of `Limits`.
    """

    crop: Crop
    image: Image.Image
    metadata: Metadata | None = None
    film: Film[Image.Image] | None = None
    palette: bool = False
    memory: int | None = None

    @classmethod
    def render(cls, view: View, crop: Crop, options: CropOptions, memory: int | None = None) -> Self:
        """Cut and resize a crop.

        Raises
        ------
        LimitExceeded
            When it would take too much memory.
        """
        box = view.visible.shift(crop.box)

        def cut(working: WorkingImage) -> Image.Image:
            return render(working, box, crop.size, padding=crop.padding, fill=options.fill)

        def frames() -> Iterator[tuple[Image.Image, Fraction]]:
            return ((cut(working), duration) for working, duration in view.frames())

        image, drawn, film = cut(view.working), view.film, None
        if drawn is not None:
            film = Film(drawn.frames, drawn.plays, drawn.alpha or image.mode == "RGBA", frames, drawn.refusal)
        crop = replace(crop, notes=(*crop.notes, *view.notes)) if view.notes else crop
        if not options.keep_metadata:
            return cls(crop, image, None, film, view.palette, memory)
        metadata = view.working.metadata
        point = options.focus or metadata.focal_point or crop.focal_point  # the caller's own point comes first
        metadata = replace(metadata, xmp=write_xmp(metadata.rights, _place_of(crop, point), crop.size))
        image.info.update(metadata.info())  # without its profile a picture that kept it would have other colours
        return cls(crop, image, metadata, film, view.palette, memory)

    def notes_for(self, format: str) -> tuple[str, ...]:  # noqa: A002 - as in `encode`
        """Return what a caller should know about the crop when it is written in a format: sentences."""
        film, name = self.film, format_of(format)
        if film is None:
            return self.crop.notes
        if name not in CAN_ANIMATE:
            more = " or more" * bool(film.refusal)  # counting ends where too many are
            note = f"the picture has {film.frames}{more} frames, and {name} shows the first of them"
            return (*self.crop.notes, note)
        return self.crop.notes

    @property
    def enlarged(self) -> bool:
        """Whether the result has more pixels a side than the part of the picture that it shows."""
        padding, box = self.crop.padding, self.crop.box
        return self.crop.size.width > box.width + padding.left + padding.right

    def encode(self, format: str, *, quality: int = 80) -> bytes:  # noqa: A002 - the word every imaging library uses
        """Return the picture as the bytes of a file, with all frames when it is animated and the format can hold them.

        Parameters
        ----------
        format : str
            ``"jpeg"``, ``"png"``, ``"webp"``, ``"avif"``, ``"gif"``, ``"tiff"`` or ``"bmp"``.
        quality : int
            1 to 100, for lossy formats.

        Raises
        ------
        InvalidRequest
            When the format is unknown, the quality out of range, or the format cannot hold such a picture.
        LimitExceeded
            When writing it would take too much memory, or its frames are too many.
        DecodeError
            When a later frame of an animated picture is damaged.
        """
        film = self.film
        if film is None or format_of(format) not in CAN_ANIMATE:
            return encode(
                self.image,
                format,
                quality=quality,
                metadata=self.metadata,
                memory=self.memory,
                palette=self.palette,
            )
        return encode_animation(
            film.draw(),
            format,
            plays=film.plays,
            alpha=film.alpha,
            quality=quality,
            metadata=self.metadata,
            memory=self.memory,
        )

    def save(self, path: str | PathLike[str], *, format: str | None = None, quality: int = 80) -> None:  # noqa: A002
        """Write the picture to a file, either completely or not at all.

        Parameters
        ----------
        path : path
            The file; missing folders are made.
        format : str, optional
            As in `encode`; by default the one that the ending of the path names.
        quality : int
            As in `encode`.

        Raises
        ------
        InvalidRequest
            As in `encode`, or when ``path`` is not a path, or neither ``format`` nor the ending of the path names a format.
        OutputError
            When the file cannot be written.
        """
        name = PurePath(check_path(path)).suffix if format is None else format
        write_file(path, self.encode(name, quality=quality))


def place_in_result(crop: Crop, point: tuple[float, float]) -> tuple[float, float]:
    """Return where a point of the picture lies in the result of a crop, which includes its padding.

    Parameters
    ----------
    crop : Crop
    point : (float, float)
        x and y, fractions of the upright picture.

    Returns
    -------
    (float, float)
        x and y, fractions of the result; below 0 or above 1 where it is not shown.

    Examples
    --------
    >>> from focalbox import Analysis, SaliencyMap, Size
    >>> crop = Analysis(Size(300, 300), SaliencyMap([[1]])).plan("3:1", fit="contain")
    >>> place_in_result(crop, (0.0, 1.0))
    (0.3333333333333333, 1.0)
    """
    box, padding = crop.box, crop.padding
    across = box.width + padding.left + padding.right
    down = box.height + padding.top + padding.bottom
    x = (point[0] * crop.source.width - box.left + padding.left) / across
    y = (point[1] * crop.source.height - box.top + padding.top) / down
    return x, y


def _place_of(crop: Crop, point: tuple[float, float]) -> tuple[float, float] | None:
    """Return a point of the upright picture in fractions of the result, None when it is not shown."""
    x, y = place_in_result(crop, point)
    return (x, y) if 0 <= x <= 1 and 0 <= y <= 1 else None
