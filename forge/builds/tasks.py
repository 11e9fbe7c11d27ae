"""The wake-up for previews over Celery. It carries no work of its own: what there is to do is in the database."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast
from uuid import UUID

from celery import shared_task

from forge.builds.previews.dispatch import preview_slots

P = ParamSpec("P")
R = TypeVar("R")


def task(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Celery's decorator, with the types that it lacks."""
    return cast(Callable[[Callable[P, R]], Callable[P, R]], shared_task(name=name, ignore_result=True))


@task("forge.builds.preview")
def preview(*project_ids: str) -> None:
    """Refreshes the previews of projects."""
    preview_slots.work(*map(UUID, project_ids))
