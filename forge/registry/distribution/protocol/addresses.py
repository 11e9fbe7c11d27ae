"""Addresses below /v2/: a repository, and what of it is meant."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

ROOT = "/v2/"
"""The address of the protocol."""

_ADDRESS = re.compile(
    r"(?P<organisation>[^/]+)/(?P<project>[^/]+)/(?:blocks/(?P<block>[^/]+)/)?"
    r"(?:(?P<tags>tags)/list|(?P<uploads>blobs/uploads)/(?P<upload>[^/]*)"
    r"|(?P<kind>manifests|blobs|referrers)/(?P<reference>[^/]+))"
)


class AddressTarget(StrEnum):
    """The target of an address in a repository."""

    TAGS = "tags"
    UPLOADS = "uploads"
    """The uploads of a repository; one of them where the address has a reference."""
    MANIFEST = "manifests"
    BLOB = "blobs"
    REFERRERS = "referrers"


@dataclass(frozen=True)
class Address:
    """An address below /v2/. `block` is of a block's repository below its project's; "" for the project's own."""

    organisation: str
    project: str
    block: str
    target: AddressTarget
    reference: str = ""

    @property
    def name(self) -> str:
        """The repository, as the protocol names it."""
        return f"{self.organisation}/{self.project}{f'/blocks/{self.block}' if self.block else ''}"


def parse_address(path: str) -> Address | None:
    """The address of what stands behind /v2/; None for any other path."""
    match = _ADDRESS.fullmatch(path)
    if match is None:
        return None
    if match["tags"]:
        target, reference = AddressTarget.TAGS, ""
    elif match["uploads"]:
        target, reference = AddressTarget.UPLOADS, match["upload"]
    else:
        target, reference = AddressTarget(match["kind"]), match["reference"]
    return Address(match["organisation"], match["project"], match["block"] or "", target, reference)


def is_blob_upload(scope: Mapping[str, Any]) -> bool:
    """Returns whether a request carries bytes of a blob: its view stores them while they come."""
    if not scope["path"].startswith(ROOT) or scope["method"] not in ("PATCH", "POST", "PUT"):
        return False
    address = parse_address(scope["path"].removeprefix(ROOT))
    return address is not None and address.target == AddressTarget.UPLOADS and not address.block
