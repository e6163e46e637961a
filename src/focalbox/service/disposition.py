"""The name under which an answer is saved: the header Content-Disposition (RFC 6266)."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath
from urllib.parse import quote

from focalbox.service.request import ImageRequest

__all__ = ["disposition"]

_PLAIN = re.compile(r"[^A-Za-z0-9._ -]")
"""Characters that are replaced in a name for clients that only read ASCII; also quotes and whatever would end the field."""
_MAX_NAME = 200
"""Characters of a name, so that it and its ending are a file's name anywhere."""
_ENDINGS = {"jpeg": "jpg", "json": "json"}
"""Endings that are not the name of the format."""


def disposition(image_request: ImageRequest, media_type: str) -> str:
    r"""Return the value of the field; empty when nothing was asked for.

    Examples
    --------
    >>> disposition(ImageRequest("cat.jpg", filename="my cat é", attachment=True), "image/webp")
    'attachment; filename="my cat _.webp"; filename*=UTF-8\'\'my%20cat%20%C3%A9.webp'
    """
    if not image_request.filename and not image_request.attachment:
        return ""
    name = image_request.filename or PurePosixPath(image_request.source.partition("?")[0]).stem or "picture"
    name = "".join(character for character in name if unicodedata.category(character)[0] != "C")  # also what turns text
    kind = media_type.partition("/")[2]
    full = f"{name[:_MAX_NAME] or 'picture'}.{_ENDINGS.get(kind, kind)}"
    how = "attachment" if image_request.attachment else "inline"
    plain = _PLAIN.sub("_", full)
    more = "" if plain == full else f"; filename*=UTF-8''{quote(full, safe='')}"
    return f'{how}; filename="{plain}"{more}'
