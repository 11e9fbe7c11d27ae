"""Searches for the settings of a recipe, and their trials as rows."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from forge.jobs.models import Job
from forge.learning.lab_jobs.models import RecipeJob
from forge.learning.searches.kinds import SEARCH_KIND


class SearchTrialState(models.TextChoices):
    """The state of a trial, or its ending (`lab.search.trials.TrialState`)."""

    RUNNING = "running", "Running"
    OVER_LIMIT = "over limit", "Over a limit"
    TRAINED = "trained", "Trained"
    STOPPED = "stopped", "Stopped early"
    FAILED = "failed", "Failed"


class ModelSearch(RecipeJob):
    """A search for the settings of a recipe that are right most often for what they need.

    Its trials are the truth. A call of it has as many jobs as it may run trials at a time, each of which any worker
    takes and which share the trials; a job whose worker is killed tries its own trial again.

    `description` has the space: `size`, `arguments`, `forms`, `labels`, and the number of `validation` recordings.
    """

    KIND = SEARCH_KIND
    SPEC_KEY = "search"
    LABEL = "Search"
    DELETED = "The search was deleted."
    BESIDE = ("project__organisation", "data_version__data_set")

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
    end_reason = models.CharField(max_length=300, blank=True)
    """The reason why a finished search ended, as a sentence."""

    class Meta(RecipeJob.Meta):
        constraints = [models.UniqueConstraint(fields=["project", "number"], name="one_search_a_number")]

    def __str__(self) -> str:
        return f"Search {self.number}"

    def get_absolute_url(self) -> str:
        return f"{self.project.get_absolute_url()}/searches/{self.number}"


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
