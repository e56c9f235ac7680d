"""A response as Ollama gives it, in one JSON object."""

from __future__ import annotations

from ...types import ChatResponse, Choice
from .answer import Names, whole


def encode_response(response: ChatResponse) -> bytes:
    """The answer that says the first choice of *response*; the API has one."""
    choice = response.choices[0] if response.choices else Choice(0, response.message, None)
    return whole(Names(response.model, response.created), choice, response.usage)
