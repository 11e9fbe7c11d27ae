"""The names in the protocol: of devices, labels and deployments, and how long they may be."""

from __future__ import annotations

import re
from collections.abc import Mapping

from hmrd.protocol.reading import BadMessage

LONGEST_NAME = 60
LONGEST_VALUE = 100
MOST_LABELS = 32
DEVICE_NAME = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
"""A device's name in its organisation: lower-case letters and digits, with single - . or _ between them."""
LABEL_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
LABEL_VALUE = re.compile(r"[\w][\w ./:+-]*")
"""A label's value has no quotes and no comparison signs, so that a query can name it."""
BOARD = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
_WORD = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
PROJECT = re.compile(rf"{_WORD}/{_WORD}")
"""`acme/door-knock`: the organisation and the project."""
DEPLOYMENT = re.compile(rf"{_WORD}/{_WORD}/{_WORD}")
"""`acme/door-knock/gateways`: the organisation, the project and the deployment."""


def is_device_name(text: str) -> bool:
    """Returns whether a text can be the name of a device."""
    return len(text) <= LONGEST_NAME and DEVICE_NAME.fullmatch(text) is not None


def checked_labels(labels: Mapping[str, object]) -> dict[str, str]:
    """Labels of a device, by key. Raises `BadMessage` with the label that does not fit."""
    if len(labels) > MOST_LABELS:
        raise BadMessage(f"A device has at most {MOST_LABELS} labels.")
    checked: dict[str, str] = {}
    for key, value in labels.items():
        if not isinstance(key, str) or LABEL_KEY.fullmatch(key) is None:
            raise BadMessage(f"{key!r} is no key of a label: lower-case letters, digits and _, such as site.")
        if not isinstance(value, str) or len(value) > LONGEST_VALUE or LABEL_VALUE.fullmatch(value) is None:
            raise BadMessage(f"{value!r} is no value of {key}: letters, digits, spaces and . / : + - _.")
        checked[key] = value
    return checked
