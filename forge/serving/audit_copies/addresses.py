"""Addresses of copies of the audit log, as the operator writes them. Nothing here knows Django."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import SplitResult, urlsplit

from forge.serving.errors import BadAddress

SYSLOG_PORTS = {"syslog": 601, "syslogs": 6514}
"""The ports of syslog over TCP (RFC 6587) and over TLS (RFC 5425)."""
LARGEST_NUMBER = 5
"""Copies of one installation."""


class CopyKind(StrEnum):
    """The format of a copy."""

    FILE = "file"
    SYSLOG = "syslog"
    SYSLOG_TLS = "syslogs"
    WEBHOOK = "webhook"


@dataclass(frozen=True)
class CopyAddress:
    """The address of a copy. `text` names it in tables and logs, and has no password."""

    kind: CopyKind
    text: str
    path: str = ""
    host: str = ""
    port: int = 0


def read_copies(text: str) -> tuple[CopyAddress, ...]:
    """The addresses, separated by commas. Raises `BadAddress`."""
    copies = tuple(_read(part.strip()) for part in text.split(",") if part.strip())
    if len({copy.text for copy in copies}) < len(copies):
        raise BadAddress("must not name an address twice")
    if len(copies) > LARGEST_NUMBER:
        raise BadAddress(f"must have at most {LARGEST_NUMBER} addresses")
    return copies


def needs_secret(copies: Sequence[CopyAddress]) -> bool:
    """Returns whether one of them is signed."""
    return any(copy.kind is CopyKind.WEBHOOK for copy in copies)


def _read(text: str) -> CopyAddress:
    try:
        split = urlsplit(text)
        port = split.port
    except ValueError:
        raise _unusable() from None
    if split.username is not None or split.fragment:
        raise _unusable()
    if split.scheme == "file" and not split.netloc and split.path.startswith("/") and not split.path.endswith("/"):
        return CopyAddress(CopyKind.FILE, text, path=split.path)
    if split.scheme in SYSLOG_PORTS and split.hostname and split.path in ("", "/"):
        return CopyAddress(CopyKind(split.scheme), text, host=split.hostname, port=port or SYSLOG_PORTS[split.scheme])
    if _is_webhook(split):
        return CopyAddress(CopyKind.WEBHOOK, text)
    raise _unusable()


def _is_webhook(split: SplitResult) -> bool:
    return split.scheme in ("http", "https") and bool(split.hostname)


def _unusable() -> BadAddress:
    return BadAddress(
        "must be addresses like file:///var/log/forge-audit.jsonl, syslog://host:601, syslogs://host:6514 or "
        "https://host/path, separated by commas, without a password"
    )
