"""The pictures in which the rune of a run counts worst, for its page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forge.core.actors import Actor
from forge.datasets.access import samples_of
from forge.datasets.sample_cards import SampleCard, cards_of
from forge.learning.training.models import TrainingRun
from forge.learning.training.running.lab_events import LabelMiscountJson
from forge.projects.models import Project
from rune.datasets.splits import Split


@dataclass(frozen=True)
class MiscountCard:
    """A picture, and its labels of which the rune counted another number of objects than were marked."""

    card: SampleCard
    labels: Sequence[LabelMiscountJson]


def miscounts_of(actor: Actor, source: Project | None, run: TrainingRun) -> list[MiscountCard]:
    """The pictures of the validation split with the greatest errors, worst first. `source` is the project that has the
    data; None where the actor may not read it. Pictures that were deleted since are left out."""
    worst = run.report.get("judgements", {}).get(Split.VALIDATION.value, {}).get("worst_counts", [])
    recordings = run.description.get("recordings", [])
    labels = {recordings[each["recording"]]: each["labels"] for each in worst if each["recording"] < len(recordings)}
    if source is None or not labels:
        return []
    rows = samples_of(actor, source).filter(number__in=labels)
    cards = {card.sample.number: card for card in cards_of(actor, rows, source)}
    return [MiscountCard(cards[number], own) for number, own in labels.items() if number in cards]
