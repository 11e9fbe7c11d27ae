"""The unmet conditions of merging a change request: those of a version's tag, applied to the merged result."""

from __future__ import annotations

from dataclasses import replace

from forge.builds.models import Build
from forge.jobs.models import JobState
from forge.reviews.changes.merging import Merging, is_of
from forge.reviews.changes.models import ChangeRequest
from forge.reviews.gate.check import demands_on
from forge.reviews.gate.demands import Demands


def current_build(request: ChangeRequest, merge: Merging) -> Build | None:
    """The build of the merged result as it is now; None where the files changed since, or it was never built."""
    build = request.build
    if build is None or build.version is None or not is_of(build.version, merge.result):
        return None
    return build


def demands_to_merge(build: Build) -> Demands:
    """Limits and approvals as for a version; merging is protected whatever the tags are. Alone nobody could approve."""
    return replace(demands_on(build, ""), is_protected=True)


def missing_to_merge(request: ChangeRequest, merge: Merging) -> tuple[str, ...]:
    """A sentence for each thing that is missing, with what to do next."""
    build = current_build(request, merge)
    if build is None:
        return ("The merged result is not built as it is now. Build it first.",)
    if not build.is_over:
        return (f"Build {build.number} of the merged result has not ended. Wait for it.",)
    if build.state != JobState.SUCCEEDED or build.artefact is None:
        return (f"Build {build.number} of the merged result {build.state}. Fix its problems, and build again.",)
    return demands_to_merge(build).missing
