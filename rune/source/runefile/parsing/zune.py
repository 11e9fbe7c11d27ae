"""Recognising the Runefile of a zune, whose capabilities, proc-blocks and models are paths and URIs of modules.

What of it has an equal among ours is named; the rest is said by its name. Reading the zip is `rune.running.container`.
"""

from __future__ import annotations

import re

from rune.capabilities import CAPABILITIES
from rune.source.runefile.syntax import StageKind, StageSyntax

_URI = re.compile(r"(?:wapm|file|https?)://")
_MODULE = re.compile(r"(?:\./)?proc_blocks/|.*\.wasm\Z", re.DOTALL)
_PACKAGE = re.compile(r"wapm:///?(?P<namespace>[\w-]+)/(?P<name>[\w.-]+)(?:[?@][^#\s]*)?\Z")
_CAPABILITIES = {each.zune_package: each.name for each in CAPABILITIES.values() if each.zune_package is not None}
"""The packages that the well-known names stood for."""
_NAMESPACE = "hotg-ai"


def is_zune_stage(stage: StageSyntax) -> bool:
    """Returns whether only a zune has such a stage. A model may be a path in both."""
    text = stage.target.text.strip()
    match stage.kind:
        case StageKind.CAPABILITY:
            return bool(_URI.match(text) or _MODULE.match(text) or text.startswith("./"))
        case StageKind.BLOCK:
            return text.startswith(("wapm:", "file:")) or bool(_MODULE.match(text))
        case StageKind.MODEL:
            return bool(_URI.match(text))
        case StageKind.OUTPUT:
            return False


def capability_of(text: str) -> str | None:
    """The capability that a package such as `wapm:///hotg-ai/sound_input?version=0.12.0` gives."""
    match = _PACKAGE.match(text.strip())
    return _CAPABILITIES.get(match["name"].replace("-", "_")) if match and match["namespace"] == _NAMESPACE else None


def block_of(text: str) -> str | None:
    """The name of the proc-block that a package has."""
    match = _PACKAGE.match(text.strip())
    return match["name"] if match and match["namespace"] == _NAMESPACE else None
