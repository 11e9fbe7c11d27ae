"""The page of an organisation's devices: what they run, their health, a search, a list, and one device beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from forge.accounts.access import find_organisation
from forge.accounts.models import Organisation
from forge.accounts.organisation_tabs import tabs_of
from forge.accounts.permissions import Verb, can
from forge.accounts.principals import principal_of
from forge.core.actors import Actor
from forge.core.dist import install_devices_command
from forge.core.errors import NotFound
from forge.core.http.pages import for_person
from forge.core.http.paging import chosen_of, rows_of
from forge.fleet.access import find_device
from forge.fleet.devices.models import Device, DeviceQuerySet
from forge.fleet.lists.overview import overview_of
from forge.fleet.lists.rows import ORDERINGS, DeviceOrder, listed
from forge.fleet.pages.choices import served_groups, settable_groups
from forge.fleet.pages.overview import BAR_WIDTH, bar_of, health_links
from forge.fleet.pages.panel import panel_context
from forge.fleet.pages.sidebar import sidebar_of
from forge.fleet.pages.standing import DeviceStanding, standing_of
from forge.fleet.queries import health
from forge.fleet.queries.conditions import QueryScope
from forge.fleet.queries.errors import BadQuery
from forge.fleet.queries.fields import FIELDS
from forge.fleet.queries.matching import scope_of
from forge.fleet.queries.syntax import DeviceQuery
from rune.wording import counted

SHOWN: Final = 25
"""Devices on a page of the list."""
MOST_NAMED: Final = 3
"""Versions that the line below the search names."""

DONE: Final = {
    "labelled": "Labels of {} changed.",
    "restarts": "The runes of {} restart with the next poll. Locked-out devices and those asked already do not count.",
    "logs": "A log of {} comes with the next poll. Locked-out devices and those asked already do not count.",
}
"""The result of an act on many devices, by the name in the address that has their number."""


@dataclass(frozen=True)
class DeviceSearch:
    """The search of the page: its text, the devices that match, and what is wrong with it."""

    text: str
    devices: DeviceQuerySet
    error: BadQuery | None

    @property
    def save_address(self) -> str:
        """The query of the page that saves this search."""
        return f"?{urlencode({'q': self.text})}"


@dataclass(frozen=True)
class ListedDevice:
    """A device with how it is doing; `is_open` if it is shown beside the list."""

    device: Device
    standing: DeviceStanding
    is_open: bool


@dataclass(frozen=True)
class ListColumn:
    """A column of the list: its title, and the address of the list in its order; `order` if the list has it now."""

    title: str
    address: str = ""
    order: str = ""
    icon: str = ""


@for_person
def devices_page(request: HttpRequest, organisation: str) -> HttpResponse:
    """Returns the devices of an organisation; `?q=` narrows them, and `?device=` opens one beside the list."""
    owner = find_organisation(principal_of(request), organisation)
    return render(request, "fleet/devices.html", list_context(request, owner, request.GET.get("q", "")))


def list_context(request: HttpRequest, owner: Organisation, text: str) -> dict[str, Any]:
    """Returns what the page shows of the devices that match a search."""
    principal, scope = principal_of(request), scope_of(owner.pk)
    overview = overview_of(DeviceQuery(), scope)
    search = _search(text, scope)
    sort = chosen_of(request, "sort", ORDERINGS)
    open_device = _open_device(principal, owner, request.GET.get("device", ""))
    complete = search.devices.select_related("organisation", "assignment").prefetch_related(None)
    devices, pages = rows_of(request, complete.order_by(*ORDERINGS[DeviceOrder(sort or "name")]), SHOWN, at="list")
    may_change = can(principal, Verb.CHANGE_DEVICES, owner)
    return tabs_of(principal, owner) | {
        "has_devices": overview.count > 0 or bool(text),
        "total": overview.count,
        "bar": bar_of(overview.running),
        "bar_width": BAR_WIDTH,
        "health": health_links(overview.health),
        "search": search,
        "field_count": len(FIELDS),
        "matches": matches_text(search.devices, scope) if search.text and not search.error else "",
        "sort": sort,
        "columns": _columns(request, sort),
        "rows": _rows(devices, scope, open_device),
        "pages": pages,
        "panel": panel_context(principal, open_device) if open_device else None,
        "done": _done_text(request),
        "close": _address(request, device=None),
        "sidebar": sidebar_of(principal, owner, search.text, scope),
        "csv_url": f"/api/v1/organisations/{owner.name}/device-table?{urlencode({'q': search.text})}",
        "labels_url": f"/{owner.name}/devices/labels{search.save_address if search.text else ''}",
        "settable_groups": settable_groups(principal, owner) if may_change else (),
        "deployments": served_groups(principal, owner, search.devices) if may_change else (),
        "may_claim": can(principal, Verb.CLAIM_DEVICES, owner),
        "may_change": may_change,
        "may_read_logs": can(principal, Verb.READ_DEVICE_LOGS, owner),
        "install_command": install_devices_command(),
        "enroll_command": f"hmrd enroll {settings.PUBLIC_URL} CODE",
    }


def _search(text: str, scope: QueryScope) -> DeviceSearch:
    text = " ".join(text.split())
    try:
        return DeviceSearch(text, listed(text, scope), None)
    except BadQuery as error:
        return DeviceSearch(text, listed("", scope).none(), error)


def _open_device(actor: Actor, owner: Organisation, name: str) -> Device | None:
    """Returns the device beside the list; a page ignores a name that is none, since an address may be old."""
    try:
        return find_device(actor, owner, name) if name else None
    except NotFound:
        return None


def _rows(devices: Sequence[Device], scope: QueryScope, open_device: Device | None) -> tuple[ListedDevice, ...]:
    return tuple(
        ListedDevice(each, standing_of(each, scope.now), is_open=open_device is not None and open_device.pk == each.pk)
        for each in devices
    )


def _columns(request: HttpRequest, sort: str) -> tuple[ListColumn, ...]:
    by_name, by_seen = _address(request, sort=None), _address(request, sort=DeviceOrder.SEEN)
    others = map(ListColumn, ("Board", "Running", "Wanted", "Self-test"))
    if sort == DeviceOrder.SEEN:
        last_seen = ListColumn("Last seen", by_seen, "descending", icon="chevron-down")
        return (ListColumn("Device", by_name), last_seen, *others)
    name = ListColumn("Device", by_name, "ascending", icon="chevron-up")
    return (name, ListColumn("Last seen", by_seen), *others)


def _address(request: HttpRequest, **changes: str | None) -> str:
    """Returns the page's query with other values, on the first page of the list."""
    values = {name: request.GET.get(name) for name in ("q", "sort", "device")} | changes
    return f"?{urlencode({name: value for name, value in values.items() if value})}"


def matches_text(devices: DeviceQuerySet, scope: QueryScope) -> str:
    """Returns what the devices of a search run, and how many are away: "38 run 1.5, 6 run 1.3; 6 are away."."""
    versions = devices.order_by().values_list("running_version").annotate(devices=Count("pk")).order_by("-devices")
    counts = list(versions[: MOST_NAMED + 1])
    if not counts:
        return ""
    first_counts = counts[:MOST_NAMED]
    parts = [f"{count:,} {_verb(count, 'runs', 'run')} {version or 'nothing'}" for version, count in first_counts]
    rest = ", the others another version" if len(counts) > MOST_NAMED else ""
    away = devices.filter(health.away(scope.now)).count()
    also = f"; {away:,} {_verb(away, 'is', 'are')} away" if away else ""
    return f"{', '.join(parts)}{rest}{also}."


def _done_text(request: HttpRequest) -> str:
    """Returns the result of an act on many devices, which the address says."""
    for name, words in DONE.items():
        count = request.GET.get(name, "")
        if count.isascii() and count.isdigit() and len(count) < 10:
            return words.format(counted(int(count), "device"))
    return ""


def _verb(count: int, one: str, many: str) -> str:
    return one if count == 1 else many
