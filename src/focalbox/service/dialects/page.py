"""The tables of what the dialects do, written from the code that reads them."""

from __future__ import annotations

from focalbox.service.dialects.filestack.tasks import SUPPORTED, TASKS
from focalbox.service.dialects.imgproxy.options import FIXED, NAMES
from focalbox.service.dialects.imgproxy.presets import PRESET
from focalbox.service.dialects.imgproxy.refused import REASONS
from focalbox.service.dialects.thumbor_filters import FILTERS
from focalbox.service.dialects.thumbor_filters import REFUSED as REFUSED_FILTERS

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
    lines += [f"thumbor's filters: {', '.join(f'`{name}()`' for name in sorted(FILTERS))}.", ""]
    lines += ["| thumbor's filter, refused by name | why |", "|---|---|"]
    lines += [f"| `{name}()` | {reason} |" for name, reason in REFUSED_FILTERS.items()]
    done = sorted((NAMES.keys() | PRESET) - FIXED.keys())
    lines += ["", f"imgproxy's options: {', '.join(f'`{name}`' for name in done)}.", ""]
    lines += ["| imgproxy's options that say what is always so here | why nothing else |", "|---|---|"]
    lines += [f"| `{name}:{values[0]}` | {reason} |" for name, (values, reason) in FIXED.items()]
    lines += [""]
    lines += ["| imgproxy's options, refused by name | why |", "|---|---|"]
    for reason, names in REASONS.items():
        lines.append(f"| {', '.join(f'`{name}`' for name in names.split())} | {reason} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    print(describe_dialects(), end="")  # noqa: T201 - it writes a part of a page
