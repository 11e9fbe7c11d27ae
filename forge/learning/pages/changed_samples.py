"""The validation samples that forms answer otherwise than the float model, as cards that can be played."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forge.core.actors import Actor
from forge.datasets.access import samples_of
from forge.datasets.sample_cards import SampleCard, cards_of
from forge.learning.conversions.kinds import FLOAT
from forge.learning.conversions.serializers import changed_samples
from forge.learning.models import ConvertedForm
from forge.projects.models import Project

SHOWN_CARDS = 30
"""Cards on the page."""


@dataclass(frozen=True)
class FormAnswer:
    """The answer of a form; `is_right` if that is the label."""

    form: str
    answer: str
    is_right: bool


@dataclass(frozen=True)
class ChangedSample:
    """A sample with the answers of the forms."""

    card: SampleCard
    answers: Sequence[FormAnswer]

    @property
    def is_now_wrong(self) -> bool:
        """Whether the float model is right and a form is wrong."""
        return self.answers[0].is_right and not all(each.is_right for each in self.answers)


def changed_cards(
    actor: Actor, project: Project, forms: Sequence[ConvertedForm], classes: Sequence[str]
) -> tuple[list[ChangedSample], int]:
    """The samples that one of these forms answers otherwise, those that are wrong now first; and how many there are.

    The float model's answer comes first. Samples that were deleted since are left out.
    """
    sorted_forms = sorted(forms, key=lambda form: (form.form != FLOAT, form.number))
    rows = {each["sample"]: each["answers"] for each in changed_samples(sorted_forms, classes)}
    samples = samples_of(actor, project).filter(number__in=list(rows))
    cards = []
    for card in cards_of(actor, samples, project):
        names = rows[card.sample.number]
        answers = [
            FormAnswer(form.name, answer, answer == card.sample.label)
            for form in sorted_forms
            if (answer := names.get(str(form.number))) is not None
        ]
        cards.append(ChangedSample(card, answers))
    cards.sort(key=lambda each: (not each.is_now_wrong, each.card.sample.number))
    return cards[:SHOWN_CARDS], len(cards)
