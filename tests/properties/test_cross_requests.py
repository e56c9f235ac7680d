"""A request from one dialect to another: what differs on the other side is accounted for by a loss."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from typing import Final, TypeAlias, cast

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from sansio.errors import UnsupportedParameterError
from sansio.exchange import Exchange
from sansio.types import ChatRequest, Loss
from tests.properties.crossing import DOUBLES, PAIRS, heard, requests, sent
from tests.properties.facts import STREAMS, Call, Fact, facts

Losses: TypeAlias = Sequence[Loss]

# What differs without a loss, by dialect and kind of fact.
TOLERATED: Final[dict[str, dict[str, str]]] = {
    "gemini": {
        "detail": "one resolution for all media, which its server keeps in generationConfig",
        "extra": "where that is",
        "filename": "a blob has no name, and the model never sees it",
        "strict": "a call that must be made always keeps to its schema",
    },
    "openai_responses": {
        "thinking": "its models reason unless they are told not to",
    },
}

# -- in which order dialects have what is said ------------------------------------------------------------------------


def arranged(said: Sequence[Fact], dialect: str, losses: Losses) -> list[Fact]:
    """What is said in the order in which *dialect* has it."""
    told = {loss.path.removesuffix(".parts") for loss in losses if loss.action == "approximated"}
    found: list[Fact] = []
    for message, parts in groupby(said, key=lambda fact: fact.paths[0].partition(".")[0]):
        order = _ORDERS.get(dialect) if dialect not in _TOLD or message in told else None
        found += sorted(parts, key=order or _as_it_is)
    return _AFTERWARDS.get(dialect, list)(found)


def _as_it_is(_fact: Fact) -> bool:
    return False


def _is_call(fact: Fact) -> bool:
    return isinstance(fact.said, Call)


def _is_no_text(fact: Fact) -> bool:
    return not isinstance(fact.said, str)


def _is_shown(fact: Fact) -> bool:
    """Whether it is a medium in a tool's result."""
    return _is_result(fact) and _is_no_text(fact)


def _is_result(fact: Fact) -> bool:
    return fact.speaker.startswith("result")


def _as_called(said: Sequence[Fact]) -> list[Fact]:
    """Results stand in the order of their calls."""
    return [fact for _, run in groupby(said, key=_is_result) for fact in sorted(run, key=_place)]


def _place(fact: Fact) -> str:
    return fact.speaker if _is_result(fact) else ""


def _shown_by_the_user(said: Sequence[Fact]) -> list[Fact]:
    """The media of results stand behind the last result, as the user's; a loss tells that, too."""
    runs = [sorted(run, key=_is_shown) for _, run in groupby(said, key=_is_result)]
    return [fact._replace(speaker="user") if _is_shown(fact) else fact for run in runs for fact in run]


# By which key they sort what stands in one message, and who tells by a loss when he does; and across messages.
_ORDERS: Final = {"cohere": _is_call, "gemini": _is_shown, "ollama": _is_no_text, "openai_chat": _is_call}
_TOLD: Final = frozenset({"cohere", "openai_chat"})
_AFTERWARDS: Final = {"gemini": _as_called, "openai_chat": _shown_by_the_user}

# -- how both sides are compared --------------------------------------------------------------------------------------


def unaccounted(before: ChatRequest, other: str, after: ChatRequest, losses: Losses) -> list[object]:
    """The differences between a request and what *other* makes of it that no loss accounts for."""
    if before.tool_choice == "none" and any(loss.path == "tool_choice" for loss in losses):
        before = msgspec.structs.replace(before, tool_choice="auto")  # the tools are sent, and may be called
    tolerated = TOLERATED.get(other, {})
    here, there = ([fact for fact in facts(side) if fact.kind not in tolerated] for side in (before, after))
    found: list[object] = []
    for kind in STREAMS:
        said = arranged([fact for fact in here if fact.kind == kind], other, losses)
        found += _in_order(said, [fact for fact in there if fact.kind == kind], losses)
    rest = [fact for fact in here if fact.kind not in STREAMS], [fact for fact in there if fact.kind not in STREAMS]
    return found + _in_any_order(*rest, losses)


def _in_order(here: Sequence[Fact], there: Sequence[Fact], losses: Losses) -> list[object]:
    """What is missing, and what is left over."""
    rest, found = there, list[object]()
    for fact in here:
        if (left := _without(rest, fact)) is not None:
            rest = left
        elif not fact.is_covered(losses):
            found.append(("missing", fact, rest[:1]))
    return found + [("more", fact) for fact in rest]


def _without(rest: Sequence[Fact], fact: Fact) -> Sequence[Fact] | None:
    """What follows *fact* where it comes next, and None where not; texts of one speaker may be cut elsewhere."""
    if not rest or rest[0].speaker != fact.speaker:
        return None
    text, begun = fact.said, rest[0].said
    if text == begun:
        return rest[1:]
    if not isinstance(text, str) or not isinstance(begun, str):
        return None
    begun = begun.lstrip("\n")  # some join texts by lines
    if begun.startswith(text):
        over = begun.removeprefix(text)
        return [rest[0]._replace(said=over), *rest[1:]] if over else rest[1:]
    return _without(rest[1:], fact._replace(said=text.removeprefix(begun))) if text.startswith(begun) else None


def _in_any_order(here: Sequence[Fact], there: Sequence[Fact], losses: Losses) -> list[object]:
    """Facts that are missing need a loss; those that are new need one that says more than that something was dropped."""
    changed = [loss for loss in losses if loss.action not in {"dropped", "omitted"}]
    lost = [fact for fact in here if fact.is_covered(losses)]
    made = [fact for fact in there if fact.is_covered(changed) or fact.is_named(changed)]
    missing, more = _beyond(_beyond(here, there), lost), _beyond(_beyond(there, here), made)
    return [*(("missing", fact) for fact in missing), *(("more", fact) for fact in more)]


def _beyond(facts_: Sequence[Fact], others: Sequence[Fact]) -> list[Fact]:
    """Those without one of the others that says the same."""
    left, found = [(fact.kind, fact.said) for fact in others], list[Fact]()
    for fact in facts_:
        if (fact.kind, fact.said) in left:
            left.remove((fact.kind, fact.said))
        else:
            found.append(fact)
    return found


_STEP: Final = re.compile(r"(?P<name>\w+)|\[(?P<place>\d+)\]")


def is_there(request: ChatRequest, path: str) -> bool:
    """Whether *path* names something that the request has."""
    value: object = request
    for step in _STEP.finditer(path):
        if isinstance(value, dict):  # JSON, such as a schema
            return True
        if (place := step["place"]) is None:
            value = getattr(value, step["name"], None)
        else:
            items = cast("list[object]", value) if isinstance(value, list) else []
            value = items[int(place)] if int(place) < len(items) else None
    return value is not None and value is not UNSET


# -- the properties ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("one", "other"), PAIRS)
@given(data=st.data())
@settings(max_examples=20)
def test_what_differs_is_accounted_for(one: str, other: str, data: st.DataObject) -> None:
    """And a request that loses something is refused where nothing may be lost."""
    request = data.draw(requests(one))
    before = heard(sent(one, request)[0])
    wire, losses = sent(other, before)
    assert unaccounted(before, other, heard(wire), losses) == []
    assert [loss for loss in losses if loss.action != "filled" and not is_there(before, loss.path)] == []
    assert sent(other, before)[0] == wire
    if any(loss.action in {"approximated", "dropped"} for loss in losses):
        with pytest.raises(UnsupportedParameterError):
            Exchange(DOUBLES[other], before)
    else:
        assert Exchange(DOUBLES[other], before).request == wire
