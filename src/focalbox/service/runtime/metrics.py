"""The metrics for Prometheus: requests, latencies by stage, cache hits, the queue, pixels."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess

from focalbox.service.runtime.tracing import Tracing

__all__ = ["Metrics"]

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Edges of the latency histograms in seconds, three a decade, from a cached answer to the slowest fetch."""

_log = logging.getLogger("focalbox.service")


class Metrics:
    """The metrics, in a registry of their own.

    Parameters
    ----------
    folder : Path, optional
        The folder in which several processes count together; each of them then reports the sum.
        ``PROMETHEUS_MULTIPROC_DIR`` has to name it before prometheus_client is loaded.
    tracing : Tracing, optional
        Records the stages too.
    """

    def __init__(self, folder: Path | None = None, tracing: Tracing | None = None) -> None:
        self._registry, self._folder = CollectorRegistry(), folder
        self._warned = False
        self.tracing = tracing or Tracing(on=False)
        self._watched: list[tuple[Gauge, Callable[[], float]]] = []
        self.requests = Counter(
            "focalbox_requests", "Requests answered.", ("dialect", "answer", "status"), registry=self._registry
        )
        self.seconds = Histogram(
            "focalbox_request_seconds", "From request to answer.", buckets=_SECONDS, registry=self._registry
        )
        self._stages = Histogram(
            "focalbox_stage_seconds", "Time a stage took.", ("stage",), buckets=_SECONDS, registry=self._registry
        )
        self._cache = Counter(
            "focalbox_cache",
            "Analyses and pictures asked of a cache.",
            ("cache", "result"),
            registry=self._registry,
        )
        self.disk_failures = Counter(
            "focalbox_fetched_failures",
            "Times that the disk of fetched pictures could not be read or written.",
            registry=self._registry,
        )
        self.pixels = Counter("focalbox_pixels", "Pixels decoded and made.", ("kind",), registry=self._registry)

    def watch(self, name: str, help: str, value: Callable[[], float]) -> None:  # noqa: A002 - Prometheus' word
        """Report a value that is read whenever the metrics are; with several processes, at each `refresh`."""
        if self._folder is None:
            Gauge(name, help, registry=self._registry).set_function(value)
        else:
            self._watched.append((Gauge(name, help, registry=self._registry, multiprocess_mode="livesum"), value))

    def refresh(self) -> None:
        """Let other processes see the watched values as they are now."""
        for gauge, value in self._watched:
            gauge.set(value())

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a stage."""
        start = time.perf_counter()
        try:
            with self.tracing.stage(name):
                yield
        finally:
            self._stages.labels(name).observe(time.perf_counter() - start)

    def count_cache(self, cache: str, *, hit: bool) -> None:
        """Count a lookup in a cache."""
        self._cache.labels(cache, "hit" if hit else "miss").inc()

    def text(self) -> bytes:
        """Return all metrics in Prometheus' text format, summed over the processes; of this one where the files are gone."""
        if self._folder is None:
            return generate_latest(self._registry)
        self.refresh()
        together = CollectorRegistry()
        try:
            multiprocess.MultiProcessCollector(together, str(self._folder))  # type: ignore[no-untyped-call]
            return generate_latest(together)
        except (OSError, ValueError) as error:  # such as a folder of temporary files that was cleaned up
            if not self._warned:
                _log.warning("the files of counters are gone: /metrics is not the sum", extra={"reason": str(error)})
            self._warned = True
            return generate_latest(self._registry)
