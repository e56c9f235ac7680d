"""`sansio` does no I/O: what it may not import, what loads on first use only, and what is loaded in fact."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.meta.source import DRIVERS, PURE, ROOT, Import, Module, modules

FORBIDDEN = frozenset(
    {
        "anyio",
        "asyncio",
        "concurrent",
        "http",
        "io",
        "logging",
        "multiprocessing",
        "os",
        "pathlib",
        "queue",
        "random",
        "sansio_transports",
        "sched",
        "secrets",
        "select",
        "selectors",
        "shutil",
        "signal",
        "socket",
        "socketserver",
        "subprocess",
        "tempfile",
        "threading",
        "time",
        "trio",
        "uuid",
    }
)
REQUIRED = frozenset({"h11", "msgspec"})
ON_FIRST_USE = frozenset({"ssl", "zlib"})


def _top(imported: Import) -> str:
    return imported.module.partition(".")[0]


def _found(package: str, wrong: frozenset[str]) -> list[str]:
    return [
        f"{module.path.name}:{imported.line} {imported.module}"
        for module in modules(package)
        for imported in module.imports
        if _top(imported) in wrong
    ]


def test_the_pure_package_imports_no_io_clock_or_randomness() -> None:
    assert _found(PURE, FORBIDDEN) == []


@pytest.mark.parametrize("package", [PURE, DRIVERS])
def test_ssl_and_zlib_are_imported_inside_functions_or_for_type_checkers(package: str) -> None:
    eager = [
        f"{module.name}:{imported.line}"
        for module in modules(package)
        for imported in module.imports
        if _top(imported) in ON_FIRST_USE and not imported.lazy
    ]
    assert eager == []


def _may_import(module: Module, top: str) -> bool:
    if top in REQUIRED or top == PURE or top in sys.stdlib_module_names:
        return True
    return (top, module.name) in {("hypothesis", "sansio.testing.strategies"), ("cryptography", "sansio.auth.jwt")}


def test_the_pure_package_needs_msgspec_and_h11_only() -> None:
    """And two modules an extra each: hypothesis one that is made of it, and cryptography the one that signs with RSA."""
    foreign = [
        f"{module.name}:{imported.line} {imported.module}"
        for module in modules(PURE)
        for imported in module.imports
        if not _may_import(module, _top(imported))
    ]
    assert foreign == []


def test_no_module_reads_files_or_the_clock_through_builtins() -> None:
    """`open`, `input`, `print`, `exec` and `eval` have no place in a protocol library, nor has `datetime.now`."""
    calls = [
        f"{module.name}:{name}"
        for module in modules(PURE)
        for name in ("open(", "input(", "print(", "exec(", "eval(", ".now()", ".today()", ".utcnow()")
        if any(_is_call(line, name) for line in module.path.read_text("utf-8").splitlines())
    ]
    assert calls == []


def _is_call(line: str, name: str) -> bool:
    at = line.find(name)
    return at >= 0 and (name.startswith(".") or at == 0 or line[at - 1] in " (=[")


def _run(code: str) -> str:
    """What a fresh interpreter prints for *code*, with this source tree."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "transports")])
    command = [sys.executable, "-W", "error", "-c", code]
    run = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, env={**os.environ, "PYTHONPATH": path}
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def _loaded(statement: str) -> set[str]:
    code = f"import sys; before = set(sys.modules); {statement}; print(*sorted(set(sys.modules) - before))"
    return set(_run(code).split())


def test_importing_sansio_loads_nothing_else() -> None:
    loaded = {name for name in _loaded("import sansio") if name.partition(".")[0] not in sys.stdlib_module_names}
    assert loaded == {"sansio"}


@pytest.mark.parametrize("driver", ["sync", "asyncio", "trio"])
def test_importing_a_driver_loads_neither_tls_nor_compression_nor_another_driver(driver: str) -> None:
    loaded = _loaded(f"import sansio_transports.{driver}")
    others = {f"sansio_transports.{other}" for other in ("sync", "asyncio", "trio") if other != driver}
    unwanted = {"ssl", "_ssl", "hypothesis", "sansio.testing", *others}
    if driver != "sync":
        unwanted -= {"ssl", "_ssl"}  # asyncio and trio themselves import it
    assert loaded & unwanted == set()


def test_every_sub_package_is_importable_without_the_extras() -> None:
    """Only `sansio.testing.strategies` needs one."""
    names = [module.name for module in modules(PURE) if module.name != "sansio.testing.strategies"]
    code = "import sys; sys.modules.update(dict.fromkeys(('hypothesis', 'trio', 'httpx', 'anyio', 'cryptography')))"
    code += "".join(f"; import {name}" for name in names)
    assert _run(code) == ""
