"""The answer to a search: the runes that a person may see, and the devices that have them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from forge.accounts.models import Organisation
from forge.core.actors import Actor
from forge.exposure.answers.devices import ExposedCounts, RuneDevices, count_devices, devices_by_rune
from forge.exposure.answers.matching import BillMatches, ComponentMatch, ListState, match_bills
from forge.exposure.answers.searches import ExposureSearch
from forge.exposure.bills.indexing import compared_bills, unread_bills
from forge.exposure.bills.known_runes import RunePlace, places_by_rune, rune_places
from forge.exposure.models import ExposureKind, VexStatement
from forge.exposure.vex.statuses import newest_statements
from forge.projects.models import Project


@dataclass(frozen=True)
class RuneName:
    """A name of a rune in a project that the person may read."""

    project: Project
    version: str
    manifest: str


@dataclass(frozen=True)
class ExposedRune:
    """A rune that a search is about. `names` is empty for one that devices have and no project here published."""

    digest: str
    names: tuple[RuneName, ...]
    components: tuple[ComponentMatch, ...]
    statements: tuple[VexStatement, ...]
    """The statements that count, of each project and advisory."""
    devices: RuneDevices

    @property
    def title(self) -> str:
        """The project and the version, or the beginning of its digest."""
        if not self.names:
            return f"{self.digest[:19]}…"
        return f"{self.names[0].project.full_name} {self.names[0].version}"


@dataclass(frozen=True)
class Exposure:
    """The answer to a search."""

    search: ExposureSearch
    organisation: Organisation
    runes: tuple[ExposedRune, ...]
    counts: ExposedCounts
    hidden_runes: int
    """Further runes, of projects that the person may not read."""
    list_state: ListState
    list_date: datetime | None
    advisory_ids: frozenset[str]
    """The ids of the advisory of the search, in capitals."""
    unread_bills: int
    """Bills of materials that the answer does not know yet."""
    uncompared_devices: int
    """Devices that run a rune without a bill of materials here: nothing is known of its components. 0 for a digest."""

    @property
    def digests(self) -> frozenset[str]:
        """The digests of the runes that the person may see."""
        return frozenset(each.digest for each in self.runes)

    @property
    def projects(self) -> frozenset[UUID]:
        """The ids of the projects that the answer names."""
        return frozenset(name.project.pk for each in self.runes for name in each.names)


_Matches = Mapping[str, Mapping[UUID, tuple[ComponentMatch, ...]]]
"""The components by the digest of a rune, and by the project whose bill names them."""


def find_exposure(actor: Actor, organisation: Organisation, search: ExposureSearch, now: datetime) -> Exposure:
    """Returns the answer to a search, as a member of the organisation may see it. The caller has found it for them."""
    places = rune_places(organisation.pk)
    projects = Project.objects.of_member(actor).filter(organisation=organisation).select_related("organisation")
    visible_projects = {each.pk: each for each in projects}
    bills = match_bills(search, organisation.pk)
    installed = devices_by_rune(organisation.pk)
    matches = _matches(search, bills, places, installed)
    statements = newest_statements(visible_projects, bills.ids or None, matches if not bills.ids else None)
    # A status counts also without a list of advisories.
    matches = {**{rune: {} for _, rune, _ in statements}, **matches} if bills.ids else matches
    by_rune = places_by_rune(places)
    runes = [
        _rune(digest, matches[digest], by_rune.get(digest, ()), visible_projects, statements.values(), installed)
        for digest in matches
    ]
    visible_runes = sorted((each for each in runes if each is not None), key=_order)
    visible_digests = {each.digest for each in visible_runes} & installed.keys()
    hidden_digests = (matches.keys() - {each.digest for each in visible_runes}) & installed.keys()
    return Exposure(
        search,
        organisation,
        tuple(visible_runes),
        count_devices(organisation.pk, visible_digests, hidden_digests, now),
        len(matches) - len(visible_runes),
        bills.list_state,
        bills.list_date,
        bills.ids,
        unread_bills(organisation.pk).count(),
        0 if search.kind == ExposureKind.DIGEST else _uncompared(organisation, places, installed),
    )


def _matches(
    search: ExposureSearch, bills: BillMatches, places: Iterable[RunePlace], installed: Collection[str]
) -> _Matches:
    """Returns the runes that a search is about: those whose bill names it, and those whose digest it is."""
    matches: dict[str, dict[UUID, tuple[ComponentMatch, ...]]] = {}
    for place in places:
        components = bills.by_manifest.get((place.project, place.manifest))
        is_named = search.kind == ExposureKind.DIGEST and search.value in (place.rune, place.manifest)
        if components is not None or is_named:
            matches.setdefault(place.rune, {})[place.project] = components or ()
    if search.kind == ExposureKind.DIGEST and search.value in installed:
        matches.setdefault(search.value, {})
    return matches


def _rune(
    digest: str,
    components: Mapping[UUID, tuple[ComponentMatch, ...]],
    places: Iterable[RunePlace],
    visible_projects: Mapping[UUID, Project],
    statements: Iterable[VexStatement],
    installed: Mapping[str, RuneDevices],
) -> ExposedRune | None:
    """Returns a rune as the person may see it; None if only projects say so that they may not read."""
    names = [
        RuneName(visible_projects[each.project], each.version, each.manifest)
        for each in places
        if each.project in visible_projects
    ]
    own_statements = tuple(each for each in statements if each.rune == digest)
    is_visible = bool(own_statements) or any(each in visible_projects for each in components)
    if (components or places) and not is_visible:
        return None
    matches = dict.fromkeys(
        match for project, each in components.items() if project in visible_projects for match in each
    )
    return ExposedRune(digest, tuple(names), tuple(matches), own_statements, installed.get(digest, RuneDevices(0, 0)))


def _order(rune: ExposedRune) -> tuple[int, str, str]:
    """Runes on most devices come first."""
    return -(rune.devices.running + rune.devices.second), rune.title, rune.digest


def _uncompared(organisation: Organisation, places: Iterable[RunePlace], installed: Mapping[str, RuneDevices]) -> int:
    """Returns how many devices run a rune without a bill of materials that was read."""
    with_bills = set(compared_bills(organisation.pk).values_list("repository__project", "subject"))
    compared_runes = {each.rune for each in places if (each.project, each.manifest) in with_bills}
    return sum(devices.running for rune, devices in installed.items() if rune not in compared_runes)
