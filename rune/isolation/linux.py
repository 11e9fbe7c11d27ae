"""The few calls of Linux that Python 3.11 has no function for, by ctypes. Each raises `OSError` where it fails."""

from __future__ import annotations

import ctypes
import os
import sys
from functools import cache
from typing import Any, Final

PR_SET_PDEATHSIG: Final = 1
PR_SET_DUMPABLE: Final = 4
PR_CAPBSET_DROP: Final = 24
PR_SET_NO_NEW_PRIVS: Final = 38
PR_GET_NO_NEW_PRIVS: Final = 39
PR_SET_CHILD_SUBREAPER: Final = 36

CLONE_NEWNS: Final = 0x00020000
CLONE_NEWCGROUP: Final = 0x02000000
CLONE_NEWUTS: Final = 0x04000000
CLONE_NEWIPC: Final = 0x08000000
CLONE_NEWUSER: Final = 0x10000000
CLONE_NEWPID: Final = 0x20000000
CLONE_NEWNET: Final = 0x40000000

MS_RDONLY: Final = 0x1
MS_NOSUID: Final = 0x2
MS_NODEV: Final = 0x4
MS_NOEXEC: Final = 0x8
MS_REMOUNT: Final = 0x20
MS_BIND: Final = 0x1000
MS_REC: Final = 0x4000
MS_PRIVATE: Final = 0x40000
MNT_DETACH: Final = 2

_PIVOT_ROOT: Final = {"x86_64": 155, "aarch64": 41}
_CAPSET: Final = {"x86_64": 126, "aarch64": 91}
_CAPABILITY_VERSION: Final = 0x20080522
_CAPABILITIES: Final = 64
"""More capabilities than any kernel has yet."""


def is_linux() -> bool:
    return sys.platform.startswith("linux")


def machine() -> str:
    """`x86_64` or `aarch64`, the machines whose system calls are known here; "" for any other.

    A 32-bit Python on a 64-bit kernel makes other calls than the kernel's name says.
    """
    name = os.uname().machine if is_linux() else ""
    return name if name in _PIVOT_ROOT and sys.maxsize > 1 << 32 else ""


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _require_success(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def system_call(number: int, *arguments: Any) -> int:
    """Any call by its number. Whole numbers are passed as 64 bits."""
    c_arguments = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    call = _libc().syscall
    call.restype = ctypes.c_long
    return _require_success(call(ctypes.c_long(number), *c_arguments))


def prctl(option: int, value: int = 0) -> int:
    zero = ctypes.c_ulong(0)
    return _require_success(_libc().prctl(ctypes.c_int(option), ctypes.c_ulong(value), zero, zero, zero))


def unshare(flags: int) -> None:
    _require_success(_libc().unshare(ctypes.c_int(flags)))


def mount(source: str, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    c_strings = [None if one is None else os.fsencode(one) for one in (source, target, kind, options)]
    _require_success(_libc().mount(c_strings[0], c_strings[1], c_strings[2], ctypes.c_ulong(flags), c_strings[3]))


def unmount(target: str) -> None:
    _require_success(_libc().umount2(os.fsencode(target), ctypes.c_int(MNT_DETACH)))


def pivot_root(new: str, old: str) -> None:
    """Makes a mount the root of this process; the root of before is then at `old`."""
    system_call(_PIVOT_ROOT[machine()], ctypes.c_char_p(os.fsencode(new)), ctypes.c_char_p(os.fsencode(old)))


class _CapabilityHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


def drop_capabilities() -> None:
    """Gives up every privilege of root, also for programs that are started later."""
    for capability in range(_CAPABILITIES):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError:
            break  # the kernel knows no more of them, or this process has none to give up
    header = _CapabilityHeader(_CAPABILITY_VERSION, 0)
    system_call(_CAPSET[machine()], ctypes.byref(header), ctypes.byref((ctypes.c_uint32 * 6)()))
