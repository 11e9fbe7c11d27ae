"""A project whose rune can be taught, and the name of what its rune sees."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forge.builds.errors import TeachingRefused
from forge.builds.previews.teaching import embedding_model
from forge.compute.pool.language import summary_pool
from forge.core.actors import Actor
from forge.core.errors import Unprocessable
from forge.projects.models import Project
from forge.projects.versions.store import WorkingTree, working_tree
from rune.digests import digest_of


@dataclass(frozen=True)
class TeachableProject:
    """A project whose rune can be taught, at one moment. `digest` names what its rune sees: the Runefile up to the
    last layer, and the model so far."""

    tree: WorkingTree
    runefile: str
    text: str
    model: str
    embedding_model: str
    embedding: bytes
    labels: Sequence[str]
    features: int

    @property
    def digest(self) -> str:
        both = f"{digest_of(self.text.encode('utf-8'))} {digest_of(self.embedding)}"
        return f"sha256:{hashlib.sha256(both.encode()).hexdigest()}"


def teachable_project(actor: Actor, project: Project) -> TeachableProject:
    """The project as it is now, for somebody who may read it. Raises `Unprocessable` where its rune cannot be taught,
    `TooManyQuestions` and `LanguageBusy`."""
    tree = working_tree(project)
    answer = _answer(actor, project, tree, None)
    try:
        embedding = embedding_model(tree, answer["model"])
    except TeachingRefused as reason:
        raise Unprocessable(str(reason)) from reason
    return TeachableProject(
        tree,
        answer["runefile"],
        answer["text"],
        answer["model"],
        answer["embedding_model"],
        embedding,
        answer["labels"],
        answer["features"],
    )


def taught_runefile(
    actor: Actor, project: Project, teachable: TeachableProject, labels: Sequence[str], weights: str, biases: str
) -> str:
    """The Runefile around a last layer with these labels, whose numbers are in the files at these paths. Raises what
    `teachable_project` does."""
    layer = {"labels": list(labels), "weights": weights, "biases": biases}
    return str(_answer(actor, project, teachable.tree, layer)["text"])


def _answer(actor: Actor, project: Project, tree: WorkingTree, layer: Mapping[str, Any] | None) -> dict[str, Any]:
    answer = summary_pool.teachable(actor, project, tree, layer)
    if "error" in answer:
        raise Unprocessable(str(answer["error"]["message"]))
    if "refused" in answer:
        raise Unprocessable(str(answer["refused"]))
    return answer
