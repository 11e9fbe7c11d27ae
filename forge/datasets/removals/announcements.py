"""Telling of removals: those who manage a project hear of what learned from samples that were deleted."""

from __future__ import annotations

from collections import Counter
from typing import TypedDict

from forge.accounts.permissions import Verb
from forge.accounts.project_people import team_of
from forge.core.api.json_types import Uuid
from forge.core.events.announcements import NoticeAnnouncement, NoticeDraft, NoticeTopic, StoredEvent
from forge.core.events.declarations import EventType, NewEvent, StreamKind, declare
from forge.datasets.hooks import LearnerKind, find_learners
from forge.datasets.models import SampleRemoval
from forge.datasets.removals.access import scope_of
from forge.projects.models import Project
from rune.wording import counted, listed


class DataRemovedJson(TypedDict):
    """Samples of the data were deleted. The numbers count what learned from them."""

    removal: Uuid
    samples: int
    runs: int
    conversions: int
    builds: int
    deployments: int


REMOVALS = NoticeTopic(
    "data-removed",
    icon="trash",
    messages={"learned": "{count} deleted, from which {learners} learned: what to do"},
    values=("count", "learners"),
    action="See what learned from them",
)


def _notice(event: StoredEvent[DataRemovedJson]) -> NoticeDraft | None:
    """Tells those who manage the project, where something learned from the samples."""
    data = event.data
    # Events that are older than conversions in reports lack their number.
    numbers = (data["runs"], data.get("conversions", 0), data["builds"], data["deployments"])
    parts = [counted(number, kind.value) for kind, number in zip(LearnerKind, numbers, strict=True) if number]
    project = Project.objects.filter(pk=event.holder).first()
    if project is None or not parts:
        return None
    return NoticeDraft(
        REMOVALS,
        "learned",
        title=f"The data of {project.name}",
        subject=f"data-removal:{data['removal']}",
        path=f"/data/removals/{data['removal']}",
        values={"count": counted(data["samples"], "sample"), "learners": listed(parts)},
        addressees=frozenset(mate.user.pk for mate in team_of(project, Verb.MANAGE)),
        is_for_watchers=False,
    )


DATA_REMOVED = declare(
    EventType(
        "data.removed",
        StreamKind.PROJECT,
        DataRemovedJson,
        ("samples", "data"),
        notice=NoticeAnnouncement((REMOVALS,), _notice),
    )
)


def removal_event(removal: SampleRemoval) -> NewEvent:
    """The event of a removal, which counts what learned from its samples."""
    kinds = Counter(learner.kind for learner in find_learners(scope_of(removal)))
    return DATA_REMOVED(
        removal=str(removal.pk),
        samples=removal.count,
        runs=kinds[LearnerKind.RUN],
        conversions=kinds[LearnerKind.CONVERSION],
        builds=kinds[LearnerKind.BUILD],
        deployments=kinds[LearnerKind.DEPLOYMENT],
    )
