"""Each act of the API that takes a state is sent without one and with another one, to everything that there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from forge.accounts.models import Organisation, User
from forge.deployments.models import Deployment
from forge.projects.git.remote import Remote
from forge.projects.models import Project
from forge.registry.distribution.mirrors.actions import set_mirror
from forge.repositories.actions import link_branch
from tests.forge.core.preconditions.test_acts_take_a_precondition import acts, takes_state
from tests.forge.query_counts import key, requests
from tests.support.forge.addresses.settled import settle
from tests.support.forge.rollouts import rollout_row

pytestmark = pytest.mark.django_db

_P = "projects/<str:organisation>/<str:name>"
_KITCHEN = "/api/v1/projects/acme/kitchen"
REPLACES: Mapping[str, tuple[str, Any]] = {
    f"PUT {_P}/files/<path:path>": (f"{_KITCHEN}/files/notes.md", b"x"),
    f"PUT {_P}/mirrors/<str:direction>": (
        f"{_KITCHEN}/mirrors/to",
        {"registry": "https://other.example", "repository": "team/door"},
    ),
    f"DELETE {_P}/mirrors/<str:direction>": (f"{_KITCHEN}/mirrors/to", None),
    f"PUT {_P}/repository/link": (
        f"{_KITCHEN}/repository/link",
        {"url": "https://git.example/other.git", "branch": "main"},
    ),
    f"POST {_P}/repository/pulls": (f"{_KITCHEN}/repository/pulls", {"token": "secret"}),
}
"""Address and body of the acts that need a state only where they replace something, or act with somebody's token."""
IDS = ("{build}", "{review}", "{thread}", "{change}", "{comment}", "{signing-key}", "{digest}")
BLOB_TABLE = '"core_blob"'
"""Bytes are stored before the transaction that links them. Unlinked ones nobody sees, and a sweep deletes them."""


@pytest.fixture
def addresses(project: Project, owner: User, organisation: Organisation, settings: Any) -> dict[str, str]:
    """Two of each thing, with a mirror, a linked branch and a rollout."""
    settings.GIT_ORIGINS = ("https://git.example",)
    names = settle(owner, organisation, project, 2)
    set_mirror(owner, project, "to", "https://registry.example", "team/door")
    link_branch(owner, project, Remote("https://git.example/kitchen.git", "main"))
    rollout_row(Deployment.objects.get(project=project, name="website"))
    return names


def stateful_requests(addresses: Mapping[str, str]) -> Iterator[tuple[str, str, str, Any]]:
    """Act, method, address and body of each act that takes a state."""
    taking = {act for act, view, method in acts() if takes_state(view, method)}
    for method, route, address, body in requests():
        act = key(method, route).replace("api/v1/", "")
        if method == "form" or act not in taking:
            continue
        path, payload = REPLACES.get(act, ("/" + addresses.get(address, address).lstrip("/"), body))
        for name in IDS:
            path = path.replace(name, addresses[name])
        yield (
            act,
            method,
            path,
            payload | {"build": addresses["{build}"]} if isinstance(payload, dict) and "build" in payload else payload,
        )


@pytest.mark.slow
@pytest.mark.protects("reviews/stale-acts")
def test_each_act_that_takes_a_state_refuses_none_and_another_and_changes_nothing(
    addresses: dict[str, str], owner: User, browser_of: Callable[[User | None], Client]
) -> None:
    browser, wrong, visits = browser_of(owner), [], set()
    for act, method, path, body in stateful_requests(addresses):
        visits.add(act)
        kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
        for headers, expected in (({}, 428), ({"If-Match": '"stale"'}, 412)):
            cache.clear()
            with transaction.atomic(), CaptureQueriesContext(connection) as queries:
                answer = getattr(browser, method)(path, body, content_type=kind, headers=headers)
                transaction.set_rollback(True)
            writes = [each["sql"] for each in queries if each["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
            changes = [each[:80] for each in writes if BLOB_TABLE not in each[:40]]
            if answer.status_code != expected or changes:
                wrong.append(f"{act} with {headers}: {answer.status_code}, not {expected}; {changes}")
    assert not wrong, "\n".join(wrong)
    assert visits == {act for act, view, method in acts() if takes_state(view, method)}
