"""Errors as answers: every error of focalbox has a status of its own kind, and nothing of this machine is told."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from focalbox import errors
from focalbox.service import problems
from focalbox.service.problems import Problem, problem_of


def kinds(kind: type[Exception]) -> Iterator[type[Exception]]:
    yield kind
    for child in kind.__subclasses__():
        if child.__module__.startswith("focalbox.service") or child.__module__ == "focalbox.errors":
            yield from kinds(child)


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (errors.SignatureError, 403),
        (problems.NotAllowed, 403),
        (problems.NotFound, 404),
        (problems.RequestTooSlow, 408),
        (problems.ConditionFailed, 412),
        (errors.LimitExceeded, 413),
        (problems.AddressTooLong, 414),
        (problems.NotAPicture, 415),
        (errors.DecodeError, 422),
        (problems.TooSlow, 424),
        (problems.HeadersTooLarge, 431),
        (problems.Gone, 499),
        (errors.ModelError, 500),
        (problems.Refused, 502),
        (problems.Unreachable, 502),
        (errors.Overloaded, 503),
        (problems.Unavailable, 503),
        (errors.InvalidRequest, 400),
    ],
)
def test_an_error_has_its_status(kind: type[Exception], status: int) -> None:
    found = problem_of(kind("what came"))
    assert found.status == status
    assert found.detail == ("what came" if status != 500 else "the picture could not be looked at")
    assert ("Retry-After" in found.headers) is (status == 503)


def test_every_kind_of_error_that_the_service_raises_is_foreseen() -> None:
    unforeseen = {
        kind.__name__
        for kind in kinds(errors.FocalboxError)
        if problem_of(kind("x")).title == "Internal error" and kind not in {errors.FocalboxError, errors.SourceError}
    }
    assert unforeseen == {"OutputError"}  # the service writes no files


def test_of_an_error_that_nobody_foresaw_nothing_is_told() -> None:
    found = problem_of(OSError("/srv/secret"))
    assert (found.status, found.detail) == (500, "the service failed; the log has the request by its id")


def test_a_problem_is_a_document_that_nobody_keeps() -> None:
    answer = Problem(404, "No such picture", "there is no such picture", {"X-Extra": "1"}).response()
    assert json.loads(bytes(answer.body)) == {
        "type": "about:blank",
        "title": "No such picture",
        "status": 404,
        "detail": "there is no such picture",
    }
    assert answer.status_code == 404
    assert answer.media_type == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-extra"] == "1"
