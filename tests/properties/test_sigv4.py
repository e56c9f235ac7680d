"""AWS signatures: what does not change a request does not change its signature, and everything else does."""

from __future__ import annotations

import re
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from sansio.auth import AwsKeys
from sansio.auth.sigv4 import hash_payload, sign
from sansio.http import Headers

_KEYS = AwsKeys("AKIDEXAMPLE", "secret/key", "token")
_HOST = "https://bedrock-runtime.us-east-1.amazonaws.com"

_segments = st.text("ab:%~-_. \N{SNOWMAN}", max_size=6).map(lambda text: quote(text, safe=":~"))
_paths = st.lists(_segments, max_size=4).map(lambda segments: "/model" + "".join(f"/{segment}" for segment in segments))
_texts = st.text("abAB~-_. /&=+%\N{SNOWMAN}", max_size=4)
_parameters = st.lists(st.tuples(_texts, _texts), max_size=4)
_names = st.sampled_from(["content-type", "accept", "my-header", "x-amz-meta"])
_words = st.lists(st.text("ab,;=", min_size=1, max_size=4), max_size=3)
_headers = st.dictionaries(_names, _words, max_size=4)


def query(parameters: list[tuple[str, str]], safe: str = "") -> str:
    return "&".join(f"{quote(name, safe=safe)}={quote(value, safe=safe)}" for name, value in parameters)


def signed(path: str, parameters: str, headers: Headers, body: bytes, *, unix: float = 1e9) -> Headers:
    url = f"{_HOST}{path}?{parameters}"
    return sign("POST", url, headers, hash_payload(body), keys=_KEYS, region="us-east-1", service="bedrock", unix=unix)


@given(_paths, _parameters, _headers, st.binary(max_size=8), st.data())
def test_order_spelling_and_white_space_do_not_matter(
    path: str,
    parameters: list[tuple[str, str]],
    headers: dict[str, list[str]],
    body: bytes,
    data: st.DataObject,
) -> None:
    plain = tuple((name, " ".join(words)) for name, words in headers.items())
    other = tuple((name.title(), "  ".join(["", *words, ""])) for name, words in headers.items())
    shuffled = data.draw(st.permutations(parameters)), data.draw(st.permutations(other))
    wanted = signed(path, query(parameters), plain, body)
    assert signed(path, query(shuffled[0], safe="/"), tuple(shuffled[1]), body) == wanted


@given(_paths, _parameters, _headers, st.binary(max_size=8), st.floats(0, 4e9))
def test_the_headers_say_what_was_signed_and_when(
    path: str, parameters: list[tuple[str, str]], headers: dict[str, list[str]], body: bytes, unix: float
) -> None:
    plain = tuple((name, " ".join(words)) for name, words in headers.items())
    (_, date), token, (_, authorization) = signed(path, query(parameters), plain, body, unix=unix)
    assert token == ("x-amz-security-token", "token")
    names = ";".join(sorted([*headers, "host", "x-amz-date", "x-amz-security-token"]))
    assert re.fullmatch(
        f"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{date[:8]}/us-east-1/bedrock/aws4_request, "
        f"SignedHeaders={names}, Signature=[0-9a-f]{{64}}",
        authorization,
    )
    assert signed(path, query(parameters), plain, body + b"x", unix=unix)[2] != ("authorization", authorization)
    assert signed(path + "/x", query(parameters), plain, body, unix=unix)[2] != ("authorization", authorization)
    assert signed(path, query([*parameters, ("x", "")]), plain, body, unix=unix)[2] != ("authorization", authorization)
