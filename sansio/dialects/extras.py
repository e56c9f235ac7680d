"""What structs keep in `extra`, put back where it came from: among the members of their JSON objects."""

from __future__ import annotations

import msgspec
from msgspec import Raw

from ..types import Extra


def with_extra(struct: msgspec.Struct) -> object:
    """The struct as it is where it keeps nothing, else the members of its object, what it keeps at any depth among them."""
    extra: Extra | None = None
    rewritten: dict[str, object] = {}
    for name in struct.__struct_fields__:
        value = getattr(struct, name)
        if name == "extra":
            extra = value
        elif isinstance(value, msgspec.Struct) and (wire := with_extra(value)) is not value:
            rewritten[name] = wire
    if extra is None and not rewritten:
        return struct
    members = msgspec.json.decode(msgspec.json.encode(struct), type=dict[str, Raw])
    members.pop("extra", None)
    return {**members, **rewritten, **(extra or {})}
