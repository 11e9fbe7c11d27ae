"""The step after a merge: the build of the merged files, which is made, looked at, and published."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import QueryDict

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import Principal
from forge.builds.access import builds_of
from forge.builds.actions import request_build
from forge.jobs.models import JobState
from forge.projects.models import Project
from forge.reviews.changes.models import ChangeState
from forge.reviews.models import ChangeRequest


def build_project(principal: Principal, change: ChangeRequest, _form: QueryDict) -> str:
    """Asks for a build of the project as it is now, and returns the place on the page that follows it."""
    request_build(principal, change.project)
    return "#next"


def after_merge(principal: Principal, project: Project, change: ChangeRequest) -> dict[str, Any]:
    """Returns the newest build of the merged files and what the person may do next; nothing before the merge."""
    if change.state != ChangeState.MERGED:
        return {}
    # Each build after the merge has the merged files too.
    has_merged_files = Q(pk=change.build_id) | Q(created__gte=change.decided)
    build = builds_of(principal, project).filter(has_merged_files).first()
    return {
        "merged_build": build,
        "is_merged_built": build is not None and build.state == JobState.SUCCEEDED,
        "may_build": can(principal, Verb.BUILD, project),
        "may_publish": can(principal, Verb.PUBLISH, project),
    }
