"""Preparing environments of packages, which downloads hundreds of megabytes: the operator's business.

On one's own machine the first account is the operator's. Elsewhere the operator runs a command on the server. The job
is `forge.learning.environments.job`.
"""

from __future__ import annotations

from django.conf import settings

from forge.accounts.models import User
from forge.accounts.principals import PrincipalKind
from forge.core.actors import Actor
from forge.core.errors import Forbidden

ENVIRONMENT_KIND = "converter-environment"
"""The kind of the jobs that prepare environments."""


def may_prepare(actor: Actor) -> bool:
    """Returns whether the person may decide what this server downloads: on a computer of one's own, the person with the
    first account."""
    if not settings.EMBEDDED_WORKER or actor.kind != PrincipalKind.PERSON or actor.person is None:
        return False
    first = User.objects.filter(is_active=True).order_by("joined").values_list("pk", flat=True).first()
    return bool(first == actor.person.pk)


def require_may_prepare(actor: Actor) -> None:
    """Raises `Forbidden` for everybody else."""
    if not may_prepare(actor):
        raise Forbidden("Only the operator of this server prepares environments.")
