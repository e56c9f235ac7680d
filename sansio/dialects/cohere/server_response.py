"""A response as Cohere gives it, in one JSON object: https://docs.cohere.com/reference/chat."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ...types import ChatResponse, Choice, TokenLogprob
from ..losses import Losses
from .citations import citation
from .finish import native
from .messages import MessageEncoder
from .usage import usage_json
from .wire import DIALECT


def encode_response(response: ChatResponse) -> bytes:
    """The answer that says the first choice of *response*; the API has one."""
    choice = response.choices[0] if response.choices else Choice(0, response.message, None)
    whole: dict[str, object] = {"id": response.id, "message": _message(choice)}
    if choice.finish_reason is not None:
        whole["finish_reason"] = native(choice.finish_reason, choice.native_finish_reason)
    if response.usage is not None:
        whole["usage"] = usage_json(response.usage)
    if choice.logprobs is not None:
        whole["logprobs"] = logprobs_json(choice.logprobs.content or ())
    return msgspec.json.encode(whole)


def logprobs_json(tokens: Sequence[TokenLogprob]) -> list[dict[str, object]]:
    """Log probabilities, one piece a token; the tokens' ids are not known here."""
    return [{"text": token.token, "token_ids": [], "logprobs": [token.logprob]} for token in tokens]


def _message(choice: Choice) -> dict[str, object]:
    message = choice.message
    members = MessageEncoder(Losses(DIALECT)).assistant(message)
    if isinstance(content := members.get("content"), str):
        members["content"] = [{"type": "text", "text": content}]
    if message.annotations:
        members["citations"] = [citation(annotation) for annotation in message.annotations]
    return {"role": "assistant", **members}
