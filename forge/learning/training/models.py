"""Training runs: their settings, curves and answers, and the files that they gave."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from forge.accounts.models import Organisation
from forge.core.actors import Actor
from forge.datasets.model_quality import ModelQuality
from forge.datasets.models import DataVersion
from forge.jobs.models import Job
from forge.learning.training.kinds import TAUGHT_RECIPE
from forge.projects.models import Project
from rune.digests import DIGEST_LENGTH


class TrainingState(models.TextChoices):
    """The state of a run."""

    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    PAUSED = "paused", "Paused"
    FINISHED = "finished", "Finished"
    NEEDS = "needs", "Needs packages"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


UNFINISHED_RUNS = (TrainingState.WAITING, TrainingState.RUNNING, TrainingState.PAUSED)
RESUMABLE = (TrainingState.PAUSED, TrainingState.FAILED, TrainingState.CANCELLED, TrainingState.NEEDS)
"""States from which a run goes on, from its last checkpoint if it has one."""


class TrainingRunQuerySet(models.QuerySet["TrainingRun"]):
    """Training runs, as seen by someone."""

    def visible_to(self, actor: Actor) -> TrainingRunQuerySet:
        """Returns the runs of projects that the person may read."""
        return self.filter(project__in=Project.objects.of_member(actor))


class TrainingRun(models.Model):
    """An execution of a recipe on a version of the project's data. It links the files that it gave."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="training_runs")
    number = models.PositiveIntegerField()
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=10, choices=TrainingState.choices, default=TrainingState.WAITING)
    instruction = models.CharField(max_length=10, blank=True)
    """The pending instruction (`forge.learning.training.kinds.TrainingInstruction`); "" for none."""
    recipe = models.CharField(max_length=40)
    """The recipe of `lab`, or `TAUGHT_RECIPE`."""
    arguments = models.JSONField(default=dict)
    """The values of all arguments of the recipe, by name."""
    form = models.CharField(max_length=20)
    """The form in which the model is quantised."""
    seed = models.PositiveIntegerField(default=0)
    model_path = models.CharField(max_length=200)
    """The path of the model file, in the project."""
    backbone_path = models.CharField(max_length=200, blank=True)
    """The path of the model file behind whose features it learns, in the project; "" for a recipe without one."""
    backbone_digest = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    """The digest of that file as it was when the run began. The run links it."""
    start_path = models.CharField(max_length=200, blank=True)
    """The path of the model of Keras with whose network and weights it begins, in the project; "" for none."""
    start_digest = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    """The digest of that file as it was when the run began. The run links it."""
    teacher_number = models.PositiveIntegerField(default=0)
    """The number of the run of the project whose answers are learned beside the labels; 0 for none."""
    teacher_files = models.JSONField(default=dict)
    """The digests of that run's float model and of its record, as `model` and `record`. The run links them."""
    data_version = models.ForeignKey(DataVersion, null=True, on_delete=models.SET_NULL, related_name="+")
    data_number = models.PositiveIntegerField()
    data_digest = models.CharField(max_length=DIGEST_LENGTH)
    """The digest of the version. It and `data_number` outlive the version; they are "" and 0 for a run that was taught
    in a page."""
    boards = models.JSONField(default=list)
    """The keys of the boards on which the rune is counted."""
    description = models.JSONField(default=dict)
    """The data, once it was read: `labels`, and `recordings`, the numbers of the samples in the order in which
    answers name them; `counts` has the samples by split and label. `rune_size` is that of the rune for browsers, once
    it was counted."""
    curves = models.JSONField(default=list)
    """A row for each epoch (`forge.learning.training.running.lab_events.EpochJson`)."""
    best_epoch = models.PositiveIntegerField(default=0)
    answers = models.JSONField(default=dict)
    """The newest answers: `epoch`, and for each split rows of place of the recording, place of the answer's label, and
    how sure that is. `epoch` 0: those of the finished rune."""
    needs = models.JSONField(default=dict)
    """The rune's needs by target, counted before the training starts."""
    notes = models.JSONField(default=list)
    """Sentences about the data and about what happened."""
    report = models.JSONField(default=dict)
    """The report of `lab` about a finished run; empty before."""
    files = models.JSONField(default=dict)
    """The digests of the files that it gave, by their paths in the project. The script is under `script/`."""
    sizes = models.JSONField(default=dict)
    """The sizes of the files, by path."""
    error = models.CharField(max_length=1000, blank=True)
    """The reason why it did not succeed, and what to do."""
    reason = models.CharField(max_length=40, blank=True)
    """The same for programs (`lab.refusal.Reason`)."""
    offers = models.BooleanField(default=False)
    """Whether its model is offered by a change request as soon as it is there, as that of a search's trial is."""
    change_url = models.CharField(max_length=300, blank=True)
    """The address of the change request that offers its model; "" before."""
    created = models.DateTimeField(default=timezone.now)

    quality: ModelQuality | None
    """Set by pages that list runs (`forge.learning.quality.runs`)."""
    objects = TrainingRunQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "number"], name="one_training_run_a_number")]
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"Run {self.number}"

    def get_absolute_url(self) -> str:
        return f"{self.project.get_absolute_url()}/training/{self.number}"

    @property
    def is_unfinished(self) -> bool:
        return self.state in UNFINISHED_RUNS

    @property
    def can_resume(self) -> bool:
        return self.state in RESUMABLE

    @property
    def epochs(self) -> int:
        """The most epochs that it trains."""
        return int(self.arguments.get("epochs", 0))

    @property
    def is_taught(self) -> bool:
        """Whether the run was taught in a page, from recordings that stayed there: it has no recipe, data or
        curves."""
        return self.recipe == TAUGHT_RECIPE


class TrainingTime(models.Model):
    """Time that a run or a search of an organisation computed, without a pause. `ended` is now, or a little earlier, as
    long as it computes."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    begun = models.DateTimeField()
    ended = models.DateTimeField(db_index=True)
