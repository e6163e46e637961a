"""The table of Filestack's tasks: short names are first letters, and every task is seen in an address."""

from __future__ import annotations

import pytest

from focalbox.errors import InvalidRequest
from focalbox.service.dialects.filestack.address import Task, is_filestack, known_options
from focalbox.service.dialects.filestack.tasks import SUPPORTED, TASKS

OTHER_NAMES = {("fallback", "handle"): "file"} | {
    (task, alias): name
    for task in ("crop_faces", "detect_faces")
    for alias, name in (("n", "minsize"), ("x", "maxsize"))
}
"""Names that are neither the option's own nor its first letter."""


@pytest.mark.parametrize("task", sorted(SUPPORTED))
def test_a_short_name_is_the_first_letter_of_one_option(task: str) -> None:
    for alias, name in SUPPORTED[task].items():
        assert SUPPORTED[task][name] == name
        assert alias in {name, name[0]} or OTHER_NAMES[task, alias] == name
    short = [alias for alias in SUPPORTED[task] if len(alias) == 1]
    assert len({SUPPORTED[task][alias] for alias in short}) == len(short), "and none has two"


@pytest.mark.parametrize("task", sorted(TASKS))
def test_every_task_is_one_in_an_address_and_nearly_one_is_none(task: str) -> None:
    assert is_filestack(f"/{task}/cat.jpg".encode())
    assert is_filestack(f"/KEY/{task}=a:b/cat.jpg".encode())
    assert not is_filestack(f"/{task}s/cat.jpg".encode()) or f"{task}s" in TASKS


@pytest.mark.parametrize("task", sorted(SUPPORTED))
def test_an_option_goes_by_one_name_at_a_time_and_others_are_refused(task: str) -> None:
    assert task in TASKS
    for alias, name in SUPPORTED[task].items():
        assert known_options(Task(task, {alias: "5"})) == {name: "5"}
        if alias != name:
            with pytest.raises(InvalidRequest, match=f"the option {name} of {task} is given once"):
                known_options(Task(task, {alias: "5", name: "6"}))
    with pytest.raises(InvalidRequest, match=f"the option zzz of {task} is not supported"):
        known_options(Task(task, {"zzz": "5"}))
