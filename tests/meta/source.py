"""The project's own source, read with `ast`: its files, and what each imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PURE = "sansio"
DRIVERS = "sansio_transports"
_ROOTS = {PURE: ROOT / "sansio", DRIVERS: ROOT / "transports" / "sansio_transports"}


class Import(NamedTuple):
    """An import statement's target, absolute: `module`, and the names that are taken from it."""

    module: str
    names: tuple[str, ...]
    line: int
    lazy: bool  # in a function, or for type checkers only
    aliases: tuple[str, ...] = ()


class Module(NamedTuple):
    """One file: its dotted name, whether it is a package, and its tree."""

    name: str
    path: Path
    is_package: bool
    tree: ast.Module

    @property
    def imports(self) -> list[Import]:
        """Every import in it, those inside functions too, relative ones made absolute."""
        return list(_imports(self, self.tree, lazy=False))


@cache
def modules(package: str) -> tuple[Module, ...]:
    """Every module of the package."""
    return tuple(_read(package, path) for path in sorted(_ROOTS[package].rglob("*.py")))


def _read(package: str, path: Path) -> Module:
    parts = (package, *path.relative_to(_ROOTS[package]).with_suffix("").parts)
    is_package = parts[-1] == "__init__"
    name = ".".join(parts[:-1] if is_package else parts)
    return Module(name, path, is_package, ast.parse(path.read_text("utf-8")))


def _imports(module: Module, node: ast.AST, *, lazy: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(alias.name, (), child.lineno, lazy) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            names = tuple(alias.name for alias in child.names)
            aliases = tuple(alias.asname or alias.name for alias in child.names)
            yield Import(_absolute(module, child), names, child.lineno, lazy, aliases)
        else:
            inner = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) or is_for_checkers(child)
            yield from _imports(module, child, lazy=lazy or inner)


def _absolute(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = module.name.split(".") if module.is_package else module.name.split(".")[:-1]
    base = package[: len(package) - node.level + 1]
    return ".".join([*base, *([node.module] if node.module else [])])


def is_for_checkers(node: ast.AST) -> bool:
    """Whether it is an `if TYPE_CHECKING:`."""
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def declared(module: Module) -> list[str] | None:
    """What its `__all__` lists; None where it has none."""
    for node in module.tree.body:
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["__all__"]:
            names: list[str] = ast.literal_eval(node.value)
            return names
    return None
