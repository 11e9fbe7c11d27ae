"""The error of every address that an operator sets."""

from __future__ import annotations


class BadAddress(ValueError):
    """An address of a service that cannot be used; says what is wanted and not what it is, for passwords are in it."""
