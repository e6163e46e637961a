"""A finished crop: what was decided, its pixels, and the bytes of a file of them."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from pathlib import PurePath
from typing import Self

from PIL import Image

from focalbox.core.crop import Crop
from focalbox.imaging.encoding import encode
from focalbox.imaging.render import render
from focalbox.imaging.working import Metadata
from focalbox.options import CropOptions
from focalbox.prepared import View
from focalbox.storage.local import write_file

__all__ = ["Result"]


@dataclass(frozen=True, slots=True)
class Result:
    """A finished crop: what was decided, and the picture.

    Parameters
    ----------
    crop : Crop
        What was decided.
    image : PIL.Image.Image
        Exactly ``crop.size`` pixels, mode RGB or RGBA, sRGB unless its ``info`` holds an ``icc_profile``.
    metadata : Metadata or None
        Copyright and colour profile when ``keep_metadata`` asked for them.
    """

    crop: Crop
    image: Image.Image
    metadata: Metadata | None = None

    @classmethod
    def render(cls, view: View, crop: Crop, options: CropOptions) -> Self:
        """Cut and resize a crop.

        Raises
        ------
        LimitExceeded
            When there is not memory enough for it.
        """
        image = render(view.working, view.visible(crop.box), crop.size, padding=crop.padding, fill=options.fill)
        if not options.keep_metadata:
            return cls(crop, image)
        metadata = view.working.metadata
        image.info.update(metadata.info())  # without its profile a picture that kept it would have other colours
        return cls(crop, image, metadata)

    @property
    def enlarged(self) -> bool:
        """Whether it has more pixels a side than the part of the picture that it shows."""
        padding, box = self.crop.padding, self.crop.box
        return self.crop.size.width > box.width + padding.left + padding.right

    def encode(self, format: str, *, quality: int = 80) -> bytes:  # noqa: A002 - the word every imaging library uses
        """Return the picture as the bytes of a file.

        Parameters
        ----------
        format : str
            ``"jpeg"``, ``"png"``, ``"webp"``, ``"avif"``, ``"gif"``, ``"tiff"`` or ``"bmp"``.
        quality : int
            1 to 100, for the formats that lose something.

        Raises
        ------
        InvalidRequest
            When the format is unknown, the quality out of range, or the format cannot hold such a picture.
        """
        return encode(self.image, format, quality=quality, metadata=self.metadata)

    def save(self, path: str | PathLike[str], *, format: str | None = None, quality: int = 80) -> None:  # noqa: A002
        """Write the picture to a file, whole or not at all.

        Parameters
        ----------
        path : path
            The file; folders that are missing are made.
        format : str, optional
            As in `encode`; without it the one that the path's ending names.
        quality : int
            As in `encode`.

        Raises
        ------
        InvalidRequest
            As in `encode`, or when neither ``format`` nor the ending names a format.
        OutputError
            When the file cannot be written.
        """
        write_file(path, self.encode(format or PurePath(path).suffix, quality=quality))
