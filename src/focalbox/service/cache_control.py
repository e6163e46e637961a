"""How long caches may keep an answer, and how long they may show it after that (RFC 9111, RFC 5861)."""

from __future__ import annotations

from focalbox.service.settings import ServiceSettings
from focalbox.service.sources.content import Caching

__all__ = ["cache_control", "never_stale"]

_STALE = "stale-"
"""How the directives of RFC 5861 begin."""


def cache_control(settings: ServiceSettings, max_age: int | None, said: Caching) -> str:
    """Return Cache-Control of an answer: what the picture's own server forbids stays forbidden.

    Parameters
    ----------
    settings : ServiceSettings
    max_age : int, optional
        Seconds that the address asks for, instead of those of the settings.
    said : Caching
        What the server of the picture says.

    Examples
    --------
    >>> settings = ServiceSettings(stale_while_revalidate=600)
    >>> cache_control(settings, None, Caching())
    'public, max-age=86400, stale-while-revalidate=600'
    >>> cache_control(settings, 60, Caching("must-revalidate")), cache_control(settings, None, Caching("no-store"))
    ('public, max-age=60, must-revalidate', 'no-store')
    """
    directives = said.directive.split(", ") if said.directive else []
    if "no-store" in directives:
        return "no-store"
    seconds = _least(settings.max_age if max_age is None else max_age, said.seconds)
    if not seconds or "no-cache" in directives:
        return "private, no-cache" if "private" in directives else "no-cache"
    audience = "private" if "private" in directives else "public"
    revalidate = [one for one in directives if one.endswith("revalidate")]
    stale = {} if directives else {
        "while-revalidate": _least(settings.stale_while_revalidate, said.stale_while_revalidate),
        "if-error": _least(settings.stale_if_error, said.stale_if_error),
    }  # fmt: skip
    more = [f"{_STALE}{when}={most}" for when, most in stale.items() if most]
    return ", ".join([audience, f"max-age={seconds}", *revalidate, *more])


def never_stale(control: str) -> str:
    """Return Cache-Control of an answer that is not shown once its time is over: one that stands in for another.

    Examples
    --------
    >>> never_stale("public, max-age=60, stale-while-revalidate=600, stale-if-error=86400")
    'public, max-age=60'
    """
    return ", ".join(one for one in control.split(", ") if not one.startswith(_STALE))


def _least(own: int, theirs: int | None) -> int:
    return own if theirs is None else min(own, theirs)
