"""CBOR that others wrote, as Edge Impulse exports it."""

from __future__ import annotations

from typing import Any

from rune.datasets.content.content import BadContent


def cbor_of(data: bytes) -> Any:
    """Returns the value of a CBOR file. Raises `BadContent`, also for what is nested too deeply."""
    try:
        import cbor2
    except ImportError:
        raise BadContent("CBOR files need the Python package cbor2. Install it, or export JSON.") from None
    try:
        return cbor2.loads(data)
    except (cbor2.CBORError, ArithmeticError, LookupError, TypeError, ValueError, RecursionError, MemoryError):
        raise BadContent("The file is not CBOR, or it is damaged or cut short.") from None
