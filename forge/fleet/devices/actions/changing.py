"""Changes of a device's name, note and labels."""

from __future__ import annotations

from typing import Annotated

from django.db import transaction
from rest_framework.fields import CharField

from forge.accounts.permissions import Verb
from forge.accounts.quotas.limits import locked
from forge.core.actors import Actor
from forge.core.api.acts import ActAnswer, act
from forge.core.api.states import IF_MATCH
from forge.core.audit.entries import write_entry
from forge.core.errors import Conflict
from forge.core.events.log import append_event
from forge.core.preconditions import Precondition, require_precondition
from forge.fleet.access import read_again
from forge.fleet.devices.announcements import changed_event
from forge.fleet.devices.etag_facets import device_facets
from forge.fleet.devices.labels import Labels, LabelsField, labels_of, labels_text, require_labels, store_labels
from forge.fleet.devices.locking import lock_device, require_not_retired
from forge.fleet.devices.models import LONGEST_NOTE, Device, PersonEntry
from forge.fleet.devices.names import require_free_name
from forge.fleet.devices.serializers import device_to_json
from forge.fleet.devices.timeline import write_line
from forge.fleet.hooks import devices_changed
from forge.fleet.place import DEVICE
from hmrd.protocol.names import LONGEST_NAME

DEVICE_ANSWER: ActAnswer[Device] = ActAnswer(for_actor=device_to_json, facets=device_facets, again=read_again)


@act(
    "PATCH",
    DEVICE,
    "",
    "devices_change",
    verb=Verb.CHANGE_DEVICES,
    state=IF_MATCH,
    answer=DEVICE_ANSWER,
    raises=(Conflict,),
)
@transaction.atomic
def change_device(
    actor: Actor,
    device: Device,
    name: Annotated[str | None, CharField(max_length=LONGEST_NAME)] = None,
    note: Annotated[str | None, CharField(max_length=LONGEST_NOTE, allow_blank=True)] = None,
    labels: Annotated[Labels | None, LabelsField()] = None,
    *,
    precondition: Precondition = None,
) -> Device:
    """Changes the name, the note or the labels of a device; `labels` replaces all of them."""
    # Names are compared one at a time, in the order in which joining locks.
    organisation = locked(device.organisation)
    row = lock_device(device)
    require_precondition(device_facets(row), precondition)
    require_not_retired(row)
    before = _payload_of(row)
    if name is not None and name != row.name:
        row.name = require_free_name(organisation, name)
    if note is not None:
        row.note = note
    row.save(update_fields=["name", "note"])
    if labels is not None:
        store_labels(row, require_labels(labels))
    after = _payload_of(row)
    if after != before:
        change = PersonEntry.CHANGED if before["labels"] == after["labels"] else PersonEntry.LABELS
        write_line(row, change, actor.person)
        write_entry(
            actor, "device.change", row.subject, organisation.place, device=row.name, before=before, after=after
        )
        append_event(organisation.stream, changed_event(row, change), actor)
        devices_changed.call(organisation, [row.pk])
    return row


def _payload_of(device: Device) -> dict[str, object]:
    return {"name": device.name, "note": device.note, "labels": labels_text(labels_of(device))}
