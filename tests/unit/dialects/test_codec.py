"""The contract's functions."""

from __future__ import annotations

import msgspec
import pytest

import sansio
from sansio.dialects.codec import Terms, native_model, path_of
from sansio.http import Limits


@pytest.mark.parametrize(
    ("model", "native"),
    [
        ("gpt-4o", "gpt-4o"),
        ("openai/gpt-4o", "gpt-4o"),
        ("openai/openai/gpt-oss", "openai/gpt-oss"),
        ("meta/llama", "meta/llama"),
        ("openai:gpt-4o", "gpt-4o"),
        ("openai:org/model", "openai:org/model"),
        ("ft:gpt-4o:me", "ft:gpt-4o:me"),
        ("llama3:8b", "llama3:8b"),
        ("openai/", "openai/"),
    ],
)
def test_native_model(model: str, native: str) -> None:
    """The provider's own name in front is removed, once."""
    assert native_model(model, sansio.provider("openai")) == native


@pytest.mark.parametrize(
    ("paths", "stream", "path"),
    [
        ({}, False, "/default/a%2Fb%3Ac"),
        ({"other": "/no"}, True, "/default/a%2Fb%3Ac"),
        ({"name": "/own"}, True, "/own"),
        ({"name": "/own/{model}", "name.stream": "/{model}:stream"}, True, "/a%2Fb%3Ac:stream"),
        ({"name": "/own/{model}", "name.stream": "/{model}:stream"}, False, "/own/a%2Fb%3Ac"),
        ({"name.stream": "/{model}:stream"}, False, "/default/a%2Fb%3Ac"),
    ],
)
def test_a_path(paths: dict[str, str], stream: bool, path: str) -> None:
    """The provider's own, that of its streams first, or the dialect's; the model in it is percent-encoded."""
    provider = msgspec.structs.replace(sansio.provider("openai"), paths=paths)
    terms = Terms(provider=provider, stream=stream, limits=Limits())
    assert path_of(terms, "name", "/default/{model}", "a/b:c") == path


def test_characters_that_stay() -> None:
    terms = Terms(provider=sansio.provider("openai"), stream=False, limits=Limits())
    assert path_of(terms, "name", "/{model}", "models/a b", safe="/") == "/models/a%20b"
