"""Conversations: what is refused is what the rules say, what is valid is sent, and each result has the id of its call."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any, Final

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sansio
from sansio import ChatRequest, Exchange, LocalProtocolError, Message, Provider, assistant, system, tool, user
from sansio.dialects.conversation import RULES, check_conversation
from sansio.dialects.ids import SHORT_ID, with_own_ids
from sansio.types import FunctionCall, FunctionDefinition, FunctionTool, FunctionToolCall, TextPart
from tests.properties.crossing import DOUBLES

Conversation = Sequence[Message]

TOOLS: Final = [FunctionTool(FunctionDefinition("f"))]
IDS: Final = st.sampled_from(["a", "a_2", "b.c", "call00001", "D681PevKs"])


def calling(ids: Sequence[str], text: str | None = None) -> Message:
    return assistant(text, tool_calls=[FunctionToolCall(id=id_, function=FunctionCall("f", "{}")) for id_ in ids])


MESSAGES: Final = st.one_of(
    st.sampled_from([user("u"), user([TextPart(text="u")]), user([]), system("s"), assistant("x"), assistant("")]),
    st.builds(calling, st.lists(IDS, min_size=1, max_size=3)),
    st.builds(tool, st.just("r"), IDS),
    st.builds(tool, st.just("r"), IDS),
)
ANYTHING: Final = st.lists(MESSAGES, max_size=8)

# -- the rules, each by itself ----------------------------------------------------------------------------------------


def ids_of(message: Message) -> list[str]:
    return [call.id for call in message.tool_calls or ()]


def spoken(conversation: Conversation) -> list[Message]:
    return [message for message in conversation if message.role != "system"]


def rounds(conversation: Conversation) -> list[tuple[Counter[str], list[str]]]:
    """The calls of each message but results, and the results up to the next one."""
    found: list[tuple[Counter[str], list[str]]] = [(Counter(), [])]
    for message in spoken(conversation):
        if message.role == "tool":
            found[-1][1].append(str(message.tool_call_id))
        else:
            found.append((Counter(ids_of(message)), []))
    return found


def turns(conversation: Conversation) -> list[tuple[Counter[str], list[str]]]:
    """The calls of each turn of the assistant's, and the results in the turn behind it."""
    found: list[tuple[Counter[str], list[str]]] = [(Counter(), [])]
    for is_assistant, run in groupby(spoken(conversation), lambda message: message.role == "assistant"):
        messages = list(run)
        if is_assistant:
            found.append((Counter(id_ for message in messages for id_ in ids_of(message)), []))
        else:
            found[-1][1].extend(str(message.tool_call_id) for message in messages if message.role == "tool")
    return found


def all_answered(found: list[tuple[Counter[str], list[str]]]) -> bool:
    return all(not calls - Counter(results) for calls, results in found)


def none_stray(found: list[tuple[Counter[str], list[str]]]) -> bool:
    return all(not Counter(results) - calls for calls, results in found)


def first_is_the_users(conversation: Conversation) -> bool:
    return all(message.role == "user" for message in spoken(conversation)[:1])


def ends_with_a_question(conversation: Conversation) -> bool:
    return all(message.role in {"user", "tool"} for message in conversation[-1:])


def roles(conversation: Conversation) -> str:
    return "".join(message.role[0] for message in conversation)


STATEMENTS: Final[dict[str, Callable[[Conversation], bool]]] = {
    "assistant_first": first_is_the_users,
    "calls_without_tools": lambda conversation: (
        not any(ids_of(message) or message.role == "tool" for message in conversation)
    ),
    "empty_content": lambda conversation: all(message.content != [] for message in conversation),
    "end_unasked": ends_with_a_question,
    "end_unprefixed": ends_with_a_question,
    "late_instructions": lambda conversation: re.fullmatch("s*[^s]*", roles(conversation)) is not None,
    "no_messages": bool,
    "silent_answers": lambda conversation: assistant("") not in conversation,
    "stray_results": lambda conversation: none_stray(rounds(conversation)),
    "unanswered_calls": lambda conversation: all_answered(rounds(conversation)),
    "user_after_tool": lambda conversation: "tu" not in roles(spoken(conversation)),
}


def passes(conversation: Conversation, lacks: set[str] | frozenset[str], **how: Any) -> bool:
    request = ChatRequest(model="m", messages=conversation)
    try:
        check_conversation(request, frozenset(lacks), has_tools=False, **how)
    except LocalProtocolError:
        return False
    return True


def test_every_rule_has_its_statement() -> None:
    assert STATEMENTS.keys() == RULES


@given(ANYTHING, st.sets(st.sampled_from(sorted(RULES))))
@settings(max_examples=300)
def test_what_passes_is_what_all_rules_allow(conversation: list[Message], lacks: set[str]) -> None:
    assert passes(conversation, lacks) == all(STATEMENTS[word](conversation) for word in lacks)


@given(ANYTHING)
@settings(max_examples=300)
def test_results_of_a_turn_may_stand_anywhere_in_the_next(conversation: list[Message]) -> None:
    ends = frozenset({"answer", "end"})
    assert passes(conversation, {"unanswered_calls"}, ends=ends) == all_answered(turns(conversation))
    assert passes(conversation, {"stray_results"}, ends=ends) == none_stray(turns(conversation))


# -- valid conversations ----------------------------------------------------------------------------------------------


@st.composite
def valid(draw: st.DrawFn) -> list[Message]:
    """Instructions, then a user and an assistant in turn, who may call tools before it answers; ids may come again."""
    messages = [system("s")] * draw(st.integers(0, 1)) + [user("u")]
    for _ in range(draw(st.integers(0, 3))):
        for _ in range(draw(st.integers(0, 2))):
            ids = draw(st.lists(IDS, min_size=1, max_size=3, unique=True))
            messages += [calling(ids, draw(st.sampled_from([None, "x"])))]
            messages += [tool("r", id_) for id_ in draw(st.permutations(ids))]
        if messages[-1].role == "tool" and draw(st.booleans()):
            return messages
        messages += [assistant("x"), user("u")]
    return messages


@given(valid())
def test_a_valid_conversation_breaks_no_rule(conversation: list[Message]) -> None:
    assert passes(conversation, RULES - {"calls_without_tools"})


PROVIDERS: Final[dict[str, tuple[Provider, str]]] = {
    **{name: (double, "m") for name, double in DOUBLES.items()},
    "anthropic's": (sansio.provider("anthropic", api_key="k"), "claude-sonnet-4-5"),
    "azure's": (sansio.provider("azure_openai", api_key="k", resource="r"), "gpt-4o"),
    "gemini's": (sansio.provider("gemini", api_key="k"), "gemini-2.5-flash"),
    "mistral": (sansio.provider("mistral", api_key="k"), "mistral-large-latest"),
    "openai": (sansio.provider("openai", api_key="k"), "gpt-4o"),
    "perplexity": (sansio.provider("perplexity", api_key="k"), "sonar"),
}


@pytest.mark.parametrize("name", PROVIDERS)
@given(conversation=valid())
@settings(max_examples=20)
def test_a_valid_conversation_is_sent(name: str, conversation: list[Message]) -> None:
    provider, model = PROVIDERS[name]
    request = ChatRequest(model=model, messages=conversation, tools=TOOLS)
    assert Exchange(provider, request, on_loss="drop").request.method == "POST"


@given(st.lists(st.sampled_from([user("u"), user("v"), assistant("x"), system("s")]), max_size=8))
def test_perplexity_is_sent_turns_or_nothing(conversation: list[Message]) -> None:
    provider = PROVIDERS["perplexity"][0]
    try:
        sent = Exchange(provider, ChatRequest(model="sonar", messages=conversation)).request.body
    except LocalProtocolError:
        allowed = re.fullmatch("s*u[ua]*", roles(conversation)) and roles(conversation)[-1] == "u"
        assert not allowed
        return
    assert isinstance(sent, bytes)
    messages = msgspec.json.decode(sent)["messages"]
    assert re.fullmatch("s?(ua)*u", "".join(message["role"][0] for message in messages))
    assert [text for message in messages for text in texts(message["content"])] == [one.text for one in conversation]


def texts(content: Any) -> list[str]:
    return [content] if isinstance(content, str) else [part["text"] for part in content]


# -- ids ----------------------------------------------------------------------------------------------------------


def paired(conversation: Conversation) -> list[tuple[int, int] | None]:
    """For each result the message and the place of its call: by looking through all of them."""
    answered: dict[str, list[tuple[int, int]]] = {}
    found: list[tuple[int, int] | None] = []
    for position, message in enumerate(conversation):
        if message.tool_call_id is None:
            continue
        before = [
            (place, n)
            for place, other in enumerate(conversation[:position])
            for n, id_ in enumerate(ids_of(other))
            if id_ == message.tool_call_id
        ]
        taken = answered.setdefault(message.tool_call_id, [])
        left = [call for call in before if call not in taken]
        if left:
            taken.append(min(left, key=lambda call: (-call[0], call[1])))
        found.append(taken[-1] if taken else None)
    return found


@pytest.mark.parametrize(("refused", "only"), [(None, None), (re.compile(r"[^A-Za-z0-9_-]"), None), (None, SHORT_ID)])
@given(conversation=ANYTHING)
@settings(max_examples=200)
def test_each_call_has_an_id_of_its_own_which_its_results_have_too(
    refused: re.Pattern[str] | None, only: re.Pattern[str] | None, conversation: list[Message]
) -> None:
    own = with_own_ids(conversation, refused, only=only)
    ids = [ids_of(message) for message in own]
    flat = [id_ for of_message in ids for id_ in of_message]
    assert len(set(flat)) == len(flat)
    assert refused is None or not any(map(refused.search, flat))
    assert only is None or all(map(only.fullmatch, flat))
    results = [message for message in own if message.tool_call_id is not None]
    for result, call in zip(results, paired(conversation), strict=True):
        if call is not None:
            assert result.tool_call_id == ids[call[0]][call[1]]
    assert with_own_ids(own, refused, only=only) == own
    cut = len(conversation) // 2  # a conversation that goes on keeps its ids, and with them what is cached of it
    assert list(with_own_ids(conversation[:cut], refused, only=only)) == list(own[:cut])


@given(valid())
def test_nothing_but_ids_is_changed(conversation: list[Message]) -> None:
    for before, after in zip(conversation, with_own_ids(conversation), strict=True):
        calls = [
            msgspec.structs.replace(call, id=old)
            for call, old in zip(after.tool_calls or (), ids_of(before), strict=True)
        ]
        assert msgspec.structs.replace(after, tool_calls=calls or None, tool_call_id=before.tool_call_id) == before
