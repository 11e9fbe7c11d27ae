"""Blocks that version 0.12 changed: the catalogue has the arithmetic of 0.11.3, and says so where 0.12 is named."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from rune.blocks.paths import BlockPath
from rune.blocks.signature import Block
from rune.source.runefile.codes import Code
from rune.source.runefile.diagnostics import Span
from rune.source.runefile.report import DiagnosticReport
from rune.wording import quoted

CHANGED: Mapping[str, str] = MappingProxyType(
    {
        "argmax": "Version 0.12 gave the last of the greatest scores, also where none is above 0: see `class_index`.",
        "label": "Version 0.12 did not trim the wordlist, and gave the text `fallback` for an unknown index.",
        "modulo": "Version 0.12 computed in f64.",
        "most_confident_indices": "Version 0.12 put up with scores that are no numbers.",
        "noise_filtering": "Version 0.12 kept nothing from run to run, as `fresh: 1` does here.",
        "normalize": "Version 0.12 computed in f32, and gave zeros where all elements are alike.",
        "parse": "Version 0.12 took each text for one number, where here it is split at blanks.",
    }
)
"""The earlier behaviour, by the block."""

_VERSION = re.compile(r"v?0\.(\d+)(\.\d+)*")


def warn_of_changed_block(path: BlockPath, block: Block, span: Span, report: DiagnosticReport) -> None:
    """Says that a version is named whose arithmetic the catalogue's block does not have."""
    match = _VERSION.fullmatch(path.version or "")
    if match is None or int(match[1]) < 12 or not path.is_published or block.name not in CHANGED:
        return
    report.warning(
        Code.CHANGED_BLOCK,
        f"{quoted(path.version or '')} of {block.name} computes otherwise than the catalogue's, which is v0.11.3",
        span,
        [CHANGED[block.name]],
    )
