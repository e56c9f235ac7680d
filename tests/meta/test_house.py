"""The house rules that no linter checks: sizes, and what must not stand in a repository."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.meta.source import DRIVERS, PURE, ROOT, modules

_SOURCES = (*modules(PURE), *modules(DRIVERS))
_KINDS = {".py", ".md", ".toml", ".sh", ".json", ".jsonl", ".cfg", ".txt", ".yaml", ".yml", ""}
_FOLDERS = ("sansio", "transports", "tests", "examples", ".ci")


def _texts() -> Iterator[tuple[Path, str]]:
    """Every text file that is part of the project."""
    paths = [
        path for path in ROOT.iterdir() if path.name in {"README.md", "CHANGELOG.md", "pyproject.toml", ".gitignore"}
    ]
    paths += [path for folder in _FOLDERS for path in (ROOT / folder).rglob("*") if "__pycache__" not in path.parts]
    for path in paths:
        if path.is_file() and path.suffix in _KINDS:
            yield path, path.read_text("utf-8")


def test_no_file_is_longer_than_300_lines() -> None:
    long = [module.name for module in _SOURCES if module.path.read_text("utf-8").count("\n") > 300]
    assert long == []


def test_no_function_is_longer_than_40_lines() -> None:
    long = [
        f"{module.name}.{node.name}"
        for module in _SOURCES
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno >= 40
    ]
    assert long == ["sansio.dialects.openai_chat.decoder.receive"]  # the hot loop: a call an event would cost a tenth


def test_every_module_says_what_it_is_for() -> None:
    assert [module.name for module in _SOURCES if not ast.get_docstring(module.tree)] == []


def test_nothing_is_left_for_later() -> None:
    """No marker of unfinished work, no function or class that does nothing."""
    markers = ("TO" + "DO", "FIX" + "ME", "XX" + "X")
    assert [path.name for path, text in _texts() for marker in markers if marker in text] == []
    empty = [
        f"{module.name}.{node.name}"
        for module in _SOURCES
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and isinstance(node.body[-1], ast.Pass)
    ]
    assert empty == []


def test_no_file_names_a_machine_or_a_registry() -> None:
    homes = tuple(f"/{folder}/" for folder in ("work", "root", "home", "Users", "opt"))
    hosts = tuple(
        ".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("debian", "org"))
    )
    named = [f"{path.name}: {word}" for path, text in _texts() for word in homes + hosts if word in text]
    assert named == []


def test_both_packages_are_typed() -> None:
    """PEP 561."""
    assert (ROOT / "sansio" / "py.typed").is_file()
    assert (ROOT / "transports" / "sansio_transports" / "py.typed").is_file()
