"""Addresses of other registries, as people type them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.conf import settings

from forge.core.http.outgoing.public_addresses import may_be_public
from forge.registry.distribution.mirrors.errors import BadMirror
from forge.registry.distribution.mirrors.models import LONGEST_ADDRESS, LONGEST_NAME

_NAME = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*")
"""https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md#pulling-manifests"""


def checked_registry(text: str) -> str:
    """The origin of a registry: `https://` and a public host, or one that the operator names in `MIRROR_REGISTRIES`.

    Whether a name leads inside of a network is seen when it is connected to. Raises `BadMirror`.
    """
    text = text.strip()
    if len(text) > LONGEST_ADDRESS or not text.isascii() or not text.isprintable() or " " in text:
        raise _bad("registry", f"An address has at most {LONGEST_ADDRESS} characters, all of them ASCII.")
    if "://" not in text:
        text = f"https://{text}"
    try:
        url = urlsplit(text)
        host, port = url.hostname or "", url.port
    except ValueError:
        raise _bad("registry", "This is not a valid address. It looks like https://registry.example.") from None
    if not host or port == 0 or url.path not in ("", "/") or url.query or url.fragment or "@" in url.netloc:
        raise _bad("registry", "Enter the registry alone, such as https://registry.example:5000.")
    origin = f"{url.scheme}://{url.netloc.lower()}"
    if is_named(origin):
        return origin
    if url.scheme != "https":
        raise _bad("registry", f"An address begins with https://. An operator can allow {origin} in MIRROR_REGISTRIES.")
    if not may_be_public(host):
        raise _bad("registry", f"{host} is in a private network. An operator can allow {origin} in MIRROR_REGISTRIES.")
    return origin


def is_named(origin: str) -> bool:
    """Returns whether the operator allows this address, wherever it leads."""
    return origin in settings.MIRROR_REGISTRIES


def checked_repository(text: str) -> str:
    """The name of a repository in another registry. Raises `BadMirror`."""
    text = text.strip().strip("/")
    if len(text) > LONGEST_NAME or not _NAME.fullmatch(text):
        raise _bad(
            "repository", "A repository is named like team/door: lower-case letters, digits, '.', '_', '-' and '/'."
        )
    return text


def _bad(field: str, message: str) -> BadMirror:
    return BadMirror(message, errors={field: [message]})
