"""The data of a run beside its row: its judgements, with their samples."""

from __future__ import annotations

from collections.abc import Mapping

from forge.core.actors import Actor
from forge.datasets.models import Sample
from forge.learning.training.models import TrainingRun
from forge.learning.training.results.judgement import RunJudgementJson, judged_recordings, judgement_of
from rune.datasets.splits import Split


def judgements(actor: Actor, run: TrainingRun) -> dict[str, RunJudgementJson]:
    """The newest judgement of each split that has answers; runs of earlier versions have some for the test split. One
    query.

    A sample that was deleted since is left out, and one that was labelled anew counts with its label of now.
    """
    splits = [split.value for split in (Split.VALIDATION, Split.TEST) if run.answers.get(split.value)]
    if not splits or not run.description:
        return {}
    labels, recordings = run.description["labels"], run.description["recordings"]
    classes = run.description.get("classes", {})
    samples = {number: (classes.get(label, label), group) for number, (label, group) in _samples(actor, run).items()}
    return {
        split: judgement_of(
            judged_recordings(labels, recordings, run.answers[split], samples), labels, run.answers["epoch"], split
        )
        for split in splits
    }


def _samples(actor: Actor, run: TrainingRun) -> Mapping[int, tuple[str, int | None]]:
    if run.data_version is None:
        return {}
    rows = Sample.objects.visible_to(actor).available().filter(data_set=run.data_version.data_set_id)
    values = rows.order_by().values_list("number", "label", "group__number")
    return {number: (label, group) for number, label, group in values}
