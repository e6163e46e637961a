"""ARCHITECTURE.md speaks of this repository, and the house is kept: files and folders of a size, tests by their names."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "focalbox"
PAGE = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
HOUSE = PAGE[PAGE.index("## The house") : PAGE.index("## Where to put")]

BASES = (PACKAGE, ROOT / "training", ROOT / "benchmarks")
_NAMED_TESTS = ("conftest.py", "pictures.py", "strategies.py", "core/test_jaccard.py", "service/servers.py")
"""The files of tests that the page names."""
MAX_MODULES = 13
"""Modules of a folder: about a dozen."""
MAX_LINES = 300


def test_every_module_that_is_named_is_there() -> None:
    named = set(re.findall(r"[\w/]+\.py\b", PAGE))
    assert len(named) > 30
    modules = [path for base in BASES for path in base.rglob("*.py")]
    modules += [ROOT / "tests" / name for name in _NAMED_TESTS]
    known = {path.relative_to(base).as_posix() for path in modules for base in (ROOT, PACKAGE) if base in path.parents}
    names = {path.name for path in modules}
    assert {name for name in named if name not in known and ("/" in name or name not in names)} == set()


def test_every_folder_is_named_and_every_named_folder_is_there() -> None:
    folders = {path.parent for path in PACKAGE.rglob("*.py")} - {PACKAGE}
    named = set(re.findall(r"([a-z_]+)/", HOUSE))
    unnamed = {folder.name for folder in folders if len(folder.relative_to(PACKAGE).parts) <= 2} - named
    assert unnamed <= {"django", "wagtail"}, "the integrations are told by their frameworks"
    there = {path.name for path in PACKAGE.rglob("*") if path.is_dir()} | {"src", "focalbox"}
    assert named <= there


def test_no_folder_holds_more_than_about_a_dozen_modules() -> None:
    counts = Counter(path.parent for base in BASES for path in base.rglob("*.py") if not path.name.startswith("__"))
    assert {str(folder): count for folder, count in counts.items() if count > MAX_MODULES} == {}


def test_no_file_has_too_many_lines() -> None:
    files = [path for base in (*BASES, ROOT / "tests") for path in base.rglob("*.py")]
    lines = {str(path): len(path.read_text("utf-8").splitlines()) for path in files}
    assert {path: count for path, count in lines.items() if count > MAX_LINES} == {}


def test_every_file_says_in_its_first_line_what_it_is_about() -> None:
    files = [path for base in (*BASES, ROOT / "tests", ROOT / "examples") for path in base.rglob("*.py")]
    begin = {str(path.relative_to(ROOT)): path.read_text("utf-8")[:4] for path in files}
    assert {path for path, text in begin.items() if text and not text.startswith(('"""', 'r"""', "#!"))} == set()


def test_every_module_with_logic_has_a_file_of_tests_of_its_name() -> None:
    assert [
        str(path.relative_to(ROOT)) for path in PACKAGE.rglob("*.py") if holds_logic(path) and not is_tested(path)
    ] == []


def holds_logic(module: Path) -> bool:
    """Tell whether a function or a method is defined in a module."""
    tree = ast.parse(module.read_text("utf-8"))
    return any(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) for node in ast.walk(tree))


def is_tested(module: Path) -> bool:
    """Tell whether there is a file of tests where a module's stands: in the same folder, by its name or its package's."""
    named = module.parent if module.stem == "__init__" else module.with_suffix("")
    place = ROOT / "tests" / named.parent.relative_to(PACKAGE if named != PACKAGE else PACKAGE.parent)
    tests = place / f"test_{named.name}.py"
    return tests.is_file() and re.search(r"^def test_", tests.read_text("utf-8"), re.MULTILINE) is not None


def test_the_glossary_is_in_a_table_without_a_word_twice() -> None:
    glossary = PAGE[PAGE.index("| word | meaning |") :]
    words = [word.strip() for line in glossary.splitlines()[2:] for word in line.split("|")[1].split(",")]
    assert len(words) == len(set(words)) > 30


def test_the_service_shares_no_threads_among_all_that_may_hang() -> None:
    """asyncio's own threads are few: a disk that hangs would take them from all others (`service/runtime/threads.py`)."""
    shared = re.compile(r"\bto_thread\(|\.run_in_executor\(None")
    users = [path for path in (PACKAGE / "service").rglob("*.py") if shared.search(path.read_text("utf-8"))]
    assert users == []
