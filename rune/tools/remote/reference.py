"""Names of runes: `[registry/]organisation/name[:tag][@sha256:...]`, and addresses of registries. No network here."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from rune.digests import is_digest
from rune.tools.remote.errors import ReferenceInvalid, UnsafeRegistry

_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_REPOSITORY = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*")
_TAG = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}")
_HOST = re.compile(r"(?:\[[0-9a-fA-F:.]+\]|[a-zA-Z0-9.-]+)(?::[0-9]{1,5})?")


@dataclass(frozen=True)
class Reference:
    """One rune in a registry. `registry` is an address such as `https://forge.example`, or None for the usual one."""

    registry: str | None
    repository: str
    tag: str | None
    digest: str | None

    @property
    def version(self) -> str:
        """The reference for the registry: the digest where there is one, else the tag."""
        return self.digest or self.tag or "latest"

    @property
    def name(self) -> str:
        """The last part of the repository, a good name for a file."""
        return self.repository.rsplit("/", 1)[-1]

    def __str__(self) -> str:
        return self.repository + (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")


def parse_reference(text: str) -> Reference:
    """Reads `acme/keywords:1.0`, also with a registry before it (`http://127.0.0.1:8000/acme/keywords:1.0`,
    `forge.example/acme/keywords`) and a digest behind it. Raises `ReferenceInvalid`."""
    rest, _, digest = text.partition("@")
    if "@" in text and not is_digest(digest):
        raise ReferenceInvalid(f"{digest!r} is not a digest: it must be sha256: and 64 hexadecimal digits")
    registry, rest = _split_registry(rest, text)
    path, colon, tag = rest.partition(":")
    if colon and not _TAG.fullmatch(tag):
        raise ReferenceInvalid(f"{tag!r} is not a tag: letters, digits, '.', '_' and '-', at most 128 of them")
    if not _REPOSITORY.fullmatch(path) or "/" not in path:
        raise ReferenceInvalid(f"{text!r} does not name a rune: write it as organisation/name:tag, in lower case")
    return Reference(registry, path, tag or None, digest or None)


def _split_registry(rest: str, text: str) -> tuple[str | None, str]:
    scheme, separator, after = rest.partition("://")
    if separator:
        host, slash, path = after.partition("/")
        if scheme not in ("http", "https") or not _HOST.fullmatch(host) or not slash:
            raise ReferenceInvalid(
                f"{text!r} does not name a rune: the registry must be http:// or https:// and a host"
            )
        return f"{scheme}://{host}", path
    host, slash, path = rest.partition("/")
    looks_like_a_host = "." in host or ":" in host or host == "localhost"
    if slash and "/" in path and looks_like_a_host and _HOST.fullmatch(host):
        scheme = "http" if is_loopback(host) else "https"
        return f"{scheme}://{host}", path
    return None, rest


def registry_url(text: str, *, insecure: bool) -> str:
    """The address of a registry as it is kept: scheme, host and port, nothing else.

    Plain http is taken for this machine alone, unless `insecure`: a token sent over a network in plain text is
    everybody's. Raises `ReferenceInvalid` or `UnsafeRegistry`.
    """
    if "://" not in text:
        text = f"{'http' if is_loopback(text) else 'https'}://{text}"
    parts = urlsplit(text)
    if (
        parts.scheme not in ("http", "https")
        or not _HOST.fullmatch(parts.netloc)
        or parts.path not in ("", "/")
        or parts.query
        or parts.fragment
    ):
        raise ReferenceInvalid(f"{text!r} is not a registry's address: write it as https://forge.example")
    if parts.scheme == "http" and not is_loopback(parts.netloc) and not insecure:
        raise UnsafeRegistry(
            f"{text} is plain http to another machine: your token could be read on the way. "
            "Use https, or --insecure if you trust the network."
        )
    return f"{parts.scheme}://{parts.netloc.lower()}"


def is_loopback(host: str) -> bool:
    """Returns whether a host (`name`, `name:port`, `[address]:port`) is this very machine."""
    name = urlsplit(f"//{host}").hostname or ""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
