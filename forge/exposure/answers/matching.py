"""Finds the runes that contain something, by the rows of bills of materials and the list of advisories."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import QuerySet

from forge.exposure.answers.searches import ComponentName, ExposureSearch, component_name
from forge.exposure.models import BillComponent, ExposureKind
from forge.registry.provenance.advisories.lists import AdvisoryList, current_list
from forge.registry.provenance.advisories.matching import KnownVulnerability, PackageComponent, findings, index_of
from forge.registry.provenance.advisories.osv import Advisory, BadAdvisories, package_name

ManifestKey = tuple[UUID, str]
"""A project, and the digest of the manifest of a rune of it."""


class ListState(StrEnum):
    """The state of the server's list of advisories for a search."""

    NOT_NEEDED = "not-needed"
    """The search names no advisory."""
    MISSING = "missing"
    """The operator downloaded no list."""
    UNREADABLE = "unreadable"
    UNKNOWN_ADVISORY = "unknown-advisory"
    """The list does not have the advisory."""
    COMPARED = "compared"


@dataclass(frozen=True)
class ComponentMatch:
    """A component of a rune that a search is about. `advisory` and the two fields after it are "" unless the search
    names an advisory."""

    name: str
    version: str
    ecosystem: str = ""
    advisory: str = ""
    severity: str = ""
    fixed_version: str = ""

    @property
    def text(self) -> str:
        """The component with its version."""
        return f"{self.name} {self.version}".strip()


@dataclass(frozen=True)
class BillMatches:
    """The components that a search is about, by the manifest whose bill of materials names them.

    `ids` are the ids under which the advisory of the search is known, in capitals.
    """

    by_manifest: Mapping[ManifestKey, tuple[ComponentMatch, ...]]
    list_state: ListState = ListState.NOT_NEEDED
    list_date: datetime | None = None
    ids: frozenset[str] = frozenset()


def match_bills(search: ExposureSearch, organisation: UUID) -> BillMatches:
    """Returns what the bills of materials of an organisation say about a search. One query."""
    components = _components(organisation)
    match search.kind:
        case ExposureKind.DIGEST:
            return BillMatches(_by_manifest(components.filter(digest=search.value)))
        case ExposureKind.COMPONENT:
            return BillMatches(_by_manifest(_named(components, component_name(search.value))))
        case ExposureKind.ADVISORY:
            return _match_advisory(components, search.value)


def _components(organisation: UUID) -> QuerySet[BillComponent]:
    rows = BillComponent.objects.filter(
        bill__manifest__repository__project__organisation=organisation, bill__manifest__trashed=None
    )
    return rows.select_related("bill__manifest__repository")


def _named(components: QuerySet[BillComponent], name: ComponentName) -> QuerySet[BillComponent]:
    rows = components.filter(key=name.key)
    if name.ecosystem:
        # A bill may leave the ecosystem out, and then the name counts in each.
        rows = rows.filter(ecosystem__in=(name.ecosystem, ""))
    return rows.filter(version=name.version) if name.version else rows


def _by_manifest(rows: Iterable[BillComponent]) -> Mapping[ManifestKey, tuple[ComponentMatch, ...]]:
    return _collected((_manifest_of(row), ComponentMatch(row.name, row.version, row.ecosystem)) for row in rows)


def _match_advisory(components: QuerySet[BillComponent], advisory_id: str) -> BillMatches:
    try:
        advisories = current_list()
    except BadAdvisories:
        return BillMatches({}, ListState.UNREADABLE, ids=frozenset({advisory_id}))
    if advisories is None:
        return BillMatches({}, ListState.MISSING, ids=frozenset({advisory_id}))
    entries = advisories.by_id.get(advisory_id, ())
    if not entries:
        return BillMatches({}, ListState.UNKNOWN_ADVISORY, advisories.date, frozenset({advisory_id}))
    return BillMatches(
        _findings(components, entries), ListState.COMPARED, advisories.date, _ids(advisory_id, entries, advisories)
    )


def _ids(advisory_id: str, entries: Iterable[Advisory], advisories: AdvisoryList) -> frozenset[str]:
    """Returns the ids of a vulnerability in all databases that the list has: an entry of Debian names the CVE, and so
    does one of GitHub."""
    ids = {advisory_id}
    for entry in entries:
        for each in (entry.id, *entry.other_ids):
            ids.add(each.upper())
            ids.update(other.id.upper() for other in advisories.by_id.get(each.upper(), ()))
    return frozenset(ids)


def _findings(
    components: QuerySet[BillComponent], entries: Collection[Advisory]
) -> Mapping[ManifestKey, tuple[ComponentMatch, ...]]:
    index = index_of(entries)
    by_package: dict[PackageComponent, tuple[KnownVulnerability, ...]] = {}
    pairs: list[tuple[ManifestKey, ComponentMatch]] = []
    for row in components.filter(key__in=index).exclude(version=""):
        name = package_name(row.ecosystem, row.name)
        package = PackageComponent(row.ecosystem, name, row.version, row.release)
        if package not in by_package:
            by_package[package] = findings([package], index)
        pairs += [(_manifest_of(row), _match(row, each)) for each in by_package[package]]
    return _collected(pairs)


def _match(row: BillComponent, finding: KnownVulnerability) -> ComponentMatch:
    return ComponentMatch(row.name, row.version, row.ecosystem, finding.id, finding.severity, finding.fixed_version)


def _collected(
    pairs: Iterable[tuple[ManifestKey, ComponentMatch]],
) -> Mapping[ManifestKey, tuple[ComponentMatch, ...]]:
    by_manifest: dict[ManifestKey, dict[ComponentMatch, None]] = {}
    for key, match in pairs:
        by_manifest.setdefault(key, {})[match] = None
    return {key: tuple(matches) for key, matches in by_manifest.items()}


def _manifest_of(row: BillComponent) -> ManifestKey:
    manifest = row.bill.manifest
    return manifest.repository.project_id, manifest.subject
