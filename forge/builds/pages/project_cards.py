"""Projects as lists and cards show them: what is asked about many at once, and in one query each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from forge.builds.contents import sensors_of
from forge.builds.pages.pipeline_picture import DrawnPipeline, drawn_pipeline
from forge.projects.hooks import CardFacts, CardQuality, CardVerdict, card_facts, card_qualities, card_verdicts
from forge.projects.models import Project
from rune.capabilities import CAPABILITIES
from rune.wording import listed


@dataclass(frozen=True)
class ProjectCard:
    """A project and what its card or its line says."""

    project: Project
    facts: CardFacts
    pipeline: DrawnPipeline | None
    verdict: CardVerdict | None
    is_favourite: bool
    quality: CardQuality | None

    @property
    def sensors(self) -> str:
        """The sensors of its pipeline, as people list them; "" where they are unknown."""
        words = (CAPABILITIES[sensor].label for sensor in sensors_of(self.facts.outline))
        return listed(list(dict.fromkeys(words)))


def cards(projects: Sequence[Project]) -> list[ProjectCard]:
    """Projects with their facts, asked for all at once. They were read with their organisations and favourites."""
    facts: dict[UUID, CardFacts] = {}
    verdicts: dict[UUID, CardVerdict] = {}
    qualities: dict[UUID, CardQuality] = {}
    ids = [project.pk for project in projects]
    if not ids:
        return []
    for some_facts in card_facts.call(ids):
        facts |= some_facts
    for some_verdicts in card_verdicts.call(ids):
        verdicts |= some_verdicts
    for some_qualities in card_qualities.call(ids):
        qualities |= some_qualities
    projects_with_facts = [(project, facts.get(project.pk, CardFacts())) for project in projects]
    return [
        ProjectCard(
            project,
            its,
            drawn_pipeline(its.outline),
            verdicts.get(project.pk),
            project.is_favourite,
            qualities.get(project.pk),
        )
        for project, its in projects_with_facts
    ]
