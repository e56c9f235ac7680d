"""The prefix parser on examples: what is shown at each point, each kind of damage, each limit."""

from __future__ import annotations

import json

import pytest

from sansio.framing.partial import MAX_DEPTH, MAX_NUMBER, PartialJson, parse_prefix

SHOWN: list[tuple[str, object]] = [
    ("", None),
    (" \n\t\r", None),
    ("{", {}),
    ('{"pa', {}),
    ('{"path"', {}),
    ('{"path" :', {}),
    ('{"path": "', {"path": ""}),
    ('{"path": "/t', {"path": "/t"}),
    ('{"path": "/t", ', {"path": "/t"}),
    ('{"a": {"b": ["c', {"a": {"b": ["c"]}}),
    ('{"a": 1, "a": "x', {"a": "x"}),
    ('{"": {}, "b": []', {"": {}, "b": []}),
    ("[", []),
    ("[[], [{}", [[], [{}]]),
    ('"text', "text"),
    ('"', ""),
]


@pytest.mark.parametrize(("prefix", "value"), SHOWN)
def test_open_containers_and_strings_are_shown_as_far_as_they_are_known(prefix: str, value: object) -> None:
    assert parse_prefix(prefix) == value


@pytest.mark.parametrize("token", ["12", "-", "-0", "1.", "1.5", "1e", "1E+", "1.5e-7", "t", "tru", "fals", "nul"])
def test_a_number_or_literal_that_may_still_grow_is_left_out(token: str) -> None:
    assert parse_prefix(token) is None
    assert parse_prefix('{"a": [true, ' + token) == {"a": [True]}


@pytest.mark.parametrize(
    "token", ["0", "-0", "12", "-7", "1.5", "0.10", "1e3", "1E+3", "-1.5e-7", "true", "false", "null"]
)
def test_what_follows_a_number_or_literal_ends_it(token: str) -> None:
    for end in (",", "]", " "):
        shown = parse_prefix("[" + token + end)
        assert repr(shown) == repr([json.loads(token)])


def test_an_escape_is_shown_when_it_is_whole() -> None:
    partial = PartialJson()
    shown: list[object] = []
    for character in r'"a\n\"\u00e4\ud83d\ude00b':
        partial.receive(character)
        if not shown or shown[-1] != partial.value:
            shown.append(partial.value)
    assert shown == ["", "a", "a\n", 'a\n"', 'a\n"ä', 'a\n"ä😀', 'a\n"ä😀b']


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'"\ud83d"', "\ufffd"),
        (r'"\ude00\ud83d"', "\ufffd\ufffd"),
        (r'"\ud83dx"', "\ufffdx"),
        (r'"\ud83d\n"', "\ufffd\n"),
        (r'"\ud83d\u0041"', "\ufffdA"),
        (r'"\ud83d\ud83d\ude00"', "\ufffd😀"),
        (r'"\ud83d\ud83d', "\ufffd"),
        (r'"\ud83d', ""),
        ('"\ud83d"', "\ufffd"),
        ('{"\ude00": 1}', {"\ufffd": 1}),
    ],
)
def test_a_lone_surrogate_becomes_the_replacement_character(text: str, value: object) -> None:
    partial = PartialJson()
    for character in text:
        partial.receive(character)
    assert partial.value == parse_prefix(text) == value


def test_the_value_is_one_live_object() -> None:
    partial = PartialJson()
    partial.receive('{"a": [1, "x')
    value = partial.value
    partial.receive('y"], "b": "z')
    assert partial.value is value
    assert value == {"a": [1, "xy"], "b": "z"}


def test_a_complete_text_allows_only_white_space_to_follow() -> None:
    partial = PartialJson()
    partial.receive('{"a": 1}')
    assert partial.complete
    partial.receive(" \n")
    partial.receive_eof()
    assert (partial.complete, partial.failure) == (True, None)
    partial.receive("}")
    assert (partial.complete, partial.failure, partial.value) == (False, "unexpected '}'", {"a": 1})


@pytest.mark.parametrize(("text", "value"), [("12", 12), ("-1.5e3", -1500.0), ("1 ", 1), ("null", None), ('"a"', "a")])
def test_the_end_of_the_text_completes_a_number(text: str, value: object) -> None:
    partial = PartialJson()
    partial.receive(text)
    partial.receive_eof()
    assert (partial.complete, partial.failure, partial.value) == (True, None, value)


@pytest.mark.parametrize(
    ("text", "value", "failure"),
    [
        ("", None, "the text ended before its value did"),
        ("[1", [1], "the text ended before its value did"),
        ('["a', ["a"], "the text ended before its value did"),
        ('["a\\', ["a"], "the text ended before its value did"),
        ("[-", [], "a number is malformed"),
        ("[tru", [], "'tru ' is no value"),
    ],
)
def test_a_text_that_ends_early_is_a_failure(text: str, value: object, failure: str) -> None:
    partial = PartialJson()
    partial.receive(text)
    partial.receive_eof()
    assert (partial.complete, partial.failure, partial.value) == (False, failure, value)
    partial.receive_eof()
    assert partial.failure == failure


@pytest.mark.parametrize(
    ("damage", "failure"),
    [
        ("x", "unexpected 'x'"),
        ("NaN", "unexpected 'N'"),
        ("Infinity", "unexpected 'I'"),
        ("-Infinity", "a number is malformed"),
        ("'", 'unexpected "\'"'),
        ("\ufeff", "unexpected '\\ufeff'"),
        ("\xa0", "unexpected '\\xa0'"),
        ("}", "unexpected '}'"),
        (",", "unexpected ','"),
        ("]", "unexpected ']'"),
        ("truth", "'trut' is no value"),
        ("nil", "'nil' is no value"),
        ("01", "a number is malformed"),
        ("-x", "a number is malformed"),
        ("1.x", "a number is malformed"),
        ("1.e5", "a number is malformed"),
        ("1ex", "a number is malformed"),
        ("+1", "unexpected '+'"),
        ("{1", "unexpected '1'"),
        ("{,", "unexpected ','"),
        ('{"a"}', "unexpected '}'"),
        ('{"a":}', "unexpected '}'"),
        ('{"a": 1]', "unexpected ']'"),
        ('{"a": 1,}', "unexpected '}'"),
        ('{"a": 1 "', "unexpected '\"'"),
        ("[1 2", "unexpected '2'"),
        ("[1}", "unexpected '}'"),
        ("[,", "unexpected ','"),
        ('"\n', "a string holds the control character '\\n'"),
        ('"\\x', "an escape in a string is malformed"),
        ('"\\u00g', "an escape in a string is malformed"),
        ('"\\ud83d\\u00g', "an escape in a string is malformed"),
    ],
)
def test_damage_is_named_and_the_value_before_it_kept(damage: str, failure: str) -> None:
    partial = PartialJson()
    partial.receive('{"before": [true], "after": [1,')
    partial.receive(damage)
    assert (partial.complete, partial.failure) == (False, failure)
    value = json.dumps(partial.value)
    assert value.startswith('{"before": [true], "after": [1')
    partial.receive("] }")
    partial.receive_eof()
    assert (json.dumps(partial.value), partial.failure) == (value, failure)


def test_a_string_is_kept_up_to_the_damage_in_it() -> None:
    assert parse_prefix('["abc\x00def') == ["abc"]


@pytest.mark.parametrize("bracket", ["[", '{"a":'])
def test_containers_are_nested_up_to_the_limit(bracket: str) -> None:
    assert feed(bracket * MAX_DEPTH, 10).failure is None
    assert feed(bracket * (MAX_DEPTH + 1), 10).failure == "the depth is more than 256"
    text = "[" + "[]," * (2 * MAX_DEPTH) + "[]]"
    assert parse_prefix(text) == json.loads(text)


@pytest.mark.parametrize("step", [1, 100, 1000])
@pytest.mark.parametrize("digits", ["1", "-1", "0.", "1e"])
def test_numbers_are_read_up_to_the_limit(step: int, digits: str) -> None:
    number = digits.ljust(MAX_NUMBER, "0")
    assert feed(number + " ", step).value == json.loads(number)
    assert feed(number + "0", step).failure == "a number has more than 640 characters"
    assert feed(number + "0,", step).failure == "a number has more than 640 characters"


def feed(text: str, step: int) -> PartialJson:
    partial = PartialJson()
    for at in range(0, len(text), step):
        partial.receive(text[at : at + step])
    return partial


def test_a_long_string_is_read_character_by_character() -> None:
    value = {"content": "a\n" * 250_000 + "ä" * 500_000, "k" * 1000: 1}
    assert feed(json.dumps(value, ensure_ascii=False), 1).value == value


def test_a_long_string_is_shown_character_by_character() -> None:
    partial = PartialJson()
    lengths: list[int] = []
    for character in '"' + "x" * 200_000:
        partial.receive(character)
        lengths.append(len(str(partial.value)))
    assert lengths == list(range(200_001))
