"""OpenVEX documents of version 0.2.0, and in-toto statements that carry them. Pure.

https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md and
https://github.com/in-toto/attestation/tree/main/spec/predicates. The same facts give the same document.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

CONTEXT: Final = "https://openvex.dev/ns/v0.2.0"
"""The context of a document, which is also the type of a predicate that has one."""
NOT_STATED: Final = "under_investigation"
"""The status of a rune for which nobody set one."""


@dataclass(frozen=True)
class VexProduct:
    """A rune as a document names it. `repository` is the address of its repository, without a scheme."""

    name: str
    repository: str
    version: str
    manifest: str
    rune: str
    components: tuple[str, ...] = ()
    """The components that the vulnerability is in."""

    @property
    def purl(self) -> str:
        """The package URL: an OCI artifact by the digest of its manifest."""
        repository = quote(self.repository, safe="/")
        name, manifest, version = (quote(each, safe="") for each in (self.name, self.manifest, self.version))
        return f"pkg:oci/{name}@{manifest}?repository_url={repository}&tag={version}"


@dataclass(frozen=True)
class VexEntry:
    """An entry of a document about a rune and an advisory. `time` is in ISO 8601."""

    product: VexProduct
    advisory: str
    aliases: tuple[str, ...]
    status: str
    justification: str
    statement: str
    time: str


def openvex_document(identifier: str, author: str, time: str, entries: Sequence[VexEntry]) -> dict[str, Any]:
    """Returns a document of at least one entry."""
    return {
        "@context": CONTEXT,
        "@id": identifier,
        "author": author,
        "timestamp": time,
        "version": 1,
        "statements": [_statement(each) for each in entries],
    }


def _statement(entry: VexEntry) -> dict[str, Any]:
    # OpenVEX wants an action where something is affected, and has a field for the reason where it is not.
    names = {"affected": "action_statement", "not_affected": "impact_statement"}
    texts = {
        "justification": entry.justification,
        names.get(entry.status, "status_notes"): entry.statement,
    }
    return {
        "vulnerability": {"name": entry.advisory, **({"aliases": list(entry.aliases)} if entry.aliases else {})},
        "products": [_product(entry.product)],
        "status": entry.status,
        "timestamp": entry.time,
        **{name: text for name, text in texts.items() if text},
    }


def _product(product: VexProduct) -> Mapping[str, Any]:
    subcomponents = [{"@id": each} for each in product.components]
    return {
        "@id": product.purl,
        "identifiers": {"purl": product.purl},
        "hashes": {"sha-256": product.rune.removeprefix("sha256:")},
        **({"subcomponents": subcomponents} if subcomponents else {}),
    }
