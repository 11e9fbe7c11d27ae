"""Commands of mosquitto's dynamic-security plug-in. Pure.

https://mosquitto.org/documentation/dynamic-security/ describes it. By its defaults a client may subscribe to nothing
and publish nothing but what its roles say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from hmrd.protocol.doorbell import BELL_TOPICS, REPORT_TOPICS, DoorbellAccount, bell_topic, report_topic

COMMANDS: Final = "$CONTROL/dynamic-security/v1"
RESPONSES: Final = f"{COMMANDS}/response"
SERVER_ROLE: Final = "hammer-forge"
DONE_BEFORE: Final = ("already exists", "not found")
"""Parts of errors that say that nothing was left to be done."""

Command = Mapping[str, Any]


def make_server_role() -> Command:
    """Returns the command that makes the role with which the server rings bells and hears reports."""
    acls = [_acl("publishClientSend", BELL_TOPICS), _acl("subscribePattern", REPORT_TOPICS)]
    return {"command": "createRole", "rolename": SERVER_ROLE, "acls": acls}


def take_server_role(user: str) -> Command:
    """Returns the command that gives the server its role. The broker then ends its connection."""
    return {"command": "addClientRole", "username": user, "rolename": SERVER_ROLE}


def make_account(account: DoorbellAccount) -> Sequence[Command]:
    """Returns the commands that make the account of a device, also where it is there with another password."""
    role = _role_of(account.user)
    own_acls = [
        _acl("subscribeLiteral", bell_topic(account.user)),
        _acl("publishClientSend", report_topic(account.user)),
    ]
    return (
        {"command": "createRole", "rolename": role, "acls": own_acls},
        {
            "command": "createClient",
            "username": account.user,
            "password": account.password,
            "roles": [{"rolename": role}],
        },
        {"command": "setClientPassword", "username": account.user, "password": account.password},
    )


def remove_account(user: str) -> Sequence[Command]:
    """Returns the commands that end the account of a device, and its connection."""
    return (
        {"command": "deleteClient", "username": user},
        {"command": "deleteRole", "rolename": _role_of(user)},
    )


def errors_of(responses: Sequence[Mapping[str, Any]]) -> list[str]:
    """Returns what the broker could not do, without what was done before."""
    errors = [str(each["error"]) for each in responses if each.get("error")]
    return [each for each in errors if not any(part in each.lower() for part in DONE_BEFORE)]


def _acl(kind: str, topic: str) -> Mapping[str, Any]:
    return {"acltype": kind, "topic": topic, "allow": True}


def _role_of(user: str) -> str:
    return f"device-{user}"
