"""Origins of pages, as browsers send them: `https://acme.example`, with a port where it is not the usual one."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Annotated
from urllib.parse import urlsplit

from rest_framework.fields import CharField, ListField

from forge.deployments.errors import BadOrigin

MAX_ORIGINS = 20
Origins = Annotated[Collection[str], ListField(child=CharField(max_length=300), max_length=50)]
_USUAL_PORTS = {"http": 80, "https": 443}


def checked_origins(texts: Iterable[str]) -> list[str]:
    """Returns the origins in order, each once. Raises `BadOrigin`."""
    origins = list(dict.fromkeys(checked_origin(text) for text in texts if text.strip()))
    if len(origins) > MAX_ORIGINS:
        raise _bad(f"A deployment has at most {MAX_ORIGINS} origins.")
    return origins


def checked_origin(text: str) -> str:
    """Returns the origin of an address that has nothing behind its host. Raises `BadOrigin`."""
    text = text.strip()
    example = "Write the scheme and the host, such as https://acme.example."
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _bad(f"{text[:100]} is not a valid address. {example}") from None
    host = parts.hostname or ""
    if parts.scheme not in _USUAL_PORTS or not host or not host.isascii() or any(each in host for each in "*%_ "):
        raise _bad(f"{text[:100]} is not the origin of a page. {example}")
    if parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise _bad(f"{text[:100]} has more than a scheme, a host and a port. {example}")
    name = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{name}" + ("" if port in (None, _USUAL_PORTS[parts.scheme]) else f":{port}")


def _bad(message: str) -> BadOrigin:
    return BadOrigin(message, errors={"origins": [message]})
