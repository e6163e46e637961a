"""Library, command, service and batch make the same bytes of every file of the corpus, and refuse with the same sentence."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from batch.albums import read_manifest
from cli.calls import focalbox
from corpus.make import samples
from focalbox import Cropper, FocalboxError
from focalbox.batch import run
from focalbox.service.settings import ServiceSettings
from service.servers import Service

SIZE = "40x20"
Answers = dict[str, bytes | str]
"""What each file became: a picture, or the sentence that refuses it, without the file's name."""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    for number, sample in enumerate(samples()):
        ending = sample.format.lower().replace("none", "jpg")  # a page that somebody saved as a picture
        (folder / f"{number:03}.{ending}").write_bytes(sample.content)
    return folder


@pytest.fixture(scope="module", params=["jpeg", "webp"])
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def by_library(corpus: Path, form: str) -> Answers:
    cropper = Cropper()
    answers: Answers = {}
    for path in files(corpus):
        try:
            answers[path.stem] = cropper.results(path, [SIZE])[0].encode(form)
        except FocalboxError as error:
            answers[path.stem] = str(error).replace(str(path), "the picture")
    return answers


def files(corpus: Path) -> Iterator[Path]:
    return (path for path in sorted(corpus.iterdir()) if path.is_file())


def test_the_command_agrees(
    corpus: Path, form: str, by_library: Answers, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = list(files(corpus))
    focalbox("crop", *paths, "-s", SIZE, "-o", tmp_path / "{stem}", "--format", form)
    said = capsys.readouterr().err
    for path in paths:
        expected, written = by_library[path.stem], tmp_path / path.stem
        if isinstance(expected, bytes):
            assert written.read_bytes() == expected
        else:
            assert not written.exists()
            assert f"focalbox: {expected.replace('the picture', str(path))}\n" in said


@pytest.fixture(scope="module")
def service(corpus: Path) -> Iterator[Service]:
    settings = {"FOCALBOX_SERVICE_ROOT": str(corpus), "FOCALBOX_SERVICE_ALLOW_UNSIGNED": "true"}
    with contextlib.closing(Service(ServiceSettings.of(settings))) as started:
        yield started


def test_the_service_agrees(corpus: Path, form: str, by_library: Answers, service: Service) -> None:
    for path in files(corpus):
        answer, expected = service.ask(f"/v1/crop/{SIZE}/{path.name}?format={form}"), by_library[path.stem]
        assert (answer.content if isinstance(expected, bytes) else answer.problem()) == expected


def test_the_batch_agrees(corpus: Path, form: str, by_library: Answers, tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.jsonl"
    run(corpus, SIZE, f"{tmp_path}/{{stem}}", manifest=manifest, workers=1, format=form)
    rows = {Path(row["source"]["name"]).stem: row for row in read_manifest(manifest)}
    assert rows.keys() == by_library.keys()
    for stem, expected in by_library.items():
        output = rows[stem]["output"]
        assert (Path(output).read_bytes() if output else rows[stem]["message"]) == expected
