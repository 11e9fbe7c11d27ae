"""A filter of system calls (seccomp): the kernel refuses what is not on the list, however the process came to ask.

The filter is a program of the classic packet filter, for which there is an assembler here of the five instructions that
it needs. It looks at numbers alone; three calls are also looked at by an argument.
"""

from __future__ import annotations

import ctypes
import errno
import struct
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from rune.isolation.linux import machine, system_call
from rune.isolation.system_calls import CLONE3, STARTS_PROGRAMS, numbers

_SECCOMP: Final = {"x86_64": 317, "aarch64": 277}
_ARCHITECTURE: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_SET_MODE_FILTER, _ALL_THREADS = 1, 1

_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_LOAD, _EQUAL, _GREATER_OR_EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE_AT, _ARGUMENTS = 0, 4, 16
"""Offsets in what a filter sees of a call."""

_NEW_NAMESPACES: Final = 0x7E020000
"""Flags of `clone` that make a namespace."""
_PUSH_INTO_TERMINAL: Final = 0x5412
"""The request of `ioctl` that types into somebody's terminal."""

Instruction = tuple[int, int, int, int]
"""Operation, how many instructions to skip where it holds, and where it does not, and its operand."""


def program(name: str, *, starts_programs: bool = True) -> bytes:
    """The filter for a machine. Refused calls fail with `EPERM`, calls that came with a later kernel with `ENOSYS`."""
    numbers_by_name = numbers(name)
    looked_at = {numbers_by_name["clone"], numbers_by_name["ioctl"], numbers_by_name["prlimit64"]}
    allowed_numbers = {
        number for call, number in numbers_by_name.items() if starts_programs or call not in STARTS_PROGRAMS
    }
    return _assembled(
        [
            (_LOAD, 0, 0, _ARCHITECTURE_AT),
            (_EQUAL, 1, 0, _ARCHITECTURE[name]),
            (_RETURN, 0, 0, _KILL),
            (_LOAD, 0, 0, _NUMBER),
            # Later than all that are known here; on x86-64 also the calls of its 32-bit variant.
            *_when(_GREATER_OR_EQUAL, max(numbers_by_name.values()) + 1, errno.ENOSYS),
            *_when(_EQUAL, CLONE3, errno.ENOSYS),
            *_unless_bits(numbers_by_name["clone"], 0, _NEW_NAMESPACES),
            *_unless_equal(numbers_by_name["ioctl"], 1, _PUSH_INTO_TERMINAL),
            *_only_zero(numbers_by_name["prlimit64"], 0),
            *_ranges(allowed_numbers - looked_at),
            (_RETURN, 0, 0, _ERRNO | errno.EPERM),
        ]
    )


def _when(test: int, operand: int, error: int) -> list[Instruction]:
    return [(test, 0, 1, operand), (_RETURN, 0, 0, _ERRNO | error)]


def _argument(index: int) -> Instruction:
    """The lower half of an argument: the kernel looks at no more of those that are looked at here."""
    return (_LOAD, 0, 0, _ARGUMENTS + 8 * index)


def _unless_bits(number: int, argument: int, bits: int) -> list[Instruction]:
    return _looked_at(number, argument, (_ANY_BIT, 0, 1, bits), (_ERRNO | errno.EPERM, _ALLOW))


def _unless_equal(number: int, argument: int, value: int) -> list[Instruction]:
    return _looked_at(number, argument, (_EQUAL, 0, 1, value), (_ERRNO | errno.EPERM, _ALLOW))


def _only_zero(number: int, argument: int) -> list[Instruction]:
    """Zero is this process; any other number would be another's."""
    return _looked_at(number, argument, (_EQUAL, 0, 1, 0), (_ALLOW, _ERRNO | errno.EPERM))


def _looked_at(number: int, argument: int, test: Instruction, results: tuple[int, int]) -> list[Instruction]:
    holds, holds_not = results
    return [(_EQUAL, 0, 4, number), _argument(argument), test, (_RETURN, 0, 0, holds), (_RETURN, 0, 0, holds_not)]


def _ranges(allowed_numbers: Iterable[int]) -> list[Instruction]:
    """Allows these numbers, as few comparisons as there are gaps between them."""
    instructions: list[Instruction] = []
    for first, last in runs(sorted(allowed_numbers)):
        instructions += [(_GREATER_OR_EQUAL, 0, 2, first), (_GREATER_OR_EQUAL, 1, 0, last + 1), (_RETURN, 0, 0, _ALLOW)]
    return instructions


def runs(ascending_numbers: Sequence[int]) -> list[tuple[int, int]]:
    """The first and last of each run of numbers without a gap."""
    ends = [index + 1 for index, (one, other) in enumerate(pairwise(ascending_numbers)) if other != one + 1]
    starts = [0, *ends]
    return [
        (ascending_numbers[start], ascending_numbers[end - 1])
        for start, end in zip(starts, [*ends, len(ascending_numbers)], strict=True)
    ]


def _assembled(instructions: Iterable[Instruction]) -> bytes:
    return b"".join(struct.pack("=HBBI", *one) for one in instructions)


class _FilterProgram(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def restrict(*, starts_programs: bool = True) -> None:
    """Sets the filter for all threads of this process and all that it starts. `no_new_privs` must be set before.

    Raises `OSError`, also on a machine whose calls are not known here.
    """
    name = machine()
    if not name:
        raise OSError(errno.ENOTSUP, "the system calls of this machine are not known")
    code = program(name, starts_programs=starts_programs)
    buffer = ctypes.create_string_buffer(code, len(code))
    filters = _FilterProgram(len(code) // 8, ctypes.addressof(buffer))
    system_call(_SECCOMP[name], _SET_MODE_FILTER, _ALL_THREADS, ctypes.byref(filters))
