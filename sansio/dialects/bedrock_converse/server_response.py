"""A response as Converse gives it, in one JSON object: the first choice, since there is no other.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_ResponseSyntax.  What
the exchange stamped on the response, and its id, date and model, have no place in it.
"""

from __future__ import annotations

import msgspec
from msgspec import Raw

from ...types import ChatResponse, Choice, CustomToolCall, FunctionToolCall, Message, Opaque, TextPart
from ..calls import arguments_of
from ..lenient import REFUSALS, is_json
from ..losses import Losses
from .citations import citation
from .content import RESPONSE_FIELDS, Block, BlockWriter
from .finish import native
from .usage import token_usage
from .wire import DIALECT, decode_members


def encode_response(response: ChatResponse) -> bytes:
    """The answer of `POST /model/{modelId}/converse`."""
    choice = response.choices[0] if response.choices else Choice(0, response.message, None)
    stop = native(choice.finish_reason, choice.native_finish_reason)
    whole: Block = {
        "output": {"message": {"role": "assistant", "content": blocks_of(choice.message)}},
        "stopReason": stop,
    }
    for part in choice.message.parts or ():
        if isinstance(part, Opaque) and (fields := response_fields(part)) is not None:
            whole[RESPONSE_FIELDS] = fields
    return msgspec.json.encode(whole | metadata(response))


def metadata(response: ChatResponse) -> Block:
    """What is known once the message has ended."""
    known: Block = {}
    if response.usage is not None:
        known["usage"] = token_usage(response.usage)
    if response.service_tier is not None:
        known["serviceTier"] = {"type": response.service_tier}
    if response.moderation is not None and (trace := _trace(response.moderation)) is not None:
        known["trace"] = trace
    return known


def blocks_of(message: Message) -> list[Block]:
    """The content of an answer: what only other dialects understand is left out, a refusal is text."""
    writer = BlockWriter(Losses(DIALECT))
    blocks: list[Block] = []
    for part in message.ordered:
        if isinstance(part, FunctionToolCall | CustomToolCall):
            blocks.append({"toolUse": {"toolUseId": part.id, "name": part.name, "input": input_of(arguments_of(part))}})
        elif isinstance(part, TextPart):  # white space too, which only requests cannot say
            text: Block = {"text": part.text, **(part.extra or {})}
            blocks += [text] if part.text or part.extra else []
        else:
            blocks += writer.of(part, "")
    if message.refusal:
        blocks.append({"text": message.refusal})
    if message.annotations:
        blocks.append({"citationsContent": {"citations": [citation(said) for said in message.annotations]}})
    return blocks


def input_of(arguments: str) -> object:
    """A call's arguments as the value that they are, as text where they are no JSON, and nothing as an empty object."""
    text = arguments.strip() or "{}"
    return Raw(text.encode()) if is_json(text.encode()) else arguments


def response_fields(item: Opaque) -> Raw | None:
    """The members of the model's own answer, where that is what *item* holds."""
    return decode_members(item.raw).get(RESPONSE_FIELDS) if item.dialect == DIALECT else None


def _trace(moderation: Raw) -> Raw | None:
    """What a guardrail found, where this is it."""
    try:
        return moderation if "guardrail" in decode_members(moderation) else None
    except REFUSALS:
        return None
