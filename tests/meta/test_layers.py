"""Dependencies point one way: the graph that the imports draw, imports inside functions included."""

from __future__ import annotations

from tests.meta.source import DRIVERS, PURE, modules

# What each part may import beside itself: a wider list is a change of the design.
_BASE = frozenset({"errors", "http", "types"})
_EVENTS = _BASE | {"events"}
MAY_IMPORT: dict[str, frozenset[str]] = {
    "errors": frozenset(),
    "framing": frozenset(),
    "http": frozenset({"errors"}),
    "types": frozenset({"errors", "http"}),
    "events": _BASE,
    "models": _BASE,
    "auth": _BASE,
    "dialects": _EVENTS | {"framing"},
    "providers": _EVENTS | {"dialects"},
    "exchange": _EVENTS | {"framing", "dialects", "providers", "models", "auth"},
    "commands": _EVENTS,
    "policy": frozenset({"errors", "models"}),
    "flows": _EVENTS | {"exchange", "auth", "commands", "policy"},
    "wire": _EVENTS | {"framing", "commands"},
    "shared": _BASE | {"policy", "commands", "wire"},
    "gateway": _EVENTS | {"dialects", "framing"},
}
ON_TOP = frozenset({"", "testing"})  # `sansio` itself, whose imports are lazy, and the testing kit


def _part(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def _edges() -> set[tuple[str, str, str]]:
    """(part, imported part, where) for every import across parts in `sansio`."""
    edges: set[tuple[str, str, str]] = set()
    for module in modules(PURE):
        for imported in module.imports:
            if imported.module.partition(".")[0] != PURE:
                continue
            targets = [imported.module] if "." in imported.module else [f"{PURE}.{name}" for name in imported.names]
            edges |= {(_part(module.name), _part(target), f"{module.name}:{imported.line}") for target in targets}
    return {(part, target, where) for part, target, where in edges if part != target}


def test_each_part_imports_only_what_lies_below_it() -> None:
    wrong = [
        f"{where} imports {target or PURE}"
        for part, target, where in sorted(_edges())
        if part not in ON_TOP and target not in MAY_IMPORT.get(part, frozenset())
    ]
    assert wrong == []


def test_the_table_covers_every_part_and_has_no_cycle() -> None:
    parts = {_part(module.name) for module in modules(PURE)} - ON_TOP
    assert parts <= set(MAY_IMPORT)
    done: set[str] = set()
    while ready := {part for part, below in MAY_IMPORT.items() if part not in done and below <= done}:
        done |= ready
    assert done == set(MAY_IMPORT)


def test_nothing_imports_the_testing_kit() -> None:
    assert [where for part, target, where in _edges() if target == "testing" and part not in ON_TOP] == []


def test_the_wire_knows_nothing_of_models_and_dialects() -> None:
    """It carries events without looking: of `events` and `types` it may take names for annotations only."""
    taken = {
        name
        for module in modules(PURE)
        if _part(module.name) == "wire"
        for imported in module.imports
        if _part(imported.module) in {"events", "types"}
        for name in imported.names
    }
    assert taken <= {"Event", "Outcome", "Completed", "Failed", "ChatResponse"}


def test_drivers_share_no_code_with_each_other() -> None:
    """Each of the three can be read, and loaded, alone."""
    drivers = {f"{DRIVERS}.{name}" for name in ("sync", "asyncio", "trio")}
    wrong = [
        f"{module.name}:{imported.line}"
        for module in modules(DRIVERS)
        if module.name in drivers
        for imported in module.imports
        if imported.module in drivers - {module.name}
    ]
    assert wrong == []
