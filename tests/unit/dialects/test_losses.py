"""Losses, as a conversion finds them."""

from __future__ import annotations

from msgspec import Raw

from sansio.dialects.losses import Losses
from sansio.types import CacheBreakpoint, CacheControl, FunctionDefinition, FunctionTool, Loss, Opaque, TextPart


def test_they_are_listed_in_order() -> None:
    losses = Losses("gemini")
    losses.drop("a", "no")
    losses.approximate("b", "nearly")
    losses.omit("c", "no matter")
    losses.fill("d", "must be")
    assert losses.found == [
        Loss("a", "dropped", "no"),
        Loss("b", "approximated", "nearly"),
        Loss("c", "omitted", "no matter"),
        Loss("d", "filled", "must be"),
    ]


def test_marks_of_the_cache_that_an_api_does_not_have() -> None:
    losses = Losses("gemini")
    losses.omit_marks(TextPart(text="a", cache_control=CacheControl(), prompt_cache_breakpoint=CacheBreakpoint()), "a")
    losses.omit_marks(FunctionTool(FunctionDefinition("f"), cache_control=CacheControl()), "b")
    losses.omit_marks(TextPart(text="a"), "c")
    losses.omit_marks(Opaque("gemini", Raw(b"1")), "d")
    assert losses.found == [
        Loss(f"{path}.{mark}", "omitted", "the API has no such mark")
        for path, mark in (("a", "cache_control"), ("a", "prompt_cache_breakpoint"), ("b", "cache_control"))
    ]


def test_an_item_of_another_dialect_is_one() -> None:
    losses = Losses("gemini")
    own, other = Opaque("gemini", Raw(b"1")), Opaque("anthropic", Raw(b"2"))
    assert losses.own(own, "a") is own
    assert losses.own(None, "a") is None
    assert losses.found == []
    assert losses.own(other, "a") is None
    assert losses.found == [Loss("a", "dropped", "only anthropic understands it")]


def test_the_state_of_another_dialect_is_of_no_use() -> None:
    losses = Losses("gemini")
    own, other = Opaque("gemini", Raw(b"1")), Opaque("anthropic", Raw(b"2"))
    assert losses.own_state(own, "a") is own
    assert losses.own_state(None, "a") is None
    assert losses.own_state(other, "a") is None
    assert losses.found == [Loss("a", "omitted", "only anthropic understands it")]
