"""Analyses of samples beside people's labels: their likeness, a build's answers, and outliers.

All of it follows from the bytes, so it is deleted with them (`forge.datasets.analysis.deleting`).
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from forge.core.actors import Actor
from forge.datasets.models.data_sets import DataSet
from forge.datasets.models.samples import Sample
from forge.jobs.models import Job
from forge.projects.models import Project
from rune.datasets.label_names import WORD_LIMIT
from rune.digests import DIGEST_LENGTH


class DataAnalysisQuerySet(models.QuerySet["DataAnalysis"]):
    """Analyses of data sets, as seen by someone."""

    def visible_to(self, actor: Actor) -> DataAnalysisQuerySet:
        """Returns the analyses of projects that the person may read."""
        return self.filter(data_set__project__in=Project.objects.of_member(actor))


class DataAnalysis(models.Model):
    """The last analysis of a data set, and the job that makes the next one."""

    data_set = models.OneToOneField(DataSet, on_delete=models.CASCADE, primary_key=True, related_name="analysis")
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    revision = models.PositiveBigIntegerField(null=True, blank=True)
    """The revision of the data set when the last analysis read it; None before the first."""
    rune = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    """The digest of the rune that answered; "" where the project had no build."""
    build = models.CharField(max_length=120, blank=True)
    """The build's name on pages."""
    build_url = models.CharField(max_length=300, blank=True)
    problem = models.CharField(max_length=500, blank=True)
    """The reason why the rune answered nothing."""
    label_problem = models.CharField(max_length=500, blank=True)
    """The reason why no label was doubted."""
    finished = models.DateTimeField(null=True, blank=True)

    objects = DataAnalysisQuerySet.as_manager()

    def __str__(self) -> str:
        return f"analysis of {self.data_set_id}"


class SampleAnalysis(models.Model):
    """The last analysis of a sample. Features and fingerprint are computed once, as its bytes never change."""

    sample = models.OneToOneField(Sample, on_delete=models.CASCADE, primary_key=True, related_name="analysis")
    recipe = models.PositiveSmallIntegerField()
    """`rune.datasets.likeness.features.RECIPE` at which features and words were read."""
    features = models.BinaryField()
    """Values of 16 bits; empty for a sample that cannot be read."""
    words = models.BinaryField()
    """The fingerprint: words of 32 bits."""
    answer = models.CharField(max_length=WORD_LIMIT, blank=True)
    """The label that the current build answers; "" where it was not run, or gives none."""
    score = models.FloatField(null=True, blank=True)
    """The score of the answer, 0 to 1; None where the build sends no scores."""
    suggestion = models.CharField(max_length=WORD_LIMIT, blank=True)
    """The label that models expect which never saw the sample's person; "" where they do not doubt its label."""
    confidence = models.FloatField(null=True, blank=True)
    """How sure they are of the label that it has, 0 to 1."""
    doubted_label = models.CharField(max_length=WORD_LIMIT, blank=True)
    """The label that was doubted: a sample that was labelled since is not in doubt any more."""
    likeness = models.PositiveIntegerField(null=True, blank=True)
    """The number of the first sample that it is a near-duplicate of, also for that one."""
    alike = models.PositiveIntegerField(default=0)
    """How many near-duplicates there are of it, itself counted; 0 without any."""
    crosses_splits = models.BooleanField(default=False)
    """Whether its near-duplicates are in different splits."""
    is_outlier = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["likeness"], condition=Q(likeness__isnull=False), name="samples_by_likeness"),
        ]

    def __str__(self) -> str:
        return f"analysis of {self.sample_id}"


IS_WRONG = ~Q(analysis__answer="") & Q(analysis__answer__isnull=False) & ~Q(label="") & ~Q(label=F("analysis__answer"))
"""Samples on which the current build answers another label."""
IS_SUSPECT = ~Q(analysis__suggestion="") & Q(analysis__doubted_label=F("label"))
"""Samples whose label may be wrong."""
HAS_DUPLICATES = Q(analysis__likeness__isnull=False)
IS_OUTLIER = Q(analysis__is_outlier=True)
HAS_PROPOSAL = Q(label="") & Q(analysis__isnull=False) & ~Q(analysis__answer="")
"""Samples without a label for which the current build proposes one."""


def proposal_of(sample: Sample) -> str:
    """The label that is proposed for a sample: the build's answer where it has none, else the likelier one where its
    label is in doubt; "" without a proposal. It becomes the label when a person accepts it."""
    analysis: SampleAnalysis | None = getattr(sample, "analysis", None)
    if analysis is None:
        return ""
    if not sample.label:
        return analysis.answer
    return analysis.suggestion if analysis.doubted_label == sample.label else ""


class SampleAnswer(models.Model):
    """The answer of a rune on a sample: the same rune is never run again on the same bytes."""

    id = models.BigAutoField(primary_key=True)
    sample = models.ForeignKey(Sample, on_delete=models.CASCADE, related_name="answers")
    rune = models.CharField(max_length=DIGEST_LENGTH)
    label = models.CharField(max_length=WORD_LIMIT, blank=True)
    scores = models.JSONField(default=dict)
    """The scores by label, 0 to 1."""
    reason = models.CharField(max_length=200, blank=True)
    """The reason why there is no answer."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sample", "rune"], name="one_answer_a_sample_and_rune")]

    def __str__(self) -> str:
        return f"{self.label} for {self.sample_id}"
