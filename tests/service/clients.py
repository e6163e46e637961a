"""Addresses as the real clients make them: filestack-js, libthumbor and imgproxy-js-core."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from libthumbor import CryptoURL

HERE = Path(__file__).parent
KEY = "AKEYKEYKEYKEYKEYKEYKEz"
"""An API key of Filestack's form."""
THUMBOR_KEY = "the security key of a thumbor"


def ask_node(script: str, wanted: Sequence[Any]) -> list[Any]:
    """Return what a script beside this file answers to a list of cases."""
    if not (HERE / "node_modules" / ".package-lock.json").is_file():
        pytest.fail("the clients from npm are missing: run `make test`, or `npm ci` in tests/service")
    command = ["node", script]
    run = subprocess.run(command, cwd=HERE, input=json.dumps(wanted), capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    found: list[Any] = json.loads(run.stdout)
    return found


def make_filestack(cases: Sequence[dict[str, Any]], source: str, *, b64: bool = False) -> list[str]:
    """Return the paths of filestack-js, one for each set of tasks."""
    wanted = [{"apikey": KEY, "source": source, "options": options, "b64": b64} for options in cases]
    return [quote(urlsplit(address).path, safe="/:=,@%") for address in ask_node("filestack_addresses.js", wanted)]


def make_thumbor(cases: Sequence[dict[str, Any]], source: str) -> list[str]:
    """Return the signed paths of libthumbor."""
    return [CryptoURL(key=THUMBOR_KEY).generate(image_url=source, **options) for options in cases]


def make_imgproxy(cases: Sequence[dict[str, Any]], source: str) -> list[str]:
    """Return the unsigned paths of imgproxy-js-core."""
    wanted = [{"value": source, "type": "plain", "options": options} for options in cases]
    return [f"/unsafe{address}" for address in ask_node("imgproxy_addresses.mjs", wanted)]
