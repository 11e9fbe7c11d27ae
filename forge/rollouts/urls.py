"""The API's addresses of rollouts."""

from __future__ import annotations

from forge.core.api.acts import act_paths, acts_in
from forge.deployments.place import DEPLOYMENT
from forge.rollouts import api
from forge.rollouts.actions import deciding, starting
from forge.rollouts.place import ROLLOUT

urlpatterns = [
    *act_paths(
        acts_in(starting, deciding),
        {f"{DEPLOYMENT.route}rollouts": api.Rollouts, ROLLOUT.route.removesuffix("/"): api.OneRollout},
    ),
]
