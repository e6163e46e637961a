"""Errors as HTTP answers: the one place where an error gets a status code (RFC 9110), as a problem document (RFC 9457)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from starlette.responses import Response

from focalbox.errors import (
    DecodeError,
    FetchError,
    FocalboxError,
    InvalidRequest,
    LimitExceeded,
    ModelError,
    Overloaded,
    SignatureError,
)

__all__ = [
    "AddressTooLong",
    "Changed",
    "ConditionFailed",
    "Gone",
    "HeadersTooLarge",
    "NotAPicture",
    "NotAllowed",
    "NotFound",
    "Problem",
    "Refused",
    "RequestTooSlow",
    "TooSlow",
    "Unavailable",
    "Unreachable",
    "problem_of",
]

_RETRY = "1"
"""Seconds after which a busy service may be asked again: the queue is emptied in less."""


class NotFound(FetchError):
    """There is no such picture, or it is not served; the message does not tell which."""


class Unreachable(FetchError):
    """Another server could not be reached, or its answer could not be used."""


class Refused(Unreachable):
    """Another server answered, but not with the picture: a cached copy is no longer valid."""


class NotAPicture(DecodeError):
    """The bytes do not begin like any picture that is read."""


class NotAllowed(InvalidRequest):
    """The request asks for something that is not offered here, such as a picture of a host that is not allowed."""


class AddressTooLong(InvalidRequest):
    """The path and query are longer than any that is read."""


class HeadersTooLarge(InvalidRequest):
    """The header fields are larger than any that are read."""


class TooSlow(LimitExceeded):
    """Another server took longer than it may."""


class Unavailable(FetchError):
    """The place where pictures lie is gone for now, such as a disk that is not mounted."""


class Changed(Unavailable):
    """The picture is no longer the one that was found, or is being written just now."""


class RequestTooSlow(FocalboxError):
    """The client took longer to send its request than it may."""


class ConditionFailed(InvalidRequest):
    """The client asks for an answer only as it was when it got a part of it."""


class Gone(FocalboxError):
    """The client has hung up: nobody is left to be answered."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem document (RFC 9457).

    Parameters
    ----------
    status : int
        The HTTP status code.
    title : str
        What kind of problem it is, the same for all of its kind.
    detail : str
        One sentence: what was expected, what came.
    headers : dict
        Further fields of the answer.
    """

    status: int
    title: str
    detail: str
    headers: dict[str, str] = field(default_factory=dict)

    def response(self) -> Response:
        """Return it as an answer."""
        document = {"type": "about:blank", "title": self.title, "status": self.status, "detail": self.detail}
        content = json.dumps(document).encode("utf-8")
        headers = {"Cache-Control": "no-store", **self.headers}
        return Response(content, self.status, headers, "application/problem+json")


_KINDS: tuple[tuple[type[Exception], int, str], ...] = (
    (SignatureError, 403, "Not signed"),
    (NotAllowed, 403, "Not allowed"),
    (ConditionFailed, 412, "Another version"),
    (AddressTooLong, 414, "Address too long"),
    (HeadersTooLarge, 431, "Header fields too large"),
    (InvalidRequest, 400, "Wrong request"),
    (Unavailable, 503, "Not available"),
    (NotFound, 404, "No such picture"),
    (FetchError, 502, "Picture not reachable"),
    (NotAPicture, 415, "Not a picture"),
    (DecodeError, 422, "Damaged picture"),
    (TooSlow, 424, "Picture too slow"),
    (LimitExceeded, 413, "Too large"),
    (Overloaded, 503, "Busy"),
    (ModelError, 500, "Model failed"),
    (RequestTooSlow, 408, "Request too slow"),
    (Gone, 499, "Client closed request"),
)
_OWN_FAULT = {500: "the picture could not be looked at"}
"""The message that replaces one which would tell about this machine."""


def problem_of(error: Exception) -> Problem:
    """Return what a client is told about an error; about an unexpected one, only that the service failed.

    Examples
    --------
    >>> problem_of(InvalidRequest("zoom is a number, not 'far'")).status
    400
    >>> problem_of(RuntimeError("/home/secret")).detail
    'the service failed; the log has the request by its id'
    """
    for kind, status, title in _KINDS:
        if isinstance(error, kind):
            headers = {"Retry-After": _RETRY} if status == 503 else {}  # noqa: PLR2004 - RFC 9110, section 10.2.3
            return Problem(status, title, _OWN_FAULT.get(status, str(error)), headers)
    return Problem(500, "Internal error", "the service failed; the log has the request by its id")
