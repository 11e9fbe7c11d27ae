"""Limits of agents: those of their person, and those of addresses that have no token that works."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import Quota, User
from forge.accounts.quotas.limits import QuotaResource
from forge.agents.limits import FAILURES_OF_ADDRESS
from forge.agents.mcp.mount import McpMount
from forge.jobs.models import Job
from forge.learning.searches.models import ModelSearch
from forge.projects.actions import write_file
from forge.projects.models import Project
from rune.tools.mcp.declarations import ToolRefused
from tests.support.forge.agents import AgentAtWork, agent_of
from tests.support.forge.factories.training import SMALL, motion_version

TWO = replace(FAILURES_OF_ADDRESS, most=2)


def refusal_of(agent: AgentAtWork, tool: str, **arguments: Any) -> ToolRefused:
    with pytest.raises(ToolRefused) as refusal:
        agent.call(tool, **arguments)
    return refusal.value


@pytest.mark.django_db
@pytest.mark.protects("agents/quotas")
def test_builds_of_an_agent_count_for_its_person_whichever_agent_begins_them(
    project: Project, developer: User, owner: User
) -> None:
    write_file(developer, project, "level.py", b"GAIN = 1\n")
    Quota.objects.create(holder=developer.stream, resource=QuotaResource.BUILDS, limit=1)
    first = agent_of(developer, project)
    first.call("build_draft", draft=first.call("start_draft", title="One").draft)
    assert Job.objects.get(kind="build").requested_by == developer
    second = agent_of(developer, project)
    error = refusal_of(second, "build_draft", draft=second.call("start_draft", title="Two").draft)
    assert (error.name, error.facts["retry_after"] > 0) == ("too-often", True)
    other = agent_of(owner, project)
    other.call("build_draft", draft=other.call("start_draft", title="Three").draft)


@pytest.mark.django_db
@pytest.mark.protects("agents/quotas")
def test_training_and_searches_of_an_agent_count_for_its_person_and_organisation(
    project: Project, developer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forge.learning.lab_jobs.queue.notify_workers", lambda capability: None)
    motion_version(developer, project)
    agent = agent_of(developer, project)
    agent.call("train", recipe="motion", arguments=SMALL)
    agent.call("search", recipe="motion", arguments=SMALL, trials=1)
    assert set(Job.objects.exclude(kind="build").values_list("requested_by", flat=True)) == {developer.pk}
    assert ModelSearch.objects.get().person == developer
    Quota.objects.create(holder=project.organisation.stream, resource=QuotaResource.TRAINING, limit=0)
    assert refusal_of(agent, "train", recipe="motion", arguments=SMALL).name == "too-often"
    assert refusal_of(agent, "search", recipe="motion", arguments=SMALL, trials=1).name == "too-often"


def response_to(mount: McpMount, address: str) -> tuple[int, dict[bytes, bytes]]:
    """Returns the status and the headers of a request without a token."""
    scope = {"type": "http", "path": "/mcp", "method": "POST", "headers": [], "client": (address, 1)}
    messages: list[Any] = []

    async def send(message: Any) -> None:
        messages.append(message)

    async def receive() -> Any:
        raise AssertionError("no body is read")

    asyncio.run(mount(scope, receive, send))
    return messages[0]["status"], dict(messages[0]["headers"])


@pytest.mark.protects("agents/strangers")
def test_an_address_without_a_token_that_works_is_told_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forge.agents.mcp.mount.FAILURES_OF_ADDRESS", TWO)

    async def elsewhere(*_: Any) -> None:
        raise AssertionError("it is for /mcp")

    mount = McpMount(elsewhere)
    assert [response_to(mount, "192.0.2.7")[0] for _ in range(3)] == [401, 401, 429]
    assert int(response_to(mount, "192.0.2.7")[1][b"retry-after"]) > 0
    assert response_to(mount, "192.0.2.8")[0] == 401


@pytest.mark.django_db
@pytest.mark.protects("agents/strangers")
def test_codes_that_do_not_work_are_counted_by_address(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forge.agents.sign_in.urls.FAILURES_OF_ADDRESS", TWO)
    body = {"grant_type": "authorization_code", "code": "guess", "client_id": "nobody"}
    answers = [client.post("/oauth/token", body, REMOTE_ADDR="192.0.2.9") for _ in range(3)]
    assert [each.status_code < 429 for each in answers] == [True, True, False]
    assert int(answers[2]["Retry-After"]) > 0
    assert client.post("/oauth/token", body, REMOTE_ADDR="192.0.2.10").status_code < 429


@pytest.mark.django_db
@pytest.mark.protects("agents/strangers")
def test_an_address_registers_at_most_twenty_programs_an_hour(client: Client) -> None:
    body = json.dumps({"client_name": "Claude", "redirect_uris": ["http://127.0.0.1:7123/callback"]})
    kind = "application/json"
    statuses = [client.post("/oauth/register", body, kind, REMOTE_ADDR="192.0.2.11").status_code for _ in range(21)]
    assert statuses == [201] * 20 + [429]
    assert client.post("/oauth/register", body, kind, REMOTE_ADDR="192.0.2.12").status_code == 201
