"""Stores cache values as JSON. Django's default is pickle, which lets anyone who writes to Redis run code here."""

from __future__ import annotations

import json


class ForeignValue(ValueError):
    """A value in the shared cache was not written by this program."""


class JsonSerializer:
    """The serializer of values in `RedisCache`. A whole number stays one, so that Redis can count with it."""

    def dumps(self, value: object) -> int | bytes:
        """Raises `TypeError` for what JSON has no form for."""
        if type(value) is int:
            return value
        return json.dumps(value, separators=(",", ":")).encode()

    def loads(self, data: bytes) -> object:
        """Raises `ForeignValue`."""
        try:
            return json.loads(data)
        except ValueError:
            raise ForeignValue(
                "A value in the cache is not JSON. Empty the Redis of REDIS_URL, and see who writes to it."
            ) from None
