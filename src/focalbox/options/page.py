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
        '(`fit="tight"`, `on_doubt="pad"`) or a `focalbox.CropOptions`; on the command line flags (`--fit tight`,',
        "`--on-doubt pad`); in native addresses fields (`?fit=tight&on_doubt=pad`).",
        "",
        '<div class="sentences" markdown>',
        "",
        "| option | what it does | value | example |",
        "|---|---|---|---|",
    ]
    others = ["", "</div>", "", "## In addresses of others", "", "| option | dialect | example |", "|---|---|---|"]
    for option in OPTIONS:
        value = ", ".join(f"`{word}`" for word in option.kind.choices) or f"{option.kind.expected}"
        value += "" if option.default in (None, ()) else f"; default `{str(option.default).lower()}`"
        example = f"`{option.name}={option.example}`"
        lines.append(f"| `{option.name}` | {option.help} | {value} | {example} |")
        others += [f"| `{option.name}` | {dialect} | `{name}` |" for dialect, name in sorted(option.names.items())]
    return "\n".join([*lines, *others, ""])


if __name__ == "__main__":
    print(describe_options(), end="")  # noqa: T201 - it writes a page
