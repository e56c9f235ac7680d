"""At every prefix of a JSON text the value so far is a prefix of the value, and every other text is a failure."""

from __future__ import annotations

import json
import re
from itertools import accumulate
from typing import cast

from hypothesis import event, given
from hypothesis import strategies as st

from sansio.framing.partial import PartialJson, parse_prefix

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
    st.text('\\"u/\n\x00aäé😀', max_size=8),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=4), inner, max_size=4)),
    max_leaves=12,
)
# Texts near the grammar's edge, and some that are whole: each token may be cut short, doubled or followed by any other.
tokens = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    " ",
    "\n",
    '"',
    '"a"',
    '"\\',
    "\\u",
    "\\ud83d",
    "\\ude00",
    "d83d",
    "n",
    "\x01",
    "\x80",
]
tokens += [
    "0",
    "1",
    "12",
    "-",
    ".",
    "e",
    "E",
    "+",
    "true",
    "tru",
    "false",
    "null",
    "NaN",
    "Infinity",
    "\ufeff",
    "\ud83d",
]
near_json = st.lists(st.sampled_from(tokens), max_size=10).map("".join)


@st.composite
def fragments(draw: st.DrawFn, text: str) -> list[str]:
    """Cut `text` into pieces, empty ones among them."""
    if draw(st.booleans()):
        return list(text)
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    return [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]


@st.composite
def cut_json(draw: st.DrawFn) -> str:
    """Return a JSON text that was cut off, and perhaps continued or changed in one place."""
    text = json.dumps(draw(values), ensure_ascii=draw(st.booleans()))
    at = draw(st.integers(0, len(text)))
    return text[:at] + draw(st.one_of(st.just(""), near_json)) + draw(st.sampled_from(["", "", text[at + 1 :]]))


whole_json = st.builds(json.dumps, values, ensure_ascii=st.booleans(), indent=st.sampled_from([None, 1]))
texts = st.one_of(whole_json, near_json, cut_json(), st.text(max_size=20))


def is_prefix(part: object, whole: object) -> bool:
    """Return whether `part` may be what is known of `whole` at some point: only what is last may be unfinished."""
    match part, whole:
        case str(), str():
            return whole.startswith(part)
        case list(), list():
            return is_prefix_of_items(cast(list[object], part), cast(list[object], whole))
        case dict(), dict():
            shown, expected = cast(dict[str, object], part), cast(dict[str, object], whole)
            keys = list(shown)
            return keys == list(expected)[: len(keys)] and is_prefix_of_items([*shown.values()], [*expected.values()])
        case _:
            return same(part, whole)


def is_prefix_of_items(part: list[object], whole: list[object]) -> bool:
    if not part:
        return True
    last = len(part) - 1
    return len(part) <= len(whole) and same(part[:last], whole[:last]) and is_prefix(part[last], whole[last])


def same(one: object, other: object) -> bool:
    """Return whether both are equal, types and the sign of zero included."""
    return repr(one) == repr(other)


def outcome(pieces: list[str]) -> tuple[str, bool, bool]:
    """Return the value, whether it is complete, and whether the text has failed, the end of the text included."""
    partial = PartialJson()
    for piece in pieces:
        partial.receive(piece)
    partial.receive_eof()
    return repr(partial.value), partial.complete, partial.failure is not None


@given(values, st.booleans(), st.sampled_from([None, 0, 2]), st.data())
def test_every_value_is_read_back_and_shown_growing(
    value: object, ascii_only: bool, indent: int | None, data: st.DataObject
) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    partial = PartialJson()
    for piece in data.draw(fragments(text)):
        partial.receive(piece)
        assert partial.failure is None
        assert partial.value is None or is_prefix(partial.value, value)
    partial.receive_eof()
    assert (partial.complete, partial.failure) == (True, None)
    assert same(partial.value, value)


@given(values, st.booleans())
def test_reading_the_value_at_every_character_changes_nothing(value: object, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    partial = PartialJson()
    for prefix in accumulate(text):
        partial.receive(prefix[-1])
        assert same(partial.value, parse_prefix(prefix))


@given(texts, st.data())
def test_fragmentation_changes_nothing(text: str, data: st.DataObject) -> None:
    assert outcome(data.draw(fragments(text))) == outcome([text])


@given(texts)
def test_a_text_is_complete_exactly_when_the_standard_library_takes_it(text: str) -> None:
    value, complete, failed = outcome([text])
    assert complete is not failed
    expected = standard(text)
    event(f"sound: {expected is not None}")
    assert complete is (expected is not None)
    if expected is not None:
        assert value == expected


def standard(text: str) -> str | None:
    """Return what the standard library makes of `text`, lone surrogates replaced; None if it refuses."""
    try:
        return repr(replace_surrogates(json.loads(text, parse_constant=refuse)))
    except ValueError:
        return None


def refuse(constant: str) -> object:
    raise ValueError(constant)


def replace_surrogates(value: object) -> object:
    if isinstance(value, str):
        return re.sub("[\ud800-\udfff]", "\ufffd", value)
    if isinstance(value, list):
        return [replace_surrogates(item) for item in cast(list[object], value)]
    if isinstance(value, dict):
        members = cast(dict[str, object], value).items()
        return {replace_surrogates(key): replace_surrogates(item) for key, item in members}
    return value


IN_STRING = [escape + '"' + member for escape in ("", "\\", "0", "00", "000", "0000") for member in ("", ":0")]
ELSEWHERE = ["", "0", ":0", '"":0', "rue", "ue", "e", "alse", "lse", "se", "ull", "ll", "l"]


def completions(text: str) -> list[str]:
    """Return what may be appended to `text` to complete it: the end of its last token, then its closing brackets."""
    structure = re.sub(r'"(?:[^"\\]|\\.)*(?:"|\\?$)', "", text, flags=re.DOTALL)
    closing = ""
    for bracket in re.findall(r"[][{}]", structure):
        closing = {"[": "]", "{": "}"}[bracket] + closing if bracket in "[{" else closing[1:]
    return [end + closing for end in IN_STRING + ELSEWHERE]


@given(texts)
def test_a_text_fails_exactly_when_nothing_can_complete_it(text: str) -> None:
    partial = PartialJson()
    partial.receive(text)
    completed = [text + end for end in completions(text) if standard(text + end) is not None]
    event(f"failed: {partial.failure is not None}")
    assert (partial.failure is None) is bool(completed)
    for whole in completed:
        assert outcome([whole]) == (standard(whole), True, False)
