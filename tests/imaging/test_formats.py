"""Writing: every format, alpha where it can be kept, and files whole or not at all."""

import os
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.Image import Image as Picture

from focalbox.errors import InvalidRequest, OutputError
from focalbox.imaging.encoding import can_write, encode, save
from focalbox.imaging.formats import FORMATS, format_of


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_written_and_read_again(name: str, corners: Picture) -> None:
    assert can_write(name)
    content = encode(corners, name, quality=90)
    with Image.open(BytesIO(content)) as read:
        assert (read.format or "").lower() == name
        assert read.size == corners.size
        assert np.abs(np.asarray(read.convert("RGB")).astype(int) - np.asarray(corners)).mean() < 4


@pytest.mark.parametrize("name", FORMATS)
def test_alpha_is_kept_where_it_can_be_and_white_shows_elsewhere(name: str) -> None:
    image = Image.new("RGBA", (32, 32), (0, 0, 255, 255))
    image.paste((255, 0, 0, 0), (0, 0, 16, 32))
    with Image.open(BytesIO(encode(image, name))) as read:
        red, green, blue, alpha = read.convert("RGBA").getpixel((4, 4))  # type: ignore[misc]
        if FORMATS[name].alpha:
            assert alpha == 0
        else:
            assert min(red, green, blue, alpha) > 245


def test_names_of_formats() -> None:
    assert [format_of(name) for name in ("jpg", ".JPEG", "tif", ".webp")] == ["jpeg", "jpeg", "tiff", "webp"]
    for name in ("", "psd", ".", "jpeg2000"):
        with pytest.raises(InvalidRequest, match="a format is one of"):
            format_of(name)


def test_what_a_format_cannot_hold_is_refused(corners: Picture) -> None:
    for quality in (0, 101, -5):
        with pytest.raises(InvalidRequest, match="a quality is 1 to 100"):
            encode(corners, "jpeg", quality=quality)
    with pytest.raises(InvalidRequest, match="cannot be written as webp"):
        encode(Image.new("RGB", (20_000, 1)), "webp")
    with pytest.raises(InvalidRequest, match="cannot be written as jpeg"):
        encode(Image.new("RGB", (70_000, 1)), "jpeg")


def test_quality_matters(photograph: Picture) -> None:
    for name in ("jpeg", "webp", "avif"):
        assert len(encode(photograph, name, quality=30)) < len(encode(photograph, name, quality=90))


def test_a_file_is_written_whole_into_a_new_directory(tmp_path: Path) -> None:
    path = tmp_path / "new" / "picture.jpg"
    save(b"first", path)
    save(b"second", str(path))
    assert path.read_bytes() == b"second"
    assert [file.name for file in path.parent.iterdir()] == ["picture.jpg"]


def test_a_link_stays_one_and_its_file_is_written(tmp_path: Path) -> None:
    (tmp_path / "link.jpg").symlink_to("file.jpg")
    for content in (b"first", b"second"):
        save(content, tmp_path / "link.jpg")
        assert (tmp_path / "link.jpg").is_symlink()
        assert (tmp_path / "file.jpg").read_bytes() == content
    assert len(list(tmp_path.iterdir())) == 2


def test_what_is_no_file_is_not_replaced_by_one(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        save(b"content", path)
        assert os.read(reader, 100) == b"content"
    finally:
        os.close(reader)
    assert path.is_fifo()
    assert [file.name for file in tmp_path.iterdir()] == ["pipe"]


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "directory" / "inside").mkdir(parents=True)
    for path in (tmp_path / "file" / "picture.jpg", tmp_path / "directory", tmp_path / ("n" * 300), tmp_path / "a\0b"):
        with pytest.raises(OutputError, match="cannot be written"):
            save(b"content", path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["directory", "file"]
    assert [path.name for path in (tmp_path / "directory").iterdir()] == ["inside"]
