# ruff: noqa: INP001  # a script, no part of a package
"""Builds the tables of `sansio/models/data` anew from two published packages, both under the MIT licence.

    python -m venv v && v/bin/pip install -e . genai-prices && v/bin/pip install --no-deps litellm
    v/bin/python .ci/refresh_models.py && git diff --stat sansio/models/data

What is taken are facts: ids, limits, capabilities, prices, retirement dates.  From litellm come all of them (its table is
read as a file, the package is never imported); genai-prices adds the models that litellm does not list, and context
windows, and the names without a date or mode under which APIs know a snapshot, too.  Where both price a model, litellm
counts, since it lists each platform and region by itself; the prices in which they differ are printed, to be looked at.  Left out are models of other kinds and providers, keys that are a region, a size
or a quality rather than a model, and prices of nothing, except from providers that do charge nothing: elsewhere such a
zero stands for a price that was not known.  The same packages give the same bytes.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from typing import Any, Final

import msgspec

from sansio.models import ModelInfo, Prices, Rates, Source, Tier, UnitRates, dump, read_litellm
from sansio.models.names import variants

DATA: Final = Path(__file__).parents[1] / "sansio" / "models" / "data"
PROVIDERS: Final = frozenset(
    {
        "anthropic",
        "azure_ai",
        "azure_openai",
        "bedrock",
        "cerebras",
        "cohere",
        "deepinfra",
        "deepseek",
        "fireworks",
        "gemini",
        "groq",
        "huggingface",
        "llamacpp",
        "meta_llama",
        "mistral",
        "moonshot",
        "nvidia_nim",
        "ollama",
        "openai",
        "openrouter",
        "perplexity",
        "together",
        "v0",
        "vertex_ai",
        "vllm",
        "xai",
    }
)
KINDS: Final = frozenset({"chat", "embedding", "image", "moderation", "rerank", "speech", "transcription"})
FREE: Final = frozenset({"meta_llama", "ollama"})
_NO_MODEL: Final = re.compile(
    r"(?:^|/)(?:eu|us|global|global-standard|low|medium|high|standard|hd|auto|\d+-x-\d+|\d+-steps)/|-x-"
    r"|^together-ai-|^fireworks-ai-|\*|commitment"
)

# genai-prices' names of providers whose ids there are those of the API; its names of prices.
GENAI: Final = {
    "anthropic": "anthropic",
    "cerebras": "cerebras",
    "cohere": "cohere",
    "deepseek": "deepseek",
    "fireworks": "fireworks",
    "google": "gemini",
    "groq": "groq",
    "mistral": "mistral",
    "moonshotai": "moonshot",
    "openai": "openai",
    "openrouter": "openrouter",
    "perplexity": "perplexity",
    "together": "together",
    "x-ai": "xai",
}
OPEN: Final = frozenset({"fireworks", "groq", "huggingface", "openrouter", "together"})
GENAI_RATES: Final = {
    "cache_audio_read_mtok": "cache_read_audio",
    "cache_image_read_mtok": "cache_read_image",
    "cache_read_mtok": "cache_read",
    "cache_write_1h_mtok": "cache_write_1h",
    "cache_write_mtok": "cache_write",
    "input_audio_mtok": "input_audio",
    "input_image_mtok": "input_image",
    "input_mtok": "input",
    "input_video_mtok": "input_video",
    "output_audio_mtok": "output_audio",
    "output_image_mtok": "output_image",
    "output_mtok": "output",
    "output_reasoning_mtok": "reasoning",
}
# Models of genai-prices whose price has changed since litellm took it down, and all the ids that they have at litellm.
CHANGED: Final = {("mistral", "mistral-large-4"): ("mistral-large-4", "mistral-large-4-0")}
GENAI_UNITS: Final = {"requests_kcount": "request", "web_searches_kcount": "web_search"}
GENAI_IGNORED: Final = frozenset({"storage_searches_kcount"})
# Which snapshot of a model an id is, or how that answers unless it is told otherwise.
_SNAPSHOT: Final = re.compile(r"-(?:0|\d{4}|20\d{6}|20\d\d-\d\d-\d\d|latest|reasoning)")
_OTHER_KIND: Final = re.compile(
    r"whisper|tts|rerank|image|ocr|moderation|sora|dall-e|transcribe|realtime|live|audio|voice|veo|lyria|parse|computer|imagine"
)


def main() -> None:
    """Write the tables and say what became of them."""
    arguments = argparse.ArgumentParser(description="build sansio/models/data from litellm and genai-prices")
    arguments.add_argument("--date", default=date.today().isoformat(), help="when the packages were read")  # noqa: DTZ011  # the day here
    models = {(model.provider, model.id): model for model in _from_litellm()}
    listed = len(models)
    for model in _from_genai():
        key = model.provider, model.id
        if (known := models.get(key)) is None:
            models[key] = model
        else:
            _compare(known, model)
            models[key] = msgspec.structs.replace(known, context_window=model.context_window)
            for id in CHANGED.get(key, ()):
                old = models[model.provider, id]
                models[model.provider, id] = msgspec.structs.replace(old, prices=model.prices, source=model.source)
    named = {(model.provider, model.id): model for model in _aliases(models)}
    models |= named
    _write(list(models.values()), arguments.parse_args().date)
    more = len(models) - listed - len(named)
    sys.stdout.write(f"{listed} models of litellm, {more} more of genai-prices, {len(named)} other names\n")


def _write(models: list[ModelInfo], day: str) -> None:
    DATA.mkdir(exist_ok=True)
    for old in DATA.glob("*.json"):
        old.unlink()
    for provider in sorted({model.provider for model in models}):
        (DATA / f"{provider}.json").write_bytes(dump(model for model in models if model.provider == provider))
    sources = [
        Source("genai-prices", version("genai-prices"), "MIT", "https://github.com/pydantic/genai-prices", day),
        Source("litellm", version("litellm"), "MIT", "https://github.com/BerriAI/litellm", day),
    ]
    (DATA / "sources.json").write_bytes(msgspec.json.format(msgspec.json.encode(sources), indent=1) + b"\n")


def _compare(ours: ModelInfo, theirs: ModelInfo) -> None:
    if ours.prices and theirs.prices:
        for name in ("input", "output"):
            mine, other = getattr(ours.prices, name), getattr(theirs.prices, name)
            if None not in {mine, other} and mine != other:
                sys.stdout.write(f"{ours.provider}/{ours.id}: {name} {mine} at litellm, {other} at genai-prices\n")


def _from_litellm() -> Iterator[ModelInfo]:
    spec = find_spec("litellm")
    if spec is None or spec.origin is None:
        sys.exit("litellm is not installed")
    table = Path(spec.origin).parent / "model_prices_and_context_window_backup.json"
    for model in read_litellm(table.read_bytes()):
        wanted = model.provider in PROVIDERS and model.kind in KINDS and not _NO_MODEL.search(model.id)
        if wanted and not (model.provider == "bedrock" and "/" in model.id):  # priced by region or commitment
            yield msgspec.structs.replace(model, prices=_believable(model))


def _believable(model: ModelInfo) -> Prices | None:
    """The prices, digits behind the tenth that floats brought in removed; None where they are all nothing."""
    prices = model.prices
    if prices is None:
        return None
    charged = [rate for rates in (prices, *prices.tiers, prices.units) if rates for rate in _rates(rates).values()]
    free = model.kind == "moderation" or (model.provider in FREE and not model.id.endswith("-cloud"))
    if not free and not any(charged):
        return None
    if model.kind == "speech" and prices.output_audio is not None:  # all that it puts out, and no usage tells so
        prices = msgspec.structs.replace(prices, output=prices.output_audio)
    tiers = tuple(msgspec.structs.replace(tier, **_rounded(_rates(tier))) for tier in prices.tiers)
    return msgspec.structs.replace(prices, tiers=tiers, **_rounded(_rates(prices)))


def _rates(rates: Rates | UnitRates) -> dict[str, Decimal]:
    names = (UnitRates if isinstance(rates, UnitRates) else Rates).__struct_fields__
    named = {name: getattr(rates, name) for name in names}
    return {name: rate for name, rate in named.items() if rate is not None}


def _rounded(rates: Mapping[str, Decimal]) -> dict[str, Decimal]:
    return {name: _plain(rate.quantize(Decimal("1e-9"))) for name, rate in rates.items()}


def _plain(number: Decimal) -> Decimal:
    return Decimal(format(number.normalize(), "f"))


def _from_genai() -> Iterator[ModelInfo]:
    for provider in import_module("genai_prices.data").providers:
        backend = provider.id.removeprefix("huggingface_") if provider.id.startswith("huggingface_") else ""
        name = "huggingface" if backend else GENAI.get(provider.id)
        for model in provider.models if name else ():
            prices = None if _OTHER_KIND.search(model.id.lower()) else _genai_prices(str(name), model)
            for id in _ids(str(name), model) if prices else ():
                yield ModelInfo(
                    provider=str(name),
                    id=f"{id}:{backend}" if backend else id,
                    kind="embedding" if "embed" in id.lower() else "chat",
                    context_window=model.context_window,
                    prices=prices,
                    source="genai-prices",
                )


def _ids(provider: str, model: Any) -> list[str]:
    """The ids that the model is known by at the API: its own, and on open platforms those that its rule spells out."""
    own = {model.id} if model.is_match(model.id) else set[str]()
    if provider not in OPEN:
        return sorted(own)
    spelt = {id for id in _spelt(model) if id.lower() != model.id.lower()} | own
    return sorted(id for id in spelt if "/" in id or provider == "groq")


def _spelt(model: Any) -> set[str]:
    clauses = [model.match, *getattr(model.match, "or_", ())]
    return {clause.equals for clause in clauses if hasattr(clause, "equals")}


def _aliases(models: Mapping[tuple[str, str], ModelInfo]) -> Iterator[ModelInfo]:
    """The listed models under the shorter names that genai-prices has for them, where no rule of the registry finds them."""
    for provider in import_module("genai_prices.data").providers:
        name = GENAI.get(provider.id, "")
        for model in provider.models:
            spelt = sorted(_spelt(model) | {model.id})
            for alias, id in product(spelt, spelt):
                found = models.get((name, id)) if _SNAPSHOT.fullmatch(id.removeprefix(alias)) else None
                if found and not any((name, known) in models for known in (alias, *dict(variants(name, alias)))):
                    yield msgspec.structs.replace(found, id=alias, deprecation_date=None)  # it outlives the snapshot


def _genai_prices(provider: str, model: Any) -> Prices | None:
    stated = model.prices
    if isinstance(stated, list):  # by date, the last one that has begun counts; prices by the hour are litellm's
        begun = [price for price in stated if _begun(price.constraint)]
        if not begun or any(price.constraint and not hasattr(price.constraint, "start_date") for price in stated):
            return None
        stated = begun[-1].prices
    standard, *tiers = _genai_rows(stated, None)
    services = {"batch", "flex", "priority"}
    for variant in model.price_variants or ():  # of one service the newest first
        service = variant.when.get("processing") or variant.when.get("service_tier")
        if len(variant.when) == 1 and service in services and _begun(variant.constraint):
            services.remove(service)
            tiers += _genai_rows(variant.prices, service)
    fees = {name: value for name, value in vars(stated).items() if value is not None and name not in GENAI_RATES}
    units = {GENAI_UNITS[name]: _plain(value / 1000) for name, value in fees.items() if name in GENAI_UNITS}
    rates = _rates(standard)
    if "input" not in rates or not any(rates.values()):
        return None
    incomplete = provider == "perplexity" or not fees.keys() <= GENAI_UNITS.keys() | GENAI_IGNORED
    return Prices(**rates, tiers=tuple(tiers), units=UnitRates(**units) if units else None, incomplete=incomplete)


def _begun(constraint: Any) -> bool:
    return constraint is None or (hasattr(constraint, "start_date") and constraint.start_date <= date.today())  # noqa: DTZ011


def _genai_rows(price: Any, service: str | None) -> list[Tier]:
    """The price as rows, one for each length of prompt from which some of it differs."""
    rates = {ours: getattr(price, theirs, None) for theirs, ours in GENAI_RATES.items()}
    stated = {name: rate for name, rate in rates.items() if rate is not None}
    starts = sorted({0, *(tier.start for rate in stated.values() for tier in getattr(rate, "tiers", ()))})
    return [
        msgspec.structs.replace(Tier(above=above, service=service), **{n: _at(r, above) for n, r in stated.items()})
        for above in starts
    ]


def _at(rate: Any, above: int) -> Decimal:
    passed = [tier.price for tier in getattr(rate, "tiers", ()) if tier.start <= above]
    return _plain(passed[-1] if passed else getattr(rate, "base", rate))


if __name__ == "__main__":
    main()
