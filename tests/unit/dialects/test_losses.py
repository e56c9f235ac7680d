"""Losses, as a conversion finds them."""

from __future__ import annotations

from msgspec import Raw

from sansio.dialects.losses import Losses
from sansio.types import Loss, Opaque


def test_they_are_listed_in_order() -> None:
    losses = Losses("gemini")
    losses.drop("a", "no")
    losses.approximate("b", "nearly")
    losses.fill("c", "must be")
    assert losses.found == [
        Loss("a", "dropped", "no"),
        Loss("b", "approximated", "nearly"),
        Loss("c", "filled", "must be"),
    ]


def test_an_item_of_another_dialect_is_one() -> None:
    losses = Losses("gemini")
    own, other = Opaque("gemini", Raw(b"1")), Opaque("anthropic", Raw(b"2"))
    assert losses.own(own, "a") is own
    assert losses.own(None, "a") is None
    assert losses.found == []
    assert losses.own(other, "a") is None
    assert losses.found == [Loss("a", "dropped", "only anthropic understands it")]
