"""The gate of deployments: a followed tag moves one as far as the gate allows, and nobody serves what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from forge.accounts.models import User
from forge.accounts.principals import INSTALLATION
from forge.core.models import AuditEntry, Event
from forge.deployments.actions import (
    create_deployment,
    follow_tag,
    go_back,
    serve_tag,
)
from forge.deployments.errors import VersionNotAccepted
from forge.deployments.models import Deployment
from forge.deployments.registrations import follow_all
from forge.projects.models import Project
from forge.registry.tags.describing.actions import deprecate_tag
from forge.registry.tags.publishing.actions import publish_build, publish_past_gate
from forge.registry.tags.withdrawing.actions import withdraw_tag
from forge.reviews.actions import give_verdict
from tests.support.forge.factories.builds import RUNE
from tests.support.forge.factories.deployments import built_with, deployed, now, published, versions

pytestmark = pytest.mark.django_db

OTHER = RUNE + b"other"


@pytest.mark.slow
@pytest.mark.protects("delivery/unapproved")
def test_a_followed_tag_that_moves_to_what_nobody_approved_does_not_move_the_deployment(
    following: Deployment, developer: User, project: Project
) -> None:
    before = now(following)
    publish_build(developer, built_with(developer, project, OTHER), "stable")
    follow_tag(INSTALLATION, following)
    follow_tag(INSTALLATION, following)
    following.refresh_from_db()
    assert now(following) == before
    assert "It has 0 of 1 approval" in following.block_reasons[0]
    assert Event.objects.filter(type="deployment.blocked").count() == 1
    assert AuditEntry.objects.filter(action="deployment.block").count() == 1


@pytest.mark.slow
def test_the_deployment_moves_once_somebody_approves(
    following: Deployment,
    developer: User,
    reviewer: User,
    project: Project,
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        tag = publish_build(developer, built_with(developer, project, OTHER), "stable")
    following.refresh_from_db()
    assert following.blocked_digest == tag.manifest.blob_id
    with django_capture_on_commit_callbacks(execute=True):
        give_verdict(reviewer, tag.build, "approve")
    following.refresh_from_db()
    assert (now(following).digest, following.blocked_digest) == (tag.manifest.blob_id, "")
    assert (now(following).tag, now(following).chosen_by) == ("stable", None)


@pytest.mark.slow
def test_the_sweep_moves_what_no_event_moved(following: Deployment, developer: User, project: Project) -> None:
    tag = published(developer, project, "stable", OTHER)
    follow_all()
    follow_all()
    assert now(following).digest == tag.manifest.blob_id
    assert len(versions(following)) == 2


@pytest.mark.slow
def test_a_hold_ends_where_the_tag_comes_back(following: Deployment, developer: User, project: Project) -> None:
    approved_build = now(following).build
    publish_build(developer, built_with(developer, project, OTHER), "stable")
    follow_tag(INSTALLATION, following)
    publish_build(developer, approved_build, "stable")
    follow_all()
    following.refresh_from_db()
    assert (following.blocked_digest, following.block_reasons) == ("", [])


@pytest.mark.slow
@pytest.mark.protects("delivery/unapproved")
def test_nobody_serves_what_nobody_approved(following: Deployment, developer: User, project: Project) -> None:
    publish_build(developer, built_with(developer, project, OTHER), "beta")
    with pytest.raises(VersionNotAccepted, match="approval"):
        serve_tag(developer, following, "beta")
    with pytest.raises(VersionNotAccepted):
        create_deployment(developer, project, "App", "app", "beta")


@pytest.mark.slow
def test_what_an_owner_published_past_the_gate_is_served(
    following: Deployment, owner: User, developer: User, project: Project
) -> None:
    publish_past_gate(owner, built_with(developer, project, OTHER), "1.0", "The fair is tomorrow.")
    serve_tag(developer, following, "1.0")
    assert now(following).version == "1.0"


@pytest.mark.slow
@pytest.mark.protects("delivery/unapproved")
def test_nobody_goes_back_to_what_was_withdrawn_or_deprecated(
    developer: User, reviewer: User, project: Project
) -> None:
    deployment = deployed(developer, project, "1.0")
    published(developer, project, "1.1", OTHER)
    serve_tag(developer, deployment, "1.1")
    deprecate_tag(developer, project, "1.0", "It is slow.")
    with pytest.raises(VersionNotAccepted, match="It is slow"):
        go_back(developer, deployment, 1)
    withdraw_tag(developer, project, "1.0", "It has a key in it.")
    with pytest.raises(VersionNotAccepted, match="withdrawn: It has a key in it"):
        go_back(developer, deployment, 1)
