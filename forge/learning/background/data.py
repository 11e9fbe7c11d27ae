"""Checks that the sounds of a project's data have background: sounds in which none of its labels happens."""

from __future__ import annotations

from collections.abc import Sequence

from forge.core.actors import Actor
from forge.core.errors import Unprocessable
from forge.datasets.access import samples_of
from forge.datasets.hooks import data_advice
from forge.datasets.models.samples import SampleKind
from forge.datasets.splits.warnings import LabelCounts
from forge.datasets.tally import SampleTally, tally_of
from forge.learning.recipes import recipes
from forge.learning.training.declarations import declared_of
from forge.projects.models import Project
from rune.assessment.evaluation.labelled import same_label
from rune.assessment.evaluation.streams import is_background
from rune.assessment.evaluation.trials.background import ANOMALY_LABELS
from rune.wording import alternatives, counted

FEWEST, MOST = 10, 100
"""Sounds of background that are needed at least, and that suffice however many others there are."""
MOST_NAMED = 3
"""Labels that the sentence names."""


def background_warning(actor: Actor, project: Project, tally: SampleTally | None = None) -> str:
    """Returns a sentence where the sounds of a project lack background, with what to do; "" where they have enough, and
    where the recipe that `forge.yml` names needs none. Raises `Forbidden` or `NotFound`."""
    sentence = background_sentence((tally or tally_of(actor, project)).labels)
    if not sentence or not has_sounds(actor, project) or not _declared_recipe_needs_background(project):
        return ""
    return sentence


data_advice.register(background_warning)


def background_sentence(labels: Sequence[LabelCounts]) -> str:
    """The same from the counts of labels of sounds. Pure."""
    others = [each for each in labels if not is_background(each.label)]
    if not others or not ANOMALY_LABELS.isdisjoint(same_label(each.label) for each in others):
        return ""
    count = sum(each.total for each in labels if is_background(each.label))
    needed_count = min(MOST, max(FEWEST, max(each.total for each in others) // 2))
    if count >= needed_count:
        return ""
    names = [each.label for each in others[:MOST_NAMED]]
    if len(others) > MOST_NAMED:
        names.append("another label")
    few = (
        f"Only {counted(count, 'sound is', 'sounds are')} background" if count else "There are no sounds of background"
    )
    missing_count = needed_count - count
    return (
        f"{few}: a model that never learned what silence and noise are calls them {alternatives(names)}. Record "
        f"{missing_count} or more of the place where the app will run, with nothing to recognise in them, and label "
        "them background."
    )


def has_sounds(actor: Actor, project: Project) -> bool:
    """Returns whether the data has a sound with a label. Raises `Forbidden` or `NotFound`."""
    sounds = samples_of(actor, project).filter(kind=SampleKind.SOUND, is_excluded=False).exclude(label="")
    return sounds.exists()


def _declared_recipe_needs_background(project: Project) -> bool:
    """Returns whether the recipe of `forge.yml` learns background from data, which is so without a recipe."""
    training = declared_of(project).training
    if training is None:
        return True
    try:
        return any(each["name"] == training.recipe and each["needs_background"] for each in recipes())
    except Unprocessable:
        return True
