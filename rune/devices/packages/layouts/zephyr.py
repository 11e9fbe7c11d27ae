"""Zephyr: a module, with an option that says whether it is compiled."""

from __future__ import annotations

from collections.abc import Mapping

from rune.devices.packages.contents import Contents

_MODULE = """\
name: {name}
build:
  cmake: zephyr
  kconfig: zephyr/Kconfig
"""
_LISTS = """\
if(CONFIG_{upper})
    zephyr_library_named({name})
    zephyr_library_sources({sources})
    zephyr_include_directories(../include)
endif()
"""
_KCONFIG = """\
config {upper}
    bool "The rune {title}"
    default y
    help
      Compiles the rune and its self-test. What a program does not call the linker leaves out.
"""


def files(contents: Contents) -> Mapping[str, str]:
    """The folder `zephyr`, by which west and ZEPHYR_EXTRA_MODULES know a module."""
    name, upper = contents.folder, contents.interface.upper
    sources = " ".join(f"../{path}" for path in contents.sources)
    return {
        "zephyr/module.yml": _MODULE.format(name=name),
        "zephyr/CMakeLists.txt": _LISTS.format(name=name, upper=upper, sources=sources),
        "zephyr/Kconfig": _KCONFIG.format(upper=upper, title=contents.interface.name),
    }
