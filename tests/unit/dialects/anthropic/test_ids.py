"""Ids of tool calls: unique, and of the characters that the API takes."""

from __future__ import annotations

from sansio.dialects.anthropic.ids import CallIds


def test_an_id_that_the_api_takes_stays() -> None:
    ids = CallIds()
    assert (ids.of_call("toolu_1"), ids.of_result("toolu_1")) == ("toolu_1", "toolu_1")


def test_other_characters_are_replaced_in_calls_and_results_alike() -> None:
    ids = CallIds()
    assert ids.of_call("call:a.b/1") == ids.of_result("call:a.b/1") == "call_a_b_1"


def test_an_id_that_comes_again_is_another_calls() -> None:
    """As derived ids do, which count from zero in every answer."""
    ids = CallIds()
    assert (ids.of_call("call_0_0"), ids.of_result("call_0_0")) == ("call_0_0", "call_0_0")
    assert (ids.of_call("call_0_0"), ids.of_result("call_0_0")) == ("call_0_0_2", "call_0_0_2")
    assert ids.of_call("call_0_0") == "call_0_0_3"


def test_the_result_of_an_unknown_call_has_a_valid_id() -> None:
    assert CallIds().of_result("a b") == "a_b"
