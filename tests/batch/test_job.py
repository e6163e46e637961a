"""The job: it travels as JSON, names results, and its fingerprint tells which results are alike."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.batch.job import Job, Task
from focalbox.core.geometry import Box
from focalbox.errors import InvalidRequest
from focalbox.imaging.limits import Limits
from focalbox.options import CropKeywords, CropOptions
from focalbox.options.trim import Trim
from strategies import boxes

OPTIONS = st.builds(
    CropOptions,
    fit=st.sampled_from(["cover", "tight"]),
    zoom=st.floats(0, 1),
    focus=st.none() | st.tuples(st.floats(0, 1), st.floats(0, 1)),
    keep=st.lists(boxes(), max_size=2).map(tuple),
    avoid=st.lists(boxes(), max_size=2).map(tuple),
    fill=st.sampled_from(["white", "blur", (1, 2, 3), (1, 2, 3, 4)]),
    trim=st.none()
    | st.builds(Trim, st.sampled_from(["top-left", "bottom-right"]), st.integers(0, 442))
    | st.just(Trim(tolerance=5, colour="#ff8800")),
)


@given(OPTIONS, st.sampled_from([None, "webp"]), st.integers(1, 100))
def test_a_job_travels_as_json(options: CropOptions, form: str | None, quality: int) -> None:
    job = Job(("500x200", "1:1", "free"), "out", options, form, quality, limits=Limits(pixels=5000))
    back = Job.from_json(job.to_json())
    assert back == job
    assert back.fingerprint == job.fingerprint
    assert back.options == options


@given(st.text(min_size=1), st.integers(-1, 10**9), st.lists(st.sampled_from(["1:1", "free"]), unique=True))
def test_a_task_travels_as_json(name: str, length: int, sizes: list[str]) -> None:
    task = Task(3, f"in/{name}", name, length, "monday", tuple(sizes), 7, {"content": "abc"})
    assert Task.from_dict(task.to_dict()) == task


@pytest.mark.parametrize(
    "changed",
    [{"zoom": 0.5}, {"keep": Box(0, 0, 0.5, 0.5)}, {"trim": "top-left"}, {"fill": "blur"}, {"animate": "first"}],
)
def test_every_option_decides_which_results_are_alike(changed: CropKeywords) -> None:
    plain = Job(("1:1",), "out")
    other = Job(("1:1",), "out", CropOptions(**changed))
    assert other.fingerprint != plain.fingerprint
    assert other.fingerprint == Job(("8x5",), "elsewhere", CropOptions(**changed)).fingerprint


def test_a_model_file_is_known_by_its_content(tmp_path: Path) -> None:
    model = tmp_path / "model.onnx"
    model.write_bytes(b"one")
    first = Job(("1:1",), model=str(model)).fingerprint
    model.write_bytes(b"two")
    assert Job(("1:1",), model=str(model)).fingerprint != first
    with pytest.raises(InvalidRequest, match=r"the model .*gone\.onnx cannot be read: No such file"):
        Job(("1:1",), model=str(tmp_path / "gone.onnx"))


@pytest.mark.parametrize(
    ("sizes", "template", "sentence"),
    [
        ((), "{stem}{ext}", "at least one size"),
        (("1:1", "1:1"), "{stem}-{size}{ext}", "every size is wanted once"),
        (("1:1", "2:1"), "{stem}{ext}", "gives results of several sizes one name"),
        (("1:1",), "../{stem}{ext}", "lie below their destination"),
        (("1:1",), "/tmp/{stem}{ext}", "lie below their destination"),  # noqa: S108 - refused
    ],
)
def test_a_job_that_makes_no_sense_is_refused(sizes: tuple[str, ...], template: str, sentence: str) -> None:
    with pytest.raises(InvalidRequest, match=sentence):
        Job(sizes, "out", template=template)


def test_a_detector_that_is_not_there_is_found_out_at_once(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="cannot be read: No such file"):
        Job(("1:1",), yunet=str(tmp_path / "yunet.bin"))


@pytest.mark.skipif(os.sep == "\\", reason="there no name of a file has a backslash")
def test_the_name_of_a_picture_leads_nowhere_else() -> None:
    job = Job(("1:1",), "out")
    assert [plan.name for plan in job.plan("back\\slash.jpg")] == ["back\\slash-1-1.jpg"]
    for name in ("a\\..\\..\\..\\etc.jpg", "../../etc.jpg", "/etc.jpg", "a/../../../b/etc.jpg"):
        (plan,) = job.plan(name)
        assert not plan.name.startswith("/")
        assert ".." not in plan.name.split("/")
