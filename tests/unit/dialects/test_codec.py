"""The contract's one function."""

from __future__ import annotations

import pytest

import sansio
from sansio.dialects.codec import native_model


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
