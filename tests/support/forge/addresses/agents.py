"""The addresses of agents and of their drafts, and what they stand for."""

from __future__ import annotations

from forge.accounts.models import User
from forge.projects.models import Project
from tests.support.forge.addresses.table import BAD, PAGE, PROJECT, PROJECT_PAGE, PROJECT_ROUTE, READ, SENT, Case
from tests.support.forge.agents import agent_of

_ANYBODY = (200, 200, 200, 200, 200, 200, 200)

CASES: list[Case] = [
    ("get", f"{PROJECT_ROUTE}/drafts", f"{PROJECT}/drafts", None, READ),
    ("get", f"{PROJECT_ROUTE}/drafts/<int:number>", f"{PROJECT}/drafts/1", None, READ),
    ("get", f"{PROJECT_PAGE}/drafts", "acme/kitchen/drafts", None, PAGE),
    ("get", f"{PROJECT_PAGE}/drafts/<int:number>", "acme/kitchen/drafts/1", None, PAGE),
    ("form", f"{PROJECT_PAGE}/drafts/<int:number>/build", "acme/kitchen/drafts/1/build", {}, SENT),
    # Its agent acts for a member besides the six.
    (
        "form",
        f"{PROJECT_PAGE}/drafts/<int:number>/stop",
        "acme/kitchen/drafts/1/stop",
        {},
        (403, 403, 403, 403, 403, 404, 302),
    ),
    # Without a code challenge.
    ("get", "oauth/authorise", "", None, BAD),
    # Its form names the request; without one a person is led to the page.
    ("form", "oauth/authorise", "", {}, (302, 302, 302, 302, 302, 302, 302)),
    ("form", "oauth/token", "", {}, BAD),
    ("form", "oauth/revoke", "", {}, BAD),
    ("form", "oauth/register", "", {}, BAD),
    ("get", ".well-known/oauth-authorization-server", "", None, _ANYBODY),
    ("get", ".well-known/oauth-protected-resource", "", None, _ANYBODY),
    ("get", ".well-known/oauth-protected-resource/mcp", "", None, _ANYBODY),
]


def write_drafts(person: User, project: Project, size: int = 1) -> None:
    """Has an agent of a person begin drafts, each with that many edits."""
    agent = agent_of(person, project)
    agent.call("read_project")
    for _ in range(size):
        number = agent.call("start_draft", title="Say more", request="Write more down.").draft
        # Each file that is taken back has an audit entry, so the edits are of one.
        agent.call("edit_draft", draft=number, edits=[{"path": "more.md", "new": "0"}], reason="It is short.")
        for edit in range(1, size):
            edits = [{"path": "more.md", "old": str(edit - 1), "new": str(edit)}]
            agent.call("edit_draft", draft=number, edits=edits, reason="It is short.")
