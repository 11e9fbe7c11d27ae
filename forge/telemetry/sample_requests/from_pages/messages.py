"""The messages of a web page for a request: a window that its person ticked, and the secret that takes all back. Pure.

Each is a JSON text without a type and without a header of ours, so that a browser asks nothing before.
frontend/src/sdk/telemetry/samples/messages.ts writes the same fields.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from hmrd.protocol.reading import BadDeviceMessage, Fields, parsed
from hmrd.protocol.samples import LARGEST_WINDOW, LARGEST_WINDOW_MESSAGE, MOST_PURPOSES

LARGEST_TAKE_BACK: Final = 200
"""Bytes of a message that takes back."""
_SECRET: Final = re.compile(r"[0-9a-f]{64}")
_DIGITS: Final = "64 hexadecimal digits"
_PURPOSE: Final = re.compile(r"[a-z]+(?:-[a-z]+)*")


class BadPageMessage(ValueError):
    """A message has not the form of one of a page. Its text says which field, and what the field takes."""


@dataclass(frozen=True)
class PageWindow:
    """A window that a person on a page ticked, with their yes: each window names it, so that none is sent without."""

    request: UUID
    secret: str
    """64 hexadecimal digits that the page made and keeps: who has them takes all back."""
    purposes: frozenset[str]
    terms: str
    """The digest of the text that the person read (`hmrd.protocol.samples.OfferTerms.digest`)."""
    data: bytes
    """A WAV file."""

    @staticmethod
    def read(message: bytes) -> PageWindow:
        """Reads bytes that anybody may have written. Raises `BadPageMessage`."""
        try:
            fields = Fields(parsed(message, LARGEST_WINDOW_MESSAGE), "the window")
            return PageWindow(
                UUID(fields.text("request", 36)),
                fields.matching("secret", _SECRET, _DIGITS),
                frozenset(fields.items("purposes", _purpose, MOST_PURPOSES)),
                fields.digest("terms"),
                _data(fields.text("data", LARGEST_WINDOW_MESSAGE)),
            )
        except BadDeviceMessage as error:
            raise BadPageMessage(str(error)) from None
        except ValueError:
            raise BadPageMessage("request of the window is not the id of a request.") from None


def secret_in(message: bytes) -> str:
    """Returns the secret in a message that takes back. Raises `BadPageMessage`."""
    try:
        return Fields(parsed(message, LARGEST_TAKE_BACK)).matching("secret", _SECRET, _DIGITS)
    except BadDeviceMessage as error:
        raise BadPageMessage(str(error)) from None


def _data(encoded: str) -> bytes:
    try:
        data = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise BadDeviceMessage("data of the window is not base64.") from None
    if not 0 < len(data) <= LARGEST_WINDOW:
        raise BadDeviceMessage(f"data of the window has more than {LARGEST_WINDOW:,} bytes, or none.")
    return data


def _purpose(value: object) -> str:
    if not isinstance(value, str) or len(value) > 40 or _PURPOSE.fullmatch(value) is None:
        raise BadDeviceMessage("purposes are not words such as training.")
    return value
