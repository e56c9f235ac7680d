"""The registry: what is known of each model, from the package's own tables and from what its user lays over them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Final

import msgspec

from .litellm import read_litellm
from .names import canonical, variants
from .schema import Feature, ModelFacts, ModelInfo, Shard, named, read

_PACKAGE: Final = "sansio.models"
# Look-ups that succeeded are kept, more than a program has models; what peers call theirs cannot make it grow.
_KEPT: Final = 1024


class Source(msgspec.Struct, frozen=True):
    """Where facts of the package's tables come from: a published package, its version, licence and URL, and when it was read."""

    name: str
    version: str
    licence: str
    url: str
    date: str


class Registry:
    """Models by provider and id; a value: what adds models returns a new one.

    `Registry()` is the package's own table, `Registry(models)` lays models over it, each replacing all that is said of
    that model, and `packaged=False` leaves the package's table out.  Tables are loaded when one of their models is first
    asked for.
    """

    __slots__ = ("_found", "_own", "_packaged")

    def __init__(self, models: Iterable[ModelInfo] = (), *, packaged: bool = True) -> None:
        self._own = {(model.provider, model.id): model for model in models}
        self._packaged = packaged
        self._found: dict[tuple[str, str], ModelInfo] = {}

    @classmethod
    def load(cls, data: bytes, *, packaged: bool = True) -> Registry:
        """With the models of a file in the schema of `dump`; LocalProtocolError where it is not that."""
        return cls(read(data), packaged=packaged)

    @classmethod
    def from_litellm(cls, table: bytes | Mapping[str, Mapping[str, object]], *, packaged: bool = True) -> Registry:
        """With the models of a table in LiteLLM's format, as JSON or as what that decodes to; see `read_litellm`."""
        return cls(read_litellm(table), packaged=packaged)

    def with_models(self, models: Iterable[ModelInfo]) -> Registry:
        """The same registry with these models laid over it."""
        return Registry((*self._own.values(), *models), packaged=self._packaged)

    def info(self, model: str) -> ModelInfo | None:
        """What is known of "provider/model"; None for one that is not listed.  Both names may be LiteLLM's.

        An id that is not listed counts as the one that it is another name of: a dated snapshot, a fine-tune's base, a
        Bedrock profile.  Where such a variant is known to have a price of its own, `prices` is None.
        """
        provider, _, id = model.partition("/")
        return self.find(canonical(provider), id)

    def find(self, provider: str, id: str) -> ModelInfo | None:
        """`info` for a provider by its name here, and its name for the model."""
        key = provider, id
        found = self._found.get(key)
        if found is None and (found := self._look_up(provider, id)) is not None:
            if len(self._found) >= _KEPT:
                self._found.clear()
            self._found[key] = found
        return found

    def with_feature(
        self, *features: Feature, provider: str | None = None, kind: str | None = None
    ) -> tuple[ModelInfo, ...]:
        """The models that are known to have all these features, of one provider or kind where given, in order of name."""
        wanted = frozenset(features)
        provider = provider and canonical(provider)
        return tuple(
            model
            for model in self.models(provider)
            if wanted <= model.features and (kind is None or model.kind == kind)
        )

    def models(self, provider: str | None = None) -> tuple[ModelInfo, ...]:
        """Every model, or those of one provider, in order of provider and id."""
        known = {(model.provider, model.id): model for model in self._listed(provider)}
        known |= self._own
        return tuple(model for key, model in sorted(known.items()) if provider in {None, key[0]})

    def _listed(self, provider: str | None) -> Iterator[ModelInfo]:
        if self._packaged:
            for name in _shards() if provider is None else (provider,):
                yield from (_decoded(name, id, raw) for id, raw in _shard(name).items())

    def _look_up(self, provider: str, id: str) -> ModelInfo | None:
        if (exact := self._exact(provider, id)) is not None:
            return exact
        for variant, priced in variants(provider, id):
            if (model := self._exact(provider, variant)) is not None:
                return model if priced else msgspec.structs.replace(model, prices=None)
        return None

    def _exact(self, provider: str, id: str) -> ModelInfo | None:
        if (own := self._own.get((provider, id))) is not None or not self._packaged:
            return own
        raw = _shard(provider).get(id)
        return None if raw is None else _decoded(provider, id, raw)


def sources() -> tuple[Source, ...]:
    """Where the package's own tables come from."""
    return msgspec.json.decode(_data("sources"), type=tuple[Source, ...])


def _decoded(provider: str, id: str, raw: msgspec.Raw) -> ModelInfo:
    return named(provider, id, msgspec.json.decode(raw, type=ModelFacts))


def _shard(provider: str) -> Mapping[str, msgspec.Raw]:
    return _loaded(provider) if provider in _shards() else {}


@cache
def _loaded(provider: str) -> Mapping[str, msgspec.Raw]:
    return msgspec.json.decode(_data(provider), type=Shard).providers[provider]


@cache
def _shards() -> tuple[str, ...]:
    from importlib.resources import files  # a tenth of the package's import time, needed by few programs

    names = (entry.name.partition(".")[0] for entry in files(_PACKAGE).joinpath("data").iterdir())
    return tuple(sorted(name for name in names if name != "sources"))


def _data(name: str) -> bytes:
    from importlib.resources import files

    return files(_PACKAGE).joinpath("data", f"{name}.json").read_bytes()
