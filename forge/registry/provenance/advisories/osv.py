"""Reading a list of advisories in the format of OSV (https://ossf.github.io/osv-schema/). Pure.

Somebody else wrote the list, so every field is checked. One damaged field refuses the whole list: without its entry, a
page could say "none" of a rune that has the vulnerability.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from sys import intern
from typing import Any, Final

MOST_EVENTS: Final = 10_000
"""Borders of one range."""
LONGEST_ID: Final = 100
"""Characters of the id of an advisory."""
_ID = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._:-]{{0,{LONGEST_ID - 1}}}")
_COMPARED_TYPES: Final = frozenset({"SEMVER", "ECOSYSTEM"})
_EVENTS: Final = ("introduced", "fixed", "last_affected", "limit")
_SEVERITIES: Final = frozenset({"LOW", "MODERATE", "MEDIUM", "HIGH", "CRITICAL"})


class BadAdvisories(ValueError):
    """A list of advisories that cannot be read; says which entry is damaged."""


@dataclass(frozen=True)
class RangeBorder:
    """A version from which a package is affected (`kind` is `introduced`), or no longer (`fixed`, `limit`), or the last
    one that is (`last_affected`)."""

    kind: str
    version: str


@dataclass(frozen=True)
class AffectedPackage:
    """Versions of one package that an advisory is about."""

    ecosystem: str
    """The registry of the package, such as `PyPI`."""
    name: str
    ranges: tuple[tuple[RangeBorder, ...], ...]
    versions: tuple[str, ...]
    """Further versions, as they are written."""
    release: str = ""
    """The release of the ecosystem, such as `12` of Debian, or "" if it is about all."""


@dataclass(frozen=True)
class Advisory:
    """A known vulnerability. `severity` is a word of its database such as `high`, a CVSS vector, or "" if neither is
    named."""

    id: str
    severity: str
    affected: tuple[AffectedPackage, ...]
    other_ids: tuple[str, ...] = ()
    """The ids under which other databases have the same vulnerability, such as a CVE: OSV's `aliases` and
    `upstream`."""


def read_advisories(data: bytes) -> tuple[Advisory, ...]:
    """Reads a list: a JSON array of entries, or an object with the array as `vulns`. Leaves out withdrawn entries.

    Raises `BadAdvisories`.
    """
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadAdvisories(f"it is no JSON: {type(error).__name__}") from None
    entries = document.get("vulns") if isinstance(document, dict) else document
    if not isinstance(entries, list):
        raise BadAdvisories("it is neither an array of OSV entries nor an object with one as `vulns`")
    read_entries = [_advisory(entry, number) for number, entry in enumerate(entries, start=1)]
    return tuple(each for each in read_entries if each is not None)


def is_advisory_id(text: str) -> bool:
    """Returns whether a text is in the form of an advisory's id."""
    return _ID.fullmatch(text) is not None


def package_name(ecosystem: str, name: str) -> str:
    """Returns the form of a package's name in which names are compared. `ecosystem` is "" if it is not known."""
    return re.sub(r"[-_.]+", "-", name).lower() if ecosystem in ("", "PyPI") else name.lower()


def _advisory(entry: Any, number: int) -> Advisory | None:
    try:
        identifier = _text(entry["id"])
        if not is_advisory_id(identifier):
            raise ValueError("its id is not one")
        if entry.get("withdrawn") is not None:
            return None
        affected_packages = tuple(
            _affected_package(each) for each in _array(entry.get("affected")) if "package" in each
        )
        other_ids = [*_array(entry.get("aliases")), *_array(entry.get("upstream"))]
        return Advisory(
            identifier,
            _severity(entry),
            affected_packages,
            tuple(dict.fromkeys(intern(_text(each)) for each in other_ids)),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise BadAdvisories(f"entry {number} is damaged: {type(error).__name__} {str(error)[:100]}") from None


def _affected_package(value: Mapping[str, Any]) -> AffectedPackage:
    package = value["package"]
    # Debian:12 is a release of the ecosystem Debian.
    ecosystem, _, release = _text(package["ecosystem"]).partition(":")
    return AffectedPackage(
        ecosystem,
        package_name(ecosystem, _text(package["name"])),
        # Commits of Git are no versions: a component names none.
        tuple(
            _events(each["events"]) for each in _array(value.get("ranges")) if _text(each["type"]) in _COMPARED_TYPES
        ),
        # Many packages have a version 1.0: one text for all of them.
        tuple(intern(_text(each)) for each in _array(value.get("versions"))),
        release,
    )


def _events(values: Any) -> tuple[RangeBorder, ...]:
    events = []
    for value in _array(values):
        (pair,) = value.items()
        if pair[0] not in _EVENTS:
            raise ValueError(f"{pair[0]!r} is no event of a range")
        events.append(RangeBorder(pair[0], _text(pair[1])))
    if not events or len(events) > MOST_EVENTS:
        raise ValueError(f"a range has {len(events)} events")
    return tuple(events)


def _severity(entry: Mapping[str, Any]) -> str:
    details = entry.get("database_specific") or {}
    word = details.get("severity")
    if isinstance(word, str) and word.upper() in _SEVERITIES:
        return word.lower()
    scores = [_text(each["score"]) for each in _array(entry.get("severity"))]
    return scores[0][:200] if scores else ""


def _array(value: Any) -> Sequence[Any]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise TypeError("a list is something else")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value or len(value) > 1000:
        raise TypeError("a text is missing, empty or too long")
    return value
