"""Any server that speaks OpenAI's chat completions, at a URL of the caller's: vLLM, llama.cpp, LM Studio, a gateway."""

from __future__ import annotations

from typing import Final

from ..types import Provider, Quirks

_ANY: Final = Provider(
    name="openai_compatible",
    base_url="",
    dialect="openai_chat",
    keyless=True,
    quirks=Quirks(reasoning_field="reasoning_content"),
)

PROVIDERS: Final = (_ANY,)
