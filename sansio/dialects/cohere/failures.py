"""What Cohere's errors mean beyond the words that providers share: https://docs.cohere.com/reference/errors."""

from __future__ import annotations

from typing import Final

from ..failures import RULES, Rule

RULES_OF_COHERE: Final[tuple[Rule, ...]] = (
    Rule("context_window", frozenset({400, 422}), frozenset({"too_many_tokens"}), r"exceeds the context"),
    # 498: a token that is invalid, or blocked; the shared rule wants its sentence to end there
    Rule("authentication", frozenset({400, 401, 403, 498}), pattern=r"(?:invalid|blocked) (?:api )?token|no api key"),
    Rule("unprocessable", frozenset({422}), pattern=r"no valid response generated"),
    # a trial key's calls of a month, which no wait within a call brings back; those of a minute come back
    Rule(
        "quota_exceeded",
        frozenset({429}),
        pattern=r"trial (?:key|token)[^.]*(?:/ ?month|a month|per month|monthly)|monthly[^.]*trial",
    ),
    *RULES,
)
