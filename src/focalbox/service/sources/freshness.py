"""How long a fetched picture may be used, and what its server allows caches to do with it (RFC 9111, RFC 5861)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from focalbox.service.negotiation import read_date
from focalbox.service.sources.content import Caching

__all__ = ["FIELDS", "Freshness"]

FIELDS = ("age", "cache-control", "date", "etag", "expires", "last-modified", "vary")
"""The header fields that are read."""
_MAX_FIELD = 500
"""Characters of a field that is kept; tags and dates have under 100."""
_STRICTEST = {"cache-control": "no-store", "vary": "*"}
"""The value that replaces a field which is too long to be kept: it forbids what the field might forbid."""
_PASSED_ON = ("private", "no-cache", "must-revalidate", "proxy-revalidate")
"""Directives that are repeated in our answers; ``no-store`` stands alone."""
_SKEW = 60.0
"""Seconds by which a clock may be set back before earlier notes are doubted."""
_MAX_SECONDS = 2**31
"""Seconds that a lifetime counts as at most (RFC 9111, section 1.2.2)."""
_DIRECTIVE = re.compile(r'([a-z-]+)(?:=(?:"([^"]*)"|([^\s,"]*)))?', re.IGNORECASE)


@dataclass(frozen=True)
class Freshness:
    """The caching headers of a picture, from when it was fetched or last revalidated.

    Parameters
    ----------
    fields : mapping
        Header fields by their lower-case names, those of `FIELDS`.
    received : float
        When that was, seconds since 1970.
    redirected : bool
        Whether a redirect led to it: then it is revalidated each time, because the redirect may change.
    measured : bool
        Whether its server said where it ends: otherwise it may be cut off, and is not kept.

    Examples
    --------
    >>> found = Freshness({"cache-control": "max-age=60, stale-while-revalidate=30", "etag": '"a"'}, 1000.0)
    >>> found.is_fresh(1059.0), found.is_fresh(1061.0), found.may_renew_later(1061.0), found.may_renew_later(1091.0)
    (True, False, True, False)
    >>> found.may_keep, Freshness({"cache-control": "private, max-age=60"}, 0.0).may_keep
    (True, False)
    """

    fields: Mapping[str, str]
    received: float
    redirected: bool = False
    measured: bool = True

    @classmethod
    def of(
        cls, headers: Iterable[tuple[bytes, bytes]], received: float, *, redirected: bool = False, measured: bool = True
    ) -> Freshness:
        """Read the header fields of an answer; repeated fields are joined by commas, as HTTP defines it."""
        found: dict[str, str] = {}
        for key, value in headers:
            name = key.decode("latin-1").lower()
            text = value.decode("latin-1").strip() if len(value) <= _MAX_FIELD else _STRICTEST.get(name, "")
            if name in FIELDS and text:
                found[name] = f"{found[name]}, {text}" if name in found else text
        return cls(found, received, redirected, measured)

    @classmethod
    def from_json(cls, text: str) -> Freshness:
        """Read what `to_json` wrote; raises ValueError or TypeError for anything else."""
        fields, received, redirected = json.loads(text)
        texts = isinstance(fields, dict) and all(isinstance(value, str) for value in fields.values())
        if not (texts and isinstance(received, float | int)):
            message = "this is not what was noted of a picture"
            raise TypeError(message)
        return cls(fields, received, bool(redirected))

    def to_json(self) -> str:
        """Return it as text."""
        return json.dumps([dict(self.fields), self.received, self.redirected])

    def renew(self, confirmed: Freshness) -> Freshness:
        """Return the headers after an answer 304: its fields replace the stored ones (RFC 9111, 4.3.4)."""
        old = {name: value for name, value in self.fields.items() if name not in {"age", "date", "expires"}}
        return Freshness({**old, **confirmed.fields}, confirmed.received, confirmed.redirected)

    def is_confirmed_by(self, said: Freshness) -> bool:
        """Tell whether an answer 304 is about this version: neither its tag, nor without one its date, is another's.

        Servers err; RFC 9111, section 4.3.4, says that such an answer updates nothing.
        """
        for name, read in (("etag", _opaque), ("last-modified", read_date)):
            mine, theirs = self.fields.get(name), said.fields.get(name)
            if mine and theirs:
                return read(mine) == read(theirs)
        return True

    @property
    def validators(self) -> list[tuple[str, str]]:
        """The header fields of a conditional request; none when the server gave no validator."""
        found = [
            ("If-None-Match", self._tag),
            ("If-Modified-Since", self.modified),
        ]
        return [(name, value) for name, value in found if value]

    @property
    def _tag(self) -> str:
        """The entity tag; empty where it holds what is not sent on: bytes that are not ASCII, and control characters."""
        said = self.fields.get("etag", "")
        return said if said.isascii() and said.isprintable() else ""

    @property
    def modified(self) -> str:
        """When the picture was changed, as its server says; empty where that is no date."""
        said = self.fields.get("last-modified", "")
        return said if read_date(said) is not None and said.isascii() and said.isprintable() else ""

    @property
    def directive(self) -> str:
        """The directives that caches of our answer must obey: ``"no-store"`` alone, or those of `_PASSED_ON`, with commas.

        ``Vary: *`` says that no later request is sure to get the same picture: it is asked for each time (RFC 9111, 4.1).
        """
        if "no-store" in self._directives:
            return "no-store"
        said = self._directives.keys() | ({"no-cache"} if self._varies else set())
        return ", ".join(name for name in _PASSED_ON if name in said)

    @property
    def may_keep(self) -> bool:
        """Whether a shared cache may store it, and could ever use it."""
        if not self._directives.keys().isdisjoint({"no-store", "private"}) or self._varies or not self.measured:
            return False
        later = max(_seconds(self._directives.get(f"stale-{when}")) for when in ("while-revalidate", "if-error"))
        return bool(self.validators) or self._lifetime > 0 or later > 0

    def seconds_left(self, now: float) -> int | None:
        """Return for how many more seconds an answer made from it may be cached; None where its server does not say.

        Browsers cache answers too, so where shared caches have a lifetime of their own (s-maxage), the shorter one counts.
        """
        said = [_seconds(self._directives[name]) for name in ("s-maxage", "max-age") if name in self._directives]
        until, made = read_date(self.fields.get("expires")), read_date(self.fields.get("date"))
        if not said and "expires" in self.fields:  # anything but a date counts as past (RFC 9111, section 5.3)
            said = [0.0 if until is None else until - (self.received if made is None else made)]
        if not said:
            return None
        return max(0, int(min(said) - self._age - self._since(now)))

    def caching(self, now: float) -> Caching:
        """Return what caches of an answer made from it now may do.

        Who says a lifetime and no stale-while-revalidate allows none; errors are left to us, unless there is ``s-maxage``,
        which says proxy-revalidate (RFC 9111, section 5.2.2.10).
        """
        left = self.seconds_left(now)
        later, failing = (self._directives.get(f"stale-{when}") for when in ("while-revalidate", "if-error"))
        return Caching(
            self.directive,
            left,
            None if later is None and left is None else int(_seconds(later)),
            None if failing is None and "s-maxage" not in self._directives else int(_seconds(failing)),
        )

    def is_fresh(self, now: float) -> bool:
        """Tell whether it may be used without revalidation."""
        return self._stale_for(now) < 0

    def may_renew_later(self, now: float) -> bool:
        """Tell whether it may be used now and be revalidated in the background (stale-while-revalidate)."""
        return not self._strict and self._stale_for(now) < _seconds(self._directives.get("stale-while-revalidate"))

    def may_serve_errors(self, now: float, usual: int) -> bool:
        """Tell whether it may be used when its server fails (stale-if-error), by default for ``usual`` seconds."""
        said = self._directives.get("stale-if-error")
        if said is None and "s-maxage" in self._directives:  # says proxy-revalidate (RFC 9111, section 5.2.2.10)
            usual = 0
        return not self._strict and self._stale_for(now) < (usual if said is None else _seconds(said))

    @cached_property
    def _directives(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, quoted, plain in _DIRECTIVE.findall(self.fields.get("cache-control", "")):
            found.setdefault(name.lower(), quoted or plain)
        return found

    @property
    def _varies(self) -> bool:
        return "*" in self.fields.get("vary", "")

    @property
    def _strict(self) -> bool:
        return not self._directives.keys().isdisjoint({"no-cache", "must-revalidate", "proxy-revalidate"})

    def _stale_for(self, now: float) -> float:
        """Return for how many seconds it has been stale; negative while it is fresh."""
        return self._since(now) + self._age - self._lifetime

    def _since(self, now: float) -> float:
        """Return the seconds since it arrived; one that seems to come from the future is stale: a clock was put back."""
        return max(0.0, now - self.received) if now > self.received - _SKEW else self._lifetime

    @property
    def _age(self) -> float:
        """Its age in seconds when it arrived (RFC 9111, section 4.2.3); of several, the first counts (section 5.1)."""
        made = read_date(self.fields.get("date"))
        said = _seconds(self.fields.get("age", "").partition(",")[0].strip())
        return max(0.0, said, self.received - made if made is not None else 0.0)

    @property
    def _lifetime(self) -> float:
        if self.redirected or "no-cache" in self._directives:
            return 0.0
        for name in ("s-maxage", "max-age"):
            if name in self._directives:
                return _seconds(self._directives[name])
        until, made = read_date(self.fields.get("expires")), read_date(self.fields.get("date"))
        return max(0.0, until - (self.received if made is None else made)) if until is not None else 0.0


def _opaque(tag: str) -> str:
    """Return what is compared of an entity tag, whether it is weak or not (RFC 9110, section 8.8.3.2)."""
    return tag.removeprefix("W/")


def _seconds(text: str | None) -> float:
    """Read a number of seconds; anything else counts as 0, which is safe."""
    return float(min(int(text[:10]), _MAX_SECONDS)) if text and text.isascii() and text.isdigit() else 0.0
