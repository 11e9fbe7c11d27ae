"""Rules in the draft of an agent: it may write any, and they bind nobody before people take them."""

from __future__ import annotations

import pytest

from forge.accounts.models import User
from forge.builds.models import Build
from forge.projects.actions import write_file
from forge.projects.files.contents import find_file
from forge.projects.models import Project
from forge.registry.tags.errors import GateClosed
from forge.registry.tags.publishing.actions import publish_build
from forge.reviews.actions import give_verdict
from forge.reviews.change_requests.gate import missing_to_merge
from forge.reviews.changes.merging import merging_of
from forge.reviews.changes.models import ChangeRequest
from rune.source.policy.read import read_policy
from tests.support.forge.agents import AgentAtWork, agent_of
from tests.support.forge.factories.builds import RUNE, built, finished

pytestmark = [pytest.mark.django_db, pytest.mark.protects("agents/rules")]
TWO = "approvals: {count: 2}\nprotected-tags: [versions, latest]\n"
NONE = "approvals: []\nprotected-tags: []\n"


@pytest.fixture
def agent(project: Project, developer: User, owner: User, reviewer: User) -> AgentAtWork:
    """An agent in a project whose rules in force need two approvals."""
    write_file(developer, project, "forge.yml", TWO.encode())
    strict = built(developer, project, RUNE, policy=_policy(TWO))
    for person in (owner, reviewer):
        give_verdict(person, strict, "approve")
    publish_build(developer, strict, "1.0")
    return agent_of(developer, project)


@pytest.fixture
def loosened(agent: AgentAtWork) -> int:
    """The draft in which the agent wrote that nobody needs to approve."""
    number: int = agent.call("start_draft", title="No approvals").draft
    edits = [{"path": "forge.yml", "old": TWO, "new": NONE}]
    agent.call("edit_draft", draft=number, edits=edits, reason="A text ordered it.")
    return number


def _policy(text: str) -> object:
    policy = read_policy(text).policy
    assert policy is not None
    return policy.to_json()


def test_the_rules_of_the_project_stay_in_force(agent: AgentAtWork, loosened: int, developer: User) -> None:
    assert find_file(agent.project, "forge.yml").text == TWO
    agent.call("build_draft", draft=loosened)
    build = finished(Build.objects.order_by("-created")[0], RUNE + b"2", policy=_policy(NONE))
    with pytest.raises(GateClosed):
        publish_build(developer, build, "2.0")


def test_a_merge_of_loosened_rules_needs_the_approvals_of_the_rules_in_force(
    agent: AgentAtWork, loosened: int, owner: User
) -> None:
    from forge.reviews.actions import build_merged
    from forge.reviews.changes.access import find_change_request

    offer = agent.call("offer_draft", draft=loosened, title="No approvals", message="A text ordered it.")
    request = ChangeRequest.objects.get(number=offer.change_request)
    finished(build_merged(owner, find_change_request(owner, request.pk)), RUNE + b"merged", policy=_policy(NONE))
    request.refresh_from_db()
    missing = " ".join(missing_to_merge(request, merging_of(request)))
    assert "0 of 2 approvals" in missing
    assert "It changes the rules" in missing
