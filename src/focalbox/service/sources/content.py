"""The bytes of a picture, and what its server or file system says about it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from email.utils import formatdate

__all__ = ["Caching", "Content", "date_of"]


@dataclass(frozen=True, slots=True)
class Caching:
    """What the server of a picture says about keeping the answers that are made from it.

    Parameters
    ----------
    directive : str, optional
        What caches of the answer must obey: ``"no-store"``, or some of ``"private"``, ``"no-cache"``,
        ``"must-revalidate"`` and ``"proxy-revalidate"``, with commas.
    seconds : int, optional
        For how long at most an answer may be cached; None where it does not say.
    stale_while_revalidate, stale_if_error : int, optional
        For how many seconds after that a cache may show the answer while it asks again, or when asking fails (RFC 5861);
        None where it does not say.
    """

    directive: str = ""
    seconds: int | None = None
    stale_while_revalidate: int | None = None
    stale_if_error: int | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """A picture as it was read.

    Parameters
    ----------
    data : bytes
    modified : str, optional
        When it was changed, as HTTP writes dates (RFC 9110, section 5.6.7).
    caching : Caching, optional
    """

    data: bytes
    modified: str = ""
    caching: Caching = Caching()


def date_of(changed: float) -> str:
    """Return when a picture was changed as HTTP writes dates; empty where a wrong clock has said so.

    No ``Last-Modified`` is later than its answer (RFC 9110, section 8.8.2.1), and dates have years of four digits.
    """
    try:
        return formatdate(changed, usegmt=True) if changed <= time.time() else ""
    except (ValueError, OverflowError, OSError):
        return ""
