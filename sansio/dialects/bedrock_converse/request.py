"""A ChatRequest as the body of `POST /model/{modelId}/converse`.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html.  Features that some models lack are named
in `lacks` of their rules: those that Claude's own dialect has names for, `caching`, `reasoning_back` (no reasoning is taken
back) and `unsigned_reasoning` (only such as the model has signed).
"""

from __future__ import annotations

import re
from typing import Final, cast

from ...errors import LocalProtocolError
from ...types import ChatRequest
from ..body import json_body
from ..codec import Encoded, Terms, native_model, path_of
from ..conversation import check_conversation
from ..ids import SHORT_ID, with_own_ids
from ..losses import Losses
from ..parameters import Parameters, apply_rules, rule_for
from ..schema_tool import tool_name, with_tool
from .content import Block
from .messages import Conversation
from .places import make_room, merged, place, put
from .reasoning import reasoning
from .tools import tool_config
from .wire import DIALECT

REFUSED: Final = frozenset({"calls_without_tools", "stray_results", "unanswered_calls"})
"""The conversations that the API refuses, whatever the model; and it wants the first message to be the user's."""

_ENDS: Final = frozenset({"answer", "end"})  # messages of one side are one
_ID: Final = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_NO_ID: Final = re.compile(r"[^A-Za-z0-9_.:-]")
STREAM_TYPE: Final = "application/vnd.amazon.eventstream"


def encode_request(request: ChatRequest, terms: Terms) -> Encoded:
    """The path, which says whether the answer is to stream, the body, and what it loses."""
    losses = Losses(DIALECT)
    model = native_model(request.model, terms.provider)
    path = path_of(terms, "converse", f"/model/{{model}}/converse{'-stream' if terms.stream else ''}", model)
    body = json_body(converse_body(request, terms, losses), None)
    return Encoded(path, body, tuple(losses.found), accept=STREAM_TYPE if terms.stream else None)


def converse_body(request: ChatRequest, terms: Terms, losses: Losses) -> Block:
    """The members of the body."""
    model = native_model(request.model, terms.provider)
    if schema_tool(request, terms) is not None:
        request = with_tool(request)
    parameters = Parameters(request, losses)
    _name_limit(parameters)
    rule = apply_rules(parameters.left, model, terms.provider, losses)
    conversation = Conversation(losses, rule.lacks)
    conversation.add(with_own_ids(request.conversation, _NO_ID, only=SHORT_ID if "long_ids" in rule.lacks else _ID))
    if not conversation.messages:
        raise LocalProtocolError("messages: the API wants something that the user says")
    _check_messages(conversation)
    if "prefill" in rule.lacks and conversation.begins_answer:
        raise LocalProtocolError("messages: the model takes no answer that is begun for it: the last must be a user's")
    body: Block = {"messages": conversation.messages}
    if conversation.system:
        body["system"] = conversation.system
    tools = tool_config(parameters, conversation, needed=conversation.has_tools)
    has_tools = tools is not None or "toolConfig" in (request.extra or {})
    check_conversation(request, REFUSED | rule.lacks, has_tools=has_tools, ends=_ENDS)
    thoughts = reasoning(parameters, rule)
    if tools is not None:
        body["toolConfig"] = tools
    make_room(parameters.left, tools or {}, thoughts, rule.lacks, losses)
    place(body, parameters, rule.lacks)
    for name, value in thoughts.fields.items():
        put(body, f"additionalModelRequestFields.{name}", value)
    if thoughts.effort is not None:
        put(body, "outputConfig.effort", thoughts.effort)
    parameters.lose_rest("the API does not have it")
    return merged(body, request.extra)


def _check_messages(conversation: Conversation) -> None:
    """Raise LocalProtocolError for messages that the API refuses for what is left of them."""
    if conversation.messages[0]["role"] != "user":
        raise LocalProtocolError(f"{conversation.paths[0]}: the API requires that the first message is the user's")
    for path, message in zip(conversation.paths, conversation.messages, strict=True):
        kinds = {kind for block in cast("list[Block]", message["content"]) for kind in block}
        if "document" in kinds and "text" not in kinds:
            raise LocalProtocolError(f"{path}: the API requires a text beside a document")


def schema_tool(request: ChatRequest, terms: Terms) -> str | None:
    """The name of the tool that the schema of *request* becomes; None where it does not become one."""
    rule = rule_for(terms.provider, native_model(request.model, terms.provider))
    return tool_name(request) if "json_schema" in rule.lacks else None


def _name_limit(parameters: Parameters) -> None:
    """Both names of the maximum are one; the newer counts."""
    if (limit := parameters.take_limit()) is not None:
        parameters.left["max_tokens"] = limit
