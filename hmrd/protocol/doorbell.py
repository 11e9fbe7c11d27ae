"""The doorbell: a broker of MQTT 5 tells a device that there is something new, and takes its reports.

It is an addition. Everything is asked and reported over HTTPS too, and a device without a broker misses nothing. The
address of the broker is written on the device (`hmrd.toml`); the server says user and password alone. The bell has no
content: the device polls, as it does without one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from hmrd.protocol.reading import Fields
from hmrd.protocol.reports import LARGEST_REPORT

LARGEST_DOORBELL: Final = 4096
"""Bytes of `DoorbellAccount` as JSON."""
LARGEST_ENVELOPE: Final = 2 * LARGEST_REPORT
"""Bytes of `ReportEnvelope` as JSON, which has the report as a text."""
REPORT_TOPICS: Final = "hmrd/+/report"
BELL_TOPICS: Final = "hmrd/+/bell"
_REPORT_TOPIC: Final = re.compile(r"hmrd/([0-9a-f-]{36})/report")
_LONGEST: Final = 200
_LONGEST_HEADER: Final = 500
_HOST: Final = re.compile(r"[A-Za-z0-9._:\[\]-]{1,200}")
_HEADERS: Final = ("Content-Digest", "Signature-Input", "Signature")
"""The headers of a signed request."""


@dataclass(frozen=True)
class DoorbellAccount:
    """The account of a device at the broker."""

    user: str
    password: str

    @classmethod
    def from_json(cls, value: object) -> DoorbellAccount:
        """Reads it. Raises `BadDeviceMessage`."""
        fields = Fields(value, "the account")
        return cls(fields.text("user", _LONGEST), fields.text("password", _LONGEST))

    def to_json(self) -> dict[str, Any]:
        """Returns the JSON object that a message has."""
        return {"user": self.user, "password": self.password}


@dataclass(frozen=True)
class ReportEnvelope:
    """A report as a device would send it over HTTPS: the body, and the headers that sign it for a host."""

    host: str
    headers: Mapping[str, str]
    body: str

    @classmethod
    def from_json(cls, value: object) -> ReportEnvelope:
        """Reads it. Raises `BadDeviceMessage`."""
        fields = Fields(value, "the envelope")
        headers = fields.item("headers", lambda each: Fields(each, "headers"))
        host = fields.matching("host", _HOST, "a host")
        signed = {name: headers.text(name, _LONGEST_HEADER) for name in _HEADERS}
        return cls(host, signed, fields.text("body", LARGEST_REPORT))

    def to_json(self) -> dict[str, Any]:
        """Returns the JSON object that a message has."""
        return {"host": self.host, "headers": dict(self.headers), "body": self.body}


def bell_topic(device: str) -> str:
    """Returns the topic at which a device hears its bell."""
    return f"hmrd/{device}/bell"


def report_topic(device: str) -> str:
    """Returns the topic at which a device may publish its reports."""
    return f"hmrd/{device}/report"


def device_of_report(topic: str) -> str | None:
    """Returns the id of the device whose reports a topic has; None of another topic."""
    match = _REPORT_TOPIC.fullmatch(topic)
    return match[1] if match else None
