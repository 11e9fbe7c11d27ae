"""Webhooks, what is to be delivered to them, and each attempt."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone

from forge.accounts.models import Membership, Organisation, of_living_tokens
from forge.accounts.permissions import Verb, organisations_where, roles_with
from forge.core.actors import Actor
from forge.jobs.models import Job, JobState
from forge.projects.models import Project


class WebhookQuerySet(models.QuerySet["Webhook"]):
    """Webhooks, as seen by someone."""

    def visible_to(self, actor: Actor) -> WebhookQuerySet:
        """Returns the webhooks of organisations whose webhooks the person manages."""
        return self.filter(organisation__in=organisations_where(actor, Verb.MANAGE_WEBHOOKS))

    def on(self) -> WebhookQuerySet:
        """Returns the webhooks that are switched on."""
        return self.filter(stopped=None)

    def of_managers(self) -> WebhookQuerySet:
        """Returns the webhooks whose maker, or the person who took them over, may manage webhooks of their organisation
        today, and whose token has not ended."""
        managers = Membership.objects.filter(
            organisation=OuterRef("organisation"),
            user=OuterRef("created_by"),
            user__is_active=True,
            role__in=roles_with(Verb.MANAGE_WEBHOOKS),
        )
        return self.filter(Exists(managers), of_living_tokens())


class Webhook(models.Model):
    """An address to which the events of an organisation, or of one project, are sent.

    Its secret is in no table: it is made of the server's key, this id and `generation`, in
    `forge.webhooks.delivery.signing`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="webhooks")
    project = models.ForeignKey(Project, null=True, on_delete=models.CASCADE, related_name="+")
    """None sends the events of all projects."""
    url = models.CharField(max_length=500)
    topics = models.JSONField()
    """Names of topics that apps declare (`forge.core.events.announcements.WebhookTopic`)."""
    generation = models.PositiveIntegerField(default=1)
    """The generation of the secret; rotating it adds one."""
    rotated = models.DateTimeField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_by_token = models.UUIDField(null=True, blank=True)
    """The id of the token that made it or switched it on, with which it ends; None where a person did."""
    created = models.DateTimeField(auto_now_add=True)
    stopped = models.DateTimeField(null=True)
    """The time when a person switched it off, or every message had failed for days. Pending messages wait."""
    stopped_because = models.CharField(max_length=200, blank=True)
    """"" where somebody switched it off."""

    objects = WebhookQuerySet.as_manager()

    class Meta:
        ordering = ["created"]

    def __str__(self) -> str:
        return self.url

    @property
    def subject(self) -> str:
        """The key of its audit entries. Jobs that send to it run one at a time, by this key."""
        return f"webhook:{self.pk}"

    def get_absolute_url(self) -> str:
        return f"{self.organisation.get_absolute_url()}/-/settings/webhooks/{self.pk}"


class DeliveryState(models.TextChoices):
    """The state of a delivery."""

    WAITING = "waiting", "Waiting"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Failed"


class Delivery(models.Model):
    """A message to one webhook, which a job sends."""

    job = models.OneToOneField(Job, on_delete=models.CASCADE, primary_key=True, related_name="delivery")
    """The job that has the state, attempts and order of the delivery. Its id is the `webhook-id` of all attempts: by it
    a receiver knows a message that came twice."""
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    type = models.CharField(max_length=40)
    body = models.TextField()
    """The JSON, as it is signed."""
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"{self.type} {self.state}"

    @property
    def state(self) -> DeliveryState:
        """The state of its job."""
        if not self.job.is_finished:
            return DeliveryState.WAITING
        return DeliveryState.DELIVERED if self.job.state == JobState.SUCCEEDED else DeliveryState.FAILED


class Attempt(models.Model):
    """An attempt to send a delivery, and its answer."""

    id = models.BigAutoField(primary_key=True)
    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField()
    milliseconds = models.FloatField()
    status = models.PositiveSmallIntegerField(null=True)
    """The status of the answer; None where there was none."""
    answer = models.TextField(blank=True)
    """The beginning of the answer's body."""
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return str(self.status or self.error)
