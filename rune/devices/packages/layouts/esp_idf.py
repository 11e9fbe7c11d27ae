"""ESP-IDF: a component. Its build reads CMakeLists.txt (see `cmake`), its component manager idf_component.yml."""

from __future__ import annotations

from collections.abc import Mapping

from rune.devices.packages.contents import VERSION, Contents

_MANIFEST = """\
version: "{version}"
description: The rune {name}, made by Hammer Forge
license: Apache-2.0
dependencies:
  idf: ">=4.4"
"""


def files(contents: Contents) -> Mapping[str, str]:
    """The component's manifest."""
    return {"idf_component.yml": _MANIFEST.format(version=VERSION, name=contents.interface.name)}
