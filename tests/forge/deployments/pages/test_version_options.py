"""The form that changes what a deployment serves begins with what is served, and says what speaks against a version."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.accounts.principals import INSTALLATION
from forge.deployments.actions import follow_tag, go_back, serve_tag
from forge.deployments.models import Deployment
from forge.projects.models import Project
from forge.registry.tags.describing.actions import deprecate_tag
from forge.registry.tags.publishing.actions import publish_build, publish_past_gate
from forge.reviews.actions import give_verdict
from tests.support.forge.factories.builds import RUNE
from tests.support.forge.factories.deployments import built_with, deployed, published, versions

pytestmark = pytest.mark.django_db

OTHER = RUNE + b"other"


def options(client: Client, path: str = "/website") -> list[tuple[str, bool, str]]:
    """The options of the choice of a version on a page: value, whether it is chosen, and text."""
    page = client.get(f"/acme/kitchen/deployments{path}").content.decode()
    choice = re.search(r'<select[^>]* name="choice"[^>]*>(.*?)</select>', page, re.DOTALL)
    assert choice is not None
    rows = re.findall(r'<option value="([^"]*)"( selected)?>([^<]*)</option>', choice[1])
    return [(html.unescape(value), bool(mark), " ".join(html.unescape(text).split())) for value, mark, text in rows]


def chosen(client: Client) -> str:
    """The value that pressing the button alone sends."""
    rows = options(client)
    return next((value for value, is_chosen, _ in rows if is_chosen), rows[0][0])


def test_the_followed_tag_is_chosen(client: Client, following: Deployment, developer: User, project: Project) -> None:
    tag = published(developer, project, "1.0", OTHER)
    assert tag.manifest.blob_id not in chosen(client)
    assert chosen(client).startswith("follow stable ")


def test_the_fixed_version_is_chosen_and_pressing_the_button_changes_nothing(
    client: Client, developer: User, project: Project
) -> None:
    published(developer, project, "1.0")
    deployment = deployed(developer, project)
    version = published(developer, project, "1.1", OTHER)
    published(developer, project, "1.2", RUNE + b"newest")
    serve_tag(developer, deployment, "1.1")
    assert chosen(client) == f"fixed 1.1 {version.manifest.blob_id}"
    page = client.get("/acme/kitchen/deployments/website").content.decode()
    etag = page.partition('name="etag" value="')[2].partition('"')[0]
    form = {"do": "serve", "choice": chosen(client), "etag": etag}
    assert client.post("/acme/kitchen/deployments/website/do", form).status_code == 302
    assert versions(deployment) == ["stable", "1.1"]


def test_after_going_back_the_earlier_version_is_chosen_and_no_tag(
    client: Client, following: Deployment, developer: User, project: Project
) -> None:
    serve_tag(developer, following, published(developer, project, "1.1", OTHER).name)
    go_back(developer, following, 1)
    assert chosen(client).startswith("fixed stable ")


def test_nothing_is_chosen_where_the_followed_tag_moved_alone(
    client: Client, following: Deployment, developer: User, project: Project
) -> None:
    publish_build(developer, built_with(developer, project, OTHER), "stable")
    follow_tag(INSTALLATION, following)
    assert options(client)[0] == ("", False, "Choose another version")
    assert chosen(client) == ""


def test_nothing_is_chosen_where_the_served_version_is_deprecated(
    client: Client, developer: User, project: Project
) -> None:
    deployed(developer, project)
    published(developer, project, "1.1", OTHER)
    deprecate_tag(developer, project, "stable", "It hears nothing.")
    assert chosen(client) == ""


@pytest.mark.parametrize("path", ["", "/website"])
def test_a_rejected_version_says_so(
    client: Client, owner: User, developer: User, reviewer: User, project: Project, path: str
) -> None:
    deployed(developer, project)
    rejected = built_with(developer, project, OTHER)
    publish_past_gate(owner, rejected, "1.1", "The fair opens tomorrow.")
    give_verdict(reviewer, rejected, "changes", "It answers wrongly.")
    labels = [text for _, _, text in options(client, path)]
    assert "1.1, build 2, published past its gate, changes requested" in labels
    assert any(text == "stable, build 1" for text in labels)
