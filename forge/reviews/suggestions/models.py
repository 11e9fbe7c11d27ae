"""Changes that people suggest in threads of a review."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from forge.core.actors import Actor
from forge.projects.models import Project, Version
from forge.reviews.threads.models import AnchoredThread


class SuggestionState(models.TextChoices):
    """The state of a suggestion."""

    OPEN = "open", "Open"
    APPLIED = "applied", "Applied"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"


class SuggestionQuerySet(models.QuerySet["Suggestion"]):
    """Suggestions, as seen by someone."""

    def visible_to(self, actor: Actor) -> SuggestionQuerySet:
        """Suggestions in the person's own organisations."""
        return self.filter(thread__project__in=Project.objects.of_member(actor))


class Suggestion(models.Model):
    """Changes that somebody tried in a copy of a build's files and suggests, in a thread of a review."""

    thread = models.OneToOneField(AnchoredThread, on_delete=models.CASCADE, primary_key=True, related_name="suggestion")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    overrides = models.JSONField()
    """`forge.builds.previews.copies.OverrideJson`, each."""
    sentences = models.JSONField()
    """The same in sentences, with the words that they had when this was suggested."""
    state = models.CharField(max_length=10, choices=SuggestionState.choices, default=SuggestionState.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided = models.DateTimeField(null=True, blank=True)
    version = models.ForeignKey(Version, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    """The files with the suggestion in them, as they were when it was taken."""

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        ordering = ["thread"]

    def __str__(self) -> str:
        return f"suggestion by {self.author or 'someone who left'}: {self.state}"
