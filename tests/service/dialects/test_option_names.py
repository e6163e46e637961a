"""The table of options is right about how other dialects write them."""

from __future__ import annotations

import pytest

from focalbox.options import OPTIONS, CropOptions, Option
from focalbox.service.dialects import native, thumbor
from focalbox.service.dialects.filestack.address import read
from focalbox.service.dialects.filestack.request import parse
from focalbox.service.request import ImageRequest

OTHERS = [(option, dialect) for option in OPTIONS for dialect in option.names]


def asked(dialect: str, name: str) -> ImageRequest:
    if dialect == "filestack":
        return parse(read(f"/{name}/https://example.com/cat.jpg".encode()))
    return thumbor.parse(f"{name}/cat.jpg".encode())


@pytest.mark.parametrize(("option", "dialect"), OTHERS, ids=lambda part: getattr(part, "name", part))
def test_other_dialects_write_it_so(option: Option, dialect: str) -> None:
    request = asked(dialect, option.names[dialect])
    if option.name == "focus":  # a box in pixels there, which is a point once the picture is known
        assert request.focal is not None
    else:
        assert getattr(request.options, option.name) != option.default


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_native_addresses_write_it_so(option: Option) -> None:
    query = f"{option.name}={option.example}"
    request = native.parse(b"/v1/crop/500x200/cat.jpg", query.encode())
    assert request.options == CropOptions.from_text({option.name: [option.example]})
