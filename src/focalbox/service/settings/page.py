"""The page of all settings, written from the code."""

from __future__ import annotations

import dataclasses

from focalbox.service.settings.settings import SERVICE_PREFIX, ServiceSettings
from focalbox.settings import PREFIX, Settings

__all__ = ["describe_settings"]


def describe_settings() -> str:
    """Return the page of all settings, written from the code."""
    lines = [
        "# Settings",
        "",
        "Made from the code by `python -m focalbox.service.settings.page > docs/settings.md`. A variable that is none of",
        "these, or holds a value that makes no sense, stops the command with all mistakes in one message.",
        "",
        "## Every command",
        "",
        "| variable | default | what it sets |",
        "|---|---|---|",
    ]
    common = Settings()
    lines.append(f"| `{PREFIX}MODEL` | `{common.model}` | The model that looks; `focalbox doctor` lists them. |")
    lines.append(
        f"| `{PREFIX}MEMORY` | `{common.memory}` | Bytes for pictures at work, such as `2G`; 0 is half of the machine's. |"
    )
    help_ = "Whether the command fetches pictures from hosts that are not on the public Internet."
    lines.append(f"| `{PREFIX}ALLOW_PRIVATE` | `{str(common.allow_private).lower()}` | {help_} |")
    helps = {"bytes": "Largest file, bytes.", "pixels": "Largest picture, pixels.", "side": "Longest side, pixels."}
    for entry in dataclasses.fields(common.limits):
        text = helps.get(entry.name, "Most frames or pages of a file.")
        lines.append(f"| `{PREFIX}LIMIT_{entry.name.upper()}` | `{getattr(common.limits, entry.name)}` | {text} |")
    lines += ["", "## `focalbox serve`", "", "| variable | default | what it sets |", "|---|---|---|"]
    for entry in dataclasses.fields(ServiceSettings):
        if entry.metadata:
            default = "" if entry.default in (None, ()) else f"`{str(entry.default).lower()}`"
            lines.append(f"| `{SERVICE_PREFIX}{entry.name.upper()}` | {default} | {entry.metadata['help']} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    print(describe_settings(), end="")  # noqa: T201 - it writes a page
