"""Bytes that travel as text."""

from __future__ import annotations

from binascii import a2b_base64


def unbase64(text: str) -> bytes | None:
    """What base64 stands for (RFC 4648 section 4); None where it is none."""
    try:
        return a2b_base64(text, strict_mode=True)
    except ValueError:
        return None
