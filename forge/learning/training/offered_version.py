"""A model that is offered, and the version that has it: the files of a run beside those of the project, and what
`forge.yml` says about how it was trained. The actions ask for permissions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from forge.core.actors import Actor
from forge.core.blobs.store import put_all
from forge.learning.training.declarations import training_block, with_section
from forge.learning.training.kinds import TAUGHT_RECIPE
from forge.projects.files.contents import check_file_count
from forge.projects.files.storage import delete_on_failure
from forge.projects.models import Project, Version
from forge.projects.versions.outside import store_outside_version
from forge.projects.versions.store import described_bytes, snapshot, working_tree
from rune.source.policy import POLICY_FILE


@dataclass(frozen=True)
class ModelOffer:
    """A trained model to be offered. `origin` is where it comes from, such as "training run 3"; `files` has digest and
    size of each file by its path; `arguments` are those of the recipe; `data_digest` is that of the data version,
    `backbone` the path of the file behind which the recipe learned, `teacher` that of the model whose answers it
    learned, `start` that of the model that it began with."""

    title: str
    message: str
    origin: str
    files: Mapping[str, Mapping[str, Any]]
    recipe: str
    model_path: str
    form: str
    seed: int
    arguments: Mapping[str, Any]
    data_digest: str
    backbone: str = ""
    teacher: str = ""
    start: str = ""
    texts: Mapping[str, bytes] = field(default_factory=dict)
    """Contents that take the place of some of `files`."""


@dataclass(frozen=True)
class OfferedVersion:
    """A version with an offered model, and the version of the files that it changes."""

    base: Version
    version: Version

    @property
    def changed_paths(self) -> frozenset[str]:
        """The files that differ."""
        before, after = self.base.manifest, self.version.manifest
        return frozenset(path for path in after if before.get(path, {}).get("digest") != after[path]["digest"])


@contextmanager
def stored_offer(actor: Actor, project: Project, offer: ModelOffer) -> Iterator[OfferedVersion]:
    """Stores a version with the model beside the project's files, in a transaction. Raises `StorageQuotaReached` and
    `TooManyFiles`."""
    # A run that was taught has no recipe, and no data that could be learned from again.
    policy = {} if offer.recipe == TAUGHT_RECIPE else {POLICY_FILE: _policy_text(project, offer)}
    own = {**offer.texts, **policy}
    descriptions = {path: described_bytes(data) for path, data in own.items()}
    with delete_on_failure([each["digest"] for each in descriptions.values()]), transaction.atomic():
        base = snapshot(project, actor.person)
        put_all(own.values(), project.organisation_id)
        manifest = {**base.manifest, **offer.files, **descriptions}
        check_file_count(len(manifest))
        version = store_outside_version(actor, project, manifest, None, f"With the model of {offer.origin}")
        yield OfferedVersion(base, version)


def _policy_text(project: Project, offer: ModelOffer) -> bytes:
    """The `forge.yml` of the project, which says how the model was trained and on which data."""
    text = working_tree(project).texts.get(POLICY_FILE, b"").decode("utf-8", "replace")
    learned_with = {"backbone": offer.backbone, "teacher": offer.teacher, "start": offer.start}
    block = training_block(offer.recipe, offer.model_path, offer.form, offer.seed, offer.arguments, **learned_with)
    text = with_section(text, "training", block)
    return with_section(text, "data", f"data: {offer.data_digest}\n").encode()
