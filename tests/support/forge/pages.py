"""Pages as a person without scripts reads them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client

Browser = Callable[[Any], Client]
PAGE = "/acme/kitchen/builds/1"


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())
