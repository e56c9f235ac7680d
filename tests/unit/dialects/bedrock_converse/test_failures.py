"""Why Bedrock refused, by the names of its exceptions and the texts of its models."""

from __future__ import annotations

import msgspec
import pytest

import sansio
from sansio.dialects.bedrock_converse import CODEC
from sansio.dialects.codec import Reply, Terms
from sansio.http import Limits

TERMS = Terms(provider=sansio.provider("bedrock", region="r"), stream=False, limits=Limits())


def kind(status: int, type_: str | None, message: str = "no") -> str:
    headers = {} if type_ is None else {"x-amzn-errortype": f"{type_}:http://internal.amazon.com/coral/"}
    return CODEC.failure(Reply(status, headers, msgspec.json.encode({"message": message})), TERMS).kind


@pytest.mark.parametrize(
    ("status", "type_", "expected"),
    [
        (400, "ValidationException", "bad_request"),
        (400, "ServiceQuotaExceededException", "quota_exceeded"),
        (400, "IncompleteSignature", "authentication"),
        (400, "RequestExpired", "authentication"),
        (400, "NotAuthorized", "permission_denied"),
        (403, "AccessDeniedException", "permission_denied"),
        (403, "UnrecognizedClientException", "authentication"),
        (403, "InvalidClientTokenId", "authentication"),
        (403, "InvalidSignatureException", "authentication"),
        (403, "ExpiredTokenException", "authentication"),
        (403, "MissingAuthenticationTokenException", "authentication"),
        (403, "MPAgreementBeingCreated", "permission_denied"),
        (404, "ResourceNotFoundException", "not_found"),
        (404, "FTUFormNotFilled", "permission_denied"),
        (408, "ModelTimeoutException", "timeout"),
        (413, None, "request_too_large"),
        (424, "ModelErrorException", "server_error"),
        (429, "ThrottlingException", "rate_limited"),
        (429, "ModelNotReadyException", "overloaded"),
        (500, "InternalServerException", "server_error"),
        (503, "ServiceUnavailableException", "overloaded"),
    ],
)
def test_the_header_names_the_type(status: int, type_: str | None, expected: str) -> None:
    assert kind(status, type_) == expected


@pytest.mark.parametrize(
    ("status", "type_", "message", "expected"),
    [
        (400, "ValidationException", "Input is too long for requested model.", "context_window"),
        (400, "ValidationException", "Input Tokens Exceeded: Number of input tokens exceeds", "context_window"),
        (400, "ValidationException", "Output blocked by content filtering policy", "content_policy"),
        (403, None, "The security token included in the request is expired", "authentication"),
        (403, None, "Bearer Token has expired", "authentication"),
        (404, None, "Model use case details have not been submitted for this account.", "permission_denied"),
        (429, "ThrottlingException", "Too many tokens, please wait", "rate_limited"),
        (429, "ThrottlingException", "Too many tokens per day, please wait", "quota_exceeded"),
        (429, None, "You have reached your daily quota", "quota_exceeded"),
    ],
)
def test_the_message_tells_the_rest(status: int, type_: str | None, message: str, expected: str) -> None:
    assert kind(status, type_, message) == expected


def test_the_type_may_stand_in_the_body() -> None:
    body = b'{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"no"}'
    failure = CODEC.failure(Reply(403, {}, body), TERMS)
    assert (failure.kind, failure.type, failure.message) == ("permission_denied", "AccessDeniedException", "no")


def test_the_header_goes_before_the_body() -> None:
    headers = {"x-amzn-errortype": "aws.other#ExpiredTokenException:http://x/#y"}
    failure = CODEC.failure(Reply(403, headers, b'{"__type":"Other","message":"no"}'), TERMS)
    assert (failure.kind, failure.type) == ("authentication", "ExpiredTokenException")
