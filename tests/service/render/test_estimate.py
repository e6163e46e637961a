"""One estimate of memory: the service admits requests by the same figure by which the library refuses."""

import pytest
from PIL import Image

from focalbox.core.target import Ratio, Size
from focalbox.errors import LimitExceeded
from focalbox.imaging.memory import CANVASES, Need, results_take
from focalbox.imaging.output.effects import Effect
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


@pytest.mark.parametrize(("frames", "held"), [(2, 2), (16, 16), (17, 0), (500, 0)])
def test_a_film_takes_its_canvases_and_the_frames_of_a_short_one_and_its_first_frame_does_not(
    frames: int, held: int
) -> None:
    need, size = Need("GIF", "P", Size(1000, 1000)), Size(1000, 1000)
    kept, first = (
        memory_at_work(need, size, [Size(10, 10)], CropOptions(animate=animate), frames=frames)
        for animate in ("keep", "first")
    )
    assert kept - first == (CANVASES + held) * 4_000_000


@pytest.mark.parametrize("form", ["jpeg", "bmp", "png"])
def test_the_paper_behind_a_transparent_picture_counts_as_the_encoder_counts_it(form: str) -> None:
    size = Size(400, 300)
    picture, own = Image.new("RGBA", (size.width, size.height)), 4 * size.pixels
    taken = memory_of_results(size, [size], form, clear=True) - own
    encode(picture, form, memory=own + taken)
    with pytest.raises(LimitExceeded):
        encode(picture, form, memory=own + taken - 1)
    need = Need("PNG", "RGBA", size)
    opaque, clear = (
        memory_at_work(need, size, [size], CropOptions(), format=form, clear=clear) for clear in (False, True)
    )
    assert clear - opaque == (0 if FORMATS[form].alpha else own)


@pytest.mark.parametrize("target", [None, Ratio(3, 2)])
def test_a_result_as_large_as_its_picture_counts_with_its_writer(target: Ratio | None) -> None:
    size = Size(3000, 2000)
    need = Need("TIFF", "RGB", size)
    jpeg, avif = (memory_at_work(need, size, [target], CropOptions(), format=form) for form in ("jpeg", "avif"))
    assert avif - jpeg == (FORMATS["avif"].memory - FORMATS["jpeg"].memory) * size.pixels
    assert jpeg - need.peak >= 5 * size.pixels, "the cut picture, and what its writer takes"


def test_what_effects_make_counts() -> None:
    size = Size(3000, 2000)
    need = Need("PNG", "RGB", size)
    plain, turned, stretched = (
        memory_at_work(need, size, [size], CropOptions(), effects=effects)
        for effects in ((), (Effect("rotate", (45.0,)),), (Effect("resize", (6000.0, 4000.0)),))
    )
    assert turned - plain >= 3 * 4 * 2 * size.pixels, "what is turned by 45 degrees needs twice the pixels"
    assert stretched - plain >= 4 * 4 * size.pixels


def test_a_part_counts_beside_the_whole_that_it_is_cut_out_of() -> None:
    size, part = Size(3000, 2000), Size(1000, 1000)
    need = Need("JPEG", "RGB", size, drafts=True)
    whole = memory_at_work(need, size, [Size(100, 100)], CropOptions())
    cut = memory_at_work(need, size, [Size(100, 100)], CropOptions(), part=part)
    assert cut >= 4 * size.pixels + 4 * part.pixels > whole, "a part is cut at full size"
