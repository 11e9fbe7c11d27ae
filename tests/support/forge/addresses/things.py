"""Values of the names in capitals in addresses."""

from __future__ import annotations

import pytest

from forge.accounts.actions import invite
from forge.accounts.models import Organisation, User
from forge.datasets.models import DataSet
from forge.datasets.recordings.access import recording_terms
from forge.datasets.recordings.actions import send_sample
from forge.notices.delivery.unsubscribing import unsubscribe_token
from forge.notices.models import Notice
from forge.projects.actions import delete_project, write_file
from forge.projects.models import Project
from forge.projects.versions.store import snapshot
from tests.support.forge.addresses.agents import write_drafts
from tests.support.forge.addresses.conversions import conversion_addresses
from tests.support.forge.addresses.datasets import data_addresses
from tests.support.forge.addresses.deployments import deployment_addresses
from tests.support.forge.addresses.fleet import fleet_addresses
from tests.support.forge.addresses.jobs import job_addresses
from tests.support.forge.addresses.organisations import grant_addresses
from tests.support.forge.addresses.project_people import people_addresses
from tests.support.forge.addresses.searches import search_addresses
from tests.support.forge.addresses.table import ORGANISATION
from tests.support.forge.addresses.training import training_addresses
from tests.support.forge.addresses.webhooks import webhook_addresses
from tests.support.forge.factories.builds import failed_build


@pytest.fixture
def things(project: Project, owner: User, organisation: Organisation) -> dict[str, str]:
    """The values of the names in capitals in addresses: a member besides the six, an open invitation, someone's
    token."""
    from forge.accounts.actions import create_token
    from forge.accounts.models import Membership, Role

    write_file(owner, project, "notes.md", b"x")
    snapshot(project, owner)
    lost = Project.objects.create(organisation=organisation, name="lost", created_by=owner)
    delete_project(owner, lost)
    member = User.objects.create_user("extra@acme.example", name="Extra")
    Membership.objects.create(organisation=organisation, user=member, role=Role.DEVELOPER)
    invitation, _ = invite(owner, organisation, "viewer")
    token, _ = create_token(member, "x", ["read"], None)
    consent = recording_terms(project).text
    failed_build(owner, project)
    notice = Notice.objects.get(person=owner)
    data = data_addresses(member, project)
    sample = send_sample(member, project, [b"1,2,3\n"], label="x", days=90, consent=consent)
    DataSet.objects.update(revision=2)
    write_drafts(member, project)
    return {
        "MEMBER": f"{ORGANISATION}/members/{member.pk}",
        "INVITATION": f"{ORGANISATION}/invitations/{invitation.pk}",
        "SAMPLE": f"api/v1/samples/{sample.pk}",
        "RECORDING": f"api/v1/samples/{sample.pk}/recording",
        "TOKEN": f"api/v1/tokens/{token.pk}",
        "TOKEN_PAGE": f"accounts/tokens/{token.pk}/delete",
        "REVOKE_PAGE": f"acme/-/invitations/{invitation.pk}/revoke",
        "NOTICE": f"api/v1/notices/{notice.pk}",
        "NOTICE_PAGE": f"accounts/notices/{notice.pk}",
        **job_addresses(project),
        "UNSUBSCRIBE": f"accounts/notices/unsubscribe/{unsubscribe_token(member)}",
        **webhook_addresses(owner, organisation),
        **fleet_addresses(owner, organisation),
        "MEMBER_PAGE": f"acme/-/members/{member.pk}",
        "MADE": f"accounts/made/invitation/{invitation.pk}/end",
        "MEMBER_PAGE/made": f"acme/-/members/{member.pk}/made",
        "MEMBER_MADE": f"acme/-/members/{member.pk}/made/invitation/{invitation.pk}",
        "MEMBER/hand-over": f"{ORGANISATION}/members/{member.pk}/hand-over",
        **grant_addresses(owner, member, invitation),
        **people_addresses(owner, project, member),
        **conversion_addresses(member, project),
        **training_addresses(member, project),
        **search_addresses(member, project),
        **data,
        **deployment_addresses(owner, project),
    }
