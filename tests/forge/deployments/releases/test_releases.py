"""The release of a deployment: a choice of somebody, and going back."""

from __future__ import annotations

import pytest

from forge.accounts.models import User
from forge.accounts.principals import INSTALLATION
from forge.core.errors import Invalid, NotFound, Stale
from forge.deployments.actions import (
    follow_tag,
    go_back,
    serve_tag,
)
from forge.deployments.models import Deployment
from forge.notices.models import Notice
from forge.projects.models import Project
from forge.registry.tags.publishing.actions import publish_build
from forge.webhooks.actions import create_webhook
from forge.webhooks.models import Delivery
from tests.support.forge.factories.builds import RUNE
from tests.support.forge.factories.deployments import deployed, now, published, versions

pytestmark = pytest.mark.django_db

OTHER = RUNE + b"other"


@pytest.mark.slow
def test_a_release_is_called_by_its_version_also_where_another_tag_chose_it(developer: User, project: Project) -> None:
    tag = published(developer, project, "1.0")
    publish_build(developer, tag.build, "stable")
    assert now(deployed(developer, project)).version == "1.0"


@pytest.mark.slow
def test_going_back_serves_the_earlier_build_and_follows_no_tag(
    following: Deployment, developer: User, project: Project
) -> None:
    first = now(following)
    published(developer, project, "stable", OTHER)
    follow_tag(INSTALLATION, following)
    assert now(following).digest != first.digest
    go_back(developer, following, first.number)
    follow_tag(INSTALLATION, following)
    following.refresh_from_db()
    assert (now(following).digest, following.follows) == (first.digest, "")
    assert versions(following) == ["stable"] * 3
    with pytest.raises(Invalid, match="already"):
        go_back(developer, following, first.number)
    with pytest.raises(NotFound):
        go_back(developer, following, 99)


@pytest.mark.slow
def test_the_same_choice_again_makes_no_release(developer: User, project: Project) -> None:
    deployment = deployed(developer, project)
    serve_tag(developer, deployment, "stable")
    assert len(versions(deployment)) == 1


def test_a_version_never_moves_and_cannot_be_followed(developer: User, project: Project) -> None:
    with pytest.raises(Invalid, match="never moves"):
        deployed(developer, project, "1.0", follow=True)


@pytest.mark.slow
def test_a_choice_is_of_the_build_that_the_person_saw(developer: User, project: Project) -> None:
    deployment = deployed(developer, project)
    digest = now(deployment).digest
    published(developer, project, "stable", OTHER)
    with pytest.raises(Stale, match="stable is build 2 now"):
        serve_tag(developer, deployment, "stable", digest=digest)


@pytest.mark.slow
def test_a_new_version_reaches_a_webhook_and_who_chose_the_last_one(
    owner: User, developer: User, reviewer: User, project: Project
) -> None:
    create_webhook(owner, project.organisation, "https://example.com/hook", ["deploy"])
    deployment = deployed(developer, project)
    published(developer, project, "beta", OTHER)
    serve_tag(owner, deployment, "beta")
    assert list(Delivery.objects.values_list("type", flat=True)) == ["deployment.served"] * 2
    notice = Notice.objects.get(person=developer, kind="deployed")
    assert "Website" in str(notice.facts)
