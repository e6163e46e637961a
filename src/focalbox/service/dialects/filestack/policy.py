"""Filestack's policies: what a signed address may do, and until when."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from typing import Any

from focalbox.errors import SignatureError
from focalbox.service.dialects.filestack.address import Request, known_options

__all__ = ["check"]

_CALL = "convert"
"""The call that lets an address process a picture (Filestack's Security, Policy Keys)."""
_OF_UPLOADS = {"path", "container", "minSize", "maxSize", "workflows"}
"""Keys that restrict uploads and storage, which is not what an address of a picture does."""


def check(request: Request, secret: str | None, now: float, *, allow_unsigned: bool) -> None:
    """Check the policy and the signature of an address.

    Parameters
    ----------
    request : Request
    secret : str, optional
        The application's secret.
    now : float
        Seconds since 1970 UTC.
    allow_unsigned : bool
        Whether an address without a policy may pass; one with a policy is checked whenever there is a secret.

    Raises
    ------
    SignatureError
        When there is no policy, its signature is wrong, it has expired, or it does not allow this.
    """
    task = request.task("security")
    if task is None or secret is None:
        if allow_unsigned:
            return
        message = "the address needs security=p:POLICY,s:SIGNATURE" if secret else "no Filestack secret is set here"
        raise SignatureError(message)
    options = known_options(task)
    packed, given = options.get("policy", ""), options.get("signature", "")
    expected = hmac.new(secret.encode("utf-8"), packed.encode("utf-8"), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode("ascii"), given.encode("utf-8")):
        message = "the signature is not that of the policy"
        raise SignatureError(message)
    policy = _unpack(packed)
    expiry = policy.pop("expiry", None)
    if isinstance(expiry, bool) or not isinstance(expiry, int | float) or not expiry > now:
        message = "the policy has no expiry or has expired"
        raise SignatureError(message)
    calls = policy.pop("call", [_CALL])
    if _CALL not in ([calls] if isinstance(calls, str) else calls if isinstance(calls, list) else []):
        message = f"the policy does not allow {_CALL}"
        raise SignatureError(message)
    if policy.pop("handle", request.source) != request.source:
        message = "the policy is for another picture"
        raise SignatureError(message)
    unknown = sorted(set(policy) - _OF_UPLOADS)
    if unknown:
        message = f"the policy restricts {unknown[0][:20]!r}, which is not supported here"
        raise SignatureError(message)


def _unpack(packed: str) -> dict[str, Any]:
    try:
        policy = json.loads(base64.b64decode(packed + "=" * (-len(packed) % 4), altchars=b"-_"))
    except (binascii.Error, ValueError, RecursionError) as error:
        message = "a policy is JSON in URL-safe base64"
        raise SignatureError(message) from error
    if not isinstance(policy, dict):
        message = "a policy is a JSON object"
        raise SignatureError(message)
    return policy
