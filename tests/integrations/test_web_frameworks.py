"""Uploads to FastAPI and Starlette, as docs/guides/web-frameworks.md shows them."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anyio
import httpx
import numpy as np
import pytest
from PIL import Image

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "web-frameworks.md"


def application(framework: str) -> Any:
    """Return the application of the guide's code block that imports a framework."""
    (code,) = [
        block for block in re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL) if framework in block
    ]
    names: dict[str, Any] = {"__name__": "guide"}
    exec(compile(code, str(GUIDE), "exec", dont_inherit=True), names)  # noqa: S102 - the guide is ours
    return names["app"]


def post(app: Any, content: bytes) -> httpx.Response:
    """Send a form with a file to an application of this process."""

    async def send() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://guide") as client:
            return await client.post("/avatar", files={"picture": ("coffee.jpg", content, "image/jpeg")})

    return anyio.run(send)


@pytest.mark.parametrize("framework", ["from fastapi", "from starlette.applications"])
def test_an_upload_comes_back_cropped(framework: str, photographs: Mapping[str, np.ndarray]) -> None:
    file = io.BytesIO()
    Image.fromarray(photographs["coffee"]).save(file, "jpeg")
    answer = post(application(framework), file.getvalue())
    assert answer.status_code == 200
    with Image.open(io.BytesIO(answer.content)) as avatar:
        assert (avatar.size, avatar.format) == ((256, 256), "WEBP")
    assert post(application(framework), b"no picture").status_code == 422
