"""Grants: what a person made ends, or is handed over, when the right ends that it works with."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.core import mail
from django.db import models
from django.test import Client

from forge.accounts.actions import (
    NewPerson,
    add_to_team,
    change_role,
    create_team,
    create_token,
    delete_team,
    hand_over,
    invite,
    invite_by_email,
    join_as,
    join_new,
    remove_member,
)
from forge.accounts.errors import BadAccount, LinkEnded, OtherAddress
from forge.accounts.grants.access import grants_of
from forge.accounts.grants.actions import end_own_thing, hand_over_thing
from forge.accounts.grants.declarations import declare, kinds
from forge.accounts.models import ApiToken, Invitation, Membership, Organisation, Role, User
from forge.accounts.organisations.access import is_confirmed
from forge.accounts.principals import acting_as
from forge.accounts.tokens.secrets import find_token
from forge.builds.actions import request_build
from forge.core.errors import Invalid, NotFound
from forge.core.models import AuditEntry
from forge.datasets.collecting.actions import make_collecting_link
from forge.datasets.collecting.task import Task
from forge.datasets.samples.models import SampleKind
from forge.deployments.actions import create_key
from forge.deployments.models import PreviewLink
from forge.deployments.previews.actions import create_preview_link
from forge.player.actions import make_phone_link
from forge.player.models import PhonePass
from forge.projects.actions import (
    end_project_role,
    give_project_role,
    give_team_role,
    invite_to_project,
    invite_to_project_by_email,
)
from forge.projects.git.remote import Remote
from forge.projects.models import Project
from forge.registry.mirrors.actions import MirrorSettings, set_mirror
from forge.registry.mirrors.models import MirrorDirection
from forge.registry.publishing.actions import publish_build
from forge.repositories.actions import link_branch
from forge.reviews.actions import RequestedGroup, ReviewRequest, ask_for_review, ask_when_built
from forge.reviews.guests.actions import GuestTerms, invite_guest
from forge.reviews.models import AwaitedReview
from forge.webhooks.actions import WebhookChange, change_webhook, create_webhook
from forge.webhooks.models import Delivery, Webhook
from tests.forge.conftest import make_member
from tests.forge.factories.builds import approved, built
from tests.forge.factories.changes import outside_change
from tests.forge.factories.deployments import deployed

pytestmark = pytest.mark.django_db

Browser = Callable[[User | None], Client]

DID = "what somebody did or said"
GRANT_NOTHING = {
    "accounts.BrowserSession.user": "a session is its person: roles are read anew at each request",
    "accounts.DeviceSignIn.person": "a code of ten minutes; the token that it gives is a grant",
    "accounts.Invitation.used_by": "who joined, not who gives",
    "accounts.Membership.user": "the right itself",
    "accounts.ProjectMembership.user": "the right itself",
    "accounts.Organisation.members": "the right itself",
    "activity.Activity.person": DID,
    "core.Event.actor": DID,
    "deployments.Deployment.created_by": DID,
    "deployments.Release.chosen_by": DID,
    "core.AuditEntry.actor": DID,
    "core.Thread.resolved_by": DID,
    "core.Comment.author": DID,
    "core.Comment.deleted_by": DID,
    "datasets.Consent.person": "who agreed, and may withdraw it also after they left",
    "datasets.DataCopy.person": DID,
    "datasets.DataImport.person": DID,
    "datasets.DataVersion.saved_by": DID,
    "datasets.Group.person": "whose recordings they are",
    "datasets.LabelClaim.person": "who looks at a sample; it ends after 5 minutes",
    "datasets.Sample.labelled_by": DID,
    "datasets.SampleOpinion.person": DID,
    "learning.ModelConversion.person": DID,
    "learning.ModelSearch.person": DID,
    "learning.TrainingRun.person": DID,
    "jobs.Job.requested_by": "runs once, and ends",
    "moderation.Moderator.person": "the right itself, which the operator gives",
    "moderation.Report.person": "whom a report is about",
    "moderation.Report.reporter": DID,
    "moderation.Report.decided_by": DID,
    "moderation.TakeDown.person": "whom it is about",
    "moderation.TakeDown.by": DID,
    "moderation.TakeDown.appealed_by": DID,
    "notices.Notice.person": "each is written for those who may read what it is about",
    "notices.Notice.actor": DID,
    "notices.WatchedProject.person": "what is sent is for those who may read it at that moment",
    "notices.MutedThing.person": "takes away, and gives nothing",
    "notices.MailPreference.person": "how a person hears of what they may read",
    "projects.DocumentClient.person": DID,
    "projects.DocumentUpdate.author": DID,
    "projects.Favourite.person": "a list of one's own",
    "projects.MergedAuthor.person": DID,
    "projects.Project.created_by": "who may do what in a project is decided by roles",
    "projects.Version.author": DID,
    "projects.Version.saved_by": DID,
    "registry.ArtifactTag.author": DID,
    "registry.BlockVersion.author": DID,
    "registry.Publication.author": DID,
    "registry.Tag.author": DID,
    "registry.Upload.author": "each request that goes on with it asks for the right to push anew",
    "reviews.ChangeRequest.author": "it offers files, and merges nothing by itself",
    "reviews.ChangeRequest.decided_by": DID,
    "reviews.CheckResult.owner": "counts while its account may post (`forge.reviews.checks.access`)",
    "reviews.OfferRound.offered_by": DID,
    "reviews.Resolution.chosen_by": DID,
    "reviews.Review.requested_by": "it asks, and gives nobody access",
    "reviews.ReviewerGroup.people": "who is asked; whether a verdict counts is decided by today's role",
    "reviews.Round.requested_by": DID,
    "reviews.Suggestion.author": DID,
    "reviews.Suggestion.decided_by": DID,
    "registry.SigningKey.author": "the key is the organisation's: the signer alone uses it, or who has it at home",
    "reviews.Verdict.user": "counts while its person has the role (`forge.reviews.gate`)",
}
"""The fields that name a person and are no maker's, and why what they stand in grants, runs and sends nothing."""


PLACE = "names an organisation or a project, and nobody"
CONTENT = "says what a thing is, and names nobody"
BY_TOKEN = "ends with the token (`forge.accounts.models.of_living_tokens`)"
MAY_NAME_SOMEBODY = {
    "accounts.ApiToken.restriction": PLACE,
    "accounts.ApiToken.scopes": CONTENT,
    "accounts.DeviceSignIn.restriction": PLACE,
    "accounts.Invitation.created_by_token": BY_TOKEN,
    "accounts.Invitation.project": PLACE,
    "accounts.ProjectMembership.project": PLACE,
    "accounts.ReservedName.organisation": PLACE,
    "accounts.TeamRole.project": PLACE,
    "accounts.User.dismissed_hints": CONTENT,
    "activity.Activity.facts": DID,
    "builds.Artefact.diagnostics": CONTENT,
    "builds.Artefact.report": CONTENT,
    "builds.Artefact.spec": CONTENT,
    "builds.Build.diagnostics": CONTENT,
    "builds.Build.evaluation": CONTENT,
    "builds.Build.judgements": CONTENT,
    "builds.Build.measurement": CONTENT,
    "builds.BuildChoices.targets": CONTENT,
    "builds.BuildPackage.needs": CONTENT,
    "builds.Preview.diagnostics": CONTENT,
    "builds.Preview.options": CONTENT,
    "builds.Preview.outline": CONTENT,
    "core.AuditEntry.data": DID,
    "core.AuditEntry.organisation": PLACE,
    "core.AuditEntry.person": DID,
    "core.AuditEntry.project": PLACE,
    "core.BlobLink.organisation": PLACE,
    "core.BlobLink.owner_id": "names the row that needs the bytes",
    "core.Event.data": DID,
    "datasets.CollectingLink.purposes": CONTENT,
    "datasets.SampleRemoval.stopped": CONTENT,
    "datasets.DataImport.description": CONTENT,
    "datasets.DataImport.labels": CONTENT,
    "datasets.DataImport.omissions": CONTENT,
    "datasets.DataImport.pieces": CONTENT,
    "datasets.DataVersion.changes": CONTENT,
    "datasets.DataVersion.figures": CONTENT,
    "datasets.Sample.drawing": CONTENT,
    "datasets.Submission.drawing": CONTENT,
    "learning.ConvertedForm.figures": CONTENT,
    "learning.ConvertedForm.float_layers": CONTENT,
    "learning.ConvertedForm.needs": CONTENT,
    "learning.ConvertedForm.provenance": CONTENT,
    "learning.ConvertedForm.tested": CONTENT,
    "learning.DeclaredModels.refusals": CONTENT,
    "learning.ModelConversion.boards": CONTENT,
    "learning.ModelConversion.description": CONTENT,
    "learning.ModelConversion.needs": CONTENT,
    "learning.ModelConversion.shapes": CONTENT,
    "datasets.Sample.events": CONTENT,
    "datasets.SampleAnswer.scores": CONTENT,
    "learning.ModelSearch.arguments": CONTENT,
    "learning.ModelSearch.description": CONTENT,
    "learning.ModelSearch.limits": CONTENT,
    "learning.ModelSearch.vary": CONTENT,
    "learning.SearchTrial.accuracy": CONTENT,
    "learning.SearchTrial.arguments": CONTENT,
    "learning.SearchTrial.curve": CONTENT,
    "learning.SearchTrial.files": CONTENT,
    "learning.SearchTrial.needs": CONTENT,
    "learning.SearchTrial.sizes": CONTENT,
    "learning.TrainingRun.answers": CONTENT,
    "learning.TrainingRun.arguments": CONTENT,
    "learning.TrainingRun.boards": CONTENT,
    "learning.TrainingRun.curves": CONTENT,
    "learning.TrainingRun.description": CONTENT,
    "learning.TrainingRun.files": CONTENT,
    "learning.TrainingRun.needs": CONTENT,
    "learning.TrainingRun.notes": CONTENT,
    "learning.TrainingRun.report": CONTENT,
    "learning.TrainingRun.sizes": CONTENT,
    "deployments.Deployment.block_reasons": CONTENT,
    "deployments.Deployment.origins": CONTENT,
    "deployments.DeploymentKey.created_by_token": BY_TOKEN,
    "deployments.PreviewLink.created_by_token": BY_TOKEN,
    "deployments.UpdateKey.public_key": CONTENT,
    "jobs.Job.result": CONTENT,
    "jobs.Job.spec": CONTENT,
    "jobs.Worker.capabilities": CONTENT,
    "notices.Notice.facts": DID,
    "projects.Version.file_ids": CONTENT,
    "projects.Version.manifest": CONTENT,
    "projects.Version.original_authors": DID,
    "projects.Version.secrets": CONTENT,
    "projects.Version.writers": DID,
    "registry.BlockVersion.interface": CONTENT,
    "registry.Listing.stages": CONTENT,
    "registry.RetentionRules.keep": CONTENT,
    "registry.RetentionRules.rules": CONTENT,
    "registry.Manifest.annotations": CONTENT,
    "registry.Manifest.trashed_tags": CONTENT,
    "registry.Publication.missing": CONTENT,
    "registry.Publication.policy": CONTENT,
    "registry.PublishedVersion.organisation": PLACE,
    "registry.Rebuild.differences": CONTENT,
    "registry.Upload.parts": CONTENT,
    "reviews.AnchoredThread.place": CONTENT,
    "repositories.Pull.came": "names of commits and their authors, as texts of another repository",
    "repositories.Pull.left_out": "paths of files",
    "reviews.AwaitedReview.created_by_token": BY_TOKEN,
    "reviews.AwaitedReview.request": "whom it asks; it is asked once, by the right that `requested_by` has then",
    "reviews.CheckResult.token": "counts while the token is there (`forge.reviews.checks.access`)",
    "reviews.GuestLink.created_by_token": BY_TOKEN,
    "reviews.OrganisationRules.protected_tags": CONTENT,
    "reviews.Suggestion.overrides": CONTENT,
    "reviews.Suggestion.said": CONTENT,
    "reviews.Verdict.place": CONTENT,
    "webhooks.Webhook.created_by_token": BY_TOKEN,
    "webhooks.Webhook.topics": CONTENT,
}
"""The fields by which a row may name a person or a token without a foreign key to a person: an id, or JSON with ids in
it; and why it grants nothing, or how it ends."""


def _fields_that_may_name_somebody() -> Iterator[str]:
    for model in apps.get_models():
        if model.__module__.startswith("forge."):
            for field in model._meta.local_fields:
                is_key = isinstance(field, models.ForeignKey) and field.related_model is ApiToken
                may_hold_ids = isinstance(field, (models.UUIDField, models.JSONField)) and not field.primary_key
                if is_key or may_hold_ids:
                    yield f"{model._meta.label}.{field.name}"


def _fields_that_name_people() -> Iterator[str]:
    for model in apps.get_models():
        if model.__module__.startswith("forge."):
            for field in (*model._meta.local_fields, *model._meta.local_many_to_many):
                if isinstance(field, (models.ForeignKey, models.ManyToManyField)) and field.related_model is User:
                    yield f"{model._meta.label}.{field.name}"


def _secret(link: str) -> str:
    return link.partition("#token=")[2]


def test_each_field_that_names_a_person_is_a_grants_or_grants_nothing() -> None:
    """A new model that somebody makes is declared in its app's `grants.py`, or listed here with the reason."""
    fields, makers = set(_fields_that_name_people()), {kind.field for kind in kinds().values()}
    assert fields - makers - set(GRANT_NOTHING) == set()
    assert (makers | set(GRANT_NOTHING)) - fields == set()
    assert not makers & set(GRANT_NOTHING)


def test_each_field_that_may_name_somebody_says_why_it_grants_nothing() -> None:
    """A new id or JSON in a model, or a key to a token, is listed here with the reason."""
    assert set(_fields_that_may_name_somebody()) == set(MAY_NAME_SOMEBODY)


def test_a_kind_is_declared_once_and_tested_here() -> None:
    assert tuple(sorted(kinds())) == KINDS
    with pytest.raises(TypeError):
        declare(kinds()["invitation"])


def _make(kind: str, maker: User, project: Project) -> models.Model:
    """One grant of a kind, made by an owner of the organisation."""
    organisation = project.organisation
    if kind == "invitation":
        return invite(maker, organisation, "owner", places=3)[0]
    if kind == "token":
        return create_token(maker, "ci", ["build:run"], None, [project.stream])[0]
    if kind == "webhook":
        return create_webhook(maker, organisation, "https://example.org/hook", ["publish"])[0]
    if kind == "deployment-key":
        make_member(organisation, "judge@acme.example", "Judge", Role.REVIEWER)
        return create_key(maker, deployed(maker, project), "site key")[0]
    if kind == "linked-branch":
        return link_branch(maker, project, Remote("https://git.example/acme/kitchen.git", "main"))
    if kind == "mirror":
        wanted = MirrorSettings("https://registry.example", "team/door")
        return set_mirror(acting_as(maker), project, MirrorDirection.TO, wanted)
    if kind == "phone":
        make_phone_link(maker, project)
        return PhonePass.objects.get()
    if kind == "collecting":
        return make_collecting_link(maker, project, Task(SampleKind.SOUND, "knock"))[0]
    if kind == "preview-link":
        create_preview_link(maker, outside_change(maker, project))
        return PreviewLink.objects.get()
    if kind == "awaited-review":
        return _awaited_review(maker, project)
    return _guest_link(maker, project)


def _awaited_review(maker: User, project: Project) -> models.Model:
    judge = make_member(project.organisation, "judge@acme.example", "Judge", Role.REVIEWER)
    request = ReviewRequest("Hears whispers", reviewers=(RequestedGroup((judge.pk,)),))
    ask_when_built(maker, request_build(maker, project), request)
    return AwaitedReview.objects.get()


def _guest_link(maker: User, project: Project) -> models.Model:
    judge = make_member(project.organisation, "judge@acme.example", "Judge", Role.REVIEWER)
    groups = [RequestedGroup((judge.pk,))]
    review = ask_for_review(maker, built(maker, project), "Hears whispers", reviewers=groups)
    link, _ = invite_guest(maker, review, GuestTerms("Ana"))
    return link


def _works(person: User) -> list[str]:
    return [each.kind.name for each in grants_of([person]) if each.works]


KINDS = (
    "awaited-review",
    "collecting",
    "deployment-key",
    "guest-link",
    "invitation",
    "linked-branch",
    "mirror",
    "phone",
    "preview-link",
    "token",
    "webhook",
)


@pytest.mark.slow
@pytest.mark.protects("roles/rights-that-end")
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_ends_with_the_membership_and_does_not_come_back_with_its_maker(
    kind: str, project: Project, owner: User, organisation: Organisation, second: User
) -> None:
    _make(kind, owner, project)
    assert _works(owner) == [kind]
    remove_member(second, organisation, owner.pk)
    assert grants_of([owner]) == []
    entry = AuditEntry.objects.get(action="grant.lose")
    assert (entry.organisation, entry.data["member"]) == (organisation.pk, str(owner.pk))
    Membership.objects.create(organisation=organisation, user=owner, role=Role.OWNER)
    assert grants_of([owner]) == []


@pytest.mark.protects("roles/rights-that-end")
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_works_only_while_its_maker_has_the_right(
    kind: str, project: Project, owner: User, organisation: Organisation
) -> None:
    """However the right ended: here without any action that could have ended what was made."""
    _make(kind, owner, project)
    Membership.objects.filter(user=owner).delete()
    assert _works(owner) == []
    assert [each.kind.name for each in grants_of([owner])] == [kind]


@pytest.fixture
def second(organisation: Organisation) -> User:
    """Another owner."""
    person = User.objects.create_user("second@acme.example", name="Second")
    Membership.objects.create(organisation=organisation, user=person, role=Role.OWNER)
    return person


@pytest.mark.protects("roles/rights-that-end")
def test_a_removed_or_demoted_owner_does_not_come_back_by_a_link_of_their_own(
    organisation: Organisation, owner: User, second: User
) -> None:
    for end in (
        lambda: remove_member(second, organisation, owner.pk),
        lambda: change_role(second, organisation, owner.pk, "viewer"),
        lambda: hand_over(owner, organisation, second.pk),
    ):
        Membership.objects.update_or_create(organisation=organisation, user=owner, defaults={"role": Role.OWNER})
        _, link = invite(owner, organisation, "owner", places=5)
        end()
        with pytest.raises(LinkEnded):
            join_as(owner, _secret(link))
        assert not Membership.objects.filter(user=owner, role=Role.OWNER).exists()


@pytest.mark.protects("roles/rights-that-end")
def test_a_link_of_somebody_who_may_no_longer_invite_grants_nothing_and_says_so(
    organisation: Organisation, owner: User, stranger: User, browser_of: Browser
) -> None:
    _, link = invite(owner, organisation, "owner")
    Membership.objects.filter(user=owner).update(role=Role.MAINTAINER)
    shown = browser_of(stranger).post("/join", {"token": _secret(link)}).content.decode()
    assert "Mika Kallio, who created this invitation, may no longer invite people to acme as owner" in shown
    with pytest.raises(LinkEnded, match="It gives nothing"):
        join_as(stranger, _secret(link))
    User.objects.filter(pk=owner.pk).update(is_active=False)
    with pytest.raises(LinkEnded):
        join_as(stranger, _secret(link))


@pytest.mark.protects("roles/rights-that-end")
def test_a_link_with_places_does_not_let_the_removed_back_in_whoever_made_it(
    organisation: Organisation, owner: User, viewer: User, stranger: User, project: Project
) -> None:
    _, link = invite(owner, organisation, "developer", places=5)
    _, single = invite_to_project(owner, project, "developer", places=5)
    invite_by_email(owner, organisation, "viewer", [viewer.email, "new@acme.example"])
    remove_member(owner, organisation, viewer.pk)
    for secret in (_secret(link), _secret(single)):
        with pytest.raises(LinkEnded):
            join_as(viewer, secret)
    assert list(Invitation.objects.open().values_list("email", flat=True)) == ["new@acme.example"]
    assert AuditEntry.objects.get(action="invitation.end").data["links"] == "3 invitations"
    _, again = invite(owner, organisation, "viewer")
    join_as(viewer, _secret(again))
    assert Membership.objects.get(user=viewer).role == Role.VIEWER


@pytest.mark.protects("roles/rights-that-end")
def test_a_link_does_not_give_back_the_role_that_was_lowered(
    organisation: Organisation, owner: User, maintainer: User
) -> None:
    _, higher = invite(owner, organisation, "developer", places=5)
    _, lower = invite(owner, organisation, "viewer", places=5)
    change_role(owner, organisation, maintainer.pk, "reviewer")
    with pytest.raises(LinkEnded):
        join_as(maintainer, _secret(higher))
    join_as(maintainer, _secret(lower))
    assert Membership.objects.get(user=maintainer).role == Role.REVIEWER


@pytest.mark.protects("roles/rights-that-end")
def test_who_leaves_ends_what_they_made_and_no_link_of_others(
    organisation: Organisation, owner: User, second: User
) -> None:
    invite(owner, organisation, "viewer")
    _, other = invite(second, organisation, "viewer")
    remove_member(owner, organisation, owner.pk)
    assert Invitation.objects.open().get().invited_by == second
    join_as(owner, _secret(other))


@pytest.mark.slow
@pytest.mark.protects("roles/rights-that-end")
def test_roles_in_one_project_end_what_was_made_with_them(
    project: Project, owner: User, stranger: User, organisation: Organisation
) -> None:
    _, link = invite_to_project(owner, project, "maintainer", places=9)
    join_as(stranger, _secret(link))
    _, own = invite_to_project(stranger, project, "maintainer", places=2)
    give_project_role(owner, project, stranger.pk, "viewer")
    for secret in (_secret(own), _secret(link)):
        with pytest.raises(LinkEnded):
            join_as(stranger, secret)
    make_phone_link(stranger, project)
    end_project_role(owner, project, stranger.pk)
    assert grants_of([stranger]) == []


@pytest.mark.protects("roles/rights-that-end")
@pytest.mark.parametrize("end", ["delete", "lower"])
def test_a_role_by_a_team_ends_what_was_made_with_it(
    end: str, project: Project, owner: User, viewer: User, organisation: Organisation
) -> None:
    team = create_team(owner, organisation, "audio")
    add_to_team(owner, team, [viewer.pk])
    give_team_role(owner, team, [project], "maintainer")
    invite_to_project(viewer, project, "maintainer")
    assert _works(viewer) == ["invitation"]
    if end == "delete":
        delete_team(owner, team)
    else:
        give_team_role(owner, team, [project], "developer")
    assert grants_of([viewer]) == []


@pytest.mark.slow
@pytest.mark.protects("roles/rights-that-end")
def test_what_can_be_handed_over_works_on_with_the_heirs_right(
    project: Project, owner: User, second: User, organisation: Organisation
) -> None:
    _make("webhook", owner, project)
    _make("guest-link", owner, project)
    invite(owner, organisation, "viewer")
    invite_by_email(owner, organisation, "viewer", ["new@acme.example"])
    remove_member(second, organisation, owner.pk, second.pk)
    assert sorted(_works(second)) == ["guest-link", "invitation", "webhook"]
    # A link for anyone is known to who made it: it ends.
    assert Invitation.objects.open().get().email == "new@acme.example"
    handed = AuditEntry.objects.get(action="grant.hand-over")
    assert handed.data["heir"] == "Second"
    assert len(handed.data["things"]) == 3


@pytest.mark.protects("roles/rights-that-end")
def test_nothing_is_handed_over_to_somebody_without_the_right(
    project: Project, owner: User, second: User, developer: User, organisation: Organisation
) -> None:
    webhook = _make("webhook", owner, project)
    with pytest.raises(Invalid, match="does not have the right"):
        hand_over_thing(second, organisation, owner, "webhook", webhook.pk, developer)
    hand_over_thing(second, organisation, owner, "webhook", webhook.pk, second)
    assert Webhook.objects.get().created_by == second
    remove_member(second, organisation, owner.pk, developer.pk)
    assert Webhook.objects.get().stopped is None


@pytest.mark.slow
@pytest.mark.protects("roles/rights-that-end")
def test_a_webhook_sends_nothing_with_the_right_of_somebody_who_lost_it(
    project: Project, owner: User, second: User, organisation: Organisation
) -> None:
    webhook, _ = create_webhook(owner, organisation, "https://example.org/hook", ["publish"])
    Membership.objects.filter(user=owner).update(role=Role.DEVELOPER)
    _publish(owner, project)
    assert not Delivery.objects.exists()
    change_role(second, organisation, owner.pk, "viewer")
    webhook.refresh_from_db()
    assert "may no longer manage webhooks" in webhook.stopped_because
    change_webhook(second, webhook, WebhookChange(on=True))
    assert Webhook.objects.get().created_by == second


@pytest.mark.slow
@pytest.mark.protects("roles/turned-webhooks")
def test_a_webhook_works_with_the_right_of_who_chose_its_address(
    owner: User, second: User, organisation: Organisation
) -> None:
    """Else somebody who leaves goes on reading by a webhook of a colleague, which they turned to themself before."""
    webhook, _ = create_webhook(owner, organisation, "https://example.org/hook", ["publish"])
    change_webhook(second, webhook, WebhookChange(topics=["build"]))
    assert (_works(owner), _works(second)) == (["webhook"], [])
    change_webhook(second, webhook, WebhookChange(url="https://second.example/mine"))
    assert (_works(owner), _works(second)) == ([], ["webhook"])
    remove_member(owner, organisation, second.pk)
    assert not Webhook.objects.on().exists()


def _publish(author: User, project: Project) -> None:
    publish_build(author, approved(built(author, project)), "latest")


@pytest.mark.protects("roles/rights-that-end")
def test_a_restricted_token_ends_and_a_free_one_goes_on_elsewhere(
    project: Project, owner: User, second: User, organisation: Organisation
) -> None:
    _, restricted = create_token(owner, "ci", ["build:run"], None, [project.stream])
    _, free = create_token(owner, "all", ["read"], None)
    remove_member(second, organisation, owner.pk)
    assert find_token(restricted) is None
    assert find_token(free) is not None


@pytest.mark.protects("roles/rights-that-end")
def test_one_ends_ones_own_and_nobody_elses(organisation: Organisation, owner: User, second: User) -> None:
    invitation, _ = invite(owner, organisation, "viewer")
    with pytest.raises(NotFound):
        end_own_thing(second, "invitation", invitation.pk)
    end_own_thing(owner, "invitation", invitation.pk)
    assert not Invitation.objects.open().exists()
    assert AuditEntry.objects.get(action="grant.end").data["thing"] == "Link for any one person to acme as viewer"


@pytest.mark.protects("mail/invited-address")
@pytest.mark.django_db(transaction=True)
def test_a_letter_is_for_its_address_alone(organisation: Organisation, owner: User, stranger: User) -> None:
    invite_by_email(owner, organisation, "owner", ["new@acme.example"])
    secret = _secret(_link_in_letter())
    with pytest.raises(OtherAddress, match=r"new@acme\.example"):
        join_as(stranger, secret)
    with pytest.raises(BadAccount) as raised:
        join_new(secret, NewPerson("Eve", "eve@example.org", "a long enough one"))
    assert "new@acme.example" in raised.value.errors["email"][0]
    user, _ = join_new(secret, NewPerson("New", "New@acme.example", "a long enough one"))
    assert Membership.objects.get(user=user).role == Role.OWNER


@pytest.mark.slow
@pytest.mark.protects("mail/invited-address")
@pytest.mark.django_db(transaction=True)
def test_opening_the_letters_link_confirms_its_address(
    organisation: Organisation, owner: User, stranger: User, project: Project
) -> None:
    invite_by_email(owner, organisation, "viewer", ["new@acme.example"])
    user, _ = join_new(_secret(_link_in_letter()), NewPerson("New", "new@acme.example", "a long enough one"))
    assert is_confirmed(user)
    mail.outbox.clear()
    invite_to_project_by_email(owner, project, "viewer", [stranger.email])
    assert not is_confirmed(stranger)
    join_as(stranger, _secret(_link_in_letter()))
    assert is_confirmed(stranger)


@pytest.mark.protects("mail/invited-address")
def test_a_link_for_anyone_confirms_no_address(organisation: Organisation, owner: User) -> None:
    _, link = invite(owner, organisation, "viewer")
    user, _ = join_new(_secret(link), NewPerson("New", "new@acme.example", "a long enough one"))
    assert not EmailAddress.objects.filter(user=user, verified=True).exists()


def _link_in_letter() -> str:
    (letter,) = mail.outbox
    return next(line for line in str(letter.body).splitlines() if "#token=" in line)
