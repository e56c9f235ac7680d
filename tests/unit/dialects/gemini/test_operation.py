"""What the further operations share."""

from __future__ import annotations

from sansio.types import GetFileRequest
from tests.unit.dialects.gemini.by_hand import encoded, read


def test_errors_are_googles() -> None:
    error = {"error": {"code": 400, "message": "m", "status": "FAILED_PRECONDITION"}}
    assert read(encoded(GetFileRequest(id="x")), error, 400).kind == "permission_denied"


def test_a_time_that_is_none() -> None:
    assert read(encoded(GetFileRequest(id="x")), {"name": "files/x", "createTime": "soon"}).created_at is None
