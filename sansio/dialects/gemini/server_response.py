"""A response as a server of this dialect gives it: one GenerateContentResponse.

https://ai.google.dev/api/generate-content#v1beta.GenerateContentResponse.  What only this library knows, and what the
API has no place for (refusals are text, transcripts of speech, system fingerprints), stays here.
"""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from ...types import ChatResponse, Choice, Logprobs, Message
from ..losses import Losses
from .annotations import annotations_json
from .finish import native
from .parts import PartJson, PartsWriter
from .state import DIALECT
from .usage import usage_json


def encode_response(response: ChatResponse) -> bytes:
    """The GenerateContentResponse that says *response*."""
    candidates = [_candidate(choice) for choice in response.choices]
    usage = usage_json(response.usage, response.service_tier)
    whole: dict[str, object] = {"candidates": candidates}
    if usage:
        whole["usageMetadata"] = usage
    return msgspec.json.encode(whole | names_json(response.id, response.created, response.model))


def names_json(id_: str | None, created: int | None, model: str | None) -> dict[str, object]:
    """What names a response."""
    members = {"createTime": _time(created), "modelVersion": model, "responseId": id_}
    return {name: value for name, value in members.items() if value}


def _time(created: int | None) -> str | None:
    """A Unix time as RFC 3339 has it."""
    try:
        return datetime.fromtimestamp(created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if created else None
    except (ValueError, OverflowError, OSError):
        return None


def _candidate(choice: Choice) -> dict[str, object]:
    content = {"parts": parts_json(choice.message), "role": "model"}
    return {"content": content, "index": choice.index} | metadata_json(choice) | logprobs_json(choice.logprobs)


def metadata_json(choice: Choice) -> dict[str, object]:
    """What a candidate says beside its content: why it ended, and what it refers to."""
    members: dict[str, object] = {}
    if choice.finish_reason is not None:
        members["finishReason"] = native(choice.finish_reason, choice.native_finish_reason)
    return members | annotations_json(choice.message.annotations or (), choice.message.text)


def logprobs_json(logprobs: Logprobs | None) -> dict[str, object]:
    """The log probabilities of the content's tokens; refusals have none here."""
    if logprobs is None or not logprobs.content:
        return {}
    tops = [
        {"candidates": [_token(top.token, top.logprob) for top in token.top_logprobs]} for token in logprobs.content
    ]
    chosen = [_token(token.token, token.logprob) for token in logprobs.content]
    return {"logprobsResult": {"chosenCandidates": chosen, "topCandidates": tops}}


def _token(token: str, logprob: float) -> dict[str, object]:
    return {"token": token, "logProbability": logprob}


def parts_json(message: Message) -> list[PartJson]:
    """The parts of the model's content."""
    nobodys = Losses(DIALECT)
    return PartsWriter(nobodys, "", sends_ids=True).message(message, "")
