"""`python -m benchmarks.fleet.many_devices` fills the installation of the environment with devices of one
organisation, and prints how long each of the queries takes the database alone, as JSON.

The rows are as reports of devices leave them. The first person is a member of the organisation.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

if TYPE_CHECKING:
    from uuid import UUID

    from forge.accounts.models import Organisation
    from forge.fleet.models import Assignment, Device

DEVICES, BATCH, GROUPS = 100_000, 5000, 20
ORGANISATION = "plant"
QUERIES = {
    "all devices": "",
    "a board": "board=gateway",
    "a rare board": "board=camera",
    "a site": "site=berlin",
    "three sites": "site=berlin,hamburg,leipzig",
    "not a site": "site!=berlin",
    "a site and a line": "site=berlin line=3",
    "four labels": "site=berlin line=3 floor=2 role=door",
    "a board, a site, another version": "board=gateway site=berlin running!=1.4 seen<1d",
    "a version of a project": "running=door-knock@1.4",
    "not as wanted": "is:not-as-wanted",
    "not as wanted and away": "is:waiting",
    "healthy": "is:healthy",
    "away": "is:away",
    "not seen for a week": "seen>1w",
    "failed self-tests": "self-test=failed",
    "a problem": "problem=disk-full,crashes",
    "often restarted": "restarts>2",
    "the beginning of a name": "name~plant-09*",
    "a text in names and notes": '"gate b"',
    "a group": "group=group-3",
    "in no group": "group=none",
    "an older release": "release<3 -is:away",
}
RUNS = {"postgresql": 20, "sqlite": 3}
"""The number of runs by database: SQLite is for small installations, and takes seconds for some of the queries."""
_RUNES = ["sha256:" + digit * 64 for digit in "abcdef"]
_VERSIONS = ["1.2", "1.3", "1.4", "1.4", "1.4", "1.5"]
_SITES = ["berlin"] * 6 + ["hamburg"] * 3 + [f"site-{number}" for number in range(30)] + ["leipzig"] * 2


def fill() -> UUID:
    """Writes it all, and returns the id of the organisation."""
    from django.utils import timezone

    from forge.accounts.models import Membership, Organisation, Role, User
    from forge.fleet.models import Device, DeviceLabel

    now, chance = timezone.now(), random.Random(1)
    organisation = Organisation.objects.create(name=ORGANISATION, title="Plant")
    first = User.objects.order_by("joined").first()
    if first is not None:
        Membership.objects.create(organisation=organisation, user=first, role=Role.OWNER)
    assignments = list(_assignments(organisation, now))
    for start in range(0, DEVICES, BATCH):
        chunk = [_device(organisation, assignments, start + each, now, chance) for each in range(BATCH)]
        Device.objects.bulk_create(chunk)
        DeviceLabel.objects.bulk_create(
            [
                DeviceLabel(device=device, organisation=organisation, key=key, value=value)
                for device in chunk
                for key, value in _labels(chance).items()
            ],
            batch_size=BATCH,
        )
    return organisation.pk


def _labels(chance: random.Random) -> Mapping[str, str]:
    return {
        "site": chance.choice(_SITES),
        "line": str(chance.randint(1, 12)),
        "floor": str(chance.randint(0, 5)),
        "role": chance.choice(["door", "window", "machine"]),
    }


def _assignments(organisation: Organisation, now: datetime) -> Iterator[Assignment]:
    from forge.fleet.models import Assignment, DeviceGroup

    for number in range(GROUPS):
        group = DeviceGroup.objects.create(
            organisation=organisation,
            name=f"group-{number}",
            title=f"Group {number}",
            kind="group",
            query=["site=berlin", "site=hamburg line=1,2,3", "board=gateway -site=berlin", "name~plant-0*"][number % 4]
            + f" floor!={number % 6}",
            created=now,
        )
        if number < 3:
            yield Assignment.objects.create(
                organisation=organisation,
                group=group,
                deployment=uuid4(),
                title="door-knock / Gateways",
                path=f"{ORGANISATION}/door-knock/gateways-{number}",
                number=4,
                version="1.4",
                rune=_RUNES[2],
                size=100_000,
                changed=now,
            )


def _device(
    organisation: Organisation, assignments: list[Assignment], number: int, now: datetime, chance: random.Random
) -> Device:
    from forge.fleet.models import Device

    kind = chance.randrange(len(_VERSIONS))
    minutes = chance.randrange(60) if chance.random() < 0.95 else chance.randrange(60_000)
    is_faulty = chance.random() < 0.01
    return Device(
        organisation=organisation,
        name=f"plant-{number:06}",
        note=f"Hall {chance.randint(1, 40)}, gate {chance.choice('ABCD')}",
        public_key=f"{number:043}",
        board=chance.choice(["gateway"] * 5 + ["pi"] * 4 + ["pc"]) if number % 1000 else "camera",
        agent="hmrd 0.1.0",
        trust="server",
        claimed=now - timedelta(minutes=chance.randrange(500_000)),
        claimed_with="batch",
        retired=now if chance.random() < 0.02 else None,
        assignment=chance.choice([*assignments, None]),
        seen=now - timedelta(minutes=minutes, seconds=chance.random() * 60),
        phase="running",
        running_deployment=f"{ORGANISATION}/door-knock/gateways-{number % 3}",
        running_number=kind + 1,
        running_version=_VERSIONS[kind],
        running_rune=_RUNES[2 if _VERSIONS[kind] == "1.4" else kind],
        self_test="failed" if chance.random() < 0.003 else "passed",
        problem=chance.choice(["disk-full", "crashes", "too-slow"]) if is_faulty else "",
        restarts=chance.randrange(6) if is_faulty else 0,
        restarts_day=now.date(),
    )


def select_times(organisation: UUID) -> Mapping[str, list[float]]:
    """Returns the milliseconds of the count and the first rows of each query, without anything around the database."""
    from django.db import connection

    from forge.fleet.queries.matching import matching, parse_query, scope_of

    def statements(text: str) -> list[tuple[str, Any]]:
        devices = matching(parse_query(text), scope_of(organisation))
        count = devices.order_by().values("pk").query
        page = devices.order_by("name")[:51].query.sql_with_params()
        sql, parameters = count.sql_with_params()
        return [(f"SELECT COUNT(*) FROM ({sql}) AS found", parameters), page]

    times: dict[str, list[float]] = {name: [] for name in QUERIES}
    with connection.cursor() as cursor:
        for _ in range(RUNS[connection.vendor]):
            for name, text in QUERIES.items():
                parts = statements(text)
                begin = time.perf_counter()
                for sql, parameters in parts:
                    cursor.execute(sql, parameters)
                    cursor.fetchall()
                times[name].append((time.perf_counter() - begin) * 1000)
    return times


def main() -> None:
    import django
    from django.db import connection

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forge.settings")
    django.setup()
    organisation = fill()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    json.dump(select_times(organisation), sys.stdout)


if __name__ == "__main__":
    main()
