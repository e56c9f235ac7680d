"""The chat APIs of the recorded traffic as data: what ends a stream, what is counted, what only the dialect knows.

And the exchanges in which ours differs from the second reading, with the reason why.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

Reasons = Callable[[bytes], Mapping[int, object]]
"""The choices that an event speaks of, and their finish reasons if it has them."""


class Api(msgspec.Struct, frozen=True, kw_only=True):
    """One API.

    `marker` is a pattern in the event that ends a stream, `reasons` reads the events before it where they can end one too.
    `counted` are the members that say what the second reading does not count among the prompt's tokens, and `opaque` the
    types of the parts that only the dialect knows.
    """

    marker: str = "(?!)"
    reasons: Reasons = lambda _: {}
    counted: tuple[str, ...] = ()
    opaque: frozenset[str] = frozenset()


def _data(event: bytes) -> list[Any]:  # any JSON
    return [json.loads(line[5:]) for line in event.splitlines() if line.startswith(b"data:")]


def _choices(event: bytes) -> Mapping[int, object]:
    choices = [choice for data in _data(event) for choice in data.get("choices", ())]
    return {choice["index"]: choice.get("finish_reason") for choice in choices}


def _candidates(event: bytes) -> Mapping[int, object]:
    candidates = [candidate for data in _data(event) for candidate in data.get("candidates", ())]
    return {candidate.get("index", 0): candidate.get("finishReason") for candidate in candidates}


def _message_delta(event: bytes) -> Mapping[int, object]:
    return {0: b"event: message_delta" in event or None}


def _message_stop(event: bytes) -> Mapping[int, object]:
    return {0: b"messageStop" in event or None}


_SERVER_TOOLS = (
    "bash_code_execution",
    "code_execution",
    "text_editor_code_execution",
    "tool_search",
    "web_fetch",
    "web_search",
)
_ITEMS = (
    "apply_patch_call code_interpreter_call computer_call file_search_call local_shell_call mcp_approval_request mcp_call "
    "mcp_list_tools program program_output shell_call shell_call_output tool_search_call tool_search_output "
    "web_search_call x_search_call"
)

APIS = {
    "chat": Api(marker="event: message-end", counted=(r'tokens":\s*{\s*"input_tokens',)),
    "chat_completions": Api(marker=r"data: ?\[DONE\]", reasons=_choices),
    "converse": Api(reasons=_message_stop, counted=("inputTokens", "cacheReadInputTokens", "cacheWriteInputTokens")),
    "generate_content": Api(
        reasons=_candidates,
        counted=("toolUsePromptTokenCount",),
        opaque=frozenset({"codeExecutionResult", "executableCode"}),
    ),
    "messages": Api(
        marker='"message_stop"',
        reasons=_message_delta,
        counted=("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"),
        opaque=frozenset({"advisor_tool_result", "compaction", "fallback", "mcp_tool_result", "mcp_tool_use"})
        | {"server_tool_use", *(f"{tool}_tool_result" for tool in _SERVER_TOOLS)},
    ),
    "native_chat": Api(marker='"done": ?true', counted=("prompt_eval_count",)),
    "responses": Api(marker=r'"type": ?"response\.(?:completed|incomplete)"', opaque=frozenset(_ITEMS.split())),
}

# By id what differs, and why.
_NOVA = "Nova's own search, which is no call for the client to answer: given back as it came."
_CITED = "The plain reading leaves out the text of cited passages where nothing streams."
_CUSTOM = "The call of a custom tool, which the plain reading does not know."
_ITERATIONS = "The last figures are those of one iteration, the message's own stand before."
EXPLAINED: dict[str, tuple[set[str], str]] = {
    "099940c4e473aa63": ({"opaque"}, "A tool's result in an answer, which its maker made up."),
    "1d1614674e1331ae": ({"notes"}, "The last token has no probability."),
    "23fab1468bd1c7d0": ({"opaque", "tool_calls"}, _NOVA),
    "2d7a3c6822874f24": ({"notes"}, "The provider writes the bytes of tokens as texts."),
    "3abfafa3c33075cc": ({"tool_calls"}, _CUSTOM),
    "43fad5c1257fae95": ({"text"}, _CITED),
    "4681f596d04fbfeb": ({"text"}, "Shortened by hand: the deltas are not the text that the last event tells."),
    "4a1158c93c293ad1": ({"tool_calls"}, _CUSTOM),
    "5e27d6b926cd171a": ({"text"}, _CITED),
    "7f2eb608dd6c3678": ({"prompt_tokens"}, _ITERATIONS),
    "987543601e5f015a": ({"opaque", "tool_calls"}, _NOVA),
    "9aa51174137d2c59": ({"tool_calls"}, "The plain reading looks at the last event, whose output is missing here."),
    "b3a68fb59af02beb": ({"prompt_tokens"}, _ITERATIONS),
    "bc53aa844111b79d": ({"text"}, "The plain reading looks at the last event, whose output is empty here."),
    "bd9820a39aafe73d": ({"text"}, _CITED),
    "c82b95a4890290ef": ({"tool_calls"}, _CUSTOM),
    "c9156e0e81aae0e2": ({"tool_calls"}, _CUSTOM),
    "db46b34eeec33ef2": ({"tool_calls"}, "Two streams in one body: two calls share an index, and differ in their ids."),
}

# How many failures there are of which status and kind.
FAILURES: dict[tuple[int, str], int] = {
    (200, "bad_request"): 6,
    (200, "content_policy"): 5,
    (200, "protocol"): 1,
    (200, "quota_exceeded"): 1,
    (200, "server_error"): 1,
    (200, "truncated"): 1,
    (200, "unprocessable"): 2,
    (400, "authentication"): 5,
    (400, "bad_request"): 75,
    (400, "context_window"): 9,
    (400, "permission_denied"): 3,
    (401, "authentication"): 30,
    (401, "permission_denied"): 1,
    (402, "quota_exceeded"): 2,
    (403, "authentication"): 3,
    (403, "permission_denied"): 5,
    (404, "not_found"): 19,
    (422, "unprocessable"): 7,
    (429, "quota_exceeded"): 1,
    (429, "rate_limited"): 4,
    (500, "context_window"): 1,
    (500, "server_error"): 8,
    (502, "server_error"): 1,
}
