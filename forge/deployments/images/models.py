"""Images of releases for stock clients: bytes that the organisation signed with its own key."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from forge.fleet.stock.models import LONGEST_IMAGE_NAME
from rune.digests import DIGEST_LENGTH


class ReleaseImage(models.Model):
    """The image of a release, whose bytes are the blob of its digest."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    release = models.OneToOneField("deployments.Release", on_delete=models.CASCADE, related_name="image")
    name = models.CharField(max_length=LONGEST_IMAGE_NAME)
    digest = models.CharField(max_length=DIGEST_LENGTH)
    size = models.BigIntegerField()
    sha1 = models.CharField(max_length=40)
    """SWUpdate compares it after the download. What it installs, it judges by the image's signature."""
    md5 = models.CharField(max_length=32)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
