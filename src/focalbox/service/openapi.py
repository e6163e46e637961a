"""The OpenAPI document of the native addresses, written from the code that reads them."""

from __future__ import annotations

from typing import Any

from focalbox.imaging.output.formats import FORMATS
from focalbox.options import OPTIONS
from focalbox.options.kinds import SWITCH
from focalbox.options.sizes import FREE
from focalbox.service.dialects.native import MAX_ALTERNATIVES, MAX_SIZES
from focalbox.service.request import AUTO, DEFAULT_QUALITY, SAME
from focalbox.service.settings import ServiceSettings
from focalbox.version import __version__

__all__ = ["openapi"]

_SIZE = r"^([1-9][0-9]{0,3}x[1-9][0-9]{0,3}|[1-9][0-9]{0,2}:[1-9][0-9]{0,2}|free)$"
_OPTIONS: dict[str, tuple[dict[str, Any], str]] = {
    option.name: (dict(option.kind.schema), option.help) for option in OPTIONS
}
_OF_CROPS: dict[str, tuple[dict[str, Any], str]] = {
    "format": (
        {"type": "string", "enum": [AUTO, SAME, *FORMATS]},
        "auto negotiates by Accept; same is the source's own.",
    ),
    "quality": (
        {"type": "integer", "minimum": 1, "maximum": 100, "default": DEFAULT_QUALITY},
        "For JPEG, WebP and AVIF.",
    ),
}
_OF_PLANS: dict[str, tuple[dict[str, Any], str]] = {
    "alternatives": (
        {"type": "integer", "minimum": 1, "maximum": MAX_ALTERNATIVES, "default": 1},
        "For each size the best so many windows that differ, the best first.",
    ),
    "saliency": (dict(SWITCH.schema), "Also the saliency map and the subjects, to plan from later."),
}
_SUMMARIES = {
    "crop": "A crop, exactly the size asked for",
    "plan": "Where the picture would be cropped, for many sizes",
    "map": "The saliency map as a PNG",
    "explain": "The five pictures of the method, as a PNG",
}
_PROBLEMS = {
    "400": "The request makes no sense.",
    "403": "Not signed, or not allowed.",
    "404": "There is no such picture.",
    "408": "The request arrived too slowly.",
    "413": "Too large.",
    "414": "The address is too long.",
    "415": "Not a picture.",
    "422": "A damaged picture.",
    "424": "The picture's host is too slow.",
    "502": "The picture's host cannot be reached.",
    "503": "Busy: try again after Retry-After.",
}


def openapi(settings: ServiceSettings) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of a service."""
    paths: dict[str, Any] = {}
    for answer, summary in _SUMMARIES.items():
        sized = answer != "map"
        place = f"/v1/{answer}/{'{size}/' if sized else ''}{{source}}"
        in_path = [_in_path("source", "A path under the root, or an address with https:// or s3://.")]
        if sized:
            in_path.insert(0, {**_in_path("size", _size_help(answer)), "schema": _size_schema(settings)})
        paths[place] = {"get": _operation(answer, summary, in_path, settings)}
        of_upload = [_in_query("size", _size_schema(settings), _size_help(answer))] if sized else []
        posted = _operation(f"{answer}_upload", f"{summary}, of an upload", of_upload, settings, answer)
        posted["requestBody"] = {"required": True, "content": _bodies(answer)}
        paths[f"/v1/{answer}"] = {"post": posted}
    for name, summary in (
        ("healthz", "The process answers"),
        ("readyz", "The model is loaded"),
        ("metrics", "Metrics"),
    ):
        answers = {"200": {"description": "Yes."}} | ({"503": {"description": "Not yet."}} if name == "readyz" else {})
        paths[f"/{name}"] = {"get": {"operationId": name, "summary": summary, "responses": answers}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "focalbox",
            "version": __version__,
            "description": "Finds what matters in a picture and crops to any size around it.",
        },
        "paths": paths,
        "components": {
            "schemas": {"Problem": _PROBLEM},
            "securitySchemes": {
                "signature": {
                    "type": "apiKey",
                    "in": "query",
                    "name": "signature",
                    "description": "expires=, key= and signature=, in this order at the end, as `focalbox sign` makes them.",
                }
            },
        },
        "security": [] if settings.allow_unsigned else [{"signature": []}],
    }


_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}


def _operation(
    name: str, summary: str, first: list[dict[str, Any]], settings: ServiceSettings, answer: str = ""
) -> dict[str, Any]:
    answer = answer or name
    options = {"trim": _OPTIONS["trim"]} if answer == "map" else dict(_OPTIONS)
    options |= _OF_CROPS if answer == "crop" else _OF_PLANS if answer == "plan" else {}
    content = {"application/json": {"schema": {"type": "object"}}}
    if answer == "crop":
        content = {form.mime: {"schema": {}} for form in FORMATS.values()}
    elif answer != "plan":
        content = {"image/png": {"schema": {}}}
    problems = {
        status: {
            "description": text,
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, text in _PROBLEMS.items()
        if status != "403" or settings.sizes or not settings.allow_unsigned or settings.hosts == ()
    }
    answers = {"200": {"description": summary, "content": content}}
    if not name.endswith("_upload"):
        answers["304"] = {"description": "The client has it already."}
        problems["412"] = {**problems["400"], "description": "Not the version that the client asks for."}
    return {
        "operationId": name,
        "summary": summary,
        "parameters": [*first, *(_in_query(option, *found) for option, found in options.items())],
        "responses": {**answers, **problems},
    }


def _in_path(name: str, help_: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": help_,
        "schema": {"type": "string", "minLength": 1},
    }


def _in_query(name: str, schema: dict[str, Any], help_: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": help_, "schema": schema}


def _size_schema(settings: ServiceSettings) -> dict[str, Any]:
    if settings.sizes:
        return {"type": "string", "enum": list(settings.sizes)}
    return {"type": "string", "pattern": _SIZE, "example": "500x200"}


def _size_help(answer: str) -> str:
    one = f"500x200 for pixels, 16:9 for a ratio, {FREE} for the crop without a target"
    return f"{one}; up to {MAX_SIZES} with commas." if answer == "plan" else f"{one}."


def _bodies(answer: str) -> dict[str, Any]:
    binary = {"schema": {"type": "string", "format": "binary"}}
    form = {"schema": {"type": "object", "required": ["picture"], "properties": {"picture": binary["schema"]}}}
    saved = {"application/json": {"schema": {"type": "object", "description": "A saved analysis."}}}
    pictures = {"application/octet-stream": binary, "image/*": binary, "multipart/form-data": form}
    return {**pictures, **saved} if answer == "plan" else pictures
