"""The links to previews of change requests."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from forge.accounts.models import of_living_tokens
from forge.reviews.models import ChangeRequest


class PreviewLinkQuerySet(models.QuerySet["PreviewLink"]):
    """Links to previews. The caller has found their change requests."""

    def open(self) -> PreviewLinkQuerySet:
        """Returns the links that neither ended nor were revoked, and whose maker's token, if a token made them, has not
        ended."""
        return self.filter(of_living_tokens(), expires__gt=timezone.now(), revoked=None)


class PreviewLink(models.Model):
    """A secret that opens the preview of a change request while that is open. Its hash is stored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    change_request = models.ForeignKey(ChangeRequest, on_delete=models.CASCADE, related_name="preview_links")
    secret_hash = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=12)
    """The first and last characters of the key, by which people recognise it."""
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_by_token = models.UUIDField(null=True, blank=True)
    """The id of the token that made it, with which it ends, or None if a person made it."""
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True, blank=True)

    objects = PreviewLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-created"]

    def __str__(self) -> str:
        return self.hint
