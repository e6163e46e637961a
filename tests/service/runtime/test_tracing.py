"""Traces, as a collector of OpenTelemetry receives them."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from focalbox.errors import InvalidRequest
from focalbox.service.runtime.tracing import Tracing
from focalbox.service.settings import ServiceSettings
from service.servers import Service

REASON = "the extra otel comes with requirements/batch.txt"
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
    received: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the signature of the standard library
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_address[1]}")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
    yield received
    server.shutdown()
    server.server_close()
    thread.join()


def _traced(pictures: Path) -> Service:
    """Return a service that sends traces; skips the test without the extra."""
    pytest.importorskip("opentelemetry.sdk", reason=REASON)
    names = {"ROOT": str(pictures), "ALLOW_UNSIGNED": "true", "TRACES": "true"}
    return Service(ServiceSettings.of({f"FOCALBOX_SERVICE_{name}": value for name, value in names.items()}))


def _spans(collector: list[bytes]) -> list[Any]:
    received = pytest.importorskip("opentelemetry.proto.collector.trace.v1.trace_service_pb2", reason=REASON)
    return [
        span
        for content in collector
        for resource in received.ExportTraceServiceRequest.FromString(content).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def test_a_request_and_its_stages_are_one_trace(pictures: Path, collector: list[bytes]) -> None:
    service = _traced(pictures)
    parent = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
    assert service.ask("/v1/crop/60x40/coffee.jpg?quality=70", headers=parent).status == 200
    assert service.ask("/v1/crop/60x40/missing.jpg").status == 404
    service.close()
    spans = _spans(collector)
    ours = {span.name: span for span in spans if span.trace_id.hex() == TRACE}
    assert {"GET crop", "fetch", "prepare", "finish"} <= set(ours)
    assert ours["GET crop"].parent_span_id.hex() == PARENT
    assert {ours[name].parent_span_id for name in ("fetch", "prepare", "finish")} == {ours["GET crop"].span_id}
    codes = [
        attribute.value.int_value
        for span in spans
        for attribute in span.attributes
        if attribute.key == "http.response.status_code"
    ]
    assert sorted(codes) == [200, 404]
    assert b"quality" not in b"".join(collector), "a query may hold a signature"


def test_no_request_fills_the_collector_or_the_log(
    pictures: Path, collector: list[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    service = _traced(pictures)
    state = ",".join(f"vendor{number}={'v' * 200}" for number in range(30))
    for headers in ({"tracestate": state}, {"tracestate": state * 2}, {"baggage": "no baggage, " * 20}):
        parent = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
        assert service.ask("/v1/crop/60x40/cut.jpg", headers={**parent, **headers}).status == 422
    short = {"traceparent": f"00-{TRACE}-{PARENT}-01", "tracestate": "vendor=1"}
    assert service.ask("/v1/crop/60x40/coffee.jpg", headers=short).status == 200
    service.close()
    spans = _spans(collector)
    assert {span.trace_state for span in spans} == {"", "vendor=1"}
    assert [span.events for span in spans if span.events] == [], "frames of a damaged picture"
    assert {span.status.message for span in spans if span.name == "prepare"} == {
        "DecodeError: the picture cannot be decoded: the file ends too early",
        "",
    }
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == []


def test_a_collector_that_is_not_there_holds_no_stop_up(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("opentelemetry.sdk", reason="the extra otel comes with requirements/batch.txt")
    with socket.socket() as refusing:
        refusing.bind(("127.0.0.1", 0))  # and it does not listen
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{refusing.getsockname()[1]}")
        tracing = Tracing(on=True)
        with tracing.request("GET", "/", {}):
            pass
        began = time.monotonic()
        tracing.close(0.1)
        assert time.monotonic() - began < 0.5


def test_nothing_is_recorded_unless_it_is_asked_for(collector: list[bytes]) -> None:
    tracing = Tracing(on=False)
    with tracing.request("GET", "/", {}), tracing.stage("prepare"):
        pass
    tracing.close()
    assert collector == []


def test_an_extra_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(InvalidRequest, match=r"pip install 'focalbox\[service,otel\]'"):
        Tracing(on=True)
