"""The models that a project's `forge.yml` says how to convert, beside the files that the project has."""

from __future__ import annotations

from forge.projects.versions.store import WorkingTree
from rune.project.files import FileError, FileMissing, MemoryFiles
from rune.source.policy import POLICY_FILE
from rune.source.policy.model_files import DigestOf, check_models, model_problem
from rune.source.policy.read import read_policy
from rune.source.policy.sections.models import ModelSource
from rune.source.runefile import Diagnostic

LONGEST_POLICY = 64 * 1024
"""Bytes of a `forge.yml` that is read while somebody waits."""
_SECTION = b"models"
_ADVICE = "The page Models says how far its conversion is."


def declared_models(tree: WorkingTree) -> tuple[ModelSource, ...]:
    """The models of the `forge.yml`, in the order of their paths; none where it has errors."""
    text = tree.texts.get(POLICY_FILE, b"")
    if _SECTION not in text or len(text) > LONGEST_POLICY:
        return ()
    return read_policy(text.decode("utf-8", "replace")).models


def outdated_reason(tree: WorkingTree, model: ModelSource) -> str:
    """Returns why a model file differs from what the `forge.yml` declares; "" if it does not.

    Only the record of its conversion is read.
    """
    try:
        return model_problem(MemoryFiles(tree.texts), model, _digests(tree)) or ""
    except FileError as error:
        return f"Unable to read {error.path}: {error.reason}"


def model_warnings(tree: WorkingTree) -> tuple[Diagnostic, ...]:
    """A warning for each model file that is not as the `forge.yml` says."""
    models = declared_models(tree)
    return check_models(MemoryFiles(tree.texts), models, _digests(tree), _ADVICE) if models else ()


def _digests(tree: WorkingTree) -> DigestOf:
    def digest_of(path: str) -> str:
        if path not in tree.manifest:
            raise FileMissing(path, "no such file in the project")
        return str(tree.manifest[path]["digest"])

    return digest_of
