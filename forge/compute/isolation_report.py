"""The protections of the computing processes on this machine, and whether they can yield to each other: said once
in the log, and refused where a setting asks for more protection."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Collection

from forge.compute.errors import NotIsolated
from forge.compute.scheduler.yielding import YieldsToNobody, yields_by
from rune.isolation.protections import Isolation, Protection

_log = logging.getLogger(__name__)
_logged_isolations: set[Isolation] = set()
_lock = threading.Lock()


def report(isolation: Isolation) -> None:
    """Logs it, the same once."""
    with _lock:
        if isolation in _logged_isolations:
            return
        _logged_isolations.add(isolation)
    _log.info("Processes that compute for users are isolated by: %s", ", ".join(isolation.in_force) or "nothing")
    for gap in isolation.gaps:
        _log.warning("Processes that compute for users are isolated without %s: %s", gap.protection, gap.reason)
    try:
        _log.info("Organisations that computed more yield the processor by %s", yields_by(os.getpid()).value)
    except YieldsToNobody as error:
        _log.warning("Organisations that computed more yield the processor to nobody: %s", error)


def require(isolation: Isolation, required_protections: Collection[Protection]) -> None:
    """Raises `NotIsolated` if a protection is missing without which this server does not compute."""
    lacking = [
        protection
        for protection in Protection
        if protection in required_protections and protection in isolation.missing
    ]
    if lacking:
        raise NotIsolated(f"This server requires protections that it lacks: {', '.join(lacking)}. Ask its operator.")
