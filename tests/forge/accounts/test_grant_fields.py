"""Each field of a model that names a person or a token is declared as a grant, or is listed here with a reason."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import models

from forge.accounts.grants.declarations import kinds
from forge.accounts.models import ApiToken, User

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
    "deployments.ReleaseImage.created_by": DID,
    "telemetry.DeploymentTelemetry.changed_by": DID,
    "telemetry.WatchAlert.snoozed_by": "takes notices away until a day, and gives nothing",
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
    "datasets.ProtectedRun.person": "who asked for a run, which is counted",
    "datasets.Sample.labelled_by": DID,
    "datasets.SampleOpinion.person": DID,
    "fleet.Device.claimed_by": "who let it join; the device has a key of its own",
    "fleet.DeviceEntry.person": DID,
    "fleet.DeviceRequest.created_by": "is answered once, and ends",
    "fleet.DeviceGroup.created_by": DID,
    "fleet.HandOver.accepted_by": "who agreed; the device moves once, and the offer ends",
    "learning.ModelConversion.person": DID,
    "learning.ModelSearch.person": DID,
    "learning.TrainingRun.person": DID,
    "jobs.Job.requested_by": "runs once, and ends",
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
    "registry.StandingEntry.author": DID,
    "registry.StandingTable.author": DID,
    "registry.Tag.author": DID,
    "registry.Upload.author": "each request that goes on with it asks for the right to push anew",
    "reviews.ChangeRequest.author": "it offers files, and merges nothing by itself",
    "reviews.ChangeRequest.decided_by": DID,
    "reviews.CheckResult.owner": "counts while its account may post (`forge.reviews.checks.access`)",
    "reviews.OfferRound.offered_by": DID,
    "reviews.Resolution.chosen_by": DID,
    "reviews.Review.closed_by": DID,
    "reviews.Review.requested_by": "it asks, and gives nobody access",
    "reviews.ReviewerGroup.people": "who is asked; whether a verdict counts is decided by today's role",
    "reviews.Round.requested_by": DID,
    "reviews.Suggestion.author": DID,
    "reviews.Suggestion.decided_by": DID,
    "registry.SigningKey.author": "the key is the organisation's: the signer alone uses it, or who has it at home",
    "reviews.Verdict.user": "counts while its person has the role (`forge.reviews.gate`)",
    "exposure.ExposureExport.author": DID,
    "exposure.VexStatement.author": DID,
    "rollouts.Rollout.started_by": DID,
    "rollouts.RolloutDecision.person": DID,
    "telemetry.DeviceSampleRequest.page_by": DID,
    "telemetry.SampleRequest.created_by": DID,
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
    "datasets.CollectingLink.tabs": CONTENT,
    "datasets.SampleRemoval.stopped": CONTENT,
    "datasets.DataImport.description": CONTENT,
    "datasets.DataImport.labels": CONTENT,
    "datasets.DataImport.notes": CONTENT,
    "datasets.DataImport.omissions": CONTENT,
    "datasets.DataImport.pieces": CONTENT,
    "datasets.DataImport.settlements": CONTENT,
    "datasets.DataSet.row_rates": CONTENT,
    "datasets.DataVersion.changes": CONTENT,
    "datasets.DataVersion.figures": CONTENT,
    "datasets.Sample.drawing": CONTENT,
    "datasets.Submission.drawing": CONTENT,
    "learning.ConvertedForm.calibrated_on": CONTENT,
    "learning.ConvertedForm.figures": CONTENT,
    "learning.ConvertedForm.float_layers": CONTENT,
    "learning.ConvertedForm.needs": CONTENT,
    "learning.ConvertedForm.provenance": CONTENT,
    "learning.DeclaredModels.refusals": CONTENT,
    "learning.ModelConversion.boards": CONTENT,
    "learning.ModelConversion.description": CONTENT,
    "learning.ModelConversion.needs": CONTENT,
    "learning.ModelConversion.shapes": CONTENT,
    "datasets.ProtectedRun.job": "names the job that ran, which may be deleted",
    "datasets.Sample.events": CONTENT,
    "datasets.Sample.positions": CONTENT,
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
    "learning.SearchTrial.second_needs": CONTENT,
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
    "learning.TrainingRun.teacher_files": CONTENT,
    "learning.TrainingRun.sizes": CONTENT,
    "deployments.Deployment.block_reasons": CONTENT,
    "deployments.Deployment.origins": CONTENT,
    "deployments.DeploymentKey.created_by_token": BY_TOKEN,
    "deployments.PreviewLink.created_by_token": BY_TOKEN,
    "deployments.UpdateKey.public_key": CONTENT,
    "telemetry.WatchedRune.accuracy": CONTENT,
    "telemetry.WatchedRune.layout_json": CONTENT,
    "telemetry.WatchedRune.reference": CONTENT,
    "fleet.Assignment.deployment": CONTENT,
    "fleet.Assignment.key_orders": CONTENT,
    "fleet.DeviceBatch.created_by_token": BY_TOKEN,
    "fleet.DeviceBatch.labels": CONTENT,
    "fleet.DeviceCandidate.created_by_token": BY_TOKEN,
    "fleet.DeviceCandidate.labels": CONTENT,
    "fleet.DeviceCandidate.report": CONTENT,
    "fleet.ClaimCode.created_by_token": BY_TOKEN,
    "fleet.ClaimCode.labels": CONTENT,
    "fleet.Device.totals": CONTENT,
    "fleet.Device.trusted_keys": CONTENT,
    "fleet.HandOver.offered_by_token": BY_TOKEN,
    "fleet.StockAccount.attributes": CONTENT,
    "fleet.StockAccount.created_by_token": BY_TOKEN,
    "fleet.StockAction.deployment": CONTENT,
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
    "registry.Manifest.annotations": CONTENT,
    "registry.Manifest.trashed_tags": CONTENT,
    "registry.Publication.missing": CONTENT,
    "registry.Publication.policy": CONTENT,
    "registry.PublishedVersion.organisation": PLACE,
    "registry.Rebuild.differences": CONTENT,
    "registry.StandingTable.labels": CONTENT,
    "registry.Upload.parts": CONTENT,
    "reviews.AnchoredThread.place": CONTENT,
    "repositories.Pull.commits": "names of commits and their authors, as texts of another repository",
    "repositories.Pull.skipped_paths": "paths of files",
    "reviews.AwaitedReview.created_by_token": BY_TOKEN,
    "reviews.AwaitedReview.request": "whom it asks; it is asked once, by the right that `requested_by` has then",
    "reviews.CheckResult.token": "counts while the token is there (`forge.reviews.checks.access`)",
    "reviews.GuestLink.created_by_token": BY_TOKEN,
    "reviews.OrganisationRules.protected_tags": CONTENT,
    "reviews.Suggestion.overrides": CONTENT,
    "reviews.Suggestion.sentences": CONTENT,
    "webhooks.Webhook.created_by_token": BY_TOKEN,
    "webhooks.Webhook.topics": CONTENT,
    "exposure.ExposureExport.projects": PLACE,
    "fleet.Assignment.rollout": CONTENT,
    "fleet.Device.rollout": CONTENT,
    "rollouts.GuardReading.failed": CONTENT,
    "rollouts.GuardReading.judged": CONTENT,
    "rollouts.GuardReading.results": CONTENT,
    "rollouts.Rollout.plan_json": CONTENT,
    "rollouts.RolloutStage.disagreement": CONTENT,
    "rollouts.RolloutStage.waived": CONTENT,
    "telemetry.DeviceSampleRequest.page_purposes": CONTENT,
    "telemetry.PageSampleAnswer.purposes": CONTENT,
    "telemetry.SampleRequest.condition_json": CONTENT,
    "telemetry.SampleRequest.terms_json": CONTENT,
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


def test_each_field_that_names_a_person_is_a_grants_or_grants_nothing() -> None:
    """A new model that somebody makes is declared in its app's `grants.py`, or listed here with the reason."""
    fields, makers = set(_fields_that_name_people()), {kind.field for kind in kinds().values()}
    assert fields - makers - set(GRANT_NOTHING) == set()
    assert (makers | set(GRANT_NOTHING)) - fields == set()
    assert not makers & set(GRANT_NOTHING)


def test_each_field_that_may_name_somebody_says_why_it_grants_nothing() -> None:
    """A new id or JSON in a model, or a key to a token, is listed here with the reason."""
    assert set(_fields_that_may_name_somebody()) == set(MAY_NAME_SOMEBODY)
