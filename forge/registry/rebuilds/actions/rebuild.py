"""The worker's task: proving that a published rune builds twice with the same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from forge.accounts.principals import INSTALLATION
from forge.builds.compiling.execution import NewCompiler
from forge.builds.models import Artefact, Build
from forge.compute.errors import ChildDied, OutOfTime
from forge.compute.pool.toolchain import TOOLCHAIN, fresh_compiler
from forge.core.audit.entries import write_entry
from forge.core.errors import BytesDamaged
from forge.jobs.kinds import AttemptFailed, JobContext, JobFailed
from forge.registry.rebuilds.compare import SecondBuild, build_second_time
from forge.registry.rebuilds.models import Rebuild

ATTEMPTS = 3


def rebuild_published(context: JobContext, new_compiler: NewCompiler = fresh_compiler) -> Mapping[str, Any]:
    """Builds a published rune a second time and stores the result.

    A second build with other bytes is a result like one with the same: everyone who may see the rune reads it.
    """
    builds = Build.objects.select_related("artefact", "version", "project__organisation")
    build = builds.filter(pk=context.spec["build"], artefact=context.spec["artefact"]).first()
    if build is None or build.artefact is None:
        raise JobFailed("The build no longer exists.")
    artefact = build.artefact
    if artefact.spec["toolchain"] != TOOLCHAIN:
        raise JobFailed("Another toolchain built it. This server can no longer build the same bytes.")
    context.report(0.1, "Builds it a second time")
    try:
        second = build_second_time(build, artefact, new_compiler, context.tick, context.pace)
    except OutOfTime as error:
        second = SecondBuild(error=error.reason)
    except BytesDamaged as error:
        second = SecondBuild(error=error.detail)
    except ChildDied as error:
        if context.attempt < ATTEMPTS:
            raise AttemptFailed(error.reason) from None
        second = SecondBuild(error=error.reason)
    _store(context, build, artefact, second)
    if second.error:
        raise JobFailed(f"It could not be built again: {second.error}")
    is_same = second.digest == artefact.digest
    context.log("Same bytes." if is_same else f"Other bytes: {second.digest}.", "info" if is_same else "error")
    return {"digest": second.digest, "same": is_same}


@transaction.atomic
def _store(context: JobContext, build: Build, artefact: Artefact, second: SecondBuild) -> None:
    """Writes the result under the job's lease."""
    context.confirm_lease()
    Rebuild.objects.update_or_create(
        artefact=artefact,
        defaults={
            "digest": second.digest,
            "differences": list(second.differences),
            "error": second.error,
            "created": timezone.now(),
        },
    )
    action = "rebuild.same" if second.digest == artefact.digest else "rebuild.different"
    if second.error:
        action = "rebuild.fail"
    project = build.project
    write_entry(
        INSTALLATION,
        action,
        project.stream,
        project.place,
        build_number=build.number,
        digest=artefact.digest,
        second=second.digest,
        reason=second.error,
    )
