"""What Ollama's errors mean beyond the words that providers share.

https://github.com/ollama/ollama/blob/main/docs/api.md, where an error is one text.
"""

from __future__ import annotations

from typing import Final

from ..failures import RULES, Rule

RULES_OF_OLLAMA: Final[tuple[Rule, ...]] = (
    Rule("overloaded", frozenset({503}), pattern=r"server busy|maximum pending requests"),
    Rule("context_window", frozenset({400, 500}), pattern=r"exceeds? the (?:maximum )?context length"),
    Rule("quota_exceeded", frozenset({402, 429}), pattern=r"usage limit"),
    Rule("not_found", frozenset({404}), pattern=r"model .* not found"),
    Rule("bad_request", frozenset({400}), pattern=r"does not support (?:tools|thinking|\w+)"),
    *RULES,
)
