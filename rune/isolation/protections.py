"""The protections of a process, by name, and those that a system lacks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Protection(StrEnum):
    """A protection that is tried for each process that computes on what strangers sent."""

    NO_NEW_PRIVILEGES = "no-new-privileges"
    NAMESPACES = "namespaces"
    """Own user, process, network, mount, IPC and host-name namespaces."""
    FILE_TREE = "file-tree"
    """A root of its own: the toolchain, read-only, and a limited folder in memory that goes with the process."""
    OTHER_USER = "other-user"
    """A user that owns nothing, for a server that runs as root."""
    PROCESS_COUNT = "process-count"
    MEMORY_TOTAL = "memory-total"
    """The kernel limits the memory of a process with all that it starts; elsewhere the server looks at it."""
    LANDLOCK = "landlock"
    LANDLOCK_TCP = "landlock-tcp"
    LANDLOCK_SCOPES = "landlock-scopes"
    """Signals and abstract sockets stay inside."""
    SYSTEM_CALLS = "system-calls"


@dataclass(frozen=True)
class Gap:
    """A protection that is not there, and why."""

    protection: Protection
    reason: str


@dataclass(frozen=True)
class Isolation:
    """The protections that a process lacks. Everything else of `Protection` is in force."""

    gaps: tuple[Gap, ...] = ()

    @property
    def missing(self) -> frozenset[Protection]:
        return frozenset(gap.protection for gap in self.gaps)

    @property
    def in_force(self) -> tuple[Protection, ...]:
        return tuple(one for one in Protection if one not in self.missing)

    @property
    def has_own_tree(self) -> bool:
        """Whether its own folder lies in memory, limited, and goes with it."""
        return Protection.FILE_TREE not in self.missing

    def with_gap(self, protection: Protection, reason: str) -> Isolation:
        """Returns this with one more gap."""
        return Isolation((*self.gaps, Gap(protection, reason)))

    def with_protection(self, protection: Protection) -> Isolation:
        """Returns this with a protection that exists by other means."""
        return Isolation(tuple(gap for gap in self.gaps if gap.protection is not protection))

    def to_json(self) -> dict[str, str]:
        """The reason of each gap, by the protection's name."""
        return {gap.protection.value: gap.reason for gap in self.gaps}


def isolation_from_json(gaps: Mapping[str, str]) -> Isolation:
    """Reads the result of `to_json`. Raises `ValueError` for an unknown protection."""
    return Isolation(tuple(Gap(Protection(name), reason) for name, reason in gaps.items()))


def gaps_of(protections: Iterable[Protection], reason: str) -> tuple[Gap, ...]:
    """Returns a gap for each protection, all for one reason."""
    return tuple(Gap(one, reason) for one in protections)


def reason_of(error: OSError) -> str:
    """Returns the system's answer, for an operator."""
    return f"the system refused it: {error.strerror or error}"
