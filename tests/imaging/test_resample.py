"""Resizing by vector instructions gives what Pillow gives, for every window that may come."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.Image import Image as Picture

from focalbox.imaging import resample as module
from focalbox.imaging.resample import VECTORISED, Filter, crop_and_resize, resize_window
from laws import cases

needs_vectors = pytest.mark.skipif(not VECTORISED, reason="cykooz-resizer has no wheel for this machine")


@pytest.fixture
def by_pillow(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine without cykooz-resizer."""
    monkeypatch.setattr(module, "VECTORISED", False)


def noise(width: int, height: int, mode: str = "RGB") -> Picture:
    """Make a picture without black and white, at which both clip between columns and rows, in the other order."""
    values = np.random.default_rng(width * 1000 + height).integers(90, 166, (height, width, len(mode)), dtype=np.uint8)
    if mode == "RGBa":
        values[..., :3] = np.minimum(values[..., :3], values[..., 3:])
        return Image.frombytes("RGBa", (width, height), values.tobytes())
    return Image.fromarray(values)


def as_numbers(image: Picture) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return np.frombuffer(image.tobytes(), dtype=np.uint8).astype(np.int64)


@needs_vectors
@given(st.data())
@settings(max_examples=cases(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_window_filter_and_mode_is_pillows(data: st.DataObject) -> None:
    width, height = data.draw(st.integers(1, 90)), data.draw(st.integers(1, 90))
    eighths = st.integers(0, 8 * width - 1), st.integers(0, 8 * height - 1)
    left, top = data.draw(eighths[0]), data.draw(eighths[1])
    right, bottom = data.draw(st.integers(left + 1, 8 * width)), data.draw(st.integers(top + 1, 8 * height))
    window = left / 8, top / 8, right / 8, bottom / 8
    size = data.draw(st.integers(1, 120)), data.draw(st.integers(1, 120))
    image = noise(width, height, data.draw(st.sampled_from(["RGB", "RGBa"])))
    kernel = data.draw(st.sampled_from([Filter.BILINEAR, Filter.LANCZOS]))
    ours = resize_window(image, size, window, kernel)
    assert (ours.mode, ours.size) == (image.mode, size)
    difference = np.abs(as_numbers(ours) - as_numbers(image.resize(size, kernel.value, box=window)))
    assert difference.max() <= 2  # both round between columns and rows, in the other order


@needs_vectors
@given(st.floats(0, 9.99), st.floats(0.001, 10), st.sampled_from(list(Filter)))
@settings(max_examples=cases(300), deadline=None)
def test_no_rounding_carries_a_window_beyond_the_picture(start: float, length: float, kernel: Filter) -> None:
    stop = min(10.0, start + length)
    if stop - start > 1e-6:
        assert resize_window(noise(10, 10), (7, 5), (start, start, stop, stop), kernel).size == (7, 5)


@needs_vectors
def test_a_picture_may_lie_in_memory_that_is_read_only() -> None:
    image = noise(90, 60)
    image.readonly = 1
    found = resize_window(image, (30, 20), (0, 0, 90, 60), Filter.BILINEAR)
    expected = image.resize((30, 20), Image.Resampling.BILINEAR)
    assert np.abs(as_numbers(found) - as_numbers(expected)).max() <= 1


@pytest.mark.parametrize("size", [(31, 17), (200, 150)])
def test_what_is_transparent_is_resized_in_strips_as_if_at_once(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    image = noise(120, 90, "RGBA")
    window = 3.5, 2.25, 118, 88.5
    whole = crop_and_resize(image, size, window)
    monkeypatch.setattr(module, "_STRIP", 1000)
    assert np.abs(as_numbers(crop_and_resize(image, size, window)) - as_numbers(whole)).max() <= (
        0 if VECTORISED else 2
    )


def test_threads_do_not_disturb_each_other() -> None:
    image = noise(400, 300)
    sizes = [(40 + 7 * index, 30 + 5 * index) for index in range(12)]
    alone = [crop_and_resize(image, size, (3.5, 2.25, 397, 299)).tobytes() for size in sizes]
    with ThreadPoolExecutor(6) as pool:
        for _ in range(10):
            together = pool.map(lambda size: crop_and_resize(image, size, (3.5, 2.25, 397, 299)).tobytes(), sizes)
            assert list(together) == alone


@pytest.mark.usefixtures("by_pillow")
def test_without_vectors_pillow_does_the_work() -> None:
    image = noise(90, 60)
    window = 1.5, 2, 80, 55.25
    assert crop_and_resize(image, (31, 17), window) == image.resize((31, 17), Image.Resampling.LANCZOS, box=window)


@pytest.mark.slow
@needs_vectors
@pytest.mark.parametrize("size", [(4000, 2000), (3, 1_400_000)])
def test_large_results_are_pillows_too(size: tuple[int, int]) -> None:
    image = noise(9, 7)
    ours = crop_and_resize(image, size, (0, 0, 9, 7))
    expected = image.resize(size, Image.Resampling.LANCZOS)
    assert np.abs(as_numbers(ours) - as_numbers(expected)).max() <= 2


@pytest.mark.slow
@needs_vectors
@pytest.mark.skipif(sys.platform != "linux", reason="it reads and bounds memory as Linux does")
def test_too_little_memory_is_an_error_and_no_end() -> None:
    bounded = (
        "import resource; from PIL import Image; from focalbox.imaging.resample import crop_and_resize\n"
        "image = Image.new('RGB', (3, 40_000_000))\n"
        "used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (used + 2**20, used + 2**20))\n"
        "try: crop_and_resize(image, (9, 9), (0, 0, 3, 40_000_000))\n"
        "except MemoryError: print('said')\n"
    )
    done = subprocess.run([sys.executable, "-c", bounded], capture_output=True, text=True, check=True)
    assert done.stdout == "said\n"
