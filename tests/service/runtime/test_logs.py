"""The log: every line is one JSON object, whatever the record carries."""

from __future__ import annotations

import json
import logging
import sys

from hypothesis import given
from hypothesis import strategies as st

from focalbox.service.runtime.logs import JsonLines


@given(
    message=st.text(), more=st.dictionaries(st.sampled_from(["worker", "path", "status"]), st.text() | st.integers())
)
def test_a_record_is_one_line_with_all_that_it_carries(message: str, more: dict[str, object]) -> None:
    record = logging.makeLogRecord({"msg": message, "levelname": "ERROR", **more})
    line = JsonLines().format(record)
    assert "\n" not in line
    found = json.loads(line)
    assert (found["level"], found["message"]) == ("error", message)
    assert more.items() <= found.items()


def test_an_exception_is_in_the_line_too() -> None:
    try:
        int("no\nsuch")
    except ValueError:
        record = logging.makeLogRecord({"msg": "failed", "exc_info": sys.exc_info()})
    line = JsonLines().format(record)
    assert "\n" not in line
    assert "ValueError" in json.loads(line)["trace"]
