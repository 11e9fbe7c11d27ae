"""The release of a deployment that its devices shall run: what the signer signed last, and nobody took back."""

from __future__ import annotations

from uuid import UUID

from forge.accounts.models import Organisation
from forge.deployments.access import withdrawn_of
from forge.deployments.hooks import is_counting
from forge.deployments.models import Deployment, Release, UpdateDocument, UpdateRole
from forge.deployments.signed_releases import root_digest_of
from forge.fleet.groups.assignments import AssignedRelease, assign_release
from hmrd.protocol.wanted import Telemetry


def assigned_release(deployment: Deployment) -> AssignedRelease:
    """Returns what the devices of a deployment may run. Before its first release is signed, that is nothing.

    A device believes the signed documents, so a release is wanted of devices once these name it. The caller has found
    the deployment.
    """
    documents = UpdateDocument.objects.filter(deployment=deployment, role=UpdateRole.TARGETS)
    document = documents.order_by("-version").first()
    releases = deployment.releases.order_by("-number")
    signed = None if document is None else releases.filter(number=document.release).first()
    release: Release = signed or releases[0]
    is_allowed = signed is not None and signed.digest not in withdrawn_of([deployment])
    return AssignedRelease(
        deployment=deployment.pk,
        title=f"{deployment.project.name} / {deployment.title}",
        path=document.target if document is not None else f"{deployment.project.full_name}/{deployment.name}",
        number=release.number,
        version=release.version,
        rune=release.rune if is_allowed else "",
        size=release.size,
        telemetry=Telemetry.DAY if is_counting(deployment) else Telemetry.OFF,
    )


def refresh_assignment(deployment: Deployment) -> bool:
    """Writes what the devices of a deployment may run, if it is bound to a group, and returns whether that changed.
    Call it in the transaction that changed what is signed or withdrawn."""
    return assign_release(assigned_release(deployment))


def refresh_project(project: UUID) -> None:
    """Writes what the devices of a project's deployments may run, after a version was withdrawn."""
    for deployment in Deployment.objects.filter(project=project).select_related("project__organisation"):
        refresh_assignment(deployment)


def first_root_of(organisation: Organisation) -> str | None:
    """Returns the digest of the root document that a device of an organisation pins now."""
    return root_digest_of(organisation.pk) or None
