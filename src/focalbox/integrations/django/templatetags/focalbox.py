"""Template tags: `<img>` and `<picture>` of crops that are made when a page first asks for them.

Whatever a template gives to a tag, the page never breaks; the log says what was wrong.
"""

from __future__ import annotations

import logging
from html import escape
from typing import Any

from django import template
from django.db.models.fields.files import FieldFile
from django.utils.safestring import SafeString, mark_safe

from focalbox.errors import FocalboxError, InvalidRequest
from focalbox.html import Art, css, img, own_width, picture, position_inside, sizes_of
from focalbox.html.tags import WIDTHS
from focalbox.integrations.django.analyses import StoredAnalysis, content_of, stored_analysis
from focalbox.integrations.django.crops import crop_urls
from focalbox.integrations.django.storing import address_of
from focalbox.options import CropOptions

__all__ = ["focalbox_img", "focalbox_picture", "focalbox_style", "register"]

_ATTRIBUTES = frozenset({
    "class", "crossorigin", "decoding", "fetchpriority", "id", "referrerpolicy", "role", "title",
})  # fmt: skip
"""Attributes of an `<img>` in HTML that the tags do not write themselves."""

_log = logging.getLogger(__name__)
register = template.Library()


@register.simple_tag
def focalbox_img(
    file: FieldFile | None, size: str, *, alt: str = "", widths: str = "", sizes: str = "100vw", **options: Any
) -> SafeString:
    """Return an `<img>` with a srcset: ``{% focalbox_img photo.image "16:9" alt="A cat" widths="320,640" %}``.

    Parameters
    ----------
    file : FieldFile or None
        The field of the picture; without a picture the tag writes nothing.
    size : str
        ``"16:9"`` or ``"500x200"``.
    alt, sizes
        As in HTML.
    widths : str
        Widths in pixels, separated by commas; those wider than the crop are left out.
    **options
        As in `focalbox.CropOptions`, also in the form of addresses (``focus="0.4,0.3"``, boxes separated by semicolons), and
        ``loading``. There is no ``trim``, since a border is trimmed before looking. The attributes ``class``, ``id``,
        ``title``, ``role``, ``fetchpriority``, ``decoding``, ``crossorigin`` and ``referrerpolicy``, and ``data_NAME`` and
        ``aria_NAME``, are written to the `<img>`.
    """
    return _tag(file, size, "", alt, widths, sizes, options)


@register.simple_tag
def focalbox_picture(
    file: FieldFile | None,
    size: str,
    art: str = "",
    *,
    alt: str = "",
    widths: str = "",
    sizes: str = "100vw",
    **options: Any,
) -> SafeString:
    """Return a `<picture>`: ``{% focalbox_picture photo.image "16:9" "(max-width: 40em) 4:5; (max-width: 60em) 1:1" %}``.

    Parameters as in `focalbox_img`. ``art`` lists media queries, each followed by its size, separated by semicolons.
    """
    return _tag(file, size, art, alt, widths, sizes, options)


@register.simple_tag
def focalbox_style(file: FieldFile | None, size: str, **options: Any) -> str:
    """Return CSS with which the whole picture shows the crop: ``<img src="{{ photo.image.url }}" style="{% ... %}">``."""
    found = _analysis_of(_field_file(file))
    if found is None:
        return "object-fit: cover"
    try:
        return css(found.analysis.plan(size, **_read(options))) or "object-fit: cover"
    except FocalboxError as error:
        _log.warning("no style for %s: %s", found.name, error)
        return "object-fit: cover"


def _tag(  # noqa: PLR0917 - what the two tags share
    given: Any, size: Any, art: Any, alt: Any, widths: Any, sizes: Any, options: dict[str, Any]
) -> SafeString:
    file = _field_file(given)
    if file is None:
        return mark_safe("")
    loading, alt, art = str(options.pop("loading", None) or "lazy"), _text(alt), _text(art)
    attributes = _attributes(options)
    found = _analysis_of(file)
    try:
        if found is None:
            return _whole(file, alt, loading, attributes)
        options = _read(options)
        listed = _pixels(_text(widths)) or WIDTHS
        shapes = [_art(line) for line in art.split(";") if line.strip()]
        crop = found.analysis.plan(size, **options)
        plans = [crop, *(found.analysis.plan(size, **options) for _, size in shapes)]
        most = min(map(own_width, plans))
        needed = [
            one
            for plan_size in (size, *(shape for _, shape in shapes))
            for one in sizes_of(plan_size, listed, most=most)
        ]
        made = dict(zip(needed, crop_urls(file, needed, **options), strict=True))
        written: dict[str, Any] = {"widths": listed, "most": most, "sizes": str(sizes or "100vw"), "loading": loading}
        written |= {"alt": alt, "style": position_inside(crop, options.get("focus")), "attributes": attributes}
        if shapes:
            return mark_safe(picture(made.__getitem__, size, [Art(*shape) for shape in shapes], **written))  # noqa: S308 - escaped by html.tags
        return mark_safe(img(made.__getitem__, size, **written))  # noqa: S308 - as above
    except FocalboxError as error:
        _log.warning("no crop of %s: %s", file.name, error)
        return _whole(file, alt, loading, attributes)


def _attributes(options: dict[str, Any]) -> dict[str, str]:
    """Take HTML attributes out of the options; in a template an underscore stands for a hyphen."""
    names = [name for name in options if name in _ATTRIBUTES or name.startswith(("data_", "aria_"))]
    taken = {name.replace("_", "-"): options.pop(name) for name in names}
    return {name: str(value) for name, value in taken.items() if value not in (None, "")}


def _field_file(given: Any) -> FieldFile | None:
    """Return the picture that a template gives; None, with a warning in the log, when it is something else."""
    if isinstance(given, FieldFile):
        return given or None
    if given not in (None, ""):
        _log.warning("a tag takes the field of a picture, such as photo.image, not %.60r", given)
    return None


def _text(given: Any) -> str:
    return "" if given is None else str(given)


def _pixels(widths: str) -> list[int]:
    try:
        return [int(width) for width in widths.split(",") if width.strip()]
    except ValueError as error:
        message = f"widths are pixels with commas between them, such as 320,640, not {widths!r}"
        raise InvalidRequest(message) from error


def _read(options: dict[str, Any]) -> dict[str, Any]:
    """Return options of which some are texts: a template can write points and boxes only as text.

    An empty text is an option that is not given: so templates read a variable, and models a field, that has no value.
    """
    options = {name: value for name, value in options.items() if value is not None and str(value).strip()}
    texts = {name: value.split(";") for name, value in options.items() if isinstance(value, str)}
    values = CropOptions.from_text(texts).to_dict()
    return {name: values[name] if name in texts else value for name, value in options.items()}


def _art(line: str) -> tuple[str, str]:
    media, _, size = line.strip().rpartition(" ")
    if not media:
        message = f"art is a media query with a size after it, such as (max-width: 40em) 4:5, not {line.strip()!r}"
        raise InvalidRequest(message)
    return media.strip(), size


def _whole(file: FieldFile, alt: str, loading: str, attributes: dict[str, str]) -> SafeString:
    """Return the picture as it is, which a layout cuts in the middle: a page is never broken."""
    address = address_of(file)
    if not address:
        return mark_safe("")
    written = {"src": address, "alt": alt, "loading": loading, "style": "object-fit: cover", **attributes}
    inside = " ".join(f'{name}="{escape(value)}"' for name, value in written.items())
    return mark_safe(f"<img {inside}>")  # noqa: S308 - escaped above


def _analysis_of(file: FieldFile | None) -> StoredAnalysis | None:
    """Return the analysis of a picture; without a field that stores it, the picture is looked at."""
    if not file:
        return None
    found = stored_analysis(file)
    if found is not None:
        return found
    try:
        return StoredAnalysis.of(content_of(file), file.name)
    except FocalboxError as error:
        _log.warning("%s was not looked at: %s", file.name, error)
        return None
