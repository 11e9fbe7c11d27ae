"""Samples of a project as example inputs of a project that has none among its files, as a trained app has none.

They are for who reads the project and may play them, and never of the split test: what a build is measured on is not
looked at while one tries it.
"""

from __future__ import annotations

import json

from forge.builds.example_inputs import MOST, member_examples
from forge.builds.models import Build
from forge.core.actors import Actor
from forge.datasets.access import samples_of
from forge.datasets.models.samples import RECORDED_KINDS, Sample, SampleSplit
from forge.datasets.playing import playable
from forge.projects.models import Project
from rune.datasets.spreading import spread_over_labels

_NEWEST = 120
"""Samples among which those of each label are chosen."""


def inputs_for_reader(actor: Actor, build: Build) -> str:
    """Returns the example inputs of a build for who reads the project, as JSON for the player: the recordings among its
    files, or else samples of the project; "" without any."""
    return member_examples(build) or _samples_json(sample_inputs(actor, build.project), build.project)


def sample_inputs(actor: Actor, project: Project) -> list[Sample]:
    """Returns samples of each label that the person may play, of the split validation first: no model learned from
    those."""
    samples = (
        samples_of(actor, project)
        .filter(playable(actor), kind__in=RECORDED_KINDS, is_excluded=False)
        .exclude(split=SampleSplit.TEST)
        .exclude(label="")
    )[:_NEWEST]
    by_split = sorted(samples, key=lambda sample: sample.split != SampleSplit.VALIDATION)
    return spread_over_labels(by_split, lambda sample: sample.label, MOST)


def _samples_json(samples: list[Sample], project: Project) -> str:
    base = f"/api/v1/projects/{project.full_name}/data/samples/"
    page = f"{project.get_absolute_url()}/data/samples/"
    rows = [
        {
            "path": f"{sample.label} {sample.number}",
            "url": f"{base}{sample.number}/recording",
            "sample": {"label": sample.label, "kind": sample.kind, "page": f"{page}{sample.number}"},
        }
        for sample in samples
    ]
    return json.dumps(rows) if rows else ""
