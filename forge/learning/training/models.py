"""Training runs: their settings, curves and answers, and the files that they gave."""

from __future__ import annotations

from django.db import models

from forge.datasets.model_quality import ModelQuality
from forge.jobs.models import Job
from forge.learning.lab_jobs.models import RecipeJob
from forge.learning.training.kinds import TAUGHT_RECIPE, TRAINING_KIND
from rune.digests import DIGEST_LENGTH


class TrainingRun(RecipeJob):
    """An execution of a recipe, or `TAUGHT_RECIPE`, on a version of the project's data. It links the files that it
    gave.

    `instruction` is a `forge.learning.training.kinds.TrainingInstruction`. `description` has `labels`, and
    `recordings`, the numbers of the samples in the order in which answers name them; `counts` has the samples by split
    and label. `rune_size` is that of the rune for browsers, once it was counted.
    """

    KIND = TRAINING_KIND
    SPEC_KEY = "run"
    LABEL = "Training run"
    DELETED = "The run was deleted."
    BESIDE = ("project__organisation", "data_version__data_set", "job")

    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
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
    boards = models.JSONField(default=list)
    """The keys of the boards on which the rune is counted."""
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
    offers = models.BooleanField(default=False)
    """Whether its model is offered by a change request as soon as it is there, as that of a search's trial is."""
    change_url = models.CharField(max_length=300, blank=True)
    """The address of the change request that offers its model; "" before."""

    quality: ModelQuality | None
    """Set by pages that list runs (`forge.learning.quality.runs`)."""

    class Meta(RecipeJob.Meta):
        constraints = [models.UniqueConstraint(fields=["project", "number"], name="one_training_run_a_number")]

    def __str__(self) -> str:
        return f"Run {self.number}"

    def get_absolute_url(self) -> str:
        return f"{self.project.get_absolute_url()}/training/{self.number}"

    @property
    def epochs(self) -> int:
        """The most epochs that it trains."""
        return int(self.arguments.get("epochs", 0))

    @property
    def is_taught(self) -> bool:
        """Whether the run was taught in a page, from recordings that stayed there: it has no recipe, data or
        curves."""
        return self.recipe == TAUGHT_RECIPE
