"""Requests with what lets them in: a key, a credential, or a signature."""

from __future__ import annotations

import pytest

import sansio
from sansio import ChatRequest, Exchange, LocalProtocolError
from sansio.auth import AwsKeys, authorized
from sansio.http import Body, Headers, HttpRequest
from sansio.types import Credential, Provider

_KEYS = AwsKeys("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
_MODEL = "anthropic.claude-sonnet-4-5-20250929-v1:0"
_NOON = 1795176000.5  # 2026-11-20 12:00:00 UTC, and a fraction that no date shows
_HOST = "https://bedrock-runtime.us-east-1.amazonaws.com"
_PATH = "/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse"
_BODY = b'{"messages":[{"role":"user","content":[{"text":"hi"}]}]}'
# Of that body at that time, with the content type as the only header beside host and date; computed by botocore.
_SIGNATURE = "52145286e97f0f229c4152a4aa7f205de8f8ff63c70d6c7372f9940cb062839d"


def bedrock() -> Provider:
    return sansio.provider("bedrock", region="us-east-1", secret=_KEYS)


def request(headers: Headers = (("content-type", "application/json"),), path: str = _PATH) -> HttpRequest:
    return HttpRequest("POST", _HOST + path, headers, _BODY)


def header(of: HttpRequest, name: str) -> str:
    """The value of the one header of that name."""
    (value,) = [value for key, value in of.headers if key == name]
    return value


def test_a_key_is_a_header_and_the_requests_own_counts() -> None:
    provider = sansio.provider("bedrock", region="us-east-1", api_key="secret")
    assert header(authorized(request(), provider, None, None), "authorization") == "Bearer secret"
    own = request((("authorization", "mine"),))
    assert header(authorized(own, provider, None, None), "authorization") == "mine"


def test_a_credential_replaces_key_and_signature() -> None:
    credential = Credential((("authorization", "Bearer other"),))
    assert header(authorized(request(), bedrock(), credential, None), "authorization") == "Bearer other"


def test_nothing_to_add_leaves_the_request_as_it_is() -> None:
    plain = request()
    assert authorized(plain, bedrock(), Credential(()), None) is plain


def test_a_key_goes_before_access_keys() -> None:
    provider = sansio.provider("bedrock", region="us-east-1", secret=_KEYS, api_key="secret")
    assert header(authorized(request(), provider, None, _NOON), "authorization") == "Bearer secret"


def test_access_keys_sign_as_aws_does() -> None:
    signed = authorized(request(), bedrock(), None, _NOON)
    assert header(signed, "x-amz-date") == "20261120T120000Z"
    assert header(signed, "authorization") == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261120/us-east-1/bedrock/aws4_request, "
        f"SignedHeaders=content-type;host;x-amz-date, Signature={_SIGNATURE}"
    )


def test_a_signature_replaces_what_an_earlier_one_left() -> None:
    once = authorized(request(), bedrock(), None, 0)
    assert authorized(once, bedrock(), None, _NOON) == authorized(request(), bedrock(), None, _NOON)


def test_the_path_and_the_body_of_an_exchange_are_the_vectors_own() -> None:
    sent = Exchange(bedrock(), ChatRequest(model=_MODEL, messages="hi"), unix=_NOON).request
    assert (sent.url, sent.body) == (_HOST + _PATH, _BODY)
    bare = HttpRequest(sent.method, sent.url, (("content-type", "application/json"),), sent.body)
    signed = header(authorized(bare, bedrock(), None, _NOON), "authorization")
    assert signed.endswith(_SIGNATURE)


def test_all_headers_of_an_exchange_are_signed_but_those_that_change_on_the_way() -> None:
    sent = Exchange(bedrock(), ChatRequest(model=_MODEL, messages="hi"), unix=_NOON).request
    said = header(sent, "authorization")
    assert "SignedHeaders=accept;content-type;host;x-amz-date," in said


def test_temporary_keys_send_their_token() -> None:
    keys = AwsKeys("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "SESSION")
    provider = sansio.provider("bedrock", region="us-east-1", secret=keys)
    signed = authorized(request(path=_PATH.replace("%3A", ":")), provider, None, _NOON)
    assert header(signed, "x-amz-security-token") == "SESSION"
    said = header(signed, "authorization")
    assert said.endswith("Signature=fca871564357b96782d09befbd6ee4f3d9635de5c3ba71b2da900dd5adaa3c13")


def test_another_attempt_is_signed_anew() -> None:
    first = Exchange(bedrock(), ChatRequest(model=_MODEL, messages="hi"), unix=_NOON)
    again = first.renewed(unix=_NOON + 60)
    assert header(again.request, "x-amz-date") == "20261120T120100Z"
    assert header(again.request, "authorization") != header(first.request, "authorization")
    assert first.renewed().request == first.request


@pytest.mark.parametrize(
    ("provider", "unix", "missing"),
    [
        (bedrock(), None, "unix="),
        (Provider(name="p", base_url=_HOST, dialect="bedrock_converse", secret=_KEYS, service="bedrock"), 1, "region="),
        (
            Provider(name="p", base_url=_HOST, dialect="bedrock_converse", secret=_KEYS, options={"region": "r"}),
            1,
            "service=",
        ),
    ],
)
def test_what_a_signature_lacks_is_named(provider: Provider, unix: float | None, missing: str) -> None:
    with pytest.raises(LocalProtocolError, match=missing):
        authorized(request(), provider, None, unix)


def test_a_body_in_parts_is_not_signed() -> None:
    with pytest.raises(LocalProtocolError, match="in parts"):
        authorized(HttpRequest("POST", _HOST, (), Body((b"a",), 1)), bedrock(), None, _NOON)
