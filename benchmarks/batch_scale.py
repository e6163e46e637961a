"""What measured figures say about a million and a billion pictures."""
from pathlib import Path
from typing import Any


def write_scale(figures: dict[str, Any], path: Path) -> None:
    """Write docs/scale.md."""
