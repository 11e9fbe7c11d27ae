"""The limits of the data that one training run learns from, for the process that trains and for servers that queue
runs."""

from typing import Final

MAX_RECORDINGS: Final = 100_000
MAX_BYTES: Final = 1 << 30
"""Bytes of all recordings together."""
ADVICE: Final = "Leave recordings out, shorten long ones, or save a smaller version of the data."
