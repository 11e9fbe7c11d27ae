"""Suggestions about a build: the changeable values, a suggestion in words, and finding suggestions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from forge.accounts.access import nothing_here
from forge.builds.models import Build
from forge.builds.previews.copies import OverrideJson
from forge.comparison.argument_sentences import argument_sentences
from forge.comparison.changes import ArgumentChange, StageChange
from forge.comparison.snapshots import read_outline
from forge.compute.pool.language import language_pool
from forge.core.actors import Actor
from forge.core.errors import Unprocessable
from forge.projects.versions.mounting import with_blocks
from forge.projects.versions.store import available_files
from forge.reviews.models import Suggestion
from rune.source.runefile.outline import OutlineNode
from rune.wording import counted

SENTENCES_SHOWN = 12
"""The number of sentences of a suggestion; it counts the others."""


class FilesUnread(Unprocessable):
    """The files of a build of which nothing can be told here."""

    title = "The build's files cannot be read"


@dataclass(frozen=True)
class Field:
    """An argument that may be changed. `text` is what it says, "" where it is left out and the default holds."""

    stage: str
    argument: str
    kind: str
    help: str
    text: str
    default: str
    minimum: float | None
    maximum: float | None
    step: float | None
    choices: tuple[str, ...]
    is_required: bool

    @property
    def key(self) -> str:
        """The name of the suggestion in a form."""
        return f"{self.stage}.{self.argument}"


def fields_of(build: Build) -> tuple[Field, ...]:
    """Returns the changeable values of a build's files, in order. Raises `FilesUnread` and `Busy`."""
    declarations = language_pool.overridable(
        build.project.organisation_id, with_blocks(build.project, available_files(build.source))
    )
    if "error" in declarations:
        raise FilesUnread(declarations["error"]["message"])
    return tuple(
        _field(stage["stage"], argument) for stage in declarations["stages"] for argument in stage["arguments"]
    )


def _field(stage: str, declaration: Mapping[str, Any]) -> Field:
    default = declaration["default"]
    return Field(
        stage,
        declaration["name"],
        declaration["kind"],
        declaration["help"],
        declaration["stated"],
        "" if default is None else f"{default:g}" if isinstance(default, float) else str(default),
        _limit(declaration["minimum"]),
        _limit(declaration["maximum"]),
        declaration["step"],
        tuple(declaration["choices"]),
        declaration["required"],
    )


def _limit(limit: float | None) -> float | None:
    """Returns the limit; None where it only states how large a number of 32 bits can be."""
    return None if limit is None or abs(limit) > 1e9 else limit


def in_words(build: Build, overrides: Sequence[OverrideJson]) -> list[str]:
    """The sentences of a comparison: what would be otherwise than in the build."""
    nodes: dict[str, OutlineNode] = {}
    if build.artefact is not None:
        nodes = {node.name: node for node in read_outline(build.artefact.report["pipeline"]).nodes}
    sentences = [sentence for override in overrides for sentence in _sentences(nodes, override)]
    if len(sentences) > SENTENCES_SHOWN:
        sentences = [
            *sentences[: SENTENCES_SHOWN - 1],
            f"{counted(len(sentences) - SENTENCES_SHOWN + 1, 'more change')}.",
        ]
    return sentences


def _sentences(nodes: Mapping[str, OutlineNode], override: OverrideJson) -> tuple[str, ...]:
    node = nodes.get(override["stage"]) or OutlineNode(override["stage"], "block", "", 0, None)
    before, after = override["before"] or None, override["after"] or None
    change = ArgumentChange(override["argument"], before, after)
    return argument_sentences(StageChange("changed", node, node, (change,)))


def find_suggestion(actor: Actor, thread_id: UUID) -> Suggestion:
    """A suggestion that the person may read, by its thread's id. Raises `NotFound`, or `SignInNeeded`."""
    whole = Suggestion.objects.visible_to(actor).select_related(
        "author", "thread__thread", "thread__build", "thread__project__organisation", "thread__review__project"
    )
    suggestion = whole.filter(pk=thread_id).first()
    if suggestion is None:
        raise nothing_here(actor)
    return suggestion
