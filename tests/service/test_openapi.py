"""The OpenAPI document: every request that it allows is answered as it says (schemathesis)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from requests import Request

from focalbox.service.openapi import openapi
from focalbox.service.settings import ServiceSettings
from laws import cases
from service.servers import SECONDS, Running, Service

DOCUMENT = openapi(ServiceSettings.of({"FOCALBOX_SERVICE_ALLOW_UNSIGNED": "true"}))
OPERATIONS = [(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods]
"""Every operation of the document, so that none can be added without being asked."""
BODIES = ["coffee.jpg", "logo.png", "letter.txt", "cut.jpg"]

schemathesis.openapi.media_type("image/*", st.just(b""))  # what is sent is chosen below


@pytest.fixture(scope="module")
def small(opened: Callable[..., Service], pictures: Path) -> Service:
    """Return a service that takes no results larger than a page shows, so that the test stays quick."""
    return opened(root=pictures, allow_unsigned="true", limit_pixels=600_000)


def test_the_document_served_has_the_same_operations(small: Service) -> None:
    served = small.ask("/openapi.json").json()["paths"]
    assert [(path, method) for path, methods in served.items() for method in methods] == OPERATIONS


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_what_the_document_allows_is_answered(small: Service, pictures: Path, path: str, method: str) -> None:
    schema = schemathesis.openapi.from_dict(small.ask("/openapi.json").json())
    operation = schema[path][method.upper()]
    documented = {int(status) for status in operation.definition.raw["responses"]}
    kinds = sorted(operation.definition.raw.get("requestBody", {}).get("content", {}))

    @settings(
        max_examples=cases(40),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(
        case=operation.as_strategy(),
        picture=st.sampled_from(["coffee.jpg", "rocket.jpg", "logo.png", "letter.txt"]),
        body=st.sampled_from(BODIES),
        kind=st.sampled_from(kinds or [""]),
    )
    def ask(case: Any, picture: str, body: str, kind: str) -> None:
        if "source" in case.path_parameters:
            case.path_parameters["source"] = picture
        request = case.as_transport_kwargs(base_url="http://service")
        content = (pictures / body).read_bytes() if kind else b""
        sent: dict[str, Any] = {"data": content, "headers": {"Content-Type": kind.replace("*", "jpeg")}}
        if kind == "multipart/form-data":
            sent = {"files": {"picture": (body, content)}}
        prepared = Request(
            method.upper(), request["url"], params=request.get("params"), **(sent if kind else {})
        ).prepare()
        headers = {name.lower(): str(value) for name, value in prepared.headers.items()} if kind else {}
        written = prepared.body or b""
        assert isinstance(written, bytes)
        answer = small.ask(prepared.path_url, method.upper(), written, headers)
        assert answer.status in documented, (prepared.path_url, kind, answer)
        if answer.status >= 400:
            answer.problem()

    ask()


CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "use_after_free",
    "unsupported_method",
]
"""Not among them: that all which the document lets through is accepted, which holds for no picture of random bytes."""


@pytest.mark.slow
def test_a_running_service_answers_as_its_document_says(
    running: Callable[..., Running], pictures: Path, tmp_path: Path
) -> None:
    started = running("--root", str(pictures), "--allow-unsigned")
    command = [sys.executable, "-c", "import sys; from schemathesis.cli import schemathesis; sys.exit(schemathesis())"]
    asked = ["--checks", ",".join(CHECKS), "--max-examples", str(cases(40) // 4), "--seed", "1", "--no-color"]
    run = subprocess.run(
        [*command, "run", f"{started.place}/openapi.json", *asked],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=5 * SECONDS,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-3000:]
    assert f"Tested: {len(OPERATIONS)}" in run.stdout
