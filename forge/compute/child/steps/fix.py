"""A project's text with one fix of a diagnostic in it, which is found anew in the files as they are.

Who asks names the fix and brings no edit of their own. Runs in the compiler's process. Imports `rune` and never Django.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forge.compute.child.language_request import SignatureOf
from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.editing.language.apply import apply_edits
from rune.project.files import ProjectFiles
from rune.source.runefile import check
from rune.source.runefile.diagnostics import Fix

NOT_THERE = "The text no longer has this problem."


def apply_fix(files: ProjectFiles, signature_of: SignatureOf, reference: Mapping[str, Any]) -> dict[str, Any]:
    """The `path` and the whole new `text` of the file that a fix changes; `refused` is a sentence where there is none.

    `reference` is the `code` of a diagnostic, its `place` among those of that code, and the `choice` among its fixes,
    both counted from 0.
    """
    check_result = check(files, PUBLISHED_BLOCKS, signatures=signature_of)
    matching = [one for one in check_result.diagnostics if one.code == reference["code"]][reference["place"] :]
    fixes = matching[0].fixes[reference["choice"] :] if matching else ()
    if not fixes:
        return {"refused": NOT_THERE}
    return _changed_file(files, fixes[0])


def _changed_file(files: ProjectFiles, fix: Fix) -> dict[str, Any]:
    paths = {edit.file for edit in fix.edits}
    if len(paths) != 1:
        return {"refused": "This fix changes several files, so it cannot be tried."}
    path = paths.pop()
    return {"path": path, "text": apply_edits(files.read(path).decode("utf-8"), fix.edits)}
