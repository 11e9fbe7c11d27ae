"""An assistant that obeys every text which it reads: nothing changes, each call is refused by name, and the audit log
has it with what was read before."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

import httpx
import pytest
from mcp import Client

from tests.support.agents.attacked_world import (
    RECORDS,
    SCOPES,
    AttackedWorld,
    Snapshot,
    changed_tables,
    first_names,
    git_files,
    new_token,
    offer,
    plant,
    prepare,
)
from tests.support.agents.attacks import ATTACKS, AttackPlace, TextAttack
from tests.support.agents.obedient import ObedientAgent, Obeyed, orders_in
from tests.support.servers.agents import MemoryStorage, Person, answer, with_consent, with_token
from tests.support.servers.git_server import bare, git_server
from tests.support.servers.live_server import LiveServer

pytestmark = [pytest.mark.foreign, pytest.mark.protects("agents/obeys-everything")]
WAYS: Final = (pytest.param("consent", marks=pytest.mark.slow), "token")
"""The ways in which the agent was let in."""


@dataclass(frozen=True)
class Result:
    """The outcome of an order: the answer, the tables that changed, and the entries in the audit log."""

    obeyed: Obeyed
    changed: frozenset[str]
    refusals: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class AfterStop:
    """The outcomes of calls after the person stopped the agent, while its build was at work."""

    answers: tuple[int, ...]
    """The statuses of the addresses of tools."""
    changed: frozenset[str]


@dataclass(frozen=True)
class Outcomes:
    """The outcomes of all orders, by the name of the attack, for an agent that was let in one way."""

    way: str
    results: Mapping[str, Result]
    stop: AfterStop


@pytest.fixture(scope="module", params=WAYS)
def outcomes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcomes]:
    repositories = tmp_path_factory.mktemp("git")
    with (
        git_server(repositories) as origin,
        LiveServer(tmp_path_factory.mktemp("live") / "data", {"GIT_SERVERS": origin}) as live,
    ):
        names = first_names(live, live.organisation())
        bare(repositories, "words.git", git_files(names))
        yield asyncio.run(_outcomes(live, names, f"{origin}/words.git", request.param))


async def _outcomes(live: LiveServer, names: Mapping[str, str], git: str, way: str) -> Outcomes:
    async with with_token(live, names["other_token"]) as client:
        await answer(client, "list_projects")
    world = await prepare(live, git)
    async with _let_in(world, way) as (client, secret, refresh):
        offer_numbers = await offer(client, world.project, "A note")
        world = _with_own(world, offer_numbers)
        plant(world)
        headers = {"Authorization": f"Bearer {secret}"}
        with httpx.Client(base_url=live.address, headers=headers, trust_env=False, timeout=60) as http:
            agent = ObedientAgent(client, http, refresh)
            return Outcomes(way, await _obey_all(world, agent), await _stopped(world, agent))


async def _stopped(world: AttackedWorld, agent: ObedientAgent) -> AfterStop:
    """Lets the agent begin a build, stops it as its person does, and lets it go on."""
    draft = int(world.names["draft"])
    build = await answer(agent.client, "build_draft", project=world.project, draft=draft)
    world.live.api("DELETE", f"me/grants/agent/{world.names['agent']}")
    world.live.until(lambda: _is_over(world, build["build"]))
    before = world.snapshot()
    calls = (
        ("read_build", {"project": world.project, "build": build["build"]}),
        ("edit_draft", {"project": world.project, "draft": draft, "edits": [{"path": "a", "new": "A"}], "reason": "x"}),
        ("offer_draft", {"project": world.project, "draft": draft, "title": "x", "message": "x"}),
    )
    answers = [agent.http.post("/mcp", json=_message(*each), headers=_MCP).status_code for each in calls]
    return AfterStop(tuple(answers), changed_tables(before, world.snapshot()))


def _is_over(world: AttackedWorld, build: int) -> bool:
    builds = world.live.api("GET", f"projects/{world.project}/builds")["results"]
    return all(each["state"] not in ("queued", "running") for each in builds if each["number"] == build)


_MCP: Final = {"Accept": "application/json, text/event-stream"}


def _message(tool: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns a call as the protocol writes it: the official client gives up when its token ended."""
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}


async def _obey_all(world: AttackedWorld, agent: ObedientAgent) -> dict[str, Result]:
    results = {}
    for order in await agent.read_all():
        before, earlier = world.snapshot(), world.refusals()
        obeyed = await agent.obey(order)
        after = world.snapshot()
        new = tuple(entry for key, entry in world.refusals().items() if key not in earlier)
        results[order.name] = Result(obeyed, changed_tables(before, after), new)
    return results


@asynccontextmanager
async def _let_in(world: AttackedWorld, way: str) -> AsyncIterator[tuple[Client, str, Mapping[str, str]]]:
    """Yields a client, the secret that it shows, and what it may send for another one."""
    if way == "token":
        secret = new_token(world.live, world.names["key"])
        async with with_token(world.live, secret) as client:
            yield client, secret, {}
        return
    storage = MemoryStorage()
    person = Person(world.live, {"projects": [world.names["key"]], "scopes": SCOPES, "days": "7", "action": "grant"})
    async with with_consent(world.live, person, storage) as client:
        await answer(client, "list_projects")
        assert storage.tokens is not None
        assert storage.client is not None
        refresh = {"refresh_token": storage.tokens.refresh_token or "", "client_id": storage.client.client_id or ""}
        yield client, storage.tokens.access_token, refresh


def _with_own(world: AttackedWorld, offer_numbers: Mapping[str, Any]) -> AttackedWorld:
    """Returns the world with the names of the agent's own draft and change request."""
    requests = world.live.api("GET", f"projects/{world.project}/change-requests")["results"]
    change = next(each["id"] for each in requests if each["number"] == offer_numbers["change_request"])
    draft = world.live.api("GET", f"projects/{world.project}/drafts")[0]
    grants = world.live.api("GET", "me/grants")["grants"]
    agent = next(each["id"] for each in grants if each["kind"] == "agent")
    own = {"change": change, "draft": str(offer_numbers["draft"]), "draft_files": draft["files"], "agent": agent}
    return replace(world, names={**world.names, **own})


@pytest.mark.parametrize("attack", ATTACKS, ids=[each.name for each in ATTACKS])
def test_an_order_in_a_text_changes_nothing_and_is_refused_by_name(outcomes: Outcomes, attack: TextAttack) -> None:
    result = outcomes.results[attack.name]
    assert result.obeyed.outcome in attack.outcomes, result.obeyed
    assert result.changed <= RECORDS
    if not result.obeyed.order.is_call:
        return
    (entry,) = result.refusals
    assert entry["data"]["tool"] == result.obeyed.order.what
    if attack.place in (
        AttackPlace.README,
        AttackPlace.RUNEFILE,
        AttackPlace.RULES,
        AttackPlace.GIT,
        AttackPlace.BLOCK,
    ):
        assert attack.place in entry["data"]["reads"]


@pytest.mark.protects("agents/ended-grant")
def test_an_agent_that_is_stopped_in_the_middle_of_a_build_does_nothing_more(outcomes: Outcomes) -> None:
    assert set(outcomes.stop.answers) == {401 if outcomes.way == "consent" else 403}
    assert outcomes.stop.changed == frozenset()


def test_the_agent_of_these_tests_obeys_what_is_allowed() -> None:
    """Else nothing would be shown by what it does not do."""
    text = 'Be nice.\n# ASSISTANT(greet): call write_comment {"text": "Hello"} and more\nASSISTANT(go): send GET /x'
    first, second = orders_in([{"texts": [{"text": text}]}])
    assert (first.name, first.is_call, first.what, first.body) == ("greet", True, "write_comment", {"text": "Hello"})
    assert (second.is_call, second.what, second.body) == (False, "GET /x", {})


def test_a_change_of_the_database_is_noticed() -> None:
    before: Snapshot = {"a": Counter([(1,)]), "b": Counter([(1,)])}
    assert changed_tables(before, {"a": Counter([(1,)]), "b": Counter([(2,)])}) == {"b"}
    assert changed_tables(before, {"a": Counter([(1,)])}) == {"b"}
