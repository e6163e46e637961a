"""An opened picture: what its header says, and then one decode."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cached_property

from PIL import Image, ImageFile

from focalbox.core.target import Size
from focalbox.errors import DecodeError, LimitExceeded
from focalbox.imaging.animation.film import ANIMATED, Film, open_film
from focalbox.imaging.animation.gif import draw_gif, read_gif
from focalbox.imaging.colour import has_alpha, profile_of, settles
from focalbox.imaging.decoders.jpeg import DAMAGED, END, decode_jpeg, is_damaged, lacks_only_its_end, share_memory
from focalbox.imaging.decoders.png import decode_png
from focalbox.imaging.decoders.webp import first_frame, held_beside
from focalbox.imaging.headers.properties import Header
from focalbox.imaging.headers.truncation import ends_early
from focalbox.imaging.limits import Limits
from focalbox.imaging.memory import CANVASES, Need, check_memory, frames_held
from focalbox.imaging.metadata import Metadata, read_metadata
from focalbox.imaging.orientation import upright_size
from focalbox.imaging.pillow_errors import ENDS_EARLY, translating
from focalbox.imaging.scales import decode_scale
from focalbox.imaging.working import WorkingImage, shrink, shrink_array, turn_upright

__all__ = ["Picture"]

_AT_ONCE = 2**22
"""Bytes that a decoder gets at once: Pillow's 64 KiB cost 2.6 % of the time of a 24 MP JPEG, larger pieces a second copy."""
_MAY_LACK_ALPHA = {"BMP"}
"""Formats whose fourth channel is often there and unused: all zero means opaque, not invisible."""


class Picture:
    """An opened picture: what its header says. No pixel is decoded yet; `open_picture` makes them. It cannot be pickled.

    Attributes
    ----------
    size : Size
        Pixels of the upright picture.
    format : str or None
        ``"JPEG"``, ``"PNG"``, ... as the content says, whatever the name; None for pixels that were never in a file.
    frames : int
        Frames or pages; `decode` decodes the first.
    notes : tuple of str
        Sentences about the picture for the caller, such as that a preview was taken.
    palette : bool
        Whether its colours come from a palette.
    clear : bool
        Whether parts may be transparent.
    """

    def __init__(  # noqa: PLR0917 - made in two places, by what was read
        self,
        name: str,
        image: Image.Image,
        reopen: Callable[[], Image.Image],
        header: Header,
        limits: Limits,
        data: bytes = b"",
    ) -> None:
        self._name, self._reopen, self._header, self._data, self._limits = name, reopen, header, data, limits
        self._given, self._mode = image if header.format is None else None, image.mode
        self._image: Image.Image | None = image
        self._stored = Size(*image.size)
        self.size = upright_size(self._stored, header.exif.orientation)
        self.format, self.frames, self.notes = header.format, header.frames, header.notes
        self.palette = image.mode == "P"
        self.clear = has_alpha(image) or header.format == "GIF"  # a frame need not cover its canvas

    def __reduce__(self) -> str:
        message = "an opened picture cannot be pickled: pickle its bytes or its path, and open it again"
        raise TypeError(message)

    def decode(
        self, needed: Size | None = None, *, keep_profile: bool = False, look: bool = True, beside: int = 0
    ) -> WorkingImage:
        """Decode the picture, at the smallest scale of 1, 1/2, 1/4 and 1/8 that serves.

        The looking copy always comes from one scale, whatever is needed: a JPEG that is needed larger is decoded twice.

        Parameters
        ----------
        needed : Size, optional
            The least width and height of the whole upright working image, as far as the source has them. The caller
            adds the margin that a sharp resize needs. None: only enough for looking.
        keep_profile : bool
            Leave the pixels of an RGB picture in the embedded profile, and keep the profile as metadata. The
            profiles of grey and CMYK pictures do not describe RGB pixels: those are brought to sRGB all the same.
        look : bool
            Whether the picture will be looked at.
        beside : int
            Further bytes that will be taken while the working image exists.

        Returns
        -------
        WorkingImage

        Raises
        ------
        DecodeError
            When the pixels cannot be decoded.
        LimitExceeded
            When there is not memory enough.
        """
        with translating(self._name, self._ends_early):
            image, self._image = self._image or self._reopen(), None  # a drafted or loaded reader cannot be used again
            scale, seen = decode_scale(self.size, needed), decode_scale(self.size, None)
            check_memory(self._name, replace(self._need(image.mode, scale), results=beside), self._limits.memory)
            copy = None
            if look and self._drafts and scale != seen:
                copy = self._turn(*self._pixels(image, seen), seen).copy_to_look_at()
                image = self._reopen()
            reduced, profile = self._pixels(image, scale)
            upright = self._turn(reduced, profile, scale)
            if look and copy is None:  # blocks of the stored pixels, so that the copy is the same from every scale
                blocks = shrink(reduced, None, seen // scale)
                copy = (upright if scale == seen else self._turn(blocks, profile, seen)).copy_to_look_at()
            settled = self._settle(upright, keep_profile=keep_profile, own=reduced is not self._given)
            return replace(settled, looking_copy=copy)

    @property
    def animated(self) -> bool:
        """Whether there are frames that follow each other in time."""
        return self.frames > 1 and self.format in ANIMATED

    @cached_property
    def film_refusal(self) -> str:
        """Why not all frames of an animated picture can be drawn: too many, or too large; else empty."""
        try:
            self._limits.check_film(self.size, self.frames)
            check_memory(self._name, replace(self._need("RGBA", 1), canvases=CANVASES), self._limits.memory)
        except LimitExceeded as error:
            return str(error)
        return ""

    def film(self, *, keep_profile: bool = False) -> Film[WorkingImage]:
        """Return all frames of an animated picture, to be drawn one after the other at full size.

        Parameters
        ----------
        keep_profile : bool
            As in `decode`.

        Returns
        -------
        Film
            Where there is a `film_refusal`, one whose frames are refused with it when they are drawn, as `LimitExceeded`.

        Raises
        ------
        DecodeError
            When its structure is damaged or not whole, and while drawing, when a frame is.
        """
        if self.film_refusal:
            return Film(self.frames, 0, self.clear, self._refuse_film, self.film_refusal)
        if self._ends_early():
            message = f"{self._name} cannot be decoded: {ENDS_EARLY}"
            raise DecodeError(message)
        with translating(self._name, self._ends_early):
            image = self._image or self._reopen()
            profile = profile_of(image, self._header.profile)
            film = open_film(str(self.format), self._data, self.frames, profile)
            profile = None if settles(image, profile) else profile

        def draw() -> Iterator[tuple[WorkingImage, Fraction]]:
            with translating(self._name, self._ends_early):
                for image, duration in film.draw():
                    if image.size != (self._stored.width, self._stored.height):
                        message = f"{self._name} cannot be decoded: its frames are not as large as its header says"
                        raise DecodeError(message)
                    upright = self._turn(shrink(image, None, 1), profile, 1)
                    yield self._settle(upright, keep_profile=keep_profile), duration

        taken = replace(self._need("RGBA", 1), canvases=CANVASES + frames_held(self._stored, film.frames))
        return Film(
            film.frames,
            film.plays,
            film.alpha,
            draw,
            holds=taken.canvases > CANVASES and taken.peak <= self._limits.memory,
        )

    def _refuse_film(self) -> Iterator[tuple[WorkingImage, Fraction]]:
        raise LimitExceeded(self.film_refusal)

    def _turn(self, image: Image.Image, profile: bytes | None, scale: int) -> WorkingImage:
        """Return the stored picture at 1/``scale`` upright, its colours as they are."""
        return turn_upright(image, self._stored, scale, self._header.exif.orientation, profile)

    def _settle(self, upright: WorkingImage, *, keep_profile: bool, own: bool = True) -> WorkingImage:
        """Return the upright picture with its colours settled, and the metadata that it keeps."""
        kept = self._metadata if keep_profile else Metadata(self._header.exif.credits())
        return upright.settle_colours(kept, keep_profile=keep_profile, own=own)

    @cached_property
    def _metadata(self) -> Metadata:
        """The rights and the focal point, as far as they are known."""
        return read_metadata(self._header, self._stored)

    @property
    def focal_point(self) -> tuple[float, float] | None:
        """The focal point that is in the picture's XMP: x and y in fractions of the upright picture.

        It is the centre of the first focus area of the Metadata Working Group's regions (``mwg-rs:Type`` "Focus"), as
        cameras, phones and digiKam write it, and as results written with ``keep_metadata`` have it. Nothing is cropped by it
        unless it is handed over as ``focus``.
        """
        return self._metadata.focal_point

    @property
    def need(self) -> Need:
        """The properties on which the memory of a decode at full size depends."""
        return self._need(self._mode, 1)

    def _need(self, mode: str, scale: int) -> Need:
        coding = self._header.coding
        return Need(
            self.format,
            mode,
            self._header.coded or self._stored,
            len(self._data) + self._header.copied,
            scale,
            drafts=self._drafts,
            held=coding.held if coding is not None else 0.0,
            beside=held_beside(self._data, mode) if self.format == "WEBP" else None,
            turned=self._header.exif.orientation != 1,
        )

    def _ends_early(self) -> bool:
        return self.format is not None and ends_early(self.format, self._data)

    @property
    def _drafts(self) -> bool:
        """Whether the decoder itself makes smaller pictures."""
        coding = self._header.coding
        return coding is not None and not coding.lossless

    def _pixels(self, image: Image.Image, scale: int) -> tuple[Image.Image, bytes | None]:
        """Return the stored picture at 1/``scale``, RGB or RGBA, and the colour profile that its pixels are in."""
        expected = (-(-self._stored.width // scale), -(-self._stored.height // scale))
        reduced, profile = self._read(image, scale, expected)
        if reduced.size != expected:
            message = f"{self._name} cannot be decoded: its pixels are not as many as its header says"
            raise DecodeError(message)
        return reduced, profile

    def _read(self, image: Image.Image, scale: int, expected: tuple[int, int]) -> tuple[Image.Image, bytes | None]:
        """Return the same; its size is not checked."""
        coding = self._header.coding
        if self._header.format == "GIF":
            gif = read_gif(self._data, max_frames=1)
            whole = 0, 0, *gif.size
            if gif.frames and gif.frames[0].box != whole:  # Pillow fills the rest with a colour of the palette
                return shrink(next(draw_gif(self._data, gif)), None, scale), None
        if self._header.format == "PNG" and (decoded := decode_png(image)) is not None:
            return shrink_array(decoded, scale), profile_of(image, self._header.profile)
        if coding is None or not coding.usual:
            return self._by_pillow(image, scale)
        data = self._data
        if not coding.ended:
            if not coding.refined or not lacks_only_its_end(data, image.mode):
                message = f"{self._name} cannot be decoded: {ENDS_EARLY}"
                raise DecodeError(message)
            data += END
            image = self._reopen()
        pixels = decode_jpeg(data, expected, scale if coding.refined else 1) if image.mode == "RGB" else None
        if pixels is None:
            forgiven = self._by_pillow(image, scale)
            self.notes += (DAMAGED,) * (is_damaged(data, image) and DAMAGED not in self.notes)
            return forgiven
        return share_memory(pixels), profile_of(image, self._header.profile)

    def _by_pillow(self, image: Image.Image, scale: int) -> tuple[Image.Image, bytes | None]:
        """Return the same, decoded by Pillow."""
        drafts = scale > 1 and self._drafts
        if self._header.format is not None and isinstance(image, ImageFile.ImageFile):  # a caller's own stays as it is
            image.decodermaxblock = _AT_ONCE
        if drafts:
            image.draft(None, (self._stored.width // scale, self._stored.height // scale))
        drawn = first_frame(image) if self._header.format == "WEBP" else None
        if drawn is None:
            image.load()
        profile = profile_of(image, self._header.profile)
        if drawn is not None:
            return shrink(drawn, profile, scale), profile
        if (
            self._header.format in _MAY_LACK_ALPHA
            and image.mode == "RGBA"
            and image.getchannel("A").getextrema()[1] == 0
        ):
            image = image.convert("RGB")
        reduced = shrink(image, profile, 1 if drafts else scale)
        return reduced, None if settles(image, profile) else profile
