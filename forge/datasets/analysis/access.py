"""Reading what analyses found, for a person."""

from __future__ import annotations

from forge.core.actors import Actor
from forge.datasets.models import SampleAnswer
from forge.datasets.models.analysis import DataAnalysis
from forge.datasets.models.samples import Sample
from forge.projects.models import Project


def analysis_of(actor: Actor, project: Project) -> DataAnalysis | None:
    """The analysis of a project's data; None before the first one was started."""
    rows = DataAnalysis.objects.visible_to(actor).filter(data_set__project=project)
    return rows.select_related("job__required_job", "data_set").first()


def answer_of(sample: Sample, rune: str) -> SampleAnswer | None:
    """Returns the answer of a rune on a sample that the principal may see."""
    return SampleAnswer.objects.filter(sample=sample, rune=rune).first() if rune else None
