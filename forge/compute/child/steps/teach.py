"""What a project's rune can be taught, and the Runefiles for it, in the compiler's process. Imports `rune` and never
Django."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forge.compute.child.language_request import SignatureOf
from rune.compiler.blocks.catalogue import PUBLISHED_BLOCKS
from rune.project.files import ProjectFiles
from rune.source.runefile.teaching import NotTeachable, teachable_of


def answer_teachable(job: Mapping[str, Any], files: ProjectFiles, signature_of: SignatureOf) -> dict[str, Any]:
    """The model that can be taught, its labels, and the `text` of the Runefile that sends what it sees.

    With `taught`, which has the new `labels` and the paths of their `weights` and `biases`, it is the Runefile around
    these. `refused` is a sentence where the project cannot be taught.
    """
    try:
        found = teachable_of(files, PUBLISHED_BLOCKS, signature_of)
    except NotTeachable as reason:
        return {"refused": str(reason)}
    taught = job.get("taught")
    text = (
        found.embedding_runefile()
        if taught is None
        else found.taught_runefile(taught["labels"], taught["weights"], taught["biases"])
    )
    return {
        "runefile": found.runefile,
        "text": text,
        "model": found.model,
        "embedding_model": found.embedding_model,
        "labels": list(found.labels),
        "features": found.embedding.features,
    }
