"""What the registry knows that a request has to say."""

from __future__ import annotations

from ..types import Provider


def most_output(provider: Provider, model: str) -> int | None:
    """How many tokens *model*, as the provider knows it, can answer with; None where that is not known."""
    from ..models import info  # it loads with the first request that has to say so

    found = info(f"{provider.known or provider.name}/{model}")
    return None if found is None else found.max_output_tokens
