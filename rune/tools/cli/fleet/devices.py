"""`rune devices`: the devices of an organisation that match a query."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import click

from rune.tools.cli.fleet.named_organisation import NamedOrganisation, named_organisation
from rune.tools.cli.registry.remote_errors import explained
from rune.tools.cli.terminal.columns import columns
from rune.tools.cli.terminal.printing import format_option, print_json
from rune.tools.remote.api import get, next_cursor
from rune.tools.remote.errors import needed_token
from rune.tools.remote.forge_client import ForgeClient
from rune.wording import counted, plain

_HEAD = ("device", "last seen", "board", "running", "wanted", "self-test", "problem")
_PAGE = 200
_LARGEST_TABLE = 256 * 1024 * 1024
_NEEDS = needed_token("organisation:read")
_UNITS = ((86_400, "day"), (3600, "hour"), (60, "minute"))


@dataclass(frozen=True)
class _MatchingDevices:
    """Devices that match a query: how many there are, and the first of them."""

    count: int
    rows: Sequence[Mapping[str, Any]]


@click.command()
@click.argument("organisation")
@click.argument("query", nargs=-1)
@click.option("--limit", type=click.IntRange(1), default=1000, show_default=True, help="How many to show at most.")
@click.option("--insecure", is_flag=True, help="Allow plain http to another machine.")
@format_option(more=("csv",))
@explained
def command(organisation: str, query: Sequence[str], limit: int, insecure: bool, form: str) -> None:
    """List the devices of an ORGANISATION, such as acme or https://forge.example/acme, that match a QUERY.

    A query is for example board=gateway site=berlin 'seen<1d'; without the quotes the shell takes < and > for its own.
    Write -- before a term that begins with -. docs/reference/device-queries.md has the fields. Without a query all
    devices are listed.

    --format csv writes a table of all devices that match, whatever the limit is. It needs a token with the scope
    organisation:read.
    """
    place, text = named_organisation(organisation, insecure=insecure), " ".join(query)
    with ForgeClient(place.address, place.token) as client:
        if form == "csv":
            request = get("/organisations/{organisation}/device-table", organisation=place.name, query={"q": text})
            client.stream(request, sys.stdout.buffer, _LARGEST_TABLE, _NEEDS)
            return
        devices = _fetch(client, place, text, limit)
    if form == "json":
        print_json({"count": devices.count, "devices": devices.rows})
    else:
        _show(devices)


def _fetch(client: ForgeClient, place: NamedOrganisation, text: str, limit: int) -> _MatchingDevices:
    """Fetches page after page, up to the limit. Raises `RemoteError`."""
    rows: list[Mapping[str, Any]] = []
    cursor: str | None = ""
    count = 0
    while cursor is not None and len(rows) < limit:
        request = get(
            "/organisations/{organisation}/devices",
            organisation=place.name,
            query={"q": text, "limit": min(_PAGE, limit), **({"cursor": cursor} if cursor else {})},
        )
        page = client.ask(request, _NEEDS)
        count = page["count"]
        rows += page["results"]
        cursor = next_cursor(page["next"])
    return _MatchingDevices(count, rows[:limit])


def _show(devices: _MatchingDevices) -> None:
    if not devices.rows:
        click.echo("No devices match.")
        return
    now = datetime.now(UTC)
    click.echo(columns([_HEAD, *(_cells(row, now) for row in devices.rows)]))
    if len(devices.rows) < devices.count:
        more = f"{len(devices.rows):,} of {counted(devices.count, 'device')}. Show more with --limit."
        click.echo(more, err=True)


def _cells(row: Mapping[str, Any], now: datetime) -> tuple[str, ...]:
    values = (
        row["name"],
        _ago(row["seen"], now),
        row["board"],
        row["running"] or "nothing",
        row["wanted"] or "nothing",
        row["self_test"],
        row["problem"],
    )
    return tuple(plain(str(value), longest=60) for value in values)


def _ago(moment: str | None, now: datetime) -> str:
    if moment is None:
        return "never"
    try:
        seconds = (now - datetime.fromisoformat(moment)).total_seconds()
    except (ValueError, TypeError):
        return moment
    for length, unit in _UNITS:
        if seconds >= length:
            return f"{counted(int(seconds // length), unit)} ago"
    return "now"
