"""The changeable values of a project's files, and the files with overrides applied. Runs in the compiler's process.

Imports `rune` and never Django.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from forge.compute.child.language_request import SignatureOf
from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.editing.language.facts.analysis import Analysis, analyse
from rune.editing.language.graph.drawing import stage_argument_to_json
from rune.editing.language.graph.overrides import Override, OverrideRefused, overridable, overridden_texts, value_text
from rune.project.files import ProjectFiles


def answer_overridable(files: ProjectFiles, signature_of: SignatureOf) -> dict[str, Any]:
    """The `stages` with the `arguments` that may be overridden; of each, `stated` is what it says now."""
    analysis = analyse(files, PUBLISHED_BLOCKS, signatures=signature_of)
    return {
        "stages": [
            {
                "stage": fields.stage,
                "arguments": [
                    {**stage_argument_to_json(argument), "stated": value_text(argument)}
                    for argument in fields.arguments
                ],
            }
            for fields in overridable(analysis)
        ]
    }


def apply_overrides(
    files: ProjectFiles, signature_of: SignatureOf, overrides: Sequence[Mapping[str, str]]
) -> dict[str, Any]:
    """The whole new `texts` by path; or `refused`, a sentence."""

    def read(changed: ProjectFiles) -> Analysis:
        return analyse(changed, PUBLISHED_BLOCKS, signatures=signature_of)

    try:
        parsed_overrides = [Override(one["stage"], one["argument"], one["before"], one["after"]) for one in overrides]
        return {"texts": dict(overridden_texts(read(files), parsed_overrides, read))}
    except OverrideRefused as error:
        return {"refused": error.reason}
