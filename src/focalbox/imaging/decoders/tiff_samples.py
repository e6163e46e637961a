"""Samples of TIFF that Pillow refuses or gets wrong: read as other types of the same length, and then corrected."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["SIGN", "Mending", "plan_mending", "shift"]

_BITS, _COMPRESSION, _PHOTOMETRIC, _FILL_ORDER, _SAMPLES = 258, 259, 262, 266, 277  # TIFF 6.0, section 8
_PLANES, _EXTRA, _SAMPLE_FORMAT, _SUBSAMPLING = 284, 338, 339, 530  # the same, and sections 18, 19 and 21
_FROM_WHITE, _FROM_BLACK, _RGB, _INK, _YCBCR = 0, 1, 2, 5, 6  # values of PhotometricInterpretation
_REVERSED = 2  # of FillOrder
_NONE_SHARED = (1, 1)  # of YCbCrSubSampling
_WHOLE, _SIGNED, _FLOATING = 1, 2, 3  # of SampleFormat
_UNKNOWN, _PREMULTIPLIED, _ALPHA = (0,), (1,), (2,)  # of ExtraSamples, where there is one
_TOGETHER, _APART = 1, 2  # of PlanarConfiguration
_PLAIN, _DEFLATE = 1, 8  # of Compression
_BYTE, _PACKED, _SHORT, _LONG = 8, 12, 16, 32
"""Bits of samples."""
_MAX = 255
SIGN = 0x80
"""The least value of an unsigned byte that is negative when read as signed."""
_HIGH = 1 if sys.byteorder == "little" else 0
"""The position of the higher of two bytes, as libtiff returns them."""

Step = Callable[[NDArray[Any]], NDArray[Any]]
"""Corrects a strip of rows."""


class Mending(NamedTuple):
    """How samples are read.

    Parameters
    ----------
    tags : dict of int
        Tags that Pillow gets in place of the file's. libtiff, where it decodes the pixels, reads those of the file itself.
    steps : list of callable
        The corrections of each strip of rows.
    info : dict of str
        Notes in the picture's ``info``: ``"grey"`` when all its channels are equal, so that a profile of greys applies;
        ``"white_is_zero"`` when its numbers run from white to black; ``"note"``, a sentence for the caller.
    packed : bool
        Whether two numbers of 12 bits lie in three bytes.
    signed : bool
        Whether the numbers have a sign, which is hidden from Pillow. Where some are negative, `shift` is the first step.
    """

    tags: dict[int, Any]
    steps: list[Step]
    info: dict[str, bool | str]
    packed: bool = False
    signed: bool = False


class _Samples(NamedTuple):
    """The kind of a picture's samples, which all have ``depth`` bits."""

    number: int
    depth: int
    kind: int
    photometric: int
    extra: tuple[int, ...]
    apart: bool

    @property
    def grey(self) -> bool:
        return self.photometric in {_FROM_WHITE, _FROM_BLACK} and self.number == 1 + len(self.extra)

    @property
    def colours(self) -> bool:
        return self.photometric == _RGB and self.number == 3 + len(self.extra)

    @property
    def signed(self) -> bool:
        """Whether they have a sign, and Pillow has no mode for them."""
        unread = (self.depth == _BYTE and self.grey) or (self.depth in {_BYTE, _SHORT} and self.colours)
        return self.kind == _SIGNED and unread and not self.extra

    @property
    def ink(self) -> bool:
        return self.photometric == _INK and self.number == 4 + len(self.extra)


def plan_mending(tags: Mapping[int, Any]) -> Mending:
    """Plan how the samples of a picture are read. Pillow 13.0 reads most pictures right: then nothing is planned.

    Whole numbers with a sign are read as if they had none, and where some are negative the least is black; those of 32 bits
    are read as if they were floating-point; grey of 16 bits with alpha as four samples of 8; grey of 12 bits is brought to
    16. Samples of 16 bits in planes of their own, bits in reverse order, and colours that pixels share (YCbCr) are left to
    libtiff. The alpha of ink (CMYK) is left out.

    Raises
    ------
    SyntaxError
        For samples that are not read, as Pillow does: grey and alpha in separate planes.
    """
    planned = Mending({}, [], {})
    if tags.get(_FILL_ORDER) == _REVERSED:
        planned.tags[_FILL_ORDER] = 1
    samples = _samples_of(tags)
    if samples is not None:
        planned = _plan_samples(samples, planned)
    apart = samples is not None and samples.apart and samples.depth == _SHORT
    shared = tags.get(_PHOTOMETRIC) == _YCBCR and tags.get(_SUBSAMPLING, _NONE_SHARED) != _NONE_SHARED
    if tags.get(_COMPRESSION, _PLAIN) == _PLAIN and (planned.tags or apart or shared):
        planned.tags[_COMPRESSION] = _DEFLATE
    return planned


def _plan_samples(samples: _Samples, planned: Mending) -> Mending:
    if samples.apart and samples.grey and samples.extra != _UNKNOWN:
        message = "unknown pixel mode"
        raise SyntaxError(message)
    if samples.signed:
        planned = planned._replace(signed=True)
        planned.tags[_SAMPLE_FORMAT] = (_WHOLE,)
    elif samples.grey or samples.colours:
        _plan_kind(samples, planned)
    if samples.grey and samples.photometric == _FROM_WHITE:
        _plan_white(samples, planned)
    if samples.ink and samples.extra[:1] == _ALPHA:
        planned.tags[_EXTRA] = _UNKNOWN + samples.extra[1:]
        planned.info["note"] = "the transparency of a picture in ink (CMYK) is not read: all of it is shown"
    if samples.kind == _WHOLE and samples.depth == _PACKED and samples.grey and samples.number == 1:
        planned.tags[_BITS] = (_SHORT,)
        planned.steps.append(_widen)
        planned = planned._replace(packed=True)
    return planned


def _samples_of(tags: Mapping[int, Any]) -> _Samples | None:
    depths, kinds = set(tags.get(_BITS, (1,))), set(tags.get(_SAMPLE_FORMAT, (_WHOLE,)))
    if len(depths) != 1 or len(kinds) != 1:
        return None
    number = tags.get(_SAMPLES, 1)
    apart = tags.get(_PLANES, _TOGETHER) == _APART and number > 1
    return _Samples(number, depths.pop(), kinds.pop(), tags.get(_PHOTOMETRIC, 0), tags.get(_EXTRA, ()), apart)


def _plan_kind(samples: _Samples, planned: Mending) -> None:
    """Plan how samples that Pillow has no mode for are read."""
    number, depth, kind, _, extra, _ = samples
    if kind == _WHOLE and depth == _LONG and number == 1:
        planned.tags[_SAMPLE_FORMAT] = (_FLOATING,)
        planned.steps.append(_to_floats)
    elif kind == _WHOLE and depth == _SHORT and samples.grey and extra in _PAIRS:
        planned.tags.update(
            {_BITS: (_BYTE,) * 4, _SAMPLES: 4, _PHOTOMETRIC: _RGB, _EXTRA: _UNKNOWN if extra == _UNKNOWN else _ALPHA}
        )
        planned.steps.append(_PAIRS[extra])
        planned.info["grey"] = True


def _plan_white(samples: _Samples, planned: Mending) -> None:
    """Plan the inversion of samples that run from white to black, where Pillow does not invert them."""
    if samples.depth > _BYTE and samples.number == 1:
        planned.tags[_PHOTOMETRIC] = _FROM_BLACK
        planned.info["white_is_zero"] = True
    elif "grey" in planned.info or (samples.depth == _BYTE and samples.extra in _LEFT) or samples.kind == _SIGNED:
        planned.tags.setdefault(_PHOTOMETRIC, _FROM_BLACK)
        planned.steps.append(_turn_round)


def shift(values: NDArray[Any]) -> NDArray[Any]:
    """Bring -128..127, read as bytes, to 0..255."""
    return values ^ SIGN


def _widen(values: NDArray[Any]) -> NDArray[Any]:
    """Bring 12 bits to 16, so that the greatest stays the greatest."""
    return values << 4 | values >> 8


def _to_floats(values: NDArray[Any]) -> NDArray[Any]:
    """Return the numbers that 32 bits are, read as floating-point ones."""
    return values.view(np.uint32).astype(np.float32)


def _turn_round(values: NDArray[Any]) -> NDArray[Any]:
    """Exchange black and white; alpha stays."""
    turned = _MAX - values
    if values.ndim == 3 and values.shape[2] in {2, 4}:  # noqa: PLR2004 - grey or colours, and alpha
        turned[..., -1] = values[..., -1]
    return turned


def _with_alpha(values: NDArray[Any]) -> NDArray[Any]:
    """Return grey and alpha, whose higher and lower bits were read as four channels, as RGBA."""
    return values[..., [_HIGH, _HIGH, _HIGH, 2 + _HIGH]]


def _with_premultiplied_alpha(values: NDArray[Any]) -> NDArray[Any]:
    """Return the same of grey that was multiplied with its alpha."""
    pairs = np.ascontiguousarray(values).view(np.uint16)
    alpha = pairs[..., 1:].astype(np.float32)
    grey = np.rint(_MAX * np.minimum(1, pairs[..., :1] / np.maximum(alpha, 1))).astype(np.uint8)
    return np.concatenate([grey, grey, grey, values[..., 2 + _HIGH, None]], axis=2)


def _without(values: NDArray[Any]) -> NDArray[Any]:
    """Return grey with another sample that is not said to be alpha, of which three bytes are left, as RGB."""
    return values[..., [_HIGH] * 3]


_LEFT = {_UNKNOWN, _ALPHA}
"""Samples beside grey from white to black that Pillow would read if it ran from black to white."""
_PAIRS: dict[tuple[int, ...], Step] = {
    _UNKNOWN: _without,
    _PREMULTIPLIED: _with_premultiplied_alpha,
    _ALPHA: _with_alpha,
}
"""How 16-bit grey with another sample is converted."""
