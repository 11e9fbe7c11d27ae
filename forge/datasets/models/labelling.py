"""The labels that people gave in the queue, and which sample is whose at the moment."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from forge.datasets.models.samples import Sample
from rune.datasets.label_names import WORD_LIMIT


class SampleOpinion(models.Model):
    """The label that a person gives a sample. Two people who differ leave it in dispute until somebody settles it."""

    id = models.BigAutoField(primary_key=True)
    sample = models.ForeignKey(Sample, on_delete=models.CASCADE, related_name="opinions")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    label = models.CharField(max_length=WORD_LIMIT)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sample", "person"], name="one_opinion_a_person")]
        ordering = ["created", "id"]

    def __str__(self) -> str:
        return f"{self.person or 'someone who left'}: {self.label}"


class LabelClaim(models.Model):
    """The sample that the queue shows somebody: until then it shows it nobody else."""

    sample = models.OneToOneField(Sample, on_delete=models.CASCADE, primary_key=True, related_name="claim")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"claim of {self.person_id} on {self.sample_id}"
