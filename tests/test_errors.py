"""The error tree: as its page draws it, all of it public, and the same on the other side of a process."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable

import numpy as np
import pytest

import focalbox
from focalbox import errors
from focalbox.errors import FocalboxError, InvalidRequest

CLASSES = [getattr(errors, name) for name in errors.__all__]


def test_the_tree_that_is_drawn_is_the_one_that_is() -> None:
    drawn, above = {}, {0: "Exception"}
    for line in str(errors.__doc__).splitlines():
        found = re.match(r"    [|`\s-]*([A-Z]\w+)(?:  |$)", line)
        if found:
            depth = found.start(1) // 4
            above[depth] = found[1]
            drawn[found[1]] = above[depth - 1]
    assert drawn == {one.__name__: one.__mro__[1].__name__ for one in CLASSES}


@pytest.mark.parametrize("error", CLASSES)
def test_every_error_is_public_and_crosses_processes(error: type[FocalboxError]) -> None:
    assert getattr(focalbox, error.__name__) is error
    back = pickle.loads(pickle.dumps(error("one sentence")))  # noqa: S301 - our own
    assert (type(back), str(back)) == (error, "one sentence")
    with pytest.raises(FocalboxError):
        raise back


def test_a_wrong_call_is_what_python_calls_one() -> None:
    assert issubclass(InvalidRequest, ValueError)
    assert not any(issubclass(one, ValueError) for one in CLASSES if not issubclass(one, InvalidRequest))


HUGE = 10**5000
"""A whole number that Python refuses to write."""


@pytest.mark.parametrize(
    "call",
    [
        lambda: focalbox.CropOptions(zoom=HUGE),
        lambda: focalbox.CropOptions(focus=(HUGE, 0)),
        lambda: focalbox.CropOptions(keep=(0, 0, HUGE, 1)),
        lambda: focalbox.CropOptions(trim=focalbox.Trim("top-left", HUGE)),
        lambda: focalbox.Size(HUGE, 0),
        lambda: focalbox.Ratio(HUGE, 1),
        lambda: focalbox.Box(HUGE, 0, 1, 1),
        lambda: focalbox.Cropper(model=HUGE),  # type: ignore[arg-type] # what a caller may do all the same
        lambda: focalbox.Cropper(limits=HUGE),  # type: ignore[arg-type]
        lambda: focalbox.plan(np.zeros((3, 4, 3), np.uint8), (HUGE, 1)),
        lambda: focalbox.plan(np.zeros((3, 4, 3), np.uint8), HUGE),  # type: ignore[arg-type]
    ],
)
def test_a_number_that_cannot_be_written_is_refused_as_any_other(call: Callable[[], object]) -> None:
    with pytest.raises(InvalidRequest):
        call()
