"""Builds with evaluations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from forge.builds.evaluations.outcomes import link_evaluation, put_evaluation, summary_of
from forge.builds.models import Build
from forge.datasets.models import Sample
from forge.datasets.recordings.access import recording_terms
from forge.datasets.recordings.actions import send_sample
from forge.projects.models import Project
from rune.assessment.evaluation.evaluation import Evaluation, SampleOutcome

RUNEFILE = b"""\
version: 1
image: runicos/base
pipeline:
  motion:
    capability: ACCEL
    outputs:
      - {type: f32, dimensions: [1, 3]}
    args:
      n: 1
  best:
    proc-block: hotg-ai/proc-blocks@v0.11.3#most_confident_indices
    inputs: [motion]
    outputs:
      - {type: u32, dimensions: [1]}
    args:
      count: 1
  label:
    proc-block: hotg-ai/proc-blocks@v0.11.3#label
    inputs: [best]
    outputs:
      - {type: utf8, dimensions: [1]}
    args:
      wordlist: $AXES
  answer:
    out: serial
    inputs: [label]
resources:
  AXES:
    inline: |-
      left
      up
      right
    type: string
"""


def give(person: Any, project: Project, row: bytes, label: str) -> Sample:
    return send_sample(person, project, [row], label=label, days=90, consent=recording_terms(project).text)


SET = "sha256:" + "5" * 64


def evaluated(build: Build, outcomes: Sequence[SampleOutcome], samples: str = SET) -> Build:
    """The build as if it had been run on these samples."""
    evaluation = Evaluation(("yes", "no"), tuple(outcomes)).to_json()
    assert build.artefact is not None
    link_evaluation(build.artefact, samples, put_evaluation(evaluation))
    Build.objects.filter(pk=build.pk).update(samples=samples, evaluation=summary_of(evaluation))
    return build
