"""Traces of requests and their stages for OpenTelemetry: an extra, off unless it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from threading import Thread
from typing import Any

from focalbox.errors import InvalidRequest

__all__ = ["Tracing"]

_SECONDS_TO_SEND = 2.0
"""Seconds that stopping may wait for the collector: a working one takes the last spans in a few milliseconds."""
_FAILED = 500
"""The lowest status that marks a span as failed (OpenTelemetry's conventions for HTTP servers)."""
_LONGEST = 512
"""Characters of a header that spans may carry on, such as `tracestate`: what W3C's Trace Context asks for at least. A
client's 8,000 would be sent to the collector with each stage, or be a line of log."""
_UNUSED = "baggage"
"""A header that OpenTelemetry reads, with warnings about mistakes in it, and that no span shows."""


class Tracing:
    """Records a span for each request and each stage, and sends them to a collector.

    OpenTelemetry's own variables set the collector, the name of the service and the sampling:
    ``OTEL_EXPORTER_OTLP_ENDPOINT``, ``OTEL_SERVICE_NAME``, ``OTEL_TRACES_SAMPLER`` and so on.

    Parameters
    ----------
    on : bool
        Whether anything is recorded.

    Raises
    ------
    InvalidRequest
        When it is on and the extra is not installed.
    """

    def __init__(self, *, on: bool) -> None:
        self.on = on
        self._provider: Any = None
        self._tracer: Any = None
        if not on:
            return
        try:
            from opentelemetry import propagate, trace  # noqa: PLC0415 - an extra that most do without
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
            from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource  # noqa: PLC0415
            from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
            from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
        except ImportError as error:
            message = "traces need an extra: pip install 'focalbox[service,otel]'"
            raise InvalidRequest(message) from error
        named = Resource({SERVICE_NAME: "focalbox"}).merge(OTELResourceDetector().detect())
        self._provider = TracerProvider(resource=named, shutdown_on_exit=False)  # `close` is what ends it
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("focalbox")
        self._extract, self._trace = propagate.extract, trace

    @contextmanager
    def request(self, method: str, path: str, headers: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        """Record a request in the trace that its ``traceparent`` names; the caller puts attributes into the dict.

        Parameters
        ----------
        method, path : str
            The path is without secrets.
        headers : mapping
            With lower-case names.
        """
        noted: dict[str, Any] = {}
        if self._tracer is None:
            yield noted
            return
        attributes = {"http.request.method": method, "url.path": path}
        carried = {name: value for name, value in headers.items() if len(value) <= _LONGEST and name != _UNUSED}
        named = {"context": self._extract(carried), "kind": self._trace.SpanKind.SERVER, "attributes": attributes}
        with self._tracer.start_as_current_span(method, **named) as span:
            try:
                yield noted
            finally:
                if "name" in noted:
                    span.update_name(f"{method} {noted.pop('name')}")
                span.set_attributes(noted)
                if noted.get("http.response.status_code", 0) >= _FAILED:
                    span.set_status(self._trace.StatusCode.ERROR)

    def stage(self, name: str) -> AbstractContextManager[Any]:
        """Record a stage of the request that is under way; of an error, only what the client is told.

        Its frames would be thousands of characters for each damaged picture. Those of our own mistakes are in the log.
        """
        return (
            nullcontext() if self._tracer is None else self._tracer.start_as_current_span(name, record_exception=False)
        )

    def close(self, seconds: float = _SECONDS_TO_SEND) -> None:
        """Send the remaining spans; those not sent after so many seconds are given up.

        OpenTelemetry's own shutdown retries an unreachable collector without a time limit. It runs in a thread that the end
        of the process does not wait for.
        """
        if self._provider is not None:
            sending = Thread(target=self._provider.shutdown, name="focalbox-traces", daemon=True)
            sending.start()
            sending.join(seconds)
