"""The page of all settings, written from the code."""

from __future__ import annotations

import dataclasses

from focalbox.service.settings.secret_file import FILE_SUFFIX
from focalbox.service.settings.settings import ServiceSettings
from focalbox.service.settings.variables import SERVICE_PREFIX
from focalbox.settings import PREFIX, Settings

__all__ = ["describe_settings"]

_TABLE = ['<div class="sentences" markdown>', "", "| variable | what it sets | default |", "|---|---|---|"]
_SECRETS = [
    f"Where `...{FILE_SUFFIX}` follows a variable, the same name with that end may hold the path of a file instead, as",
    "Docker and Kubernetes hand over secrets: one line of text in UTF-8, read when the service starts. A newline at its",
    "end is left out.",
    "",
]
_LIMITS = {
    "bytes": "Largest file, bytes, such as `64M`.",
    "pixels": "Largest picture, pixels.",
    "side": "Longest side, pixels.",
    "frames": "Most frames of an animated picture that stays animated.",
    "film_pixels": "Most pixels of all frames of an animated picture together.",
    "result_pixels": "Largest result, pixels.",
    "memory": "Most memory that one picture may need, bytes, such as `1G`.",
}
"""The meaning of each limit; making the page fails when one is missing here."""


def describe_settings() -> str:
    """Return the page of all settings, written from the code."""
    lines = [
        "# Settings",
        "",
        "Made from the code by `python -m focalbox.service.settings.page > docs/settings.md`. A variable that begins with",
        "`FOCALBOX_` but is not one of these, or has a wrong value, stops the command; one message names all mistakes.",
        "",
        "## Every command",
        "",
        *_TABLE,
    ]
    common = Settings()
    lines.append(f"| `{PREFIX}MODEL` | The saliency model; `focalbox doctor` lists them. | `{common.model}` |")
    lines.append(
        f"| `{PREFIX}MEMORY` | Bytes for pictures at work, such as `2G`; 0 is half of the memory. | `{common.memory}` |"
    )
    help_ = "Whether the command fetches pictures from hosts that are not on the public Internet."
    lines.append(f"| `{PREFIX}ALLOW_PRIVATE` | {help_} | `{str(common.allow_private).lower()}` |")
    for entry in dataclasses.fields(common.limits):
        value = getattr(common.limits, entry.name)
        lines.append(f"| `{PREFIX}LIMIT_{entry.name.upper()}` | {_LIMITS[entry.name]} | `{value}` |")
    lines += ["", "</div>", "", "## `focalbox serve`", "", *_SECRETS, *_TABLE]
    for entry in dataclasses.fields(ServiceSettings):
        if entry.metadata:
            default = "" if entry.default in (None, ()) else f"`{str(entry.default).lower()}`"
            variable = f"`{SERVICE_PREFIX}{entry.name.upper()}`"
            variable += f", `...{FILE_SUFFIX}`" if entry.metadata["secret"] else ""
            lines.append(f"| {variable} | {entry.metadata['help']} | {default} |")
    return "\n".join([*lines, "", "</div>", ""])


if __name__ == "__main__":
    print(describe_settings(), end="")  # noqa: T201 - it writes a page
