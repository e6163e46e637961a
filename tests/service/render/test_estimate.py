"""One estimate of memory: what the service admits by is what the library refuses by."""

import pytest
from PIL import Image

from focalbox.core.target import Size
from focalbox.errors import LimitExceeded
from focalbox.imaging.memory import Need, results_take
from focalbox.imaging.output.encoding import encode
from focalbox.imaging.output.formats import FORMATS
from focalbox.options import CropOptions
from focalbox.service.render.estimate import memory_at_work, memory_of_results

LARGE = Size(12000, 8000)


@pytest.mark.parametrize(("form", "mode"), [("PNG", "RGB"), ("WEBP", "RGB"), ("AVIF", "RGB"), ("TIFF", "I;16")])
def test_a_picture_at_full_size_takes_what_the_header_says(form: str, mode: str) -> None:
    need = Need(form, mode, LARGE, 1000)
    assert memory_at_work(need, LARGE, [Size(10, 10)], CropOptions(zoom=1.0)) in {
        need.peak,
        need.peak + 48_000 * 10 + 500,
    }


def test_a_result_counts_with_its_writer() -> None:
    need, small = Need("PNG", "RGB", Size(100, 100)), Size(100, 100)
    jpeg, avif = (
        memory_at_work(need, small, [Size(4000, 3000)], CropOptions(upscale=True), format=form)
        for form in ("jpeg", "avif")
    )
    assert avif - jpeg == (FORMATS["avif"].memory - FORMATS["jpeg"].memory) * 12_000_000
    beside = memory_of_results(small, [Size(4000, 3000)], "jpeg")
    assert jpeg - need.peak == pytest.approx(beside, abs=200_000)


@pytest.mark.parametrize("form", ["jpeg", "png", "webp"])
def test_a_writer_of_several_passes_counts_as_the_encoder_counts_it(form: str) -> None:
    size = Size(400, 300)
    picture, own = Image.new("RGB", (size.width, size.height)), 4 * size.pixels
    for several in (False, True):
        working = Size(1, 1)  # the picture itself and what cutting it takes
        taken = memory_of_results(working, [size], form, several=several) - results_take([(working, size)])
        encode(picture, form, compress=several, memory=own + taken)
        with pytest.raises(LimitExceeded):
            encode(picture, form, compress=several, memory=own + taken - 1)
        need = Need("PNG", "RGB", Size(100, 100))
        at_work = memory_at_work(need, need.stored, [size], CropOptions(upscale=True), format=form, several=several)
        once = memory_at_work(need, need.stored, [size], CropOptions(upscale=True), format=form)
        assert at_work - once == taken - memory_of_results(working, [size], form) + results_take([(working, size)])


def test_less_is_taken_where_less_is_decoded() -> None:
    need = Need("JPEG", "RGB", LARGE, drafts=True)
    small, large = (memory_at_work(need, LARGE, [size], CropOptions()) for size in (Size(500, 200), Size(4000, 3000)))
    assert small < 40e6
    assert large > 380e6


def test_a_film_takes_its_canvases_and_its_first_frame_does_not() -> None:
    need, size = Need("GIF", "P", Size(1000, 1000)), Size(1000, 1000)
    kept, first = (
        memory_at_work(need, size, [Size(10, 10)], CropOptions(animate=animate), animated=True)
        for animate in ("keep", "first")
    )
    assert kept - first == 16_000_000
