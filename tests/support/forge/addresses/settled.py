"""An organisation with some of each thing, for counting the queries of every address."""

from __future__ import annotations

from urllib.parse import urlencode

from forge.accounts.actions import add_to_team, create_team, create_token, invite
from forge.accounts.models import Membership, Organisation, Role, User
from forge.builds.packages.firmware import FIRMWARE
from forge.compute.scheduler.slots import Party
from forge.datasets.recordings.access import recording_terms
from forge.datasets.recordings.actions import send_sample
from forge.jobs.queue import enqueue
from forge.notices.delivery.unsubscribing import unsubscribe_token
from forge.notices.models import Notice
from forge.player.actions import make_phone_link
from forge.projects.actions import delete_project, fork_project, give_team_role, save_version, write_file
from forge.projects.models import Project
from forge.registry.provenance.signing.actions.keys import add_signing_key
from forge.registry.tags.publishing.actions import publish_build
from forge.reviews.actions import (
    RequestedGroup,
    ask_for_review,
    begin_thread,
    give_verdict,
    invite_guest,
    offer_changes,
)
from forge.webhooks.actions import create_webhook
from tests.support.forge.addresses.agents import write_drafts
from tests.support.forge.addresses.conversions import conversion_addresses
from tests.support.forge.addresses.datasets import data_addresses
from tests.support.forge.addresses.deployments import deployment_addresses
from tests.support.forge.addresses.fleet import fleet_addresses
from tests.support.forge.addresses.jobs import job_addresses
from tests.support.forge.addresses.organisations import grant_addresses
from tests.support.forge.addresses.project_people import people_addresses
from tests.support.forge.addresses.registry import standing_addresses
from tests.support.forge.addresses.searches import search_addresses
from tests.support.forge.addresses.training import training_addresses
from tests.support.forge.addresses.webhooks import webhook_addresses
from tests.support.forge.factories.blocks import published_block
from tests.support.forge.factories.builds import RUNE, approved, built, failed_build, packed
from tests.support.forge.factories.signing_keys import SIGNING_KEY
from tests.support.forge.factories.suggestions import OVERRIDE, ready_copy, suggested


def settle(owner: User, organisation: Organisation, project: Project, size: int) -> dict[str, str]:
    """Fills an organisation with `size` of each thing, and gives what the addresses name by id."""
    members = [User.objects.create_user(f"m{number}@acme.example", name=f"M {number}") for number in range(size)]
    for member in members:
        Membership.objects.create(organisation=organisation, user=member, role=Role.DEVELOPER)
    invitations = [invite(owner, organisation, "viewer")[0] for _ in range(size)]
    tokens = [create_token(owner, f"t{number}", ["read"], None)[0] for number in range(size)]
    write_file(members[0], project, "notes.md", b"x")
    consent = recording_terms(project).text
    samples = []
    builds = []
    reviews = []
    for number in range(size):
        other = Organisation.objects.create(name=f"other-{number}")
        Membership.objects.create(organisation=other, user=owner, role=Role.OWNER)
        beside = Project.objects.create(organisation=organisation, name=f"p{number}", created_by=members[number])
        built(members[number], _with_runefile(beside, members[number]))
        team = create_team(owner, organisation, f"team-{number}")
        add_to_team(owner, team, [member.pk for member in members])
        give_team_role(owner, team, [project, beside], "developer")
        former = Project.objects.create(organisation=organisation, name=f"gone-{number}", created_by=owner)
        delete_project(owner, former)
        write_file(members[number], project, f"file-{number}.md", b"x")
        save_version(members[number], project, f"version {number}")
        published_block(owner, beside)
        published_block(owner, project, f"1.{number}")
        samples.append(send_sample(owner, project, [b"1,2,%d\n" % number], label="x", days=90, consent=consent))
        builds.append(built(members[number], project, RUNE + bytes([number])))
        packed(builds[-1], "c")
        packed(builds[-1], "cortex-m4")
        groups = [RequestedGroup(tuple(member.pk for member in members if member != members[number]))]
        reviews.append(ask_for_review(owner, builds[-1], "Is it good?", reviewers=groups))
        begin_thread(owner, reviews[-1], "said")
        publish_build(owner, approved(builds[-1]), f"{number}.0")
        make_phone_link(owner, project)
    for member in members[1:]:
        give_verdict(member, builds[0], "approve", "good")
        begin_thread(member, builds[0], "said")
    suggestions = [suggested(owner, reviews[0], {**OVERRIDE, "after": str(4 + number)}) for number in range(size)]
    links = [invite_guest(owner, reviews[0], f"Guest {number}")[0] for number in range(size)]
    lost = Project.objects.create(organisation=organisation, name="lost", created_by=owner)
    delete_project(owner, lost)
    twin = fork_project(members[0], project, organisation, "twin")
    changes = []
    for number in range(size):
        write_file(members[0], twin, f"offered-{number}.md", b"x")
        changes.append(offer_changes(members[0], twin, f"Offer {number}"))
        begin_thread(owner, changes[-1], "said")
    write_drafts(owner, project, size)
    member, invitation, token = members[0], invitations[0], tokens[0]
    webhooks = webhook_addresses(owner, organisation)
    jobs = job_addresses(project)
    for number in range(size):
        failed_build(owner, project)
        firmware = {"build": str(builds[number].pk), "artefact": ""}
        enqueue(FIRMWARE, organisation.pk, firmware, party=Party(organisation.pk, owner.pk), project=project)
        create_webhook(owner, organisation, f"https://example.com/{number}", ["build"])
    notices = list(Notice.objects.filter(person=owner))
    thread = begin_thread(owner, reviews[0], "said")
    query = urlencode({"label": "x", "answer": "y", "consent": consent})
    api = "api/v1/organisations/acme"
    return {
        "MEMBER": f"{api}/members/{member.pk}",
        "INVITATION": f"{api}/invitations/{invitation.pk}",
        "SAMPLE": f"api/v1/samples/{samples[0].pk}",
        "RECORDING": f"api/v1/samples/{samples[0].pk}/recording",
        "WRONG": f"api/v1/reviews/{reviews[0].pk}/wrong-results?{query}",
        "WRONG_OF_BUILD": f"api/v1/builds/{builds[0].pk}/wrong-results?{query}",
        "TOKEN": f"api/v1/tokens/{token.pk}",
        "TOKEN_PAGE": f"accounts/tokens/{token.pk}/delete",
        "REVOKE_PAGE": f"acme/-/invitations/{invitation.pk}/revoke",
        "NOTICE": f"api/v1/notices/{notices[0].pk}",
        "NOTICE_PAGE": f"accounts/notices/{notices[0].pk}",
        "UNSUBSCRIBE": f"accounts/notices/unsubscribe/{unsubscribe_token(member)}",
        **webhooks,
        **fleet_addresses(owner, organisation, size),
        **jobs,
        "MEMBER_PAGE": f"acme/-/members/{member.pk}",
        "MADE": f"accounts/made/invitation/{invitation.pk}/end",
        "MEMBER_PAGE/made": f"acme/-/members/{owner.pk}/made",
        "MEMBER_MADE": f"acme/-/members/{owner.pk}/made/invitation/{invitation.pk}",
        "MEMBER/hand-over": f"{api}/members/{member.pk}/hand-over",
        **grant_addresses(owner, owner, invitation),
        **people_addresses(owner, project, member),
        **conversion_addresses(owner, project, size),
        **data_addresses(owner, project, size),
        **training_addresses(owner, project, size),
        **search_addresses(owner, project, size),
        **deployment_addresses(owner, project, size),
        **standing_addresses(owner, project, size),
        "SAMPLES": f"api/v1/projects/acme/kitchen/samples?{urlencode({'label': 'x', 'days': 90, 'consent': consent})}",
        "IMPORT": f"api/v1/projects/acme/kitchen/samples/import?{urlencode({'days': 90, 'consent': consent})}",
        "{build}": str(builds[0].pk),
        "{review}": str(reviews[0].pk),
        "{thread}": str(thread.pk),
        "{change}": str(changes[0].pk),
        "{comment}": str(thread.thread.comments.get().pk),
        "{suggested}": str(suggestions[0].pk),
        "{link}": str(links[0].pk),
        "{trial}": str(ready_copy(reviews[0]).pk),
        "{signing-key}": str(add_signing_key(owner, project.organisation, SIGNING_KEY).pk),
        "{digest}": builds[0].artefact.digest if builds[0].artefact else "",
        "secret": create_token(owner, "registry", ["registry"], None)[1],
    }


def _with_runefile(project: Project, person: User) -> Project:
    write_file(person, project, "Runefile.yml", b"version: 1\nimage: runicos/base\npipeline: {}\n")
    return project
