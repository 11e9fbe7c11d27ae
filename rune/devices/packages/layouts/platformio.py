"""PlatformIO: a library for its folder `lib`."""

from __future__ import annotations

import json
from collections.abc import Mapping

from rune.devices.packages.contents import VERSION, Contents


def files(contents: Contents) -> Mapping[str, str]:
    """library.json."""
    manifest = {
        "name": contents.folder,
        "version": VERSION,
        "description": f"The rune {contents.interface.name}, made by Hammer Forge",
        "license": "Apache-2.0",
        "frameworks": "*",
        "platforms": "*",
        "headers": contents.header,
        "build": {"includeDir": "include", "srcDir": "src"},
    }
    return {"library.json": json.dumps(manifest, indent=2) + "\n"}
