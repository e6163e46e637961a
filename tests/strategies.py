"""The shared vocabulary of the laws: maps, pictures' sizes, targets and framings as Hypothesis draws them."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from focalbox.analysis import Analysis
from focalbox.core.evidence import SaliencyMap, Subject
from focalbox.core.framing import Framing
from focalbox.core.geometry import Box, PixelBox
from focalbox.core.target import Ratio, Size

sides = st.integers(1, 4000)
sizes = st.builds(Size, sides, sides)
ratios = st.builds(Ratio, st.integers(1, 32), st.integers(1, 32))
targets = st.one_of(st.builds(Size, st.integers(1, 8000), st.integers(1, 8000)), ratios)


def grids(most: int = 9) -> st.SearchStrategy[np.ndarray]:
    """Arrays of numbers >= 0, many of them with zeros, ties and single peaks."""
    shapes = st.tuples(st.integers(1, most), st.integers(1, most))
    elements = st.one_of(st.just(0.0), st.sampled_from([0.25, 0.5, 1.0]), st.floats(0, 1, width=32))
    return shapes.flatmap(lambda shape: npst.arrays(np.float64, shape, elements=elements))


maps = grids().map(SaliencyMap)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    """Boxes inside the picture, on a grid of 1/16 so that equal edges happen."""
    left, right = sorted((draw(st.integers(0, 15)), draw(st.integers(1, 16))))
    top, bottom = sorted((draw(st.integers(0, 15)), draw(st.integers(1, 16))))
    return Box.between(left / 16, top / 16, max(right, left + 1) / 16, max(bottom, top + 1) / 16)


framings = st.builds(
    Framing,
    fit=st.sampled_from(["cover", "tight"]),
    zoom=st.floats(0, 1),
    focus=st.none() | st.tuples(st.floats(0, 1), st.floats(0, 1)),
    keep=st.lists(boxes(), max_size=2).map(tuple),
    avoid=st.lists(boxes(), max_size=1).map(tuple),
    upscale=st.booleans(),
)
padded_framings = st.builds(Framing, fit=st.sampled_from(["pad", "contain"]), retain=st.floats(0, 1))
analyses = st.builds(Analysis, sizes, maps, model=st.just("drawn"), version=st.just("test"))


@st.composite
def trimmed_analyses(draw: st.DrawFn) -> tuple[Analysis, Analysis]:
    """An analysis of a picture whose border was trimmed, and the same of what is left as a picture by itself."""
    source = draw(sizes)
    left, right = sorted(draw(st.tuples(st.integers(0, source.width - 1), st.integers(0, source.width - 1))))
    top, bottom = sorted(draw(st.tuples(st.integers(0, source.height - 1), st.integers(0, source.height - 1))))
    part = PixelBox(left, top, right + 1 - left, bottom + 1 - top)
    found, subjects = draw(maps), tuple(map(Subject, draw(st.lists(boxes(), max_size=2))))
    alone = Analysis(Size(part.width, part.height), found, subjects)
    return Analysis(source, found, subjects, trimmed=part), alone


def spot(size: Size, left: float, top: float, side: float = 0.1) -> Analysis:
    """Evidence of one square subject."""
    values = np.zeros((60, 60))
    values[int(top * 60) : int((top + side) * 60), int(left * 60) : int((left + side) * 60)] = 1
    return Analysis(size, SaliencyMap(values))


def faces(*boxes: tuple[float, float, float, float]) -> tuple[Subject, ...]:
    """Return faces that a detector is rather sure of."""
    return tuple(Subject(Box(*box), "face", 0.9) for box in boxes)
