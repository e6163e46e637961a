"""The log: one line of JSON each, on standard error."""

from __future__ import annotations

import contextlib
import json
import logging
import sys
from typing import Any

from focalbox.service.runtime.log_stream import LogStream

__all__ = ["JsonLines", "log_to_standard_error"]


_SAID_BY_US = "Invalid HTTP request received."
"""uvicorn's line about a broken request; ours names the client and the reason (`focalbox.service.refusals`)."""


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, message, and the record's extra fields."""

    _KNOWN = frozenset(vars(logging.LogRecord("", 0, "", 0, "", (), None))) | {"message", "asctime", "taskName"}

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        line: dict[str, Any] = {"time": round(record.created, 3), "level": record.levelname.lower()}
        line["message"] = record.getMessage()
        line |= {name: value for name, value in vars(record).items() if name not in self._KNOWN}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def log_to_standard_error() -> None:
    """Write all messages of the service, and warnings of libraries, to standard error as lines of JSON."""
    handler: logging.StreamHandler[Any] = logging.StreamHandler()
    with contextlib.suppress(AttributeError, OSError, ValueError):  # closed from the start, or no real file
        handler.setStream(LogStream(sys.stderr.fileno(), _tell_lost))
    handler.setFormatter(JsonLines())
    logging.getLogger("uvicorn.error").addFilter(lambda record: record.msg != _SAID_BY_US)
    for name, level in (("", logging.WARNING), ("focalbox", logging.INFO), ("uvicorn", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(level)
    logging.captureWarnings(True)  # noqa: FBT003 - its only parameter


def _tell_lost(lines: int) -> str:
    what = {"levelname": "WARNING", "msg": "lines of the log are lost: whoever reads it is slower than it is written"}
    return JsonLines().format(logging.makeLogRecord({**what, "lines": lines})) + "\n"
