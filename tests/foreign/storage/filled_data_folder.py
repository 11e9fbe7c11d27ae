"""The rows of a kept data folder beside its first project: of every part of the program, made by its actions.

Runs in a process with the settings of the data folder: `manage.py shell -c "... fill(organisation)"`. Nothing in it
ends by itself with time, and nothing is left for a worker to do: what is read of the folder years later is what was
stored.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.utils import timezone

from forge.accounts.actions import add_to_team, create_team, create_token, invite
from forge.accounts.models import Membership, Organisation, Role, User
from forge.builds.actions import request_build
from forge.datasets.models import DataSet
from forge.datasets.recordings.access import recording_terms
from forge.datasets.recordings.actions import send_sample
from forge.datasets.removals.actions import withdraw_consent
from forge.datasets.versions.actions import save_version
from forge.jobs import actions as jobs
from forge.jobs.models import Job, JobState
from forge.projects import actions as projects
from forge.projects.git.remote import Remote
from forge.projects.models import Project
from forge.registry.provenance.signing.actions.keys import add_signing_key, revoke_signing_key
from forge.registry.tags.publishing.actions import publish_build
from forge.repositories.actions import link_branch
from forge.reviews import actions as reviews
from forge.reviews.actions import RequestedGroup, ReviewRequest
from forge.reviews.guests.actions import invite_guest
from forge.webhooks.actions import create_webhook, ping
from forge.webhooks.models import Attempt
from tests.foreign.storage.folder_contents import WORDS_OF_A_VERDICT
from tests.support.forge.factories.blocks import published_block
from tests.support.forge.factories.builds import RUNE, built, failed_build, packed, refused
from tests.support.forge.factories.changes import forked, offered
from tests.support.forge.factories.members import RUNEFILE, make_member
from tests.support.forge.factories.recordings import consent_of, sample_of
from tests.support.forge.factories.signing_keys import SIGNING_KEY

REVIEWED = "reviewed"
"""The project that all of it is about."""
NOWHERE = "https://receiver.invalid/hook"
"""An address that never answers."""


def fill(name: str) -> None:
    """Fills the organisation of the first person, whose members and projects the names are."""
    organisation = Organisation.objects.get(name=name)
    owner = Membership.objects.get(organisation=organisation).user
    developer = make_member(organisation, "jo@kept.example", "Jo Okafor", Role.DEVELOPER)
    reviewer = make_member(organisation, "ari@kept.example", "Ari Rossi", Role.REVIEWER)
    add_to_team(owner, create_team(owner, organisation, "audio"), [reviewer.pk])
    create_token(owner, "ci", ["build:run"], None)
    invite(owner, organisation, "viewer", places=3)
    project = projects.create_project(owner, organisation, REVIEWED)
    projects.write_file(developer, project, "Runefile.yml", RUNEFILE.encode())
    fill_reviews(owner, developer, reviewer, project)
    fill_changes(owner, developer, project)
    fill_data(owner, developer, project)
    fill_webhooks(owner, organisation)
    published_block(owner, project)
    fill_keys(owner, organisation)
    linked_project = projects.create_project(owner, organisation, "linked")
    link_branch(owner, linked_project, Remote("https://git.invalid/kept/linked.git", "main"))
    assert not Job.objects.filter(state__in=(JobState.QUEUED, JobState.RUNNING)), "a worker would do these"


def fill_reviews(owner: User, developer: User, reviewer: User, project: Project) -> None:
    """Builds with packages, jobs that ended in each way, and reviews with rounds, comments and verdicts."""
    first = built(developer, project)
    packed(first)
    refused(first, "cortex-m0")
    groups = [RequestedGroup((reviewer.pk,))]
    review = reviews.ask_for_review(developer, first, "Hears whispers", "Listen to it.", reviewers=groups)
    thread = reviews.begin_thread(reviewer, review, "It misses the second one.")
    reviews.reply_in_thread(developer, thread, "It will not.")
    reviews.give_verdict(reviewer, first, "changes", WORDS_OF_A_VERDICT)
    projects.write_file(developer, project, "notes.md", b"Louder.")
    second = built(developer, project, RUNE + b"louder")
    reviews.ask_in_a_new_round(developer, review, second, "Louder now.")
    reviews.give_verdict(reviewer, second, "approve")
    invite_guest(owner, review, "Ana")
    publish_build(developer, second, "1.0")
    failed_build(developer, project)
    projects.write_file(developer, project, "notes.md", b"Too loud.")
    waiting = request_build(developer, project)
    request = ReviewRequest("Hears everything", reviewers=tuple(groups))
    reviews.ask_when_built(developer, waiting, request)
    jobs.cancel_job(developer, Job.objects.get(build=waiting))


def fill_changes(owner: User, developer: User, project: Project) -> None:
    """A fork by somebody of another organisation, whose change is offered back and open."""
    other = Organisation.objects.create(name="other", title="Other")
    partner = make_member(other, "sam@other.example", "Sam", Role.OWNER)
    origin = projects.create_project(owner, project.organisation, "origin")
    offered(partner, forked(owner, developer, partner, origin))


def fill_data(owner: User, developer: User, project: Project) -> None:
    """Samples under a consent, a consent that was withdrawn with its samples, and a saved version of before."""
    stays, leaves = consent_of(owner, project, days=0), consent_of(developer, project, days=0)
    for label in ("knock", "knock", "quiet"):
        sample_of(stays, owner, label=label)
    sample_of(leaves, developer)
    save_version(owner, project, revision=DataSet.objects.get(project=project).revision, message="All of us")
    withdraw_consent(developer, leaves)
    terms = recording_terms(project, days=0).text
    send_sample(developer, project, [b"1,2,3\n"], label="up", days=0, consent=terms)


def fill_webhooks(owner: User, organisation: Organisation) -> None:
    """A webhook that is on, with a delivery that arrived, and one that was switched off."""
    webhook, _ = create_webhook(owner, organisation, NOWHERE, ["publish"])
    delivery = ping(owner, webhook)
    Attempt.objects.create(delivery=delivery, at=timezone.now(), milliseconds=12, status=200, answer="ok")
    Job.objects.filter(pk=delivery.pk).update(state=JobState.SUCCEEDED, attempt=1, finished=timezone.now())
    off, _ = create_webhook(owner, organisation, f"{NOWHERE}/off", ["build"])
    type(off).objects.filter(pk=off.pk).update(stopped=timezone.now())


def fill_keys(owner: User, organisation: Organisation) -> None:
    """A public key that signs, and one that was revoked."""
    first = add_signing_key(owner, organisation, other_key())
    revoke_signing_key(owner, organisation, first.pk, "It was on a laptop that is lost.")
    add_signing_key(owner, organisation, SIGNING_KEY)


def other_key() -> str:
    """The public half of a new key, whose private half is thrown away."""
    key = Ed25519PrivateKey.generate().public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
