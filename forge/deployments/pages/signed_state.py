"""The signed state of a deployment on its page, and the root document to download."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import Principal, principal_of
from forge.core.http.pages import for_person
from forge.core.preconditions import etag_of
from forge.deployments.access import find_deployment
from forge.deployments.errors import NothingSigned
from forge.deployments.models import Deployment, UpdateDocument, UpdateRoot
from forge.deployments.signed_releases import root_of
from forge.deployments.updates.access import newest_document, update_keys_facet
from forge.deployments.updates.models import UpdateRole
from forge.projects.place import project_of


@dataclass(frozen=True)
class SignedState:
    """The newest signed documents of a deployment. Both are None while the signer has signed nothing."""

    root: UpdateRoot | None
    timestamp: UpdateDocument | None
    version: str
    """The version that is signed as current."""
    is_pending: bool
    """Whether the deployment serves another release by now."""
    may_replace: bool
    etag: str

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the root document, in hexadecimal, to be compared by people."""
        return sha256(self.root.document.encode()).hexdigest() if self.root else ""


def signed_state_of(principal: Principal, deployment: Deployment) -> SignedState:
    """The signed state of a deployment that `forge.deployments.access` returned."""
    organisation = deployment.project.organisation
    timestamp = newest_document(deployment, UpdateRole.TIMESTAMP)
    number = timestamp.release if timestamp else 0
    versions = {release.number: release.version for release in deployment.releases.all()}
    return SignedState(
        root_of(organisation.pk),
        timestamp,
        versions.get(number, f"release {number}"),
        number != deployment.last_release,
        can(principal, Verb.RENAME_ORGANISATION, organisation),
        etag_of((update_keys_facet(organisation.pk),)),
    )


@for_person
@never_cache
@require_GET
def root_file(request: HttpRequest, organisation: str, name: str, deployment: str) -> HttpResponse:
    """The newest root of the organisation, as a file for apps."""
    project = project_of(request, organisation, name, Verb.READ)
    find_deployment(principal_of(request), project, deployment)
    root = root_of(project.organisation_id)
    if root is None:
        raise NothingSigned("The signer has signed nothing of this organisation yet.")
    headers = {"Content-Disposition": 'attachment; filename="root.json"'}
    return HttpResponse(root.document, content_type="application/json", headers=headers)
