"""Deleting what was computed from the bytes of samples, in the transaction that deletes those."""

from __future__ import annotations

from forge.datasets.models.analysis import SampleAnalysis, SampleAnswer
from forge.datasets.models.labelling import LabelClaim, SampleOpinion
from forge.datasets.models.samples import SampleQuerySet


def delete_analyses(samples: SampleQuerySet) -> None:
    """Deletes features, fingerprints and answers of samples, and what people in the queue said of them."""
    pks = samples.order_by().values("pk")
    SampleAnalysis.objects.filter(sample__in=pks).delete()
    SampleAnswer.objects.filter(sample__in=pks).delete()
    SampleOpinion.objects.filter(sample__in=pks).delete()
    LabelClaim.objects.filter(sample__in=pks).delete()
