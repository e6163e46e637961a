"""The tables of what the dialects do, written from the code that reads them."""

from __future__ import annotations

from focalbox.service.dialects.filestack_tasks import SUPPORTED, TASKS
from focalbox.service.dialects.imgproxy_options import NAMES
from focalbox.service.dialects.thumbor_filters import FILTERS

__all__ = ["describe_dialects"]


def describe_dialects() -> str:
    """Return the tables as Markdown."""
    lines = ["| Filestack's task | its options |", "|---|---|"]
    for task, options in SUPPORTED.items():
        full = sorted(set(options.values()))
        written = (
            ", ".join([name, *sorted(alias for alias, of in options.items() if of == name != alias)]) for name in full
        )
        lines.append(f"| `{task}` | {'; '.join(f'`{names}`' for names in written) or '-'} |")
    refused = sorted(TASKS - set(SUPPORTED))
    lines += ["", f"Refused by name: {', '.join(f'`{task}`' for task in refused)}.", ""]
    lines += [
        f"thumbor's filters: {', '.join(f'`{name}()`' for name in sorted(FILTERS))}. Every other is refused by name.",
        "",
    ]
    lines.append(
        f"imgproxy's options: {', '.join(f'`{name}`' for name in sorted(NAMES))}. Every other is refused by name."
    )
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    print(describe_dialects(), end="")  # noqa: T201 - it writes a part of a page
