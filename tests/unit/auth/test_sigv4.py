"""AWS Signature Version 4, against signatures that others computed."""

from __future__ import annotations

import pytest

from sansio import LocalProtocolError
from sansio.auth import AwsKeys
from sansio.auth.sigv4 import UNSIGNED_PAYLOAD, hash_payload, sign
from sansio.http import Headers

_KEYS = AwsKeys("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
_SUITE_TIME = 1440938160  # 2015-08-30 12:36:00 UTC
_BEDROCK = "https://bedrock-runtime.us-east-1.amazonaws.com/model/anthropic.claude-sonnet-4-5-20250929-"
_BEDROCK_TIME = 1795176000.75  # 2026-11-20 12:00:00 UTC, and a fraction that no date shows
_BEDROCK_BODY = b'{"messages":[{"role":"user","content":[{"text":"hi"}]}]}'
_S3_KEYS = AwsKeys("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
_S3_TIME = 1369353600  # 2013-05-24 00:00:00 UTC
_NO_BODY = hash_payload(b"")


def suite(
    method: str = "GET",
    url: str = "https://example.amazonaws.com/",
    headers: Headers = (),
    body: bytes = b"",
    keys: AwsKeys = _KEYS,
) -> str:
    """The signature of a request of AWS's published test suite."""
    signed = sign(
        method, url, headers, hash_payload(body), keys=keys, region="us-east-1", service="service", unix=_SUITE_TIME
    )
    return dict(signed)["authorization"].rpartition("=")[2]


def bedrock(path: str, keys: AwsKeys = _KEYS, headers: Headers = (("Content-Type", "application/json"),)) -> Headers:
    return sign(
        "POST",
        _BEDROCK + path,
        headers,
        hash_payload(_BEDROCK_BODY),
        keys=keys,
        region="us-east-1",
        service="bedrock",
        unix=_BEDROCK_TIME,
    )


def test_get_vanilla_of_the_published_suite() -> None:
    headers = sign(
        "GET",
        "https://example.amazonaws.com/",
        (),
        _NO_BODY,
        keys=_KEYS,
        region="us-east-1",
        service="service",
        unix=_SUITE_TIME,
    )
    assert headers == (
        ("x-amz-date", "20150830T123600Z"),
        (
            "authorization",
            (
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
                "SignedHeaders=host;x-amz-date, "
                "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
            ),
        ),
    )


@pytest.mark.parametrize(
    ("target", "signature"),
    [
        ("", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("./", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("example/..", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("example1/example2/../..", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("/example//", "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"),
        ("./example", "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"),
        ("?Param1=value1", "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"),
        ("?Param2=value2&Param1=value1", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
        ("?Param1=value2&Param1=Value1", "eedbc4e291e521cf13422ffca22be7d2eb8146eecf653089df300a15b2382bd1"),
    ],
)
def test_paths_and_queries_of_the_published_suite(target: str, signature: str) -> None:
    assert suite(url=f"https://example.amazonaws.com/{target}") == signature


@pytest.mark.parametrize(
    ("headers", "signature"),
    [
        (
            (("My-Header1", "value2"), ("My-Header1", "value2"), ("My-Header1", "value1")),
            "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea",
        ),
        (
            (("My-Header1", "value4"), ("My-Header1", "value1"), ("My-Header1", "value3"), ("My-Header1", "value2")),
            "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01",
        ),
        (
            (("My-Header1", " value1"), ("My-Header2", ' "a   b   c"')),
            "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
        ),
    ],
)
def test_headers_of_the_published_suite(headers: Headers, signature: str) -> None:
    assert suite(headers=headers) == signature


def test_posts_of_the_published_suite() -> None:
    assert suite("POST") == "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
    form: Headers = (("Content-Type", "application/x-www-form-urlencoded"),)
    signature = "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"
    assert suite("POST", headers=form, body=b"Param1=value1") == signature


def test_bedrock_with_an_encoded_path_which_is_encoded_again() -> None:
    assert dict(bedrock("v1%3A0/converse"))["authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261120/us-east-1/bedrock/aws4_request, "
        "SignedHeaders=content-type;host;x-amz-date, "
        "Signature=52145286e97f0f229c4152a4aa7f205de8f8ff63c70d6c7372f9940cb062839d"
    )


def test_bedrock_with_temporary_keys_and_a_raw_colon_in_the_path() -> None:
    keys = AwsKeys(_KEYS.access_key_id, _KEYS.secret_access_key, "SESSION")
    assert bedrock("v1:0/converse", keys) == (
        ("x-amz-date", "20261120T120000Z"),
        ("x-amz-security-token", "SESSION"),
        (
            "authorization",
            (
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261120/us-east-1/bedrock/aws4_request, "
                "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, "
                "Signature=fca871564357b96782d09befbd6ee4f3d9635de5c3ba71b2da900dd5adaa3c13"
            ),
        ),
    )


def test_s3_signs_the_path_as_it_stands() -> None:
    """The two examples of S3's documentation whose paths show it, one with a percent sign."""

    def s3(method: str, path: str, headers: Headers, body: bytes = b"") -> str:
        headers += (("x-amz-content-sha256", hash_payload(body)),)
        url = f"https://examplebucket.s3.amazonaws.com{path}"
        signed = sign(
            method,
            url,
            headers,
            hash_payload(body),
            keys=_S3_KEYS,
            region="us-east-1",
            service="s3",
            unix=_S3_TIME,
        )
        return dict(signed)["authorization"].rpartition("=")[2]

    got = s3("GET", "/test.txt", (("Range", "bytes=0-9"),))
    assert got == "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    put: Headers = (("Date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY"))
    got = s3("PUT", "/test%24file.text", put, b"Welcome to Amazon S3.")
    assert got == "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"


def test_a_query_is_signed_alike_whether_its_characters_are_encoded_or_not() -> None:
    url = "https://example.amazonaws.com/?"
    assert suite(url=url + "b=%2f%3a%7E&a=1+2&c") == suite(url=url + "c=&a=1%2b2&b=/:~")
    assert suite(url=url + "a=1+2") != suite(url=url + "a=1%202")


def test_what_changes_on_the_way_is_not_signed_and_what_is_set_here_is_replaced() -> None:
    plain = bedrock("v1:0/converse")
    extra: Headers = (("User-Agent", "x"), ("Connection", "close"), ("X-Amz-Date", "then"), ("Authorization", "Bearer"))
    assert bedrock("v1:0/converse", headers=(("content-type", "application/json"), *extra)) == plain


def test_the_host_is_the_one_that_is_sent() -> None:
    assert suite(headers=(("Host", "example.amazonaws.com"),), url="https://[::1]:8443/") == suite()
    assert suite(url="https://example.amazonaws.com:443/") == suite()
    assert suite(url="https://example.amazonaws.com:8443/") == suite(headers=(("host", "example.amazonaws.com:8443"),))


def test_a_body_may_stay_unsigned() -> None:
    def s3(payload_hash: str) -> Headers:
        url = "https://bucket.s3.amazonaws.com/key"
        return sign("PUT", url, (), payload_hash, keys=_S3_KEYS, region="us-east-1", service="s3", unix=0)

    assert s3(UNSIGNED_PAYLOAD)[0] == ("x-amz-date", "19700101T000000Z")
    assert s3(UNSIGNED_PAYLOAD) != s3(_NO_BODY)


def test_a_url_that_is_none_is_refused() -> None:
    with pytest.raises(LocalProtocolError, match="absolute"):
        suite(url="/model/m/converse")


def test_no_repr_shows_a_secret() -> None:
    assert repr(AwsKeys("AKID", "secret", "token")) == "AwsKeys('AKID')"
