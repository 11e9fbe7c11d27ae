"""Reads the components of a bill of materials, with and without versions. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from forge.registry.provenance.advisories.matching import MOST_COMPONENTS, PACKAGE_URL, BadBill, read_package_url
from forge.registry.provenance.advisories.osv import package_name

_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_LONGEST_WORD: Final = 60


@dataclass(frozen=True)
class NamedComponent:
    """A component of a bill. What the bill does not say of it is ""."""

    name: str
    ecosystem: str = ""
    version: str = ""
    release: str = ""
    digest: str = ""

    @property
    def key(self) -> str:
        """The name in the form in which names are compared without an ecosystem."""
        return package_name("", self.name)


def named_components(bill: bytes, longest: int) -> tuple[NamedComponent, ...]:
    """Returns the components of a bill (CycloneDX as JSON), each once, those inside of others included. Raises
    `BadBill`, also for a name or a version of more than `longest` characters."""
    try:
        components = list(_all_components(json.loads(bill).get("components") or []))
        if len(components) > MOST_COMPONENTS:
            raise ValueError("too many components")
        read_components = [_component(each) for each in components]
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise BadBill(f"the bill of materials is damaged: {type(error).__name__}") from None
    distinct_components = tuple(dict.fromkeys(each for each in read_components if each is not None))
    if any(max(len(each.name), len(each.version)) > longest for each in distinct_components):
        raise BadBill("a name or a version is too long")
    return distinct_components


def _all_components(components: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    for each in components:
        yield each
        yield from _all_components(each.get("components") or [])


def _component(value: Mapping[str, Any]) -> NamedComponent | None:
    ecosystem, release, name, version = "", "", value.get("name"), value.get("version") or ""
    if isinstance(purl := value.get("purl"), str) and purl.startswith(PACKAGE_URL):
        ecosystem, name, release, version = read_package_url(purl, version)
    if not isinstance(name, str) or not name or not isinstance(version, str):
        return None
    if "\0" in name + version + ecosystem or len(ecosystem) > _LONGEST_WORD:
        raise ValueError("a text cannot be stored")
    return NamedComponent(name, ecosystem, version, release, _digest(value))


def _digest(value: Mapping[str, Any]) -> str:
    """Returns the SHA-256 of a component, or ""."""
    contents = [each.get("content") for each in value.get("hashes") or [] if each.get("alg") == "SHA-256"]
    return next((f"sha256:{each}" for each in contents if isinstance(each, str) and _SHA256.fullmatch(each)), "")
