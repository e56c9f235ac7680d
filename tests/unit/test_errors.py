"""Failures, their kinds, and the exceptions that carry them."""

from __future__ import annotations

import pickle
from copy import copy
from typing import get_args

import msgspec
import pytest

from sansio import errors
from sansio.errors import EXCEPTIONS, RETRIED, APIError, Failure, Kind, SansioError, exception, kind_of_status
from sansio.types import ChatResponse, Choice, Message

KINDS: tuple[Kind, ...] = get_args(Kind)
PARTIAL = ChatResponse("1", 0, "m", [Choice(0, Message("assistant", "half"), None)], request_id="req_1")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_one_exception_that_carries_its_failure_and_says_it(kind: Kind) -> None:
    failure = Failure(kind=kind, message="what the provider said", status=418)
    raised = exception(failure, PARTIAL)
    assert type(raised) is EXCEPTIONS.get(kind, APIError)
    assert isinstance(raised, SansioError)
    assert (raised.failure, raised.partial) == (failure, PARTIAL)
    assert str(raised) == f"{kind} 418: what the provider said"


def test_only_cancelled_has_no_exception_of_its_own() -> None:
    assert set(KINDS) - set(EXCEPTIONS) == {"cancelled"}
    assert len(set(EXCEPTIONS.values())) == len(EXCEPTIONS)


def test_every_exception_class_stands_for_a_kind_or_is_a_root() -> None:
    classes = {cls for cls in vars(errors).values() if isinstance(cls, type) and issubclass(cls, APIError)}
    assert classes - set(EXCEPTIONS.values()) == {APIError}


@pytest.mark.parametrize(
    ("kind", "base"),
    [
        ("context_window", "bad_request"),
        ("content_policy", "bad_request"),
        ("quota_exceeded", "rate_limited"),
        ("overloaded", "service_unavailable"),
        ("timeout", "connection"),
    ],
)
def test_a_special_case_is_caught_with_the_general_one(kind: Kind, base: Kind) -> None:
    assert issubclass(EXCEPTIONS[kind], EXCEPTIONS[base])


@pytest.mark.parametrize("kind", KINDS)
def test_exceptions_are_pickled_and_copied_whole(kind: Kind) -> None:
    raised = exception(Failure(kind=kind, message="m", status=500, body=b"x"), PARTIAL)
    for twin in (pickle.loads(pickle.dumps(raised)), copy(raised)):
        assert type(twin) is type(raised)
        assert (twin.failure, twin.partial, str(twin)) == (raised.failure, raised.partial, str(raised))


def test_an_exception_shows_the_facts_of_its_failure() -> None:
    failure = Failure(
        kind="rate_limited",
        message="m",
        status=429,
        request_id="req_1",
        body=b"{}",
        provider="openai",
        retry_after=2.5,
    )
    raised = exception(failure)
    assert raised.status_code == 429
    assert raised.request_id == "req_1"
    assert raised.body == b"{}"
    assert raised.provider == "openai"
    assert raised.retry_after == 2.5
    assert raised.partial is None


def test_a_failure_without_a_status_shows_none() -> None:
    raised = exception(Failure(kind="connection", message="refused"))
    assert raised.status_code is None
    assert str(raised) == "connection: refused"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, "authentication"),
        (402, "quota_exceeded"),
        (403, "permission_denied"),
        (404, "not_found"),
        (408, "timeout"),
        (409, "conflict"),
        (410, "not_found"),
        (413, "request_too_large"),
        (422, "unprocessable"),
        (424, "server_error"),
        (429, "rate_limited"),
        (500, "server_error"),
        (501, "bad_request"),
        (502, "server_error"),
        (503, "service_unavailable"),
        (504, "timeout"),
        (524, "timeout"),
        (529, "overloaded"),
        *((status, "bad_request") for status in (300, 302, 304, 400, 405, 412, 415, 418, 426, 431, 498)),
        *((status, "server_error") for status in (505, 507, 520, 522, 599, 999)),
    ],
)
def test_a_status_alone_stands_for_a_kind(status: int, kind: Kind) -> None:
    assert kind_of_status(status) == kind


@pytest.mark.parametrize("kind", KINDS)
def test_the_kind_says_whether_to_try_again_unless_the_server_does(kind: Kind) -> None:
    assert Failure(kind=kind, message="").retryable is (kind in RETRIED)
    assert Failure(kind=kind, message="", should_retry=True).retryable
    assert not Failure(kind=kind, message="", should_retry=False).retryable


@pytest.mark.parametrize(
    ("status", "retry_after", "retryable"), [(402, 5.0, True), (402, None, False), (429, 5.0, False)]
)
def test_a_used_up_quota_is_tried_again_only_where_a_402_says_when(
    status: int, retry_after: float | None, retryable: bool
) -> None:
    failure = Failure(kind="quota_exceeded", message="", status=status, retry_after=retry_after)
    assert failure.retryable is retryable


def test_a_failure_is_plain_data() -> None:
    failure = Failure(kind="timeout", message="m", body=b"\xff")
    assert msgspec.json.decode(msgspec.json.encode(failure), type=Failure) == failure
