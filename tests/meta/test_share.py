"""How much of the library is about single providers: at most 15 % of its lines, counted by what they say.

A dialect is a wire API that several providers speak, so a package of one may name its API; every other line that names a
provider counts, in code, comments and docstrings alike, and so does all of `sansio.providers` and of what
only one company's clouds ask for.
"""

from __future__ import annotations

import re

from tests.meta.source import PURE, Module, modules

_MOST = 0.15

# Each provider's names, as they stand in code and prose.  The APIs of the first group are dialects, too.
_APIS = {
    "anthropic": r"anthropic|claude",
    "bedrock_converse": r"bedrock|amazon|nova",
    "cohere": r"cohere|command-?[ar]",
    "gemini": r"gemini|google|vertex(?:_ai)?",
    "ollama": r"ollama",
    "openai": r"openai|gpt-\w+",
    "openai_chat": r"openai|gpt-\w+",
    "openai_responses": r"openai|gpt-\w+",
}
_OTHERS = (
    r"azure|cerebras|deepinfra|deepseek|fireworks|foundry|grok|groq|hugging ?face|kimi|llama[._]?cpp|llamacpp|meta_llama"
    r"|llama|mistral|magistral|moonshot|nvidia|nim|openrouter|perplexity|together(?=')|v0|vllm|x-?ai"
)
_WHOLLY = ("sansio.auth.entra", "sansio.auth.google", "sansio.auth.sigv4", "sansio.providers")
_OPENAI_S_NAMES = r"openai_chat|openai_responses|OpenAI's (?:chat|names|API|clients?|own)"


def _pattern(module: Module) -> re.Pattern[str]:
    """What a line of the module says that is about a provider."""
    parts = module.name.split(".")
    own = parts[2] if parts[:2] == [PURE, "dialects"] and len(parts) > 2 else ""
    names = {names for names in _APIS.values() if names != _APIS.get(own)}
    return re.compile(rf"\b(?:{'|'.join(sorted({*names, _OTHERS}))})\b", re.IGNORECASE)


def _lines(module: Module) -> list[str]:
    return [line for line in module.path.read_text("utf-8").splitlines() if line.strip()]


def _about_providers(module: Module) -> int:
    lines = _lines(module)
    if module.name.startswith(_WHOLLY):
        return len(lines)
    pattern = _pattern(module)
    return sum(pattern.search(re.sub(_OPENAI_S_NAMES, "", line)) is not None for line in lines)


def test_little_is_about_single_providers() -> None:
    counted = {module.name: (_about_providers(module), len(_lines(module))) for module in modules(PURE)}
    about, total = (sum(column) for column in zip(*counted.values(), strict=True))
    print(f"{about} of {total} lines are about single providers: {about / total:.1%}")
    most = sorted(counted.items(), key=lambda item: -item[1][0])
    assert about <= _MOST * total, [f"{name}: {count} of {lines}" for name, (count, lines) in most[:20]]
