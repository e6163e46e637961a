"""`focalbox html`: what it writes is the library's, and its mistakes are one sentence."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import focalbox
from focalbox.cli.main import main
from focalbox.html import blurhash, css, dominant_colour, position_inside
from focalbox.options import CropOptions
from focalbox.service.dialects import native
from markup import tags_in


@pytest.fixture
def said(folder: Path, capsys: pytest.CaptureFixture[str]) -> object:
    """Return what calls the command in a folder of photographs and answers with what it wrote."""

    def call(*words: str, code: int = 0) -> str:
        try:
            main(["html", *words])
        except SystemExit as error:
            assert error.code == code  # noqa: PT017 - the code is what is asked for
        else:
            assert code == 0
        written = capsys.readouterr()
        return (written.err if code else written.out).strip()

    return call


def test_a_srcset_offers_no_width_that_the_picture_lacks(said) -> None:  # type: ignore[no-untyped-def]
    ((tag, found),) = tags_in(said("astronaut.jpg", "-s", "16:9", "--alt", 'A "b" <c>', "--address", "/i/{size}.jpg"))
    assert (tag, found["alt"]) == ("img", 'A "b" <c>')
    assert found["srcset"] == "/i/320x180.jpg 320w, /i/512x288.jpg 512w"
    assert "object-position" in (found["style"] or "")


def test_widths_and_shapes_are_the_callers(said) -> None:  # type: ignore[no-untyped-def]
    written = said("coffee.jpg", "-s", "16:9", "--art", "(max-width: 40em) 4:5", "--widths", "100,200")
    (outer, _), (source, art), (last, wide) = tags_in(written)
    assert (outer, source, last) == ("picture", "source", "img")
    assert art["media"] == "(max-width: 40em)"
    assert art["srcset"] == "/v1/crop/100x125/coffee.jpg 100w, /v1/crop/200x250/coffee.jpg 200w"
    assert wide["srcset"] == "/v1/crop/100x56/coffee.jpg 100w, /v1/crop/200x112/coffee.jpg 200w"


def test_one_line_is_the_librarys(said) -> None:  # type: ignore[no-untyped-def]
    assert said("rocket.jpg", "-s", "1:1", "--css", "--zoom", "0.5") == css(
        focalbox.plan("rocket.jpg", "1:1", zoom=0.5)
    )
    assert said("rocket.jpg", "-s", "1:1", "--colour") == dominant_colour(focalbox.crop("rocket.jpg", "1:1"))


def test_a_blurhash_is_that_of_the_crop(said) -> None:  # type: ignore[no-untyped-def]
    pytest.importorskip("blurhash", reason="the extra html is not installed")
    written = said("rocket.jpg", "-s", "2:1", "--blurhash")
    assert written == blurhash(focalbox.crop("rocket.jpg", "2:1"))
    assert len(written) == 4 + 2 * 4 * 3  # one digit, one maximum, four of the mean, two for each other wave
    assert written != said("rocket.jpg", "-s", "1:2", "--blurhash")


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["-s", "1:1", "--css", "--colour"], 2, "ask for one of them"),
        (["-s", "1:1", "--css", "--fit", "contain"], 2, "no CSS shows a padded crop"),
        (["-s", "1:1", "--art", "4:5"], 2, "a media query with a size behind it"),
        (["-s", "1:1", "--art", "(max-width: 40em) wide"], 2, "wide"),
        (["-s", "1:1", "--widths", "a"], 2, "pixels with commas"),
        (["-s", "1:1", "--widths", "0"], 2, "at least 1"),
        (["-s", "free"], 2, "not the free-form crop"),
        (["-s", "1:1", "--address", "/photo.jpg"], 2, "{size}"),
        (["-s", "1:1", "--model", "classical"], 2, "cannot say --model: say with --address where its crops are"),
        (
            ["-s", "1:1", *["--keep", "0,0,1,1"] * 65],
            2,
            "has at most 64 options, such as boxes to keep, not 65: say with --ad",
        ),
        (["-s", "1:1", "--yunet", "coffee.jpg"], 2, "cannot say --yunet"),
        (["-s", "1:1", "--trim", "top-left:500"], 2, ", not 'top-left:500'"),
    ],
)
def test_mistakes_are_one_sentence(said, words: list[str], code: int, sentence: str) -> None:  # type: ignore[no-untyped-def]
    told = said("coffee.jpg", *words, code=code)
    assert told.startswith("focalbox: ")
    assert sentence in told
    assert "\n" not in told


def test_a_picture_that_is_not_there_is_exit_code_1(said) -> None:  # type: ignore[no-untyped-def]
    assert said("gone.jpg", "-s", "1:1", code=1) == "focalbox: there is no file gone.jpg"


def test_the_address_of_the_service_is_written_in_the_characters_of_one(said, folder: Path) -> None:  # type: ignore[no-untyped-def]
    (folder / "a {b} 50%?.jpg").write_bytes((folder / "coffee.jpg").read_bytes())
    ((_, found),) = tags_in(said("a {b} 50%?.jpg", "-s", "60x40"))
    assert found["src"] == "/v1/crop/60x40/a%20%7Bb%7D%2050%25%3F.jpg"


def test_a_picture_above_the_folder_has_no_address_in_the_service(  # type: ignore[no-untyped-def]
    said, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "below").mkdir()
    assert "/v1/crop/60x40/coffee.jpg" in said("./below/../coffee.jpg", "-s", "60x40")
    monkeypatch.chdir(folder / "below")
    assert "no address of the service leads to ../coffee.jpg" in said("../coffee.jpg", "-s", "60x40", code=2)
    assert said("../coffee.jpg", "-s", "60x40", "--address", "/{size}/coffee.jpg").startswith("<img ")


@pytest.mark.parametrize(
    "words",
    [
        ["--fit", "contain", "--fill", "#ff000080"],
        ["--fit", "pad", "--retain", "0.5", "--fill", "rgb(1, 2, 3)"],
        ["--focus", "0.9,0.1", "--zoom", "0.7", "--mode", "face", "--upscale"],
        ["--keep", "0,0,0.1,0.1", "--keep", "0.5,0.5,0.1,0.2", "--avoid", "0.9,0,0.1,0.1"],
        ["--trim", "top-left:20:both", "--animate", "first", "--on-doubt", "centre", "--doubt", "0.7"],
        [],
    ],
)
def test_the_address_of_the_service_asks_for_the_same_crop(said, words: list[str]) -> None:  # type: ignore[no-untyped-def]
    ((_, found),) = tags_in(said("coffee.jpg", "-s", "60x40", *words))
    path, _, query = (found["src"] or "").partition("?")
    asked = native.parse(path.encode(), query.encode())
    assert asked.options == _options_of(words)
    assert (asked.source, asked.named_sizes()) == ("coffee.jpg", ["60x40"])
    assert (found["srcset"] or "").startswith(f"{found['src']} 60w, ")


def test_the_focus_stays_in_view(said, folder: Path) -> None:  # type: ignore[no-untyped-def]
    ((_, found),) = tags_in(said("coffee.jpg", "-s", "60x40", "--focus", "0.9,0.1"))
    crop = focalbox.plan(folder / "coffee.jpg", "60x40", focus=(0.9, 0.1))
    assert found["style"] == position_inside(crop, (0.9, 0.1)) != position_inside(crop)


def _options_of(words: list[str]) -> CropOptions:
    """Read the flags of a command, of which only the switch has no value."""
    flags = [part for word in words for part in ([word, "true"] if word == "--upscale" else [word])]
    fields: dict[str, list[str]] = {}
    for flag, value in zip(flags[::2], flags[1::2], strict=True):
        fields.setdefault(flag.removeprefix("--").replace("-", "_"), []).append(value)
    return CropOptions.from_text(fields)


def test_the_address_of_a_caller_stays_as_it_is(said) -> None:  # type: ignore[no-untyped-def]
    asked = ["-s", "60x40", "--address", "/{size}.jpg", "--model", "classical", "--fit", "contain"]
    ((_, found),) = tags_in(said("coffee.jpg", *asked))
    assert found["src"] == "/60x40.jpg"


def test_standard_input_needs_an_address(folder: Path) -> None:
    call = [sys.executable, "-m", "focalbox", "html", "-", "-s", "60x40"]
    content = (folder / "coffee.jpg").read_bytes()
    done = subprocess.run(call, input=content, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == b"focalbox: standard input has no address: say with --address where its crops are\n"
    named = subprocess.run([*call, "--address", "/{size}.jpg"], input=content, capture_output=True, check=False)
    assert b'src="/60x40.jpg"' in named.stdout
