"""The place of acts on a rollout."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from rest_framework.request import Request

from forge.accounts.permissions import Verb, scope_of
from forge.accounts.principals import principal_of
from forge.core.actors import Actor
from forge.core.api.acts import ActPlace
from forge.core.errors import AddressChanged
from forge.deployments.place import DEPLOYMENT
from forge.projects.access import require
from forge.rollouts.access import find_rollout
from forge.rollouts.models import Rollout


def _find(request: Request | HttpRequest, verb: Verb, names: Mapping[str, Any]) -> Rollout:
    return find_rollout(DEPLOYMENT.find(request, verb, names), names["rollout"])


def _require(actor: Actor, verb: Verb, rollout: Rollout) -> None:
    require(actor, verb, rollout.deployment.project)


ROLLOUT = ActPlace(
    f"{DEPLOYMENT.route}rollouts/<int:rollout>/", _find, _require, principal_of, scope_of, (AddressChanged,)
)
