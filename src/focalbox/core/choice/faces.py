"""Frames faces as a caller asks for: chooses faces, the room around them, and a window of a given shape."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from focalbox.core.evidence import Evidence, Subject
from focalbox.core.geometry import WHOLE, Box, largest_window
from focalbox.core.target import Size

__all__ = ["MAX_ASPECT", "FaceFrame", "ranked_faces", "with_headroom"]

_HEADROOM = 0.5
"""Room above a framed face, in heights of its box: a head box starts at the hair, and a hand's width above it is what
portrait photographers leave (the figure is this project's choice)."""

_ROOM = 0.3
"""Room beside and below a framed face, in its own widths and heights: shows the chin and a little shoulder (the figure is
this project's choice)."""

MAX_ASPECT = 4.0
"""The most elongated frame of some faces, longer by shorter side, where the picture has the room (a judgement): it bounds
an open side of a result."""


def ranked_faces(evidence: Evidence) -> list[Subject]:
    """Return the faces of a picture, the surest and largest first."""
    faces = [subject for subject in evidence.subjects if subject.kind == "face"]
    return sorted(faces, key=lambda face: (-face.score * face.box.area, face.box.left, face.box.top))


def with_headroom(face: Box) -> Box:
    """Return a face with headroom above and room around, as far as the picture reaches."""
    return Box.between(
        face.left - _ROOM * face.width,
        face.top - _HEADROOM * face.height,
        face.right + _ROOM * face.width,
        face.bottom + _ROOM * face.height,
    ).intersection(WHOLE)


@dataclass(frozen=True, slots=True)
class FaceFrame:
    """Which faces are framed, and how.

    Parameters
    ----------
    numbers : tuple of int
        The faces, counted from 1 as `ranked_faces` has them; empty for all. Numbers without a face are left out; the first
        face is framed when none has one.
    buffer : float, optional
        What a face's box grows by, in shares of its own sides, half on each side; None leaves headroom above it and room
        around.
    cover : bool
        Whether a window of another shape lies inside the frame, so that the faces fill it, instead of around it.
    min_size, max_size : float, optional
        Faces of another size do not count: above 1 they bound the square root of a box's area, in pixels of the source; up
        to 1 they are shares by which a face may be smaller or larger than the face of median size.
    align : (float, float)
        Where such a window lies in the frame, 0 to 1 from left to right and from top to bottom.
    """

    numbers: tuple[int, ...] = (1,)
    buffer: float | None = None
    cover: bool = False
    min_size: float | None = None
    max_size: float | None = None
    align: tuple[float, float] = (0.5, 0.5)

    def faces(self, evidence: Evidence) -> list[Subject]:
        """Return the faces that count, in the order in which they are numbered."""
        faces = ranked_faces(evidence)
        sides = [math.sqrt(face.box.area * evidence.visible.size.pixels) for face in faces]
        if not faces:
            return []
        median, shortest, longest = statistics.median(sides), 0.0, math.inf
        if self.min_size is not None:
            shortest = self.min_size if self.min_size > 1 else (1 - self.min_size) * median
        if self.max_size is not None:
            longest = self.max_size if self.max_size > 1 else (1 + self.max_size) * median
        return [face for face, side in zip(faces, sides, strict=True) if shortest <= side <= longest]

    def frame(self, evidence: Evidence, aspect: float | None = None) -> tuple[Box, tuple[str, ...]]:
        """Return the box to show, in whole pixels as fractions of what was looked at, and notes about it.

        Parameters
        ----------
        evidence : Evidence
            What was found in the picture.
        aspect : float, optional
            Width by height of the result: faces that do not fit a window of that shape beside those before them are left
            out.
        """
        size, faces = evidence.visible.size, self.faces(evidence)
        if not faces:
            return evidence.subject_box.to_whole_pixels(size), ("no face was found: framed by saliency",)
        chosen = [faces[number - 1] for number in self.numbers if number <= len(faces)] if self.numbers else faces
        notes = ("not all faces that were asked for were found",) if len(chosen) < len(self.numbers) else ()
        chosen = chosen or faces[:1]
        boxes = [self._around(face.box) for face in chosen]
        room = Box(0.0, 0.0, *largest_window(size, aspect)) if aspect else WHOLE
        return _limit_aspect(_unite_within(boxes, room).to_whole_pixels(size), size), notes

    def window(self, frame: Box, size: Size, aspect: float) -> Box:
        """Return the window of an aspect ratio for a frame (fractions) in a picture of ``size``, inside the picture."""
        width, height = largest_window(size, aspect)
        across, down = frame.width / width, frame.height / height
        scale = min(1.0, min(across, down) if self.cover else max(across, down))
        width, height = width * scale, height * scale
        left = frame.left + self.align[0] * (frame.width - width)
        top = frame.top + self.align[1] * (frame.height - height)
        return Box(left, top, width, height).move_into(WHOLE)

    def _around(self, face: Box) -> Box:
        if self.buffer is None:
            return with_headroom(face)
        return face.resize(face.width * (1 + self.buffer), face.height * (1 + self.buffer)).intersection(WHOLE)


def _unite_within(boxes: Sequence[Box], room: Box) -> Box:
    """Return the box around the first box and those after it, as long as it fits into ``room``."""
    framed = boxes[0]
    for box in boxes[1:]:
        together = framed.union(box)
        if together.width <= room.width and together.height <= room.height:
            framed = together
    return framed


def _limit_aspect(frame: Box, size: Size) -> Box:
    """Return the frame grown, as far as the picture reaches, until its sides are in a ratio of at most `MAX_ASPECT`."""
    width, height = frame.width * size.width, frame.height * size.height
    if max(width, height) <= MAX_ASPECT * min(width, height):
        return frame
    wider, taller = max(width, height / MAX_ASPECT) / size.width, max(height, width / MAX_ASPECT) / size.height
    return frame.resize(min(wider, 1.0), min(taller, 1.0)).move_into(WHOLE).to_whole_pixels(size)
