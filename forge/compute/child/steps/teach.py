"""Runefiles for teaching a project's rune, written in the compiler's process. Imports `rune` and never Django."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forge.compute.child.language_request import SignatureOf
from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.project.files import ProjectFiles
from rune.source.runefile.teaching import NotTeachable, teachable_of


def answer_teachable(job: Mapping[str, Any], files: ProjectFiles, signature_of: SignatureOf) -> dict[str, Any]:
    """The model that can be taught, its labels, and the `text` of the Runefile that sends what it sees.

    With `taught`, which has the new `labels` and the paths of their `weights` and `biases`, it is the Runefile around
    these. `refused` is a sentence where the project cannot be taught.
    """
    try:
        teachable = teachable_of(files, PUBLISHED_BLOCKS, signature_of)
    except NotTeachable as reason:
        return {"refused": str(reason)}
    taught_layer = job.get("taught")
    text = (
        teachable.embedding_runefile()
        if taught_layer is None
        else teachable.taught_runefile(taught_layer["labels"], taught_layer["weights"], taught_layer["biases"])
    )
    return {
        "runefile": teachable.runefile,
        "text": text,
        "model": teachable.model,
        "embedding_model": teachable.embedding_model,
        "labels": list(teachable.labels),
        "features": teachable.embedding.features,
    }
