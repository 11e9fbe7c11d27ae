"""The settings of the page on which somebody makes an app from own examples: its kind, boards, terms and addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from forge.accounts.permissions import Verb
from forge.accounts.project_people import ids_of_team, team_of
from forge.builds.contents import recording_of_project
from forge.core.actors import Actor
from forge.datasets.consent_terms import DEFAULT_PURPOSES, UNTIL_DELETED, terms_for
from forge.datasets.models import Sample
from forge.datasets.models.samples import SampleKind
from forge.learning.hooks import asks_for_review
from forge.learning.training.kinds import DEFAULT_BOARDS
from forge.projects.models import Project
from rune.datasets.examples import EXAMPLE_COUNT, ORIGIN
from rune.datasets.label_names import BACKGROUND, WORD_LIMIT
from rune.devices.boards.lookup import boards
from rune.wording import counted

NEEDED = 10
"""Recordings of each label from which on a model can be trained."""


@dataclass(frozen=True)
class StartKind:
    """A kind of examples. `parameter` is its name in the page's address, `recipe` the recipe that learns
    from it, `question` the heading while there is nothing. Few rows are learned best by trees."""

    parameter: str
    kind: SampleKind
    recipe: str
    question: str
    example: str


KINDS = (
    StartKind("sound", SampleKind.SOUND, "keywords", "Which sound should it hear?", "knock, clap, whistle …"),
    StartKind("picture", SampleKind.PICTURE, "pictures", "What should it see?", "cup, ripe, open …"),
    StartKind("motion", SampleKind.MOTION, "motion", "Which motion should it feel?", "shake, circle, step …"),
    StartKind("numbers", SampleKind.TABLE, "table-trees", "Which state should it tell?", "running, worn, stuck …"),
)


def kind_of(actor: Actor, project: Project, parameter: str) -> StartKind:
    """The kind of the project's samples, or else the one that the address names, or that the pipeline reads."""
    samples = Sample.objects.visible_to(actor).available().filter(data_set__project=project)
    kind = samples.order_by().values_list("kind", flat=True).first()
    if kind is None and parameter not in {each.parameter for each in KINDS}:
        recording = recording_of_project(project)
        kind = None if recording is None else recording.value
    by_kind = (each for each in KINDS if (each.kind == kind if kind is not None else each.parameter == parameter))
    return next(by_kind, KINDS[0])


def page_settings(actor: Actor, project: Project, kind: StartKind) -> dict[str, Any]:
    """All that the page's script knows before it asks."""
    terms = terms_for(project, DEFAULT_PURPOSES, UNTIL_DELETED)
    return {
        "project": project.full_name,
        "title": project.name,
        "kind": kind.kind.value,
        "recipe": kind.recipe,
        "question": kind.question,
        "example": kind.example,
        "needed": NEEDED,
        "background": BACKGROUND,
        "longestLabel": WORD_LIMIT,
        "boards": [{"key": each.key, "name": each.name} for each in boards()],
        "board": DEFAULT_BOARDS[0],
        "examples": {"count": EXAMPLE_COUNT, "origin": ORIGIN},
        "asksForReview": asks_for_review(project),
        "terms": {
            "purposes": sorted(terms.purposes),
            "days": UNTIL_DELETED,
            "text": terms.text,
            "line": terms_line(project, is_restricted=terms.is_restricted),
        },
    }


def terms_line(project: Project, *, is_restricted: bool) -> str:
    """Returns who hears the recordings, in one line."""
    if is_restricted:
        people = len(team_of(project, Verb.PLAY))
    else:
        people = len(ids_of_team(project.organisation_id, project.pk))
    if people <= 1:
        return "Recordings stay in this project. Nobody else hears them."
    return f"Recordings stay in this project. {counted(people, 'person', 'people')} can play them."
