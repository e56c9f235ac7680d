"""A request from one dialect to another: what differs on the other side is accounted for by a loss."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Final, TypeAlias

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sansio.errors import LocalProtocolError, UnsupportedParameterError
from sansio.exchange import Exchange
from sansio.types import (
    ChatRequest,
    CustomToolCall,
    FunctionToolCall,
    Loss,
    Message,
    OrderedPart,
    TextPart,
    user,
)
from tests.properties.crossing import DOUBLES, PAIRS, heard, requests, sent
from tests.properties.facts import STREAMS, Fact, Said, facts

Losses: TypeAlias = Sequence[Loss]

# -- how dialects arrange what is said ------------------------------------------------------------------------------

# By which key a dialect sorts what stands in one message; a call behind other content is told by a loss.
_ORDERS: Final[dict[str, Callable[[Said], bool]]] = {
    "cohere": lambda said: isinstance(said.thing, Call),
    "gemini": lambda said: said.speaker.startswith("result") and not isinstance(said.thing, str),
    "ollama": lambda said: not isinstance(said.thing, str),
    "openai_chat": lambda said: isinstance(said.thing, Call),
}
_TOLD: Final = frozenset({"cohere", "openai_chat"})


def arranged(said: Sequence[Fact], dialect: str, losses: Losses) -> list[Fact]:
    """What is said in the order in which the dialect has it."""
    told = {loss.path.removesuffix(".parts") for loss in losses if loss.action == "approximated"}
    found: list[Fact] = []
    for message, parts in groupby(said, key=lambda fact: fact.paths[0].partition(".")[0]):
        order = _ORDERS.get(dialect) if dialect not in _TOLD or message in told else None
        found += parts if order is None else sorted(parts, key=lambda fact, order=order: order(fact.said))
    return list(_shown_by_the_user(found)) if dialect == "openai_chat" else found


def _shown_by_the_user(said: Sequence[Fact]) -> Iterator[Fact]:
    """The media of results stand behind the last result, as the user's."""
    for is_result, run in groupby(said, key=lambda fact: fact.said.speaker.startswith("result")):
        facts_ = list(run)
        yield from (fact for fact in facts_ if not (is_result and not isinstance(fact.said.thing, str)))
        yield from (
            fact._replace(said=Said("user", fact.said.thing))
            for fact in facts_
            if is_result and not isinstance(fact.said.thing, str)
        )


# What differs without a loss, by dialect and kind of fact.
TOLERATED: Final[dict[str, dict[str, str]]] = {
    "gemini": {
        "detail": "one resolution for all media, which its server keeps in generationConfig",
        "extra": "where that is",
        "filename": "a blob has no name, and the model never sees it",
    },
}

# -- how both sides are compared ---------------------------------------------------------------------------------------


def unaccounted(before: ChatRequest, other: str, after: ChatRequest, losses: Losses) -> list[object]:
    """The differences that no loss accounts for."""
    tolerated = TOLERATED.get(other, {})
    here = [fact for fact in facts(_arranged(before, other, losses)) if fact.kind not in tolerated]
    there = [fact for fact in facts(after) if fact.kind not in tolerated]
    found: list[object] = []
    for kind in STREAMS:
        found += _in_order([f for f in here if f.kind == kind], [f for f in there if f.kind == kind], losses)
    rest = ([fact for fact in side if fact.kind not in STREAMS] for side in (here, there))
    return found + _in_any_order(*rest, losses)


def _arranged(request: ChatRequest, dialect: str, losses: Losses) -> ChatRequest:
    choice = request.tool_choice
    if choice == "none" and any(loss.path == "tool_choice" for loss in losses):
        choice = "auto"  # the tools are sent, and may be called
    return msgspec.structs.replace(
        request, messages=ARRANGED[dialect](request.conversation, losses), tool_choice=choice
    )


def _in_order(here: list[Fact], there: list[Fact], losses: Losses) -> list[object]:
    """What is missing, and what is left over; neighbouring texts of a speaker may be cut elsewhere."""
    rest = [fact.said for fact in there if isinstance(fact.said, Said)]
    found: list[object] = []
    for fact in here:
        if (left := _without(rest, fact.said)) is not None:
            rest = left
        elif not fact.is_covered(losses):
            found.append(("missing", fact, rest[:2]))
    return found + [("more", said) for said in rest]


def _without(rest: list[Said], said: object) -> list[Said] | None:
    """What follows *said* where that is what comes next; None where it is not."""
    assert isinstance(said, Said)
    if not rest or rest[0].speaker != said.speaker:
        return None
    if rest[0] == said:
        return rest[1:]
    text, begun = said.thing, rest[0].thing
    if not isinstance(text, str) or not isinstance(begun, str):
        return None
    begun = begun.lstrip("\n")  # some join texts by lines
    if begun.startswith(text):
        over = begun.removeprefix(text)
        return [Said(said.speaker, over), *rest[1:]] if over else rest[1:]
    return _without(rest[1:], Said(said.speaker, text.removeprefix(begun))) if text.startswith(begun) else None


def _in_any_order(here: list[Fact], there: list[Fact], losses: Losses) -> list[object]:
    """A fact that is missing needs a loss; one that is new needs one that says more than that it was dropped."""
    missing, new = list[Fact](), list(there)
    for fact in here:
        same = next((other for other in new if (other.kind, other.said) == (fact.kind, fact.said)), None)
        if same is None:
            missing.append(fact)
        else:
            new.remove(same)
    changed = {loss.path.rpartition(".")[2] for loss in losses if loss.action != "dropped"}
    found: list[object] = [("missing", fact) for fact in missing if not fact.is_covered(losses)]
    return found + [("more", fact) for fact in new if not changed & {path.rpartition(".")[2] for path in fact.paths}]


# -- the properties ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("one", "other"), PAIRS)
@given(data=st.data())
@settings(max_examples=30)
def test_what_differs_is_accounted_for(one: str, other: str, data: st.DataObject) -> None:
    """And a request that loses something is refused where nothing may be lost."""
    request = data.draw(requests(one))
    before = heard(sent(one, request)[0])
    wire, losses = sent(other, before)
    assert unaccounted(before, other, heard(wire), losses) == []
    assert sent(other, before)[0] == wire
    if any(loss.action != "filled" for loss in losses):
        with pytest.raises(UnsupportedParameterError):
            Exchange(DOUBLES[other], before)
    else:
        assert Exchange(DOUBLES[other], before).request == wire
