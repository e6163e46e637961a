"""The bytes of a picture, and what its server or file system says about it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Content"]


@dataclass(frozen=True, slots=True)
class Content:
    """A picture as it was read.

    Parameters
    ----------
    data : bytes
    modified : str, optional
        When it was changed, as HTTP writes dates (RFC 9110, section 5.6.7).
    directive : str, optional
        What caches of the answer must obey: ``"no-store"``, or some of ``"private"``, ``"no-cache"``,
        ``"must-revalidate"`` and ``"proxy-revalidate"``, with commas.
    seconds : int, optional
        For how long at most its own server lets an answer be cached; None where it does not say.
    """

    data: bytes
    modified: str = ""
    directive: str = ""
    seconds: int | None = None
