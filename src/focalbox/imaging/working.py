"""The working image: upright, sRGB, decoded no larger than needed; it is looked at and cropped."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from focalbox.core.geometry import PixelBox
from focalbox.core.target import Size
from focalbox.imaging.colour import describes_rgb, prepare, to_srgb
from focalbox.imaging.metadata import Metadata
from focalbox.imaging.orientation import FROM_BOTTOM, FROM_RIGHT, TURNS, upright_size
from focalbox.imaging.resample import Filter, resize_window
from focalbox.imaging.scales import looking_scale, looking_size

__all__ = ["WorkingImage", "shrink", "shrink_array", "turn_upright"]

_GROUNDS = (128, 255, 0)
"""Greys that may show through transparent parts when looking: mid-grey is tried first, then white, then black."""
_SEEN = 64
"""Levels by which a colour must differ from its ground, in the channel that differs most, to be clearly seen."""
_BETTER = 0.05
"""Share of the opaque parts by which a later ground must show more than an earlier one to be preferred."""
_STRIP = 2**18
"""Pixels converted at once, so that a large palette picture never exists in full colour: 1 MB."""
_CONVERTED = 2**21
"""Pixels up to which a picture is brought from RGBA to RGB as a whole: 8 MB; of a larger one only what is cut."""
_OPAQUE = 255


@dataclass(frozen=True)
class WorkingImage:
    """Pixels of the upright picture at 1/1, 1/2, 1/4 or 1/8 of its scale.

    Parameters
    ----------
    image : PIL.Image.Image
        Mode RGB, or RGBA when some part is transparent; sRGB unless ``metadata`` holds a profile.
    source : Size
        Pixels of the upright source.
    scale : int
        Source pixels that a working pixel stands for, along each side.
    offset : tuple of float
        Where the upright source begins in ``image`` (x, y), in working pixels: above 0 when the source's sides are no
        multiples of ``scale`` and turning it upright has brought the partial cells to the left or top.
    metadata : Metadata
    looking_copy : PIL.Image.Image, optional
        What models look at, equal to the last bit whatever ``scale`` is. None: it is made from these pixels when asked for.
    opaque : bool
        Whether an RGBA image is so large that it was left so, though no part of it is transparent.
    """

    image: Image.Image
    source: Size
    scale: int = 1
    offset: tuple[float, float] = (0.0, 0.0)
    metadata: Metadata = Metadata()  # noqa: RUF009 - frozen
    looking_copy: Image.Image | None = None
    opaque: bool = False

    def window(self, box: PixelBox) -> tuple[float, float, float, float]:
        """Return left, top, right and bottom of a box of source pixels, in working pixels."""
        across, down = self.offset
        left, top = across + box.left / self.scale, down + box.top / self.scale
        right = min(float(self.image.width), across + box.right / self.scale)
        bottom = min(float(self.image.height), down + box.bottom / self.scale)
        return left, top, right, bottom

    def part(self, box: PixelBox) -> WorkingImage:
        """Return a part of the picture, in pixels of a source that has its full size, as a picture of its own."""
        image = self.image.crop((box.left, box.top, box.right, box.bottom))
        return replace(self, image=image, source=Size(box.width, box.height), looking_copy=None)

    def look(self) -> NDArray[np.uint8]:
        """Return the whole picture for a model to look at: the same for every target.

        It is nearly the same for a JPEG and for a lossless copy of it, because a JPEG decoded at 1/s has the means of s x s
        blocks.

        Returns
        -------
        ndarray of uint8, shape (h, w, 3)
            sRGB, of `looking_size`; transparent parts are composited on the grey on which the rest is seen best.
        """
        return np.asarray(self.looking_copy or self.copy_to_look_at())

    def copy_to_look_at(self) -> Image.Image:
        """Return the copy that models look at.

        It is made from averages at one scale, `looking_scale`, never from larger pixels.
        """
        step = max(1, looking_scale(self.source) // self.scale)
        smaller = replace(
            self,
            image=shrink(self.image, None, step),
            scale=self.scale * step,
            offset=(self.offset[0] / step, self.offset[1] / step),
        )
        return smaller.small_copy(looking_size(self.source))

    def small_copy(self, size: Size) -> Image.Image:
        """Return the whole picture as a small RGB picture in sRGB.

        Parameters
        ----------
        size : Size
            Its sides, pixels.
        """
        clear = self.image.mode == "RGBA"
        image = self.image.convert("RGBa") if clear else self.image
        whole = self.window(PixelBox(0, 0, self.source.width, self.source.height))
        copy = resize_window(image, (size.width, size.height), whole, Filter.BILINEAR)
        return to_srgb(_on_ground(copy.convert("RGBA")) if clear else copy, self.metadata.profile, in_place=True)

    def without_looking_copy(self) -> WorkingImage:
        """Return the picture once it has been looked at: without what was only made for that."""
        return self if self.looking_copy is None else replace(self, looking_copy=None)

    def settle_colours(self, kept: Metadata, *, keep_profile: bool, own: bool = True) -> WorkingImage:
        """Return the image with its colours settled, brought to sRGB or kept with their profile, and with other metadata.

        Pixels of its own are changed where they are, those of a picture that a caller made are not.
        """
        image, profile, opaque = self.image, self.metadata.profile, False
        if image.mode == "RGBA" and _least_alpha(image) == _OPAQUE:
            opaque = image.width * image.height > _CONVERTED
            # An opaque alpha channel must change nothing, not even the time.
            image = image if opaque else image.convert("RGB")
        if keep_profile and profile is not None and describes_rgb(profile):
            return replace(self, image=image, metadata=replace(kept, profile=profile), opaque=opaque)
        settled = to_srgb(image, profile, in_place=own or image is not self.image)
        return replace(self, image=settled, metadata=kept, opaque=opaque)


def _on_ground(image: Image.Image) -> Image.Image:
    """Return an RGBA picture opaque: its transparent parts composited on the grey on which the rest is seen best."""
    ground = Image.new("RGB", image.size, (_ground_for(image),) * 3)
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def _halve(image: Image.Image, scale: int) -> Image.Image:
    """Average the pixels of an RGB or RGBA picture in blocks of ``scale``, a power of 2, by halves.

    By halves, each rounded to whole levels, so that a picture at 1/8 is the same to the last bit whether it is made from
    the whole or from the same picture at 1/2 or 1/4. Colours are premultiplied, so that what is invisible does not bleed
    into what is seen.
    """
    while scale > 1:
        image = image.convert("RGBa").reduce(2).convert("RGBA") if image.mode == "RGBA" else image.reduce(2)
        scale //= 2
    return image


def _ground_for(image: Image.Image) -> int:
    """Return the grey on which most of the opaque parts of an RGBA picture are seen: a grey sign is invisible on grey."""
    pixels = np.asarray(image)
    weight = pixels[..., 3].astype(np.float32)
    total = float(weight.sum())
    if total == 0:
        return _GROUNDS[0]
    colours, best, ground = pixels[..., :3].astype(np.int16), -1.0, _GROUNDS[0]
    for grey in _GROUNDS:
        apart = np.abs(colours - grey).max(axis=2)
        seen = float((np.minimum(apart, _SEEN) * weight).sum()) / (_SEEN * total)
        if seen > best + _BETTER:
            best, ground = seen, grey
    return ground


def _least_alpha(image: Image.Image) -> int:
    """Return the least alpha of an RGBA picture, strip by strip."""
    lowest, rows = _OPAQUE, max(1, _STRIP // image.width)
    for top in range(0, image.height, rows):
        strip: Any = image.crop((0, top, image.width, min(image.height, top + rows))).getchannel("A").getextrema()
        lowest = min(lowest, int(strip[0]))
        if lowest < _OPAQUE:
            break
    return lowest


def shrink(image: Image.Image, profile: bytes | None, scale: int) -> Image.Image:
    """Bring a decoded picture of any mode to RGB or RGBA and average its pixels in blocks of ``scale``."""
    mode, convert = prepare(image, profile)
    if image.mode == mode and scale == 1:
        return image
    if image.mode == mode == "RGB" and scale == 2:  # noqa: PLR2004 - halved once, so that there is nothing in between
        return image.reduce(2)
    reduced = Image.new(mode, (-(-image.width // scale), -(-image.height // scale)))
    rows = max(1, _STRIP // (image.width * scale)) * scale
    for top in range(0, image.height, rows):
        box = 0, top, image.width, min(image.height, top + rows)
        if image.mode == mode == "RGB":  # nothing to convert, so nothing to copy
            strip = _halve(image.reduce(2, box), scale // 2)
        else:
            strip = _halve(convert(image.crop(box)), scale)
        reduced.paste(strip, (0, top // scale))
    return reduced


def shrink_array(pixels: NDArray[np.uint8], scale: int) -> Image.Image:
    """Return an array of shape (h, w, 3) or (h, w, 4) as a picture in RGB or RGBA, averaged in blocks of ``scale``."""
    height, width, channels = pixels.shape
    if channels == len("RGBA"):
        return shrink(Image.frombuffer("RGBA", (width, height), pixels, "raw", "RGBA", 0, 1), None, scale)
    if scale == 1:
        return Image.fromarray(pixels)
    reduced = Image.new("RGB", (-(-width // scale), -(-height // scale)))
    rows = max(1, _STRIP // (width * scale)) * scale
    for top in range(0, height, rows):
        reduced.paste(_halve(Image.fromarray(pixels[top : top + rows]), scale), (0, top // scale))
    return reduced


def turn_upright(
    image: Image.Image, stored: Size, scale: int, orientation: int, profile: bytes | None = None
) -> WorkingImage:
    """Return the working image of a stored picture, upright, its colours still as they are.

    Parameters
    ----------
    image : PIL.Image.Image
        The stored picture at 1/``scale``.
    stored : Size
        Pixels of the stored picture.
    scale : int
        What it was divided by.
    orientation : int
        As in EXIF, 1 to 8.
    profile : bytes, optional
        The colour profile that the pixels are in; None for sRGB.
    """
    metadata = Metadata(profile=profile)
    turn = TURNS.get(orientation)
    if turn is None:
        return WorkingImage(image, stored, scale, metadata=metadata)
    upright = image.transpose(turn)
    source = upright_size(stored, orientation)
    across = upright.width - source.width / scale if orientation in FROM_RIGHT else 0.0
    down = upright.height - source.height / scale if orientation in FROM_BOTTOM else 0.0
    return WorkingImage(upright, source, scale, (across, down), metadata)
