"""Filestack's policies: they have to be signed, valid, and for the requested picture."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from focalbox.errors import SignatureError
from focalbox.service.dialects.filestack.address import read
from focalbox.service.dialects.filestack.policy import check

SECRET, NOW = "app secret", 1_000_000.0


def checked(policy: Any, *, secret: str | None = SECRET, source: str = "handle", signature: str | None = None) -> None:
    packed = base64.urlsafe_b64encode(json.dumps(policy).encode()).decode().rstrip("=")
    given = signature or hmac.new(SECRET.encode(), packed.encode(), hashlib.sha256).hexdigest()
    address = f"/security=p:{packed},s:{given}/{source}"
    check(read(address.encode()), secret, NOW, allow_unsigned=False)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"call": "convert"},
        {"call": ["pick", "convert"]},
        {"handle": "handle"},
        {"path": "/a", "maxSize": 5},
    ],
)
def test_a_policy_that_allows_it_passes(more: dict[str, Any]) -> None:
    checked({"expiry": NOW + 1, **more})


@pytest.mark.parametrize(
    ("policy", "sentence"),
    [
        ({}, "no expiry or has expired"),
        ({"expiry": NOW}, "no expiry or has expired"),
        ({"expiry": True}, "no expiry or has expired"),
        ({"expiry": "soon"}, "no expiry or has expired"),
        ({"expiry": NOW + 1, "call": ["pick"]}, "does not allow convert"),
        ({"expiry": NOW + 1, "call": 5}, "does not allow convert"),
        ({"expiry": NOW + 1, "handle": "other"}, "for another picture"),
        ({"expiry": NOW + 1, "url": "x"}, "restricts 'url', which is not supported here"),
        ([], "a policy is a JSON object"),
    ],
)
def test_a_policy_that_does_not_is_refused(policy: Any, sentence: str) -> None:
    with pytest.raises(SignatureError, match=sentence):
        checked(policy)


def test_a_policy_signed_otherwise_is_refused_before_it_is_read() -> None:
    with pytest.raises(SignatureError, match="the signature is not that of the policy"):
        checked("no policy at all", signature="0" * 64)
    with pytest.raises(SignatureError, match="the signature is not that of the policy"):
        checked({"expiry": NOW + 1}, secret="another")  # noqa: S106 - a wrong one


def test_an_address_without_a_policy_needs_one_unless_it_may_be_unsigned() -> None:
    request = read(b"/smart_crop=width:1/handle")
    check(request, SECRET, NOW, allow_unsigned=True)
    with pytest.raises(SignatureError, match="the address needs security=p:POLICY,s:SIGNATURE"):
        check(request, SECRET, NOW, allow_unsigned=False)
    with pytest.raises(SignatureError, match="no Filestack secret is set here"):
        check(request, None, NOW, allow_unsigned=False)
