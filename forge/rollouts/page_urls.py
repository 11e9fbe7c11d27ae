"""The addresses of the pages of rollouts, below those of deployments."""

from __future__ import annotations

from django.urls import path

from forge.core.errors import Conflict
from forge.core.http.act_forms import Button, form_view
from forge.rollouts.actions.deciding import (
    abort_rollout,
    let_rollout_go_on,
    pause_rollout,
    resume_rollout,
    take_rollout_back,
)
from forge.rollouts.models import Rollout
from forge.rollouts.pages.listing import rollouts_page
from forge.rollouts.pages.rollout import rollout_page, show_rollout

_BELOW = "<str:organisation>/<str:name>/deployments/<str:deployment>/rollouts"


def _page(rollout: Rollout) -> str:
    return rollout.get_absolute_url()


project_pages = [
    path(_BELOW, rollouts_page, name="rollouts"),
    path(f"{_BELOW}/<int:rollout>", rollout_page, name="rollout"),
    path(
        f"{_BELOW}/<int:rollout>/do",
        form_view(
            {
                "pause": Button(pause_rollout, _page),
                "resume": Button(resume_rollout, _page),
                "go-on": Button(let_rollout_go_on, _page),
                "go-back": Button(take_rollout_back, _page),
                "abort": Button(abort_rollout, _page),
            },
            show_rollout,
            (Conflict,),
        ),
        name="decide-rollout",
    ),
]
