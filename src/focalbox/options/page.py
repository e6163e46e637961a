"""The page of all options of a crop, written from the code."""

from __future__ import annotations

from focalbox.options.crop_options import OPTIONS

__all__ = ["describe_options"]


def describe_options() -> str:
    """Return the page of all options, written from the code."""
    lines = [
        "# Options of a crop",
        "",
        "Made from the code by `python -m focalbox.options.page > docs/options.md`. In Python they are keywords",
        '(`fit="tight"`) or a `focalbox.CropOptions`; on the command line `--fit tight`; in native addresses `?fit=tight`.',
        "",
        "| option | command | value | default | what it does | example | elsewhere |",
        "|---|---|---|---|---|---|---|",
    ]
    for option in OPTIONS:
        value = ", ".join(f"`{word}`" for word in option.kind.choices) or f"{option.kind.expected}"
        default = "" if option.default in (None, ()) else f"`{str(option.default).lower()}`"
        elsewhere = "; ".join(f"{dialect}: `{name}`" for dialect, name in sorted(option.names.items()))
        example = f"`{option.name}={option.example}`"
        lines.append(
            f"| `{option.name}` | `{option.flag}` | {value} | {default} | {option.help} | {example} | {elsewhere} |"
        )
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    print(describe_options(), end="")  # noqa: T201 - it writes a page
