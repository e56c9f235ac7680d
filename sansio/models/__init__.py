"""The registry of models, what calls of them cost, and how many tokens a request has; facts as data, no network.

`info`, `with_feature` and `cost` ask the package's own tables, which load on first use; a `Registry` of one's own lays
other models and prices over them.
"""

from __future__ import annotations

from .litellm import read_litellm
from .packaged import PACKAGED, bill, cost, info, with_feature
from .pricing import Cost, Line, Units, price, rates_for
from .registry import Registry, Source, sources
from .schema import Feature, ModelFacts, ModelInfo, Prices, Rates, Tier, UnitRates, dump, read
from .tokens import Counter, Counters, count, estimate, estimate_text, from_tiktoken, from_tokenizers

__all__ = [
    "PACKAGED",
    "Cost",
    "Counter",
    "Counters",
    "Feature",
    "Line",
    "ModelFacts",
    "ModelInfo",
    "Prices",
    "Rates",
    "Registry",
    "Source",
    "Tier",
    "UnitRates",
    "Units",
    "bill",
    "cost",
    "count",
    "dump",
    "estimate",
    "estimate_text",
    "from_tiktoken",
    "from_tokenizers",
    "info",
    "price",
    "rates_for",
    "read",
    "read_litellm",
    "sources",
    "with_feature",
]
