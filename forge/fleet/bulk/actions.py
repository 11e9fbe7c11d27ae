"""Acts on all devices that match a query, or that a table names. Each names the number of devices that its person saw:
where it is another one by now, nothing happens."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Annotated
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from rest_framework.fields import BooleanField, CharField, ChoiceField, IntegerField, ListField

from forge.accounts.access import require_in
from forge.accounts.models import Organisation
from forge.accounts.permissions import Verb
from forge.accounts.place import ORGANISATION
from forge.core.actors import Actor
from forge.core.api.acts import ActAnswer, act
from forge.core.api.states import COMPARES
from forge.core.audit.entries import write_entry
from forge.core.errors import Conflict, Invalid, Unprocessable
from forge.fleet.bulk.label_table import LONGEST_TABLE, BadTable, DeviceLabelChange, read_change, read_table
from forge.fleet.bulk.serializers import RequestCounts, labelled_to_json, request_counts_to_json
from forge.fleet.bulk.storing import LabelledDevice, chunks, label_differences, store_differences, write_lines
from forge.fleet.devices.actions.requests import KINDS
from forge.fleet.devices.models import ClaimedWith
from forge.fleet.errors import BadLabels, TooManyLabels
from forge.fleet.models import Device, DeviceQuerySet, DeviceRequest
from forge.fleet.queries.matching import matching, parse_query, scope_of
from forge.fleet.queries.syntax import LONGEST_QUERY
from hmrd.protocol.names import LONGEST_VALUE, MOST_LABELS
from hmrd.protocol.reading import BadDeviceMessage
from hmrd.protocol.wanted import RequestKind
from rune.wording import counted

LONGEST_LABEL = LONGEST_VALUE + 50
"""Characters of a label as `key=value`."""
MOST_LOGS = 1000
"""Devices of which a log is asked at once: the logs are stored for seven days."""
BULK_KINDS = (RequestKind.RESTART, RequestKind.LOG)
"""The kinds of requests that many devices get at once."""

QueryText = Annotated[str, CharField(max_length=LONGEST_QUERY, allow_blank=True)]
ExpectedCount = Annotated[int, IntegerField(min_value=0)]
LabelCells = Annotated[
    Collection[str],
    ListField(child=CharField(max_length=LONGEST_LABEL), min_length=1, max_length=MOST_LABELS),
]


@act(
    "POST",
    ORGANISATION,
    "device-labels",
    "device_labels_change",
    verb=Verb.CHANGE_DEVICES,
    state=COMPARES,
    answer=ActAnswer(labelled_to_json),
    raises=(Conflict, Invalid),
)
@transaction.atomic
def label_devices(
    actor: Actor, organisation: Organisation, query: QueryText, count: ExpectedCount, labels: LabelCells
) -> Sequence[LabelledDevice]:
    """Changes labels of all devices that match a query: `site=berlin` sets one, and `site=` removes it. `count` is the
    number of devices that match; if it is another one now, nothing is changed."""
    change = _checked_change(labels)
    names = _locked_names(organisation, query, count)
    devices = label_differences(names, dict.fromkeys(names, change))
    store_differences(organisation, devices, actor.person)
    write_entry(
        actor,
        "devices.label",
        organisation.stream,
        organisation.place,
        count=len(devices),
        query=query,
        labels=", ".join(labels),
    )
    return devices


@act(
    "PUT",
    ORGANISATION,
    "device-labels",
    "device_labels_import",
    verb=Verb.CHANGE_DEVICES,
    state=COMPARES,
    answer=ActAnswer(labelled_to_json),
    raises=(Conflict, Invalid, Unprocessable),
)
@transaction.atomic
def import_labels(
    actor: Actor,
    organisation: Organisation,
    table: Annotated[str, CharField(max_length=LONGEST_TABLE)],
    count: Annotated[int | None, IntegerField(min_value=0)] = None,
    preview: Annotated[bool, BooleanField()] = False,
) -> Sequence[LabelledDevice]:
    """Changes labels by a table (CSV): a line for each device, its name and then `key=value`; `key=` removes a label.

    With `preview` it returns what would change, and changes nothing. Otherwise `count` is the number of devices that
    the preview had. If a line is wrong, or if it is another number now, nothing is changed.
    """
    lines = {line.device: line for line in read_table(table)}
    rows = Device.objects.filter(organisation=organisation).in_service()
    names: dict[UUID, str] = {}
    for chunk in chunks(lines):
        names |= _locked(rows.filter(name__in=chunk))
    if unknown := [line for name, line in lines.items() if name not in set(names.values())]:
        raise BadTable([f"Line {line.number}: there is no device {line.device} in service." for line in unknown])
    try:
        devices = label_differences(names, {identifier: lines[name].change for identifier, name in names.items()})
    except TooManyLabels as error:
        raise BadTable([f"Line {lines[error.device].number}: {error.detail}"]) from None
    if preview:
        return devices
    _require_count(count, len(devices), "The table changes")
    store_differences(organisation, devices, actor.person)
    write_entry(actor, "devices.import-labels", organisation.stream, organisation.place, count=len(devices))
    return devices


@act(
    "POST",
    ORGANISATION,
    "device-requests",
    "device_requests_create_many",
    verb=Verb.CHANGE_DEVICES,
    state=COMPARES,
    answer=ActAnswer(request_counts_to_json, status=202),
    raises=(Conflict, Invalid),
)
@transaction.atomic
def request_of_devices(
    actor: Actor,
    organisation: Organisation,
    query: QueryText,
    count: ExpectedCount,
    kind: Annotated[str, ChoiceField([each.value for each in BULK_KINDS])],
) -> RequestCounts:
    """Asks something of all devices that match a query: a restart, or a log, which takes the right to read logs.
    `count` is the number of devices that match; if it is another one now, nothing is asked."""
    verb, line = KINDS[RequestKind(kind)]
    require_in(actor, verb, organisation)
    if kind == RequestKind.LOG and count > MOST_LOGS:
        message = f"Logs of at most {MOST_LOGS:,} devices are asked for at once. Narrow the query."
        raise Invalid(message, errors={"count": [message]})
    names = _locked_names(organisation, query, count)
    devices: list[UUID] = []
    for chunk in chunks(names):
        waiting = DeviceRequest.objects.filter(device__in=chunk, kind=kind, answered=None).values("device")
        rows = Device.objects.filter(pk__in=chunk, locked_out=None, retired=None)
        rows = rows.exclude(pk__in=waiting).exclude(claimed_with=ClaimedWith.STOCK)
        devices += rows.values_list("pk", flat=True)
    now = timezone.now()
    for chunk in chunks(devices):
        DeviceRequest.objects.bulk_create(
            DeviceRequest(device_id=each, kind=kind, created_by=actor.person, created=now) for each in chunk
        )
        Device.objects.filter(pk__in=chunk).update(revision=F("revision") + 1)
    write_lines(devices, line, actor.person)
    write_entry(
        actor,
        "devices.request",
        organisation.stream,
        organisation.place,
        count=len(devices),
        query=query,
        request=line.label.lower(),
    )
    return RequestCounts(len(devices), len(names) - len(devices))


def _locked_names(organisation: Organisation, query: str, count: int) -> dict[UUID, str]:
    """Returns the names of the devices that match a query, whose rows are locked. Raises `Conflict` if their number is
    another one than the person saw."""
    names = _locked(matching(parse_query(query), scope_of(organisation.pk)))
    _require_count(count, len(names), "The query matches")
    return names


def _locked(rows: DeviceQuerySet) -> dict[UUID, str]:
    """Returns the names of devices, by id. Locked in one order, so that two acts do not wait for each other."""
    return dict(rows.order_by("pk").select_for_update(no_key=True, of=("self",)).values_list("pk", "name"))


def _require_count(expected: int | None, count: int, subject: str) -> None:
    if expected != count:
        saw = "" if expected is None else f", not {expected:,}"
        raise Conflict(
            f"{subject} {counted(count, 'device')} now{saw}. Nothing was changed. Look at them, and try again.",
            count=count,
        )


def _checked_change(cells: Collection[str]) -> DeviceLabelChange:
    """Returns what becomes of labels. Raises `BadLabels`."""
    try:
        return read_change(list(cells))
    except BadDeviceMessage as error:
        raise BadLabels(str(error)) from None
