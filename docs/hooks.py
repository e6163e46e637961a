"""What of the documentation is made when it is built: pages from the code and the root of the repository, and pictures."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

import click
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from focalbox.cli.main import focalbox as command

ROOT = Path(__file__).parents[1]
GALLERY = ROOT / ".cache" / "gallery"
"""Where `python -m benchmarks.gallery.site_pictures` has put its pictures."""
MARK = ROOT / "src/focalbox/service/page/mark.svg"
"""The mark, which the page of the service shows too."""
COPIED = {
    "reference/architecture.md": "ARCHITECTURE.md",
    "reference/changelog.md": "CHANGELOG.md",
    "reference/model-card.md": "src/focalbox/saliency/weights/MODEL_CARD.md",
}
"""Pages that are files of the repository outside the folder of the documentation."""
_SHORT = re.compile(r"<code>(?=[^<\s]{1,24}</code>)")
"""Code of a word that fits a line of a telephone."""
_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?:|#|mailto:)([^)#\s]+)(#[^)\s]*)?\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages and pictures that are made here."""
    files.append(File.generated(config, "reference/command.md", content=_command_page()))
    for page, source in COPIED.items():
        files.append(File.generated(config, page, abs_src_path=str(ROOT / source)))
    files.append(File.generated(config, "assets/mark.svg", abs_src_path=str(MARK)))
    for picture in sorted(GALLERY.glob("*.webp")):
        files.append(File.generated(config, f"pictures/{picture.name}", abs_src_path=str(picture)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 - the hook's call
    """Name files of the repository that are no pages as files, and let links to those that are lead to their pages."""
    written = COPIED.get(page.file.src_uri, f"docs/{page.file.src_uri}")

    def led(found: re.Match[str]) -> str:
        text, target, anchor = found[1], found[2], found[3] or ""
        place = posixpath.normpath(posixpath.join(posixpath.dirname(written), target))
        inside = next((page for page, source in COPIED.items() if source == place), place.removeprefix("docs/"))
        if files.get_file_from_path(inside) is not None:
            start = posixpath.dirname(page.file.src_uri) or "."
            return f"[{text}]({posixpath.relpath(inside, start)}{anchor})"
        return f"`{place}`" if (ROOT / place).exists() else found[0]

    return _LINK.sub(led, markdown)


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 - the hook's call
    """Mark short code, such as ``--zoom``, which the style sheet does not break at its hyphens."""
    return _SHORT.sub('<code class="short">', html)


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:  # noqa: ARG001 - the hook's call
    """Name the dialog of the search, which the theme leaves without a name for screen readers."""
    return output.replace(
        'data-md-component="search" role="dialog"', 'data-md-component="search" role="dialog" aria-label="Search"'
    )


def _command_page() -> str:
    """Return the help of every command, as the command itself prints it."""
    context = click.Context(command, info_name="focalbox")
    parts = ["# The command", "", "Made from the code: what `focalbox COMMAND --help` prints."]
    for name in command.list_commands(context):
        found: Any = command.get_command(context, name)
        inner = click.Context(found, parent=context, info_name=name, terminal_width=100, max_content_width=100)
        parts += ["", f"## focalbox {name}", "", "```text", found.get_help(inner), "```"]
    return "\n".join(parts) + "\n"
