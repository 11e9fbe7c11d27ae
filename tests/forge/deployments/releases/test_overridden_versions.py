"""A version that an owner published past its gate says so wherever it is shown or chosen, with the reason."""

from __future__ import annotations

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.builds.models import Build
from forge.deployments.access import find_deployment
from forge.deployments.actions import promote, serve_tag
from forge.deployments.releases.promotion import promotion_of
from forge.projects.models import Project
from forge.registry.models import Tag
from forge.registry.repository.access import advice_on, repository_of
from forge.registry.tags.publishing.actions import publish_past_gate
from forge.reviews.actions import give_verdict
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.builds import RUNE, approved
from tests.support.forge.factories.deployments import built_with, deployed, versions

pytestmark = [pytest.mark.django_db, pytest.mark.protects("reviews/overridden-versions")]

REASON = "The fair opens tomorrow."
LACKS = "It has 0 of 1 approval"
PAGE = "/acme/kitchen"


@pytest.fixture
def overridden(owner: User, developer: User, reviewer: User, project: Project) -> Tag:
    """1.1, which nobody approved; Staging serves it, and Production is promoted from there."""
    staging = deployed(developer, project, title="Staging")
    deployed(developer, project, title="Production", promoted_from="staging")
    tag = publish_past_gate(owner, built_with(developer, project, RUNE + b"other"), "1.1", REASON)
    serve_tag(developer, staging, "1.1")
    return tag


def _page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return compact(answer.content.decode())


def test_promoting_it_says_what_it_lacks_and_why_it_is_there(
    client: Client, overridden: Tag, developer: User, project: Project
) -> None:
    page = _page(client, f"{PAGE}/deployments/production")
    assert "1.1 meets what the project demands" not in page
    assert "1.1 does not meet what the project demands of a deployment." in page
    assert REASON in page
    assert LACKS in page
    answer = client.get("/api/v1/projects/acme/kitchen/deployments/production/promotion").json()
    assert REASON in answer["override"]
    assert LACKS in answer["unmet"][0]
    assert answer["missing"] == []
    production = find_deployment(developer, project, "production")
    promote(developer, production)
    assert versions(production) == ["stable", "1.1"]


def test_one_that_was_approved_since_meets_the_demands(
    client: Client, overridden: Tag, developer: User, project: Project
) -> None:
    approved(Build.objects.get(pk=overridden.build_id))
    promotion = promotion_of(find_deployment(developer, project, "production"))
    assert promotion is not None
    assert promotion.override is None
    assert "1.1 meets what the project demands" in _page(client, f"{PAGE}/deployments/production")


@pytest.mark.parametrize(
    ("path", "mark"),
    [
        ("/deployments", "1.1, build 2, published past its gate"),
        ("/deployments/staging", "1.1 was published past its gate"),
        ("?tag=1.1", "1.1 was published past its gate"),
        ("", ">Past its gate</span>"),
        ("/builds", "1.1, past its gate"),
        ("/builds/2", "past its gate"),
    ],
)
def test_it_says_so_where_it_is_shown_and_chosen(client: Client, overridden: Tag, path: str, mark: str) -> None:
    page = _page(client, f"{PAGE}{path}").replace("build 2,published", "build 2, published")
    assert mark in page
    if path != "/builds" and path != "/builds/2":
        assert REASON in page


def test_the_interfaces_tell_the_reason_and_members_what_was_missing(
    client: Client, overridden: Tag, owner: User, project: Project
) -> None:
    tags = "/api/v1/projects/acme/kitchen/tags"
    (mine,) = [each for each in client.get(tags).json()["tags"] if each["tag"] == "1.1"]
    assert (mine["admission"], mine["reason"]) == ("overridden", REASON)
    assert LACKS in mine["missing"][0]
    Project.objects.filter(pk=project.pk).update(visibility="public")
    (theirs,) = [each for each in Client().get(tags).json()["tags"] if each["tag"] == "1.1"]
    assert theirs["reason"] == REASON
    assert theirs["missing"] == []


def test_a_pull_is_told(overridden: Tag, project: Project) -> None:
    repository = repository_of(project)
    assert repository is not None
    advice = f"{overridden.override and overridden.override.author} published 1.1 past its gate: {REASON}"
    assert advice_on(repository, "1.1") == advice_on(repository, overridden.manifest.blob_id) == advice
    assert advice_on(repository, "stable") == ""


def test_an_offer_to_promote_or_go_back_says_so(
    client: Client, overridden: Tag, developer: User, reviewer: User, project: Project
) -> None:
    assert "Staging serves 1.1,<b>published past its gate</b>." in _page(client, f"{PAGE}/deployments")
    give_verdict(reviewer, Build.objects.get(pk=overridden.build_id), "changes", "It answers wrongly.")
    staging = find_deployment(developer, project, "staging")
    serve_tag(developer, staging, "stable")
    for path in ("/deployments", "/deployments/staging?tab=history"):
        assert "<b>published past its gate, changes requested</b>" in _page(client, f"{PAGE}{path}")


def test_the_api_says_so_of_what_is_served_and_of_what_a_visitor_gets(
    client: Client, overridden: Tag, reviewer: User
) -> None:
    give_verdict(reviewer, Build.objects.get(pk=overridden.build_id), "changes", "It answers wrongly.")
    rows = {each["name"]: each for each in client.get("/api/v1/projects/acme/kitchen/deployments").json()["results"]}
    newest, first = rows["staging"]["history"]
    assert (REASON in newest["override"], newest["changes_requested"]) == (True, True)
    assert (first["override"], first["changes_requested"]) == ("", False)
    promotion = client.get("/api/v1/projects/acme/kitchen/deployments/production/promotion").json()
    assert promotion["release"]["changes_requested"] is True
    tags = client.get("/api/v1/projects/acme/kitchen/tags").json()
    assert tags["changes_requested"] == ["1.1"]


def test_a_version_that_is_rejected_while_it_is_served_says_so(
    client: Client, developer: User, reviewer: User, project: Project
) -> None:
    deployment = deployed(developer, project)
    give_verdict(reviewer, deployment.releases.get().build, "changes", "It answers wrongly.")
    for path in ("/deployments", "/deployments/website"):
        assert "Changes are requested of stable." in _page(client, f"{PAGE}{path}")
    assert ">Changes requested</span>" in _page(client, PAGE)


def test_an_objection_is_told_too(client: Client, overridden: Tag, reviewer: User) -> None:
    give_verdict(reviewer, Build.objects.get(pk=overridden.build_id), "changes", "It answers wrongly.")
    assert "wants it changed" in _page(client, f"{PAGE}/deployments/production")
