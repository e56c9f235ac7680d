"""The words of the providers' data: each is read by the code of the dialect that it speaks to."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
from typing import Final, cast

import pytest

from sansio.types import ChatRequest, ModelRule, Provider, Quirks, Request
from tests.meta.source import PURE, modules

MODULES: Final = {one.name: one for one in modules(PURE) if one.name.startswith("sansio.dialects.")}
"""Those of the dialects, by their names."""

ROLES: Final = frozenset({"assistant", "developer", "function", "system", "tool", "user"})
EFFORTS: Final = frozenset({"none", "minimal", "low", "medium", "high", "xhigh", "max"})


def templates() -> dict[str, Provider]:
    """Every provider as its module has it."""
    names = [one.name for one in modules(PURE) if one.name.startswith("sansio.providers.")]
    found: Iterable[Provider] = (one for name in names for one in import_module(name).PROVIDERS)
    return {one.name: one for one in found}


TEMPLATES: Final = templates()


def spoken(provider: Provider) -> Iterator[tuple[str, Quirks]]:
    """The dialects in which a provider is asked, each with what is said of it."""
    yield provider.dialect, provider.quirks
    for variant in provider.variants:
        yield variant.dialect, variant.quirks


@cache
def modules_of(dialect: str) -> frozenset[str]:
    """The modules of a dialect: its package, that of the operations which it shares, and all that these import."""
    waiting = [name for name in MODULES if dialect.startswith(name.split(".")[2])]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            inner = MODULES[name].imports
            asked = {target for one in inner for target in (one.module, *(f"{one.module}.{of}" for of in one.names))}
            waiting += asked & MODULES.keys()
    return frozenset(found)


def constants(tree: ast.AST) -> set[str]:
    """The texts in code, and no docstring: these stand as statements of their own."""
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    nodes = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in said)
    return {node.value for node in nodes if isinstance(node.value, str)}


@cache
def read_by(dialect: str) -> frozenset[str]:
    """The words that the code of a dialect knows."""
    return frozenset(word for name in modules_of(dialect) for word in constants(MODULES[name].tree))


@cache
def read_by_any() -> frozenset[str]:
    """The words that the code of any dialect knows, and the names of their operations."""
    dialects = (one.tree for one in modules(PURE) if one.name.startswith("sansio.dialects"))
    return frozenset(word for tree in dialects for word in constants(tree))


def words(quirks: Quirks) -> set[str]:
    """What is said to a dialect in words of its own."""
    forms = [word for pair in quirks.forms.items() for word in pair]
    rules = [word for rule in quirks.models for word in (*rule.lacks, *filter(None, [rule.reasoning]))]
    inner = (word for operation in quirks.operations.values() for word in words(operation))
    return {*quirks.lacks, *forms, *rules, *inner}


def parameters(quirks: Quirks | ModelRule) -> set[str]:
    """The parameters that are spoken of."""
    found = {*quirks.renamed, *quirks.spelled, *quirks.forbidden}
    if isinstance(quirks, ModelRule):
        return found | {*quirks.refused}
    return found.union(*map(parameters, quirks.models))


def targets(quirks: Quirks | ModelRule) -> set[str]:
    """The names that parameters get."""
    found = {*quirks.renamed.values()}
    return found if isinstance(quirks, ModelRule) else found.union(*map(targets, quirks.models))


def fields(operation: str) -> frozenset[str]:
    """The parameters of the requests of an operation."""
    for one in modules(PURE):
        if one.name.startswith("sansio.types."):
            import_module(one.name)
    known = cast("list[type[Request[object]]]", Request.__subclasses__())
    asked = (one for one in known if one.__module__.startswith(PURE) and one.operation == operation)
    return frozenset(field for one in asked for field in one.__struct_fields__)


def test_a_word_in_a_docstring_is_not_read() -> None:
    assert constants(ast.parse('"""prefill"""\ndef f():\n    "said"\n    return "read" in {"lacks": 1}')) == {
        "read",
        "lacks",
    }
    assert "prefill" in read_by("anthropic")
    assert "prefill" not in read_by("cohere")


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_word_is_read(name: str) -> None:
    for dialect, quirks in spoken(TEMPLATES[name]):
        assert sorted(words(quirks) - read_by(dialect)) == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_path_is_asked_for(name: str) -> None:
    """By some dialect: a provider may be asked in another than its own."""
    provider = TEMPLATES[name]
    given = [provider.paths, *(variant.paths for variant in provider.variants)]
    given += [form.paths for form in provider.forms.values()]
    assert sorted({path.partition(".")[0] for paths in given for path in paths} - read_by_any()) == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_parameter_is_one(name: str) -> None:
    known = frozenset(ChatRequest.__struct_fields__)
    for _, quirks in spoken(TEMPLATES[name]):
        assert sorted(parameters(quirks) - known - targets(quirks)) == []
        for operation, inner in quirks.operations.items():
            assert sorted(parameters(inner) - fields(operation) - inner.beyond) == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_role_and_effort_is_one(name: str) -> None:
    provider = TEMPLATES[name]
    for _, quirks in spoken(provider):
        assert {*quirks.roles, *quirks.roles.values(), *(quirks.named or ())} <= ROLES
        assert all(rule.budgets.keys() <= EFFORTS for rule in quirks.models)
        assert quirks.operations.keys() <= provider.operations | {"chat"}
