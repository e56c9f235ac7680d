"""`:countTokens`."""

from __future__ import annotations

from msgspec import Raw

from sansio.types import ChatRequest, CountTokensRequest, TokenCount, assistant, system, user
from tests.unit.dialects.gemini.by_hand import GEMINI, VERTEX, encoded, failed, lost, read, sent

CHAT = ChatRequest(
    model="gemini-x", messages=[system("a"), user("b")], temperature=0.5, extra={"labels": Raw(b"{}")}, user="u"
)
CONTENTS = [{"role": "user", "parts": [{"text": "b"}]}]
SYSTEM = {"parts": [{"text": "a"}]}


def test_the_gemini_api_counts_a_whole_request() -> None:
    request = CountTokensRequest(CHAT, {"x": Raw(b"1")})
    assert encoded(request).request.url.endswith("/v1beta/models/gemini-x:countTokens")
    assert sent(request) == {
        "generateContentRequest": {
            "model": "models/gemini-x",
            "contents": CONTENTS,
            "systemInstruction": SYSTEM,
            "generationConfig": {"temperature": 0.5},
            "labels": {},
        },
        "x": 1,
    }
    assert lost(request) == [("user", "dropped")]
    tuned = CountTokensRequest(ChatRequest(model="tunedModels/x", messages=[assistant("a")]))
    assert sent(tuned)["generateContentRequest"]["model"] == "tunedModels/x"


def test_vertex_ai_counts_its_members() -> None:
    assert sent(CountTokensRequest(CHAT), VERTEX) == {
        "contents": CONTENTS,
        "systemInstruction": SYSTEM,
        "generationConfig": {"temperature": 0.5},
    }


def test_the_answer() -> None:
    body: dict[str, object] = {"totalTokens": 8, "cachedContentTokenCount": 2, "promptTokensDetails": []}
    count = read(encoded(CountTokensRequest(CHAT), GEMINI), body)
    assert isinstance(count, TokenCount)
    assert (count.input_tokens, count.cached_tokens) == (8, 2)
    assert read(encoded(CountTokensRequest(CHAT)), {}).kind == "protocol"
    assert failed({"error": {"code": 404, "message": "m", "status": "NOT_FOUND"}}, 404).kind == "not_found"
