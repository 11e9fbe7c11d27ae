"""Links that sign a person in, and the sessions of browsers. Only the hash of a secret is stored."""

from __future__ import annotations

import uuid

from django.contrib.sessions.models import Session
from django.db import models
from django.db.models.functions import Now

from forge.core.actors import Actor


class SignInLink(models.Model):
    """A link that signs one person in, once. An empty address means the first person of the installation."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    token_hash = models.CharField(max_length=64, unique=True)
    email = models.EmailField(blank=True)
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"sign-in link for {self.email or 'the first person'}"


class BrowserSessionQuerySet(models.QuerySet["BrowserSession"]):
    """Sessions, as seen by someone."""

    def visible_to(self, actor: Actor) -> BrowserSessionQuerySet:
        """A person's own sessions."""
        return self.filter(user_id=actor.pk) if actor.is_authenticated else self.none()

    def alive(self) -> BrowserSessionQuerySet:
        """Sessions that have not expired."""
        return self.filter(session__expire_date__gt=Now())


class BrowserSession(models.Model):
    """The person's view of a session: the browser, from where, and when it was last used. It goes with Django's."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="browser")
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="browser_sessions")
    address = models.CharField(max_length=45, blank=True)
    """The address of the connection by which it was last used."""
    browser = models.CharField(max_length=60)
    created = models.DateTimeField(auto_now_add=True)
    last_used = models.DateTimeField()

    objects = BrowserSessionQuerySet.as_manager()

    class Meta:
        ordering = ["-last_used"]

    def __str__(self) -> str:
        return f"{self.browser} of {self.user_id}"
