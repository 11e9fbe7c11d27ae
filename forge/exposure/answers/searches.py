"""Searches for a digest, a component or an advisory. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from forge.core.errors import Invalid, NulInText
from forge.exposure.models import LONGEST_QUERY, ExposureKind
from forge.registry.provenance.advisories.matching import PACKAGE_URL, read_package_url
from forge.registry.provenance.advisories.osv import is_advisory_id, package_name

_DIGEST: Final = re.compile(r"(?:sha256:)?([0-9a-f]{64})", re.IGNORECASE)
_ADVISORY: Final = re.compile(r"[A-Z]{2,}[A-Z0-9]*-[A-Z0-9._:-]*[0-9][A-Z0-9._:-]*", re.IGNORECASE)
"""The form of ids such as CVE-2026-1234, GHSA-xxxx-xxxx-xxxx and PYSEC-2026-1."""
_DATABASES: Final = ("CVE", "GHSA", "PYSEC", "OSV", "RUSTSEC", "GO", "DSA", "DLA", "USN", "DEBIAN", "UBUNTU", "EUVD")
"""The first words of ids that no list on this server has to know."""


@dataclass(frozen=True)
class ExposureSearch:
    """A search: what it names, and the value in the form in which it is compared."""

    kind: ExposureKind
    value: str


@dataclass(frozen=True)
class ComponentName:
    """A component that a search names; an ecosystem or a version of "" is any."""

    key: str
    ecosystem: str
    version: str


def search_of(kind: ExposureKind, text: str) -> ExposureSearch:
    """Returns the search for something of a kind that the caller names. Raises `Invalid`."""
    text = _checked_text(kind.value, text)
    match kind:
        case ExposureKind.DIGEST:
            digest = _DIGEST.fullmatch(text)
            if digest is None:
                raise _invalid("digest", "A digest is `sha256:` with 64 hexadecimal digits.")
            return ExposureSearch(kind, f"sha256:{digest[1].lower()}")
        case ExposureKind.ADVISORY:
            if not is_advisory_id(text):
                raise _invalid("advisory", "This is not the id of an advisory, such as CVE-2026-1234.")
            return ExposureSearch(kind, text.upper())
        case ExposureKind.COMPONENT:
            if not component_name(text).key.strip("-@"):
                raise _invalid("component", "Name a component, such as numpy, numpy@2.1 or pkg:pypi/numpy@2.1.")
            return ExposureSearch(kind, text)


def guessed_search(text: str) -> ExposureSearch:
    """Returns the search for what somebody typed into one field: a digest, an advisory by the form of its id, or else a
    component. Raises `Invalid`."""
    text = _checked_text("q", text)
    if _DIGEST.fullmatch(text):
        return search_of(ExposureKind.DIGEST, text)
    is_advisory = _ADVISORY.fullmatch(text) is not None and text.upper().split("-")[0] in _DATABASES
    return search_of(ExposureKind.ADVISORY if is_advisory else ExposureKind.COMPONENT, text)


def component_name(text: str) -> ComponentName:
    """Returns the component of a search: a package URL, a name, or a name and a version with `@` or a space between."""
    if text.lower().startswith(PACKAGE_URL):
        ecosystem, name, _release, version = read_package_url(PACKAGE_URL + text[len(PACKAGE_URL) :])
        return ComponentName(package_name("", str(name)), ecosystem, str(version))
    # The name of an npm package may begin with @.
    scope, rest = ("@", text[1:]) if text.startswith("@") else ("", text)
    name, _, version = rest.replace(" ", "@").partition("@")
    return ComponentName(package_name("", scope + name), "", version.strip("@"))


def _checked_text(field: str, text: str) -> str:
    if "\0" in text:
        raise NulInText
    text = " ".join(text.split())
    if not text:
        raise _invalid(field, "Name a digest, a component or an advisory.")
    if len(text) > LONGEST_QUERY:
        raise _invalid(field, f"A search has at most {LONGEST_QUERY} characters.")
    return text


def _invalid(field: str, message: str) -> Invalid:
    return Invalid(message, errors={field: [message]})
