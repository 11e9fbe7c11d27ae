"""Says which advisories are about the components of a bill of materials. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs, unquote

from packaging.version import Version

from forge.registry.provenance.advisories.debian import debian_order
from forge.registry.provenance.advisories.osv import Advisory, AffectedPackage, RangeBorder, package_name

_ECOSYSTEMS: Final = {"pypi": "PyPI", "npm": "npm", "cargo": "crates.io", "golang": "Go"}
"""The ecosystem of OSV by the type of a package URL."""
_DEBIAN_RELEASE: Final = re.compile(r"debian-([0-9]+)")
"""The qualifier `distro` of a package URL. One that names its release otherwise is compared with all of them."""
PACKAGE_URL: Final = "pkg:"
"""The beginning of a package URL."""
MOST_COMPONENTS: Final = 10_000
"""Components of one bill."""
LONGEST_TEXT: Final = 1_000
"""Characters of a component's name or version."""
MOST_COMPARISONS: Final = 20_000
"""Pairs of a component and an advisory about a package of its name: some 50 µs for each."""

AdvisoryIndex = Mapping[str, Sequence[tuple[Advisory, AffectedPackage]]]
"""Advisories by the name of a package that they are about, in the form without an ecosystem (`package_name`)."""
PackageSource = tuple[str, str]
"""An ecosystem and its release, as in `AffectedPackage`."""


class BadBill(ValueError):
    """A bill of materials that cannot be read or compared."""


@dataclass(frozen=True)
class PackageComponent:
    """A component that can be compared: it has a version."""

    ecosystem: str
    """If the bill names none, it is "", and the name counts in each ecosystem. That of a package URL whose type is not
    known here is the type: no advisory names it."""
    name: str
    """The name of the package; for a Debian package that of the source package, if the bill has it: advisories are
    about that."""
    version: str
    release: str = ""
    """The release of the ecosystem, as in `AffectedPackage`, or "" if the bill names none: then each counts."""


@dataclass(frozen=True)
class KnownVulnerability:
    """A component that a known vulnerability is about."""

    id: str
    component: str
    version: str
    severity: str
    """The severity as in `Advisory`."""
    fixed_version: str
    """The next version that is not affected. It is "" while the advisory names none."""


def components_in(bill: bytes) -> tuple[PackageComponent, ...]:
    """The components of a bill (CycloneDX as JSON) that have a version, each once. Raises `BadBill`."""
    try:
        components = json.loads(bill).get("components") or []
        if len(components) > MOST_COMPONENTS:
            raise ValueError("too many components")
        matches = [component for each in components if (component := _component(each)) is not None]
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise BadBill(f"the bill of materials is damaged: {type(error).__name__}") from None
    return tuple(dict.fromkeys(matches))


def index_of(advisories: Iterable[Advisory]) -> AdvisoryIndex:
    """Sorts advisories by the names of packages, so that a component is compared with few."""
    index: dict[str, list[tuple[Advisory, AffectedPackage]]] = {}
    for advisory in advisories:
        for affected_package in advisory.affected:
            index.setdefault(package_name("", affected_package.name), []).append((advisory, affected_package))
    return index


def advisories_by_id(advisories: Iterable[Advisory]) -> Mapping[str, tuple[Advisory, ...]]:
    """Returns advisories by their ids and by those that other databases gave them, in capitals. A CVE may have several:
    one of each database."""
    by_id: dict[str, tuple[Advisory, ...]] = {}
    for advisory in advisories:
        for each in (advisory.id, *advisory.other_ids):
            by_id[each.upper()] = (*by_id.get(each.upper(), ()), advisory)
    return by_id


def sources_of(advisories: Iterable[Advisory]) -> frozenset[PackageSource]:
    """Returns where the packages are from that advisories are about."""
    return frozenset((each.ecosystem, each.release) for advisory in advisories for each in advisory.affected)


def uncompared_sources(components: Iterable[PackageComponent], sources: frozenset[PackageSource]) -> tuple[str, ...]:
    """Returns the names of the sources of components of which a list with these sources says nothing, in order."""
    ecosystems = {ecosystem for ecosystem, _ in sources}
    releases = {(each.ecosystem, each.release) for each in components if each.ecosystem}
    return tuple(
        f"{ecosystem} {release}".strip()
        for ecosystem, release in sorted(releases)
        if ecosystem not in ecosystems or (release and not sources & {(ecosystem, release), (ecosystem, "")})
    )


def findings(components: Iterable[PackageComponent], index: AdvisoryIndex) -> tuple[KnownVulnerability, ...]:
    """Returns the vulnerabilities of the components, ordered by the ids of the advisories. Raises `BadBill`."""
    pairs = [
        (component, advisory, affected_package)
        for component in components
        for advisory, affected_package in index.get(package_name("", component.name), ())
    ]
    if len(pairs) > MOST_COMPARISONS:
        raise BadBill(f"its components would be compared {len(pairs):,} times; at most {MOST_COMPARISONS:,} are made")
    matches = {
        (advisory.id, component): _finding(advisory, component, affected_package)
        for component, advisory, affected_package in pairs
        if _is_about(affected_package, component) and _is_affected(affected_package, component.version)
    }
    return tuple(matches[key] for key in sorted(matches, key=lambda key: (key[0], key[1].name, key[1].version)))


def _component(value: Mapping[str, Any]) -> PackageComponent | None:
    ecosystem, release, name, version = "", "", value.get("name"), value.get("version")
    if isinstance(purl := value.get("purl"), str) and purl.startswith(PACKAGE_URL):
        ecosystem, name, release, version = read_package_url(purl, version)
    if not isinstance(name, str) or not isinstance(version, str) or not name or not version:
        return None
    if max(len(name), len(version)) > LONGEST_TEXT:
        raise ValueError("a name or a version is too long")
    return PackageComponent(ecosystem, package_name(ecosystem, name), version, release)


def read_package_url(purl: str, version: Any = "") -> tuple[str, str, str, Any]:
    """Returns the ecosystem, the name, the release and the version of a package URL; `version` is that of one without.

    https://github.com/package-url/purl-spec
    """
    address, _, qualifiers = purl.removeprefix(PACKAGE_URL).partition("#")[0].partition("?")
    kind, _, path = address.partition("/")
    path, at, version_text = path.rpartition("@") if "@" in path.lstrip("@") else (path, "", "")
    return _package(kind.lower(), unquote(path), unquote(version_text) if at else version, qualifiers)


def _package(kind: str, path: str, version: Any, qualifiers: str) -> tuple[str, str, str, Any]:
    """The ecosystem, the name, the release and the version of a package URL. In that of a Debian package, a
    distribution stands before the name, and `upstream` names the source package, with its version if that is another.
    """
    if kind != "deb":
        return _ECOSYSTEMS.get(kind, kind), path, "", version
    distribution, _, name = path.rpartition("/")
    parameters = {key: values[0] for key, values in parse_qs(qualifiers.replace("+", "%2B")).items()}
    source, _, source_version = parameters.get("upstream", "").partition("@")
    release = _DEBIAN_RELEASE.match(parameters.get("distro", ""))
    ecosystem = "Ubuntu" if distribution.lower() == "ubuntu" else "Debian"
    return ecosystem, source or name, release[1] if release else "", source_version or version


def _is_about(affected_package: AffectedPackage, component: PackageComponent) -> bool:
    if component.ecosystem == "":
        return package_name("", affected_package.name) == component.name
    is_other_release = component.release and affected_package.release and component.release != affected_package.release
    return not is_other_release and (affected_package.ecosystem, affected_package.name) == (
        component.ecosystem,
        component.name,
    )


def _is_affected(affected_package: AffectedPackage, version: str) -> bool:
    if version in affected_package.versions:
        return True
    order = _ORDERS.get(affected_package.ecosystem, _python_order)
    return any(_is_in(events, version, order) for events in affected_package.ranges)


def _is_in(events: Sequence[RangeBorder], version: str, order: Callable[[str], Any]) -> bool:
    """Returns whether a version is in a range. A version that cannot be compared counts as in it: it may be."""
    try:
        here = order(version)
        borders = sorted((order(event.version), event.kind) for event in events if event.version != "*")
    except ValueError:
        return True
    limits = [at for at, kind in borders if kind == "limit"]
    if limits and here >= max(limits):
        return False
    is_in = False
    for at, kind in borders:
        if kind == "introduced" and here >= at:
            is_in = True
        elif (kind == "fixed" and here >= at) or (kind == "last_affected" and here > at):
            is_in = False
    return is_in


def _python_order(version: str) -> Version:
    # "0" is before every version, also before the first that is not final.
    return Version("0.dev0" if version == "0" else version)


_ORDERS: Final[Mapping[str, Callable[[str], Any]]] = {"Debian": debian_order, "Ubuntu": debian_order}
"""The functions that return the sort key of a version, by ecosystem. They raise `ValueError` for other texts."""


def _finding(advisory: Advisory, component: PackageComponent, affected_package: AffectedPackage) -> KnownVulnerability:
    fixes = {event.version for events in affected_package.ranges for event in events if event.kind == "fixed"}
    return KnownVulnerability(
        advisory.id,
        component.name,
        component.version,
        advisory.severity,
        _next_of(fixes, component.version, _ORDERS.get(affected_package.ecosystem, _python_order)),
    )


def _next_of(fixes: Iterable[str], version: str, order: Callable[[str], Any]) -> str:
    try:
        later = [each for each in fixes if order(each) > order(version)]
        return min(later, key=order, default="")
    except ValueError:
        return min(fixes, default="")
