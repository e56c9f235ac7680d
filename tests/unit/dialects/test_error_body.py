"""What error bodies say, in the order in which their forms are tried."""

from __future__ import annotations

import json

import pytest

from sansio.dialects.error_body import ErrorFacts, of_body, of_error, of_value


def _said(body: object) -> tuple[object, ...]:
    facts = of_body(body if isinstance(body, bytes) else json.dumps(body).encode())
    assert facts is not None
    return facts.message, facts.code, facts.type, facts.param


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"error": {"message": "m", "type": "t", "code": "c", "param": "p"}}, ("m", "c", "t", "p")),
        ([{"error": {"message": "m", "code": 400, "status": "INVALID"}}], ("m", "400", None, None)),
        ({"error": "text", "error_type": "t"}, ("text", None, "t", None)),
        ({"error": {"code": "c"}}, ('{"code":"c"}', "c", None, None)),
        ({"error": ["a", "b"]}, ('["a","b"]', None, None, None)),
        ({"error": 5}, ("5", None, None, None)),
        ({"error": True}, ("true", None, None, None)),
        ({"object": "error", "message": "m", "code": 3051}, ("m", "3051", None, None)),
        ({"code": 400, "msg": "m"}, ("m", "400", None, None)),
        ({"detail": "d"}, ("d", None, None, None)),
        ({"title": "t", "detail": "d"}, ("t: d", None, None, None)),
        ({"title": "t"}, ("t", None, None, None)),
        ({"detail": {"message": "m", "type": "t"}}, ("m", None, "t", None)),
        (
            {"detail": [{"loc": ["body", 0], "msg": "m"}, {"msg": "n"}, {"x": 1}, "s", 2]},
            ('body.0: m; n; {"x":1}; s; 2',),
        ),
        ({"errors": [{"message": "m"}, {"message": "n"}]}, ("m", None, None, None)),
        ({"errors": ["text"]}, ("text", None, None, None)),
        (b'data: {"error":{"message":"in an event"}}\n\n', ("in an event", None, None, None)),
        (b'event: error\ndata: {"message":"named"}\n\n', ("named", None, None, None)),
        (b"<html><head><title>502 Bad\nGateway</title></head><body>x</body></html>", ("502 Bad Gateway",)),
        (b"<html><style>p {}</style><body><h1>Sorry &amp; so on</h1></body></html>", ("Sorry & so on",)),
        (b"  upstream\n\n request timeout ", ("upstream request timeout", None, None, None)),
        ({"unknown": 1}, ('{"unknown": 1}', None, None, None)),
        ({"error": None, "detail": [], "errors": []}, ('{"error": null, "detail": [], "errors": []}',)),
    ],
)
def test_forms(body: object, said: tuple[object, ...]) -> None:
    assert _said(body)[: len(said)] == said


@pytest.mark.parametrize("body", [b"", b"  \n", b"<p></p>"])
def test_an_empty_body_says_nothing(body: bytes) -> None:
    assert of_body(body) is None


@pytest.mark.parametrize("value", [None, 1, "text", [], [1, 2], {}, {"choices": []}])
def test_no_error(value: object) -> None:
    assert of_value(value) is None


def test_the_error_further_up_is_part_of_the_text() -> None:
    error = {
        "message": "Provider returned error",
        "code": 400,
        "metadata": {"raw": "too many tokens", "error_type": "X"},
    }
    facts = of_error(error)
    assert facts.words == ("400", "x")
    assert "too many tokens" in facts.text


def test_an_error_that_is_a_text() -> None:
    assert of_error("gone") == ErrorFacts("gone", text="gone")


@pytest.mark.parametrize("page", [b"<title", b"<head>", b"<"])
def test_a_page_made_to_be_slow_is_cut(page: bytes) -> None:
    """Quadratic time over a megabyte would pass the suite's limit many times over."""
    of_body(page * 200_000)
