"""Labels of devices: read from what people send, and stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.fields import CharField, DictField

from forge.fleet.devices.models import Device, DeviceLabel
from forge.fleet.errors import BadLabels
from hmrd.protocol.names import LONGEST_VALUE, checked_labels
from hmrd.protocol.reading import BadDeviceMessage

Labels = Mapping[str, str]


class LabelsField(DictField):
    """Labels by key. A page's form sends them as one text: `site=berlin, line=3`."""

    child = CharField(max_length=LONGEST_VALUE, allow_blank=True)

    def to_internal_value(self, data: Any) -> Any:
        """Returns the labels, whose grammar the act checks."""
        return super().to_internal_value(parse_labels(data) if isinstance(data, str) else data)


def parse_labels(text: str) -> dict[str, str]:
    """Returns the labels in a text such as `site=berlin, line=3`. Raises `BadLabels`."""
    pairs = [part.strip().partition("=") for part in text.replace("\n", ",").split(",") if part.strip()]
    if wrong := next((key for key, sign, _ in pairs if not sign), None):
        raise BadLabels(f"{wrong} is not a label. Write a key, = and a value, such as site=berlin.")
    return require_labels({key.strip(): value.strip() for key, _, value in pairs})


def require_labels(labels: Mapping[str, str]) -> dict[str, str]:
    """Returns labels that devices may have. Raises `BadLabels` with the label that does not fit."""
    try:
        return checked_labels(labels)
    except BadDeviceMessage as error:
        raise BadLabels(str(error)) from None


def labels_of(device: Device) -> dict[str, str]:
    """Returns the labels of a device, by key."""
    return {each.key: each.value for each in device.labels.all()}


def store_labels(device: Device, labels: Labels) -> None:
    """Replaces the labels of a device. They were checked."""
    device.labels.all().delete()
    DeviceLabel.objects.bulk_create(
        DeviceLabel(device=device, organisation_id=device.organisation_id, key=key, value=value)
        for key, value in labels.items()
    )


def labels_text(labels: Labels) -> str:
    """Returns labels as one text, such as `line=3, site=berlin`, which `parse_labels` reads."""
    return ", ".join(f"{key}={value}" for key, value in sorted(labels.items()))
