"""The log: every line is one JSON object, whatever the record carries."""

from __future__ import annotations

import json
import logging
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from focalbox.service.runtime.logs import JsonLines

SPEAKING = """
import logging, warnings
from focalbox.service.runtime.logs import log_to_standard_error
log_to_standard_error()
logging.getLogger("focalbox.service").info("ours")
logging.getLogger("some.library").info("not asked for")
logging.getLogger("some.library").warning("theirs, in\\ntwo lines")
warnings.warn("Python's")
"""


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


def test_what_libraries_warn_of_is_a_line_of_json_too() -> None:
    said = subprocess.run([sys.executable, "-c", SPEAKING], check=True, capture_output=True, text=True).stderr
    messages = [json.loads(line)["message"] for line in said.splitlines()]
    assert messages[:2] == ["ours", "theirs, in\ntwo lines"]
    assert [message.count("Python's") for message in messages[2:]] == [1]
