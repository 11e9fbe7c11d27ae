"""Takes from this process what it does not need, for good: to be called once everything is imported.

Works on a process of one thread; those that it starts afterwards are confined like itself.
"""

from __future__ import annotations

import os

from rune.isolation import landlock, seccomp
from rune.isolation.landlock import AllowedPaths
from rune.isolation.linux import PR_SET_NO_NEW_PRIVS, is_linux, prctl
from rune.isolation.protections import Gap, Protection, gaps_of, reason_of

_CONFINING = (
    Protection.NO_NEW_PRIVILEGES,
    Protection.LANDLOCK,
    Protection.LANDLOCK_TCP,
    Protection.LANDLOCK_SCOPES,
    Protection.SYSTEM_CALLS,
)


def confine(access: AllowedPaths, *, starts_programs: bool = True) -> tuple[Gap, ...]:
    """Leaves this process the files of `access` and the calls that computing needs; answers what could not be done."""
    if not is_linux():
        return gaps_of(_CONFINING, "only Linux has it")
    try:
        prctl(PR_SET_NO_NEW_PRIVS, 1)
    except OSError as error:
        # The next steps need it.
        return gaps_of(_CONFINING, reason_of(error))
    return (*_landlock(access), *_seccomp(starts_programs=starts_programs))


def _landlock(access: AllowedPaths) -> tuple[Gap, ...]:
    protections = (Protection.LANDLOCK, Protection.LANDLOCK_TCP, Protection.LANDLOCK_SCOPES)
    if len(os.listdir("/proc/self/task")) > 1:
        return gaps_of(protections, "the process has several threads already, and Landlock restricts one")
    try:
        version = landlock.restrict(access)
    except OSError as error:
        return gaps_of(protections, reason_of(error))
    later = {
        Protection.LANDLOCK_TCP: landlock.has_network(version),
        Protection.LANDLOCK_SCOPES: landlock.has_scopes(version),
    }
    lacking = [one for one, is_there in later.items() if not is_there]
    return gaps_of(lacking, f"the kernel has version {version} of Landlock, which lacks it")


def _seccomp(*, starts_programs: bool) -> tuple[Gap, ...]:
    try:
        seccomp.restrict(starts_programs=starts_programs)
    except OSError as error:
        return gaps_of([Protection.SYSTEM_CALLS], reason_of(error))
    return ()
