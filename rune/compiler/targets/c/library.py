"""Static libraries of the sources in C, for processors for which the toolchain here can compile.

A library calls what every toolchain for that processor brings: memcpy, memset, and the compiler's own helpers.
"""

from __future__ import annotations

from collections.abc import Mapping

from rune.compiler.anvil.sources import Sources, Unit
from rune.compiler.anvil.target import Toolchain

_HOSTED_FLAGS = ("-fhosted", "-mllvm", "-disable-loop-idiom-all")
"""A C library is there: without this every copy of four bytes is a call. No loop becomes one."""


def library(*flags: str) -> Toolchain:
    """Returns the commands that make a static library for the processor of these clang flags."""
    return Toolchain((*_HOSTED_FLAGS, *flags), "ar", ("rcsD",))


_ANY_CONVENTION = """\
#include "{name}.c"
#if defined(__ARM_EABI__)
/* No function that is called from elsewhere takes a float or an enum: any convention for those fits. */
__asm__(".eabi_attribute 28, 3");
__asm__(".eabi_attribute 26, 0");
#endif
"""
"""For Arm's "Addenda to, and Errata in, the ABI": Tag_ABI_VFP_args 3, compatible with both; Tag_ABI_enum_size 0."""


def library_sources(files: Mapping[str, bytes], name: str) -> Sources:
    """Returns the sources of a library: `<name>.c` and `<name>_selftest.c`, an object each."""
    parts = (name, f"{name}_selftest")
    units = {f"object_{part}.c": _ANY_CONVENTION.format(name=part).encode("ascii") for part in parts}
    return Sources({**files, **units}, tuple(map(Unit, units)))
