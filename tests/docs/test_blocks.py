"""Every code block of the README and of the documentation runs, and prints what the page says that it prints."""

from __future__ import annotations

import configparser
import re
import shlex
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import httpx
import numpy as np
import pytest
from markdown_it import MarkdownIt
from PIL import Image

from focalbox.cli.main import focalbox as group
from focalbox.cli.main import main
from focalbox.service.settings import ServiceSettings
from service.servers import Service

ROOT = Path(__file__).parents[2]
ELSEWHERE = {"docs/guides/web-frameworks.md", "docs/guides/django.md", "docs/guides/cdn.md"}
"""Pages whose blocks make one program, which `tests/integrations` and `tests/service/test_cdn.py` run."""
PAGES = ["README.md", *(str(page.relative_to(ROOT)) for page in sorted((ROOT / "docs").rglob("*.md")))]
LANGUAGES = {"python", "sh", "address", "text", "html", "ini"}
OUTPUTS = {"text", "html"}


def blocks(page: str) -> list[tuple[str, str]]:
    """Return the language and the text of every code block of a page; an indented one is of the shell."""
    tokens = MarkdownIt().parse((ROOT / page).read_text())
    found = []
    for token in tokens:
        if token.type == "fence":
            found.append((token.info.split()[0] if token.info else "", token.content))
        elif token.type == "code_block":
            found.append(("sh", token.content))
    return found


@pytest.fixture
def workplace(tmp_path: Path, photographs: Mapping[str, np.ndarray], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that the pages speak of, which is also the working folder."""
    names = {"astronaut": "photo", "chelsea": "cat", "coffee": "coffee", "rocket": "rocket"}
    pictures = {name: Image.fromarray(photographs[key]) for key, name in names.items()}
    for folder, some in {
        "": names.values(),
        "uploads": ("cat", "coffee", "rocket"),
        "products": ("cat", "coffee"),
    }.items():
        (tmp_path / folder).mkdir(exist_ok=True)
        for name in some:
            pictures[name].save(tmp_path / folder / f"{name}.jpg", quality=90)
    scan = Image.new("RGB", (700, 500), "white")
    scan.paste(pictures["coffee"], (50, 50))
    scan.save(tmp_path / "scan.png")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def service(workplace: Path) -> Iterator[Service]:
    environment = {"FOCALBOX_SERVICE_ROOT": str(workplace), "FOCALBOX_SERVICE_ALLOW_UNSIGNED": "true"}
    found = Service(ServiceSettings.of(environment))
    yield found
    found.close()


@pytest.mark.parametrize("page", [page for page in PAGES if page not in ELSEWHERE and blocks(page)])
def test_every_block_runs(
    page: str, service: Service, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    names: dict[str, Any] = {"__name__": "page"}
    printed: str | None = None
    for language, content in blocks(page):
        assert language in LANGUAGES, f"a block of {page} has the language {language!r}"
        if language in OUTPUTS:
            assert printed is None or printed == content
            printed = None
            continue
        capsys.readouterr()
        if language == "python":
            exec(compile(content, page, "exec", dont_inherit=True), names)  # noqa: S102 - the pages are ours
        elif language == "sh":
            for line in content.splitlines():
                call(line, service, monkeypatch)
        elif language == "ini":
            call(started_by(content), service, monkeypatch)
        else:
            for address in content.split():
                answer = service.ask(address)
                assert answer.status == 200, (address, answer.content)
        printed = capsys.readouterr().out if language == "python" else None


@pytest.mark.parametrize("page", PAGES)
def test_addresses_that_nobody_signed_say_where_they_are_answered(page: str) -> None:
    if any(language == "address" for language, _ in blocks(page)):
        assert "--allow-unsigned" in (ROOT / page).read_text()


@pytest.mark.parametrize("page", PAGES)
def test_pages_write_output_in_full(page: str) -> None:
    assert " --out " not in (ROOT / page).read_text()


def call(line: str, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a line of the shell, or see that it would be right: what needs a bucket or never ends is only read."""
    words = shlex.split(line, comments=True)
    if not words or words[0] == "eval":
        return
    if words[0] == "focalbox":
        words = [found for word in words[1:] for found in (matching(word) if "*" in word else [word])]
        if words[0] == "serve" or "--engine" in words or any("s3://" in word for word in words):
            found = group.get_command(click.Context(group), words[0])
            assert found is not None
            found.make_context(words[0], words[1:])
        else:
            run(words)
    elif words[0] == "export":
        name, _, value = words[1].partition("=")
        monkeypatch.setenv(name, value)
    elif words[:2] == ["pip", "install"]:
        extras = re.search(r"\[(.*)\]", words[2])
        offered = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
        assert set(extras[1].split(",") if extras else ()) <= set(offered)
    elif words[0] == "make":
        assert re.search(rf"^{words[1]}:", (ROOT / "Makefile").read_text(), re.MULTILINE), line
    elif words[0] == "curl":
        fetch(words, service)
    else:
        pytest.fail(f"nobody knows how to try {line!r}")


def started_by(content: str) -> str:
    """Return the command that a unit of systemd starts; nothing where it is a socket."""
    unit = configparser.ConfigParser()
    unit.read_string(content)
    assert {"Socket", "Service"} & set(unit)
    return unit.get("Service", "ExecStart", fallback="").rpartition("/bin/")[2]


def matching(pattern: str) -> list[str]:
    """Return the files that a pattern of the shell means."""
    return sorted(str(path) for path in Path().glob(pattern))


def run(words: list[str]) -> None:
    """Run the command, whose every example ends well."""
    try:
        main(words)
    except SystemExit as error:
        assert error.code in (None, 0), words  # noqa: PT017 - the code is what is asked for


def fetch(words: list[str], service: Service) -> None:
    """Send what curl would send."""
    (address,) = (word for word in words if word.startswith("http"))
    sent = next((word.rpartition("@")[2] for word in words if "@" in word), None)
    given = None if sent is None else Path(sent).read_bytes()
    how: dict[str, Any] = {"content": given, "headers": {"content-type": "image/jpeg"}} if given else {}
    if "-F" in words:
        how = {"files": {"picture": ("photo.jpg", given, "image/jpeg")}}
    request = httpx.Request("POST" if how else "GET", address, **how)
    answer = service.ask(request.url.raw_path, request.method, request.read(), dict(request.headers))
    assert answer.status == 200, answer.content
