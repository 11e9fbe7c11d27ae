"""Conversions of models, and the forms that they gave."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from forge.core.blobs.links import links_of_all
from forge.core.models import BlobLink
from forge.jobs.models import Job
from forge.learning.conversions.kinds import CONVERSION_KIND
from forge.learning.lab_jobs.models import LabJob
from forge.learning.lab_jobs.states import CONVERSION_NAMES, LabJobState
from forge.projects.models import Project
from rune.datasets.splits import Split
from rune.digests import DIGEST_LENGTH


class ModelConversion(LabJob):
    """A model of a training library, and what it is converted with. It links its source and its float model."""

    KIND = CONVERSION_KIND
    SPEC_KEY = "conversion"
    DELETED = "The conversion was deleted."
    BESIDE = ("project__organisation", "job")

    source_name = models.CharField(max_length=200)
    source_digest = models.CharField(max_length=DIGEST_LENGTH)
    source_size = models.BigIntegerField()
    weights_digest = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    """The digest of the file of weights beside an ONNX model; "" if there is none."""
    weights_size = models.BigIntegerField(default=0, db_default=0)
    samples_digest = models.CharField(max_length=DIGEST_LENGTH, blank=True, default="", db_default="")
    """The digest of the file of arrays that was sent to measure ranges on, in place of the project's samples; "" if
    none was."""
    samples_size = models.BigIntegerField(default=0, db_default=0)
    shapes = models.JSONField(default=dict)
    """The shapes of inputs that the source leaves open, by name, without the batch."""
    calibration = models.CharField(max_length=10, default=Split.TRAIN.value, db_default=Split.TRAIN.value)
    """The split of the project's samples on which ranges are measured."""
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    """The last job of it."""
    spec_digest = models.CharField(max_length=DIGEST_LENGTH)
    """The digest of source, settings and converter: the same in one organisation is not converted twice."""
    float_digest = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    """The float model, once there is one."""
    description = models.JSONField(default=dict)
    """The answer of `lab` (`forge.learning.conversions.running.lab_answers.ConvertedJson`), without the forms; empty
    before."""
    needs = models.JSONField(null=True, blank=True)
    """The environment that is missing (`forge.learning.lab_jobs.process.ConverterEnvironmentJson`)."""
    boards = models.JSONField(default=list)
    """The keys of the two boards on which forms are counted."""

    class Meta(LabJob.Meta):
        indexes = [models.Index(fields=["spec_digest"], name="conversions_by_spec")]

    def __str__(self) -> str:
        return self.source_name

    def get_absolute_url(self) -> str:
        return f"{self.project.get_absolute_url()}/models/{self.pk}"

    @property
    def state_name(self) -> str:
        """The state as the API has it."""
        return CONVERSION_NAMES[LabJobState(self.state)][0]

    @property
    def state_label(self) -> str:
        """The state as pages have it."""
        return CONVERSION_NAMES[LabJobState(self.state)][1]

    @property
    def links(self) -> models.QuerySet[BlobLink]:
        return super().links | links_of_all(self.forms.all())

    @property
    def needed_packages(self) -> str:
        return self.needs["name"] if self.needs else ""

    def title_of(self, project: str) -> str:
        return f"Conversion of {self.source_name} for {project}"


class ConvertedForm(models.Model):
    """A form of a converted model, with layers that stay floats. Its file is a blob that this row links."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversion = models.ForeignKey(ModelConversion, on_delete=models.CASCADE, related_name="forms")
    number = models.PositiveIntegerField()
    """The order in which forms are shown."""
    form = models.CharField(max_length=20)
    float_layers = models.JSONField(default=list)
    """Names of layers that stay floats, sorted."""
    calibrated_on = models.JSONField(null=True, blank=True)
    """Numbers of the project's samples on which its ranges were measured; None for an older form."""
    digest = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    """The digest of its file; "" for a form that was refused."""
    size = models.PositiveBigIntegerField(default=0)
    figures = models.JSONField(default=dict)
    """`forge.learning.conversions.running.lab_answers.MeasuredFormJson`, where `answers` has the number of each sample
    and the place of its answer's class; `judged_on` and `removed` are numbers of samples. Empty for a form that was
    refused."""
    needs = models.JSONField(default=dict)
    """The needs by target (`forge.compute.pool.answer_reading.ModelNeedsJson`)."""
    refusal = models.CharField(max_length=1000, blank=True)
    """The reason why there is no file."""
    provenance = models.JSONField(default=dict)
    """The record that goes with the file."""
    change_request = models.PositiveIntegerField(null=True, blank=True)
    """The number of the last change request that offers it."""
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["conversion", "number"], name="one_form_a_number")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name on pages: a form with layers in float is mixed."""
        return f"{self.form}, mixed" if self.float_layers else self.form


class DeclaredModels(models.Model):
    """The settings of a project's `forge.yml` for which conversions were begun last, so that none is begun twice."""

    project = models.OneToOneField(Project, primary_key=True, on_delete=models.CASCADE, related_name="declared_models")
    digest = models.CharField(max_length=DIGEST_LENGTH)
    """The digest of the settings and the sources of all models."""
    refusals = models.JSONField(default=dict)
    """The reasons why none was begun, by the path of the model."""

    def __str__(self) -> str:
        return self.digest
