"""Tokens of programs, and how a program asks for one. Only the hash of a secret is stored."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models.functions import Now

from forge.core.actors import Actor


class DeviceSignIn(models.Model):
    """A program that asks for a token by a short code, which a person allows or refuses in a browser (RFC 8628)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    device_hash = models.CharField(max_length=64, unique=True)
    """The hash of the secret by which the program fetches its token."""
    code_hash = models.CharField(max_length=64, unique=True)
    """The hash of the short code that the person reads."""
    machine = models.CharField(max_length=60)
    """The program's name for its machine; unverified."""
    restriction = models.JSONField(null=True, blank=True)
    """The restriction of the token to come (`ApiToken.restriction`)."""
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    person = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    """The person who decided."""
    allowed = models.BooleanField(null=True, blank=True)
    last_polled = models.DateTimeField(null=True, blank=True)
    """The time when the program last asked whether it was decided."""
    redeemed = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"sign-in of {self.machine}"


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Tokens, as seen by someone."""

    def visible_to(self, actor: Actor) -> ApiTokenQuerySet:
        """A person's own tokens."""
        return self.filter(owner_id=actor.pk) if actor.is_authenticated else self.none()

    def alive(self) -> ApiTokenQuerySet:
        """Tokens that have not ended."""
        return self.filter(models.Q(expires__isnull=True) | models.Q(expires__gt=Now()))


def of_living_tokens(field: str = "created_by_token") -> models.Q:
    """The condition on rows that no token made them, or one that has not ended. The `field` has the token's id.

    It is asked for whenever such a row is used, so that no way in which a token ends leaves what it made.
    """
    tokens = ApiToken.objects.alive().filter(pk=models.OuterRef(field))
    return models.Q((field, None)) | models.Q(models.Exists(tokens))


class ApiToken(models.Model):
    """A secret that a program uses in a person's name, within its scopes (`scopes.Scope`) and until its end."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    token_hash = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=4)
    name = models.CharField(max_length=80)
    owner = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="tokens")
    scopes = models.JSONField(default=list)
    restriction = models.JSONField(null=True, blank=True)
    """The organisations and projects that it is restricted to, as keys like `project:<id>`; None for all of its
    owner's."""
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField(null=True, blank=True)
    last_used = models.DateTimeField(null=True, blank=True)
    for_agent = models.BooleanField(default=False, db_default=False)
    """Whether an agent acts with it: then it opens what is for agents alone."""

    objects = ApiTokenQuerySet.as_manager()

    kind = "token"
    """The kind of actor (`forge.accounts.principals.PrincipalKind`)."""

    class Meta:
        ordering = ["-created"]

    def __str__(self) -> str:
        return self.name
