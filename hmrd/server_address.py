"""The address of a server: https, or http on this computer alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class BadServerAddress(ValueError):
    """A text is not the address of a server."""


@dataclass(frozen=True)
class ServerAddress:
    """The address of a server: https, or http on this computer alone."""

    scheme: str
    host: str
    port: int
    path: str = ""

    @property
    def authority(self) -> str:
        """The host with its port, as in `Host`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = self.port == (443 if self.scheme == "https" else 80)
        return host if usual else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The address as text, without a slash at its end."""
        return f"{self.scheme}://{self.authority}{self.path}"


def read_address(text: str, *, with_path: bool = False) -> ServerAddress:
    """Reads the address of a server. Raises `BadServerAddress`."""
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise BadServerAddress(f"{text} is not the address of a server.") from None
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOCAL):
        raise BadServerAddress(f"{text} is not an https address. Only localhost may be asked without TLS.")
    path = parts.path.rstrip("/")
    if not host or parts.username or parts.query or parts.fragment or (path and not with_path):
        raise BadServerAddress(f"{text} is not the address of a server, such as https://forge.example.")
    return ServerAddress(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path)
