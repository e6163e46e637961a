"""Names of results: what a template says, and what it would replace."""

from __future__ import annotations

from pathlib import Path

import pytest

from focalbox.core.target import Ratio, Size
from focalbox.errors import InvalidRequest
from focalbox.naming import PIPE, Output, check_template, output_of, outputs_of
from focalbox.storage.local import folds_case

SIZE, RATIO = Size(500, 200), Ratio(16, 9)


@pytest.mark.parametrize(
    ("picture", "target", "template", "form", "path", "written"),
    [
        ("in/cat.JPG", SIZE, "out/{stem}-{size}{ext}", None, "out/cat-500x200.jpg", "jpeg"),
        ("in/cat.png", RATIO, "{folder}/{stem}-{size}{ext}", None, "in/cat-16-9.png", "png"),
        ("cat.png", None, "{stem}-{size}{ext}", None, "cat-free.png", "png"),
        ("cat.png", SIZE, "{stem}_{width}_{height}.webp", None, "cat_500_200.webp", "webp"),
        ("cat.png", SIZE, "{stem}{ext}", "webp", "cat.webp", "webp"),
        ("cat.heic", SIZE, "{stem}-{size}{ext}", None, "cat-500x200.jpg", "jpeg"),
        ("https://host/cats/tom%20b.png?v=2", SIZE, "{stem}{ext}", None, "tom b.png", "png"),
        (PIPE, SIZE, "{stem}.png", None, "standard-input.png", "png"),
        ("cat.png", SIZE, PIPE, None, PIPE, "png"),
        ("cat.png", SIZE, PIPE, "webp", PIPE, "webp"),
    ],
)
def test_a_name_is_what_the_template_says(
    picture: str, target: Size | Ratio | None, template: str, form: str | None, path: str, written: str
) -> None:
    assert output_of(picture, target, template, form) == Output(path, written)


def test_unknown_fields_are_named() -> None:
    with pytest.raises(InvalidRequest, match=r"may name stem, size, .*, not name, x$"):
        check_template("{x}-{stem}-{name}.jpg")
    check_template("{stem}-{size}{ext}")


def test_a_name_without_an_ending_is_refused() -> None:
    with pytest.raises(InvalidRequest, match=r"an output ends in .*'out/\{stem\}' has none"):
        output_of("cat.png", SIZE, "out/{stem}", None)


def test_two_results_of_one_name_are_refused() -> None:
    with pytest.raises(InvalidRequest, match=r"would hold two results of cat.png; name \{size\}"):
        outputs_of(["cat.png"], [SIZE, RATIO], "{stem}.jpg")
    with pytest.raises(InvalidRequest, match=r"would hold both a result of a/cat\.png and one of b/cat\.png"):
        outputs_of(["a/cat.png", "b/cat.png"], [SIZE], "{stem}-{size}.jpg")
    with pytest.raises(InvalidRequest, match="- takes one result, but 2 were asked for"):
        outputs_of(["a.png"], [SIZE, RATIO], PIPE)


def test_no_result_replaces_a_picture(tmp_path: Path) -> None:
    picture = tmp_path / "cat.png"
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(InvalidRequest, match="would replace a picture"):
        outputs_of([str(picture)], [SIZE], f"{tmp_path}/link/{{stem}}.png")


def test_a_file_address_is_the_path_that_it_means(tmp_path: Path) -> None:
    picture = tmp_path / "cat 100%41.png"
    template = f"{(tmp_path / 'out 1').as_uri()}/{{folder}}/{{stem}}-{{size}}{{ext}}"
    ((named,),) = outputs_of([picture.as_uri()], [SIZE], template)
    assert named == Output(f"{tmp_path}/out 1/{tmp_path}/cat 100%41-500x200.png", "png")
    for source, folder in ((picture.as_uri(), str(tmp_path)), (str(picture), tmp_path.as_uri())):
        with pytest.raises(InvalidRequest, match="would replace a picture"):
            outputs_of([source], [SIZE], f"{folder}/{{stem}}.png")


def test_where_case_does_not_count_names_that_differ_in_it_are_one(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "a.JPG").touch()
    if not folds_case(str(folder)):
        assert outputs_of([f"{folder}/a.JPG"], [SIZE], f"{folder}/{{stem}}{{ext}}")[0][0].path == f"{folder}/a.jpg"
        (tmp_path / "PICTURES").symlink_to(folder)  # now the folder is there by its name in capitals too
    with pytest.raises(InvalidRequest, match=r"/a\.jpg would replace a picture"):
        outputs_of([f"{folder}/a.JPG"], [SIZE], f"{folder}/{{stem}}{{ext}}")
    with pytest.raises(InvalidRequest, match="would hold both a result of"):
        outputs_of(["one/a.jpg", "two/A.jpg"], [SIZE], f"{folder}/{{stem}}-{{size}}{{ext}}")
    assert outputs_of(["one/a.jpg", "two/A.jpg"], [SIZE], "s3://bucket/{stem}{ext}")


def test_an_ending_of_another_format_is_misleading() -> None:
    assert Output("a.jpg", "png").misleading
    assert not Output("a.jpeg", "jpeg").misleading
    assert not Output("a.data", "png").misleading
    assert not Output(PIPE, "png").misleading
