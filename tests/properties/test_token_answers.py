"""Whatever a token endpoint answers, reading it ends in a credential that can be sent, or in a failure."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sansio.auth import EntraManagedIdentity, GoogleMetadata, GoogleUser, Grant
from sansio.errors import EXCEPTIONS, Failure
from sansio.http import merged

UNIX = 1e9
GRANTS: list[Grant] = [GoogleUser("c", "s", "r", quota_project="p"), GoogleMetadata(), EntraManagedIdentity()]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["Bearer", "invalid_grant"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
NAMES = ["access_token", "token_type", "expires_in", "expires_on", "error", "error_description"]
ANSWERS = st.dictionaries(st.sampled_from(NAMES), VALUES).map(msgspec.json.encode)


@pytest.mark.parametrize("grant", GRANTS, ids=lambda grant: type(grant).__name__)
@given(
    status=st.sampled_from([200, 204, 302, 400, 401, 403, 404, 410, 429, 500, 503]),
    headers=st.dictionaries(
        st.sampled_from(["metadata-flavor", "retry-after", "location", "date"]), st.sampled_from(["Google", "7", "x"])
    ),
    body=ANSWERS | st.binary(),
)
@example(200, {"metadata-flavor": "Google"}, b'{"access_token":"x","expires_in":5e-324}')
@example(200, {"metadata-flavor": "Google"}, b'{"access_token":"x","expires_in":1e999}')
@example(400, {}, b'{"error":' + b"[" * 10_000)
@example(200, {"metadata-flavor": "Google"}, b'{"access_token":"\\ud800"}')
def test_any_answer_is_a_credential_or_a_failure(
    grant: Grant, status: int, headers: dict[str, str], body: bytes
) -> None:
    said = grant.read(status, headers, body, UNIX)
    if isinstance(said, Failure):
        assert said.kind in EXCEPTIONS
        assert said.message
    else:
        assert status in {200, 204}
        assert merged(said.headers) == said.headers
        assert said.expires is None or said.expires > UNIX
