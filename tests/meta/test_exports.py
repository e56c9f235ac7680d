"""What a package shows: its `__all__`, its re-exports and what is there at run time are one list."""

from __future__ import annotations

import ast
import pkgutil
import subprocess
import sys
from importlib import import_module
from types import ModuleType

import pytest

import sansio
from tests.meta.source import DRIVERS, PURE, ROOT, Import, Module, declared, is_for_checkers, modules

_FACADES = [
    module for package in (PURE, DRIVERS) for module in modules(package) if module.is_package and module.name != PURE
]


def _loads_on_use(module: Module) -> bool:
    """Whether it has PEP 562's function, and shows checkers what that gives."""
    return any(isinstance(node, ast.FunctionDef) and node.name == "__getattr__" for node in ast.walk(module.tree))


def _reexports(module: Module) -> set[str]:
    return {
        name
        for imported in module.imports
        if imported.module.startswith(module.name) and (not imported.lazy or _loads_on_use(module))
        for name in imported.aliases
    }


@pytest.mark.parametrize("module", _FACADES, ids=lambda module: module.name)
def test_a_package_lists_what_it_defines_and_what_it_re_exports(module: Module) -> None:
    """What it imports and does not list, it uses itself: the linter finds the rest."""
    own = {
        node.name
        for node in module.tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    }
    constants = {
        target.id
        for node in module.tree.body
        for target in (node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)])
        if isinstance(target, ast.Name)
    }
    listed = set(declared(module) or [])
    assert own <= listed
    assert listed <= own | constants | _reexports(module)


@pytest.mark.parametrize("module", _FACADES, ids=lambda module: module.name)
def test_every_listed_name_is_there_once(module: Module) -> None:
    names = declared(module) or []
    assert len(names) == len(set(names))
    loaded = import_module(module.name)
    assert [name for name in names if not hasattr(loaded, name)] == []


def _for_checkers() -> list[Import]:
    (top,) = [module for module in modules(PURE) if module.name == PURE]
    assert any(is_for_checkers(node) for node in top.tree.body)
    return [imported for imported in top.imports if imported.lazy]


def test_the_top_level_shows_type_checkers_what_it_lists() -> None:
    seen = [name for imported in _for_checkers() for name in imported.names]
    assert sorted(seen) == sorted(sansio.__all__)


def test_the_top_level_lists_every_part() -> None:
    parts = {info.name for info in pkgutil.iter_modules(sansio.__path__)}
    assert parts <= set(sansio.__all__)


@pytest.mark.parametrize("name", sansio.__all__)
def test_a_lazy_name_is_the_one_that_type_checkers_see(name: str) -> None:
    (home,) = [imported.module for imported in _for_checkers() if name in imported.names]
    expected = import_module(f"{PURE}.{name}") if home == PURE else getattr(import_module(home), name)
    assert getattr(sansio, name) is expected
    assert name in dir(sansio)


@pytest.mark.parametrize("module", [sansio, sansio.auth, sansio.framing], ids=lambda module: module.__name__)
def test_what_is_not_listed_is_not_there(module: ModuleType) -> None:
    name = "nothing"
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        getattr(module, name)


@pytest.mark.parametrize(("package", "part"), [(sansio, "models"), (sansio.framing, "sse")])
def test_a_part_loads_on_use(package: ModuleType, part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = getattr(package, part)
    monkeypatch.delattr(package, part)
    assert getattr(package, part) is loaded


def test_the_parts_of_framing_need_no_import_of_their_own() -> None:
    """In a fresh interpreter, where nothing else has loaded them."""
    script = "import sansio; print(sansio.framing.sse.SseDecoder().receive_data(b'data: a\\n\\n')[0].data)"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert run.stdout == "a\n"
