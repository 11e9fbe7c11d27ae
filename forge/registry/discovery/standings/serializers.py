"""Standing tables as JSON."""

from __future__ import annotations

from typing import Annotated, TypedDict

from django.conf import settings

from forge.core.actors import Actor
from forge.core.api.json_types import Timestamp
from forge.registry.discovery.standings.access import entries_in
from forge.registry.discovery.standings.ranking import RankedEntry, ranked
from forge.registry.models import StandingTable


class StandingTableJson(TypedDict):
    """A table of versions that were tested on the same samples."""

    address: Annotated[str, "the first digits of the samples' digest"]
    url: Annotated[str, "the page, which can be cited"]
    title: str
    samples: Annotated[str, "the digest of the test samples: recordings, labels and marked places"]
    data: Annotated[str, "the digest of the data version of the first entry, or empty"]
    labels: Annotated[dict[str, int], "how many samples have each label"]
    created: Timestamp
    closed: Annotated[Timestamp | None, "since when no version can be added, as samples were withdrawn"]
    closing: Annotated[str, "why; empty while it is open"]


class StandingEntryJson(TypedDict):
    """A version in a table. `rank` is null once it left, or is no longer published."""

    rank: int | None
    version: Annotated[str, "such as `acme/kitchen:1.0`"]
    rune: Annotated[str, "the digest of the rune"]
    right: int
    sample_count: int
    accuracy: float
    low: Annotated[float, "the least accuracy in the 95 % interval"]
    high: float
    size: int
    memory: int | None
    joined: Timestamp
    left: Timestamp | None
    reason: Annotated[str, "why it left; empty while it is in the table"]


class StandingJson(StandingTableJson):
    """A table with its versions of the projects that you may see, the best first."""

    entries: list[StandingEntryJson]


def table_to_json(table: StandingTable) -> StandingTableJson:
    """A table without its versions."""
    return {
        "address": table.address,
        "url": f"{settings.PUBLIC_URL}{table.get_absolute_url()}",
        "title": table.title,
        "samples": table.samples,
        "data": table.data_digest,
        "labels": table.labels,
        "created": table.created.isoformat(),
        "closed": table.closed.isoformat() if table.closed else None,
        "closing": table.closing,
    }


def standing_to_json(table: StandingTable, actor: Actor) -> StandingJson:
    """A table with its versions of the projects that somebody may see."""
    rows = ranked(*entries_in(actor, table))
    return {**table_to_json(table), "entries": [_entry_to_json(each) for each in rows]}


def _entry_to_json(row: RankedEntry) -> StandingEntryJson:
    entry = row.entry
    return {
        "rank": row.rank,
        "version": entry.name,
        "rune": entry.rune,
        "right": entry.right,
        "sample_count": entry.sample_count,
        "accuracy": row.share.value,
        "low": row.share.low,
        "high": row.share.high,
        "size": entry.size,
        "memory": entry.memory,
        "joined": entry.joined.isoformat(),
        "left": entry.left.isoformat() if entry.left else None,
        "reason": entry.reason,
    }
