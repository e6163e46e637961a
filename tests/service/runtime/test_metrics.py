"""Metrics: counted, timed, watched, and kept apart from those of another service in the process."""

from __future__ import annotations

import pytest

from focalbox.service.runtime.metrics import Metrics


def test_what_is_counted_is_reported() -> None:
    metrics, other = Metrics(), Metrics()
    metrics.count_cache("memory", hit=True)
    metrics.requests.labels("native", "crop", "200").inc()
    with pytest.raises(ZeroDivisionError), metrics.stage("finish"):
        _ = 1 / 0
    text = metrics.text().decode()
    assert 'focalbox_cache_total{cache="memory",result="hit"} 1.0' in text
    assert 'focalbox_requests_total{answer="crop",dialect="native",status="200"} 1.0' in text
    assert 'focalbox_stage_seconds_count{stage="finish"} 1.0' in text, "time counts also when the work fails"
    assert 'result="hit"' not in other.text().decode()


def test_a_watched_value_is_asked_for_when_it_is_read() -> None:
    metrics, values = Metrics(), [1.0]
    metrics.watch("focalbox_waiting", "Waiting.", lambda: values[0])
    values[0] = 5.0
    assert "focalbox_waiting 5.0" in metrics.text().decode()
