"""Searches for the settings of a recipe, and their trials as rows."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from forge.core.actors import Actor
from forge.datasets.models import DataVersion
from forge.jobs.models import Job
from forge.projects.models import Project
from rune.digests import DIGEST_LENGTH


class SearchState(models.TextChoices):
    """The state of a search."""

    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    FINISHED = "finished", "Finished"
    NEEDS = "needs", "Needs packages"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


UNFINISHED_SEARCHES = (SearchState.WAITING, SearchState.RUNNING)


class SearchTrialState(models.TextChoices):
    """The state of a trial, or its ending (`lab.search.trials.TrialState`)."""

    RUNNING = "running", "Running"
    OVER_LIMIT = "over limit", "Over a limit"
    TRAINED = "trained", "Trained"
    STOPPED = "stopped", "Stopped early"
    FAILED = "failed", "Failed"


class ModelSearchQuerySet(models.QuerySet["ModelSearch"]):
    """Searches, as seen by someone."""

    def visible_to(self, actor: Actor) -> ModelSearchQuerySet:
        """Returns the searches of projects that the person may read."""
        return self.filter(project__in=Project.objects.of_member(actor))


class ModelSearch(models.Model):
    """A search for the settings of a recipe that are right most often for what they need.

    Its trials are the truth. A call of it has as many jobs as it may run trials at a time, each of which any worker
    takes and which share the trials; a job whose worker is killed tries its own trial again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="model_searches")
    number = models.PositiveIntegerField()
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    state = models.CharField(max_length=10, choices=SearchState.choices, default=SearchState.WAITING)
    instruction = models.CharField(max_length=10, blank=True)
    """`stop` while a search at work is to end; "" otherwise."""
    recipe = models.CharField(max_length=40)
    arguments = models.JSONField(default=dict)
    """The settings around which it searches, which are the first trial."""
    form = models.CharField(max_length=20)
    seed = models.PositiveIntegerField(default=0)
    model_path = models.CharField(max_length=200)
    data_version = models.ForeignKey(DataVersion, null=True, on_delete=models.SET_NULL, related_name="+")
    data_number = models.PositiveIntegerField()
    data_digest = models.CharField(max_length=DIGEST_LENGTH)
    """The digest of the version. It and `data_number` outlive the version."""
    board = models.CharField(max_length=60)
    """The board on whose core runes are counted: trials are compared by what they need there."""
    second_board = models.CharField(max_length=60, blank=True)
    """Trials have to fit it too; "" for none."""
    limits = models.JSONField(default=dict)
    """Bytes of `ram` and `flash` on each board, and on the first `instructions` of one run and the `milliseconds` that
    it may take; null or missing where there is no limit. Of bytes, null also says that the boards have different
    amounts, which are the limits."""
    vary = models.JSONField(default=dict)
    """The values that are tried, by argument, as they are written."""
    trials = models.PositiveIntegerField()
    """The most trained trials."""
    minutes = models.PositiveIntegerField()
    """The most minutes of one call of the search."""
    workers = models.PositiveIntegerField()
    """The most trials at a time."""
    called = models.DateTimeField(default=timezone.now)
    """The time when a person began it, or let it go on: the jobs of this call are those that were created since."""
    description = models.JSONField(default=dict)
    """The space, once the data was read: `size`, `arguments`, `forms`, `labels`, and the number of `validation`
    recordings."""
    end_reason = models.CharField(max_length=300, blank=True)
    """The reason why a finished search ended, as a sentence."""
    error = models.CharField(max_length=1000, blank=True)
    """The reason why it did not succeed, and what to do."""
    reason = models.CharField(max_length=40, blank=True)
    """The same for programs (`lab.refusal.Reason`)."""
    created = models.DateTimeField(default=timezone.now)

    objects = ModelSearchQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "number"], name="one_search_a_number")]
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"Search {self.number}"

    def get_absolute_url(self) -> str:
        return f"{self.project.get_absolute_url()}/searches/{self.number}"

    @property
    def is_unfinished(self) -> bool:
        return self.state in UNFINISHED_SEARCHES


class SearchTrial(models.Model):
    """A candidate of a search and its outcome (`lab.search.trials.Trial`). Its files are linked by the search."""

    search = models.ForeignKey(ModelSearch, on_delete=models.CASCADE, related_name="rows")
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    """The job that tries it, or tried it."""
    number = models.PositiveIntegerField()
    arguments = models.JSONField()
    """The values of the arguments that are varied."""
    form = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=SearchTrialState.choices, default=SearchTrialState.RUNNING)
    needs = models.JSONField(null=True)
    """`target`, `flash`, `ram` and `instructions`; null where counting failed, or goes on."""
    second_needs = models.JSONField(null=True)
    """The same on the second board; null also where the search has none."""
    accuracy = models.JSONField(null=True)
    """The share of validation recordings that are right with its 95 % interval; null for one that was not trained."""
    curve = models.JSONField(default=list)
    seconds = models.FloatField(default=0)
    reason = models.CharField(max_length=500, blank=True)
    files = models.JSONField(default=dict)
    """The digests of the files of a trained trial, by their paths in the project."""
    sizes = models.JSONField(default=dict)
    """The sizes of the files, by path."""
    change_url = models.CharField(max_length=300, blank=True)
    """The address of the change request that offers its model; "" before."""
    run_number = models.PositiveIntegerField(null=True)
    """The training run that was begun with its settings."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["search", "number"], name="one_trial_a_number")]
        ordering = ["number"]

    def __str__(self) -> str:
        return f"Trial {self.number}"

    @property
    def all_needs(self) -> list[dict[str, Any]]:
        """The needs on each board of the search; empty where counting failed, or goes on."""
        return [each for each in (self.needs, self.second_needs) if each is not None]
