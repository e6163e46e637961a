"""Refusals because there is too much to do: counted, logged once in a while, and made at next to no cost.

What refusals cost is taken from those who are answered. So a request that is written as clients and proxies write them is
refused from its first bytes, without a parser, a task or a router: the answer is the one that it would have got there.
"""

from __future__ import annotations

import logging
import math
import re
import secrets
import time
from collections.abc import Callable
from email.utils import formatdate
from functools import lru_cache

from focalbox.errors import Overloaded
from focalbox.service.problems import Problem, problem_of
from focalbox.service.routing import dialect_of
from focalbox.service.runtime.metrics import Metrics
from focalbox.service.runtime.readiness import Readiness

__all__ = ["Refusals", "kind_of"]

_SELDOM = 1.0
"""Seconds between two lines about requests that are refused because there are too many; they are all counted."""
_PLAIN = re.compile(
    rb"GET (/(?:v1/[a-z]+|unsafe|(?!v1/)[A-Za-z0-9_=:,-]+)/[!-~]+) HTTP/1\.1\r\n"
    rb"(?=(?:(?!host:)[^\r\n]+\r\n)*host: ?[a-z0-9.:-]+\r\n(?:(?!host:)[^\r\n]+\r\n)*\r\n\Z)"
    rb"(?:(?:host|accept|accept-encoding|accept-language|user-agent|referer|cookie|cache-control|pragma|priority|dnt"
    rb"|if-none-match|if-modified-since|sec-[a-z-]+|x-forwarded-[a-z]+|x-real-ip|forwarded|via|cdn-loop"
    rb"|connection(?=: ?keep-alive\r)): ?[\t -~]*\r\n)+\r\n\Z",
    re.IGNORECASE,
)
"""A request without a body whose connection is kept: one host, and only header fields that change nothing about that."""
_MAX_PLAIN = 4096
"""Bytes of a request that is refused at sight; browsers and proxies send fewer."""

_log = logging.getLogger("focalbox.service")


def kind_of(path: bytes) -> tuple[str, str]:
    """Return the dialect of an address and the kind of its answer, as they are counted."""
    dialect = dialect_of(path)
    if dialect != "native":
        return dialect, dialect
    answer = path.split(b"/", 3)[2].decode("ascii", "replace")[:10]
    return dialect, answer if answer in {"crop", "plan", "map", "explain"} else "other"


class Refusals:
    """Counts refusals, and makes those that need no reading.

    Parameters
    ----------
    metrics : Metrics
    check : callable, optional
        Raises `Overloaded` when there is too much to do; without it nothing is refused at sight.
    readiness : Readiness, optional
        While it says that the service stops, nothing is refused at sight either: connections are to be closed then.
    clock : callable
        Seconds that only grow.
    """

    def __init__(
        self,
        metrics: Metrics,
        check: Callable[[], None] | None = None,
        *,
        readiness: Readiness | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._metrics, self._check, self._clock = metrics, check, clock
        self._readiness = readiness or Readiness()
        self._refused, self._logged = 0, -math.inf

    def count(self) -> int:
        """Count a refusal, and return for how many a line of log is due; 0 for none."""
        self._refused += 1
        now = self._clock()
        if now - self._logged < _SELDOM:
            return 0
        self._logged, count, self._refused = now, self._refused, 0
        return count

    def report_broken(self, problem: Problem, address: str) -> None:
        """Count and log a request that could not be read, of the client at an address."""
        self._metrics.requests.labels("none", "none", str(problem.status)).inc()
        _log.info("request", extra={"address": address, "status": problem.status, "problem": problem.detail})

    def at_sight(self, request: bytes) -> bytes:
        """Return the whole answer to all the bytes of a request, when it can be refused; else nothing.

        A request about which a line of log is due is not refused here.
        """
        if self._check is None or self._readiness.draining or len(request) > _MAX_PLAIN:
            return b""
        try:
            self._check()
        except Overloaded as error:
            if self._clock() - self._logged >= _SELDOM:
                return b""
            plain = _PLAIN.match(request)
            dialect, kind = kind_of(plain[1]) if plain is not None else ("none", "")
            if dialect == "none":
                return b""
            self._refused += 1
            self._metrics.requests.labels(dialect, kind, "503").inc()
            self._metrics.seconds.observe(0.0)
            before, behind = _written(str(error), int(time.time()))
            return before + secrets.token_hex(8).encode("ascii") + behind
        return b""


@lru_cache(maxsize=16)
def _written(detail: str, second: int) -> tuple[bytes, bytes]:
    """Return the parts of a refusal before and after the name of the request, for a second since 1970."""
    response = problem_of(Overloaded(detail)).response()
    headers = [(b"date", formatdate(second, usegmt=True).encode("ascii")), *response.raw_headers]
    before = b"".join(b"%b: %b\r\n" % header for header in headers)
    behind = b"\r\nx-content-type-options: nosniff\r\n\r\n" + bytes(response.body)
    return b"HTTP/1.1 503 Service Unavailable\r\n%bx-request-id: " % before, behind
