"""The messages of the command `hmrd` and the running daemon: a line of JSON each, over a Unix socket that the
daemon's user alone can open. A notebook on the same machine may speak it too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from hmrd.protocol.reading import BadDeviceMessage, Fields

STATE_FOLDER: Final = "/var/lib/hmrd"
"""The folder of the daemon, unless it was started with another one."""
SOCKET_NAME: Final = "hmrd.sock"
"""The name of the socket in the folder."""
LARGEST_REQUEST: Final = 400 * 1024 * 1024
"""Bytes of a request: a rune that is deployed at the device comes in it."""
LARGEST_ANSWER: Final = 16 * 1024 * 1024
_LONGEST_ERROR: Final = 2000


class LocalCommand(StrEnum):
    """The commands of a person at the device."""

    STATUS = "status"
    LOG = "log"
    """`size`: the last lines of at most so many bytes."""
    COUNTS = "counts"
    """The documents that leave with the next contact, byte for byte, and what the running day would be."""
    SELF_TEST = "self-test"
    """`rune`."""
    GO_BACK = "go-back"
    """`rune`."""
    DEPLOY = "deploy"
    """`rune`, `version`, and `data` in base64."""
    ENROL = "enroll"
    """`server`, `proof` as in an enrolment, `name`, and `fingerprints` of the keys that are expected."""
    LEAVE = "leave"
    """`force`: also where the server does not answer."""
    TRUST = "trust"
    """`keys` in PEM, and perhaps `root` and `deployment`: what the device believes from now on."""
    COLLECT = "collect"
    """`label`, `consent`, `until`, and perhaps `seconds` and `last`."""
    END_COLLECTION = "end-collection"
    RECORDINGS = "recordings"
    """The answer has the `folder` of the recordings and the `sessions`; the names of a session's files in the folder
    begin with its `files`."""
    DELETE_RECORDINGS = "delete-recordings"
    """`id` of the session."""
    OFFERS = "offers"
    """The requests for samples in words, and the windows that are kept."""
    STORED_WINDOW = "stored-window"
    """`number` of a window: the answer has its `ending`, and its `data` in base64."""
    ANSWER_OFFER = "answer-offer"
    """`id` of a request or its beginning, `kind` of the answer, and with a yes perhaps `purposes` and `windows`."""


@dataclass(frozen=True)
class LocalRequest:
    """A request to the daemon."""

    command: LocalCommand
    arguments: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, value: object) -> LocalRequest:
        """Reads it. Raises `BadDeviceMessage`."""
        fields = Fields(value, "the request")
        arguments = fields.item("arguments", _mapping)
        return cls(fields.choice("command", LocalCommand), arguments)

    def to_json(self) -> dict[str, Any]:
        """Returns the JSON object that a line has."""
        return {"command": str(self.command), "arguments": dict(self.arguments)}


@dataclass(frozen=True)
class LocalAnswer:
    """The answer of the daemon."""

    result: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    """The reason why the command failed; "" where it succeeded."""

    @classmethod
    def from_json(cls, value: object) -> LocalAnswer:
        """Reads it. Raises `BadDeviceMessage`."""
        fields = Fields(value, "the answer")
        return cls(fields.item("result", _mapping), fields.text("error", _LONGEST_ERROR, default=""))

    def to_json(self) -> dict[str, Any]:
        """Returns the JSON object that a line has."""
        return {"result": dict(self.result), "error": self.error[:_LONGEST_ERROR]}


def line_of(message: LocalRequest | LocalAnswer) -> bytes:
    """Returns the line of a message."""
    return json.dumps(message.to_json(), ensure_ascii=False).encode() + b"\n"


def _mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise BadDeviceMessage("arguments or result are not an object.")
    return value
