"""Runs a command on a kernel that seems to lack a system call: `python without_call.py NUMBER[,NUMBER] COMMAND ...`.

A filter of ours answers the call as a kernel, or the profile of a container, that does not have it.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys


def main() -> None:
    numbers, command = sys.argv[1], sys.argv[2:]
    steps = [(0x20, 0, 0, 0)]
    for number in map(int, numbers.split(",")):
        steps += [(0x15, 0, 1, number), (0x06, 0, 0, 0x00050000 | errno.EPERM)]
    steps.append((0x06, 0, 0, 0x7FFF0000))
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    libc = ctypes.CDLL(None, use_errno=True)

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_void_p))

    filters = Program(len(steps), ctypes.addressof(code))
    zero = ctypes.c_ulong(0)
    assert libc.prctl(38, ctypes.c_ulong(1), zero, zero, zero) == 0
    assert libc.prctl(22, ctypes.c_ulong(2), ctypes.byref(filters), zero, zero) == 0
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
